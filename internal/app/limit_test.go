package app_test

import "testing"

// TestLimitAsksForLittle: no call is made for rows that cannot be in the result,
// but for one small window.
func TestLimitAsksForLittle(t *testing.T) {
	const rows, most = 1000, 16
	kit := aheadRows(t, rows)
	conn, err := kit.DB("root", "").Conn(kit.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, text := range []string{
		"SELECT id, d.f(v) FROM d.t LIMIT 3",
		"SELECT id, d.f(v) FROM d.t ORDER BY id LIMIT 3",
		"SELECT id FROM d.t WHERE d.f(v) <> '' LIMIT 3",
		"SELECT * FROM (SELECT id, d.f(v) AS a FROM d.t) x LIMIT 3",
		"SELECT * FROM (SELECT id, d.f(v) AS a FROM d.t) x WHERE a <> '' LIMIT 3",
		"SELECT t.id FROM d.t JOIN d.t AS u ON t.id = u.id WHERE d.f(t.v) <> '' LIMIT 3",
		"SELECT t.id, d.f(u.v) FROM d.t JOIN d.t AS u ON t.v = u.v LIMIT 3",
		"SELECT d.f(v) FROM d.t UNION ALL SELECT d.f(v) FROM d.t LIMIT 3",
		"SELECT DISTINCT d.f(v) FROM d.t LIMIT 3",
		"SELECT id FROM d.t WHERE EXISTS (SELECT 1 FROM d.t AS u WHERE d.f(u.v) <> '') LIMIT 3",
		"SELECT id, (SELECT d.f(u.v) FROM d.t AS u WHERE u.id = t.id) FROM d.t LIMIT 3",
	} {
		t.Run(text, func(t *testing.T) {
			kit.Provider.Reset()
			run(t, conn, text)
			if calls := kit.Provider.Calls(); calls == 0 || calls > most {
				t.Errorf("%d calls, at most %d are to be made", calls, most)
			}
		})
	}
}
