package config

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// option is one line of the configuration.
type option struct {
	// key is the option's name in the file, its section before the dot.
	key string
	// preset is the default as text.
	preset string
	// help is one line without a full stop.
	help string
	// field returns a pointer to the option's place: *string, *int, *bool,
	// *time.Duration or *Secret.
	field func(*Config) any
	// check refuses a value by saying what is allowed; nil allows all.
	check func(value string) error
}

// options returns the table, in the order of the reference.
func options() []option {
	return []option{
		{"data", "./airglow-data", "directory of databases, accounts and functions; created if missing",
			func(c *Config) any { return &c.Data }, notEmpty},
		{"listen", "127.0.0.1:3306", "address and port for MySQL clients; empty listens on the socket alone",
			func(c *Config) any { return &c.Listen }, address},
		{"socket", "", "path of a Unix socket to listen on as well",
			func(c *Config) any { return &c.Socket }, nil},
		{"root-password", "", "root's password, set at every start where given; other users of the machine see flags, so prefer the file",
			func(c *Config) any { return &c.RootPassword }, nil},
		{"root-password-file", "", "file that holds root's password in its first line",
			func(c *Config) any { return &c.RootPasswordFile }, nil},
		{"drain-timeout", "10s", "how long a stop waits for running statements before it interrupts them",
			func(c *Config) any { return &c.DrainTimeout }, nil},
		{"max-connections", "151", "how many clients may be connected at once, 1 to 100000",
			func(c *Config) any { return &c.MaxConnections }, between(1, 100_000)},
		{"min-free-mb", "128", "megabytes that stay free on the disk of the data directory, 0 to 1000000: below, statements that write fail with 1021; 0 is no bound",
			func(c *Config) any { return &c.MinFreeMB }, between(0, 1_000_000)},

		{"tls.cert", "", "PEM file with the server's certificate and its chain; without it the server makes its own in the data directory",
			func(c *Config) any { return &c.TLS.Cert }, nil},
		{"tls.key", "", "PEM file with the certificate's key",
			func(c *Config) any { return &c.TLS.Key }, nil},
		{"tls.mode", "on", "on: clients may use TLS; off; or required: TCP clients without TLS are refused",
			func(c *Config) any { return &c.TLS.Mode }, oneOf("on", "off", "required")},

		{"log.level", "info", "debug, info, warn or error",
			func(c *Config) any { return &c.Log.Level }, oneOf("debug", "info", "warn", "error")},
		{"log.format", "text", "text or json",
			func(c *Config) any { return &c.Log.Format }, oneOf("text", "json")},

		{"aws.region", "", "region of Amazon's services; setting it makes Bedrock, SageMaker and Comprehend the default providers",
			func(c *Config) any { return &c.AWS.Region }, region},
		{"aws.profile", "", "profile of the shared AWS configuration files",
			func(c *Config) any { return &c.AWS.Profile }, nil},
		{"aws.bedrock-role", "", "ARN of the role assumed for Bedrock calls; shown as aws_default_bedrock_role",
			func(c *Config) any { return &c.AWS.BedrockRole }, roleARN},
		{"aws.sagemaker-role", "", "ARN of the role assumed for SageMaker calls; shown as aws_default_sagemaker_role",
			func(c *Config) any { return &c.AWS.SageMakerRole }, roleARN},
		{"aws.comprehend-role", "", "ARN of the role assumed for Comprehend calls; shown as aws_default_comprehend_role",
			func(c *Config) any { return &c.AWS.ComprehendRole }, roleARN},
		{"aws.lambda-role", "", "ARN of the role for Lambda; shown as aws_default_lambda_role",
			func(c *Config) any { return &c.AWS.LambdaRole }, roleARN},
		{"aws.s3-role", "", "ARN of the role for S3; shown as aws_default_s3_role",
			func(c *Config) any { return &c.AWS.S3Role }, roleARN},
		{"aws.bedrock-endpoint", "", "URL in place of Bedrock's own",
			func(c *Config) any { return &c.AWS.BedrockEndpoint }, endpoint},
		{"aws.sagemaker-endpoint", "", "URL in place of SageMaker's own",
			func(c *Config) any { return &c.AWS.SageMakerEndpoint }, endpoint},
		{"aws.comprehend-endpoint", "", "URL in place of Comprehend's own",
			func(c *Config) any { return &c.AWS.ComprehendEndpoint }, endpoint},
		{"aws.sts-endpoint", "", "URL in place of the Security Token Service's own",
			func(c *Config) any { return &c.AWS.STSEndpoint }, endpoint},
		{"aws.allow-http", "false", "let these URLs, and those of AWS_ENDPOINT_URL, be plain http to other machines",
			func(c *Config) any { return &c.AWS.AllowHTTP }, nil},
		{"aws.allow-addresses", "", "addresses that they may lead to though link-local and metadata addresses are refused, such as 169.254.7.0/24, with commas between them",
			func(c *Config) any { return &c.AWS.AllowAddresses }, addresses},

		{"endpoint.listen", "", "address and port of the endpoint that speaks the APIs of Bedrock, SageMaker's runtime and Comprehend; empty is none",
			func(c *Config) any { return &c.Endpoint.Listen }, address},
		{"endpoint.tls", "false", "serve the endpoint over HTTPS, with the certificate of [tls] or the server's own",
			func(c *Config) any { return &c.Endpoint.TLS }, nil},
		{"endpoint.allow-plain", "false", "let the endpoint listen beyond this machine without TLS, such as behind a proxy that has it",
			func(c *Config) any { return &c.Endpoint.AllowPlain }, nil},
		{"endpoint.call-timeout", "5m0s", "time limit of a call over the endpoint with its retries, and of a whole stream",
			func(c *Config) any { return &c.Endpoint.CallTimeout }, aboveZero},
		{"endpoint.retry-for", "5s", "how long a call over the endpoint waits for a provider that is down, loading or throttled before its client is told",
			func(c *Config) any { return &c.Endpoint.RetryFor }, aboveZero},

		{"ml.inference-timeout-ms", "30000", "time limit of a model call with its retries, in milliseconds, 100 to 3600000; the default of aurora_ml_inference_timeout",
			func(c *Config) any { return &c.ML.InferenceTimeoutMS }, between(100, 3_600_000)},
		{"ml.activate-all-roles-on-login", "true", "activate every granted role at login, the AWS_…_ACCESS ones included",
			func(c *Config) any { return &c.ML.ActivateAllRolesOnLogin }, nil},
		{"ml.max-concurrency", "256", "how many calls may be under way at one model that the model map does not limit, 1 to 10000",
			func(c *Config) any { return &c.ML.MaxConcurrency }, between(1, 10_000)},

		{"ledger.enabled", "true", "record every model call and its answer in the data directory, so that nothing is paid twice",
			func(c *Config) any { return &c.Ledger.Enabled }, nil},
		{"ledger.bodies", "full", "full keeps requests and answers; hash keeps neither, and then no answer is used by another statement",
			func(c *Config) any { return &c.Ledger.Bodies }, oneOf("full", "hash")},
		{"ledger.secret-file", "", "file with 64 hexadecimal digits that requests and answers are encrypted with at rest",
			func(c *Config) any { return &c.Ledger.SecretFile }, nil},
		{"ledger.max-age-days", "90", "days after which calls are forgotten, 0 to 36500; sums of usage stay; 0 is never",
			func(c *Config) any { return &c.Ledger.MaxAgeDays }, between(0, 36_500)},
		{"ledger.max-size-mb", "4096", "megabytes beyond which the oldest calls are forgotten, 0 to 1000000; 0 is no bound",
			func(c *Config) any { return &c.Ledger.MaxSizeMB }, between(0, 1_000_000)},

		{"metrics.listen", "", "address and port, such as 127.0.0.1:9306, that serves figures over HTTP to a Prometheus, without authentication; empty is none",
			func(c *Config) any { return &c.Metrics.Listen }, address},
	}
}

