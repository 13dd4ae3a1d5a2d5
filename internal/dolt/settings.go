package dolt

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/dolthub/dolt/go/libraries/doltcore/sqle/dprocedures"
	"github.com/dolthub/go-mysql-server/sql"
)

// DefaultVersion is what the server calls itself. Clients and drivers compare
// its leading number with MySQL's releases to decide what they may use.
const DefaultVersion = "8.0.39-airglow"

const defaultCollation = "utf8mb4_0900_ai_ci"

// environment is what Dolt reads from the process's environment. Dolt keeps
// credentials, remotes and its own configuration below its root path, which
// would otherwise be the user's home directory; the other switches off its
// usage reports.
func environment(dir string) map[string]string {
	return map[string]string{
		"DOLT_ROOT_PATH":        filepath.Join(dir, "system", "home"),
		"DOLT_METRICS_DISABLED": "true",
	}
}

// applySettings sets what Dolt and the engine keep in process-wide variables.
// It runs before the databases are opened and at no other time.
func applySettings(dir string, opts Options) error {
	for name, value := range environment(dir) {
		if err := os.Setenv(name, value); err != nil {
			return fmt.Errorf("set %s: %w", name, err)
		}
	}
	version := opts.Version
	if version == "" {
		version = DefaultVersion
	}
	bridgeLogs(opts.Logger)
	// Garbage is collected beside running sessions instead of after ending them.
	dprocedures.UseSessionAwareSafepointController = true
	return sql.SystemVariables.AssignValues(map[string]any{
		"version":         version,
		"version_comment": "Airglow",
		// MySQL 8's defaults. The engine's own compares text byte by byte, which
		// would change what unique keys and comparisons mean.
		"collation_server":     defaultCollation,
		"collation_database":   defaultCollation,
		"collation_connection": defaultCollation,
		// Without it, every user with FILE reads any file of the server's.
		"secure_file_priv": filepath.Join(dir, "files"),
		// Statistics are gathered by threads that read all tables again and
		// again; the optimiser's estimates do well without them.
		"dolt_stats_enabled": int8(0),
		"dolt_stats_paused":  int8(1),
	})
}
