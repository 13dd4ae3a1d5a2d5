package scenario

import (
	"slices"
	"strings"
	"testing"
)

// things are the server's databases and accounts, as the statements that drop
// them.
func (r *Runner) things(t testing.TB) []string {
	t.Helper()
	c, err := connect(r.kit.Addr, login{user: "root"})
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	defer c.close()
	var list []string
	for _, query := range []string{
		"select concat('drop database `', schema_name, '`') from information_schema.schemata",
		"select concat('drop user `', user, '`@`', host, '`') from mysql.user",
	} {
		got := c.run(statement{text: query})
		if got.err != nil {
			t.Fatalf("%s: %v", query, got.err)
		}
		list = append(list, got.sets[0][1:]...)
	}
	return list
}

// cleanUp drops what a scenario has left, and reports it: a scenario that
// leaves something changes what those after it see.
func (r *Runner) cleanUp(t testing.TB, before []string) {
	t.Helper()
	var left []string
	for _, drop := range r.things(t) {
		if !slices.Contains(before, drop) {
			left = append(left, drop)
		}
	}
	if len(left) == 0 {
		return
	}
	if !t.Failed() {
		t.Errorf("left behind; at its end add:\n%s", strings.Join(left, ";\n"))
	}
	c, err := connect(r.kit.Addr, login{user: "root"})
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	defer c.close()
	for _, drop := range left {
		if got := c.run(statement{text: drop, rowless: true}); got.err != nil {
			t.Errorf("%s: %v", drop, got.err)
		}
	}
}
