package server

import (
	"bytes"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"net"
	"slices"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/mysql_db"
	"github.com/dolthub/vitess/go/mysql"
)

// authServer decides how a client proves who it is. It offers
// mysql_native_password for accounts that have such a password, and
// caching_sha2_password for all accounts.
//
// The second is more than MySQL does: clients of MySQL 9 no longer know
// mysql_native_password, and the full form of caching_sha2_password hands over
// the password itself, encrypted, which can be checked against either kind of
// stored password.
type authServer struct{ methods []mysql.AuthMethod }

// newAuthServer returns an authServer over the accounts of db. When tlsOnly is
// true, TCP clients without TLS are refused.
func newAuthServer(db *mysql_db.MySQLDb, key *rsaKey, tlsOnly bool) (*authServer, error) {
	accounts := &accounts{db: db, tlsOnly: tlsOnly}
	native, err := methodNamed(db, mysql.MysqlNativePassword)
	if err != nil {
		return nil, err
	}
	return &authServer{methods: []mysql.AuthMethod{
		&nativeMethod{AuthMethod: native, accounts: accounts},
		newSHA2Method(accounts, key),
	}}, nil
}

func methodNamed(db *mysql_db.MySQLDb, name mysql.AuthMethodDescription) (mysql.AuthMethod, error) {
	for _, method := range db.AuthMethods() {
		if method.Name() == name {
			return method, nil
		}
	}
	return nil, errors.New("the engine does not offer " + string(name))
}

// AuthMethods lists the methods, the preferred first.
func (a *authServer) AuthMethods() []mysql.AuthMethod { return a.methods }

// DefaultAuthMethodDescription names the method of the greeting. Clients that
// do not know it propose another.
func (a *authServer) DefaultAuthMethodDescription() mysql.AuthMethodDescription {
	return mysql.MysqlNativePassword
}

// again has a client that is logged in prove that it is another user.
func (a *authServer) again(x *exchange, c *mysql.Conn, request changeUserRequest) (mysql.Getter, error) {
	method := a.methodFor(c, request)
	challenge, err := method.AuthPluginData()
	if err != nil {
		return nil, err
	}
	change := append([]byte{mysql.AuthSwitchRequestPacket}, method.Name()...)
	if err := x.send(append(append(change, 0), challenge...)); err != nil {
		return nil, err
	}
	answer, err := x.receive()
	if err != nil {
		return nil, err
	}
	var who mysql.Getter
	if m, ok := method.(*sha2Method); ok {
		who, err = m.converse(x, login{c, request.user, answer}, challenge)
	} else {
		who, err = method.HandleAuthPluginData(c, request.user, challenge, answer, c.RemoteAddr())
	}
	if err != nil && !isLocked(err) && isEmpty(answer) {
		return nil, errNoPassword
	}
	return who, err
}

// methodFor is the method that the client proposes, or the first one that suits
// the account.
func (a *authServer) methodFor(c *mysql.Conn, request changeUserRequest) mysql.AuthMethod {
	suits := slices.DeleteFunc(slices.Clone(a.methods), func(m mysql.AuthMethod) bool { return !m.HandleUser(c, request.user) })
	for _, m := range suits {
		if string(m.Name()) == request.plugin {
			return m
		}
	}
	return suits[0] // caching_sha2_password suits every account
}

// errNoPassword says that a client had no password to give.
var errNoPassword = errors.New("no password")

// nativeMethod is the engine's mysql_native_password with MySQL's error text.
type nativeMethod struct {
	mysql.AuthMethod
	accounts *accounts
}

// HandleAuthPluginData checks the client's answer.
func (n *nativeMethod) HandleAuthPluginData(c *mysql.Conn, user string, challenge, answer []byte, from net.Addr) (mysql.Getter, error) {
	if err := n.accounts.transport(c); err != nil {
		return nil, err
	}
	who, err := n.AuthMethod.HandleAuthPluginData(c, user, challenge, answer, from)
	if err == nil {
		return who, nil
	}
	// The engine refuses a locked account before it looks at the password, and who
	// has none of it is not to learn that the account is locked.
	if account, ok := n.accounts.find(c, user, from); ok && account.Locked && answersNative(account, challenge, answer) {
		return nil, accountLocked(user, from)
	}
	return nil, accessDenied(user, from, len(answer) > 0)
}

