package server

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // the protocol's
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"net"
	"strings"
	"sync"

	"github.com/dolthub/go-mysql-server/sql/mysql_db"
	"github.com/dolthub/vitess/go/mysql"
)

// sha2Method is caching_sha2_password. A client first sends a scrambled hash
// of its password, which can be checked when the password was seen since the
// server started (fast authentication). Else it is asked for the password
// itself (full authentication), and sends it as it is over TLS, and encrypted
// with the server's public key elsewhere.
//
// The protocol code of the fork does all but the encryption, and refuses the
// method without TLS. It is used where it can be, over TLS; the exchange for
// other connections is here.
type sha2Method struct {
	overTLS  mysql.AuthMethod
	accounts *accounts
	seen     *seenPasswords
	key      *rsaKey
}

func newSHA2Method(accounts *accounts, key *rsaKey) *sha2Method {
	m := &sha2Method{accounts: accounts, seen: newSeenPasswords(), key: key}
	m.overTLS = mysql.NewSha2CachingAuthMethod(m, m, anyone{})
	return m
}

// anyone admits every user to the method; accounts are looked up later.
type anyone struct{}

// HandleUser returns true.
func (anyone) HandleUser(string, net.Addr) bool { return true }

// Name returns caching_sha2_password.
func (m *sha2Method) Name() mysql.AuthMethodDescription { return mysql.CachingSha2Password }

// HandleUser returns true; see authServer.
func (m *sha2Method) HandleUser(*mysql.Conn, string) bool { return true }

// AllowClearTextWithoutTLS returns true, because the password is encrypted.
func (m *sha2Method) AllowClearTextWithoutTLS() bool { return true }

// AuthPluginData returns a new challenge.
func (m *sha2Method) AuthPluginData() ([]byte, error) { return m.overTLS.AuthPluginData() }

// HandleAuthPluginData checks the client's answer to the challenge.
func (m *sha2Method) HandleAuthPluginData(c *mysql.Conn, user string, challenge, answer []byte, from net.Addr) (mysql.Getter, error) {
	if err := m.accounts.transport(c); err != nil {
		return nil, err
	}
	who, err := m.check(c, user, challenge, answer, from)
	switch {
	case isLocked(err):
		return nil, err
	case err != nil:
		return nil, accessDenied(user, from, !isEmpty(answer))
	}
	return who, nil
}

func (m *sha2Method) check(c *mysql.Conn, user string, challenge, answer []byte, from net.Addr) (mysql.Getter, error) {
	w, plain := c.Conn.(*wire)
	if c.TLSEnabled() || !plain {
		return m.overTLS.HandleAuthPluginData(c, user, challenge, answer, from)
	}
	return m.converse(w.exchange(), login{c, user, answer}, challenge)
}

// login is a client's claim to be a user, with its answer to the challenge.
type login struct {
	conn   *mysql.Conn
	user   string
	answer []byte
}

// converse checks the answer to a challenge, and asks for the password when
// that does not do.
func (m *sha2Method) converse(x *exchange, l login, challenge []byte) (mysql.Getter, error) {
	from := l.conn.RemoteAddr()
	if err := m.accounts.transport(l.conn); err != nil {
		return nil, err
	}
	salt := bytes.TrimSuffix(challenge, []byte{0})
	who, state, err := m.UserEntryWithCacheHash(l.conn, salt, l.user, l.answer, from)
	if err != nil {
		return nil, err
	}
	if state == mysql.AuthAccepted {
		if isEmpty(l.answer) {
			return who, nil
		}
		return who, x.send([]byte{mysql.AuthMoreDataPacket, mysql.CachingSha2FastAuth})
	}
	password, err := m.askPassword(x, salt, l.conn.TLSEnabled())
	if err != nil {
		return nil, err
	}
	return m.UserEntryWithPassword(l.conn, l.user, password, from)
}

// requestPublicKey is the packet that a client asks for the key with.
var requestPublicKey = []byte{2}

// askPassword has the client send its password. Over TLS, and some clients over a
// Unix socket, send it as it is, ending in a zero byte.
func (m *sha2Method) askPassword(x *exchange, salt []byte, secure bool) (string, error) {
	if err := x.send([]byte{mysql.AuthMoreDataPacket, mysql.CachingSha2FullAuth}); err != nil {
		return "", err
	}
	reply, err := x.receive()
	if err != nil {
		return "", err
	}
	if bytes.Equal(reply, requestPublicKey) {
		if err := x.send(append([]byte{mysql.AuthMoreDataPacket}, m.key.public...)); err != nil {
			return "", err
		}
		if reply, err = x.receive(); err != nil {
			return "", err
		}
	}
	if !secure && len(reply) == m.key.private.Size() {
		return m.key.decrypt(reply, salt)
	}
	if _, unix := x.wire.RemoteAddr().(*net.UnixAddr); (secure || unix) && len(reply) > 0 && reply[len(reply)-1] == 0 {
		return string(reply[:len(reply)-1]), nil
	}
	return "", errors.New("the password was not encrypted")
}

