package app_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"airglow/internal/config"
	"airglow/internal/testkit"
)

// The texts of statements have what is asked in them: with a secret, or without
// bodies, the file has none of it.
func TestTheLedgerTellsNoSecrets(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte(strings.Repeat("0f", 32)), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(*config.Config)
		text   string
	}{
		"hash":    {func(c *config.Config) { c.Ledger.Bodies = "hash" }, "SELECT D . ASK ( CONCAT ( ? , ... ) )"},
		"secret":  {func(c *config.Config) { c.Ledger.SecretFile = secret }, `SELECT d.ask(CONCAT('{"q":"', 'TOPSECRET', '"}'))`},
		"neither": {func(*config.Config) {}, `SELECT d.ask(CONCAT('{"q":"', 'TOPSECRET', '"}'))`},
	} {
		t.Run(name, func(t *testing.T) {
			kit := testkit.Start(t, c.change)
			kit.Exec("CREATE DATABASE d", "CREATE FUNCTION d.ask(b TEXT) RETURNS TEXT ALIAS AWS_BEDROCK_INVOKE_MODEL MODEL ID 'acme.wonder'")
			conn := openSession(t, kit)
			run(t, conn.Conn, `SELECT d.ask(CONCAT('{"q":"', 'TOPSECRET', '"}'))`)
			if err := exhaust(kit.Context(), conn.Conn, `INSERT INTO d.missing SELECT d.ask('{"q":"TOPSECRET 2"}')`); err == nil {
				t.Error("no error")
			}
			var text string
			if err := conn.QueryRowContext(t.Context(), "SELECT statement FROM airglow.statements WHERE id = 1").Scan(&text); err != nil || text != c.text {
				t.Errorf("the statement is %s: %v", text, err)
			}
			if err := kit.Stop(); err != nil {
				t.Fatal(err)
			}
			file, err := os.ReadFile(filepath.Join(kit.Dir, "ledger.db"))
			if err != nil {
				t.Fatal(err)
			}
			if found := bytes.Contains(file, []byte("TOPSECRET")); found != (name == "neither") {
				t.Errorf("the file has it: %t", found)
			}
		})
	}
}
