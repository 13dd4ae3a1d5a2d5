// Package prompt has the families whose requests are a prompt: one text, mostly in the
// template that the model was trained on. A template is read into turns and written from
// turns (prompt.go); what a family can be asked is its reach (turns.go), and answers are a
// text and why it ended (completion.go). Each family has a file.
package prompt

import "airglow/internal/dialect/form"

// Families are those whose models' ids tell them, but for Titan. Where two could have a body, the one that can tell stands first.
func Families() []form.Spec {
	return []form.Spec{llama(), mistralText(), anthropicText(), deepseekR1(), jurassic2(), command(), commandR()}
}
