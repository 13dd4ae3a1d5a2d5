package sigv4

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Verify reports, as an *Error, that a request with a body was not signed with a
// secret, or has changed since. The body is all of it; r.Body is not read.
func (a Authorization) Verify(r *http.Request, body []byte, secret string) error {
	canonical, err := a.canonical(r, body)
	if err != nil {
		return err
	}
	day := a.Date.Format(dayLayout)
	hash := sha256.Sum256([]byte(canonical))
	text := strings.Join([]string{
		Algorithm, r.Header.Get("X-Amz-Date"), day + "/" + a.Region + "/" + a.Service + "/" + scopeEnd, hex.EncodeToString(hash[:]),
	}, "\n")
	key := []byte("AWS4" + secret)
	for _, part := range []string{day, a.Region, a.Service, scopeEnd, text} {
		key = sum(key, part)
	}
	if !hmac.Equal(key, a.signature) {
		return mismatch()
	}
	return nil
}

func mismatch() error {
	return fault(Mismatch, "The request signature we calculated does not match the signature you provided. "+
		"Check your AWS Secret Access Key and signing method. Consult the service documentation for details.")
}

func sum(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

// canonical is the text that the signature covers, made from what came over the
// wire.
func (a Authorization) canonical(r *http.Request, body []byte) (string, error) {
	sum := sha256.Sum256(body)
	payload := hex.EncodeToString(sum[:])
	if sent := r.Header.Get("X-Amz-Content-Sha256"); sent != "" && sent != payload {
		return "", fault(Mismatch, "X-Amz-Content-Sha256 is not the SHA-256 of the body. Bodies must be signed, and not in chunks.")
	}
	path, query, _ := strings.Cut(r.RequestURI, "?")
	pairs, ok := canonicalQuery(query)
	if !ok {
		return "", mismatch()
	}
	var b strings.Builder
	b.WriteString(r.Method + "\n" + escape(path, "/") + "\n" + pairs + "\n")
	for _, name := range a.Signed {
		b.WriteString(name + ":" + headerValue(r, name) + "\n")
	}
	b.WriteString("\n" + strings.Join(a.Signed, ";") + "\n" + payload)
	return b.String(), nil
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

// canonicalQuery sorts the parameters by name, then value, and escapes them; it
// is false for what is no query.
func canonicalQuery(raw string) (string, bool) {
	query, err := url.ParseQuery(raw)
	if err != nil {
		return "", false
	}
	type pair struct{ name, value string }
	var pairs []pair
	for name, values := range query {
		for _, value := range values {
			pairs = append(pairs, pair{escape(name, ""), escape(value, "")})
		}
	}
	slices.SortFunc(pairs, func(a, b pair) int { return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.value, b.value)) })
	texts := make([]string, len(pairs))
	for i, p := range pairs {
		texts[i] = p.name + "=" + p.value
	}
	return strings.Join(texts, "&"), true
}

const (
	unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
	hexDigits  = "0123456789ABCDEF"
)

// escape percent-encodes every byte that is neither unreserved nor in keep. A
// path that arrives escaped is thereby escaped twice, as the signature wants.
func escape(text, keep string) string {
	var b strings.Builder
	for i := range len(text) {
		if c := text[i]; strings.IndexByte(unreserved, c) >= 0 || strings.IndexByte(keep, c) >= 0 {
			b.WriteByte(c)
		} else {
			b.WriteString("%" + string([]byte{hexDigits[c>>4], hexDigits[c&15]}))
		}
	}
	return b.String()
}
