package awsclient_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"airglow/internal/awsclient"
	"airglow/internal/awstest"
	"airglow/internal/model"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/comprehend"
)

const role = "arn:aws:iam::123456789012:role/models"

func withRole() awsclient.Options {
	return awsclient.Options{
		Bedrock:    awsclient.ServiceOptions{RoleARN: role},
		Comprehend: awsclient.ServiceOptions{RoleARN: role},
	}
}

func answerAll(server *awstest.Server) {
	server.Handle(awstest.InvokeModel, func(awstest.Call) awstest.Answer { return awstest.JSON("{}") })
	server.Handle(awstest.DetectSentiment, func(awstest.Call) awstest.Answer { return awstest.JSON("{}") })
}

// However many calls start at once, and of however many services: one
// AssumeRole, and every call is signed with what it gave.
func TestRoleIsAssumedOnce(t *testing.T) {
	server := awstest.Start(t)
	onMachineWith(t, server)
	answerAll(server)
	session := load(t, withRole())
	errs := make([]error, 200)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() { errs[i] = invoke(t.Context(), session) })
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
	client := comprehend.NewFromConfig(session.Config(model.Comprehend))
	if _, err := client.DetectSentiment(t.Context(), &comprehend.DetectSentimentInput{Text: aws.String("x"), LanguageCode: "en"}); err != nil {
		t.Fatal(err)
	}
	if n := server.Count(awstest.AssumeRole); n != 1 {
		t.Errorf("%d AssumeRole calls", n)
	}
	assumed := server.Calls(awstest.AssumeRole)[0]
	if assumed.Target != role || assumed.AccessKeyID != awstest.AccessKeyID || !strings.Contains(string(assumed.Body), "RoleSessionName=airglow") {
		t.Errorf("AssumeRole was asked with %s", assumed.Body)
	}
	for _, call := range slices.Concat(server.Calls(awstest.InvokeModel), server.Calls(awstest.DetectSentiment)) {
		if call.RoleARN != role {
			t.Fatalf("%s was signed by %q in role %q", call.Operation, call.AccessKeyID, call.RoleARN)
		}
	}
}

// A service without a role keeps the identity of the chain.
func TestRoleIsPerService(t *testing.T) {
	server := awstest.Start(t)
	onMachineWith(t, server)
	answerAll(server)
	session := load(t, awsclient.Options{Comprehend: awsclient.ServiceOptions{RoleARN: role}})
	if err := invoke(t.Context(), session); err != nil {
		t.Fatal(err)
	}
	if call := server.Calls(awstest.InvokeModel)[0]; call.RoleARN != "" || server.Count(awstest.AssumeRole) != 0 {
		t.Errorf("the Bedrock call was made in role %q", call.RoleARN)
	}
}

// Session keys that stop working are not used until they expire by themselves.
func TestRefusedSessionIsRenewed(t *testing.T) {
	server := awstest.Start(t)
	onMachineWith(t, server)
	answerAll(server)
	session := load(t, withRole())
	if err := invoke(t.Context(), session); err != nil {
		t.Fatal(err)
	}
	server.Revoke(server.Calls(awstest.InvokeModel)[0].AccessKeyID)
	if err := invoke(t.Context(), session); model.KindOf(err) != model.NoCredentials {
		t.Errorf("with revoked keys: %v", err)
	}
	if err := invoke(t.Context(), session); err != nil || server.Count(awstest.AssumeRole) != 2 {
		t.Errorf("after that: %v, %d AssumeRole calls", err, server.Count(awstest.AssumeRole))
	}
}

func TestRoleFailures(t *testing.T) {
	for name, tc := range map[string]struct {
		answer awstest.Answer
		kind   model.Kind
		texts  []string
	}{
		"denied": {awstest.Failure(403, "AccessDenied", "User: arn:x is not authorized to perform: sts:AssumeRole"), model.NoCredentials,
			[]string{"aws_default_bedrock_role", role, "AccessDenied", "not authorized", "must trust it"}},
		"throttled": {awstest.Failure(400, "Throttling", "Rate exceeded").With("Retry-After", "2"), model.Throttled,
			[]string{"aws_default_bedrock_role", "Rate exceeded"}},
		"down":   {awstest.Failure(503, "ServiceUnavailable", "later"), model.Unavailable, []string{"aws_default_bedrock_role"}},
		"hangup": {awstest.Answer{Hangup: true}, model.Unavailable, []string{"aws_default_bedrock_role", "broke off"}},
	} {
		t.Run(name, func(t *testing.T) {
			server := awstest.Start(t)
			onMachineWith(t, server)
			answerAll(server)
			session := load(t, withRole())
			server.Queue(awstest.AssumeRole, tc.answer)
			err := invoke(t.Context(), session)
			if model.KindOf(err) != tc.kind {
				t.Errorf("kind %v, want %v: %v", model.KindOf(err), tc.kind, err)
			}
			for _, text := range tc.texts {
				if !strings.Contains(err.Error(), text) {
					t.Errorf("%q is missing in: %v", text, err)
				}
			}
			if name == "throttled" && model.RetryAfter(err) != 2*time.Second {
				t.Errorf("retry after %s", model.RetryAfter(err))
			}
			if err := invoke(t.Context(), session); err != nil {
				t.Errorf("the failure is kept: %v", err)
			}
		})
	}
}

func TestRoleWithoutCredentials(t *testing.T) {
	bareMachine(t)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	opts := withRole()
	opts.Region = "us-east-1"
	err := invoke(t.Context(), load(t, opts))
	if model.KindOf(err) != model.NoCredentials || !strings.Contains(err.Error(), "aws_default_bedrock_role") ||
		!strings.Contains(err.Error(), "AWS_ACCESS_KEY_ID") {
		t.Errorf("got %v", err)
	}
}

func TestBadKeys(t *testing.T) {
	server := awstest.Start(t)
	onMachineWith(t, server)
	for name, tc := range map[string]struct {
		id, secret string
		kind       model.Kind
		text       string
	}{
		"wrong secret": {awstest.AccessKeyID, "wrong", model.Denied, "secret access key"},
		"unknown key":  {"AKIANOBODY", "wrong", model.NoCredentials, "access key"},
	} {
		t.Run(name, func(t *testing.T) {
			session := load(t, awsclient.Options{Credentials: credentials.NewStaticCredentialsProvider(tc.id, tc.secret, "")})
			err := invoke(t.Context(), session)
			if model.KindOf(err) != tc.kind || !strings.Contains(err.Error(), tc.text) {
				t.Errorf("got kind %v: %v", model.KindOf(err), err)
			}
			if strings.Contains(err.Error(), tc.secret+" ") {
				t.Errorf("the secret is in the error: %v", err)
			}
		})
	}
	if n := server.Count(awstest.InvokeModel); n != 0 {
		t.Errorf("%d calls passed the signature check", n)
	}
}

// A machine whose clock is wrong: the first attempt says so and may be made
// again, which then succeeds, because the SDK has learnt the service's time.
func TestWrongClock(t *testing.T) {
	server := awstest.Start(t)
	onMachineWith(t, server)
	answerAll(server)
	server.SetClock(func() time.Time { return time.Now().Add(20 * time.Minute) })
	session := load(t, awsclient.Options{})
	client := newClient(session)
	err := client(t.Context())
	if !model.Retryable(err) || !strings.Contains(err.Error(), "clock") {
		t.Fatalf("got %v", err)
	}
	if err := client(t.Context()); err != nil {
		t.Errorf("the second attempt: %v", err)
	}
}
