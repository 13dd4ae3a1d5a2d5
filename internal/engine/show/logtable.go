package show

import (
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
	"github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/engine/inject"
)

// logTables are the columns of MySQL's log tables. The server keeps no log in
// tables, but mariadb-dump --all-databases asks for their definitions whatever
// SHOW TABLES lists, and gives up without them.
var logTables = map[string]string{
	"general_log": "  `event_time` timestamp(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),\n" +
		"  `user_host` mediumtext NOT NULL,\n  `thread_id` bigint unsigned NOT NULL,\n  `server_id` int unsigned NOT NULL,\n" +
		"  `command_type` varchar(64) NOT NULL,\n  `argument` mediumblob NOT NULL",
	"slow_log": "  `start_time` timestamp(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),\n" +
		"  `user_host` mediumtext NOT NULL,\n  `query_time` time(6) NOT NULL,\n  `lock_time` time(6) NOT NULL,\n" +
		"  `rows_sent` int NOT NULL,\n  `rows_examined` int NOT NULL,\n  `db` varchar(512) NOT NULL,\n" +
		"  `last_insert_id` int NOT NULL,\n  `insert_id` int NOT NULL,\n  `server_id` int unsigned NOT NULL,\n" +
		"  `sql_text` mediumblob NOT NULL,\n  `thread_id` bigint unsigned NOT NULL",
}

var showCreateTableSchema = sql.Schema{
	{Name: "Table", Type: types.LongText},
	{Name: "Create Table", Type: types.LongText},
}

// LogTable answers SHOW CREATE TABLE of a log table, and returns other
// statements as they are.
func LogTable(session *sql.Context, stmt sqlparser.Statement) sqlparser.Statement {
	show, ok := stmt.(*sqlparser.Show)
	if !ok || session == nil || !strings.EqualFold(show.Type, "create table") {
		return stmt
	}
	database := show.Table.DbQualifier.String()
	if database == "" {
		database = session.GetCurrentDatabase()
	}
	if !strings.EqualFold(database, "mysql") {
		return stmt
	}
	name := strings.ToLower(show.Table.Name.String())
	columns, ok := logTables[name]
	if !ok {
		return stmt
	}
	text := "CREATE TABLE IF NOT EXISTS `" + name + "` (\n" + columns + "\n) ENGINE=CSV DEFAULT CHARSET=utf8mb4"
	return inject.Wrap(&inject.Statement{
		Name: "SHOW CREATE TABLE", Columns: showCreateTableSchema, ReadOnly: true,
		Run: func(*sql.Context) (sql.RowIter, error) { return sql.RowsToRowIter(sql.NewRow(name, text)), nil },
	})
}
