// Package feed is `airglow feed`: it loads the items of an RSS or Atom feed
// into a table, so that SQL with models has something to read.
//
// Run is the whole of it: fetch (fetch.go) the document, read its items
// (item.go) as plain text (text.go), and put the new and the changed ones into
// the table (table.go, loading.go). Running it again with the same feed changes
// nothing: an item is known by its link. All values travel as parameters, so no
// text in a feed can be taken for SQL.
package feed

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"airglow/internal/sqlclient"
)

// Options say what to load and where to.
type Options struct {
	// Server is the one that holds the table.
	sqlclient.Server
	// Source is an http or https URL, or a file.
	Source string
	// Table is the table's name, db.table or, with a Database, table.
	Table string
	// Create makes the table if it is missing.
	Create bool
}

// Parse reads the arguments of `airglow feed` with flags, which it fills: flags
// may stand before and after the source. The error is flag.ErrHelp when help
// was asked for.
func Parse(flags *flag.FlagSet, args []string, lookupEnv func(string) (string, bool)) (Options, error) {
	var o Options
	o.AddFlags(flags)
	flags.StringVar(&o.Table, "into", "", "the `table` to load into, as db.table")
	flags.BoolVar(&o.Create, "create", false, "create the table if it is missing")
	if err := flags.Parse(args); err != nil {
		return Options{}, err
	}
	if flags.NArg() > 0 {
		o.Source = flags.Arg(0)
		if err := flags.Parse(flags.Args()[1:]); err != nil {
			return Options{}, err
		}
	}
	switch {
	case o.Source == "":
		return Options{}, errors.New("give the feed's URL or file")
	case flags.NArg() > 0:
		return Options{}, fmt.Errorf("unexpected argument %q; one feed at a time", flags.Arg(0))
	case o.Table == "":
		return Options{}, errors.New("give the table to load into with --into db.table")
	}
	o.UsePasswordFrom(lookupEnv)
	return o, nil
}

// Run loads the feed and returns the process's exit code: 0 when every item is
// in the table, else 1.
func Run(ctx context.Context, o Options, out, errOut io.Writer) int {
	connector, err := o.Connector()
	if err == nil {
		var r result
		if r, err = load(ctx, o, connector); err == nil {
			fmt.Fprintln(out, r)
			return 0
		}
	}
	fmt.Fprintln(errOut, "airglow feed:", err)
	return 1
}

// load fetches before it connects: a slow feed should hold no connection.
func load(ctx context.Context, o Options, connector driver.Connector) (result, error) {
	document, err := fetch(ctx, o.Source)
	if err != nil {
		return result{}, err
	}
	items, err := parse(document)
	if err != nil {
		return result{}, fmt.Errorf("%s: %w", shown(o.Source), err)
	}
	name, err := parseTable(o.Table, o.Database)
	if err != nil {
		return result{}, err
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	if err := db.PingContext(ctx); err != nil {
		return result{}, o.Explain(err)
	}
	t := &table{db: db, name: name}
	if o.Create {
		if err := t.create(ctx); err != nil {
			return result{}, err
		}
	}
	if err := t.check(ctx); err != nil {
		return result{}, err
	}
	return t.put(ctx, items)
}

// result is what a load did, in items and, for cut, in texts.
type result struct {
	read, added, changed, present int
	// unlinked items have no link to know them by, or one too long to store.
	unlinked int
	// cut texts were longer than their column.
	cut int
}

// String is the result as the command prints it.
func (r result) String() string {
	parts := []string{count(r.read, "item") + " read", fmt.Sprintf("%d new", r.added)}
	if r.changed > 0 {
		parts = append(parts, fmt.Sprintf("%d changed", r.changed))
	}
	parts = append(parts, fmt.Sprintf("%d already there", r.present))
	if r.unlinked > 0 {
		parts = append(parts, fmt.Sprintf("%d left out for want of a usable link", r.unlinked))
	}
	text := strings.Join(parts, ", ")
	if r.cut > 0 {
		text += fmt.Sprintf("\nwarning: %s cut to the length of the column", count(r.cut, "text"))
	}
	return text
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
