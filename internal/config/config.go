// Package config is Airglow's configuration: one Config, made of defaults, a
// TOML file, the environment and the command line, each over the one before.
//
// Every option is one entry of the table in options.go; from its key follow the
// name in the file, the environment variable, the flag and its part of the
// reference: aws.bedrock-role is bedrock-role under [aws],
// AIRGLOW_AWS_BEDROCK_ROLE and --aws-bedrock-role. The model map, [[models]], and
// the model servers, [[providers]], have the file alone (tables.go).
//
// Load (load.go) merges the sources, file.go reads TOML and names the line of
// each mistake, validate.go checks what concerns several options at once, and
// reference.go prints the table and the effective values. Secrets are of type
// Secret, which prints as asterisks wherever it turns up.
package config

import (
	"log/slog"
	"net"
	"strings"
	"time"
)

// Config is the whole configuration. Load makes and validates one.
type Config struct {
	// File is the configuration file that was read; empty if none.
	File string
	// Data is the directory that holds databases, accounts and the ledger.
	Data string
	// Listen is the TCP address, host:port; empty listens on Socket alone.
	Listen string
	// Socket is the path of the Unix socket; empty for none.
	Socket string
	// RootPassword is root's password when the data directory is created.
	// When RootPasswordFile is set, it is that file's content.
	RootPassword     Secret
	RootPasswordFile string
	// DrainTimeout is how long a stop waits for running statements.
	DrainTimeout time.Duration
	// MaxConnections is how many clients may be connected at once.
	MaxConnections int
	// MinFreeMB are the megabytes that stay free on the disk of Data; 0 is no bound.
	MinFreeMB int
	TLS       TLS
	Log       Log
	AWS       AWS
	ML        ML
	Ledger    Ledger
	Endpoint  Endpoint
	Metrics   Metrics
	// Providers are the model servers beside Amazon's services.
	Providers []Provider
	// Models is the model map, in the order of the file: the first match wins.
	Models []ModelRule

	// sources says for each option's key where its value comes from.
	sources map[string]string
}

// TLS is the encryption of client connections.
type TLS struct {
	// Cert and Key are paths of PEM files.
	Cert, Key string
	// Mode is on, off or required.
	Mode string
}

// Required reports whether TCP clients without TLS are refused.
func (t TLS) Required() bool { return t.Mode == "required" }

// Log is the server's log, which goes to standard error.
type Log struct {
	// Level is debug, info, warn or error; Format text or json.
	Level, Format string
}

// SlogLevel returns Level as log/slog has it.
func (l Log) SlogLevel() slog.Level {
	var level slog.Level
	_ = level.UnmarshalText([]byte(l.Level)) // Load has checked it
	return level
}

// AWS is how Amazon's services are reached. Credentials are never part of the
// configuration; they come from the AWS SDK's own chain.
type AWS struct {
	// Region is the services' region; empty leaves it to the SDK's chain.
	Region string
	// Profile is the profile of the shared AWS files; empty for the default.
	Profile string
	// The roles are ARNs to assume for each service's calls; empty calls with
	// the server's own identity. They are the aws_default_…_role variables.
	BedrockRole, SageMakerRole, ComprehendRole, LambdaRole, S3Role string
	// The endpoints are URLs in place of the services' own; empty for those.
	BedrockEndpoint, SageMakerEndpoint, ComprehendEndpoint, STSEndpoint string
	// AllowHTTP allows http to other machines, AllowAddresses addresses that are
	// refused otherwise, as prefixes with commas between them.
	AllowHTTP      bool
	AllowAddresses string
}

// ML is what concerns every model call.
type ML struct {
	// InferenceTimeoutMS is the default of aurora_ml_inference_timeout, in
	// milliseconds.
	InferenceTimeoutMS int
	// ActivateAllRolesOnLogin is the default of the variable of that name.
	ActivateAllRolesOnLogin bool
	// MaxConcurrency caps the calls under way at one model whose rule names no
	// cap of its own.
	MaxConcurrency int
}

// Ledger is the record of model calls.
type Ledger struct {
	// Enabled is false where nothing is recorded.
	Enabled bool
	// Bodies is full or hash.
	Bodies string
	// SecretFile holds the key for bodies; empty leaves them as they are.
	SecretFile string
	// MaxAgeDays and MaxSizeMB bound what is kept; zero does not.
	MaxAgeDays, MaxSizeMB int
}

// Endpoint is the HTTP server that speaks Bedrock's API.
type Endpoint struct {
	// Listen is its TCP address, host:port; empty is no endpoint.
	Listen string
	// TLS serves HTTPS, with the certificate of TLS.Cert or the server's own.
	TLS bool
	// AllowPlain lets it listen beyond loopback without TLS.
	AllowPlain bool
	// CallTimeout is the time limit of a model call with its retries, and RetryFor
	// how long of it what may pass is tried again.
	CallTimeout, RetryFor time.Duration
}

// Metrics are the figures for a Prometheus.
type Metrics struct {
	// Listen is the address that serves them; empty for none.
	Listen string
}

// ModelRule sends the models that Match stands for to a provider.
type ModelRule struct {
	// Match is a model id, endpoint name or operation; * and ? are wildcards.
	Match string
	// Provider names who answers; Target is its model, empty for the same id.
	Provider, Target string
	// Service is Bedrock, SageMaker or Comprehend, or empty for any.
	Service string
	// MaxConcurrency caps the calls under way at one model; zero is
	// ML.MaxConcurrency.
	MaxConcurrency int
	// CallsPerMinute and TokensPerMinute are the quota of one model; zero is
	// none.
	CallsPerMinute, TokensPerMinute int
	// TimeoutMS is the time limit of a call whose function has none, in
	// milliseconds; zero is aurora_ml_inference_timeout.
	TimeoutMS int
	// Lenient lets bodies have members that their model does not know.
	Lenient bool
	// PromptMode says what becomes of a prompt in a model's template: "turns", or
	// empty, reads it into turns; "raw" sends it as it stands.
	PromptMode string
	// Parameters are settings for the provider's server, in its own words.
	Parameters Parameters
	// Fallbacks answer, in their order, when the provider cannot.
	Fallbacks []Fallback
	// Line is where the rule stands in the file; zero if in none.
	Line int
}

// Fallback is another who may answer for the models of a rule. Its fields are as
// those of ModelRule.
type Fallback struct {
	Provider, Target, PromptMode                    string
	MaxConcurrency, CallsPerMinute, TokensPerMinute int
	Parameters                                      Parameters
}

// LoopbackOnly reports whether nobody can connect from another machine. Beyond
// loopback, root must have a password.
func (c *Config) LoopbackOnly() bool { return isLoopback(c.Listen) }

// isLoopback reports whether only this machine reaches an address; nobody reaches
// an empty one.
func isLoopback(address string) bool {
	if address == "" {
		return true
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// Source returns where the value of the option with this key comes from:
// "default", "file", the environment variable, or the flag.
func (c *Config) Source(key string) string {
	if s := c.sources[key]; s != "" {
		return s
	}
	return "default"
}
