package arch

import (
	"slices"
	"strings"
	"testing"
)

// rule is what the packages of one directory may import.
type rule struct {
	// ours are the packages of this module, below internal. A package may
	// always import those below itself.
	ours []string
	// theirs are libraries that only some packages may use, of those in
	// guarded.
	theirs []string
}

// The libraries that are kept in few places, by a prefix of their paths.
const (
	storage = "github.com/dolthub/dolt/go"
	driver  = "github.com/dolthub/driver"
	sqlLib  = "github.com/dolthub/go-mysql-server"
	vitess  = "github.com/dolthub/vitess"
	awsSDK  = "github.com/aws/aws-sdk-go-v2"
	figures = "github.com/prometheus/client_golang"
)

var guarded = []string{storage, driver, sqlLib, vitess, awsSDK, figures}

// rules is the table of ARCHITECTURE.md. A package that is not in it fails the
// test: put it in, and think about what it may know.
var rules = map[string]rule{
	"model":  {},
	"config": {},

	"ledger": {ours: []string{"model"}},
	"infer":  {ours: []string{"model", "ledger", "budget"}},

	"budget":    {ours: []string{"model", "ledger", "dialect", "neutral"}},
	"estimate":  {ours: []string{"model", "ledger"}},
	"metrics":   {ours: []string{"infer"}, theirs: []string{figures}},
	"bolt":      {ours: []string{"model", "ledger"}},
	"accesskey": {},
	"ledgersql": {ours: []string{"engine/own", "ledger", "budget", "bolt", "model", "mysqlerr"}},

	"sigv4":             {},
	"csvline":           {},
	"jsonbody":          {},
	"disk":              {},
	"neutral":           {ours: []string{"model"}},
	"dialect/form":      {ours: []string{"model", "jsonbody", "neutral"}},
	"dialect/prompt":    {ours: []string{"model", "jsonbody", "neutral", "dialect/form"}},
	"dialect/messages":  {ours: []string{"model", "jsonbody", "neutral", "dialect/form", "dialect/prompt"}},
	"dialect/embedding": {ours: []string{"model", "jsonbody", "neutral", "dialect/form"}},
	"dialect": {ours: []string{"model", "jsonbody", "neutral",
		"dialect/form", "dialect/prompt", "dialect/messages", "dialect/embedding"}},
	"awsclient":  {ours: []string{"model", "config", "outbound"}, theirs: []string{awsSDK}},
	"bedrock":    {ours: []string{"model", "dialect", "neutral", "dialect/form", "dialect/messages", "translate", "awsclient", "outbound"}, theirs: []string{awsSDK}},
	"sagemaker":  {ours: []string{"model", "csvline", "awsclient"}, theirs: []string{awsSDK}},
	"comprehend": {ours: []string{"model", "awsclient"}, theirs: []string{awsSDK}},
	"tokens":     {},
	"translate":  {ours: []string{"model", "jsonbody", "tokens", "dialect", "neutral"}},
	"outbound":   {ours: []string{"model"}},
	"openai":     {ours: []string{"model", "jsonbody", "dialect", "neutral", "translate", "outbound"}},
	"ollama":     {ours: []string{"model", "jsonbody", "neutral", "dialect/form", "translate", "outbound"}},
	"anthropic":  {ours: []string{"model", "jsonbody", "dialect", "neutral", "dialect/messages", "translate", "outbound"}},
	"builtin":    {ours: []string{"model", "dialect", "neutral", "translate"}},

	// It frames its streams as the SDK does, and is tested with the SDK's clients.
	"bedrockapi": {ours: []string{"model", "ledger", "infer", "dialect", "neutral", "csvline", "accesskey", "sigv4"}, theirs: []string{awsSDK}},

	"mlsql":       {ours: []string{"model"}},
	"mysqlerr":    {ours: []string{"model"}, theirs: []string{sqlLib, vitess}},
	"diagnostics": {ours: []string{"mysqlerr"}, theirs: []string{sqlLib, vitess}},
	"explain":     {ours: []string{"lookahead", "estimate"}, theirs: []string{sqlLib, vitess}},
	"assign":      {ours: []string{"mysqlerr"}, theirs: []string{sqlLib, vitess}},
	"arithmetic":  {ours: []string{"mysqlerr"}, theirs: []string{sqlLib, vitess}},
	"aggregate":   {theirs: []string{sqlLib, vitess}},
	"procedure":   {ours: []string{"model", "mlsql", "infer", "lookahead", "arithmetic", "assign", "mysqlerr", "diagnostics"}, theirs: []string{sqlLib, vitess}},
	"sample":      {ours: []string{"model", "infer", "lookahead", "estimate"}, theirs: []string{sqlLib}},
	"lookahead":   {ours: []string{"infer"}, theirs: []string{sqlLib}},

	// The parts of the adapter, the lower first.
	"engine/current":     {},
	"engine/dbname":      {theirs: []string{sqlLib}},
	"engine/fault":       {ours: []string{"mlsql", "mysqlerr"}, theirs: []string{sqlLib, vitess}},
	"engine/inject":      {theirs: []string{sqlLib, vitess}},
	"engine/transaction": {theirs: []string{sqlLib}},
	"engine/walk":        {theirs: []string{sqlLib, vitess}},
	"engine/rules":       {ours: []string{"engine/dbname", "engine/walk", "arithmetic", "lookahead"}, theirs: []string{sqlLib}},
	"engine/write":       {ours: []string{"engine/current", "engine/dbname", "engine/fault", "engine/transaction", "assign", "diagnostics", "lookahead", "mysqlerr"}, theirs: []string{sqlLib, vitess}},
	"engine/sqltype":     {ours: []string{"mlsql"}, theirs: []string{sqlLib}},
	"engine/own":         {ours: []string{"engine/dbname", "engine/fault", "engine/inject", "engine/sqltype", "engine/walk", "mlsql", "mysqlerr"}, theirs: []string{sqlLib, vitess}},
	"engine/grammar":     {ours: []string{"engine/dbname", "engine/fault", "engine/walk", "explain", "mlsql", "mysqlerr", "procedure"}, theirs: []string{vitess}},
	"engine/bill":        {ours: []string{"dialect", "estimate", "infer", "ledger", "model", "sample"}, theirs: []string{sqlLib}},
	"engine/exec":        {ours: []string{"engine/fault", "engine/walk", "engine/write", "estimate", "explain", "lookahead"}, theirs: []string{sqlLib}},
	"engine/variable":    {ours: []string{"engine/fault", "budget", "diagnostics", "infer", "ledger", "mysqlerr"}, theirs: []string{sqlLib, vitess}},
	"engine/mend":        {ours: []string{"engine/dbname", "engine/fault", "engine/grammar", "engine/transaction", "engine/walk", "mysqlerr"}, theirs: []string{sqlLib, vitess}},
	"engine/access":      {ours: []string{"engine/fault", "engine/inject", "engine/variable", "mlsql", "model"}, theirs: []string{sqlLib, vitess}},
	"engine/catalog":     {ours: []string{"engine/access", "engine/current", "engine/dbname", "engine/fault", "engine/inject", "engine/sqltype", "engine/transaction", "engine/variable", "mlsql"}, theirs: []string{sqlLib, vitess}},
	"engine/show":        {ours: []string{"engine/access", "engine/fault", "engine/inject", "engine/variable", "infer", "mysqlerr"}, theirs: []string{sqlLib, vitess}},
	"engine/qualify":     {ours: []string{"engine/catalog", "engine/current", "engine/dbname", "engine/fault", "engine/grammar", "engine/walk", "aggregate", "mlsql"}, theirs: []string{sqlLib, vitess}},
	// The adapter puts them together.
	"engine": {ours: []string{
		"engine/current", "engine/dbname", "engine/fault", "engine/inject", "engine/transaction", "engine/rules",
		"engine/write", "engine/sqltype", "engine/own", "engine/grammar", "engine/bill", "engine/exec",
		"engine/variable", "engine/mend", "engine/access", "engine/catalog", "engine/show", "engine/qualify",
		"model", "mlsql", "infer", "lookahead", "procedure", "arithmetic", "assign", "explain", "mysqlerr", "diagnostics",
		"csvline", "ledger", "budget", "estimate", "sample",
	}, theirs: []string{sqlLib, vitess}},

	"dolt": {ours: []string{"model", "ledger"}, theirs: []string{storage, driver, sqlLib, vitess}},
	"server": {ours: []string{"model", "engine", "procedure", "mysqlerr"},
		theirs: []string{sqlLib, vitess}},

	"sqlclient": {},
	"feed":      {ours: []string{"sqlclient"}},

	"app": {ours: everything},

	// What tests are written with.
	"modelserver": {ours: []string{"model", "outbound"}},

	"awstest":  {ours: []string{"sigv4"}},
	"testkit":  {ours: []string{"app", "config", "disk", "infer", "ledger", "model"}},
	"compat":   {ours: []string{"testkit", "config"}},
	"scenario": {ours: []string{"testkit", "config", "model", "dialect/form"}},
	"clients":  {},
	"arch":     {},

	// The commands. The storage is there for the version that clients are told.
	"cmd/airglow": {ours: []string{"app", "config", "ledger", "sqlclient", "feed", "dolt"}},
}

