package translate

import (
	"airglow/internal/neutral"
)

// fixedSeed makes answers repeatable where the likeliest one is asked for: a
// server that draws all the same draws the same then.
const fixedSeed = 1

// settle makes the settings of sampling mean on every server what they mean to
// the family. Temperature 0, a nucleus of nothing and the one likeliest token
// all ask for the same: it becomes temperature 0, a fixed seed and nothing else,
// as some servers fail at a top_p of 0 and newer models at two settings at once.
func settle(chat *neutral.Chat) {
	zero := func(f *float64) bool { return f != nil && *f <= 0 }
	if !zero(chat.Temperature) && !zero(chat.TopP) && chat.TopK != 1 {
		return
	}
	chat.Temperature, chat.TopP, chat.TopK = new(float64), nil, 0
	if chat.Seed == nil {
		chat.Seed = new(int64(fixedSeed))
	}
}
