package sentiment

import (
	"math"
	"strings"

	"airglow/internal/builtin/prose"
)

// positiveWords and negativeWords praise or blame by themselves; they are kept
// as stems. The lists were written for this program.
var positiveWords, negativeWords = stems(`
	good great excellent superb fantastic wonderful amazing awesome brilliant outstanding perfect lovely beautiful gorgeous
	stunning delightful delighted delicious tasty fresh friendly helpful kind polite charming cheerful generous thoughtful
	patient honest fair reliable sturdy solid robust fast quick speedy responsive smooth easy simple intuitive clear useful
	comfortable cosy cozy clean spotless tidy quiet calm safe secure affordable cheap bargain best better improved
	improvement improve love loved loving like liked enjoy enjoyed enjoyable happy glad pleased pleasant pleasure satisfied
	satisfying thrilled impressed impressive recommend recommended worth worthy win won winner victory success successful
	succeed thank thanks grateful appreciate appreciated welcome welcomed fun funny hilarious entertaining inspiring
	moving magical magnificent marvellous marvelous splendid terrific fabulous heavenly divine exquisite elegant stylish
	crisp vivid bright rich warm tender perfectly flawless flawlessly effortless seamless painless joy joyful smile laugh
	laughed praise praised proud celebrate celebrated hero heroes safe healthy recovered effective efficient accurate
	innovative favourite favorite ideal superior top exceed exceeded surpass record growth grew gain gains jumped soared
	rose profit profitable breakthrough award bliss blessing gem treat adore adored admire trust trusted loyal supportive
	attentive punctual prompt courteous knowledgeable professional luxurious spacious scenic picturesque cute sweet nice fine decent
	wow yay bravo triumph unforgettable memorable hooray breeze dream ace neat cool sleek durable versatile refund refunded`),
	stems(`
	bad worse worst awful terrible horrible dreadful poor disappointing disappointed disappointment disappoint useless
	worthless rubbish garbage trash junk broken broke break breaks fail failed fails failing failure faulty defective
	damaged damage crash crashed crashes crashing bug bugs buggy slow sluggish late delay delayed delays cancelled rude
	unfriendly unhelpful arrogant impatient dishonest lied lie liar scam fraud cheat cheated stole stolen theft expensive
	overpriced costly dirty filthy disgusting gross smelly stank stink smell mouldy moldy rotten stale bland tasteless greasy cold
	burnt soggy noisy loud uncomfortable painful pain hurt hurts sick ill dizzy rash allergic dangerous unsafe hazard
	hate hated dislike disliked regret regretted angry anger furious annoyed annoying frustrating frustrated frustration
	infuriating upset sad sadly unfortunately unhappy dissatisfied bored boring dull tedious confusing confused unclear
	complicated difficult hard impossible clumsy flimsy cheaply shoddy ugly messy mess cluttered chaotic disaster
	catastrophe nightmare torture hell waste wasted ruin ruined ruins destroy destroyed poison poisoned lose lost loses loss losses
	leak leaks leaked leaking weak wrong error errors mistake mistakes missing lacks lacking problem problems issue issues
	trouble complaint complaints complain complained refuse refused reject rejected deny denied ignore ignored avoid
	never worst unacceptable unbearable unreliable unusable inferior mediocre pathetic embarrassing embarrassment shame
	ashamed shameful incompetent unprofessional careless reckless greedy hopeless helpless scared afraid fear worry
	worried worrying worse decline declined fell fall drop dropped collapse collapsed slump plunge bankrupt crisis death
	died dead killed injured victim suffer suffered suffering outage down freeze froze frozen stuck jam jams overheat
	overheats scratched stained ripped torn cracked crooked blurry grainy faded irritating irritate headache letdown joke
	insult insults insulting shouted stupid silly lame predictable pretentious outdated obsolete misleading deceptive spam
	hidden overcrowded cramped tiny damp gloomy grumpy hostile blame blow ordeal farce fiasco flop weird worthless`)

func stems(list string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(list) {
		m[prose.Stem(w)] = true
	}
	return m
}

// negators turn the polar words that follow within reach.
var negators = words(`not no never none nothing nobody neither nor without hardly barely scarcely cannot can't couldn't don't doesn't didn't
	isn't aren't wasn't weren't won't wouldn't shouldn't haven't hasn't hadn't ain't cant dont doesnt didnt isnt wasnt wont`)

// boosters make the next polar word stronger.
var boosters = words(`very really extremely incredibly absolutely so totally completely utterly highly too such far most`)

func words(list string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(list) {
		m[w] = true
	}
	return m
}

const (
	// reach is how many words behind a negator are turned.
	reach = 4
	// lexiconFeatures is the number of values that polarity returns.
	lexiconFeatures = 9
)

// polarity counts the polar words of a text. "Not good" counts as blame,
// "not bad" as weak praise.
func polarity(text string) []float64 {
	c := count(text)
	silent := 0.0
	if c.praise+c.blame+c.turnedPraise+c.turnedBlame == 0 {
		silent = 1
	}
	return []float64{
		squash(c.praise), squash(c.blame), squash(c.turnedPraise), squash(c.turnedBlame), math.Tanh(c.net()),
		silent, min(c.negations, 2) / 2, min(float64(strings.Count(text, "!")), 2) / 2, questionMark(text),
	}
}

// counts are the polar words of a text, boosted ones counting more.
type counts struct {
	praise, blame, turnedPraise, turnedBlame, negations float64
}

// net is above 0 for praise, below for blame.
func (c counts) net() float64 { return c.praise - c.blame - c.turnedPraise + 0.5*c.turnedBlame }

func net(text string) float64 { return count(text).net() }

func count(text string) (c counts) {
	last, boost := -reach-1, 1.0
	for i, w := range prose.Words(text) {
		lower := strings.ReplaceAll(w.Lower(), "’", "'")
		stem, turned := prose.Stem(lower), i-last <= reach
		switch {
		case negators[lower]:
			last = i
			c.negations++
		case positiveWords[stem] && turned:
			c.turnedPraise += boost
		case positiveWords[stem]:
			c.praise += boost
		case negativeWords[stem] && turned:
			c.turnedBlame += boost
		case negativeWords[stem]:
			c.blame += boost
		}
		if boost = 1; boosters[lower] {
			boost = 1.5
		}
	}
	return c
}

// squash keeps the second and third of a kind from counting like the first.
func squash(n float64) float64 { return n / (n + 1) }

func questionMark(text string) float64 {
	if strings.HasSuffix(strings.TrimSpace(text), "?") {
		return 1
	}
	return 0
}
