package awsclient_test

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"airglow/internal/awsclient"
	"airglow/internal/awstest"
	"airglow/internal/model"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
)

// bareMachine hides the AWS set-up of the machine that the test runs on.
func bareMachine(t *testing.T) {
	t.Helper()
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "")
			_ = os.Unsetenv(name)
		}
	}
	t.Setenv("AWS_CONFIG_FILE", os.DevNull)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", os.DevNull)
	t.Setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1")
}

// onMachineWith sets the environment that leads to the server.
func onMachineWith(t *testing.T, server *awstest.Server) {
	t.Helper()
	bareMachine(t)
	for name, value := range server.Environment() {
		t.Setenv(name, value)
	}
}

func load(t *testing.T, opts awsclient.Options) *awsclient.Session {
	t.Helper()
	session, err := awsclient.Load(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(session.Close)
	return session
}

// invoke makes one Bedrock call and translates its failure.
func invoke(ctx context.Context, session *awsclient.Session) error {
	client := bedrockruntime.NewFromConfig(session.Config(model.Bedrock))
	_, err := client.InvokeModel(ctx, &bedrockruntime.InvokeModelInput{ModelId: aws.String("m.x"), Body: []byte("{}")})
	return session.TranslateError(ctx, model.Bedrock, err)
}

func TestRegion(t *testing.T) {
	file := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(file, []byte("[profile north]\nregion = eu-west-1\n[profile none]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		env  map[string]string
		opts awsclient.Options
		want string
	}{
		"nothing set":               {nil, awsclient.Options{}, ""},
		"option":                    {nil, awsclient.Options{Region: "us-west-2"}, "us-west-2"},
		"environment":               {map[string]string{"AWS_REGION": "us-east-1"}, awsclient.Options{}, "us-east-1"},
		"older variable":            {map[string]string{"AWS_DEFAULT_REGION": "us-east-2"}, awsclient.Options{}, "us-east-2"},
		"profile":                   {nil, awsclient.Options{Profile: "north"}, "eu-west-1"},
		"profile of environment":    {map[string]string{"AWS_PROFILE": "north"}, awsclient.Options{}, "eu-west-1"},
		"profile without region":    {nil, awsclient.Options{Profile: "none"}, ""},
		"option before environment": {map[string]string{"AWS_REGION": "us-east-1"}, awsclient.Options{Region: "us-west-2"}, "us-west-2"},
		"mode that asks metadata":   {map[string]string{"AWS_DEFAULTS_MODE": "auto"}, awsclient.Options{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			bareMachine(t)
			t.Setenv("AWS_CONFIG_FILE", file)
			for variable, value := range tc.env {
				t.Setenv(variable, value)
			}
			session := load(t, tc.opts)
			if session.Region() != tc.want {
				t.Errorf("region %q, want %q", session.Region(), tc.want)
			}
			err := session.Ready(model.Bedrock)
			if tc.want == "" && (model.KindOf(err) != model.NotConfigured || !strings.Contains(err.Error(), "--aws-region")) {
				t.Errorf("without a region: %v", err)
			}
			if tc.want != "" && err != nil {
				t.Error(err)
			}
		})
	}
}

func TestLoadRefuses(t *testing.T) {
	for name, tc := range map[string]struct {
		opts awsclient.Options
		want string
	}{
		"role":            {awsclient.Options{SageMaker: awsclient.ServiceOptions{RoleARN: "myrole"}}, "aws_default_sagemaker_role"},
		"endpoint":        {awsclient.Options{Bedrock: awsclient.ServiceOptions{Endpoint: "bedrock.example:443"}}, "aws.bedrock-endpoint"},
		"sts endpoint":    {awsclient.Options{STSEndpoint: "ftp://sts"}, "aws.sts-endpoint"},
		"region":          {awsclient.Options{Region: "us east 1"}, "us east 1"},
		"missing profile": {awsclient.Options{Profile: "nobody"}, "nobody"},
	} {
		t.Run(name, func(t *testing.T) {
			bareMachine(t)
			_, err := awsclient.Load(t.Context(), tc.opts)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want a text with %q", err, tc.want)
			}
		})
	}
	_, err := awsclient.Load(t.Context(), awsclient.Options{STSEndpoint: "https://user:hunter2@sts.example"})
	if err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("a password in an endpoint: %v", err)
	}
}

