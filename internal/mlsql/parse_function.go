package mlsql

import (
	"fmt"
	"strings"
)

// creation is the state of reading one CREATE FUNCTION: the statement so far
// and where its parts stand, for the checks that come last.
type creation struct {
	*parser
	stmt     *CreateFunction
	nameAt   Token
	names    map[string]bool // of the arguments, in lower case
	argsAt   []Token         // the type of each argument
	returnAt Token           // the type after RETURNS
	given    clauseSet
}

// isCreateFunction tells whether the coming CREATE is one of a function.
func (p *parser) isCreateFunction() bool {
	return p.try(func() bool {
		p.expect("CREATE")
		p.accept("OR", "REPLACE")
		if p.accept("DEFINER") {
			p.expectSymbol("=")
			p.account()
		}
		p.accept("AGGREGATE")
		return p.is("FUNCTION")
	})
}

// createFunction reads CREATE FUNCTION up to its end and checks it.
func (p *parser) createFunction() Statement {
	c := &creation{parser: p, stmt: &CreateFunction{}, names: map[string]bool{}}
	c.header()
	c.arguments()
	c.definer()
	c.returns()
	c.characteristics()
	c.alias()
	c.check()
	return c.stmt
}

// header reads everything up to the function's name.
func (c *creation) header() {
	c.expect("CREATE")
	c.stmt.OrReplace = c.accept("OR", "REPLACE")
	c.definer()
	if c.is("AGGREGATE") {
		c.unsupportedAt(c.peek(), "aggregate functions", onlyAlias)
	}
	c.expect("FUNCTION")
	if !c.stmt.OrReplace {
		c.stmt.IfNotExists = c.accept("IF", "NOT", "EXISTS")
	}
	var name FunctionName
	name, c.nameAt = c.functionName()
	c.stmt.Function.Database, c.stmt.Function.Name = name.Database, name.Name
	if c.is("RETURNS") || c.is("SONAME") {
		c.unsupportedAt(c.peek(), "loadable functions", onlyAlias)
	}
}

// definer reads DEFINER = user, which may stand before FUNCTION, as in MySQL,
// or behind the arguments, as Aurora's manual prints it.
func (c *creation) definer() {
	tok := c.peek()
	if !c.accept("DEFINER") {
		return
	}
	if !c.stmt.Function.Definer.IsZero() {
		c.syntaxAt(tok, "DEFINER is given twice")
	}
	c.expectSymbol("=")
	c.stmt.Function.Definer = c.account()
}

// arguments reads the list of arguments in parentheses.
func (c *creation) arguments() {
	c.expectSymbol("(")
	if c.acceptSymbol(")") {
		return
	}
	c.argument()
	for c.acceptSymbol(",") {
		c.argument()
	}
	c.expectSymbol(")")
}

func (c *creation) argument() {
	if c.is("IN") || c.is("OUT") || c.is("INOUT") {
		c.syntax("the arguments of a function are always IN, leave the word out")
	}
	name, tok := c.name()
	if name == "" {
		c.syntaxAt(tok, "an argument needs a name")
	}
	if c.names[strings.ToLower(name)] {
		c.failAt(tok, codeDuplicateParam, fmt.Sprintf("Duplicate parameter: %s", name))
	}
	c.names[strings.ToLower(name)] = true
	c.argsAt = append(c.argsAt, c.peek())
	c.stmt.Function.Args = append(c.stmt.Function.Args, Arg{Name: name, Type: c.dataType(name)})
}

// returns reads RETURNS and its type.
func (c *creation) returns() {
	c.expect("RETURNS")
	c.returnAt = c.peek()
	c.stmt.Function.Returns = c.dataType("RETURNS")
}

// characteristics reads those between the return type and ALIAS.
func (c *creation) characteristics() {
	fn := &c.stmt.Function
	for c.err == nil {
		switch {
		case c.accept("NOT", "DETERMINISTIC"):
			fn.Deterministic = false
		case c.accept("DETERMINISTIC"):
			fn.Deterministic = true
		case c.is("SQL", "SECURITY"):
			fn.SQLSecurity = c.security()
		case c.accept("COMMENT"):
			fn.Comment, _ = c.literal("COMMENT")
		case c.characteristicWithoutValue():
		default:
			return
		}
	}
}

// security reads SQL SECURITY {DEFINER | INVOKER}.
func (p *parser) security() Security {
	p.expect("SQL", "SECURITY")
	if p.accept("INVOKER") {
		return SecurityInvoker
	}
	p.expect("DEFINER")
	return SecurityDefiner
}

// characteristicWithoutValue consumes LANGUAGE SQL, which says nothing, and
// refuses other languages and the data-access characteristics. It tells
// whether there was any of them.
func (p *parser) characteristicWithoutValue() bool {
	tok := p.peek()
	if p.accept("LANGUAGE", "SQL") {
		return true
	}
	if p.accept("LANGUAGE") {
		p.unsupportedAt(p.peek(), "LANGUAGE "+p.peek().Text, onlyAlias)
		return true
	}
	for _, words := range [...]string{"CONTAINS SQL", "NO SQL", "READS SQL DATA", "MODIFIES SQL DATA"} {
		if p.accept(strings.Fields(words)...) {
			p.unsupportedAt(tok, words+" for a model function",
				"allowed are [NOT] DETERMINISTIC, SQL SECURITY, LANGUAGE SQL and COMMENT")
			return true
		}
	}
	return false
}

// onlyAlias is the advice wherever another sort of function was asked for.
const onlyAlias = "a function is created with ALIAS AWS_BEDROCK_INVOKE_MODEL MODEL ID '…' " +
	"or ALIAS AWS_SAGEMAKER_INVOKE_ENDPOINT ENDPOINT NAME '…'; for SQL statements use a procedure"

// isBody tells whether an ordinary function body begins here.
func (p *parser) isBody() bool {
	tok := p.peek()
	if after := p.peekAt(1); tok.Kind == Word && after.Kind == Symbol && after.Text == ":" {
		return true // a labelled block
	}
	for _, word := range [...]string{
		"RETURN", "BEGIN", "IF", "CASE", "LOOP", "WHILE", "REPEAT", "SET", "SELECT", "INSERT",
		"UPDATE", "DELETE", "REPLACE", "CALL", "WITH", "SIGNAL", "AS",
	} {
		if isWord(tok, word) {
			return true
		}
	}
	return false
}
