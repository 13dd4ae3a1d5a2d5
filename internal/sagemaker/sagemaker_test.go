package sagemaker_test

import (
	"strings"
	"testing"

	"airglow/internal/awsclient"
	"airglow/internal/awstest"
	"airglow/internal/csvline"
	"airglow/internal/model"
	"airglow/internal/model/modeltest"
	"airglow/internal/sagemaker"
)

func newProvider(t *testing.T, server *awstest.Server) *sagemaker.Provider {
	t.Helper()
	for name, value := range server.Environment() {
		t.Setenv(name, value)
	}
	session, err := awsclient.Load(t.Context(), awsclient.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(session.Close)
	return sagemaker.New(session)
}

func request(endpoint, record string) model.Request {
	return model.Request{Service: model.SageMaker, Model: endpoint, Body: []byte(record)}
}

func TestContract(t *testing.T) {
	modeltest.Run(t, func(t *testing.T) modeltest.Subject {
		server := awstest.Start(t)
		started, never := make(chan struct{}, 1), make(chan struct{})
		server.Handle(awstest.InvokeEndpoint, func(call awstest.Call) awstest.Answer {
			switch call.Target {
			case "slow":
				started <- struct{}{}
				return awstest.Answer{Wait: never}
			case "bad":
				return awstest.Failure(424, "ModelError", "Received server error (500) from primary")
			}
			return awstest.CSV("0.75\n")
		})
		return modeltest.Subject{
			Provider: newProvider(t, server), Started: started,
			Good: request("churn-1", `1,2,"a, b"`), Bad: request("bad", "secret text of a record"), Slow: request("slow", "1"),
		}
	})
}

func TestInvoke(t *testing.T) {
	record := string(csvline.EncodeRecord([]csvline.Field{{Text: "a, \"b\"\nc"}, {Null: true}, {Text: "3"}}))
	for answer, want := range map[string]string{
		"0.5":                 "0.5",
		"0.5\r\n":             "0.5",
		"0.9,0.1\n":           "0.9",
		"\"yes, really\",0.9": `"yes, really"`,
		"\n":                  "",
	} {
		t.Run(answer, func(t *testing.T) {
			server := awstest.Start(t)
			server.Queue(awstest.InvokeEndpoint, awstest.CSV(answer))
			got, err := newProvider(t, server).Invoke(t.Context(), request("churn-1", record))
			if err != nil {
				t.Fatal(err)
			}
			if string(got.Body) != want || got.Provider != "sagemaker" || got.Model != "churn-1" || got.RequestID == "" || got.Usage.Known {
				t.Errorf("got %+v", got)
			}
			call := server.Calls(awstest.InvokeEndpoint)[0]
			if string(call.Body) != "\"a, \"\"b\"\"\nc\",,3" || call.Target != "churn-1" ||
				call.Header.Get("Content-Type") != "text/csv" || call.Header.Get("Accept") != "text/csv" {
				t.Errorf("sent %+v", call)
			}
		})
	}
}

func TestBadAnswers(t *testing.T) {
	for answer, text := range map[string]string{
		"":         "0 answer line(s) for 1 record(s)",
		"1\n2\n":   "2 answer line(s) for 1 record(s)",
		"\"open\n": "never closed",
	} {
		server := awstest.Start(t)
		server.Queue(awstest.InvokeEndpoint, awstest.CSV(answer))
		_, err := newProvider(t, server).Invoke(t.Context(), request("churn-1", "1"))
		if model.KindOf(err) != model.BadAnswer || !strings.Contains(err.Error(), text) {
			t.Errorf("%q: %v", answer, err)
		}
	}
}

func TestRefusedBeforeSending(t *testing.T) {
	server := awstest.Start(t)
	provider := newProvider(t, server)
	wrong := request("e", "1")
	wrong.Service = model.Bedrock
	for name, tc := range map[string]struct {
		req  model.Request
		kind model.Kind
		text string
	}{
		"name with slash":  {request("a/b", "1"), model.Invalid, "endpoint name"},
		"name of hyphens":  {request("a-", "1"), model.Invalid, "endpoint name"},
		"empty name":       {request("", "1"), model.Invalid, "endpoint name"},
		"long name":        {request(strings.Repeat("a", 64), "1"), model.Invalid, "63"},
		"name, line break": {request("a\n", "1"), model.Invalid, "endpoint name"},
		"two records":      {request("e", "1\n2"), model.Invalid, "exactly one CSV record"},
		"open quote":       {request("e", `"1`), model.Invalid, "exactly one CSV record"},
		"too large":        {request("e", strings.Repeat("1", 6_291_457)), model.TooLarge, "6291457"},
		"service":          {wrong, model.Unsupported, "model map"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := provider.Invoke(t.Context(), tc.req)
			if model.KindOf(err) != tc.kind || !strings.Contains(err.Error(), tc.text) {
				t.Errorf("got kind %v: %v", model.KindOf(err), err)
			}
		})
	}
	if n := server.Requests(); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}
