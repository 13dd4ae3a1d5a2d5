package ledger

import (
	"time"

	"airglow/internal/model"
)

// Day is a day in UTC, "2006-01-02".
type Day string

// DayOf returns the day of a time.
func DayOf(t time.Time) Day { return Day(t.UTC().Format(time.DateOnly)) }

// Scope is what usage is summed up by.
type Scope struct {
	Day      Day    `json:"day"`
	User     string `json:"user"`
	Database string `json:"database"`
	Function string `json:"function"`
	// Model is the one that was asked, in the provider's words; Provider who.
	Provider string `json:"provider"`
	Model    string `json:"model"`
}

// Usage is what was used within a Scope.
type Usage struct {
	// Calls got an answer from a service; Reused got a recorded one; Failed got
	// none. Attempts are the requests that were sent, batches as one.
	Calls    int64 `json:"calls"`
	Reused   int64 `json:"reused"`
	Failed   int64 `json:"failed"`
	Attempts int64 `json:"attempts"`
	// Unknown are the calls whose attempts were cut off.
	Unknown int64 `json:"unknown"`
	// The tokens are those that services reported.
	Tokens model.Usage `json:"tokens"`
	// Cost sums what is known of it; Unpriced counts the calls whose cost is not.
	Cost     Money `json:"cost"`
	Unpriced int64 `json:"unpriced"`
}

// Add adds what another usage has.
func (u *Usage) Add(o Usage) {
	u.Calls += o.Calls
	u.Reused += o.Reused
	u.Failed += o.Failed
	u.Attempts += o.Attempts
	u.Unknown += o.Unknown
	u.Tokens.InputTokens += o.Tokens.InputTokens
	u.Tokens.OutputTokens += o.Tokens.OutputTokens
	u.Tokens.CacheReadTokens += o.Tokens.CacheReadTokens
	u.Tokens.CacheWriteTokens += o.Tokens.CacheWriteTokens
	u.Tokens.Known = u.Tokens.Known || o.Tokens.Known
	u.Tokens.Estimated = u.Tokens.Estimated || o.Tokens.Estimated
	u.Cost += o.Cost
	u.Unpriced += o.Unpriced
}

// UsageOf is what an attempt that has ended used.
func UsageOf(a *Attempt) Usage {
	u := Usage{Attempts: 1}
	for _, r := range a.Requests {
		switch {
		case r.Answered:
			u.Calls++
			u.Tokens.InputTokens += r.Usage.InputTokens
			u.Tokens.OutputTokens += r.Usage.OutputTokens
			u.Tokens.CacheReadTokens += r.Usage.CacheReadTokens
			u.Tokens.CacheWriteTokens += r.Usage.CacheWriteTokens
			u.Tokens.Known = u.Tokens.Known || r.Usage.Known
			u.Tokens.Estimated = u.Tokens.Estimated || r.Usage.Estimated
			if r.Cost == nil {
				u.Unpriced++
			} else {
				u.Cost += *r.Cost
			}
		case a.State == Unknown:
			u.Unknown++
		default:
			u.Failed++
		}
	}
	return u
}

// ScopeOf is where an attempt's usage belongs: the day on which it began.
func ScopeOf(a *Attempt) Scope {
	name := a.Target
	if name == "" {
		name = a.Asked
	}
	return Scope{
		Day: DayOf(a.Begun), User: a.User, Database: a.Database, Function: a.Function, Provider: a.Provider, Model: name,
	}
}
