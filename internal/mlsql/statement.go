package mlsql

// Statement is one of the statements of this file, always a pointer.
type Statement interface{ statement() }

// FunctionName is a function's name as written. Database is empty when the
// statement names none, and then means the session's.
type FunctionName struct {
	Database, Name string
}

// String returns the name as MySQL's messages show it, without quotes.
func (n FunctionName) String() string {
	if n.Database == "" {
		return n.Name
	}
	return n.Database + "." + n.Name
}

// CreateFunction is CREATE [OR REPLACE] FUNCTION … ALIAS …. In Function only
// what the statement says is set: Database may be empty, Definer zero (the
// session's user).
type CreateFunction struct {
	Function    Function
	OrReplace   bool
	IfNotExists bool
}

// DropFunction is DROP FUNCTION [IF EXISTS] name.
type DropFunction struct {
	FunctionName
	IfExists bool
}

// AlterFunction is ALTER FUNCTION name with the characteristics to change; nil
// leaves one as it is.
type AlterFunction struct {
	FunctionName
	Comment     *string
	SQLSecurity *Security
}

// ShowCreateFunction is SHOW CREATE FUNCTION name.
type ShowCreateFunction struct {
	FunctionName
}

// ShowFunctionStatus is SHOW FUNCTION STATUS [LIKE pattern | WHERE condition].
type ShowFunctionStatus struct {
	// Like is the pattern with its string escapes decoded; nil without LIKE.
	Like *string
	// Where is the condition as written, from byte WhereStart to WhereEnd of
	// the text; empty without WHERE.
	Where                string
	WhereStart, WhereEnd int
}

// RoleSet says which roles a role statement means.
type RoleSet int

// The sets of roles.
const (
	// RolesListed are those named in the statement.
	RolesListed RoleSet = iota
	// RolesDefault are the user's default roles.
	RolesDefault
	// RolesNone is no role at all.
	RolesNone
	// RolesAll are all roles granted to the user.
	RolesAll
	// RolesAllExcept are all but those named.
	RolesAllExcept
)

// SetRole is SET ROLE. Roles is set for RolesListed and RolesAllExcept.
type SetRole struct {
	Set   RoleSet
	Roles []Account
}

// SetDefaultRole is SET DEFAULT ROLE … TO users, and ALTER USER u DEFAULT ROLE.
// Set is RolesListed, RolesNone or RolesAll.
type SetDefaultRole struct {
	Set   RoleSet
	Roles []Account
	Users []Account
	// IfExists is the IF EXISTS of ALTER USER: an unknown user is a warning.
	IfExists bool
}

// LockAccounts is ALTER USER … ACCOUNT LOCK, and with Lock false ACCOUNT UNLOCK.
type LockAccounts struct {
	Users []Account
	Lock  bool
	// IfExists makes an unknown user a warning.
	IfExists bool
}

// RoutinePrivileges are privileges on one function. ALL [PRIVILEGES] is Execute
// and AlterRoutine; all false is USAGE.
type RoutinePrivileges struct {
	Execute      bool
	AlterRoutine bool
	GrantOption  bool
}

// GrantFunction is GRANT … ON FUNCTION …. WITH GRANT OPTION sets
// Privileges.GrantOption.
type GrantFunction struct {
	FunctionName
	Privileges RoutinePrivileges
	Users      []Account
}

// RevokeFunction is REVOKE … ON FUNCTION ….
type RevokeFunction struct {
	FunctionName
	Privileges RoutinePrivileges
	Users      []Account
	// IfExists makes a privilege that was not granted a warning.
	IfExists bool
	// IgnoreUnknownUser makes an unknown user a warning.
	IgnoreUnknownUser bool
}

func (*CreateFunction) statement()     {}
func (*DropFunction) statement()       {}
func (*AlterFunction) statement()      {}
func (*ShowCreateFunction) statement() {}
func (*ShowFunctionStatus) statement() {}
func (*SetRole) statement()            {}
func (*SetDefaultRole) statement()     {}
func (*LockAccounts) statement()       {}
func (*GrantFunction) statement()      {}
func (*RevokeFunction) statement()     {}
