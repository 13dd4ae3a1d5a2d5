package app

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"airglow/internal/bolt"
	"airglow/internal/budget"
	"airglow/internal/config"
	"airglow/internal/ledger"
)

// ledgerFile is the ledger's name in the data directory.
const ledgerFile = "ledger.db"

// openLedger opens the record of model calls, unless it is turned off.
func (a *App) openLedger(prices []ledger.Price) error {
	if !a.config.Ledger.Enabled {
		return nil
	}
	if err := os.MkdirAll(a.config.Data, 0o700); err != nil {
		return fmt.Errorf("make the data directory: %w", err)
	}
	store, err := openStore(a.config, bolt.Options{Prices: prices, Logger: a.logger})
	if errors.Is(err, bolt.ErrInUse) {
		return fmt.Errorf("open data directory %s: another airglow has this data directory open; stop it, or choose another directory", a.config.Data)
	}
	if err != nil {
		return err
	}
	a.ledger = store
	a.onStop(store.Close)
	return nil
}

// openBudgets reads what may be spent, and what was. Without a ledger there are
// only the budgets of statements.
func (a *App) openBudgets() (err error) {
	var o budget.Options
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
			limits.Before = time.Now().AddDate(0, 0, -c.MaxAgeDays)
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
