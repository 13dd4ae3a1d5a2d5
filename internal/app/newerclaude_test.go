package app_test

import (
	"strings"
	"testing"

	"airglow/internal/awstest"
	"airglow/internal/config"
	"airglow/internal/testkit"
)

// The documented route of a retired Claude to a live one answers the body that asks
// for temperature 0 and top_p 0, and what the service had in its cache of prompts is in
// the ledger and in the cost.
func TestNewerClaudeAnswersForAnOlder(t *testing.T) {
	const live = "us.anthropic.claude-haiku-4-5-20251001-v1:0"
	aws := awstest.Start(t)
	for name, value := range aws.Environment() {
		t.Setenv(name, value)
	}
	aws.Handle(awstest.InvokeModel, func(call awstest.Call) awstest.Answer {
		body := string(call.Body)
		if call.Target != live || strings.Contains(body, `"temperature"`) && strings.Contains(body, `"top_p"`) {
			return awstest.Failure(400, "ValidationException", "temperature and top_p cannot both be specified for this model")
		}
		return awstest.JSON(`{"id":"msg_bdrk_1","type":"message","role":"assistant","model":"claude-haiku-4-5","content":[{"type":"text","text":"Oslo"}],"stop_reason":"end_turn","stop_sequence":null,` +
			`"usage":{"input_tokens":20,"cache_creation_input_tokens":3000,"cache_read_input_tokens":400,"output_tokens":10}}`)
	})
	kit := testkit.Start(t, func(c *config.Config) {
		c.AWS.Region = awstest.Region
		c.Models = []config.ModelRule{{Match: "anthropic.claude-3-haiku-20240307-v1:0", Provider: "bedrock", Target: live}}
	})
	kit.Exec("CREATE DATABASE d",
		`CREATE FUNCTION d.ask(body TEXT) RETURNS TEXT ALIAS AWS_BEDROCK_INVOKE_MODEL MODEL ID 'anthropic.claude-3-haiku-20240307-v1:0'`,
		"CALL airglow.set_price('us.anthropic.claude-haiku-4-5-*', 1.00, 5.00, 0.10, 1.25)")
	const ask = `SELECT JSON_UNQUOTE(JSON_EXTRACT(d.ask('{"anthropic_version":"bedrock-2023-05-31","max_tokens":100,"temperature":0,"top_p":0,"top_k":1,"messages":[{"role":"user","content":"Where?"}]}'), '$.content[0].text'))`
	if got := query(t, kit, ask); len(got) != 1 || got[0] != "Oslo" {
		t.Errorf("answered %q", got)
	}
	// In millionths of a dollar: 20 + 5 * 10 + 0.10 * 400 + 1.25 * 3000.
	got := query(t, kit, "SELECT CONCAT_WS(' ', input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, ROUND(cost * 1000000)) FROM airglow.invocations")
	if len(got) != 1 || got[0] != "20 10 400 3000 3860" {
		t.Errorf("the ledger has %q", got)
	}
}
