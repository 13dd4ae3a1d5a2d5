package dolt

import (
	"context"
	"fmt"
)

// SystemDatabase is the database that holds what Airglow itself keeps.
const SystemDatabase = "airglow"

// systemSchema creates the system database. Its statements are repeatable and
// run at every start. Names are compared without regard to case, as MySQL
// compares the names of functions; db and name therefore have a collation that
// ignores it.
var systemSchema = []string{
	"CREATE DATABASE IF NOT EXISTS `" + SystemDatabase + "` CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin",
	"CREATE TABLE IF NOT EXISTS `" + SystemDatabase + "`.`functions` (" +
		"`db` varchar(64) COLLATE utf8mb4_0900_ai_ci NOT NULL, " +
		"`name` varchar(64) COLLATE utf8mb4_0900_ai_ci NOT NULL, " +
		"`definition` longtext NOT NULL, " +
		"`definer_user` varchar(32) NOT NULL, " +
		"`definer_host` varchar(255) NOT NULL, " +
		"`sql_mode` varchar(512) NOT NULL, " +
		"`charset_client` varchar(64) NOT NULL, " +
		"`collation_connection` varchar(64) NOT NULL, " +
		"`collation_database` varchar(64) NOT NULL, " +
		"`created` datetime(6) NOT NULL, " +
		"`modified` datetime(6) NOT NULL, " +
		"PRIMARY KEY (`db`, `name`))",
}

func (s *Storage) ensureSystemDatabase(ctx context.Context) error {
	s.addSessionUser()
	for _, statement := range systemSchema {
		if err := s.Exec(ctx, statement); err != nil {
			return fmt.Errorf("create the system database: %w", err)
		}
	}
	return nil
}
