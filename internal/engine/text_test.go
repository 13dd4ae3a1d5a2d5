package engine

import (
	"strings"
	"testing"

	"airglow/internal/mlsql"
)

func TestFitCountsAsTheTypeDoes(t *testing.T) {
	for name, tc := range map[string]struct {
		text string
		kind mlsql.Type
		want int // bytes kept
	}{
		"varchar counts characters": {strings.Repeat("é", 5), mlsql.Type{Name: "varchar", Length: 3}, 6},
		"varchar that holds":        {"日本", mlsql.Type{Name: "varchar", Length: 2}, 6},
		"char of nothing":           {"a", mlsql.Type{Name: "char", Length: 0}, 0},
		"tinytext counts bytes":     {strings.Repeat("a", 300), mlsql.Type{Name: "tinytext"}, 255},
		"no half character":         {"a" + strings.Repeat("é", 200), mlsql.Type{Name: "tinytext"}, 255},
		"text at its size":          {strings.Repeat("a", 65535), mlsql.Type{Name: "text"}, 65535},
		"text beyond":               {strings.Repeat("a", 65536), mlsql.Type{Name: "text"}, 65535},
		"longtext holds all":        {strings.Repeat("a", 1<<17), mlsql.Type{Name: "longtext"}, 1 << 17},
	} {
		t.Run(name, func(t *testing.T) {
			got := fit(tc.text, tc.kind)
			if len(got) != tc.want || !strings.HasPrefix(tc.text, got) {
				t.Errorf("kept %d bytes, want %d", len(got), tc.want)
			}
		})
	}
}
