package outbound

import (
	"encoding/json"
	"fmt"
	"html"
	"strings"

	"airglow/internal/model"
)

// maxBeginning bounds what an error shows of a body that cannot be read, in bytes.
const maxBeginning = 200

// checkURL is the advice for an answer that does not come from a model server.
const checkURL = "see whether url is right, and what stands before the server"

// Unreadable is the error of an answer that has not the form it should have, with how
// it begins. The reason is part of a sentence and counts where the answer is JSON at
// least.
func (c *Client) Unreadable(body []byte, reason string) *model.Error {
	begins := c.beginning(body)
	switch {
	case begins == "":
		return c.BadAnswer("it is empty; " + checkURL)
	case !json.Valid(body):
		return c.BadAnswer(fmt.Sprintf("it is no JSON, but %s; %s", begins, checkURL))
	}
	return c.BadAnswer(fmt.Sprintf("%s; what came is %s", reason, begins))
}

// notJSON is the error of an answer whose media type is one that no answer has.
func (c *Client) notJSON(kind string, body []byte) *model.Error {
	reason := fmt.Sprintf("it is %s and not JSON", kind)
	if isHTML(body) || strings.HasPrefix(kind, "text/") {
		if begins := c.beginning(body); begins != "" {
			reason += ": " + begins
		}
	}
	return c.BadAnswer(reason + "; " + checkURL)
}

// beginning is Beginning with the client's secrets taken out.
func (c *Client) beginning(body []byte) string {
	return Beginning([]byte(c.redact(string(body[:min(len(body), maxFailureBody)]))))
}

// Beginning is what an error shows of a body that cannot be read: the title of a page
// of HTML, or its first words, and of everything else its first bytes, in quotes and in
// one line. It is empty for a body of nothing.
func Beginning(body []byte) string {
	text, page := string(body[:min(len(body), maxFailureBody)]), isHTML(body)
	if page {
		text = pageWords(text)
	}
	text = OneLine(text)
	if len(text) > maxBeginning {
		text = strings.ToValidUTF8(text[:maxBeginning], "") + "…"
	}
	switch {
	case text == "" && page:
		return "a page of HTML without a word"
	case text == "":
		return ""
	case page:
		return "a page of HTML, “" + text + "”"
	}
	return "“" + text + "”" // JSON is unreadable with its own quotes escaped
}

func isHTML(body []byte) bool {
	start := strings.ToLower(string(body[:min(len(body), 500)]))
	for _, tag := range []string{"<!doctype html", "<html", "<head", "<title", "<body"} {
		if strings.Contains(start, tag) && strings.HasPrefix(strings.TrimSpace(start), "<") {
			return true
		}
	}
	return false
}

// pageWords is the title of a page, or where it has none its text.
func pageWords(page string) string {
	lower := strings.ToLower(page)
	if len(lower) == len(page) { // it may not be, of letters that are longer so
		if at := strings.Index(lower, "<title"); at >= 0 {
			title, _, _ := strings.Cut(page[at:], "</")
			if _, text, ok := strings.Cut(title, ">"); ok && strings.TrimSpace(text) != "" {
				return html.UnescapeString(text)
			}
		}
	}
	var text strings.Builder
	for rest := page; rest != ""; {
		words, tag, _ := strings.Cut(rest, "<")
		text.WriteString(words + " ")
		_, rest, _ = strings.Cut(tag, ">")
	}
	return html.UnescapeString(text.String())
}
