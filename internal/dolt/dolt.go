// Package dolt opens the embedded storage: Dolt databases in one directory,
// served by a go-mysql-server engine.
//
// The tour: Open (this file) locks the directory, sets what Dolt keeps in
// process-wide variables (settings.go), loads the databases, and makes sure
// that the system database "airglow" exists (system.go). Statements of the
// server's own run through Exec and Query (run.go); the declared model
// functions are kept by FunctionStore (functions.go). Sessions refuse to commit
// what would merge with another's change of the same row (session.go,
// overlap.go). Garbage is collected in the background (gc.go).
//
// The directory holds:
//
//	airglow.lock            held by the process that has the directory open
//	databases/<name>/       one Dolt database each
//	system/privileges.db    users, roles and grants
//	system/branches.db      Dolt's branch permissions
//	system/access_keys.*    keys of the endpoint, of package accesskey
//	system/home/            what Dolt would keep in the user's home directory
//	files/                  the only directory LOAD DATA and INTO OUTFILE reach
//
// Dolt and go-mysql-server keep system variables, status variables, external
// procedures and open databases in process-wide variables. There is therefore
// one open Storage per process; Open refuses a second one until the first is
// closed.
//
// No other package imports Dolt.
package dolt

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	"github.com/dolthub/dolt/go/cmd/dolt/commands/engine"
	"github.com/dolthub/dolt/go/cmd/dolt/doltversion"
	"github.com/dolthub/dolt/go/libraries/doltcore/dbfactory"
	"github.com/dolthub/dolt/go/libraries/doltcore/env"
	"github.com/dolthub/dolt/go/libraries/utils/config"
	"github.com/dolthub/dolt/go/libraries/utils/filesys"
	embedded "github.com/dolthub/driver"
	gms "github.com/dolthub/go-mysql-server"
	"github.com/dolthub/go-mysql-server/eventscheduler"
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/mysql_db"
	"github.com/dolthub/vitess/go/mysql"
	"github.com/gofrs/flock"
)

// Options say what to open. Dir is required; the rest has working defaults.
type Options struct {
	// Dir is the data directory; it is created with mode 0700 when missing.
	Dir string
	// Version is what @@version and version() return; empty means
	// DefaultVersion.
	Version string
	// Overrides extend the engine: the parser, the builder, hooks. The zero
	// value leaves the engine as it is.
	Overrides sql.EngineOverrides
	// Logger receives what Dolt and the engine log; nil means slog.Default().
	Logger *slog.Logger
	// BeforeCommit is called before changes of a session are committed, and may take
	// them back to a savepoint; its error makes the commit fail. nil does nothing.
	BeforeCommit func(*sql.Context) error
}

// Storage is an open data directory. Close it.
type Storage struct {
	dir  string
	lock *flock.Flock
	sqle *engine.SqlEngine
	// garbage is the background work of ours; Dolt has its own.
	garbage *collector
	// functions is held by the statement that changes the table of functions.
	functions sync.Mutex
	// beforeCommit is Options.BeforeCommit.
	beforeCommit func(*sql.Context) error

	closing sync.Once
	closed  error
}

// Open opens the data directory, creating it when it is missing. It fails when
// another process has it open, or when this process has a Storage open.
func Open(ctx context.Context, opts Options) (*Storage, error) {
	if opts.Dir == "" {
		return nil, errors.New("open storage: no data directory given")
	}
	dir, err := filepath.Abs(opts.Dir)
	if err != nil {
		return nil, fmt.Errorf("open storage %s: %w", opts.Dir, err)
	}
	if opts.Logger == nil {
		opts.Logger = slog.Default()
	}
	s := &Storage{dir: dir, beforeCommit: opts.BeforeCommit}
	if err := s.open(ctx, opts); err != nil {
		return nil, errors.Join(fmt.Errorf("open storage %s: %w", dir, err), s.Close())
	}
	return s, nil
}

func (s *Storage) open(ctx context.Context, opts Options) error {
	for _, part := range []string{"", "databases", "system/home", "files"} {
		if err := os.MkdirAll(filepath.Join(s.dir, part), 0o700); err != nil {
			return err
		}
	}
	lock, err := lockDir(s.dir)
	if err != nil {
		return err
	}
	s.lock = lock
	if err := applySettings(s.dir, opts); err != nil {
		return err
	}
	if err := s.load(ctx, opts.Overrides); err != nil {
		return err
	}
	if err := s.ensureSystemDatabase(ctx); err != nil {
		return err
	}
	s.garbage = newCollector(s, opts.Logger)
	s.garbage.start()
	return nil
}