// flag is the option's name on the command line.
func (o option) flag() string { return strings.ReplaceAll(o.key, ".", "-") }

// env is the option's environment variable.
func (o option) env() string {
	return "AIRGLOW_" + strings.ToUpper(strings.NewReplacer(".", "_", "-", "_").Replace(o.key))
}

// section is the table of the file that holds the option; empty at the top.
func (o option) section() string {
	section, _, nested := strings.Cut(o.key, ".")
	if !nested {
		return ""
	}
	return section
}

// name is the option's name within its section.
func (o option) name() string { return o.key[strings.LastIndexByte(o.key, '.')+1:] }

// set parses a value into c. The error does not name the option.
func (o option) set(c *Config, value string) error {
	if o.check != nil && (value != "" || o.preset != "") { // empty is "not set" where the default is empty
		if err := o.check(value); err != nil {
			return err
		}
	}
	return parse(o.field(c), value)
}

// parse puts a text into the place that field points to.
func parse(field any, value string) (err error) {
	switch field := field.(type) {
	case *string:
		*field = value
	case *Secret:
		*field = Secret(value)
	case *int:
		if *field, err = strconv.Atoi(value); err != nil {
			return fmt.Errorf("%q is not a whole number", value)
		}
	case *bool:
		if *field, err = strconv.ParseBool(value); err != nil {
			return fmt.Errorf("%q is neither true nor false", value)
		}
	case *time.Duration:
		if *field, err = time.ParseDuration(value); err != nil || *field < 0 {
			return fmt.Errorf("%q is not a duration such as 10s or 1m30s", value)
		}
	default:
		return fmt.Errorf("no option can be of type %T", field)
	}
	return nil
}

// shown is text without what may be secret in it.
func (o option) shown(c *Config) string {
	if strings.HasSuffix(o.key, "-endpoint") {
		return maskURL(o.text(c))
	}
	return o.text(c)
}

// text is the value in c as set takes it.
func (o option) text(c *Config) string {
	switch field := o.field(c).(type) {
	case *string:
		return *field
	case *Secret:
		return field.String()
	case *int:
		return strconv.Itoa(*field)
	case *bool:
		return strconv.FormatBool(*field)
	case *time.Duration:
		return field.String()
	}
	return ""
}
