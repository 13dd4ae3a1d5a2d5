package mlsql

import (
	"reflect"
	"testing"
)

func ptr[T any](v T) *T { return &v }

func TestStatements(t *testing.T) {
	f, dbf := FunctionName{Name: "f"}, FunctionName{"db", "f"}
	bedrock := Account{Name: "AWS_BEDROCK_ACCESS", Host: "%"}
	u, uh := Account{Name: "u", Host: "%"}, Account{Name: "u", Host: "h.example"}
	tests := []struct {
		sql  string
		want Statement
	}{
		{"DROP FUNCTION f", &DropFunction{FunctionName: f}},
		{"drop function if exists `db`.`f`", &DropFunction{FunctionName: dbf, IfExists: true}},
		{"SHOW CREATE FUNCTION db . f", &ShowCreateFunction{dbf}},
		{"SHOW FUNCTION STATUS", &ShowFunctionStatus{}},
		{`SHOW FUNCTION STATUS LIKE 'in\_%''x'`, &ShowFunctionStatus{Like: ptr(`in\_%'x`)}},
		{"SHOW FUNCTION STATUS WHERE Db = 'a;b' AND (1)", &ShowFunctionStatus{Where: "Db = 'a;b' AND (1)", WhereStart: 27, WhereEnd: 45}},
		{"ALTER FUNCTION f", &AlterFunction{FunctionName: f}},
		{"ALTER FUNCTION db.f COMMENT 'c' LANGUAGE SQL SQL SECURITY INVOKER", &AlterFunction{FunctionName: dbf, Comment: ptr("c"), SQLSecurity: ptr(SecurityInvoker)}},
		{"SET ROLE AWS_BEDROCK_ACCESS", &SetRole{Roles: []Account{bedrock}}},
		{"SET ROLE 'AWS_BEDROCK_ACCESS'@'%', `u`@H.Example", &SetRole{Roles: []Account{bedrock, uh}}},
		{"set role default", &SetRole{Set: RolesDefault}},
		{"SET ROLE NONE", &SetRole{Set: RolesNone}},
		{"SET ROLE `NONE`", &SetRole{Roles: []Account{{Name: "NONE", Host: "%"}}}},
		{"SET ROLE ALL", &SetRole{Set: RolesAll}},
		{"SET ROLE ALL EXCEPT u, u@'h.example'", &SetRole{Set: RolesAllExcept, Roles: []Account{u, uh}}},
		{"SET DEFAULT ROLE ALL TO u, CURRENT_USER", &SetDefaultRole{Set: RolesAll, Users: []Account{u, {CurrentUser: true}}}},
		{"SET DEFAULT ROLE NONE TO u", &SetDefaultRole{Set: RolesNone, Users: []Account{u}}},
		{"SET DEFAULT ROLE AWS_BEDROCK_ACCESS TO u@``", &SetDefaultRole{Roles: []Account{bedrock}, Users: []Account{u}}},
		{"ALTER USER IF EXISTS u DEFAULT ROLE AWS_BEDROCK_ACCESS, u", &SetDefaultRole{Roles: []Account{bedrock, u}, Users: []Account{u}, IfExists: true}},
		{"ALTER USER u ACCOUNT LOCK", &LockAccounts{Users: []Account{u}, Lock: true}},
		{"alter user if exists u, current_user() account unlock", &LockAccounts{Users: []Account{u, {CurrentUser: true}}, IfExists: true}},
		{"ALTER USER CURRENT_USER() DEFAULT ROLE ALL", &SetDefaultRole{Set: RolesAll, Users: []Account{{CurrentUser: true}}}},
		{"GRANT EXECUTE ON FUNCTION db.f TO u@h.example", &GrantFunction{dbf, RoutinePrivileges{Execute: true}, []Account{uh}}},
		{"GRANT EXECUTE, ALTER ROUTINE, GRANT OPTION ON FUNCTION f TO u, AWS_BEDROCK_ACCESS", &GrantFunction{f, RoutinePrivileges{true, true, true}, []Account{u, bedrock}}},
		{"GRANT ALL PRIVILEGES ON FUNCTION db.f TO 'u'@'%' WITH GRANT OPTION", &GrantFunction{dbf, RoutinePrivileges{true, true, true}, []Account{u}}},
		{"GRANT USAGE ON FUNCTION db.f TO u", &GrantFunction{dbf, RoutinePrivileges{}, []Account{u}}},
		{"REVOKE ALL ON FUNCTION db.f FROM u", &RevokeFunction{FunctionName: dbf, Privileges: RoutinePrivileges{Execute: true, AlterRoutine: true}, Users: []Account{u}}},
		{"REVOKE IF EXISTS EXECUTE ON FUNCTION f FROM u IGNORE UNKNOWN USER", &RevokeFunction{FunctionName: f, Privileges: RoutinePrivileges{Execute: true}, Users: []Account{u}, IfExists: true, IgnoreUnknownUser: true}},
	}
	for _, test := range tests {
		if got := mustParse(t, test.sql, Options{}); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s\ngot  %+v\nwant %+v", test.sql, got, test.want)
		}
	}
}

func TestAccountString(t *testing.T) {
	for want, account := range map[string]Account{
		"`u``x`@`%`":   {Name: "u`x", Host: "%"},
		"CURRENT_USER": {CurrentUser: true},
	} {
		if got := account.String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
