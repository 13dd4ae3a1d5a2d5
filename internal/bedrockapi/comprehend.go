package bedrockapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"airglow/internal/model"
)

// Comprehend's limits: bytes of a text, and texts of a batch.
const (
	mostTextBytes = 5000
	mostTexts     = 25
)

// sentimentModel is how the model map names the operation.
const sentimentModel = "sentiment"

// languages are those that Comprehend reads sentiment in.
var languages = []string{"en", "es", "fr", "de", "it", "pt", "ar", "hi", "ja", "ko", "zh", "zh-TW"}

// detectSentiment is Comprehend's DetectSentiment.
func (s *Server) detectSentiment(x *exchange) error {
	var sent struct{ Text, LanguageCode string }
	if err := x.readJSON(&sent); err != nil {
		return err
	}
	if err := checkLanguage(sent.LanguageCode); err != nil {
		return err
	}
	if err := checkText(sent.Text); err != nil {
		return err
	}
	answer, err := s.opts.Runner.Call(x.ctx, s.call(x, sentimentOf(sent.Text, sent.LanguageCode)))
	if err != nil {
		return err
	}
	return x.send(jsonType11, answer.Response.Body)
}

func sentimentOf(text, language string) model.Request {
	return model.Request{Service: model.Comprehend, Model: sentimentModel, Language: language, Body: []byte(text)}
}

// batchItem is an item of either list of BatchDetectSentiment's answer.
type batchItem struct {
	Index          int
	Sentiment      string          `json:",omitempty"`
	SentimentScore json.RawMessage `json:",omitempty"`
	ErrorCode      string          `json:",omitempty"`
	ErrorMessage   string          `json:",omitempty"`
}

// batchDetectSentiment is Comprehend's BatchDetectSentiment. A text that fails is
// an error of its own.
func (s *Server) batchDetectSentiment(x *exchange) error {
	var sent struct {
		TextList     []string
		LanguageCode string
	}
	if err := x.readJSON(&sent); err != nil {
		return err
	}
	if err := checkLanguage(sent.LanguageCode); err != nil {
		return err
	}
	switch {
	case len(sent.TextList) == 0:
		return refuse(http.StatusBadRequest, "InvalidRequestException", "TextList must have at least one text.")
	case len(sent.TextList) > mostTexts:
		return refuse(http.StatusBadRequest, "BatchSizeLimitExceededException", fmt.Sprintf("TextList has %d texts; at most %d are taken.", len(sent.TextList), mostTexts))
	}
	items, err := s.judge(x, sent.TextList, sent.LanguageCode)
	if err != nil {
		return err
	}
	answer := struct{ ResultList, ErrorList []batchItem }{[]batchItem{}, []batchItem{}}
	for _, item := range items {
		if item.ErrorCode != "" {
			answer.ErrorList = append(answer.ErrorList, item)
		} else {
			answer.ResultList = append(answer.ResultList, item)
		}
	}
	body, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	return x.send(jsonType11, body)
}

// judge finds the sentiment of each text.
func (s *Server) judge(x *exchange, texts []string, language string) ([]batchItem, error) {
	items := make([]batchItem, len(texts))
	var requests []model.Request
	var places []int
	for i, text := range texts {
		items[i].Index = i
		if err := checkText(text); err != nil {
			items[i].fail(err)
			continue
		}
		requests, places = append(requests, sentimentOf(text, language)), append(places, i)
	}
	outcomes, err := s.all(x, requests)
	if err != nil {
		return nil, err
	}
	for n, o := range outcomes {
		item := &items[places[n]]
		if o.err == nil {
			o.err = json.Unmarshal(o.answer.Response.Body, item)
		}
		if item.Index = places[n]; o.err != nil {
			item.fail(o.err)
		}
	}
	return items, nil
}

func (b *batchItem) fail(err error) {
	f := explain(model.Comprehend, err)
	*b = batchItem{Index: b.Index, ErrorCode: f.code, ErrorMessage: f.message}
}

func checkLanguage(code string) error {
	if !slices.Contains(languages, code) {
		return refuse(http.StatusBadRequest, "UnsupportedLanguageException",
			fmt.Sprintf("LanguageCode %.20q is none of %s.", code, strings.Join(languages, ", ")))
	}
	return nil
}

func checkText(text string) error {
	switch {
	case text == "":
		return refuse(http.StatusBadRequest, "InvalidRequestException", "The text must not be empty.")
	case len(text) > mostTextBytes:
		return refuse(http.StatusBadRequest, "TextSizeLimitExceededException",
			fmt.Sprintf("The text has %d bytes; at most %d are taken.", len(text), mostTextBytes))
	}
	return nil
}

// readJSON reads the body of a request to Comprehend.
func (x *exchange) readJSON(into any) error {
	if err := json.Unmarshal(x.body, into); err != nil {
		return refuse(http.StatusBadRequest, "SerializationException", "The body is no JSON object of this operation's form.")
	}
	return nil
}
