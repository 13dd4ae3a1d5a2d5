package mlsql

// isOnFunction tells whether the coming GRANT or REVOKE has ON FUNCTION before
// its users.
func (p *parser) isOnFunction() bool {
	for k := 1; ; k++ {
		switch tok := p.peekAt(k); {
		case isWord(tok, "ON"):
			return isWord(p.peekAt(k+1), "FUNCTION")
		case tok.Kind == EndOfText, tok.Kind == Invalid, isWord(tok, "TO"), isWord(tok, "FROM"),
			tok.Kind == Symbol && tok.Text == ";":
			return false
		}
	}
}

// grantFunction reads GRANT … ON FUNCTION ….
func (p *parser) grantFunction() Statement {
	p.expect("GRANT")
	s := &GrantFunction{}
	s.Privileges, s.FunctionName = p.onFunction()
	p.expect("TO")
	s.Users = p.accounts()
	if p.accept("WITH") {
		p.expect("GRANT", "OPTION")
		s.Privileges.GrantOption = true
	}
	if p.is("AS") {
		p.unsupportedAt(p.peek(), "GRANT … AS user", "leave AS out, the session's user is the grantor")
	}
	return s
}

// revokeFunction reads REVOKE … ON FUNCTION ….
func (p *parser) revokeFunction() Statement {
	p.expect("REVOKE")
	s := &RevokeFunction{IfExists: p.accept("IF", "EXISTS")}
	s.Privileges, s.FunctionName = p.onFunction()
	p.expect("FROM")
	s.Users = p.accounts()
	s.IgnoreUnknownUser = p.accept("IGNORE", "UNKNOWN", "USER")
	return s
}

// onFunction reads the privileges and the function they are on.
func (p *parser) onFunction() (RoutinePrivileges, FunctionName) {
	var privileges RoutinePrivileges
	if p.accept("ALL") {
		p.accept("PRIVILEGES")
		privileges = RoutinePrivileges{Execute: true, AlterRoutine: true}
	} else {
		p.privilege(&privileges)
		for p.acceptSymbol(",") {
			p.privilege(&privileges)
		}
	}
	p.expect("ON", "FUNCTION")
	name, _ := p.functionName()
	return privileges, name
}

// privilege reads one privilege, of those that a function knows.
func (p *parser) privilege(to *RoutinePrivileges) {
	tok := p.peek()
	switch {
	case p.accept("EXECUTE"):
		to.Execute = true
	case p.accept("ALTER", "ROUTINE"):
		to.AlterRoutine = true
	case p.accept("GRANT", "OPTION"):
		to.GrantOption = true
	case p.accept("USAGE"):
	case tok.Kind == Word && !isWord(tok, "ON") && !isWord(tok, "ALL"):
		p.failAt(tok, codeIllegalGrant, "Illegal GRANT/REVOKE command; please consult the manual to see which "+
			"privileges can be used; on a function these are EXECUTE, ALTER ROUTINE and GRANT OPTION")
	default:
		p.syntax("")
	}
}
