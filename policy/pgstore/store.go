package pgstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"iter"
	"math/rand/v2"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/decorum-go/decorum/policy"
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
	// Sweep is how often some thousands of records are looked at for their
	// expiry; 0: one minute.
	Sweep time.Duration
	// Fault, if not nil, is told when a sanction could not be written by Hooks,
	// or expired records could not be deleted.
	Fault func(error)
}

// A Store keeps records in PostgreSQL. It is safe for concurrent use, by any
// number of processes. Make one with Open; the zero Store is not usable.
type Store struct {
	cfg     Config
	pool    *pgxpool.Pool
	known   *known
	turns   *turns
	reset   atomic.Int64       // when all connections were replaced last
	closing atomic.Int32       // connections that are no more in the pool
	most    int32              // of these
	stop    context.CancelFunc // of the sweeper
	done    sync.WaitGroup

	get, insert, update, remove, deletion, page, pageListed string
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
		return nil, fmt.Errorf("pgstore: Config.Prefix %q must be 1 to 40 small letters, digits or _, and not begin with a digit", cfg.Prefix)
	case cfg.MaxKnown < 0 || cfg.Keep < 0 || cfg.Sweep < 0:
		return nil, errors.New("pgstore: a negative Config.MaxKnown, Keep or Sweep")
	}
	cfg.MaxKnown = cmp.Or(cfg.MaxKnown, 1<<16)
	cfg.Keep = cmp.Or(cfg.Keep, 24*time.Hour)
	cfg.Sweep = cmp.Or(cfg.Sweep, time.Minute)
	pc, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("pgstore: %w", err) // without the password
	}
	if !strings.Contains(url, "pool_max_conns") {
		pc.MaxConns = 16
	}
	if !strings.Contains(url, "connect_timeout") {
		pc.ConnConfig.ConnectTimeout = 2 * time.Second
	}
	pc.PingTimeout = time.Second
	if pc.ConnConfig.ValidateConnect == nil && hosts(&pc.ConnConfig.Config) > 1 {
		pc.ConnConfig.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
	pool, err := pgxpool.NewWithConfig(ctx, pc)
	if err != nil {
		return nil, explain(ctx, "open", err)
	}
	s := &Store{cfg: cfg, pool: pool, known: newKnown(cfg.MaxKnown), turns: newTurns(), most: pc.MaxConns}
	if err := s.migrate(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	s.get = s.sql(`SELECT nonce, sum, data, listed FROM %records WHERE key = $1`)
	s.insert = s.sql(`INSERT INTO %records (key, nonce, sum, data, expires, listed, pinned, written) VALUES ($1, $2, $3, $4, $5, $6, $7, now()) ON CONFLICT (key) DO NOTHING`)
	s.update = s.sql(`UPDATE %records SET nonce = $2, sum = $3, data = $4, expires = $5, listed = $6, pinned = $7, written = now() WHERE key = $1 AND nonce = $8`)
	s.remove = s.sql(`DELETE FROM %records WHERE key = $1 AND nonce = $2`)
	s.deletion = s.sql(`DELETE FROM %records WHERE key = $1`)
	s.page = s.sql(`SELECT key, nonce, sum, data, listed FROM %records WHERE key > $1 ORDER BY key LIMIT 256`)
	s.pageListed = s.sql(`SELECT key, nonce, sum, data, listed FROM %records WHERE key > $1 AND listed ORDER BY key LIMIT 256`)
	sweeping, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.stop = stop
	s.done.Go(func() { s.sweep(sweeping) })
	return s, nil
}

// Close ends all connections, after the calls under way.
func (s *Store) Close() {
	s.stop()
	s.done.Wait()
	s.pool.Close()
}

// A value is a row of the records. It is never changed.
type value struct {
	nonce int64 // random: names one state of a record
	sum   int64 // CRC-32C of key and data
	data  []byte
	there bool // else there is no row
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func sum(key policy.Key, data []byte) int64 {
	return int64(crc32.Update(crc32.Checksum(key[:], castagnoli), castagnoli, data))
}

// old is what fn gets to see: a copy, nil if there is no record.
func (v *value) old() []byte {
	if !v.there {
		return nil
	}
	return append(make([]byte, 0, len(v.data)), v.data...)
}

func (v *value) check(key policy.Key) error {
	if v.there && v.sum != sum(key, v.data) {
		return fmt.Errorf("%w: its checksum does not agree: key %x", ErrDamaged, key[:])
	}
	return nil
}

// Update implements policy.Store. fn runs again when another process changed
// the record meanwhile. Calls of one process for one record take turns.
func (s *Store) Update(ctx context.Context, key policy.Key, fn func(old []byte) (policy.Record, error)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	turn, err := s.turns.take(ctx, key)
	if err != nil {
		return err
	}
	defer func() { <-turn }()
	v, guess := s.known.get(key)
	for {
		if !guess {
			if v, err = s.fetch(ctx, key); err != nil {
				s.known.drop(key)
				return err
			}
		}
		if err := v.check(key); err != nil {
			return err
		}
		r, err := fn(v.old())
		if err != nil || r.Data == nil && !v.there {
			// It holds if what fn was given is current.
			if guess {
				now, err := s.fetch(ctx, key)
				if err != nil {
					return err
				}
				if now.there != v.there || now.nonce != v.nonce {
					s.known.put(key, now)
					v, guess = now, true
					continue
				}
			}
			s.known.put(key, v)
			return err
		}
		next, done, err := s.swap(ctx, key, v, &r)
		switch {
		case err != nil:
			s.known.drop(key)
			return err
		case done:
			s.known.put(key, next)
			return nil
		}
		guess = false
	}
}

// swap replaces one state of a record by another, unless it has a third one.
func (s *Store) swap(ctx context.Context, key policy.Key, old value, r *policy.Record) (next value, done bool, err error) {
	var sql string
	var args []any
	if r.Data == nil {
		sql, args = s.remove, []any{key[:], old.nonce}
	} else {
		next = value{nonce: rand.Int64(), data: append(make([]byte, 0, len(r.Data)), r.Data...), there: true}
		next.sum = sum(key, next.data)
		args = []any{key[:], next.nonce, next.sum, next.data, expires(r.Expires), r.Listed, r.Pinned}
		if sql = s.insert; old.there {
			sql, args = s.update, append(args, old.nonce)
		}
	}
	n, err := s.exec(ctx, "swap", sql, args...)
	return next, n == 1, err
}

// expires is a time as the table has it: within what PostgreSQL knows.
func expires(t time.Time) *time.Time {
	switch {
	case t.IsZero():
		return nil
	case t.Before(time.Unix(0, 0)):
		t = time.Unix(0, 0)
	}
	return &t
}

func (s *Store) fetch(ctx context.Context, key policy.Key) (v value, err error) {
	var listed bool
	err = s.again(ctx, func(c *pgx.Conn) error {
		return c.QueryRow(ctx, s.get, key[:]).Scan(&v.nonce, &v.sum, &v.data, &listed)
	})
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return value{}, nil
	case err != nil:
		return value{}, explain(ctx, "get", err)
	}
	v.there = true
	return v, nil
}

// View implements policy.Store. It asks the server. fn runs once.
func (s *Store) View(ctx context.Context, key policy.Key, fn func(data []byte) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	v, err := s.fetch(ctx, key)
	if err == nil {
		err = v.check(key)
	}
	if err != nil {
		return err
	}
	return fn(v.old())
}

// Delete implements policy.Store.
func (s *Store) Delete(ctx context.Context, key policy.Key) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	turn, err := s.turns.take(ctx, key)
	if err != nil {
		return err
	}
	defer func() { <-turn }()
	s.known.drop(key)
	_, err = s.exec(ctx, "delete", s.deletion, key[:])
	return err
}

