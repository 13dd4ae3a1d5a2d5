package access

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/mysql_db"

	"airglow/internal/engine/variable"
	"airglow/internal/mlsql"
	"airglow/internal/model"
)

// serviceRoles are Aurora's roles. A role is needed to call the functions of
// its service; those of Lambda and S3 exist so that scripts which grant them
// run.
var serviceRoles = []string{
	"AWS_BEDROCK_ACCESS", "AWS_COMPREHEND_ACCESS", "AWS_LAMBDA_ACCESS",
	"AWS_LOAD_S3_ACCESS", "AWS_SAGEMAKER_ACCESS", "AWS_SELECT_S3_ACCESS",
}

// superuserRole may grant the service roles to others.
const superuserRole = "rds_superuser_role"

// anyHost is the host of every role that is created without one.
const anyHost = "%"

// defaultRolesAttribute is where a user's default roles are kept, among the
// attributes of its account, so that they go when the account goes.
const defaultRolesAttribute = "airglow_default_roles"

// RoleFor returns the role that calling a service needs, and the privilege
// that error 1227 names for it.
func RoleFor(service model.Service) (role, privilege string) {
	switch service {
	case model.SageMaker:
		return "AWS_SAGEMAKER_ACCESS", "Invoke Sagemaker"
	case model.Comprehend:
		return "AWS_COMPREHEND_ACCESS", "Invoke Comprehend"
	default:
		return "AWS_BEDROCK_ACCESS", "Invoke Bedrock"
	}
}

// CreateRoles makes sure that Aurora's roles exist and that root has them with
// the right to grant them on. It runs at every start.
func (c *Control) CreateRoles() error {
	editor := c.Grants.Editor()
	defer editor.Close()
	root, hasRoot := editor.GetUser(mysql_db.UserPrimaryKey{Host: "localhost", User: "root"})
	for _, name := range append([]string{superuserRole}, serviceRoles...) {
		if _, ok := editor.GetUser(mysql_db.UserPrimaryKey{Host: anyHost, User: name}); !ok {
			editor.PutUser(&mysql_db.User{
				User: name, Host: anyHost, PrivilegeSet: mysql_db.NewPrivilegeSet(),
				Plugin: "mysql_native_password", Locked: true, IsRole: true,
			})
		}
		if name != superuserRole {
			putEdge(editor, name, superuserRole, anyHost)
		}
		if hasRoot {
			putEdge(editor, name, root.User, root.Host)
		}
	}
	c.dateAccounts(editor)
	return c.Grants.Persist(sql.NewEmptyContext(), editor)
}

// dateAccounts gives a date to the passwords of accounts that have none, those that no
// statement made: the engine would fail to read mysql.user because of the year 1.
func (c *Control) dateAccounts(editor *mysql_db.Editor) {
	var undated []mysql_db.User
	editor.VisitUsers(func(u *mysql_db.User) {
		if u.PasswordLastChanged.IsZero() {
			undated = append(undated, *u)
		}
	})
	for _, u := range undated {
		u.PasswordLastChanged = c.Now().UTC()
		replaceUser(editor, &u)
	}
}

func putEdge(editor *mysql_db.Editor, role, toUser, toHost string) {
	// An edge that differs would stay beside the new one.
	editor.RemoveRoleEdge(mysql_db.RoleEdgesPrimaryKey{FromUser: role, FromHost: anyHost, ToUser: toUser, ToHost: toHost})
	editor.PutRoleEdge(&mysql_db.RoleEdge{
		FromUser: role, FromHost: anyHost, ToUser: toUser, ToHost: toHost, WithAdminOption: true,
	})
}

// Account returns the account that the session's client matched, nil when it
// was dropped since.
func (c *Control) Account(ctx *sql.Context) *mysql_db.User {
	reader := c.Grants.Reader()
	defer reader.Close()
	client := ctx.Session.Client()
	return c.Grants.GetUser(reader, client.User, client.Address, false)
}

// Find returns a user or role by its exact name, nil when there is none.
func (c *Control) Find(a mlsql.Account) *mysql_db.User {
	reader := c.Grants.Reader()
	defer reader.Close()
	user, ok := reader.GetUser(mysql_db.UserPrimaryKey{User: a.Name, Host: a.Host})
	if !ok {
		return nil
	}
	return user
}

// Granted returns the roles granted to an account, directly or through other
// roles, in alphabetical order; direct ones only when through is false.
func (c *Control) Granted(user, host string, through bool) []mlsql.Account {
	reader := c.Grants.Reader()
	defer reader.Close()
	seen := map[mlsql.Account]bool{}
	frontier := []mlsql.Account{{Name: user, Host: host}}
	for len(frontier) > 0 {
		to := frontier[0]
		frontier = frontier[1:]
		for _, edge := range reader.GetToUserRoleEdges(mysql_db.RoleEdgesToKey{ToUser: to.Name, ToHost: to.Host}) {
			role := mlsql.Account{Name: edge.FromUser, Host: edge.FromHost}
			if !seen[role] {
				seen[role] = true
				if through {
					frontier = append(frontier, role)
				}
			}
		}
	}
	return sortedAccounts(seen)
}

