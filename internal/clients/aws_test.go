package clients

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"airglow/internal/awstest"
)

const (
	bedrockRole    = "arn:aws:iam::123456789012:role/for-bedrock"
	comprehendRole = "arn:aws:iam::123456789012:role/for-comprehend"
	haiku          = "anthropic.claude-3-haiku-20240307-v1:0"
)

// modelFunctions makes d.ask for Bedrock and d.score for SageMaker.
var modelFunctions = []string{
	"CREATE DATABASE d", askFunction,
	"CREATE FUNCTION d.score(a DOUBLE, b VARCHAR(20)) RETURNS DOUBLE ALIAS AWS_SAGEMAKER_INVOKE_ENDPOINT ENDPOINT NAME 'anomaly'",
}

func sentiment(name string, score float64) awstest.Answer {
	scores := map[string]float64{"Positive": 0.01, "Negative": 0.01, "Neutral": 0.01, "Mixed": 0.01}
	scores[name] = score
	text, err := json.Marshal(map[string]any{"Sentiment": strings.ToUpper(name), "SentimentScore": scores})
	if err != nil {
		panic(err) // only texts and numbers
	}
	return awstest.JSON(string(text))
}

// TestAWS calls each service from SQL, under the roles of the configuration,
// which are assumed once each.
func TestAWS(t *testing.T) {
	cloud := newCloud(t)
	s := start(t, cloud.setup(setup{config: fmt.Sprintf("[aws]\nbedrock-role = %q\ncomprehend-role = %q\n", bedrockRole, comprehendRole)}))
	db := s.root(t)
	must(t, db, modelFunctions...)
	same(t, "the roles' variables", rows(t, db, "SHOW GLOBAL VARIABLES LIKE 'aws_default%'"),
		"aws_default_bedrock_role|"+bedrockRole+"\naws_default_comprehend_role|"+comprehendRole+
			"\naws_default_lambda_role|\naws_default_s3_role|\naws_default_sagemaker_role|")
	if n := cloud.Requests(); n != 0 {
		t.Errorf("AWS was asked %d times before anyone called a model", n)
	}

	callBedrock(t, cloud, db)
	callSageMaker(t, cloud, db)
	callComprehend(t, cloud, db)
	assumed := map[string]int{}
	for _, call := range cloud.Calls(awstest.AssumeRole) {
		assumed[call.Target]++
	}
	if assumed[bedrockRole] != 1 || assumed[comprehendRole] != 1 || len(assumed) != 2 {
		t.Errorf("roles were assumed so often: %v; want once each", assumed)
	}
}

func callBedrock(t *testing.T, cloud *cloud, db *sql.DB) {
	t.Helper()
	cloud.Handle(awstest.InvokeModel, func(c awstest.Call) awstest.Answer { return claude("you sent " + string(c.Body)) })
	body := `{"messages":[],"text":"naïve \"quotes\" 🙂"}`
	for range 2 {
		same(t, "a call", rows(t, db, "SELECT JSON_UNQUOTE(JSON_EXTRACT(d.ask(?), '$.content[0].text'))", body), "you sent "+body)
	}
	for _, call := range cloud.Calls(awstest.InvokeModel) {
		same(t, "the model", call.Target, haiku)
		same(t, "the body", string(call.Body), body)
		same(t, "the role", call.RoleARN, bedrockRole)
		same(t, "the region", call.Region, awstest.Region)
		same(t, "the types", call.Header.Get("Content-Type")+" "+call.Header.Get("Accept"), "application/json application/json")
	}
}

func callSageMaker(t *testing.T, cloud *cloud, db *sql.DB) {
	t.Helper()
	cloud.Handle(awstest.InvokeEndpoint, func(c awstest.Call) awstest.Answer {
		return awstest.CSV(strings.Repeat("0.25\n", strings.Count(string(c.Body), "\n")+1))
	})
	same(t, "a call", rows(t, db, `SELECT d.score(1.5, 'a,"b"')`), "0.25")
	calls := cloud.Calls(awstest.InvokeEndpoint)
	same(t, "the endpoint", calls[0].Target, "anomaly")
	same(t, "the record", strings.TrimSuffix(string(calls[0].Body), "\n"), `1.5,"a,""b"""`)
	same(t, "the key, as no role is configured", calls[0].AccessKeyID+calls[0].RoleARN, awstest.AccessKeyID)
	same(t, "the type", calls[0].Header.Get("Content-Type"), "text/csv")
}

func callComprehend(t *testing.T, cloud *cloud, db *sql.DB) {
	t.Helper()
	cloud.Handle(awstest.DetectSentiment, func(awstest.Call) awstest.Answer { return sentiment("Positive", 0.97) })
	cloud.Handle(awstest.BatchDetectSentiment, func(awstest.Call) awstest.Answer {
		return awstest.JSON(`{"ResultList":[{"Index":0,"Sentiment":"POSITIVE","SentimentScore":{"Positive":0.97,"Negative":0.01,"Neutral":0.01,"Mixed":0.01}}],"ErrorList":[]}`)
	})
	same(t, "both functions", rows(t, db, "SELECT aws_comprehend_detect_sentiment('what a day', 'en'), "+
		"ROUND(aws_comprehend_detect_sentiment_confidence('what a day', 'en'), 4)"), "POSITIVE|0.97")
	for _, call := range append(cloud.Calls(awstest.DetectSentiment), cloud.Calls(awstest.BatchDetectSentiment)...) {
		contains(t, "the request", string(call.Body), "what a day", `"LanguageCode":"en"`)
		same(t, "the role", call.RoleARN, comprehendRole)
	}
}

