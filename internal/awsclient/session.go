// Package awsclient sets the AWS SDK up once for the three providers that use
// it, and turns the SDK's failures into the errors of package model.
//
// Load reads the options, the environment and the shared configuration files
// and returns a Session. Config hands each provider the SDK configuration of
// its service: region, credentials, endpoint, connection pool, and no retries,
// because package infer retries where a retry can be counted and recorded.
// TranslateError is the other direction: whatever a call came back with, as a
// *model.Error whose message says the cause and, where we know it, the fix.
//
// Reading order: session.go, credentials.go (the default chain and the roles),
// transport.go (pool, answer size), failure.go and codes.go (errors).
package awsclient

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"airglow/internal/model"
	"airglow/internal/outbound"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/logging"
)

// Options say how to reach AWS. The zero value takes everything from the
// environment and the shared configuration files, as the SDK does.
type Options struct {
	// Region, when set, wins over the environment and the profile.
	Region string
	// Profile names a profile of the shared configuration files.
	Profile string
	// Bedrock, SageMaker and Comprehend hold what differs by service.
	Bedrock    ServiceOptions
	SageMaker  ServiceOptions
	Comprehend ServiceOptions
	// STSEndpoint replaces the address of STS, which roles are assumed through.
	STSEndpoint string
	// Destinations are the rules for the services' addresses, which these options and
	// the environment can replace. HTTPClient, when set, has rules of its own, and so
	// has the SDK's look-up of credentials.
	Destinations outbound.Rules
	// MaxConnections is the largest number of connections to one host, open or
	// idle; zero means 512. HTTPClient, when set, has limits of its own.
	MaxConnections int
	// DialTimeout bounds the making of a connection; zero means five seconds.
	// HTTPClient, when set, has limits of its own.
	DialTimeout time.Duration
	// CredentialTimeout bounds one look-up of credentials, so that a machine
	// without any says so soon; zero means five seconds.
	CredentialTimeout time.Duration
	// Credentials replaces the SDK's default credential chain.
	Credentials aws.CredentialsProvider
	// Header goes with every request, beside what is signed.
	Header http.Header
	// HTTPClient replaces the connection pool.
	HTTPClient aws.HTTPClient
	// Now is the clock that dates in answers are compared with; nil means
	// time.Now.
	Now func() time.Time
}

// ServiceOptions are the options of one service.
type ServiceOptions struct {
	// RoleARN is the role that calls of the service are made in; empty means
	// the identity that the credential chain finds.
	RoleARN string
	// Endpoint replaces the service's address: a private endpoint's URL, or a
	// test server's.
	Endpoint string
}

const (
	defaultMaxConnections    = 512
	defaultCredentialTimeout = 5 * time.Second
)

// Session is AWS as this process reaches it. It is safe for concurrent use.
type Session struct {
	region string
	now    func() time.Time
	base   aws.Config
	// calls makes the services' calls, base.HTTPClient what the SDK asks for
	// credentials.
	calls    aws.HTTPClient
	services map[model.Service]serviceSetup
}

// serviceSetup is what Load prepared for one service.
type serviceSetup struct {
	config   aws.Config
	roleARN  string
	identity *identity
}

// Load reads the configuration. It makes no request: credentials are looked up
// when the first call needs them. A machine without AWS set-up is no error, it
// gives a Session whose Region is empty.
func Load(ctx context.Context, opts Options) (*Session, error) {
	if err := opts.validate(); err != nil {
		return nil, err
	}
	opts = opts.withDefaults()
	base, err := loadBase(ctx, opts)
	if err != nil {
		return nil, err
	}
	s := &Session{region: base.Region, now: opts.Now, base: base, calls: guarded(base.HTTPClient, opts.Destinations)}
	s.base.HTTPClient = freeze(base.HTTPClient)
	chain := &identity{credentials: base.Credentials, timeout: opts.CredentialTimeout}
	s.base.Credentials = chain
	callers := s.base.Copy()
	callers.HTTPClient = s.calls
	s.services = setUpServices(callers, chain, opts)
	return s, nil
}

// loadBase loads the SDK's configuration without its retries. Its HTTP client trusts
// the authorities of AWS_CA_BUNDLE.
func loadBase(ctx context.Context, opts Options) (aws.Config, error) {
	load := []func(*config.LoadOptions) error{
		config.WithRetryer(func() aws.Retryer { return aws.NopRetryer{} }),
		// The mode "auto" would ask the instance metadata service at start.
		config.WithDefaultsMode(aws.DefaultsModeLegacy),
		config.WithHTTPClient(opts.HTTPClient),
	}
	if opts.Region != "" {
		load = append(load, config.WithRegion(opts.Region))
	}
	if opts.Profile != "" {
		load = append(load, config.WithSharedConfigProfile(opts.Profile))
	}
	if opts.Credentials != nil {
		load = append(load, config.WithCredentialsProvider(opts.Credentials))
	}
	base, err := config.LoadDefaultConfig(ctx, load...)
	if err != nil {
		return aws.Config{}, fmt.Errorf("load AWS configuration: %w", err)
	}
	if base.Region != "" && !regionPattern.MatchString(base.Region) {
		return aws.Config{}, fmt.Errorf("AWS region %q: a region looks like us-east-1", base.Region)
	}
	// AWS_MAX_ATTEMPTS would wrap the retryer that must not retry.
	base.RetryMaxAttempts = 0
	base.Logger = logging.Nop{} // the SDK writes to the standard error; our errors say it all
	return base, nil
}

