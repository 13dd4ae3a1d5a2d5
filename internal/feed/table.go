package feed

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"unicode/utf8"
)

// tableName is a table and the database it is in.
type tableName struct{ database, table string }

// parseTable reads db.table, or table when there is a database to begin in.
func parseTable(name, database string) (tableName, error) {
	before, after, qualified := strings.Cut(name, ".")
	t := tableName{before, after}
	if !qualified {
		t = tableName{database, name}
	}
	if t.database == "" || t.table == "" || strings.ContainsAny(name, "\x00`") {
		return tableName{}, fmt.Errorf("%q names no table; write db.table", name)
	}
	return t, nil
}

// String is the name as SQL.
func (n tableName) String() string { return "`" + n.database + "`.`" + n.table + "`" }

// table is an existing table that items go into.
type table struct {
	db   *sql.DB
	name tableName
	// room is how much each column holds.
	room map[string]room
}

// room is the size of a column; zero is no limit.
type room struct{ characters, bytes int }

// columns are those that a table must have.
var columns = [...]string{"title", "link", "description"}

// check learns the columns' sizes and refuses a table that cannot take items.
func (t *table) check(ctx context.Context) error {
	if err := t.measure(ctx); err != nil {
		return fmt.Errorf("look up the columns of %s: %w", t.name, err)
	}
	if len(t.room) == 0 {
		return fmt.Errorf("there is no table %s; add --create to have it created", t.name)
	}
	for _, column := range columns {
		if _, ok := t.room[column]; !ok {
			return fmt.Errorf("table %s has no column %s; it needs %s", t.name, column, strings.Join(columns[:], ", "))
		}
	}
	return nil
}

// create makes the table if it is missing. Product and summary are for models to fill.
func (t *table) create(ctx context.Context) error {
	_, err := t.db.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS `+t.name.String()+` (
  id int NOT NULL AUTO_INCREMENT PRIMARY KEY,
  title varchar(1024),
  link varchar(2048),
  product varchar(512),
  description text,
  summary text,
  updated_time datetime DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  KEY idx_update_time (updated_time)
) DEFAULT CHARSET=utf8mb4`)
	if err != nil {
		return fmt.Errorf("create table %s: %w", t.name, err)
	}
	return nil
}

func (t *table) measure(ctx context.Context) error {
	rows, err := t.db.QueryContext(ctx, `SELECT column_name, character_maximum_length, character_octet_length
FROM information_schema.columns WHERE table_schema = ? AND table_name = ?`, t.name.database, t.name.table)
	if err != nil {
		return err
	}
	defer rows.Close()
	t.room = map[string]room{}
	for rows.Next() {
		var column string
		var characters, octets sql.NullInt64
		if err := rows.Scan(&column, &characters, &octets); err != nil {
			return err
		}
		t.room[strings.ToLower(column)] = room{int(characters.Int64), int(octets.Int64)}
	}
	return rows.Err()
}

// fit cuts texts to their columns and leaves out items without a usable link (a
// cut link leads nowhere, and may be another item's) and those whose link an
// earlier item has.
func (t *table) fit(items []item, r *result) []item {
	fitting := make([]item, 0, len(items))
	seen := map[string]bool{}
	for _, it := range items {
		if it.link == "" || t.room["link"].cut(it.link) != it.link {
			r.unlinked++
			continue
		}
		if seen[it.link] {
			r.present++
			continue
		}
		seen[it.link] = true
		for column, text := range map[string]*string{"title": &it.title, "description": &it.description} {
			if cut := t.room[column].cut(*text); cut != *text {
				*text = cut
				r.cut++
			}
		}
		fitting = append(fitting, it)
	}
	return fitting
}

// cut returns as many whole characters of s as there is room for.
func (r room) cut(s string) string {
	characters := 0
	for at, char := range s {
		if r.characters > 0 && characters == r.characters || r.bytes > 0 && at+utf8.RuneLen(char) > r.bytes {
			return strings.TrimRight(s[:at], " ")
		}
		characters++
	}
	return s
}
