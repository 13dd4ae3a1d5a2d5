package mlsql

// isSetRole tells the statement from an assignment to something named role.
func (p *parser) isSetRole() bool {
	switch after := p.peekAt(2); {
	case after.Kind != Symbol:
		return true
	default:
		return after.Text != "=" && after.Text != ":=" && after.Text != "."
	}
}

// setRole reads SET ROLE.
func (p *parser) setRole() Statement {
	p.expect("SET", "ROLE")
	s := &SetRole{}
	switch {
	case p.accept("DEFAULT"):
		s.Set = RolesDefault
	case p.accept("NONE"):
		s.Set = RolesNone
	case p.accept("ALL", "EXCEPT"):
		s.Set, s.Roles = RolesAllExcept, p.roles()
	case p.accept("ALL"):
		s.Set = RolesAll
	default:
		s.Roles = p.roles()
	}
	return s
}

// roles reads a list of roles. CURRENT_USER is no role.
func (p *parser) roles() []Account {
	if p.is("CURRENT_USER") {
		p.syntax("")
	}
	return p.accounts()
}

// setDefaultRole reads SET DEFAULT ROLE … TO ….
func (p *parser) setDefaultRole() Statement {
	p.expect("SET")
	s := p.defaultRole()
	p.expect("TO")
	s.Users = p.accounts()
	return s
}

// defaultRole reads DEFAULT ROLE and the roles.
func (p *parser) defaultRole() *SetDefaultRole {
	p.expect("DEFAULT", "ROLE")
	s := &SetDefaultRole{}
	switch {
	case p.accept("NONE"):
		s.Set = RolesNone
	case p.accept("ALL"):
		s.Set = RolesAll
	default:
		s.Roles = p.roles()
	}
	return s
}

// isAlterDefaultRole tells whether the coming ALTER USER has the default role
// as its subject.
func (p *parser) isAlterDefaultRole() bool {
	return p.try(func() bool {
		p.alterUser()
		return p.is("DEFAULT", "ROLE")
	})
}

// alterUser reads ALTER USER up to the user.
func (p *parser) alterUser() (user Account, ifExists bool) {
	p.expect("ALTER", "USER")
	ifExists = p.accept("IF", "EXISTS")
	return p.account(), ifExists
}

// alterDefaultRole reads ALTER USER u DEFAULT ROLE ….
func (p *parser) alterDefaultRole() Statement {
	user, ifExists := p.alterUser()
	s := p.defaultRole()
	s.Users, s.IfExists = []Account{user}, ifExists
	return s
}

// isLock tells whether the coming ALTER USER locks accounts, or unlocks them.
func (p *parser) isLock() bool {
	return p.try(func() bool {
		p.alterUser()
		for p.acceptSymbol(",") {
			p.account()
		}
		return p.is("ACCOUNT", "LOCK") || p.is("ACCOUNT", "UNLOCK")
	})
}

// lockAccounts reads ALTER USER u, … ACCOUNT LOCK.
func (p *parser) lockAccounts() Statement {
	user, ifExists := p.alterUser()
	s := &LockAccounts{Users: []Account{user}, IfExists: ifExists}
	for p.acceptSymbol(",") {
		s.Users = append(s.Users, p.account())
	}
	s.Lock = p.accept("ACCOUNT", "LOCK")
	if !s.Lock {
		p.expect("ACCOUNT", "UNLOCK")
	}
	return s
}
