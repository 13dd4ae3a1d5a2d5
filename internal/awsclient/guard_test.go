package awsclient_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"airglow/internal/awsclient"
	"airglow/internal/model"
	"airglow/internal/outbound"
)

func bedrockAt(url string) awsclient.Options {
	return awsclient.Options{Region: "us-east-1", Bedrock: awsclient.ServiceOptions{Endpoint: url}, Destinations: outbound.Rules{Place: " under [aws]"}}
}

// An address that nobody should be asked at is refused at start, with its setting.
func TestEndpointsAreGuarded(t *testing.T) {
	bareMachine(t)
	sts := awsclient.Options{STSEndpoint: "https://[fd00:ec2::254]"}
	for name, tc := range map[string]struct {
		options awsclient.Options
		want    string
	}{
		"plain http":       {bedrockAt("http://example.com"), "aws.bedrock-endpoint: plain http to example.com can be read on the way; use https, or set allow-http = true under [aws]"},
		"metadata":         {bedrockAt("https://169.254.169.254"), "name the address in allow-addresses under [aws]"},
		"plain metadata":   {bedrockAt("http://169.254.169.254"), "aws.bedrock-endpoint: plain http"},
		"security tokens'": {sts, "aws.sts-endpoint: its address is fd00:ec2::254"},
		"of another kind":  {bedrockAt("ftp://127.0.0.1"), `"ftp" is neither https nor http`},
	} {
		if _, err := awsclient.Load(t.Context(), tc.options); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	allowed := bedrockAt("http://169.254.7.1")
	allowed.Destinations = outbound.Rules{AllowHTTP: true, AllowAddresses: []netip.Prefix{netip.MustParsePrefix("169.254.7.0/24")}}
	for _, o := range []awsclient.Options{allowed, bedrockAt("http://127.0.0.1:1"), bedrockAt("http://localhost:1"), bedrockAt("https://vpce.example.com")} {
		load(t, o)
	}
}

// Wherever an address comes from, it is checked as the connection is made.
func TestAddressesOfTheEnvironmentAreGuarded(t *testing.T) {
	bareMachine(t)
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	for url, want := range map[string]string{
		"http://169.254.169.254":  "Bedrock at 169.254.169.254 is not asked: its address is 169.254.169.254",
		"https://169.254.169.254": "is not asked: its address is 169.254.169.254",
		"http://10.255.255.1":     "another machine's, and plain http can be read on the way",
	} {
		t.Setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", url)
		err := invoke(t.Context(), load(t, awsclient.Options{Region: "us-east-1"}))
		if model.KindOf(err) != model.NotConfigured || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", url, err)
		}
	}
	t.Setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "")
	t.Setenv("AWS_ENDPOINT_URL_STS", "http://169.254.169.254")
	role := awsclient.Options{Region: "us-east-1", Bedrock: awsclient.ServiceOptions{RoleARN: "arn:aws:iam::123456789012:role/x"}}
	err := invoke(t.Context(), load(t, role))
	if model.KindOf(err) != model.NotConfigured || !strings.Contains(err.Error(), "STS at 169.254.169.254 is not asked") || strings.Contains(err.Error(), "must be allowed") {
		t.Errorf("a role: %v", err)
	}
}

// A redirect takes neither signature nor rows to another host.
func TestRedirectsAreGuarded(t *testing.T) {
	bareMachine(t)
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	var elsewhere atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	defer other.Close()
	for _, to := range []string{other.URL, "http://169.254.169.254/latest"} {
		for _, status := range []int{http.StatusTemporaryRedirect, http.StatusFound} {
			server := httptest.NewServer(http.RedirectHandler(to, status))
			err := invoke(t.Context(), load(t, bedrockAt(server.URL)))
			server.Close()
			if model.KindOf(err) != model.NotConfigured || !strings.Contains(err.Error(), "is not followed: it redirects to "+strings.Split(to, "/")[2]) {
				t.Errorf("%d to %s: %v", status, to, err)
			}
		}
	}
	if n := elsewhere.Load(); n != 0 {
		t.Errorf("another host got %d requests", n)
	}
}
