package app_test

import (
	"strings"
	"testing"

	"airglow/internal/config"
	"airglow/internal/testkit"
)

// Where no bodies are kept, nothing is paid for that a recording cannot keep.
func TestRecordingWithoutBodiesSendsNothing(t *testing.T) {
	kit := testkit.Start(t, func(c *config.Config) { c.Ledger.Bodies = "hash" })
	kit.Exec("CREATE DATABASE d", "CREATE FUNCTION d.ask(b TEXT) RETURNS TEXT ALIAS AWS_BEDROCK_INVOKE_MODEL MODEL ID 'acme.wonder'")
	conn := openSession(t, kit)
	run(t, conn.Conn, "SET airglow_mode = 'record'")
	err := exhaust(kit.Context(), conn.Conn, `SELECT d.ask('{"q":1}')`)
	if err == nil || !strings.Contains(err.Error(), `ledger.bodies = "hash"`) || kit.Provider.Calls() != 0 {
		t.Errorf("%d calls: %v", kit.Provider.Calls(), err)
	}
}