// All implements policy.Store. It reads some hundreds of rows at a time and
// holds no transaction open while it yields. A damaged record is yielded as an
// error with its key, and the others follow.
func (s *Store) All(ctx context.Context, listed bool) iter.Seq2[policy.Entry, error] {
	return func(yield func(policy.Entry, error) bool) {
		sql := s.page
		if listed {
			sql = s.pageListed
		}
		after := []byte{}
		for {
			var page []row
			err := s.again(ctx, func(c *pgx.Conn) error {
				rows, err := c.Query(ctx, sql, after)
				if err == nil {
					page, err = pgx.CollectRows(rows, pgx.RowToStructByPos[row])
				}
				return err
			})
			if err != nil {
				yield(policy.Entry{}, explain(ctx, "all", err))
				return
			}
			for _, r := range page {
				if err := ctx.Err(); err != nil {
					yield(policy.Entry{}, err)
					return
				}
				if len(r.Key) != len(policy.Key{}) {
					continue
				}
				e := policy.Entry{Key: policy.Key(r.Key)}
				v := value{sum: r.Sum, data: r.Data, there: true}
				if err = v.check(e.Key); err == nil {
					e.Data = v.old()
				}
				if !yield(e, err) {
					return
				}
			}
			if len(page) == 0 {
				break
			}
			after = page[len(page)-1].Key
		}
		if err := ctx.Err(); err != nil {
			yield(policy.Entry{}, err)
		}
	}
}

// A row is one of a page.
type row struct {
	Key        []byte
	Nonce, Sum int64
	Data       []byte
	Listed     bool
}

// sweepSize is how many records are looked at for their expiry at a time.
const sweepSize = 5000

// sweep deletes expired records until the context ends.
func (s *Store) sweep(ctx context.Context) {
	next := s.sql(`SELECT key FROM %records WHERE key > $1 ORDER BY key OFFSET $2 LIMIT 1`)
	over := s.sql(`DELETE FROM %records WHERE key > $1 AND ($2::bytea IS NULL OR key <= $2) AND expires < now() AND written < now() - make_interval(secs => $3)`)
	tick := time.NewTicker(s.cfg.Sweep)
	defer tick.Stop()
	after := []byte{}
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := func() error {
			ctx, cancel := context.WithTimeout(ctx, time.Minute)
			defer cancel()
			var end []byte
			err := s.again(ctx, func(c *pgx.Conn) error { return c.QueryRow(ctx, next, after, sweepSize-1).Scan(&end) })
			if err != nil && !errors.Is(err, pgx.ErrNoRows) {
				return explain(ctx, "delete", err)
			}
			if _, err := s.exec(ctx, "delete", over, after, end, s.cfg.Keep.Seconds()); err != nil {
				return err
			}
			if after = end; end == nil {
				after = []byte{}
			}
			return nil
		}()
		if err != nil && ctx.Err() == nil {
			s.fault(err)
		}
	}
}

func (s *Store) fault(err error) {
	if s.cfg.Fault != nil {
		s.cfg.Fault(err)
	}
}
