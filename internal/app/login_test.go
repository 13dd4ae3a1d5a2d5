package app_test

import (
	"path/filepath"
	"strings"
	"testing"

	"airglow/internal/config"
	"airglow/internal/testkit"
)

// TestLogin tries every kind of account over every kind of connection.
func TestLogin(t *testing.T) {
	kit := testkit.Start(t, func(c *config.Config) { c.Socket = filepath.Join(t.TempDir(), "airglow.sock") })
	kit.Exec(
		"CREATE USER plain@localhost IDENTIFIED BY 'secret'",
		"CREATE USER native@'%' IDENTIFIED WITH mysql_native_password BY 'secret'",
		"CREATE USER sha2@localhost IDENTIFIED WITH caching_sha2_password BY 'secret'",
		"CREATE USER open@localhost IDENTIFIED BY ''",
		"CREATE USER opensha2@localhost IDENTIFIED WITH caching_sha2_password BY ''",
	)
	connections := map[string][]string{
		"TCP": nil,
		"TLS": {"tls=skip-verify"},
	}
	for name, parameters := range connections {
		t.Run(name, func(t *testing.T) {
			for _, user := range []string{"plain", "native", "sha2"} {
				// The second login takes the fast path of caching_sha2_password.
				for range 2 {
					if err := kit.DB(user, "secret", parameters...).Ping(); err != nil {
						t.Errorf("%s: %v", user, err)
					}
				}
				err := kit.DB(user, "wrong", parameters...).Ping()
				wantError(t, err, 1045, "28000", "Access denied for user '"+user+"'@'localhost' (using password: YES)")
				err = kit.DB(user, "", parameters...).Ping()
				wantError(t, err, 1045, "28000", "Access denied for user '"+user+"'@'localhost' (using password: NO)")
			}
			for _, user := range []string{"root", "open", "opensha2"} {
				if err := kit.DB(user, "", parameters...).Ping(); err != nil {
					t.Errorf("%s: %v", user, err)
				}
				if err := kit.DB(user, "x", parameters...).Ping(); err == nil {
					t.Errorf("%s, who has no password, could log in with one", user)
				}
			}
			err := kit.DB("nobody", "secret", parameters...).Ping()
			wantError(t, err, 1045, "28000", "Access denied for user 'nobody'@'localhost' (using password: YES)")
		})
	}
}

// TestLockedAccounts: a locked account is told so, if its password is right; another
// is told what everybody is told.
func TestLockedAccounts(t *testing.T) {
	kit := testkit.Start(t)
	users := map[string]string{"plain": "secret", "native": "secret", "sha2": "secret", "open": "", "opensha2": ""}
	kit.Exec(
		"CREATE USER plain@localhost IDENTIFIED BY 'secret' ACCOUNT LOCK",
		"CREATE USER native@'%' IDENTIFIED WITH mysql_native_password BY 'secret' ACCOUNT LOCK",
		"CREATE USER sha2@localhost IDENTIFIED WITH caching_sha2_password BY 'secret' ACCOUNT LOCK",
		"CREATE USER open@localhost IDENTIFIED BY '' ACCOUNT LOCK",
		"CREATE USER opensha2@localhost IDENTIFIED WITH caching_sha2_password BY '' ACCOUNT LOCK",
	)
	locked := func() {
		t.Helper()
		for _, parameters := range [][]string{nil, {"tls=skip-verify"}} {
			for user, password := range users {
				err := kit.DB(user, password, parameters...).Ping()
				wantError(t, err, 3118, "HY000", "Access denied for user '"+user+"'@'localhost'. Account is locked.")
				err = kit.DB(user, "wrong", parameters...).Ping()
				wantError(t, err, 1045, "28000", "Access denied for user '"+user+"'@'localhost' (using password: YES)")
			}
		}
	}
	locked()
	kit.Exec("ALTER USER plain@localhost, native, sha2@localhost, open@localhost, opensha2@localhost ACCOUNT UNLOCK")
	for _, parameters := range [][]string{nil, {"tls=skip-verify"}} {
		for user, password := range users {
			if err := kit.DB(user, password, parameters...).Ping(); err != nil {
				t.Errorf("%s, unlocked: %v", user, err)
			}
		}
	}
	// Now they have been seen, which makes for shorter logins.
	kit.Exec("ALTER USER plain@localhost, native, sha2@localhost, open@localhost, opensha2@localhost ACCOUNT LOCK")
	locked()
	if err := kit.Stop(); err != nil {
		t.Fatal(err)
	}
	kit = testkit.Start(t, testkit.InDir(kit.Dir))
	locked()
}

