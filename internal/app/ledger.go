package app

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"airglow/internal/bolt"
)

// ledgerFile is the ledger's name in the data directory.
const ledgerFile = "ledger.db"

// openLedger opens the record of model calls, unless it is turned off.
func (a *App) openLedger() error {
	c := a.config.Ledger
	if !c.Enabled {
		return nil
	}
	secret, err := ledgerSecret(c.SecretFile)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(a.config.Data, 0o700); err != nil {
		return fmt.Errorf("make the data directory: %w", err)
	}
	store, err := bolt.Open(bolt.Options{
		Path: filepath.Join(a.config.Data, ledgerFile), Bodies: c.Bodies != "hash", Secret: secret, Logger: a.logger,
	})
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
