// Package casebook keeps what a moderation console shows: cases that a person should look
// at, the story of each account, and the figures of each day, in SQLite or PostgreSQL. It
// has no pages: those are package console's.
//
// Hooks of the engine write records to a spool, a file that a crash leaves whole, and a
// goroutine brings these into the database, each once. So a database that is away, full
// or of a newer version loses nothing, within Options.Queue, and slows no decision.
//
// Names (of accounts, messages, moderators) may be any bytes. Texts are cut to 16 KB and
// lose what is not UTF-8. Days are those of UTC.
package casebook

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"sync/atomic"
	"time"
)

// Errors to branch on with errors.Is.
var (
	ErrNotFound = errors.New("casebook: not found")
	ErrHeld     = errors.New("casebook: another moderator holds the case")
	ErrClosed   = errors.New("casebook: the case is closed")
	ErrConflict = errors.New("casebook: the case was not closed")
)

// Options say how a Book works. The zero Options are the defaults.
type Options struct {
	Now    func() time.Time // nil: time.Now
	Queue  int              // records that wait for the database at most; 0: 100,000. What comes then is dropped, and counted
	Spool  string           // a folder, of this process alone, in which what waits survives a crash; "": it waits in memory
	Sample float64          // share of what was allowed that is drawn to be labelled, and a twentieth of that of the rest; 0: .001; negative: none
	Lease  time.Duration    // how long a moderator holds a case; 0: 10 minutes
	Closed time.Duration    // how long a closed case stays, and an entry without a case; 0: 180 days
	Texts  time.Duration    // how long texts stay after that; 0: 30 days
	Tenant string           // each has tables of its own in the database
}

func (o *Options) validate() error {
	for _, f := range []struct {
		wrong   bool
		problem string
	}{
		{o.Queue < 0, "Queue must not be negative"},
		{o.Sample > 1 || o.Sample != o.Sample, "Sample must be at most 1"},
		{o.Lease < 0 || o.Closed < 0 || o.Texts < 0, "Lease, Closed and Texts must not be negative"},
		{len(o.Tenant) > maxName, "Tenant is too long"},
	} {
		if f.wrong {
			return errors.New("casebook: Options." + f.problem)
		}
	}
	o.Queue = cmp.Or(o.Queue, 100_000)
	o.Sample = cmp.Or(o.Sample, .001)
	o.Lease = cmp.Or(o.Lease, 10*time.Minute)
	o.Closed = cmp.Or(o.Closed, 180*24*time.Hour)
	o.Texts = cmp.Or(o.Texts, 30*24*time.Hour)
	if o.Now == nil {
		o.Now = time.Now
	}
	return nil
}

// A Book keeps cases. It is safe for concurrent use, and several processes may share one
// database, each with a spool of its own.
type Book struct {
	dialect
	o       Options
	db      *sql.DB
	key     []byte // draws the sample
	spool   *spool
	sent    delivered
	allowed allowed
	health  health // of bringing records in
	kept    health // of what is done by the clock
	stop    context.CancelFunc
	done    chan struct{}
	moved   atomic.Pointer[chan struct{}] // closed when a case changes here
}

// Open brings the tables of a database up to date and returns a Book on it. Close ends
// it; the database is the caller's to close, later. What waits in the spool of a process
// that ended is brought in. The error of tables of a newer version is ErrVersion.
func Open(ctx context.Context, db *sql.DB, o Options) (*Book, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	d, err := dialectOf(ctx, db)
	if err != nil {
		return nil, err
	}
	d.prefix = prefixOf(o.Tenant)
	b := &Book{dialect: d, o: o, db: db, done: make(chan struct{})}
	moved := make(chan struct{})
	b.moved.Store(&moved)
	if b.key, err = b.migrate(ctx, migrations); err != nil {
		return nil, err
	}
	if b.spool, err = openSpool(o.Spool, o.Queue); err != nil {
		return nil, err
	}
	if err := b.since(ctx); err != nil {
		return nil, errors.Join(err, b.spool.close())
	}
	ctx, b.stop = context.WithCancel(context.WithoutCancel(ctx))
	var running sync.WaitGroup
	running.Go(func() { b.drain(ctx) })
	running.Go(func() { b.keep(ctx) })
	go func() { running.Wait(); close(b.done) }()
	return b, nil
}

// since has the spool number on after what the database has of it.
func (b *Book) since(ctx context.Context) error {
	var n uint64
	err := b.read(ctx).row(`SELECT n FROM %spools WHERE id = $1`, b.spool.id).Scan(&n)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("casebook: open: %w", err)
	}
	b.spool.skip(n)
	return nil
}

// Close ends the Book, when what waited for the disk is there. It does not wait for the
// database: what waits for that is brought in after the next Open, if there is a Spool.
// Call Flush before it where there is none.
func (b *Book) Close() error {
	b.stop()
	<-b.done
	return b.spool.close()
}

// Health says how the Book does.
type Health struct {
	Waiting int       // records that wait for the database
	Durable bool      // they survive a crash: there is a Spool, and its disk takes them
	Dropped int64     // records that found no room, or were damaged, since Open
	Refused int64     // records that the database would not take, since Open
	Err     error     // why the database, or the spool, does not work; nil: they do
	Since   time.Time // since when; zero: they do
}

type health struct {
	sync.Mutex
	err     error
	since   time.Time
	refused int64
}

// set notes how an attempt to bring records in ended.
func (h *health) set(err error, now time.Time) {
	h.Lock()
	defer h.Unlock()
	if h.err == nil && err != nil {
		h.since = now
	}
	h.err = err
}

// Health says how many records wait for the database, and why. It asks neither the
// database nor the disk.
func (b *Book) Health() Health {
	h := b.spool.health()
	for _, part := range []*health{&b.kept, &b.health} {
		part.Lock()
		h.Refused += part.refused
		if part.err != nil {
			h.Err, h.Since = part.err, part.since
		}
		part.Unlock()
	}
	return h
}

// now is the time as the database keeps it.
func (b *Book) now() int64 { return micros(b.o.Now()) }

// Changed returns a channel that is closed when a case changes by this Book, and a number
// that is another one when a case has changed by any.
func (b *Book) Changed(ctx context.Context) (<-chan struct{}, int64, error) {
	moved := *b.moved.Load()
	n, err := b.changed(b.read(ctx))
	return moved, n, err
}

// changed is the highest number of a change.
func (b *Book) changed(t *tx) (n int64, err error) {
	return n, t.row(`SELECT COALESCE(MAX(changed), 0) FROM %cases`).Scan(&n)
}

// tell closes the channel of Changed.
func (b *Book) tell() {
	next := make(chan struct{})
	close(*b.moved.Swap(&next))
}

// prefixOf is how the names of a tenant's tables begin.
func prefixOf(tenant string) string {
	if tenant == "" {
		return "casebook_"
	}
	sum := sha256.Sum256([]byte(tenant))
	return "casebook_" + hex.EncodeToString(sum[:8]) + "_"
}

// SQLite opens a database in a file, which it makes where it is not there, as suits a
// Book.
func SQLite(path string) (*sql.DB, error) {
	q := url.Values{"_pragma": {"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)"}, "_txlock": {"immediate"}}
	return sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: q.Encode()}).String())
}