// decrypt returns the password of a reply: encrypted after an exclusive or with
// the challenge, so that a reply cannot be used again.
func (k *rsaKey) decrypt(reply, salt []byte) (string, error) {
	plain, err := rsa.DecryptOAEP(sha1.New(), rand.Reader, k.private, reply, nil)
	if err != nil {
		return "", err
	}
	for i := range plain {
		plain[i] ^= salt[i%len(salt)]
	}
	return string(bytes.TrimSuffix(plain, []byte{0})), nil
}

// UserEntryWithCacheHash checks a scrambled hash; it implements the fork's
// CachingStorage. An unknown user is asked for a password like a known one.
func (m *sha2Method) UserEntryWithCacheHash(c *mysql.Conn, salt []byte, user string, answer []byte, from net.Addr) (mysql.Getter, mysql.CacheState, error) {
	account, ok := m.accounts.find(c, user, from)
	if isEmpty(answer) {
		if !ok || account.AuthString != "" {
			return nil, mysql.AuthRejected, errDenied
		}
		who, err := admitted(account, user, from)
		return who, acceptedUnless(err), err
	}
	if ok && len(answer) == sha256.Size && m.seen.matches(account, salt, answer) {
		who, err := admitted(account, user, from)
		return who, acceptedUnless(err), err
	}
	return nil, mysql.AuthNeedMoreData, nil
}

// UserEntryWithPassword checks a password; it implements the fork's
// PlainTextStorage.
func (m *sha2Method) UserEntryWithPassword(c *mysql.Conn, user string, password string, from net.Addr) (mysql.Getter, error) {
	account, ok := m.accounts.find(c, user, from)
	if !ok || !passwordMatches(account, password) {
		return nil, errDenied
	}
	m.seen.remember(account, password)
	return admitted(account, user, from)
}

// admitted is who logs in whose password was right, unless the account is locked.
func admitted(account mysql_db.User, user string, from net.Addr) (mysql.Getter, error) {
	if account.Locked {
		return nil, accountLocked(user, from)
	}
	return identity(account), nil
}

func acceptedUnless(err error) mysql.CacheState {
	if err != nil {
		return mysql.AuthRejected
	}
	return mysql.AuthAccepted
}

// errDenied is replaced by accessDenied before a client sees it.
var errDenied = errors.New("access denied")

func isEmpty(answer []byte) bool { return len(answer) == 0 || len(answer) == 1 && answer[0] == 0 }

// passwordMatches compares a password with what is stored of an account's.
func passwordMatches(account mysql_db.User, password string) bool {
	if account.AuthString == "" {
		return password == ""
	}
	var hash string
	switch mysql.AuthMethodDescription(account.Plugin) {
	case mysql.MysqlNativePassword:
		hash = nativeHash(password)
	case mysql.CachingSha2Password:
		kind, rounds, salt, _, err := mysql.DeserializeCachingSha2PasswordAuthString([]byte(account.AuthString))
		if err != nil || kind != "SHA256" {
			return false
		}
		text, err := mysql.SerializeCachingSha2PasswordAuthString(password, salt, rounds)
		if err != nil {
			return false
		}
		hash = string(text)
	}
	return subtle.ConstantTimeCompare([]byte(hash), []byte(account.AuthString)) == 1
}

// nativeHash is what mysql_native_password stores of a password.
func nativeHash(password string) string {
	once := sha1.Sum([]byte(password))
	twice := sha1.Sum(once[:])
	return "*" + strings.ToUpper(hex.EncodeToString(twice[:]))
}

// seenPasswords remembers, per stored password, the hash that fast
// authentication is checked against. What is stored of a changed password
// differs, so that the old one is no longer found.
type seenPasswords struct {
	mu     sync.Mutex
	hashes map[string][]byte
}

// maxSeen bounds the memory; beyond it everything is forgotten, which costs
// each account one full authentication.
const maxSeen = 10_000

func newSeenPasswords() *seenPasswords { return &seenPasswords{hashes: map[string][]byte{}} }

func seenKey(account mysql_db.User) string {
	return strings.Join([]string{account.User, account.Host, account.Plugin, account.AuthString}, "\x00")
}

func (s *seenPasswords) remember(account mysql_db.User, password string) {
	once := sha256.Sum256([]byte(password))
	twice := sha256.Sum256(once[:])
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.hashes) >= maxSeen {
		clear(s.hashes)
	}
	s.hashes[seenKey(account)] = twice[:]
}

func (s *seenPasswords) matches(account mysql_db.User, salt, answer []byte) bool {
	s.mu.Lock()
	hash := s.hashes[seenKey(account)]
	s.mu.Unlock()
	return hash != nil && mysql.VerifyHashedCachingSha2Password(answer, salt, hash)
}
