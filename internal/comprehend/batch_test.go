package comprehend_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"airglow/internal/awstest"
	"airglow/internal/comprehend"
	"airglow/internal/model"
	"airglow/internal/model/modeltest"
)

// scored is a verdict that tells texts apart by their length.
func scored(text string) string {
	return fmt.Sprintf(`"Sentiment":"MIXED","SentimentScore":{"Positive":%d,"Negative":0,"Neutral":0,"Mixed":1}`, len(text))
}

// judge answers a single text, and several the last first.
func judge(call awstest.Call) awstest.Answer {
	var sent struct {
		Text     string
		TextList []string
	}
	if err := json.Unmarshal(call.Body, &sent); err != nil {
		return awstest.Failure(400, "InvalidRequestException", err.Error())
	}
	if call.Operation == awstest.DetectSentiment {
		return awstest.JSON("{" + scored(sent.Text) + "}")
	}
	var items []string
	for i, text := range sent.TextList {
		if text == "bad" {
			return awstest.Failure(400, "InvalidRequestException", "no")
		}
		items = append([]string{fmt.Sprintf(`{"Index":%d,%s}`, i, scored(text))}, items...)
	}
	return awstest.JSON(`{"ResultList":[` + strings.Join(items, ",") + `],"ErrorList":[]}`)
}

func TestBatchContract(t *testing.T) {
	modeltest.RunBatch(t, func(t *testing.T) modeltest.BatchSubject {
		server := awstest.Start(t)
		server.Handle(awstest.DetectSentiment, judge)
		server.Handle(awstest.BatchDetectSentiment, judge)
		return modeltest.BatchSubject{
			Provider: newProvider(t, server),
			Good:     []model.Request{request("a", "en"), request("bb", "en"), request("ccc", "en")},
			Refused:  request(strings.Repeat("x", 5001), "en"),
			Bad:      []model.Request{request("bad", "en"), request("good", "en")},
		}
	})
}

// Each item of an answer goes to its own text, and what is wrong with one is that
// one's failure.
func TestItemsOfABatch(t *testing.T) {
	item := func(i int) string { return fmt.Sprintf(`{"Index":%d,%s}`, i, scored("x")) }
	refused := `{"Index":1,"ErrorCode":"UnsupportedLanguageException","ErrorMessage":"no such\nlanguage"}`
	for name, c := range map[string]struct {
		results, errors string
		want            [2]model.Kind // of the second and the third; -1 is an answer
		text            string
	}{
		"an error":   {item(2) + "," + item(0), refused, [2]model.Kind{model.Invalid, -1}, "Comprehend API returned error: UnsupportedLanguageException: no such language"},
		"throttled":  {item(0) + "," + item(2), `{"Index":1,"ErrorCode":"ThrottlingException"}`, [2]model.Kind{model.Throttled, -1}, "gave no message"},
		"missing":    {item(0) + "," + item(1), "", [2]model.Kind{-1, model.BadAnswer}, "lacks one"},
		"twice":      {item(0) + "," + item(2) + "," + item(1) + "," + item(1), "", [2]model.Kind{model.BadAnswer, -1}, "two items"},
		"incomplete": {item(0) + `,{"Index":1},` + item(2), "", [2]model.Kind{model.BadAnswer, -1}, "lacks the sentiment"},
	} {
		t.Run(name, func(t *testing.T) {
			server := awstest.Start(t)
			server.Queue(awstest.BatchDetectSentiment, awstest.JSON(`{"ResultList":[`+c.results+`],"ErrorList":[`+c.errors+`]}`))
			texts := []model.Request{request("a", "en"), request("b", "en"), request("c", "en")}
			results, err := newProvider(t, server).InvokeBatch(t.Context(), texts)
			if err != nil || results[0].Err != nil {
				t.Fatalf("%+v, %v", results, err)
			}
			for i, want := range c.want {
				got := results[i+1].Err
				if want < 0 && got != nil || want >= 0 && (model.KindOf(got) != want || !strings.Contains(got.Error(), c.text)) {
					t.Errorf("text %d: %v", i+2, got)
				}
			}
		})
	}
	server := awstest.Start(t)
	server.Queue(awstest.BatchDetectSentiment, awstest.JSON(`{"ResultList":[`+item(0)+","+item(2)+`],"ErrorList":[]}`))
	if _, err := newProvider(t, server).InvokeBatch(t.Context(), []model.Request{request("a", "en"), request("b", "en")}); model.KindOf(err) != model.BadAnswer {
		t.Errorf("an item for no text: %v", err)
	}
}

func TestLimitsOfABatch(t *testing.T) {
	provider := newProvider(t, awstest.Start(t))
	limits := provider.BatchLimits(request("a", "en"))
	if limits.Size(0) != 25 || limits.Size(10) != 10 || limits.Size(1000) != 25 {
		t.Errorf("limits %+v", limits)
	}
	other := model.Request{Service: model.Comprehend, Model: "entities", Language: "en", Body: []byte("a")}
	if provider.BatchLimits(other) != (model.BatchLimits{}) || comprehend.Sentiment == other.Model {
		t.Error("another operation travels in batches")
	}
}
