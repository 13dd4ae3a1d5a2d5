package awsclient

import (
	"context"
	"fmt"
	"strings"
	"time"

	"airglow/internal/model"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

const (
	// roleSession names our sessions in the account's audit trail.
	roleSession = "airglow"
	// roleDuration is the longest session that every role allows.
	roleDuration = time.Hour
	// roleExpiryWindow is how long before its end a session is renewed; a
	// random half of it spreads the renewals of several servers.
	roleExpiryWindow = 5 * time.Minute
	// assumeTimeout bounds one AssumeRole. The credentials cache shields the
	// request from the caller's context, as other callers wait for it too.
	assumeTimeout = 20 * time.Second
)

// identity is whom the calls of a service are made as: the credentials and
// how to speak of them when they cannot be had.
type identity struct {
	credentials aws.CredentialsProvider
	timeout     time.Duration
	// variable and roleARN are empty for the identity of the default chain.
	variable string
	roleARN  string
}

// Retrieve implements aws.CredentialsProvider. Its failure is a
// *credentialsError, which TranslateError finds inside the SDK's error.
func (i *identity) Retrieve(ctx context.Context) (aws.Credentials, error) {
	bounded, cancel := context.WithTimeout(ctx, i.timeout)
	defer cancel()
	creds, err := i.credentials.Retrieve(bounded)
	if err != nil {
		return aws.Credentials{}, &credentialsError{identity: i, err: err}
	}
	return creds, nil
}

// invalidate makes the next call look the credentials up again.
func (i *identity) invalidate() {
	if cache, ok := i.credentials.(*aws.CredentialsCache); ok {
		cache.Invalidate()
	}
}

// credentialsError says that an identity's credentials could not be had.
type credentialsError struct {
	identity *identity
	err      error
}

func (e *credentialsError) Error() string {
	if e.identity.roleARN != "" {
		return fmt.Sprintf("assume role %s of %s: %v", e.identity.roleARN, e.identity.variable, e.err)
	}
	return fmt.Sprintf("find AWS credentials: %v", e.err)
}

func (e *credentialsError) Unwrap() error { return e.err }

// roles holds one credentials cache for each role in use. A cache makes one
// AssumeRole at a time, however many calls wait for it.
type roles struct {
	sts    *sts.Client
	caches map[string]*aws.CredentialsCache
}

func newRoles(cfg aws.Config) *roles {
	return &roles{sts: sts.NewFromConfig(cfg), caches: make(map[string]*aws.CredentialsCache)}
}

// identity returns the service's identity in the role.
func (r *roles) identity(service model.Service, arn string) *identity {
	if r.caches[arn] == nil {
		r.caches[arn] = r.newCache(arn)
	}
	return &identity{credentials: r.caches[arn], timeout: assumeTimeout, variable: roleVariable(service), roleARN: arn}
}

func (r *roles) newCache(arn string) *aws.CredentialsCache {
	assume := stscreds.NewAssumeRoleProvider(r.sts, arn, func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName = roleSession
		o.Duration = roleDuration
	})
	bounded := aws.CredentialsProviderFunc(func(ctx context.Context) (aws.Credentials, error) {
		ctx, cancel := context.WithTimeout(ctx, assumeTimeout)
		defer cancel()
		return assume.Retrieve(ctx)
	})
	return aws.NewCredentialsCache(bounded, func(o *aws.CredentialsCacheOptions) {
		o.ExpiryWindow = roleExpiryWindow
		o.ExpiryWindowJitterFrac = 0.5
	})
}

// roleVariable is the name of the variable that holds a service's role.
func roleVariable(service model.Service) string {
	return "aws_default_" + strings.ToLower(string(service)) + "_role"
}
