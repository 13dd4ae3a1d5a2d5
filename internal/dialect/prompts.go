package dialect

import (
	"airglow/internal/dialect/form"
)

// promptFamilies take a prompt, in a template of theirs, or one text and what was
// said before. Where two could have a body, the one that can tell stands first.
func promptFamilies() []form.Spec {
	return []form.Spec{llama(), mistralText(), anthropicText(), deepseekR1(), jurassic2(), command(), commandR()}
}
