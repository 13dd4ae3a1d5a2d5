package awstest

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	algorithm  = "AWS4-HMAC-SHA256"
	dateLayout = "20060102T150405Z"
	// maxSkew is how far a request's date may be from the server's.
	maxSkew = 5 * time.Minute
)

// caller is who signed a request, and for what.
type caller struct {
	id, roleARN     string
	region, service string
}

// authorization is the Authorization header in its parts.
type authorization struct {
	keyID, date, region, service string
	signed                       []string
	signature                    string
}

// verify checks a request's signature and returns who made it, or the refusal
// that AWS would send.
func (k *keyring) verify(r *http.Request, body []byte, now time.Time) (caller, *Answer) {
	if r.Header.Get("Authorization") == "" {
		return caller{}, refuse("MissingAuthenticationTokenException", "Request is missing Authentication Token")
	}
	auth, ok := parseAuthorization(r.Header.Get("Authorization"))
	if !ok {
		return caller{}, refuse("IncompleteSignatureException", "The Authorization header is not a complete signature.")
	}
	found, ok := k.find(auth.keyID)
	if !ok || r.Header.Get("X-Amz-Security-Token") != found.token {
		return caller{}, refuse("UnrecognizedClientException", "The security token included in the request is invalid.")
	}
	if refusal := checkScope(r, auth, found); refusal != nil {
		return caller{}, refusal
	}
	if refusal := checkDate(r, auth, now); refusal != nil {
		return caller{}, refusal
	}
	if !signatureMatches(r, body, auth, found.secret) {
		return caller{}, refuse("InvalidSignatureException", "The request signature we calculated does not match the signature "+
			"you provided. Check your AWS Secret Access Key and signing method.")
	}
	if !found.expires.IsZero() && now.After(found.expires) {
		return caller{}, refuse("ExpiredTokenException", "The security token included in the request is expired")
	}
	return caller{id: auth.keyID, roleARN: found.roleARN, region: auth.region, service: auth.service}, nil
}

func refuse(code, message string) *Answer {
	answer := Failure(http.StatusForbidden, code, message)
	return &answer
}

// parseAuthorization reads
// "AWS4-HMAC-SHA256 Credential=id/date/region/service/aws4_request, SignedHeaders=a;b, Signature=hex".
func parseAuthorization(header string) (authorization, bool) {
	rest, ok := strings.CutPrefix(header, algorithm+" ")
	if !ok {
		return authorization{}, false
	}
	parts := make(map[string]string)
	for _, part := range strings.Split(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		parts[name] = value
	}
	scope := strings.Split(parts["Credential"], "/")
	if len(scope) != 5 || scope[4] != "aws4_request" || parts["Signature"] == "" {
		return authorization{}, false
	}
	return authorization{keyID: scope[0], date: scope[1], region: scope[2], service: scope[3],
		signed: strings.Split(parts["SignedHeaders"], ";"), signature: parts["Signature"]}, true
}

// checkScope insists that what makes the request this request is signed.
func checkScope(r *http.Request, auth authorization, found key) *Answer {
	host := slices.Contains(auth.signed, "host") || slices.Contains(auth.signed, ":authority")
	token := found.token == "" || slices.Contains(auth.signed, "x-amz-security-token")
	if !host || !token || !slices.Contains(auth.signed, "x-amz-date") {
		return refuse("InvalidSignatureException", "'Host', 'X-Amz-Date' and 'X-Amz-Security-Token' must be signed.")
	}
	if sent := r.Header.Get("X-Amz-Date"); !strings.HasPrefix(sent, auth.date) {
		return refuse("InvalidSignatureException", "Date in Credential scope does not match the request's date.")
	}
	return nil
}

func checkDate(r *http.Request, auth authorization, now time.Time) *Answer {
	at, err := time.Parse(dateLayout, r.Header.Get("X-Amz-Date"))
	if err != nil || auth.date != at.Format("20060102") {
		return refuse("IncompleteSignatureException", "X-Amz-Date is not a date.")
	}
	if at.Before(now.Add(-maxSkew)) {
		return refuse("InvalidSignatureException", "Signature expired: the request is too old.")
	}
	if at.After(now.Add(maxSkew)) {
		return refuse("InvalidSignatureException", "Signature not yet current: the request is of the future.")
	}
	return nil
}

func signatureMatches(r *http.Request, body []byte, auth authorization, secret string) bool {
	canonical, ok := canonicalRequest(r, body, auth.signed)
	if !ok {
		return false
	}
	hash := sha256.Sum256([]byte(canonical))
	toSign := strings.Join([]string{
		algorithm, r.Header.Get("X-Amz-Date"),
		auth.date + "/" + auth.region + "/" + auth.service + "/aws4_request",
		hex.EncodeToString(hash[:]),
	}, "\n")
	signing := []byte("AWS4" + secret)
	for _, part := range []string{auth.date, auth.region, auth.service, "aws4_request", toSign} {
		signing = sum(signing, part)
	}
	sent, err := hex.DecodeString(auth.signature)
	return err == nil && hmac.Equal(signing, sent)
}

func sum(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

// canonicalRequest is the text that the signature covers, made from what came
// over the wire. It is false when the payload is not what its hash says.
func canonicalRequest(r *http.Request, body []byte, signed []string) (string, bool) {
	payload, ok := payloadHash(r, body)
	if !ok {
		return "", false
	}
	path, _, _ := strings.Cut(r.RequestURI, "?")
	var b strings.Builder
	b.WriteString(r.Method + "\n" + escape(path, "/") + "\n" + canonicalQuery(r.URL.RawQuery) + "\n")
	for _, name := range signed {
		b.WriteString(name + ":" + headerValue(r, name) + "\n")
	}
	b.WriteString("\n" + strings.Join(signed, ";") + "\n" + payload)
	return b.String(), true
}

func payloadHash(r *http.Request, body []byte) (string, bool) {
	hash := sha256.Sum256(body)
	actual := hex.EncodeToString(hash[:])
	if sent := r.Header.Get("X-Amz-Content-Sha256"); sent != "" {
		return actual, sent == actual
	}
	return actual, true
}

// headerValue is a signed header's value: outer spaces cut, inner runs of
// spaces made one, several values joined by commas.
func headerValue(r *http.Request, name string) string {
	switch name {
	case "host", ":authority":
		return r.Host
	case "content-length":
		return strconv.FormatInt(r.ContentLength, 10)
	case "transfer-encoding":
		return strings.Join(r.TransferEncoding, ",")
	}
	values := slices.Clone(r.Header.Values(name))
	for i, value := range values {
		values[i] = strings.Join(strings.Fields(value), " ")
	}
	return strings.Join(values, ",")
}

// canonicalQuery sorts the parameters by name, then value, and escapes them.
func canonicalQuery(raw string) string {
	query, err := url.ParseQuery(raw)
	if err != nil {
		return ""
	}
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(query)) {
		for _, value := range slices.Sorted(slices.Values(query[name])) {
			pairs = append(pairs, escape(name, "")+"="+escape(value, ""))
		}
	}
	return strings.Join(pairs, "&")
}

// escape percent-encodes every byte that is neither unreserved nor in keep. A
// path that arrives escaped is thereby escaped twice, as the signature wants.
func escape(text, keep string) string {
	const unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
	var b bytes.Buffer
	for i := 0; i < len(text); i++ {
		if c := text[i]; strings.IndexByte(unreserved, c) >= 0 || strings.IndexByte(keep, c) >= 0 {
			b.WriteByte(c)
		} else {
			b.WriteString("%" + strings.ToUpper(hex.EncodeToString([]byte{c})))
		}
	}
	return b.String()
}