// setUpServices prepares each service's configuration. Services with the same
// role share its credentials.
func setUpServices(base aws.Config, chain *identity, opts Options) map[model.Service]serviceSetup {
	forRoles := withEndpoint(base, opts.STSEndpoint)
	forRoles.HTTPClient = &boundedClient{client: base.HTTPClient, limit: maxSmallAnswer, header: opts.Header}
	roles := newRoles(forRoles)
	services := make(map[model.Service]serviceSetup)
	for service, so := range opts.byService() {
		cfg := withEndpoint(base, so.Endpoint)
		who := chain
		if so.RoleARN != "" {
			who = roles.identity(service, so.RoleARN)
		}
		cfg.Credentials = who
		cfg.HTTPClient = &boundedClient{client: base.HTTPClient, limit: answerLimit(service), header: opts.Header}
		services[service] = serviceSetup{config: cfg, roleARN: so.RoleARN, identity: who}
	}
	return services
}

// withEndpoint returns base with the service's address replaced. The sources
// of the configuration are dropped then: an address given to us wins over
// AWS_ENDPOINT_URL, and FIPS and dual-stack switches do not apply to it.
func withEndpoint(base aws.Config, endpoint string) aws.Config {
	cfg := base.Copy()
	if endpoint != "" {
		cfg.BaseEndpoint = aws.String(strings.TrimRight(endpoint, "/"))
		cfg.ConfigSources = nil
	}
	return cfg
}

// Region returns the region in use; empty means that AWS is off.
func (s *Session) Region() string { return s.region }

// Role returns the role that calls of the service are made in, empty when they
// are made with the identity of the credential chain.
func (s *Session) Role(service model.Service) string { return s.services[service].roleARN }

// Config returns the SDK configuration of a service, for one long-lived client.
func (s *Session) Config(service model.Service) aws.Config {
	return s.services[service].config.Copy()
}

// Ready returns nil when calls of the service can be made, and otherwise an
// error of kind NotConfigured that says how to switch AWS on.
func (s *Session) Ready(service model.Service) error {
	if s.region != "" {
		return nil
	}
	return &model.Error{Kind: model.NotConfigured, Service: service,
		Message: fmt.Sprintf("calls to %s are off because no AWS region is set: start the server with --aws-region, "+
			"or set AWS_REGION or a profile that has a region", service)}
}

// Close closes the connections that no call is using.
func (s *Session) Close() {
	for _, client := range []aws.HTTPClient{s.base.HTTPClient, s.calls} {
		if c, ok := client.(interface{ CloseIdleConnections() }); ok {
			c.CloseIdleConnections()
		}
	}
}

func (o Options) withDefaults() Options {
	if o.MaxConnections <= 0 {
		o.MaxConnections = defaultMaxConnections
	}
	if o.DialTimeout <= 0 {
		o.DialTimeout = defaultDialTimeout
	}
	if o.CredentialTimeout <= 0 {
		o.CredentialTimeout = defaultCredentialTimeout
	}
	if o.HTTPClient == nil {
		o.HTTPClient = newPool(o.MaxConnections, o.DialTimeout)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

func (o Options) byService() map[model.Service]ServiceOptions {
	return map[model.Service]ServiceOptions{
		model.Bedrock: o.Bedrock, model.SageMaker: o.SageMaker, model.Comprehend: o.Comprehend,
	}
}

var (
	regionPattern = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	rolePattern   = regexp.MustCompile(`^arn:aws[a-z-]*:iam::[0-9]{12}:role/.+$`)
)

// validate refuses what could only fail later, at the first call.
func (o Options) validate() error {
	if err := o.checkEndpoint("sts", o.STSEndpoint); err != nil {
		return err
	}
	for service, so := range o.byService() {
		if err := o.checkEndpoint(strings.ToLower(string(service)), so.Endpoint); err != nil {
			return err
		}
		if so.RoleARN != "" && !rolePattern.MatchString(so.RoleARN) {
			return fmt.Errorf("%s %q: a role looks like arn:aws:iam::123456789012:role/name", roleVariable(service), so.RoleARN)
		}
	}
	return nil
}

// checkEndpoint checks an address. Its errors name the option of the configuration.
func (o Options) checkEndpoint(service, endpoint string) error {
	if endpoint == "" {
		return nil
	}
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" || u.User != nil {
		// The text is not repeated: it may hold a password.
		return fmt.Errorf("aws.%s-endpoint: it must be a URL such as https://host.example, without user or password", service)
	}
	if err := o.Destinations.Check(u); err != nil {
		return fmt.Errorf("aws.%s-endpoint: %w", service, err)
	}
	return nil
}