// answersNative reports whether a client's answer to a challenge of
// mysql_native_password shows that it has the account's password: the answer is
// SHA1(password) XOR SHA1(challenge, SHA1(SHA1(password))).
func answersNative(account mysql_db.User, challenge, answer []byte) bool {
	if account.AuthString == "" {
		return len(answer) == 0
	}
	stored, err := hex.DecodeString(strings.TrimPrefix(account.AuthString, "*"))
	if err != nil || len(answer) != sha1.Size {
		return false
	}
	once := sha1.Sum(append(bytes.TrimSuffix(bytes.Clone(challenge), []byte{0}), stored...))
	for i := range once {
		once[i] ^= answer[i]
	}
	twice := sha1.Sum(once[:])
	return subtle.ConstantTimeCompare(twice[:], stored) == 1
}

// accounts finds accounts by user name and address.
type accounts struct {
	db      *mysql_db.MySQLDb
	tlsOnly bool
}

// transport refuses a connection without TLS where the server requires it.
func (a *accounts) transport(c *mysql.Conn) error {
	if !a.tlsOnly || c.TLSEnabled() || c.RemoteAddr().Network() == "unix" {
		return nil
	}
	return mysql.NewSQLError(3159, mysql.SSUnknownSQLState,
		"Connections using insecure transport are prohibited while --require_secure_transport=ON.")
}

// find returns a copy of the account that user has when connecting from an
// address, and false if there is none that may log in over c. A locked one may not,
// which is for whoever checks the password to say.
func (a *accounts) find(c *mysql.Conn, user string, from net.Addr) (mysql_db.User, bool) {
	reader := a.db.Reader()
	defer reader.Close()
	account := a.db.GetUser(reader, user, hostOf(from), false)
	if account == nil || account.IsRole || !secureEnough(c, account) {
		return mysql_db.User{}, false
	}
	return *account, true
}

// secureEnough reports whether the connection has what the account's REQUIRE
// clause asks for.
func secureEnough(c *mysql.Conn, account *mysql_db.User) bool {
	switch account.SslType {
	case "":
		return true
	case "ANY":
		return c.TLSEnabled()
	default:
		// The server asks clients for no certificates, so that no client can
		// meet REQUIRE X509 and the like.
		return false
	}
}

func identity(account mysql_db.User) mysql.Getter {
	return sql.MysqlConnectionUser{User: account.User, Host: account.Host}
}

// hostOf returns the host of a client's address as account names have it:
// "localhost" for this machine, else the IP address.
func hostOf(addr net.Addr) string {
	if addr.Network() == "unix" {
		return "localhost"
	}
	host, _, err := net.SplitHostPort(addr.String())
	if err != nil {
		return addr.String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsLoopback() {
		return "localhost"
	}
	return host
}

// accountLocked is MySQL's answer to a login that would succeed if the account were
// not locked.
func accountLocked(user string, from net.Addr) error {
	return mysql.NewSQLError(numberLocked, mysql.SSUnknownSQLState,
		"Access denied for user '%s'@'%s'. Account is locked.", user, hostOf(from))
}

// numberLocked is MySQL's ER_ACCOUNT_HAS_BEEN_LOCKED.
const numberLocked = 3118

func isLocked(err error) bool {
	var refused *mysql.SQLError
	return errors.As(err, &refused) && refused.Num == numberLocked
}

// accessDenied is MySQL's answer to a login that failed, whatever the reason.
func accessDenied(user string, from net.Addr, withPassword bool) error {
	using := "NO"
	if withPassword {
		using = "YES"
	}
	return mysql.NewSQLError(mysql.ERAccessDeniedError, mysql.SSAccessDeniedError,
		"Access denied for user '%s'@'%s' (using password: %s)", user, hostOf(from), using)
}
