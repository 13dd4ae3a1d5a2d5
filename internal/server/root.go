package server

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/mysql_db"
	"github.com/dolthub/vitess/go/mysql"
)

// errEmptyRoot says why the server does not start, and what helps.
var errEmptyRoot = errors.New("root has no password, and the server would accept connections from other machines; " +
	"give root a password (--root-password or AIRGLOW_ROOT_PASSWORD), or listen on 127.0.0.1 only")

// EnsureRoot makes root@localhost where nobody could log in, and sets the
// password of every root account when one is given. A root that was dropped
// stays so while there are other accounts; with a password it comes back. Call
// it before New, and before anything that grants root more.
func EnsureRoot(db *mysql_db.MySQLDb, password string) error {
	editor := db.Editor()
	defer editor.Close()
	_, exists := editor.GetUser(mysql_db.UserPrimaryKey{User: "root", Host: "localhost"})
	if password == "" && (exists || othersExist(editor)) {
		return nil
	}
	db.AddSuperUser(editor, "root", "localhost", password)
	if password != "" {
		for _, account := range editor.GetUsersByUsername("root") {
			if err := setPassword(editor, *account, password); err != nil {
				return fmt.Errorf("set root's password: %w", err)
			}
		}
	}
	if err := db.Persist(sql.NewEmptyContext(), editor); err != nil {
		return fmt.Errorf("store root's account: %w", err)
	}
	return nil
}

// othersExist reports whether somebody other than root can have an account.
func othersExist(editor *mysql_db.Editor) bool {
	found := false
	editor.VisitUsers(func(u *mysql_db.User) {
		found = found || !u.IsRole && !u.IsEphemeral && !u.Locked && u.User != "root"
	})
	return found
}

func setPassword(editor *mysql_db.Editor, account mysql_db.User, password string) error {
	if passwordMatches(account, password) {
		return nil
	}
	hash, err := storedPassword(account.Plugin, password)
	if err != nil {
		return err
	}
	account.AuthString = hash
	// Put replaces nothing: it adds what is not the same in all respects.
	editor.RemoveUser(mysql_db.UserPrimaryKey{User: account.User, Host: account.Host})
	editor.PutUser(&account)
	return nil
}

// storedPassword returns what a plugin stores of a password.
func storedPassword(plugin, password string) (string, error) {
	if mysql.AuthMethodDescription(plugin) != mysql.CachingSha2Password {
		return nativeHash(password), nil
	}
	salt := make([]byte, 20)
	if _, err := rand.Read(salt); err != nil {
		return "", err
	}
	// The salt is part of a text: printable, and without its separator.
	for i := range salt {
		salt[i] = 'A' + salt[i]%26
	}
	const thousandsOfRounds = 5 // MySQL's default
	hash, err := mysql.SerializeCachingSha2PasswordAuthString(password, salt, thousandsOfRounds)
	return string(hash), err
}

// rootIsOpen reports whether a root account that can log in has no password.
func rootIsOpen(db *mysql_db.MySQLDb) bool {
	reader := db.Reader()
	defer reader.Close()
	for _, account := range reader.GetUsersByUsername("root") {
		if account.AuthString == "" && !account.Locked && !account.IsRole {
			return true
		}
	}
	return false
}

// isLoopback reports whether only this machine reaches a listen address. A name
// counts only when it is "localhost": others may mean different addresses later.
func isLoopback(address string) bool {
	if address == "" {
		return true
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
