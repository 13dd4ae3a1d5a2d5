// Package sigv4 checks the signatures that clients of Amazon's services put on
// their requests, AWS Signature Version 4, on the side of the server.
//
//	auth, err := sigv4.Read(r, now)   // who signed what, and when
//	…                                 // find auth.KeyID's secret
//	err = auth.Verify(r, body, secret)
//
// The text that is signed is made anew from what came over the wire
// (canonical.go), not with a signer of the client's side: those sign headers that
// others do not, and no ":authority" as clients of HTTP/2 do. Errors are of type
// *Error, and tell why; how a service words that is its own matter.
package sigv4

import (
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Algorithm is the name of the scheme, with which the Authorization header
// begins.
const Algorithm = "AWS4-HMAC-SHA256"

// Skew is how far the date of a request may be from the server's, as with
// Amazon's services.
const Skew = 5 * time.Minute

const (
	dateLayout = "20060102T150405Z"
	dayLayout  = "20060102"
	scopeEnd   = "aws4_request"
)

// Reason says what is wrong with a signature.
type Reason int

// The reasons.
const (
	// Missing: there is no Authorization header.
	Missing Reason = iota
	// Incomplete: the header, or the date, cannot be read, or leaves out what
	// must be signed.
	Incomplete
	// Expired and Early: the request is from another time.
	Expired
	Early
	// Mismatch: the signature is not that of this request with this secret.
	Mismatch
)

// Error is a signature that does not hold. It shows nothing secret.
type Error struct {
	Reason  Reason
	Message string
}

// Error returns the message.
func (e *Error) Error() string { return e.Message }

func fault(reason Reason, message string) error { return &Error{Reason: reason, Message: message} }

// Authorization is what a request says about its signature.
type Authorization struct {
	// KeyID is the access key that signed.
	KeyID string
	// Date is the request's, to the second.
	Date time.Time
	// Region and Service are what the signature is for.
	Region, Service string
	// Signed are the names of the headers that are signed, in their order.
	Signed []string

	signature []byte
}

// Parse reads an Authorization header:
// "AWS4-HMAC-SHA256 Credential=id/day/region/service/aws4_request, SignedHeaders=a;b, Signature=hex".
// The date is the day at midnight. An error has the reason Incomplete.
func Parse(header string) (Authorization, error) {
	rest, ok := strings.CutPrefix(header, Algorithm+" ")
	if !ok {
		return Authorization{}, fault(Incomplete, "Authorization header requires the algorithm "+Algorithm+".")
	}
	parts := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		if _, twice := parts[name]; twice {
			return Authorization{}, fault(Incomplete, "Authorization header has a parameter twice.")
		}
		parts[name] = value
	}
	for _, name := range []string{"Credential", "SignedHeaders", "Signature"} {
		if parts[name] == "" {
			return Authorization{}, fault(Incomplete, "Authorization header requires '"+name+"' parameter.")
		}
	}
	// A key id may hold no slash, so that the scope is the last four.
	scope := strings.Split(parts["Credential"], "/")
	if len(scope) != 5 || scope[0] == "" || scope[4] != scopeEnd {
		return Authorization{}, fault(Incomplete, "Credential must have the form <key id>/<day>/<region>/<service>/"+scopeEnd+".")
	}
	day, err := time.Parse(dayLayout, scope[1])
	if err != nil {
		return Authorization{}, fault(Incomplete, "The day in Credential must have the form YYYYMMDD.")
	}
	signature, err := hex.DecodeString(parts["Signature"])
	if err != nil || len(signature) != 32 {
		return Authorization{}, fault(Incomplete, "Signature must be 64 hexadecimal digits.")
	}
	return Authorization{KeyID: scope[0], Date: day, Region: scope[2], Service: scope[3],
		Signed: strings.Split(parts["SignedHeaders"], ";"), signature: signature}, nil
}

// Read reads what a request says about its signature, and checks what needs no
// secret: that the date is now, and that what makes the request this request is
// signed.
func Read(r *http.Request, now time.Time) (Authorization, error) {
	headers := r.Header.Values("Authorization")
	switch len(headers) {
	case 0:
		return Authorization{}, fault(Missing, "Missing Authentication Token")
	case 1:
	default:
		return Authorization{}, fault(Incomplete, "There is more than one Authorization header.")
	}
	auth, err := Parse(headers[0])
	if err != nil {
		return auth, err
	}
	at, err := time.Parse(dateLayout, r.Header.Get("X-Amz-Date"))
	switch {
	case err != nil:
		return auth, fault(Incomplete, "Authorization header requires existence of an 'X-Amz-Date' header of the form YYYYMMDD'T'HHMMSS'Z'.")
	case at.Format(dayLayout) != auth.Date.Format(dayLayout):
		return auth, fault(Incomplete, "The day in Credential does not match that of X-Amz-Date.")
	}
	auth.Date = at
	if missing := auth.unsigned(r); missing != "" {
		return auth, fault(Incomplete, "'"+missing+"' must be a 'SignedHeader' in the AWS Authorization.")
	}
	return auth, auth.timely(now)
}

// unsigned is a header that must be signed and is not; empty when all are.
func (a Authorization) unsigned(r *http.Request) string {
	if !slices.Contains(a.Signed, "host") && !slices.Contains(a.Signed, ":authority") {
		return "Host"
	}
	for _, name := range []string{"X-Amz-Date", "X-Amz-Target", "X-Amz-Security-Token"} {
		if len(r.Header.Values(name)) > 0 && !slices.Contains(a.Signed, strings.ToLower(name)) {
			return name
		}
	}
	return ""
}

func (a Authorization) timely(now time.Time) error {
	date, server := a.Date.Format(dateLayout), now.UTC().Format(dateLayout)
	switch {
	case a.Date.Before(now.Add(-Skew)):
		return fault(Expired, "Signature expired: "+date+" is more than 5 minutes before the server's time, "+server+". Check the clocks.")
	case a.Date.After(now.Add(Skew)):
		return fault(Early, "Signature not yet current: "+date+" is more than 5 minutes after the server's time, "+server+". Check the clocks.")
	}
	return nil
}