// TestAWSEndpoints: an address of the configuration wins over the environment's,
// for each service by itself.
func TestAWSEndpoints(t *testing.T) {
	bedrock, sagemaker, rest := newCloud(t), newCloud(t), newCloud(t)
	bedrock.Handle(awstest.InvokeModel, func(awstest.Call) awstest.Answer { return claude("bedrock") })
	sagemaker.Handle(awstest.InvokeEndpoint, func(awstest.Call) awstest.Answer { return awstest.CSV("7") })
	s := start(t, rest.setup(setup{args: []string{"--aws-bedrock-endpoint", bedrock.url, "--aws-region", "us-west-2"},
		env: map[string]string{"AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": sagemaker.url}}))
	db := s.root(t)
	must(t, db, modelFunctions...)
	contains(t, "Bedrock", rows(t, db, "SELECT d.ask('{}')"), "bedrock")
	same(t, "SageMaker", rows(t, db, "SELECT d.score(1, 'x')"), "7")
	same(t, "the region of the configuration", bedrock.Calls(awstest.InvokeModel)[0].Region, "us-west-2")
	if n := rest.Requests(); n != 0 {
		t.Errorf("%d requests went to the address that was replaced", n)
	}
}

// TestKillModelCall: KILL QUERY ends the statement and the request, and the
// connection lives on.
func TestKillModelCall(t *testing.T) {
	cloud := newCloud(t)
	s := start(t, cloud.setup(setup{}))
	db := s.root(t)
	must(t, db, modelFunctions...)
	conn := session(t, db)
	id := rows(t, conn, "SELECT CONNECTION_ID()")
	arrived, _ := cloud.hold(awstest.InvokeModel, claude("late"))
	done := inBackground(bounded(t), conn, "SELECT d.ask('{}')")
	receive(t, "the held call", arrived)
	must(t, db, "KILL QUERY "+id)
	same(t, "the killed statement", failure(await(t, "the killed statement", done).err), "1317 (70100): Query execution was interrupted")
	receive(t, "the end of the request", cloud.abandoned)
	same(t, "the connection", rows(t, conn, "SELECT 'alive'"), "alive")

	done = inBackground(bounded(t), conn, "SELECT d.ask('{}')")
	receive(t, "the second held call", arrived)
	must(t, db, "KILL "+id)
	if err := await(t, "the killed connection", done).err; err == nil {
		t.Error("KILL let the statement go on")
	}
	receive(t, "the end of the second request", cloud.abandoned)
}

// TestClosedConnection: a client that goes away takes its model call with it.
func TestClosedConnection(t *testing.T) {
	cloud := newCloud(t)
	s := start(t, cloud.setup(setup{}))
	must(t, s.root(t), modelFunctions...)
	arrived, _ := cloud.hold(awstest.InvokeModel, claude("late"))
	client := airglowProcess(t, s, "SELECT d.ask('{}')")
	receive(t, "the held call", arrived)
	begun := time.Now()
	if err := client.Kill(); err != nil {
		t.Fatal(err)
	}
	receive(t, "the end of the request", cloud.abandoned)
	if took := time.Since(begun); took > 15*time.Second {
		t.Errorf("the call of a client that went away ended after %s", took)
	}
}

// TestTimeLimits: TIMEOUT_MS and the variable end a call, and each is named in
// the sentence.
func TestTimeLimits(t *testing.T) {
	cloud := newCloud(t)
	s := start(t, cloud.setup(setup{}))
	conn := session(t, s.root(t))
	must(t, conn, append(modelFunctions, strings.Replace(askFunction, "d.ask", "d.hasty", 1)+" TIMEOUT_MS 1500")...)
	arrived, _ := cloud.hold(awstest.InvokeModel, claude("late"))
	fails(t, conn, "SELECT d.hasty('{}')", "63986 (HY000): ", haiku, "did not answer within 1500 ms (TIMEOUT_MS, 1 attempt)", "raise TIMEOUT_MS")
	receive(t, "the call", arrived)
	receive(t, "the end of the request", cloud.abandoned)
	must(t, conn, "SET SESSION aurora_ml_inference_timeout = 1200")
	fails(t, conn, "SELECT d.ask('{}')", "63986 (HY000): ", "within 1200 ms (aurora_ml_inference_timeout, 1 attempt)")
	receive(t, "the end of the second request", cloud.abandoned)
}

// TestMaxExecutionTime: the limit of the whole statement holds while a model is
// waited for.
func TestMaxExecutionTime(t *testing.T) {
	cloud := newCloud(t)
	s := start(t, cloud.setup(setup{}))
	conn := session(t, s.root(t))
	must(t, conn, modelFunctions...)
	must(t, conn, "SET max_execution_time = 1500", "SET aurora_ml_inference_timeout = 20000")
	cloud.hold(awstest.InvokeModel, claude("late"))
	fails(t, conn, "SELECT d.ask('{}')", "3024 (HY000): Query execution was interrupted, maximum statement execution time exceeded")
	receive(t, "the end of the request", cloud.abandoned)
}

// TestDryMachine: with nothing configured no model is called by accident, and
// the error says what to set.
func TestDryMachine(t *testing.T) {
	db := start(t, setup{}).root(t)
	must(t, db, modelFunctions...)
	for query, parts := range map[string][]string{
		"SELECT d.ask('{}')":                                {"63986 (HY000): no provider is configured for Bedrock model", haiku, "--aws-region", "[[models]]", "builtin"},
		"SELECT d.score(1, 'x')":                            {"63987 (HY000): no provider is configured for SageMaker endpoint", "anomaly", "--aws-region"},
		"SELECT aws_comprehend_detect_sentiment('x', 'en')": {"63988 (HY000): no provider is configured for Comprehend", "--aws-region"},
	} {
		fails(t, db, query, parts...)
	}
}
