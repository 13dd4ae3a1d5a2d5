package language

import (
	_ "embed"
	"strings"
)

// names has a line for each language: its code, a space, its English name.
//
//go:embed names.txt
var names string

func name(code string) string {
	for line := range strings.Lines(names) {
		if c, n, ok := strings.Cut(line, " "); ok && c == code {
			return strings.TrimSpace(n)
		}
	}
	return code
}
