package app

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"airglow/internal/accesskey"
	"airglow/internal/engine/access"
	"airglow/internal/engine/own"
	"airglow/internal/mlsql"
	"airglow/internal/mysqlerr"
)

// keySQL is the SQL about access keys: CALL airglow.create_access_key and
// drop_access_key, and the table airglow.access_keys. An account manages its own
// keys; CREATE USER manages everyone's.
type keySQL struct{ app *App }

// openKeys opens the store of access keys, and drops those of accounts that went
// while nobody told it.
func (a *App) openKeys() error {
	keys, err := accesskey.Open(accesskey.Options{Dir: filepath.Join(a.storage.Dir(), "system")})
	if err != nil {
		return err
	}
	a.keys = keys
	return nil
}

// pruneKeys drops the keys of accounts that are gone, so that a later account of
// the same name does not come by them.
func (a *App) pruneKeys() error {
	dropped, err := a.keys.DropWhere(func(k accesskey.Key) bool {
		var refused *access.Error
		return errors.As(a.engine.Admit(owner(k)), &refused) && refused.Gone
	})
	for _, k := range dropped {
		a.logger.Info("an access key is dropped with its account", "key", k.ID, "user", k.Account.User, "host", k.Account.Host)
	}
	return err
}

// owner is the account that a key belongs to.
func owner(k accesskey.Key) mlsql.Account {
	return mlsql.Account{Name: k.Account.User, Host: k.Account.Host}
}

func (s keySQL) procedures() []own.Procedure {
	return []own.Procedure{
		{
			Name: "create_access_key", Most: 1, Run: s.create,
			Columns: []own.Column{
				{Name: "user", Type: "varchar(32)"}, {Name: "host", Type: "varchar(255)"},
				{Name: "access_key_id", Type: "varchar(32)"}, {Name: "secret_access_key", Type: "varchar(64)"},
				{Name: "bearer_key", Type: "varchar(128)"},
			},
		},
		{Name: "drop_access_key", Least: 1, Most: 1, Run: s.drop},
	}
}

func (s keySQL) tables() []own.Table {
	return []own.Table{{
		Name: "access_keys", Rows: s.list,
		Columns: []own.Column{
			{Name: "access_key_id", Type: "varchar(32)"}, {Name: "user", Type: "varchar(32)"},
			{Name: "host", Type: "varchar(255)"}, {Name: "created", Type: "datetime(6)"},
		},
	}}
}

// create runs CALL airglow.create_access_key([account]).
func (s keySQL) create(_ context.Context, caller own.Caller, args []*string) ([][]any, error) {
	account := caller.Account
	if len(args) == 1 {
		var err error
		if account, err = accountArgument(args[0]); err != nil {
			return nil, err
		}
	}
	if account != caller.Account && !caller.CreateUser {
		return nil, errKeysOfOthers()
	}
	if err := s.app.engine.Admit(account); err != nil {
		return nil, mysqlerr.New(1227, "No access key is made: "+err.Error())
	}
	made, err := s.app.keys.Create(accesskey.Account{User: account.Name, Host: account.Host})
	if err != nil {
		return nil, keyError(err)
	}
	s.app.logger.Info("an access key is made", "key", made.ID, "user", account.Name, "host", account.Host, "by", caller.Account.String())
	return [][]any{{account.Name, account.Host, made.ID, made.SecretKey, made.Bearer()}}, nil
}

// drop runs CALL airglow.drop_access_key(id). A key of others is unknown to who
// may not manage it.
func (s keySQL) drop(_ context.Context, caller own.Caller, args []*string) ([][]any, error) {
	if args[0] == nil {
		return nil, errUnknownKey("NULL")
	}
	key, err := s.app.keys.Find(*args[0])
	if err != nil || owner(key.Key) != caller.Account && !caller.CreateUser {
		return nil, errUnknownKey(*args[0])
	}
	if err := s.app.keys.Drop(key.ID); err != nil {
		return nil, keyError(err)
	}
	s.app.logger.Info("an access key is dropped", "key", key.ID, "user", key.Account.User, "host", key.Account.Host, "by", caller.Account.String())
	return nil, nil
}

// list has the rows of airglow.access_keys that the caller may see.
func (s keySQL) list(_ context.Context, caller own.Caller) ([][]any, error) {
	var rows [][]any
	for _, k := range s.app.keys.List() {
		if owner(k) == caller.Account || caller.CreateUser {
			rows = append(rows, []any{k.ID, k.Account.User, k.Account.Host, k.Created})
		}
	}
	return rows, nil
}

// accountArgument reads an account as CURRENT_USER() returns one, user@host, or
// with quotes around its parts. Without a host it is that of any host.
func accountArgument(text *string) (mlsql.Account, error) {
	if text == nil || *text == "" {
		return mlsql.Account{}, mysqlerr.New(1411, "Incorrect account: write it as 'user@host'")
	}
	user, host := *text, "%"
	if at := strings.LastIndexByte(user, '@'); at >= 0 {
		user, host = user[:at], strings.ToLower(user[at+1:])
	}
	return mlsql.Account{Name: strings.Trim(user, "'`\""), Host: strings.Trim(host, "'`\"")}, nil
}

func errUnknownKey(id string) error {
	return mysqlerr.New(1227, fmt.Sprintf("There is no access key %q of yours; SELECT * FROM airglow.access_keys lists them", id))
}

func errKeysOfOthers() error {
	return mysqlerr.New(1227, "Access denied; you need (at least one of) the CREATE USER privilege(s) for keys of other accounts")
}

// keyError is a failure of the store for the SQL user.
func keyError(err error) error {
	if errors.Is(err, accesskey.ErrTooMany) {
		return mysqlerr.New(1226, "No access key is made: "+err.Error())
	}
	return err
}
