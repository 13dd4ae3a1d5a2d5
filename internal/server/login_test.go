package server

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/dolthub/go-mysql-server/sql/mysql_db"
	"github.com/dolthub/vitess/go/mysql"
)

// accountsOf returns accounts with one user, who has a password under a plugin.
func accountsOf(t *testing.T, plugin, password string) *accounts {
	t.Helper()
	db := mysql_db.CreateEmptyMySQLDb()
	db.SetEnabled(true)
	hash, err := storedPassword(plugin, password)
	if err != nil {
		t.Fatal(err)
	}
	editor := db.Editor()
	defer editor.Close()
	editor.PutUser(&mysql_db.User{User: "u", Host: "localhost", Plugin: plugin, AuthString: hash})
	return &accounts{db: db}
}

// client plays the client's part of a login with caching_sha2_password over a
// connection without TLS.
type client struct {
	password string
	asked    bool
	fast     bool
}

// login runs the exchange and returns who the server takes the client for.
func (cl *client) login(t *testing.T, m *sha2Method) (mysql.Getter, error) {
	t.Helper()
	serverSide, clientSide := net.Pipe()
	defer serverSide.Close()
	w := newWire(loopbackConn{serverSide}, nil)
	challenge, err := m.AuthPluginData()
	if err != nil {
		t.Fatal(err)
	}
	salt := bytes.TrimSuffix(challenge, []byte{0})
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		defer clientSide.Close()
		cl.answer(t, newWire(clientSide, nil), salt)
	}()
	c := &mysql.Conn{Conn: w}
	scramble := mysql.ScrambleCachingSha2Password(salt, []byte(cl.password))
	who, err := m.HandleAuthPluginData(c, "u", challenge, scramble, w.RemoteAddr())
	serverSide.Close()
	<-finished
	return who, err
}

// answer does what a client does when the server asks for more.
func (cl *client) answer(t *testing.T, w *wire, salt []byte) {
	more, err := w.receive(2)
	if err != nil {
		return // the server has refused
	}
	if cl.fast = bytes.Equal(more, []byte{1, 3}); cl.fast {
		return
	}
	cl.asked = true
	if err := w.send(3, requestPublicKey); err != nil {
		t.Error(err)
		return
	}
	text, err := w.receive(4)
	if err != nil {
		t.Error(err)
		return
	}
	block, _ := pem.Decode(text[1:])
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		t.Error(err)
		return
	}
	encrypted, err := mysql.EncryptPasswordWithPublicKey(salt, []byte(cl.password), key.(*rsa.PublicKey))
	if err != nil {
		t.Error(err)
		return
	}
	if err := w.send(5, encrypted); err != nil {
		t.Error(err)
	}
}

// loopbackConn has the address of this machine.
type loopbackConn struct{ net.Conn }

func (loopbackConn) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }

// TestSHA2WithoutTLS logs in with the password encrypted, and the second time
// without it. It works for passwords stored for mysql_native_password too, as
// clients that do not know that method need.
func TestSHA2WithoutTLS(t *testing.T) {
	key, err := loadRSAKey(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, plugin := range []string{"caching_sha2_password", "mysql_native_password"} {
		m := newSHA2Method(accountsOf(t, plugin, "secret"), key)
		first := &client{password: "secret"}
		if who, err := first.login(t, m); err != nil || who == nil || !first.asked {
			t.Errorf("%s: first login: %v, %v, asked for the password: %v", plugin, who, err, first.asked)
		}
		second := &client{password: "secret"}
		if who, err := second.login(t, m); err != nil || who == nil || !second.fast {
			t.Errorf("%s: second login: %v, %v, fast: %v", plugin, who, err, second.fast)
		}
		wrong := &client{password: "wrong"}
		if _, err := wrong.login(t, m); err == nil || wrong.fast {
			t.Errorf("%s: a wrong password: %v", plugin, err)
		}
		empty := &client{}
		if _, err := empty.login(t, m); err == nil {
			t.Errorf("%s: no password was enough", plugin)
		}
	}
}

// TestPasswordKeyIsKept over starts, for clients that hold a copy of it.
func TestPasswordKeyIsKept(t *testing.T) {
	dir := t.TempDir()
	first, err := loadRSAKey(dir)
	if err != nil {
		t.Fatal(err)
	}
	second, err := loadRSAKey(dir)
	if err != nil || !bytes.Equal(first.public, second.public) {
		t.Errorf("another key at the second start, %v", err)
	}
	path := filepath.Join(dir, "password_key.pem")
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key file is %v, %v", info.Mode(), err)
	}
	if err := os.WriteFile(path, []byte("garbage"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := loadRSAKey(dir); err == nil {
		t.Error("a damaged key was replaced without a word")
	}
}

// TestCertificate is made once, for this machine, and kept.
func TestCertificate(t *testing.T) {
	dir := t.TempDir()
	config, err := tlsConfig(dir, "", "")
	if err != nil {
		t.Fatal(err)
	}
	again, err := tlsConfig(dir, "", "")
	if err != nil || !bytes.Equal(config.Certificates[0].Certificate[0], again.Certificates[0].Certificate[0]) {
		t.Errorf("another certificate at the second start, %v", err)
	}
	if config.MinVersion < tls.VersionTLS12 {
		t.Error("versions before TLS 1.2 are accepted")
	}
	leaf := config.Certificates[0].Leaf
	for _, name := range []string{"localhost", "127.0.0.1", "::1"} {
		if err := leaf.VerifyHostname(name); err != nil {
			t.Error(err)
		}
	}
	if info, err := os.Stat(filepath.Join(dir, "key.pem")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key file is %v, %v", info.Mode(), err)
	}
	if _, err := tlsConfig(dir, "cert.pem", ""); err == nil {
		t.Error("a certificate without key was accepted")
	}
}

// TestCertificateLasts for ten years.
func TestCertificateLasts(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	der, err := selfSigned(key, now)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	if want := now.AddDate(10, 0, 0); !certificate.NotAfter.Equal(want) || !certificate.NotBefore.Before(now) {
		t.Errorf("valid from %s to %s", certificate.NotBefore, certificate.NotAfter)
	}
}

// TestIsLoopback decides which addresses only this machine reaches.
func TestIsLoopback(t *testing.T) {
	for address, want := range map[string]bool{
		"": true, "127.0.0.1:3306": true, "127.8.8.8:0": true, "[::1]:3306": true, "localhost:3306": true,
		":3306": false, "0.0.0.0:3306": false, "[::]:3306": false, "10.0.0.1:3306": false, "example.com:3306": false,
		"nonsense": false,
	} {
		if got := isLoopback(address); got != want {
			t.Errorf("%q: %v", address, got)
		}
	}
}

// TestStoredPassword makes hashes that the method itself accepts.
func TestStoredPassword(t *testing.T) {
	for _, plugin := range []string{"mysql_native_password", "caching_sha2_password"} {
		hash, err := storedPassword(plugin, "secret")
		if err != nil {
			t.Fatal(err)
		}
		account := mysql_db.User{Plugin: plugin, AuthString: hash}
		if !passwordMatches(account, "secret") || passwordMatches(account, "Secret") || passwordMatches(account, "") {
			t.Errorf("%s: %q does not stand for the password alone", plugin, hash)
		}
	}
	if passwordMatches(mysql_db.User{Plugin: "unknown", AuthString: "x"}, "x") {
		t.Error("an unknown plugin's password was compared as a text")
	}
}
