package console

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"html/template"
	"net/http"
	"sync"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/console/internal/casebook"
	"github.com/decorum-go/decorum/policy/rulekit"
)

// Config says what a Console works with. DB, Who and Deliver are required. Open copies it.
type Config struct {
	// DB keeps the cases: an SQLite file (modernc.org/sqlite, driver "sqlite") for one
	// process, or PostgreSQL (pgx, driver "pgx") for any number. Tables are made and brought
	// up to date by Open. The Console does not close it.
	DB *sql.DB
	// Who says who a request is from. It sees each one first, also those for the style
	// sheet; with an error, or without an ID, there is nothing but 401. It is the host's
	// authentication: look at a session here, never at what the client merely says.
	Who func(*http.Request) (Moderator, error)
	// Deliver sends out a message that a person released, or found harmless. It is called
	// after Engine.Release, at least once: make it do nothing for a Message.ID that went out.
	// It has 30 seconds, by its context, and may run several times at once. With an error it is called again, after half a minute at first and an hour at last.
	// What was discarded policy.Hooks.Acted tells of.
	Deliver func(context.Context, policy.Message) error
	// Message is the host's copy of a message that waits, by ID: what is released is that.
	// policy.ErrNotFound says that it was deleted meanwhile: then it is not delivered. Its ID,
	// Sender and Text must be those that were judged: another one is not released. nil:
	// it is what Evaluate was given, which the console keeps until somebody has decided.
	Message func(context.Context, string) (policy.Message, error)
	// Base is the path under which the handler is mounted: "/moderation"; "": the root.
	Base string
	// Key makes the tokens of forms: 32 random bytes, the same in all processes behind one
	// address; nil: random, so that open pages must be reloaded after a restart.
	Key []byte
	// Undo is how long an action waits, durably, before the engine is told, and can be
	// taken back as if it had never been; 0: 10 s. Below 0 it does not wait.
	Undo time.Duration
	// FourEyes wants another person to agree before anybody is suspended by hand. That a
	// campaign of more than 20 accounts is abusive always needs one.
	FourEyes bool
	// Location is where the moderators are, for times and days; nil: UTC.
	Location *time.Location
	// Sample is the share of decisions that are drawn for labels; 0: one in 1,000; below 0: none.
	Sample float64
	// Lease is how long a moderator holds a case that they have opened; 0: 10 min.
	Lease time.Duration
	// Closed is how long a closed case stays, Texts how long a text does; 0: 180 and 30 days.
	Closed, Texts time.Duration
	// Spool is the folder of a file in which what the hooks were told survives a crash until
	// the database has it; "": it waits in memory, and a crash may lose the last moments.
	Spool string
	// Queue is how much may wait for the database; 0: 100,000 records. Half of it is kept for
	// what a person has to look at.
	Queue int
	// Compiler is the engine's Config.Compiler: with it a Lead can look at the policy's rules,
	// and check one. nil: rules are shown.
	Compiler rulekit.Compiler
	// Apply puts a policy in force of which a Lead changed a rule, in all processes and for
	// good: it writes the host's policy file, say, and calls SetPolicy. The policy is valid,
	// and the change is in the audit already. nil: the page changes nothing.
	Apply func(context.Context, *policy.Policy) error
	// Tenant is the engine's Config.Tenant.
	Tenant string
	// Now is the clock; nil: time.Now.
	Now func() time.Time
}

// A Console is a page on which people decide, and the cases that it shows. It is an
// http.Handler, safe for concurrent use.
type Console struct {
	cfg    Config
	book   *casebook.Book
	mux    *http.ServeMux
	origin *http.CrossOriginProtection
	pages  map[string]*template.Template
	rules  sync.Mutex // of changes of rules
	*worker
}

// Open makes a console. Give its Hooks to the engine, then the engine to Use. Close it
// in the end, after the engine. An error says what is wrong with the Config, or that the
// database can't be used: among others, because a newer release has changed its tables.
func Open(ctx context.Context, c Config) (*Console, error) {
	var err error
	switch c.Base, err = base(c.Base); {
	case err != nil:
		return nil, err
	case c.DB == nil:
		return nil, errors.New("console: DB is required: a database for the cases")
	case c.Who == nil:
		return nil, errors.New("console: Who is required: nobody may see the pages whom the host does not know")
	case c.Deliver == nil:
		return nil, errors.New("console: Deliver is required: what a moderator releases must go out")
	case c.Key != nil && len(c.Key) < 16:
		return nil, errors.New("console: Key must have 16 bytes at least, better 32")
	}
	if c.Key == nil {
		c.Key = make([]byte, 32)
		rand.Read(c.Key)
	}
	if c.Undo == 0 {
		c.Undo = 10 * time.Second
	}
	c.Undo = max(c.Undo, 0)
	if c.Location == nil {
		c.Location = time.UTC
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	book, err := casebook.Open(ctx, c.DB, casebook.Options{
		Now: c.Now, Queue: c.Queue, Spool: c.Spool, Sample: c.Sample, Lease: c.Lease, Closed: c.Closed, Texts: c.Texts, Tenant: c.Tenant,
	})
	if err != nil {
		return nil, err
	}
	con := &Console{cfg: c, book: book, origin: http.NewCrossOriginProtection(), worker: newWorker()}
	con.mux, con.pages = con.routes(), con.templates()
	return con, nil
}

func (c *Console) now() time.Time { return c.cfg.Now() }

// Hooks are what the engine has to tell: give them to policy.Config.Hooks, beside others
// with policy.JoinHooks. A call writes to the Spool and returns; the database gets it a
// moment later.
func (c *Console) Hooks() policy.Hooks { return c.book.Hooks() }

// Use gives the console its engine, once, and starts the goroutines that carry out what
// moderators have decided; what was decided before a crash comes first. Until then every
// page is 503.
func (c *Console) Use(e *policy.Engine) {
	if e == nil || !c.engine.CompareAndSwap(nil, e) {
		panic("console: Use is for one engine, once")
	}
	for i := range workers {
		c.done.Go(func() { c.work(i == 0) })
	}
}

// Erase removes the name of an account and its texts from all cases: call it beside
// Engine.Forget.
func (c *Console) Erase(ctx context.Context, account string) error {
	return c.book.Erase(ctx, account)
}

// Health is how the database of the cases does.
type Health struct {
	Waiting int       // records that wait for it
	Durable bool      // they survive a crash: Config.Spool is set, and its disk takes them
	Dropped int64     // records that were lost since Open, because more than Config.Queue waited
	Err     error     // why it does not work, or the spool does not; nil: they do
	Since   time.Time // since when; zero: they do
}

// Health says how the database does, without asking it. The pages say so, too.
func (c *Console) Health() Health {
	h := c.book.Health()
	return Health{Waiting: h.Waiting, Durable: h.Durable, Dropped: h.Dropped + h.Refused, Err: h.Err, Since: h.Since}
}

// Flush returns when all that the hooks were told before is in the database.
func (c *Console) Flush(ctx context.Context) error { return c.book.Flush(ctx) }

// EndStreams ends the streams of news to open pages, now and from now on: give it to
// http.Server.RegisterOnShutdown, as Shutdown waits for them otherwise. Pages work on.
func (c *Console) EndStreams() { c.shutup() }

// Close ends the goroutines of Use after the message in hand, and open streams. It does not
// wait for the database: call Flush before it where there is no Spool. What moderators have
// decided and can still undo is done after the next start.
func (c *Console) Close() error {
	c.stop()
	return c.book.Close()
}
