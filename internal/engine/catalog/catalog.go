// Package catalog has the model functions that CREATE FUNCTION … ALIAS defines:
//
//   - catalog.go holds the definitions, lookup.go finds the one that a name means.
//   - statement.go says what runs the statements about functions: ddl.go creates,
//     changes and drops them, show.go shows their text.
//   - routines.go shows them in information_schema.
//   - dropdb.go drops those of a database with it.
package catalog

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/dolthub/go-mysql-server/sql/analyzer"
	"github.com/dolthub/go-mysql-server/sql/expression/function"

	"airglow/internal/engine/access"
	"airglow/internal/engine/current"
	"airglow/internal/engine/dbname"
	"airglow/internal/mlsql"
)

// Store keeps function definitions durably. Its methods return when the change
// is on disk. Database and function names are compared without case.
type Store interface {
	// Load returns every definition.
	Load(ctx context.Context) ([]mlsql.Function, error)
	// Put writes one definition, replacing the one of its database and name.
	Put(ctx context.Context, f mlsql.Function) error
	// Delete removes one definition; it is not an error when there is none.
	Delete(ctx context.Context, database, name string) error
	// DeleteDatabase removes all definitions of a database.
	DeleteDatabase(ctx context.Context, database string) error
}

// functionKey is a function's identity; both parts are in lower case.
type functionKey struct{ database, name string }

func keyOf(database, name string) functionKey {
	return functionKey{strings.ToLower(dbname.Base(database)), strings.ToLower(name)}
}

// Catalog holds every model function in memory, in step with the Store. The
// functions in it are never changed, only replaced.
type Catalog struct {
	// natives are the functions of the engine.
	natives function.Registry
	// source is set by Open.
	source Source

	mu        sync.RWMutex
	functions map[functionKey]*mlsql.Function
}

// New returns a catalog without functions, which Open fills.
func New() *Catalog {
	return &Catalog{natives: function.NewRegistry(), functions: map[functionKey]*mlsql.Function{}}
}

// Source is what a catalog works with when the server is open.
type Source struct {
	// Store keeps the definitions.
	Store Store
	// Access says who may do what with them.
	Access *access.Control
	// Databases knows which there are.
	Databases *analyzer.Catalog
}

// Open reads the definitions. Before, there are none.
func (c *Catalog) Open(ctx context.Context, from Source) error {
	c.source = from
	stored, err := c.source.Store.Load(ctx)
	if err != nil {
		return fmt.Errorf("load model functions: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range stored {
		c.functions[keyOf(stored[i].Database, stored[i].Name)] = &stored[i]
	}
	return nil
}

// IsOpen reports whether the definitions were read.
func (c *Catalog) IsOpen() bool { return c.source.Store != nil }

// Get returns a function, nil when there is none.
func (c *Catalog) Get(database, name string) *mlsql.Function {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.functions[keyOf(database, name)]
}

// all returns every function, ordered by database and name.
func (c *Catalog) all() []*mlsql.Function {
	c.mu.RLock()
	defer c.mu.RUnlock()
	list := make([]*mlsql.Function, 0, len(c.functions))
	for _, f := range c.functions {
		list = append(list, f)
	}
	slices.SortFunc(list, func(a, b *mlsql.Function) int {
		return cmp.Or(cmp.Compare(a.Database, b.Database), cmp.Compare(a.Name, b.Name))
	})
	return list
}

// put stores a function and then shows it to statements.
func (c *Catalog) put(ctx context.Context, f mlsql.Function) error {
	if err := c.source.Store.Put(current.Without(ctx), f); err != nil {
		return fmt.Errorf("store function %s.%s: %w", f.Database, f.Name, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.functions[keyOf(f.Database, f.Name)] = &f
	return nil
}

func (c *Catalog) drop(ctx context.Context, database, name string) error {
	if err := c.source.Store.Delete(current.Without(ctx), database, name); err != nil {
		return fmt.Errorf("drop function %s.%s: %w", database, name, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.functions, keyOf(database, name))
	return nil
}

// forget forgets a dropped database's functions.
func (c *Catalog) forget(ctx context.Context, database string) error {
	if err := c.source.Store.DeleteDatabase(current.Without(ctx), database); err != nil {
		return fmt.Errorf("drop the functions of database %s: %w", database, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for key := range c.functions {
		if strings.EqualFold(key.database, database) {
			delete(c.functions, key)
		}
	}
	return nil
}
