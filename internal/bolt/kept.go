package bolt

import (
	"errors"
	"fmt"
	"os"

	bbolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"airglow/internal/ledger"
)

// Kept is what operators set in a ledger and what counts without recording calls.
type Kept struct {
	Prices  []ledger.Price
	Budgets []ledger.Budget
}

// ReadKept reads it from the file of a ledger that nobody has open, and changes
// nothing. A file that is missing has nothing.
func ReadKept(path string) (k Kept, err error) {
	if info, err := os.Stat(path); os.IsNotExist(err) || err == nil && info.Size() == 0 {
		return Kept{}, nil
	}
	if err := check(path); err != nil {
		return Kept{}, fmt.Errorf("open ledger %s: %w", path, err)
	}
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: lockWait, ReadOnly: true})
	if errors.Is(err, bolterrors.ErrTimeout) {
		err = ErrInUse
	}
	if err != nil {
		return Kept{}, fmt.Errorf("open ledger %s: %w", path, err)
	}
	err = db.View(func(tx *bbolt.Tx) (err error) {
		if k.Prices, err = readPrices(tx); err == nil {
			k.Budgets, err = readBudgets(tx)
		}
		return err
	})
	if err = errors.Join(err, db.Close()); err != nil {
		return Kept{}, fmt.Errorf("read ledger %s: %w", path, err)
	}
	return k, nil
}
