package app_test

import (
	"sync/atomic"
	"testing"
	"time"

	"airglow/internal/testkit"
)

// A disk that is nearly full keeps statements from writing, before the storage ends the
// process for want of room: those that read go on, and so does all once there is room.
func TestADiskThatIsNearlyFull(t *testing.T) {
	kit := testkit.Start(t)
	conn := openSession(t, kit)
	for _, s := range []string{
		"CREATE DATABASE d", "CREATE TABLE d.t (id INT PRIMARY KEY AUTO_INCREMENT, v INT)", "CREATE TABLE d.gone (id INT)",
		"CREATE TABLE d.emptied (id INT)", "INSERT INTO d.emptied VALUES (1)",
		"INSERT INTO d.t (v) VALUES (1), (2)", "CREATE PROCEDURE d.p() INSERT INTO d.t (v) VALUES (7)",
	} {
		run(t, conn.Conn, s)
	}
	full := "Disk full: the disk of " + kit.Dir + " has 127 MB left, and 128 MB are to stay free (min-free-mb); nothing is written until there is room, and statements that read go on"
	kit.Disk.Free(func() int64 { return 127 << 20 })
	kit.Clock.Advance(time.Second)
	for _, s := range []string{
		"INSERT INTO d.t (v) VALUES (3)", "INSERT IGNORE INTO d.t (v) VALUES (3)", "REPLACE INTO d.t VALUES (1, 3)", "UPDATE d.t SET v = 9",
		"DELETE FROM d.t", "CREATE TABLE d.u (id INT)", "CREATE TABLE d.u SELECT * FROM d.t", "ALTER TABLE d.t ADD COLUMN w INT",
		"CREATE INDEX i ON d.t (v)", "CREATE DATABASE e", "CALL d.p()", "INSERT INTO d.t (v) SELECT v FROM d.t",
	} {
		wantError(t, exhaust(kit.Context(), conn.Conn, s), 1021, "HY000", full)
	}
	for _, s := range []string{"SELECT SUM(v) FROM d.t", "SET @a = 1", "BEGIN", "COMMIT", "DROP TABLE d.gone", "TRUNCATE TABLE d.emptied", "EXPLAIN UPDATE d.t SET v = 9"} {
		run(t, conn.Conn, s)
	}
	kit.Disk.Free(nil)
	kit.Clock.Advance(time.Second)
	run(t, conn.Conn, "CREATE TABLE d.many AS SELECT id, v FROM d.t UNION ALL SELECT id + 10, v FROM d.t UNION ALL SELECT id + 20, v FROM d.t")
	for _, s := range []string{
		"INSERT INTO d.t (v) VALUES (1), (2), (3), (4), (5), (6), (7), (8)", "INSERT INTO d.t (v) SELECT v FROM d.many",
		"UPDATE d.many SET v = v + 1", "CREATE TABLE d.u SELECT * FROM d.many",
	} {
		var looks atomic.Int64
		kit.Disk.Free(func() int64 { // full by the time that a few rows are written
			if looks.Add(1) > 3 {
				return 127 << 20
			}
			kit.Clock.Advance(time.Second)
			return 1 << 30
		})
		kit.Clock.Advance(time.Second)
		wantError(t, exhaust(kit.Context(), conn.Conn, s), 1021, "HY000", full)
		if looks.Load() < 4 {
			t.Errorf("%s failed before it wrote", s)
		}
		kit.Disk.Free(nil)
		kit.Clock.Advance(time.Second)
		if got := query(t, kit, "SELECT CONCAT_WS(' ', COUNT(*), SUM(v)) FROM d.many"); got[0] != "6 9" {
			t.Errorf("%s left %s", s, got[0])
		}
	}
	if got := query(t, kit, "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'd' AND table_name IN ('u', 'gone')"); got[0] != "0" {
		t.Errorf("%s tables are there that should not", got[0])
	}
	if got := query(t, kit, "SELECT COUNT(*) FROM d.emptied"); got[0] != "0" {
		t.Errorf("TRUNCATE left %s rows", got[0])
	}
	kit.Clock.Advance(time.Second)
	run(t, conn.Conn, "CALL d.p()")
	var rows, sum int
	if err := conn.QueryRowContext(kit.Context(), "SELECT COUNT(*), CAST(SUM(v) AS SIGNED) FROM d.t").Scan(&rows, &sum); err != nil || rows != 3 || sum != 10 {
		t.Errorf("%d rows with %d, %v; want those from before and one", rows, sum, err)
	}
}