func sortedAccounts(set map[mlsql.Account]bool) []mlsql.Account {
	list := make([]mlsql.Account, 0, len(set))
	for a := range set {
		list = append(list, a)
	}
	slices.SortFunc(list, func(a, b mlsql.Account) int { return strings.Compare(a.String(), b.String()) })
	return list
}

// activeRoles returns the session's active roles, those of the login when no
// SET ROLE was run. A role that was revoked since is active no more.
func (c *Control) activeRoles(ctx *sql.Context) []mlsql.Account {
	account := c.Effective(ctx)
	if account == nil {
		return nil
	}
	granted := c.Granted(account.User, account.Host, false)
	s := c.SessionOf(ctx)
	if s == nil {
		return granted
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.known {
		s.known = true
		s.roles = c.loginRoles(account, granted)
	}
	var active []mlsql.Account
	for _, role := range s.roles {
		if slices.Contains(granted, role) {
			active = append(active, role)
		}
	}
	return active
}

// loginRoles are the roles that a login starts with.
func (c *Control) loginRoles(account *mysql_db.User, granted []mlsql.Account) []mlsql.Account {
	if variable.AllRolesOnLogin() {
		return granted
	}
	return defaultRoles(account)
}

// setActiveRoles changes the session's active roles.
func (c *Control) setActiveRoles(ctx *sql.Context, roles []mlsql.Account) {
	if s := c.SessionOf(ctx); s != nil {
		s.mu.Lock()
		s.roles, s.known, s.privileges = roles, true, 0
		s.mu.Unlock()
		c.ApplyRoles(ctx)
	}
}

// RoleActive reports whether a service role is active in the session, itself
// or through another active role.
func (c *Control) RoleActive(ctx *sql.Context, name string) bool {
	for _, role := range c.activeRoles(ctx) {
		if role.Name == name || HasRole(c.Granted(role.Name, role.Host, true), name) {
			return true
		}
	}
	return false
}

// HasRole reports whether a role of that name is among some.
func HasRole(roles []mlsql.Account, name string) bool {
	return slices.ContainsFunc(roles, func(r mlsql.Account) bool { return r.Name == name })
}

// ApplyRoles limits the session's privileges to its own and those of its
// active roles. The engine counts every granted role always; it caches the sum
// in the session, under the counter of its grant tables, and takes back what
// it finds there, so that putting our own sum under the same counter is enough
// until the next GRANT or REVOKE changes the counter.
func (c *Control) ApplyRoles(ctx *sql.Context) {
	if s := c.SessionOf(ctx); s != nil {
		c.ApplyRolesOf(ctx, s)
	}
}

// ApplyRolesOf is ApplyRoles for a statement whose session is known.
func (c *Control) ApplyRolesOf(ctx *sql.Context, s *Session) {
	c.Grants.UserActivePrivilegeSet(ctx) // fills the session's cache
	_, counter := ctx.Session.GetPrivilegeSet()
	s.mu.Lock()
	current := s.privileges == counter && counter != 0
	s.mu.Unlock()
	if current {
		return
	}
	account := c.Effective(ctx)
	if account == nil {
		return
	}
	privileges := account.PrivilegeSet.Copy()
	for _, role := range c.activeRoles(ctx) {
		c.addPrivileges(privileges, role)
		for _, inherited := range c.Granted(role.Name, role.Host, true) {
			c.addPrivileges(privileges, inherited)
		}
	}
	ctx.Session.SetPrivilegeSet(privileges, counter)
	s.mu.Lock()
	s.privileges = counter
	s.mu.Unlock()
}

func (c *Control) addPrivileges(to mysql_db.PrivilegeSet, role mlsql.Account) {
	if user := c.Find(role); user != nil {
		to.UnionWith(user.PrivilegeSet)
	}
}

// defaultRoles reads an account's default roles.
func defaultRoles(account *mysql_db.User) []mlsql.Account {
	var roles []mlsql.Account
	if stored, ok := attributes(account)[defaultRolesAttribute]; ok {
		_ = json.Unmarshal(stored, &roles) // not ours, then none
	}
	return roles
}

// setDefaultRoles writes an account's default roles, keeping its other
// attributes.
func setDefaultRoles(account *mysql_db.User, roles []mlsql.Account) error {
	all := attributes(account)
	if all == nil {
		all = map[string]json.RawMessage{}
	}
	list, err := json.Marshal(roles)
	if err != nil {
		return err
	}
	all[defaultRolesAttribute] = list
	text, err := json.Marshal(all)
	if err != nil {
		return err
	}
	account.Attributes = new(string)
	*account.Attributes = string(text)
	return nil
}

func attributes(account *mysql_db.User) map[string]json.RawMessage {
	if account.Attributes == nil {
		return nil
	}
	var all map[string]json.RawMessage
	_ = json.Unmarshal([]byte(*account.Attributes), &all) // not an object, then none
	return all
}
