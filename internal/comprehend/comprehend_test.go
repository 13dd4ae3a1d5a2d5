package comprehend_test

import (
	"encoding/json"
	"strings"
	"testing"

	"airglow/internal/awsclient"
	"airglow/internal/awstest"
	"airglow/internal/comprehend"
	"airglow/internal/model"
	"airglow/internal/model/modeltest"
)

const positive = `{"Sentiment":"POSITIVE","SentimentScore":{"Positive":0.95,"Negative":0.01,"Neutral":0.03,"Mixed":0.01}}`

func newProvider(t *testing.T, server *awstest.Server) *comprehend.Provider {
	t.Helper()
	for name, value := range server.Environment() {
		t.Setenv(name, value)
	}
	session, err := awsclient.Load(t.Context(), awsclient.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(session.Close)
	return comprehend.New(session)
}

func request(text, language string) model.Request {
	return model.Request{Service: model.Comprehend, Model: comprehend.Sentiment, Language: language, Body: []byte(text)}
}

func TestContract(t *testing.T) {
	modeltest.Run(t, func(t *testing.T) modeltest.Subject {
		server := awstest.Start(t)
		started, never := make(chan struct{}, 1), make(chan struct{})
		server.Handle(awstest.DetectSentiment, func(call awstest.Call) awstest.Answer {
			switch {
			case strings.Contains(string(call.Body), "slow"):
				started <- struct{}{}
				return awstest.Answer{Wait: never}
			case strings.Contains(string(call.Body), "refused"):
				return awstest.Failure(400, "InvalidRequestException", "no")
			}
			return awstest.JSON(positive)
		})
		return modeltest.Subject{
			Provider: newProvider(t, server), Started: started,
			Good: request("lovely", "en"), Bad: request("a text that is refused", "en"), Slow: request("slow", "en"),
		}
	})
}

func TestInvoke(t *testing.T) {
	server := awstest.Start(t)
	server.Queue(awstest.DetectSentiment, awstest.JSON(positive))
	text := "Schön, \"wirklich\"!\n" + strings.Repeat("x", 4980)
	if len(text) != 5000 {
		t.Fatalf("the text has %d bytes", len(text))
	}
	got, err := newProvider(t, server).Invoke(t.Context(), request(text, "zh-TW"))
	if err != nil {
		t.Fatal(err)
	}
	if string(got.Body) != positive || got.Provider != "comprehend" || got.Model != "sentiment" || got.RequestID == "" || got.Usage.Known {
		t.Errorf("got %s, %+v", got.Body, got)
	}
	var sent struct{ Text, LanguageCode string }
	if err := json.Unmarshal(server.Calls(awstest.DetectSentiment)[0].Body, &sent); err != nil || sent.Text != text || sent.LanguageCode != "zh-TW" {
		t.Errorf("sent %+v, %v", sent, err)
	}
}

func TestIncompleteAnswers(t *testing.T) {
	for _, body := range []string{`{}`, `{"Sentiment":"POSITIVE"}`, `{"Sentiment":"POSITIVE","SentimentScore":{"Positive":1}}`,
		`{"SentimentScore":{"Positive":1,"Negative":0,"Neutral":0,"Mixed":0}}`, `[]`, `nonsense`} {
		server := awstest.Start(t)
		server.Queue(awstest.DetectSentiment, awstest.JSON(body))
		if _, err := newProvider(t, server).Invoke(t.Context(), request("x", "en")); model.KindOf(err) != model.BadAnswer {
			t.Errorf("%s: kind %v: %v", body, model.KindOf(err), err)
		}
	}
}

func TestRefusedBeforeSending(t *testing.T) {
	server := awstest.Start(t)
	provider := newProvider(t, server)
	entities := request("x", "en")
	entities.Model = "entities"
	for name, tc := range map[string]struct {
		req  model.Request
		kind model.Kind
		text string
	}{
		"empty":        {request("", "en"), model.Invalid, "empty"},
		"too long":     {request(strings.Repeat("é", 2501), "en"), model.TooLarge, "5002"},
		"not UTF-8":    {request("\xff", "en"), model.Invalid, "UTF-8"},
		"language":     {request("x", "tlh"), model.Invalid, "zh-TW"},
		"no language":  {request("x", ""), model.Invalid, "en, es"},
		"wrong case":   {request("x", "EN"), model.Invalid, `"EN"`},
		"other action": {entities, model.Unsupported, "sentiment"},
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
