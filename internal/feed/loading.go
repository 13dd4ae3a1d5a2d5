package feed

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// batch is how many links are looked up at once.
const batch = 100

// put writes the new and the changed items, all or none.
func (t *table) put(ctx context.Context, items []item) (result, error) {
	l := loading{table: t, result: result{read: len(items)}}
	items = t.fit(items, &l.result)
	var err error
	if l.tx, err = t.db.BeginTx(ctx, nil); err != nil {
		return l.result, err
	}
	for some := range slices.Chunk(items, batch) {
		if err := l.put(ctx, some); err != nil {
			return l.result, fmt.Errorf("write to %s: %w", t.name, errors.Join(err, l.tx.Rollback()))
		}
	}
	return l.result, l.tx.Commit()
}

// loading is one load under way.
type loading struct {
	*table
	tx     *sql.Tx
	result result
}

func (l *loading) put(ctx context.Context, items []item) error {
	present, err := l.find(ctx, items)
	if err != nil {
		return err
	}
	for _, it := range items {
		old, found := present[it.link]
		switch {
		case !found:
			l.result.added++
			err = l.insert(ctx, it)
		case old == it:
			l.result.present++
		default:
			l.result.changed++
			err = l.update(ctx, old, it)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// find returns the rows that have the items' links, by link. Links that the
// database takes for equal but that differ in case are told apart here.
func (l *loading) find(ctx context.Context, items []item) (map[string]item, error) {
	var links []any
	for _, it := range items {
		links = append(links, it.link)
	}
	rows, err := l.tx.QueryContext(ctx, "SELECT link, title, description FROM "+l.name.String()+
		" WHERE link IN (?"+strings.Repeat(", ?", len(links)-1)+")", links...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	present := map[string]item{}
	for rows.Next() {
		var link string
		var title, description sql.NullString
		if err := rows.Scan(&link, &title, &description); err != nil {
			return nil, err
		}
		present[link] = item{link: link, title: title.String, description: description.String}
	}
	return present, rows.Err()
}

func (l *loading) insert(ctx context.Context, it item) error {
	_, err := l.tx.ExecContext(ctx, "INSERT INTO "+l.name.String()+" (title, link, description) VALUES (?, ?, ?)",
		it.title, it.link, it.description)
	return err
}

// update names the old texts too, so that it leaves a row alone whose link only
// differs in case.
func (l *loading) update(ctx context.Context, old, it item) error {
	_, err := l.tx.ExecContext(ctx, "UPDATE "+l.name.String()+" SET title = ?, description = ?"+
		" WHERE link = ? AND COALESCE(title, '') = ? AND COALESCE(description, '') = ?",
		it.title, it.description, it.link, old.title, old.description)
	return err
}
