package builtin

import (
	"regexp"
	"strings"
)

// The patterns by which a sentence shows that it asks for something rather
// than being part of the text. They read one sentence each.
var (
	polite = `(?:please|kindly|now|then|first|next|and|can you|could you|would you|will you|i want you to|i would like you to|i'd like you to|you should|you must|your task is to|help me(?: to)?|let'?s)[,:]?\s+`
	// asking starts with a verb of the tasks, or with a place to look.
	asking = regexp.MustCompile(`(?i)^\W*(?:` + polite + `)*(?:summari[sz]e|sum up|shorten|condense|abridge|boil down|tl;?dr|extract|list|find|pick|give|get|name|identify|tell|say|state|answer|categori[sz]e|classify|group|cluster|sort|label|tag|describe|explain|write|translate|create|generate|compose|draft|return|output|reply|respond|provide|produce|detect|determine|decide|analy[sz]e|judge|rate|convert|rewrite|paraphrase|read|show|highlight|pull|select|report|use only|what(?:'s| is| are)? the (?:sentiment|gist|key|main)|in (?:one|two|three|a few|\d+) (?:words?|sentences?)|(?:based|depending|relying|drawing) (?:only |solely )?on|according to|given|from|using|with|for|in|considering|looking at) `)
	// placed are openings that ask only when they point to a text.
	placed = regexp.MustCompile(`(?i)^\W*(?:` + polite + `)*(?:based|depending|relying|drawing|according|given|from|using|with|for|in|considering|looking|read|use only)\b`)
	// refersToText points to a text elsewhere in the message.
	refersToText = regexp.MustCompile(`(?i)\b(?:following|below|above|this|these|the|attached|given|provided|user'?s?)\s+(?:\w+\s+){0,2}?(?:texts?|content|contents|descriptions?|articles?|passages?|paragraphs?|documents?|reviews?|comments?|feedback|messages?|emails?|reports?|stor(?:y|ies)|news|notes?|transcripts?|context|information|posts?|announcements?|excerpts?|sentences?|data|input|lines?)\b|\b(?:following|below|above)\b`)
	// refersBack points to a text before.
	refersBack = regexp.MustCompile(`(?i)\b(?:above|preceding|previous|this|the|that)\s+(?:\w+\s+)?(?:texts?|content|descriptions?|articles?|passages?|paragraphs?|documents?|reviews?|feedback|reports?|story|notes?|transcript|context|post|announcements?|excerpt)\b|\babove\b|(?i)^\W*tl;?dr`)
	// following are sentences that add to an instruction already given.
	following = regexp.MustCompile(`(?i)^\W*(?:` + polite + `)*(?:answer|respond|reply|return|output|keep (?:it|the (?:summary|answer))|limit (?:it|the|your)|do not (?:add|include|use|explain|write|mention|say|give|exceed)|don'?t (?:add|include|use|explain|write|mention|say|give|exceed)|be (?:brief|concise|short)|no (?:explanations?|preamble|more than)|(?:in|within|at most|no more than|maximum) (?:\d+|one|two|three|four|five|ten|twenty|fifty) (?:words?|sentences?|characters?)|only (?:the|return|output|give)|use (?:at most|no more than|only|one|two|three|\d+) |just (?:the|give|return)|give (?:only|just|me)|write (?:only|at most|no more|the answer|the summary)|list them|separate|format|if (?:the|you|there|it) .*\b(?:say|answer|reply|return|write)\b)`)
	question  = regexp.MustCompile(`(?i)^\W*(?:` + polite + `)*(?:what|which|who|whom|whose|when|where|why|how|is|are|was|were|do|does|did|can|could|will|would|should|has|have|had)\b.*\?\W*$`)
	// questionWords is a question without its mark.
	questionWords = regexp.MustCompile(`(?i)^\W*(?:` + polite + `)*(?:what|which|who|whom|whose|when|where|why|how)\s`)
	// announcesQuestion is an instruction whose question comes separately.
	announcesQuestion = regexp.MustCompile(`(?i)\banswer|\bquestion|\bbased (?:only |solely )?on|\baccording to|\busing|\bfrom the|\bfrom this|\bcontext|\bread\b|^$`)
	label             = regexp.MustCompile(`(?is)^\s*(text|context|article|document|passage|content|description|input|paragraph|review|story|source|notes?|question|q|query|task|instructions?|request)\s*(?:\d+\s*)?[:：]\s*`)
	textLabel         = regexp.MustCompile(`(?i)^(?:text|context|article|document|passage|content|description|input|paragraph|review|story|source|notes?)`)
)

// isAsking reports whether a sentence asks for one of the tasks. Openings
// such as "From …" ask only when they point to a text.
func isAsking(sentence string) bool {
	if isQuestion(sentence) || strings.HasPrefix(strings.ToLower(strings.TrimSpace(sentence)), "tl;dr") {
		return true
	}
	if placed.MatchString(sentence) {
		return refersToText.MatchString(sentence)
	}
	return asking.MatchString(sentence + " ")
}

// isFollowing reports whether a sentence can only add to an instruction.
func isFollowing(sentence string) bool { return following.MatchString(sentence) }

// isQuestion reports whether a sentence is a question, with its mark.
func isQuestion(sentence string) bool { return question.MatchString(sentence) }

// cutLabel reads "Text: …", "Question: …" and the like.
func cutLabel(sentence string) (name, rest string, ok bool) {
	m := label.FindStringSubmatchIndex(sentence)
	if m == nil {
		return "", sentence, false
	}
	return sentence[m[2]:m[3]], sentence[m[1]:], true
}

// cutColon reads "Summarise in 20 words: …": an asking part that ends with a
// colon. Behind the colon the text starts.
func cutColon(sentence string) (head, rest string, ok bool) {
	for at := 0; ; {
		i := strings.Index(sentence[at:], ":")
		if i < 0 {
			return "", sentence, false
		}
		at += i + 1
		if at < len(sentence) && !strings.ContainsAny(sentence[at:at+1], " \t\n\"") {
			continue
		}
		head = sentence[:at]
		return head, strings.TrimLeft(sentence[at:], " \t\r\n"), isAsking(strings.TrimSuffix(head, ":"))
	}
}
