package app

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"airglow/internal/bolt"
	"airglow/internal/budget"
	"airglow/internal/config"
	"airglow/internal/ledger"
)

// ledgerFile is the ledger's name in the data directory.
const ledgerFile = "ledger.db"

// openLedger opens the record of model calls, unless it is turned off.
func (a *App) openLedger(o Options) error {
	if !a.config.Ledger.Enabled {
		return a.readKept(o.Prices)
	}
	if err := os.MkdirAll(a.config.Data, 0o700); err != nil {
		return fmt.Errorf("make the data directory: %w", err)
	}
	store, err := openStore(a.config, bolt.Options{Prices: o.Prices, Logger: a.logger, Now: a.clock.Now, Commit: o.Commit})
	if err != nil {
		return a.inUse(err)
	}
	a.ledger, a.prices = store, store
	a.onStop(store.Close)
	return nil
}

// inUse says of a ledger that cannot be opened since another server has it open that
// this is so of the data directory.
func (a *App) inUse(err error) error {
	if errors.Is(err, bolt.ErrInUse) {
		return fmt.Errorf("open data directory %s: another airglow has this data directory open; stop it, or choose another directory", a.config.Data)
	}
	return err
}

// readKept reads what counts where nothing is recorded: prices. What was spent of
// budgets is not known then, so that there must be none: those who set them rely on
// them.
func (a *App) readKept(prices []ledger.Price) error {
	kept, err := bolt.ReadKept(filepath.Join(a.config.Data, ledgerFile))
	if err != nil {
		return a.inUse(err)
	}
	a.prices = ledger.NewPriceList(kept.Prices, prices)
	if len(kept.Budgets) == 0 {
		return nil
	}
	b := kept.Budgets[0]
	return fmt.Errorf("ledger.enabled = false would leave %d of the budgets in %s without effect, such as that of %s per %s for %s: what was spent "+
		"is known to the ledger alone; set ledger.enabled = true, or drop them first with CALL airglow.drop_budget(…), which needs the ledger, too",
		len(kept.Budgets), ledgerFile, b.Unit, b.Period, strings.TrimSpace(string(b.Scope)+" "+b.Name))
}

// openBudgets reads what may be spent, and what was. Without a ledger there are
// only the budgets of statements.
func (a *App) openBudgets() (err error) {
	o := budget.Options{Now: a.clock.Now}
	if a.ledger != nil {
		o.Store = a.ledger
	}
	a.budgets, err = budget.New(o)
	return err
}

// openStore opens the ledger of a configuration, with further options.
func openStore(c *config.Config, o bolt.Options) (*bolt.Store, error) {
	secret, err := ledgerSecret(c.Ledger.SecretFile)
	if err != nil {
		return nil, err
	}
	o.Path, o.Bodies, o.Secret = filepath.Join(c.Data, ledgerFile), c.Ledger.Bodies != "hash", secret
	return bolt.Open(o)
}

// purgeEvery is how often what is too old or too much is forgotten.
const purgeEvery = time.Hour

// keepLedgerSmall forgets what the configuration says is too old or too much,
// now and then, until ctx ends.
func (a *App) keepLedgerSmall(ctx context.Context) {
	c := a.config.Ledger
	if a.ledger == nil || c.MaxAgeDays == 0 && c.MaxSizeMB == 0 {
		return
	}
	ticker := time.NewTicker(purgeEvery)
	defer ticker.Stop()
	for {
		limits := bolt.Limits{MostBytes: int64(c.MaxSizeMB) << 20}
		if c.MaxAgeDays > 0 {
			limits.Before = a.clock.Now().AddDate(0, 0, -c.MaxAgeDays)
		}
		purged, err := a.ledger.Purge(limits)
		switch {
		case err != nil:
			a.logger.Error("the ledger could not be kept small", "error", err)
		case purged.Attempts > 0:
			a.logger.Info("old calls are forgotten", "invocations", purged.Attempts, "statements", purged.Statements)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// ledgerSecret reads the key for bodies; none where no file is named.
func ledgerSecret(file string) ([]byte, error) {
	if file == "" {
		return nil, nil
	}
	info, err := os.Stat(file)
	if err != nil {
		return nil, fmt.Errorf("read ledger.secret-file: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("ledger.secret-file %s: others can read it (mode %04o); chmod it to 0600", file, info.Mode().Perm())
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read ledger.secret-file: %w", err)
	}
	secret, err := hex.DecodeString(string(bytes.TrimSpace(text)))
	if err != nil || len(secret) != 32 {
		return nil, fmt.Errorf("ledger.secret-file %s: it must hold 64 hexadecimal digits, such as `openssl rand -hex 32` prints", file)
	}
	return secret, nil
}
