package engine

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

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

// catalog holds every model function in memory, in step with the Store. The
// functions in it are never changed, only replaced.
type catalog struct {
	store Store

	mu        sync.RWMutex
	functions map[functionKey]*mlsql.Function
}

func newCatalog() *catalog {
	return &catalog{functions: map[functionKey]*mlsql.Function{}}
}

func (c *catalog) load(ctx context.Context) error {
	stored, err := c.store.Load(ctx)
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

// get returns a function, nil when there is none.
func (c *catalog) get(database, name string) *mlsql.Function {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.functions[keyOf(database, name)]
}

// all returns every function, ordered by database and name.
func (c *catalog) all() []*mlsql.Function {
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
func (c *catalog) put(ctx context.Context, f mlsql.Function) error {
	if err := c.store.Put(current.Without(ctx), f); err != nil {
		return fmt.Errorf("store function %s.%s: %w", f.Database, f.Name, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.functions[keyOf(f.Database, f.Name)] = &f
	return nil
}

func (c *catalog) drop(ctx context.Context, database, name string) error {
	if err := c.store.Delete(current.Without(ctx), database, name); err != nil {
		return fmt.Errorf("drop function %s.%s: %w", database, name, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.functions, keyOf(database, name))
	return nil
}

// dropDatabase forgets a dropped database's functions.
func (c *catalog) dropDatabase(ctx context.Context, database string) error {
	if err := c.store.DeleteDatabase(current.Without(ctx), database); err != nil {
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
