package dolt

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/dolthub/dolt/go/libraries/doltcore/doltdb"
	"github.com/dolthub/dolt/go/libraries/doltcore/sqle"
	"github.com/dolthub/dolt/go/libraries/doltcore/sqle/dprocedures"
	"github.com/dolthub/dolt/go/libraries/doltcore/sqle/dsess"
	"github.com/dolthub/dolt/go/store/chunks"
	"github.com/dolthub/dolt/go/store/types"
	"github.com/dolthub/go-mysql-server/sql"
)

// Dolt writes every change to a journal and leaves what it replaces where it
// is. Garbage collection rewrites a database without it. Statements go on
// meanwhile.
//
// Dolt has a scheduler of its own for that. It runs a thread for each database,
// which it starts before the database is wholly made; this one looks at the
// databases that are.
const (
	// gcInterval is how often sizes are looked at.
	gcInterval = 10 * time.Second
	// gcGrowth is by how many bytes a database must grow to be collected, and
	// how large a journal may get; it is the threshold of Dolt's scheduler.
	gcGrowth = 128 << 20
)

// collector collects garbage until it is stopped.
type collector struct {
	storage *Storage
	logger  *slog.Logger
	growth  uint64
	// base is each database's size after its last collection, or when it was
	// first seen. Only the collector's goroutine uses it.
	base map[string]doltdb.StoreSizes

	stop context.CancelFunc
	done chan struct{}
}

func newCollector(s *Storage, logger *slog.Logger) *collector {
	return &collector{storage: s, logger: logger, growth: gcGrowth, base: map[string]doltdb.StoreSizes{}}
}

// start runs the collector in the background.
func (c *collector) start() {
	ctx, stop := context.WithCancel(context.Background())
	c.stop, c.done = stop, make(chan struct{})
	go func() {
		defer close(c.done)
		ticker := time.NewTicker(gcInterval)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				c.round(ctx)
			}
		}
	}()
}

// close ends the collector, and the collection under way.
func (c *collector) close() {
	c.stop()
	<-c.done
}

// round looks at every database and collects those that have grown.
func (c *collector) round(ctx context.Context) {
	provider, ok := c.storage.Engine().Analyzer.Catalog.DbProvider.(*sqle.DoltDatabaseProvider)
	if !ok {
		return
	}
	for _, db := range provider.DoltDatabases() {
		if err := c.visit(ctx, db); err != nil && ctx.Err() == nil {
			c.logger.Warn("garbage collection failed; it is tried again when the database has grown further",
				"database", db.Name(), "error", err)
		}
	}
}

func (c *collector) visit(ctx context.Context, db dsess.SqlDatabase) error {
	return c.storage.Run(ctx, func(sqlCtx *sql.Context) error {
		store := db.DbData().Ddb
		sizes, err := store.StoreSizes(sqlCtx)
		if err != nil {
			return fmt.Errorf("size: %w", err)
		}
		base, seen := c.base[db.Name()]
		if !seen {
			base = sizes
			c.base[db.Name()] = sizes
		}
		if !c.due(sizes, base) {
			return nil
		}
		started := time.Now()
		err = dprocedures.RunDoltGC(sqlCtx, store, types.GCModeDefault, chunks.SimpleArchive, db.Name())
		after, sizeErr := store.StoreSizes(sqlCtx)
		if sizeErr != nil {
			after = sizes
		}
		c.base[db.Name()] = after
		if errors.Is(err, chunks.ErrNothingToCollect) {
			return nil
		}
		if err == nil {
			c.logger.Info("garbage collected", "database", db.Name(), "bytes_before", sizes.TotalBytes,
				"bytes_after", after.TotalBytes, "took", time.Since(started))
		}
		return err
	})
}

// due reports whether a database has grown enough since base. A large one must
// have grown by as much as it keeps in use, so that the work stays in proportion.
func (c *collector) due(now, base doltdb.StoreSizes) bool {
	return now.JournalBytes > max(c.growth, base.JournalBytes+c.growth) ||
		now.TotalBytes > base.TotalBytes+max(c.growth, base.NewGenBytes)
}
