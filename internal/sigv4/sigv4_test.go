package sigv4

import (
	"encoding/hex"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

// The published example of Signature Version 4, "get-vanilla".
const (
	exampleSecret    = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
	exampleSignature = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
	exampleHeader    = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature="
)

var exampleTime = time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC)

func example() *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Host = "example.amazonaws.com"
	r.Header.Set("X-Amz-Date", "20150830T123600Z")
	r.Header.Set("Authorization", exampleHeader+exampleSignature)
	return r
}

func TestThePublishedExampleHolds(t *testing.T) {
	auth, err := Read(example(), exampleTime.Add(4*time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	if auth.KeyID != "AKIDEXAMPLE" || auth.Region != "us-east-1" || auth.Service != "service" || !auth.Date.Equal(exampleTime) {
		t.Errorf("read %+v", auth)
	}
	if err := auth.Verify(example(), nil, exampleSecret); err != nil {
		t.Error(err)
	}
	if err := auth.Verify(example(), []byte("x"), exampleSecret); reason(err) != Mismatch {
		t.Errorf("another body: %v", err)
	}
	if err := auth.Verify(example(), nil, exampleSecret+"x"); reason(err) != Mismatch {
		t.Errorf("another secret: %v", err)
	}
}

func reason(err error) Reason {
	var e *Error
	if errors.As(err, &e) {
		return e.Reason
	}
	return -1
}

func TestReadRefuses(t *testing.T) {
	set := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	for name, c := range map[string]struct {
		spoil func(*http.Request)
		now   time.Time
		want  Reason
	}{
		"no header":              {spoil: func(r *http.Request) { r.Header.Del("Authorization") }, want: Missing},
		"two headers":            {spoil: func(r *http.Request) { r.Header.Add("Authorization", "x") }, want: Incomplete},
		"another algorithm":      {spoil: set("Authorization", strings.Replace(exampleHeader, "HMAC", "ECDSA", 1)+exampleSignature), want: Incomplete},
		"no signature":           {spoil: set("Authorization", exampleHeader), want: Incomplete},
		"a short signature":      {spoil: set("Authorization", exampleHeader+"00ff"), want: Incomplete},
		"no scope":               {spoil: set("Authorization", strings.Replace(exampleHeader, "/aws4_request", "", 1)+exampleSignature), want: Incomplete},
		"a parameter twice":      {spoil: set("Authorization", exampleHeader+exampleSignature+", SignedHeaders=host"), want: Incomplete},
		"no date":                {spoil: func(r *http.Request) { r.Header.Del("X-Amz-Date") }, want: Incomplete},
		"another day":            {spoil: set("X-Amz-Date", "20150831T123600Z"), want: Incomplete},
		"the host unsigned":      {spoil: set("Authorization", strings.Replace(exampleHeader, "host;", "", 1)+exampleSignature), want: Incomplete},
		"the date unsigned":      {spoil: set("Authorization", strings.Replace(exampleHeader, ";x-amz-date", "", 1)+exampleSignature), want: Incomplete},
		"the target unsigned":    {spoil: set("X-Amz-Target", "Comprehend_20171127.DetectSentiment"), want: Incomplete},
		"the token unsigned":     {spoil: set("X-Amz-Security-Token", "x"), want: Incomplete},
		"older than 5 minutes":   {now: exampleTime.Add(Skew + time.Second), want: Expired},
		"newer than 5 minutes":   {now: exampleTime.Add(-Skew - time.Second), want: Early},
		"at the edge of allowed": {now: exampleTime.Add(Skew), want: -1},
	} {
		t.Run(name, func(t *testing.T) {
			r := example()
			if c.spoil != nil {
				c.spoil(r)
			}
			if c.now.IsZero() {
				c.now = exampleTime
			}
			if _, err := Read(r, c.now); reason(err) != c.want {
				t.Errorf("read: %v, want reason %d", err, c.want)
			}
		})
	}
}

func TestCanonicalRequest(t *testing.T) {
	r := httptest.NewRequest(http.MethodPost, "/model/a%3Ab%2Fc/invoke?b=2&a=x%20y&a=%2B&c", nil)
	r.Header["X-Many"] = []string{" one   two ", "three"}
	r.Host = "h:1"
	auth := Authorization{Signed: []string{":authority", "content-length", "x-many"}}
	got, err := auth.canonical(r, []byte("x"))
	want := "POST\n/model/a%253Ab%252Fc/invoke\na=%2B&a=x%20y&b=2&c=\n:authority:h:1\ncontent-length:0\nx-many:one two,three\n\n" +
		":authority;content-length;x-many\n2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
	if err != nil || got != want {
		t.Errorf("got %v\n%s\nwant\n%s", err, got, want)
	}
	for _, sent := range []string{"UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", strings.Repeat("0", 64)} {
		r.Header.Set("X-Amz-Content-Sha256", sent)
		if _, err := auth.canonical(r, []byte("x")); reason(err) != Mismatch {
			t.Errorf("%s: %v", sent, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(exampleHeader + exampleSignature)
	f.Add("AWS4-HMAC-SHA256 ,,=,Credential=////,Signature=")
	f.Add("Bearer x")
	f.Fuzz(func(t *testing.T, header string) {
		auth, err := Parse(header)
		switch {
		case err != nil && reason(err) != Incomplete:
			t.Errorf("%q: %v", header, err)
		case err != nil:
			return
		case auth.KeyID == "" || len(auth.signature) != 32 || len(auth.Signed) == 0:
			t.Errorf("%q passes as %+v", header, auth)
		case !strings.Contains(strings.ToLower(header), hex.EncodeToString(auth.signature)):
			t.Errorf("%q has another signature than %x", header, auth.signature)
		}
	})
}

// FuzzVerify: no request passes whose path, query, header and body are not those
// that were signed.
func FuzzVerify(f *testing.F) {
	f.Add("/", "", "v", []byte(nil))
	f.Add("/model/a%3Ab/invoke", "a=b&a=c&%zz", " v  w ", []byte("{}"))
	f.Fuzz(func(t *testing.T, path, query, value string, body []byte) {
		r := example()
		r.RequestURI, r.Body = path+"?"+query, http.NoBody
		r.Header.Set("X-Value", value)
		auth := Authorization{Date: exampleTime, Signed: []string{"host", "x-value"}, signature: make([]byte, 32)}
		if auth.Verify(r, body, exampleSecret) == nil {
			t.Error("a signature of zeros holds")
		}
		canonical, err := auth.canonical(r, body)
		if err != nil {
			return
		}
		if lines := strings.Split(canonical, "\n"); len(lines) < 6 || !slices.Contains(lines, "host;x-value") {
			t.Errorf("canonical request %q", canonical)
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	auth, err := Read(example(), exampleTime)
	if err != nil {
		b.Fatal(err)
	}
	r := example()
	for b.Loop() {
		if err := auth.Verify(r, nil, exampleSecret); err != nil {
			b.Fatal(err)
		}
	}
}
