package app_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"airglow/internal/awstest"
	"airglow/internal/config"
	"airglow/internal/testkit"
)

// awsKit starts a server whose models are those of an AWS on loopback.
func awsKit(t *testing.T) (*testkit.Kit, *awstest.Server) {
	t.Helper()
	aws := awstest.Start(t)
	for name, value := range aws.Environment() {
		t.Setenv(name, value)
	}
	return testkit.Start(t, func(c *config.Config) { c.Models, c.AWS.Region = nil, awstest.Region }), aws
}

// TestModelsOfAWS: with a region alone the table has the ids that Amazon answers.
func TestModelsOfAWS(t *testing.T) {
	kit, _ := awsKit(t)
	got := query(t, kit, `SELECT CONCAT_WS(' ', model, service, known_by, provider, can) FROM airglow.models
		WHERE model IN ('*', 'sentiment', 'amazon.titan-embed-text-v2:0', 'anthropic.claude-3-haiku-20240307-v1:0')`)
	want := []string{
		"* Bedrock pattern bedrock chat,embeddings,stream", "* Comprehend pattern comprehend sentiment,batch", "* SageMaker pattern sagemaker csv,batch",
		"amazon.titan-embed-text-v2:0 Bedrock catalog bedrock embeddings", "anthropic.claude-3-haiku-20240307-v1:0 Bedrock catalog bedrock chat,stream",
		"sentiment Comprehend catalog comprehend sentiment,batch",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

// status reads the session's Aurora_ml counters, by the part of their names that
// tells them apart.
func status(t *testing.T, query func(dest ...any) error) map[string]int {
	t.Helper()
	counts := map[string]int{}
	for {
		var name string
		var value int
		if query(&name, &value) != nil {
			return counts
		}
		counts[strings.TrimSuffix(strings.TrimPrefix(name, "Aurora_ml_"), "_cnt")] = value
	}
}

// TestRowsTravelTogether runs a SageMaker function over rows, and the sentiment
// functions over texts: equal rows are asked once, others in few requests, and
// the counters are what the services saw.
func TestRowsTravelTogether(t *testing.T) {
	kit, aws := awsKit(t)
	aws.Handle(awstest.InvokeEndpoint, func(call awstest.Call) awstest.Answer { return awstest.CSV(string(call.Body)) })
	aws.Handle(awstest.BatchDetectSentiment, func(call awstest.Call) awstest.Answer {
		var sent struct{ TextList []string }
		if err := json.Unmarshal(call.Body, &sent); err != nil {
			return awstest.Failure(400, "InvalidRequestException", err.Error())
		}
		var items []string
		for i, text := range sent.TextList {
			items = append(items, fmt.Sprintf(`{"Index":%d,"Sentiment":"MIXED","SentimentScore":{"Positive":0,"Negative":0,"Neutral":0,"Mixed":0.%s}}`,
				i, strings.TrimPrefix(text, "t")))
		}
		return awstest.JSON(`{"ResultList":[` + strings.Join(items, ",") + `],"ErrorList":[]}`)
	})
	values := make([]string, 1000)
	for i := range values {
		values[i] = fmt.Sprintf("(%d, %d)", i, i%200)
	}
	kit.Exec("CREATE DATABASE d", "CREATE TABLE d.t (id INT PRIMARY KEY, v INT)", "INSERT INTO d.t VALUES "+strings.Join(values, ","),
		"CREATE FUNCTION d.score(v INT) RETURNS INT ALIAS AWS_SAGEMAKER_INVOKE_ENDPOINT ENDPOINT NAME 'churn'")
	conn, err := kit.DB("root", "").Conn(kit.Context())
	if err != nil {
		t.Fatal(err)
	}
	var wrong, texts int
	if err := conn.QueryRowContext(kit.Context(), "SELECT SUM(d.score(v) <> v) FROM d.t").Scan(&wrong); err != nil || wrong != 0 {
		t.Errorf("%d rows have another row's answer, %v", wrong, err)
	}
	if err := conn.QueryRowContext(kit.Context(), "SELECT COUNT(*) FROM d.t WHERE v < 100 AND aws_comprehend_detect_sentiment(CONCAT('t', v), 'en') = 'MIXED'").
		Scan(&texts); err != nil || texts != 500 {
		t.Errorf("%d texts, %v", texts, err)
	}
	rows, err := conn.QueryContext(kit.Context(), "SHOW STATUS LIKE 'Aurora_ml%'")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	got := status(t, func(dest ...any) error { rows.Next(); return rows.Scan(dest...) })
	sent := aws.Requests()
	t.Logf("%d requests, %v", sent, got)
	want := map[string]int{"logical_request": 1500, "cache_hit": 1200, "logical_response": 300,
		"actual_request": sent, "actual_response": sent, "retry_request": 0, "single_request": 0}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("counted %v, want %v", got, want)
	}
	if e, s := aws.Count(awstest.InvokeEndpoint), aws.Count(awstest.BatchDetectSentiment); e > 20 || s > 20 {
		t.Errorf("%d requests for 200 rows, %d for 100 texts", e, s)
	}
}