// load opens the databases and builds the engine over them.
func (s *Storage) load(ctx context.Context, overrides sql.EngineOverrides) error {
	identity := config.NewMapConfig(map[string]string{
		config.UserNameKey:     "airglow",
		config.UserEmailKey:    "airglow@localhost",
		config.MetricsDisabled: "true",
	})
	dir := filepath.Join(s.dir, "databases")
	fs, err := filesys.LocalFS.WithWorkingDir(dir)
	if err != nil {
		return err
	}
	envs, err := embedded.LoadMultiEnvFromDir(ctx, identity, fs, dir, doltversion.Version)
	if err != nil {
		return fmt.Errorf("load databases: %w", err)
	}
	return s.build(ctx, envs, overrides)
}

func (s *Storage) build(ctx context.Context, envs *env.MultiRepoEnv, overrides sql.EngineOverrides) (err error) {
	// Of a database that it cannot load, as the disk is full, it takes what is not there.
	defer func() {
		if cause := recover(); cause != nil {
			err = notLoaded(envs, cause)
		}
	}()
	system := filepath.Join(s.dir, "system")
	se, err := engine.NewSqlEngine(ctx, envs, &engine.SqlEngineConfig{
		DoltCfgDirPath:       system,
		PrivFilePath:         filepath.Join(system, "privileges.db"),
		BranchCtrlFilePath:   filepath.Join(system, "branches.db"),
		Autocommit:           true,
		EventSchedulerStatus: eventscheduler.SchedulerDisabled, // startEvents starts it
		EngineOverrides:      overrides,
		// Dolt otherwise keeps databases open for the life of the process,
		// and waits for another process instead of failing.
		DBLoadParams: map[string]any{
			dbfactory.DisableSingletonCacheParam:    struct{}{},
			dbfactory.FailOnJournalLockTimeoutParam: struct{}{},
		},
	})
	if err != nil {
		return err
	}
	s.sqle = se
	if err := s.startEvents(); err != nil {
		return fmt.Errorf("start the event scheduler: %w", err)
	}
	s.Privileges().SetEnabled(true)
	return nil
}

// notLoaded is why the databases could not be loaded, which ended in a panic.
func notLoaded(envs *env.MultiRepoEnv, cause any) error {
	err := envs.Iter(func(name string, e *env.DoltEnv) (stop bool, err error) {
		if e.DBLoadError != nil {
			return true, fmt.Errorf("load database %s: %w; see to the disk of the data directory", name, e.DBLoadError)
		}
		return false, nil
	})
	if err == nil {
		err = fmt.Errorf("load databases: %v; see to the disk of the data directory", cause)
	}
	return err
}

// Dir returns the absolute path of the data directory.
func (s *Storage) Dir() string { return s.dir }

// Engine returns the SQL engine over the storage. It belongs to the Storage
// and ends with it.
func (s *Storage) Engine() *gms.Engine { return s.sqle.GetUnderlyingEngine() }

// Privileges returns the users, roles and grants. Changes made through it
// reach the disk with its Persist.
func (s *Storage) Privileges() *mysql_db.MySQLDb {
	return s.Engine().Analyzer.Catalog.MySQLDb
}

// ContextFactory makes the engine's contexts over this storage's sessions.
func (s *Storage) ContextFactory() sql.ContextFactory { return s.sqle.ContextFactory }

// NewSession makes the session of a client's connection; it has the form of a
// go-mysql-server session builder.
func (s *Storage) NewSession(ctx context.Context, conn *mysql.Conn, addr string) (sql.Session, error) {
	base, err := sql.BaseSessionFromConnection(ctx, conn, addr)
	if err != nil {
		return nil, err
	}
	return s.newSession(ctx, base)
}

// Close stops the background work, writes what is unwritten, closes the
// databases and releases the directory. It is safe to call it again; it then
// returns the first call's error.
func (s *Storage) Close() error {
	s.closing.Do(func() {
		var errs []error
		if s.garbage != nil {
			s.garbage.close()
		}
		if s.sqle != nil {
			// Shutdown reports the cancellation that it asked for itself.
			if err := s.sqle.Close(); err != nil && !errors.Is(err, context.Canceled) {
				errs = append(errs, fmt.Errorf("close storage %s: %w", s.dir, err))
			}
		}
		if s.lock != nil {
			errs = append(errs, unlockDir(s.lock))
		}
		s.closed = errors.Join(errs...)
	})
	return s.closed
}
