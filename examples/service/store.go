package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/redis/rueidis"
	_ "modernc.org/sqlite"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/boltstore"
	"github.com/decorum-go/decorum/policy/pgstore"
	"github.com/decorum-go/decorum/policy/redisstore"
)

// openStore opens where the engine keeps its records. Yours will be one of these.
func (s *service) openStore(ctx context.Context) (policy.Store, policy.Hooks, error) {
	fault := func(err error) {
		if err != nil {
			s.log.Error("the store", "error", err)
		}
	}
	scheme, _, _ := strings.Cut(s.store, "://")
	switch scheme {
	case "memory":
		return nil, policy.Hooks{}, nil
	case "":
		store, err := boltstore.Open(filepath.Join(s.dir, "records.db"), boltstore.Config{Fault: fault})
		if err != nil {
			return nil, policy.Hooks{}, err
		}
		s.closers = append(s.closers, store.Close)
		return store, policy.Hooks{}, nil
	case "redis", "rediss":
		client, err := rueidis.ParseURL(s.store)
		if err != nil {
			return nil, policy.Hooks{}, err
		}
		store, err := redisstore.Open(ctx, redisstore.Config{Client: client})
		if err != nil {
			return nil, policy.Hooks{}, err
		}
		s.closers = append(s.closers, func() error { store.Close(); return nil })
		return store, policy.Hooks{}, nil
	case "postgres", "postgresql":
		store, err := pgstore.Open(ctx, s.store, pgstore.Config{Fault: fault})
		if err != nil {
			return nil, policy.Hooks{}, err
		}
		s.closers = append(s.closers, func() error { store.Close(); return nil })
		return store, store.Hooks(), nil
	}
	return nil, policy.Hooks{}, fmt.Errorf("must begin with redis:// or postgres://, or be memory, is %q", s.store)
}

// openDB opens a database of the host's own: a file, or the PostgreSQL of all.
func (s *service) openDB(file string) (*sql.DB, error) {
	where := s.db
	if where == "" && strings.HasPrefix(s.store, "postgres") {
		where = s.store
	}
	driver, source := "pgx", where
	switch {
	case where == "":
		path, err := filepath.Abs(filepath.Join(s.dir, file))
		if err != nil {
			return nil, err
		}
		file := url.URL{Scheme: "file", Path: path, RawQuery: "_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate"}
		driver, source = "sqlite", file.String()
	case !strings.HasPrefix(where, "postgres"):
		return nil, fmt.Errorf("must begin with postgres://, is %q", where)
	}
	db, err := sql.Open(driver, source)
	if err == nil {
		s.closers = append(s.closers, db.Close)
	}
	return db, err
}
