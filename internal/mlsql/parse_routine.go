package mlsql

// dropFunction reads DROP FUNCTION.
func (p *parser) dropFunction() Statement {
	p.expect("DROP", "FUNCTION")
	s := &DropFunction{IfExists: p.accept("IF", "EXISTS")}
	s.FunctionName, _ = p.functionName()
	return s
}

// showCreateFunction reads SHOW CREATE FUNCTION.
func (p *parser) showCreateFunction() Statement {
	p.expect("SHOW", "CREATE", "FUNCTION")
	name, _ := p.functionName()
	return &ShowCreateFunction{FunctionName: name}
}

// showFunctionStatus reads SHOW FUNCTION STATUS.
func (p *parser) showFunctionStatus() Statement {
	p.expect("SHOW", "FUNCTION", "STATUS")
	s := &ShowFunctionStatus{}
	switch {
	case p.accept("LIKE"):
		like, _ := p.literal("LIKE")
		s.Like = &like
	case p.accept("WHERE"):
		p.condition(s)
	}
	return s
}

// condition takes the rest of the statement as it stands. The stock parser
// reads it later.
func (p *parser) condition(s *ShowFunctionStatus) {
	s.WhereStart = p.peek().Start
	for p.peek().Kind != EndOfText && !p.isSymbol(";") {
		tok := p.next()
		if tok.Kind == Invalid {
			p.syntaxAt(tok, "")
		}
		s.WhereEnd = tok.End
	}
	if s.WhereEnd == 0 {
		p.syntax("WHERE needs a condition")
		return
	}
	s.Where = p.text[s.WhereStart:s.WhereEnd]
}

// alterFunction reads ALTER FUNCTION.
func (p *parser) alterFunction() Statement {
	p.expect("ALTER", "FUNCTION")
	s := &AlterFunction{}
	s.FunctionName, _ = p.functionName()
	for p.err == nil {
		switch {
		case p.accept("COMMENT"):
			comment, _ := p.literal("COMMENT")
			s.Comment = &comment
		case p.is("SQL", "SECURITY"):
			security := p.security()
			s.SQLSecurity = &security
		case p.characteristicWithoutValue():
		default:
			return s
		}
	}
	return s
}
