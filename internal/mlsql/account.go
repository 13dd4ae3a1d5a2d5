package mlsql

import "strings"

// Account is a user or a role. The zero value means that none was named.
type Account struct {
	Name string
	// Host is in lower case, and "%" when the statement names none.
	Host string
	// CurrentUser stands for the session's own account; Name and Host are then
	// empty.
	CurrentUser bool
}

// IsZero reports whether no account was named.
func (a Account) IsZero() bool { return a == Account{} }

// String returns the account as SQL, which every sql_mode reads alike.
func (a Account) String() string {
	if a.CurrentUser {
		return "CURRENT_USER"
	}
	return QuoteName(a.Name) + "@" + QuoteName(a.Host)
}

// account reads a user or role name with an optional host.
func (p *parser) account() Account {
	tok := p.next()
	switch {
	case tok.Kind == Word && strings.EqualFold(tok.Text, "CURRENT_USER"):
		if p.acceptSymbol("(") {
			p.expectSymbol(")")
		}
		return Account{CurrentUser: true}
	case tok.Kind == QuotedName, tok.Kind == String, tok.Kind == Word && !isReserved(tok.Text):
	default:
		p.syntaxAt(tok, "")
		return Account{}
	}
	a := Account{Name: p.value(tok), Host: "%"}
	p.checkLength(tok, a.Name, "user name", maxUserName)
	if p.isSymbol("@") { // an @ that no name follows
		p.next()
		p.syntax("")
	}
	if p.peek().Kind == Variable && !strings.HasPrefix(p.peek().Text, "@@") {
		a.Host = p.host()
	}
	return a
}

// host reads the @host of an account name.
func (p *parser) host() string {
	tok := p.next()
	host := strings.Map(asciiLower, p.value(tok))
	p.checkLength(tok, host, "host name", maxHostName)
	if host == "" {
		return "%"
	}
	return host
}

func asciiLower(r rune) rune {
	if r >= 'A' && r <= 'Z' {
		return r + 'a' - 'A'
	}
	return r
}

// accounts reads a list of accounts with commas between them.
func (p *parser) accounts() []Account {
	list := []Account{p.account()}
	for p.acceptSymbol(",") {
		list = append(list, p.account())
	}
	return list
}
