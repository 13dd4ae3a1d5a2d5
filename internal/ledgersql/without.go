package ledgersql

import (
	"context"

	"airglow/internal/engine/own"
	"airglow/internal/ledger"
	"airglow/internal/mysqlerr"
)

// Prices lists prices: those that were set and the others.
type Prices interface {
	Prices() (set, defaults []ledger.Price)
}

// TablesWithout are the tables of a server that records nothing: it knows prices, and
// says of the others why they are not there.
func TablesWithout(prices Prices) []own.Table {
	tables := SQL{}.Tables()
	for i, t := range tables {
		if t.Name == "prices" {
			tables[i].Rows = func(context.Context, own.Caller) ([][]any, error) { return priceRows(prices.Prices()), nil }
			continue
		}
		tables[i].Keyed = nil
		tables[i].Rows = func(context.Context, own.Caller) ([][]any, error) {
			return nil, needsLedger("table airglow." + t.Name)
		}
	}
	return tables
}

// ProceduresWithout are its procedures, each of which fails likewise.
func ProceduresWithout() []own.Procedure {
	procedures := SQL{}.Procedures()
	for i, p := range procedures {
		procedures[i].Run = func(context.Context, own.Caller, []*string) ([][]any, error) {
			return nil, needsLedger("procedure airglow." + p.Name)
		}
	}
	return procedures
}

// needsLedger refuses what cannot be without the ledger, in MySQL's words for what an
// option of the server prevents.
func needsLedger(what string) error {
	return mysqlerr.New(1290, "The Airglow server is running with the ledger.enabled = false option so it cannot execute this statement: "+
		what+" needs the ledger; set ledger.enabled = true and start the server again")
}