// everything is for the one place that puts the parts together.
var everything = []string{"*"}

func TestEveryImportIsAllowed(t *testing.T) {
	for _, s := range tree(t) {
		if s.isTest() {
			continue
		}
		name, r, ok := ruleOf(s.dir())
		if !ok {
			t.Errorf("%s: package %s has no line in the table of imports_test.go", s.path, s.dir())
			continue
		}
		for _, imported := range s.imports() {
			if fault := r.fault(name, imported); fault != "" {
				t.Errorf("%s imports %s: %s", s.path, imported, fault)
			}
		}
	}
}

// Tests may put parts together that do not know each other, but not the
// libraries that are kept in few places.
func TestEveryImportOfATestIsAllowed(t *testing.T) {
	for _, s := range tree(t) {
		_, r, ok := ruleOf(s.dir())
		if !s.isTest() || !ok {
			continue
		}
		for _, imported := range s.imports() {
			if lib := libraryOf(imported); lib != "" && !slices.Contains(r.theirs, lib) && s.dir() != "internal/awstest" {
				t.Errorf("%s imports %s: only the packages that the table names use %s", s.path, imported, lib)
			}
		}
	}
}

func TestTheTableIsSound(t *testing.T) {
	for name, r := range rules {
		for _, imported := range r.ours {
			if _, ok := rules[imported]; !ok && imported != "*" {
				t.Errorf("the table lets %s import %s, which has no line of its own", name, imported)
			}
			if slices.Contains(rules[imported].ours, name) {
				t.Errorf("the table lets %s and %s import each other", name, imported)
			}
		}
	}
}

// ruleOf returns the rule for a directory, and the name of its line.
func ruleOf(dir string) (string, rule, bool) {
	name := strings.TrimPrefix(dir, "internal/")
	for {
		if r, ok := rules[name]; ok {
			return name, r, true
		}
		cut := strings.LastIndexByte(name, '/')
		if cut < 0 {
			return "", rule{}, false
		}
		name = name[:cut]
	}
}

// fault says why the packages of name may not import a path; empty when they
// may.
func (r rule) fault(name, imported string) string {
	if lib := libraryOf(imported); lib != "" && !slices.Contains(r.theirs, lib) {
		return "only the packages that the table names use " + lib
	}
	ours, internal := strings.CutPrefix(imported, module+"/internal/")
	if !internal {
		return ""
	}
	line, _, ok := ruleOf("internal/" + ours)
	switch {
	case !ok:
		return "it has no line in the table"
	case line == name, slices.Contains(r.ours, line), slices.Equal(r.ours, everything):
		return ""
	}
	return "the table does not allow it"
}

// libraryOf returns the guarded library that a path belongs to, if any.
func libraryOf(imported string) string {
	for _, lib := range guarded {
		if imported == lib || strings.HasPrefix(imported, lib+"/") {
			return lib
		}
	}
	return ""
}
