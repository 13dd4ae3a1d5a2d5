package config

import (
	"errors"
	"flag"
	"io"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
)

// load loads in an empty directory with a file (none when empty), an
// environment of NAME=value and arguments.
func load(t *testing.T, file string, env []string, args ...string) (*Config, error) {
	t.Helper()
	t.Chdir(t.TempDir())
	if file != "" {
		write(t, defaultFile, file)
	}
	return loadHere(env, args...)
}

func loadHere(env []string, args ...string) (*Config, error) {
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	return Load(flags, args, func(name string) (string, bool) {
		for _, pair := range env {
			if value, ok := strings.CutPrefix(pair, name+"="); ok {
				return value, true
			}
		}
		return "", false
	})
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestDefaults(t *testing.T) {
	c, err := load(t, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.Data != "./airglow-data" || c.Listen != "127.0.0.1:3306" || c.DrainTimeout != 10*time.Second ||
		c.MaxConnections != 151 || c.ML.InferenceTimeoutMS != 30000 || !c.ML.ActivateAllRolesOnLogin ||
		c.ML.MaxConcurrency != 256 || c.TLS.Mode != "on" || c.AWS.Region != "" || c.File != "" || !c.LoopbackOnly() {
		t.Errorf("got %+v", c)
	}
}

func TestPrecedence(t *testing.T) {
	file := "data = 'file'\nlisten = '127.0.0.1:1'\nmax-connections = 7\n[log]\nlevel = 'warn'\n[ml]\nactivate-all-roles-on-login = false\n"
	env := []string{"AIRGLOW_LISTEN=127.0.0.1:2", "AIRGLOW_MAX_CONNECTIONS=8", "AIRGLOW_LOG_LEVEL=", "AIRGLOW_PORT=tcp://10.0.0.1:3306"}
	c, err := load(t, file, env, "--max-connections", "9", "-drain-timeout=1m")
	if err != nil {
		t.Fatal(err)
	}
	if c.Data != "file" || c.Listen != "127.0.0.1:2" || c.MaxConnections != 9 || c.DrainTimeout != time.Minute ||
		c.Log.Level != "warn" || c.ML.ActivateAllRolesOnLogin || c.File != defaultFile {
		t.Errorf("got %+v", c)
	}
	for key, want := range map[string]string{"data": "file", "listen": "AIRGLOW_LISTEN", "max-connections": "--max-connections", "socket": "default"} {
		if got := c.Source(key); got != want {
			t.Errorf("%s comes from %s, want %s", key, got, want)
		}
	}
}

// Every option is reached from every source: no name of the table is mistaken.
func TestEveryOptionFromEverySource(t *testing.T) {
	values := map[string]string{
		"listen": "127.0.0.1:9", "drain-timeout": "3s", "max-connections": "5", "min-free-mb": "6", "tls.mode": "off", "log.level": "debug",
		"log.format": "json", "aws.region": "eu-west-1", "ml.inference-timeout-ms": "100",
		"ml.activate-all-roles-on-login": "false", "ml.max-concurrency": "3",
		"ledger.enabled": "false", "ledger.bodies": "hash", "ledger.max-age-days": "7", "ledger.max-size-mb": "9",
		"endpoint.listen": "127.0.0.1:8", "endpoint.tls": "true", "endpoint.allow-plain": "true", "endpoint.call-timeout": "3s",
		"endpoint.retry-for": "3s",
		"metrics.listen":     "127.0.0.1:7", "aws.allow-http": "true", "aws.allow-addresses": "169.254.7.0/24, fe80::1",
	}
	for _, o := range options() {
		value := values[o.key]
		switch {
		case strings.HasSuffix(o.key, "-role"):
			value = "arn:aws:iam::123456789012:role/a/b"
		case strings.HasSuffix(o.key, "-endpoint"):
			value = "http://127.0.0.1:1/x"
		case o.key == "root-password-file", o.key == "tls.cert", o.key == "tls.key":
			continue // need a file or each other; tested below
		case value == "":
			value = "some value"
		}
		fromFile := o.name() + " = " + o.quoted(value)
		if o.section() != "" {
			fromFile = "[" + o.section() + "]\n" + fromFile
		}
		for source, given := range map[string]struct{ file, env, arg string }{
			"file": {file: fromFile}, "env": {env: o.env() + "=" + value}, "flag": {arg: "--" + o.flag() + "=" + value},
		} {
			var args []string
			if given.arg != "" {
				args = []string{given.arg}
			}
			c, err := load(t, given.file, []string{given.env}, args...)
			if err != nil {
				t.Errorf("%s from %s: %v", o.key, source, err)
				continue
			}
			want := value
			if _, secret := o.field(c).(*Secret); secret {
				want = mask
			}
			if o.text(c) != want || c.Source(o.key) == "default" {
				t.Errorf("%s from %s: %q", o.key, source, o.text(c))
			}
		}
		if !strings.Contains(o.key, "activate") && len(o.help) == 0 || strings.HasSuffix(o.help, ".") {
			t.Errorf("%s: help %q", o.key, o.help)
		}
	}
}

// TestTheEndpointNeedsTLS where other machines reach it.
func TestTheEndpointNeedsTLS(t *testing.T) {
	for _, c := range []struct {
		listen, option string
		allowed        bool
	}{
		{"127.0.0.1:1", "", true}, {"[::1]:1", "", true}, {"localhost:1", "", true}, {"0.0.0.0:1", "", false}, {":1", "", false},
		{"example.com:1", "", false}, {":1", "--endpoint-tls", true}, {":1", "--endpoint-allow-plain", true},
	} {
		args := []string{"--endpoint-listen", c.listen}
		if c.option != "" {
			args = append(args, c.option)
		}
		_, err := load(t, "", nil, args...)
		if (err == nil) != c.allowed || err != nil && !strings.Contains(err.Error(), "set endpoint.tls, or endpoint.allow-plain") {
			t.Errorf("%s %s: %v", c.listen, c.option, err)
		}
	}
}

func TestNamedFile(t *testing.T) {
	if _, err := load(t, "", nil, "--config", "missing.toml"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file that is named: %v", err)
	}
	write(t, "other.toml", "data = 'other'")
	c, err := loadHere([]string{"AIRGLOW_CONFIG=other.toml"})
	if err != nil || c.Data != "other" || c.File != "other.toml" {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestPasswordFile(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "password", "s3cret word\r\nsecond line\n")
	c, err := loadHere(nil, "--root-password-file=password")
	if err != nil || c.RootPassword.Reveal() != "s3cret word" {
		t.Errorf("%v", err)
	}
	_, err = loadHere([]string{"AIRGLOW_ROOT_PASSWORD=s3cret"}, "--root-password-file=password")
	if err == nil || strings.Contains(err.Error(), "s3cret") || !strings.Contains(err.Error(), "AIRGLOW_ROOT_PASSWORD") {
		t.Errorf("both: %v", err)
	}
	write(t, "empty", "\nx")
	if _, err = loadHere(nil, "--root-password-file=empty"); err == nil {
		t.Error("an empty password file is taken")
	}
}

func TestMistakesAreNamed(t *testing.T) {
	for _, c := range []struct {
		file, env, arg string
		want           string
	}{
		{file: "data = 'x'\n\nlistn = 'y'", want: "airglow.toml:3: listn: unknown key; `airglow config` lists every option"},
		{file: "[aws]\nregion = 'us-east-1'\nbedrock_role = ''", want: "airglow.toml:3: aws.bedrock_role: unknown key; write bedrock-role"},
		{file: "region = 'us-east-1'", want: "airglow.toml:1: region: unknown key; write region under [aws]"},
		{file: "[aws]\nlisten = ''", want: "airglow.toml:2: aws.listen: unknown key; listen belongs at the top, before any section"},
		{file: "[awss]\nregion = 'x'", want: "airglow.toml:1: awss: unknown key; `airglow config` lists every option"},
		{file: "aws = 3", want: "airglow.toml:1: aws: it is a section; write [aws]"},
		{file: "listen = 3306", want: "airglow.toml:1: listen: write a text in quotes"},
		{file: "\nmax-connections = '10'", want: "airglow.toml:2: max-connections: write a whole number without quotes"},
		{file: "[ml]\nactivate-all-roles-on-login = 'yes'", want: "airglow.toml:2: ml.activate-all-roles-on-login: write true or false without quotes"},
		{file: "[ml]\ninference-timeout-ms = 99", want: `airglow.toml:2: ml.inference-timeout-ms: "99" is not a whole number between 100 and 3600000`},
		{file: "[log]\nlevel = 'loud'\n[tls]\nmode = 'maybe'", want: `airglow.toml:2: log.level: "loud" is not one of debug, info, warn, error` + "\n" +
			`airglow.toml:4: tls.mode: "maybe" is not one of on, off, required`},
		{file: "a = 1\na = 2", want: "airglow.toml:2: Key 'a' has already been defined."},
		{env: "AIRGLOW_DRAIN_TIMEOUT=soon", want: `AIRGLOW_DRAIN_TIMEOUT: "soon" is not a duration such as 10s or 1m30s`},
		{env: "AIRGLOW_AWS_REGION=Frankfurt", want: `AIRGLOW_AWS_REGION: "Frankfurt" is not a region such as us-east-1`},
		{arg: "--listen=3306", want: `--listen: "3306" is not an address such as 127.0.0.1:3306 or [::1]:3306`},
		{arg: "--listen=:99999", want: `--listen: ":99999" has no port between 0 and 65535`},
		{arg: "--listen=", want: "listen and socket are both empty; set one of them"},
		{arg: "--data=", want: "--data: it must not be empty"},
		{arg: "--drain-timeout=-1s", want: `--drain-timeout: "-1s" is not a duration such as 10s or 1m30s`},
		{arg: "--ml-activate-all-roles-on-login=perhaps", want: `--ml-activate-all-roles-on-login: "perhaps" is neither true nor false`},
		{arg: "--aws-s3-role=admin", want: `--aws-s3-role: "admin" is not a role's ARN such as arn:aws:iam::123456789012:role/airglow`},
		{arg: "--aws-sts-endpoint=http://u:private@h", want: "--aws-sts-endpoint: write a URL such as https://vpce-1.bedrock-runtime.us-east-1.vpce.amazonaws.com, without a user"},
		{arg: "--tls-cert=c", want: "tls.cert and tls.key belong together; set both or neither"},
		{arg: "serve", want: `unexpected argument "serve"; options begin with --`},
		{file: "[[models]]\nmatch = 'a'\nprovider = 'p'\n[[models]]\nmatch = 'b'\nprovidr = 'p'", want: `airglow.toml:6: [[models]] rule 2: unknown key "providr"; a rule has match, provider, target, service, max-concurrency, calls-per-minute, tokens-per-minute, timeout-ms, lenient, prompt-mode, parameters and fallbacks`},
		{file: "[[models]]\nmatch = 'b'\nprovider = 'p'\ncalls_per_minute = 5", want: `airglow.toml:4: [[models]] rule 1: unknown key "calls_per_minute"; write calls-per-minute`},
		{file: "[[models]]\nmatch = 'b'\nprovider = 'p'\ncalls-per-minute = '5'", want: `airglow.toml:4: [[models]] rule 1: calls-per-minute: write a whole number without quotes`},
		{file: "[[models]]\nmatch = 'b'\nprovider = 'p'\nmax-concurrency = 10001", want: `airglow.toml:4: [[models]] rule 1: max-concurrency: 10001 is not a whole number between 0 and 10000`},
		{file: "[[models]]\nmatch = 'b'\nprovider = 'p'\ntokens-per-minute = -1", want: `airglow.toml:4: [[models]] rule 1: tokens-per-minute: -1 is not a whole number between 0 and 1000000000`},
		{file: "[[models]]\nmatch = 'b'", want: "airglow.toml:1: [[models]] rule 1: provider is missing"},
		{file: "[[models]]\nprovider = 'b'", want: `airglow.toml:1: [[models]] rule 1: match is missing; write a model id, or "*" for every model`},
		{file: "\n[[models]]\nmatch = 'b'\nprovider = 'p'\ntimeout-ms = 99", want: `airglow.toml:5: [[models]] rule 1: timeout-ms: 99 is not a whole number between 100 and 3600000, or 0 for aurora_ml_inference_timeout`},
		{file: "[[models]]\nmatch = 'b'\nprovider = 'p'\nlenient = 'yes'", want: `airglow.toml:4: [[models]] rule 1: lenient: write true or false without quotes`},
		{file: "[[models]]\nmatch = 'b'\nprovider = 'p'\nparameters = 'seed'", want: `airglow.toml:4: [[models]] rule 1: parameters: write a table, such as { seed = 7, min_p = 0.05 }`},
		{file: "[[models]]\nmatch = 'b'\nprovider = 'p'\nparameters = { a = { b = [ nan ] } }", want: `airglow.toml:4: [[models]] rule 1: parameters: a: b: NaN has no form in JSON, which servers are told parameters in; write a text in quotes`},
		{file: "[[models]]\nmatch = 'b'\nprovider = 'builtin'\nparameters = { a = 1 }", want: `airglow.toml:4: [[models]] rule 1: parameters: provider builtin takes none; they are for bedrock and for the servers of [[providers]]`},
		{file: "[[models]]\nmatch = 'a'\nprovider = 'p'\n[[models]]\nmatch = 'b'\nprovider = 'p'\nfallbacks = [ { provider = 'q' }, { target = 'x' } ]", want: `airglow.toml:7: [[models]] rule 2: fallbacks: 2: provider is missing`},
		{file: "[[models]]\nmatch = 'b'\nprovider = 'p'\nfallbacks = [ { provider = 'q', timeout-ms = 5 } ]", want: `airglow.toml:4: [[models]] rule 1: fallbacks: 1: unknown key "timeout-ms"; a fallback has provider, target, max-concurrency, calls-per-minute, tokens-per-minute, prompt-mode and parameters`},
		{file: "[[models]]\nmatch = 'b'\nprovider = 'p'\nfallbacks = ['q']", want: `airglow.toml:4: [[models]] rule 1: fallbacks: write a list of tables, such as [ { provider = "local", target = "qwen3:4b" }, { provider = "builtin" } ]`},
		{file: "[[models]]\nmatch = 'b'\nprovider = 'p'\nparameters = { seed = 1, stream = true }", want: `airglow.toml:4: [[models]] rule 1: parameters: stream is for each request to say; leave it out`},
		{file: "[[models]]\nmatch = 'b'\nprovider = 'bedrock'\n[models.parameters]\nmessages = []", want: `airglow.toml:4: [[models]] rule 1: parameters: messages is for each request to say; leave it out`},
		{file: "[[models]]\nmatch = 'b'\nprovider = 'p'\nfallbacks = [ { provider = 'q', parameters = { model = 'x' } } ]", want: `airglow.toml:4: [[models]] rule 1: fallbacks: 1: parameters: model is for each request to say; leave it out`},
		{file: "\n[models]\nmatch = 'b'", want: "airglow.toml:2: models: write one [[models]] for each rule"},
		{file: "models = [ {match = 3, provider = 'x'} ]", want: "airglow.toml:1: [[models]] rule 1: match: write a text in quotes"},
		{file: "[[models]]\nmatch = 'b'\nprovider = 'p'\nservice = 'Lambda'", want: `airglow.toml:4: [[models]] rule 1: unknown service "Lambda"; it is Bedrock, SageMaker or Comprehend`},
	} {
		var args []string
		if c.arg != "" {
			args = []string{c.arg}
		}
		_, err := load(t, c.file, []string{c.env}, args...)
		if err == nil || err.Error() != c.want {
			t.Errorf("%q %q %q:\n got %v\nwant %s", c.file, c.env, c.arg, err, c.want)
		}
	}
	if _, err := load(t, "", nil, "--no-such"); err == nil {
		t.Error("an unknown flag is taken")
	}
	if _, err := load(t, "", nil, "--help"); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("help: %v", err)
	}
}

func TestModels(t *testing.T) {
	for _, file := range []string{
		"[[models]]\nmatch = 'a*'\nprovider = 'builtin'\nservice = 'bedrock'\n[[models]]\nmatch = 'b'\nprovider = 'p'\ntarget = 't'\nmax-concurrency = 3\ncalls-per-minute = 4\ntokens-per-minute = 5\n",
		"models = [ {match = 'a*', provider = 'builtin', service = 'bedrock'}, {match = 'b', provider = 'p', target = 't', max-concurrency = 3, calls-per-minute = 4, tokens-per-minute = 5} ]",
	} {
		want := []ModelRule{
			{Match: "a*", Provider: "builtin", Service: "Bedrock", Line: 1},
			{Match: "b", Provider: "p", Target: "t", MaxConcurrency: 3, CallsPerMinute: 4, TokensPerMinute: 5, Line: 5},
		}
		if strings.HasPrefix(file, "models") {
			want[0].Line, want[1].Line = 0, 0
		}
		if c, err := load(t, file, nil); err != nil || !reflect.DeepEqual(c.Models, want) {
			t.Errorf("%+v, %v", c, err)
		}
	}
}

// The same settings are the same text, however they are written, and what
// `airglow config` shows of them can be read again.
func TestSettingsOfRules(t *testing.T) {
	const rule = "[[models]]\nmatch = 'a'\nprovider = 'p'\ntimeout-ms = 60000\nlenient = true\n"
	want := ModelRule{Match: "a", Provider: "p", TimeoutMS: 60000, Lenient: true, Line: 1,
		Parameters: `{"a b":["x",1.5,true],"num_ctx":16384,"options":{"seed":7}}`,
		Fallbacks:  []Fallback{{Provider: "q", Target: "t", CallsPerMinute: 6, Parameters: `{"x":"\u003c\""}`}, {Provider: "builtin"}}}
	for _, file := range []string{
		rule + `parameters = { options = { seed = 7 }, num_ctx = 16384, "a b" = ["x", 1.5, true] }
			fallbacks = [ { target = 't', provider = 'q', calls-per-minute = 6, parameters = { x = '<"' } }, { provider = 'builtin' } ]`,
		rule + "[models.parameters]\n'a b' = ['x', 1.5, true]\nnum_ctx = 16384\noptions.seed = 7\n[[models.fallbacks]]\nprovider = 'q'\ntarget = 't'\n" +
			"calls-per-minute = 6\nparameters.x = '<\"'\n[[models.fallbacks]]\nprovider = 'builtin'",
	} {
		c, err := load(t, file, nil)
		if err != nil || len(c.Models) != 1 || !reflect.DeepEqual(c.Models[0], want) {
			t.Fatalf("%+v, %v", c, err)
		}
		var shown strings.Builder
		if err := c.Show(&shown); err != nil {
			t.Fatal(err)
		}
		again, err := load(t, shown.String(), nil)
		if err != nil {
			t.Fatalf("%v in\n%s", err, shown.String())
		}
		again.Models[0].Line = 1
		if !reflect.DeepEqual(again.Models[0], want) {
			t.Errorf("shown as\n%s\nand read as %+v", shown.String(), again.Models[0])
		}
	}
}

func TestLoopbackOnly(t *testing.T) {
	for listen, want := range map[string]bool{
		"": true, "127.0.0.1:3306": true, "127.9.9.9:1": true, "[::1]:3306": true, "localhost:3306": true, "LOCALHOST:1": true,
		":3306": false, "0.0.0.0:3306": false, "[::]:3306": false, "10.0.0.1:3306": false, "db.example:3306": false,
		"localhost.example:1": false, "nonsense": false,
	} {
		c := &Config{Listen: listen}
		if c.LoopbackOnly() != want {
			t.Errorf("LoopbackOnly with %q is not %v", listen, want)
		}
		if err := c.CheckRootPassword(false); errors.Is(err, ErrOpenRoot) == want {
			t.Errorf("without a password, %q: %v", listen, err)
		}
		if err := c.CheckRootPassword(true); err != nil {
			t.Errorf("with a password, %q: %v", listen, err)
		}
	}
}

func FuzzTOML(f *testing.F) {
	for _, s := range []string{"", "data = 'x'", "[aws]\nregion=1", "models = 3", "[[models]]\nmatch=[]", "[[models]]\nmatch='a'\nprovider='p'\nparameters={a=[1979-05-27,{b=inf}]}\nfallbacks=[{provider='q',parameters={c=1e9}}]", "aws.region = 'us-east-1'", "a.b.c = {d = [1,{e=2}]}", "[aws.region]\nx=1", "models = [1]", "[[providers]]\nname='a'\nkind='ollama'\nheaders={a='b'}\nallow-addresses=['::']", "listen = 2020-01-01"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c := &Config{sources: map[string]string{}}
		if err := c.applyTOML("f", text); err != nil && !strings.HasPrefix(err.Error(), "f:") {
			t.Errorf("no line in %q", err)
		}
	})
}
