// Package explain says how a statement would be run, in MySQL's three forms of
// EXPLAIN. It reads the analysed plan, which is the one that would run, and runs
// nothing of it but a bounded count of index entries (rows.go).
//
// The tour: Read (read.go) walks a plan and finds its query blocks (block.go)
// and in each, in join order, the accesses to tables (access.go, with index.go
// for what an index is asked, keylength.go, possible.go and rows.go for single
// columns, ahead.go for model calls). extra.go collects the words of Extra. From that table.go makes the
// rows of the tabular form and json.go those of FORMAT=JSON; tree.go goes over
// the plan again, because FORMAT=TREE shows its nodes.
//
// A value that the plan does not tell is NULL, or left out: no number here is
// invented.
package explain

import (
	"fmt"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
	"github.com/dolthub/vitess/go/mysql"
	"github.com/dolthub/vitess/go/sqltypes"

	"airglow/internal/estimate"
)

// Format is a form of EXPLAIN's answer.
type Format int

// The forms.
const (
	// Traditional is a row for each access to a table.
	Traditional Format = iota
	// JSON is one document.
	JSON
	// Tree is one text with a line for each step.
	Tree
)

// String is the format's name.
func (f Format) String() string { return [...]string{"TRADITIONAL", "JSON", "TREE"}[f] }

// ParseFormat returns the form that a name means in FORMAT=name. An unknown one
// is MySQL's error 1791.
func ParseFormat(name string) (Format, error) {
	switch strings.ToUpper(name) {
	case "", "TRADITIONAL":
		return Traditional, nil
	case "JSON":
		return JSON, nil
	case "TREE":
		return Tree, nil
	}
	return 0, mysql.NewSQLError(1791, "HY000", "Unknown EXPLAIN format name: '%s'", name)
}

// TableSchema is the columns of the tabular form, with MySQL's types.
func TableSchema() sql.Schema {
	text := func(name string, length int64) *sql.Column {
		return nullable(name, types.MustCreateStringWithDefaults(sqltypes.VarChar, length))
	}
	return sql.Schema{
		nullable("id", types.Uint64), text("select_type", 19), text("table", 64), nullable("partitions", types.Text),
		text("type", 10), text("possible_keys", 4096), text("key", 64), text("key_len", 4096), text("ref", 1024),
		nullable("rows", types.Uint64), nullable("filtered", types.Float64), text("Extra", 255),
	}
}

// TextSchema is the one column of the other forms.
func TextSchema() sql.Schema {
	return sql.Schema{nullable("EXPLAIN", types.LongText)}
}

func nullable(name string, typ sql.Type) *sql.Column {
	return &sql.Column{Name: name, Type: typ, Nullable: true}
}

// Options are how EXPLAIN was asked, and in which session.
type Options struct {
	Format Format
	// AtOnce is how many model calls the session lets be under way at a time
	// ahead of their evaluation; 0 when it has turned that off.
	AtOnce int
	// Bill is what the model calls are likely to come to; empty without any.
	Bill estimate.Bill
}

// Rows is the answer of EXPLAIN for an analysed plan.
func Rows(ctx *sql.Context, plan sql.Node, o Options) ([]sql.Row, error) {
	statement := Read(ctx, plan, o.AtOnce)
	switch o.Format {
	case Traditional:
		return statement.table(), nil
	case JSON:
		text, err := statement.json(o.Bill)
		return []sql.Row{{text}}, err
	case Tree:
		return []sql.Row{{statement.Tree(nil) + o.Bill.Lines()}}, nil
	}
	return nil, fmt.Errorf("explain: no format %d", o.Format)
}
