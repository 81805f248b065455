package pgstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"sync"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storekit"
)

// Config says how a Store works. The zero Config is valid.
type Config struct {
	// Prefix stands in front of the names of all tables; "": "decorum_". Small
	// letters, digits and "_" only. Two engines with different Secrets need two
	// prefixes, or two schemas.
	Prefix string
	// MaxKnown is how many records are remembered as last known, so that one
	// round trip is enough, at some 150 bytes and their own length each;
	// 0: 65,536.
	MaxKnown int
	// Keep is how long a record is kept after it was last written, however long
	// ago it expired; 0: one day.
	Keep time.Duration
	// Async has updates that change no sanction, strike, complaint or appeal (those
	// without policy.Record.Durable) not wait for the server's disk, as with
	// synchronous_commit = off: two to four times as many decisions a second, and a
	// crash of the server loses the counts of its last 0.6 seconds (three times its
	// wal_writer_delay). All others wait, and bring those before them to the disk.
	Async bool
	// Sweep is how often some thousands of records are looked at for their
	// expiry; 0: one minute.
	Sweep time.Duration
	// Fault, if not nil, is told when a sanction could not be written by Hooks,
	// expired records could not be deleted, or notes between processes could not be
	// sent or heard, or were missed.
	Fault func(error)
}

// A Store keeps records in PostgreSQL. It is safe for concurrent use, by any
// number of processes. Make one with Open; the zero Store is not usable.
type Store struct {
	cfg     Config
	conns   *conns
	records *storekit.Records[int64]
	notes   *storekit.Post
	notify  string             // the statement that sends one
	stop    context.CancelFunc // of the sweeper
	done    sync.WaitGroup
}

var prefixForm = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,39}$`)

// Open connects, brings the tables up to date and starts the goroutine that
// deletes expired records. url is what pgxpool.ParseConfig reads, a URL or
// "key=value" words; the pool has 16 connections unless pool_max_conns says
// otherwise, and of several hosts the one that takes writes is used unless
// target_session_attrs says otherwise. A wrong address, password, version or table
// is refused; see the errors of this package.
func Open(ctx context.Context, url string, cfg Config) (*Store, error) {
	cfg.Prefix = cmp.Or(cfg.Prefix, "decorum_")
	switch {
	case !prefixForm.MatchString(cfg.Prefix):
		return nil, fmt.Errorf("pgstore: Config.Prefix %q must be 1 to 40 lower-case letters, digits or _, and not begin with a digit", cfg.Prefix)
	case cfg.MaxKnown < 0 || cfg.Keep < 0 || cfg.Sweep < 0:
		return nil, errors.New("pgstore: Config.MaxKnown, Keep and Sweep must not be negative")
	}
	cfg.Keep = cmp.Or(cfg.Keep, 24*time.Hour)
	cfg.Sweep = cmp.Or(cfg.Sweep, time.Minute)
	c, err := dial(ctx, url, cfg.Prefix)
	if err != nil {
		return nil, err
	}
	if err := c.migrate(ctx); err != nil {
		c.pool.Close()
		return nil, err
	}
	sweeping, stop := context.WithCancel(context.WithoutCancel(ctx))
	s := &Store{cfg: cfg, conns: c, records: storekit.New(newTable(c, cfg.Async), storekit.Config{MaxKnown: cfg.MaxKnown, AtOnce: int(c.most)}), stop: stop}
	s.notify = c.sql(`SELECT set_config('synchronous_commit', 'off', true), pg_notify(` + channelSQL + `, $1)`)
	s.notes = s.newNotes()
	s.done.Go(func() { s.sweep(sweeping) })
	return s, nil
}

// Close ends all connections, after the calls under way.
func (s *Store) Close() {
	s.notes.Close()
	s.stop()
	s.done.Wait()
	s.conns.pool.Close()
}

// Update implements policy.Store. fn runs again when another process changed
// the record meanwhile. Calls of one process for one record take turns.
func (s *Store) Update(ctx context.Context, key policy.Key, fn func(old []byte) (policy.Record, error)) error {
	return s.records.Update(ctx, key, fn)
}

// View implements policy.Store. It asks the server. fn runs once.
func (s *Store) View(ctx context.Context, key policy.Key, fn func(data []byte) error) error {
	return s.records.View(ctx, key, fn)
}

// Delete implements policy.Store.
func (s *Store) Delete(ctx context.Context, key policy.Key) error { return s.records.Delete(ctx, key) }