// silentListener accepts connections and never answers.
func silentListener(t *testing.T) (url string, accepted *atomic.Int32) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	accepted = new(atomic.Int32)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			accepted.Add(1)
			t.Cleanup(func() { _ = conn.Close() })
		}
	}()
	return "http://" + listener.Addr().String(), accepted
}

// A machine without credentials: nothing is asked at start, and a call says
// within its bound what to set up, even when the metadata service is silent.
func TestNoCredentials(t *testing.T) {
	bareMachine(t)
	metadata, accepted := silentListener(t)
	t.Setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata)
	session := load(t, awsclient.Options{Region: "us-east-1", CredentialTimeout: 50 * time.Millisecond})
	if accepted.Load() != 0 {
		t.Error("Load asked the metadata service")
	}
	err := invoke(t.Context(), session)
	if model.KindOf(err) != model.NoCredentials || !strings.Contains(err.Error(), "AWS_ACCESS_KEY_ID") {
		t.Errorf("got %v", err)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		t.Error("the look-up's own time limit passes for the caller's")
	}
}

func TestGivenEndpointWinsOverEnvironment(t *testing.T) {
	server := awstest.Start(t)
	onMachineWith(t, server)
	server.Queue(awstest.InvokeModel, awstest.JSON("{}"))
	t.Setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "http://127.0.0.1:1")
	t.Setenv("AWS_USE_FIPS_ENDPOINT", "true")
	session := load(t, awsclient.Options{Bedrock: awsclient.ServiceOptions{Endpoint: server.URL() + "/"}})
	if err := invoke(t.Context(), session); err != nil {
		t.Fatal(err)
	}
	calls := server.Calls(awstest.InvokeModel)
	if len(calls) != 1 || calls[0].Path != "/model/m.x/invoke" || calls[0].Region != awstest.Region {
		t.Errorf("calls: %+v", calls)
	}
}

// Retries are ours, whatever the environment says.
func TestNoRetries(t *testing.T) {
	server := awstest.Start(t)
	onMachineWith(t, server)
	t.Setenv("AWS_MAX_ATTEMPTS", "5")
	t.Setenv("AWS_RETRY_MODE", "adaptive")
	server.Handle(awstest.InvokeModel, func(awstest.Call) awstest.Answer {
		return awstest.Failure(503, "ServiceUnavailableException", "busy")
	})
	if err := invoke(t.Context(), load(t, awsclient.Options{})); model.KindOf(err) != model.Unavailable {
		t.Errorf("got %v", err)
	}
	if n := server.Requests(); n != 1 {
		t.Errorf("%d requests for one call", n)
	}
}

func TestTLS(t *testing.T) {
	server, err := awstest.NewTLS()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	onMachineWith(t, server)
	server.Queue(awstest.InvokeModel, awstest.JSON("{}"))
	failed := invoke(t.Context(), load(t, awsclient.Options{}))
	if model.KindOf(failed) != model.Unavailable || !strings.Contains(failed.Error(), "AWS_CA_BUNDLE") {
		t.Errorf("an unknown certificate: %v", failed)
	}
	bundle := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(bundle, server.CertificatePEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CA_BUNDLE", bundle)
	if err := invoke(t.Context(), load(t, awsclient.Options{})); err != nil {
		t.Fatal(err)
	}
	if calls := server.Calls(awstest.InvokeModel); calls[0].Proto != "HTTP/2.0" {
		t.Errorf("over TLS the call came by %s", calls[0].Proto)
	}
}