// TestLoginOverSocket logs in where no address tells users apart.
func TestLoginOverSocket(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "airglow.sock")
	kit := testkit.Start(t, func(c *config.Config) { c.Listen, c.Socket = "", socket })
	kit.Exec("CREATE USER sha2@localhost IDENTIFIED WITH caching_sha2_password BY 'secret'")
	if kit.Addr.Network() != "unix" {
		t.Fatalf("the server listens on %s", kit.Addr)
	}
	for range 2 {
		if err := kit.DB("sha2", "secret").Ping(); err != nil {
			t.Error(err)
		}
	}
	err := kit.DB("sha2", "wrong").Ping()
	wantError(t, err, 1045, "28000", "Access denied for user 'sha2'@'localhost' (using password: YES)")
}

// TestChangedPassword makes sure that no memory of the old one lets anybody in.
func TestChangedPassword(t *testing.T) {
	kit := testkit.Start(t)
	kit.Exec("CREATE USER u@localhost IDENTIFIED WITH caching_sha2_password BY 'old'")
	if err := kit.DB("u", "old").Ping(); err != nil {
		t.Fatal(err)
	}
	kit.Exec("ALTER USER u@localhost IDENTIFIED WITH caching_sha2_password BY 'new'")
	if err := kit.DB("u", "new").Ping(); err != nil {
		t.Error(err)
	}
	if err := kit.DB("u", "old").Ping(); err == nil {
		t.Error("the old password still opens the account")
	}
	kit.Exec("DROP USER u@localhost")
	if err := kit.DB("u", "new").Ping(); err == nil {
		t.Error("the dropped account can still log in")
	}
}

// TestRequiredTLS has clients without TLS refused: by the account, and by the
// server.
func TestRequiredTLS(t *testing.T) {
	kit := testkit.Start(t)
	kit.Exec("CREATE USER careful@localhost IDENTIFIED BY 'secret' REQUIRE SSL")
	if err := kit.DB("careful", "secret", "tls=skip-verify").Ping(); err != nil {
		t.Error(err)
	}
	err := kit.DB("careful", "secret").Ping()
	wantError(t, err, 1045, "28000", "Access denied for user 'careful'@'localhost' (using password: YES)")
	if err := kit.Stop(); err != nil {
		t.Fatal(err)
	}

	cert, key := filepath.Join(kit.Dir, "tls", "cert.pem"), filepath.Join(kit.Dir, "tls", "key.pem")
	kit = testkit.Start(t, testkit.InDir(kit.Dir), func(c *config.Config) {
		c.TLS = config.TLS{Cert: cert, Key: key, Mode: "required"}
	})
	if err := kit.DB("root", "", "tls=skip-verify").Ping(); err != nil {
		t.Error(err)
	}
	err = kit.DB("root", "").Ping()
	wantError(t, err, 3159, "HY000", "")
}

// TestRootPassword sets a password at a later start, as the option promises.
func TestRootPassword(t *testing.T) {
	kit := testkit.Start(t)
	if err := kit.Stop(); err != nil {
		t.Fatal(err)
	}
	if log := kit.Log(); !strings.Contains(log, "root has no password") {
		t.Errorf("no warning about the open root account in the log:\n%s", log)
	}
	kit = testkit.Start(t, testkit.InDir(kit.Dir), func(c *config.Config) { c.RootPassword = "secret" })
	if err := kit.DB("root", "secret").Ping(); err != nil {
		t.Error(err)
	}
	err := kit.DB("root", "").Ping()
	wantError(t, err, 1045, "28000", "Access denied for user 'root'@'localhost' (using password: NO)")
}
