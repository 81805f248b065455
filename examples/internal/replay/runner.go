package replay

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/examples/internal/translate"
	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/rulekit"
	"github.com/decorum-go/decorum/scoring"
)

// secret is fixed, so that a replay makes the same decisions everywhere.
const secret = "decorum examples/replay: no secret at all"

// maxSkew is more than any log spans: a replay's clock is its events.
const maxSkew = 100 * 365 * 24 * time.Hour

type runnerConfig struct {
	policy     *policy.Policy
	compiler   rulekit.Compiler // of its rules; may be nil
	trial      *trial           // may be nil
	resolution time.Duration
	accounts   int
	snapshotAt int  // 0: never
	retry      bool // try a deferred message once more
	listing    bool // keep what -senders and -html write
	people     bool // and count the people whom each reached, for -senders
	decisions  *decisionWriter
	observe    func(*events.Event, *policy.Decision) // may be nil; the decision is nil for feedback, and overwritten after it
	imposed    func(*policy.Sanction)                // may be nil; called before observe
	closed     func(*runner)                         // may be nil; called by close
	place      *place                                // of a shard; nil: the runner judges all
	begins     string                                // a hash of the first events, for shards
}

// A runner plays events to an engine and counts what it does. Its memory grows with the
// senders, never with the messages, of which it keeps some that did not go out.
type runner struct {
	config runnerConfig
	store  *policy.Memory
	engine *policy.Engine
	now    time.Time
	one    ready           // of play
	last   policy.Decision // the last one
	tally  *tally
	shard  *shard // nil: it judges all
	lost   undelivered
	held   held
	texts  map[string]uint64 // rules on texts, that a line may clear

	waiting queue          // to be tried again
	again   policy.Message // of retry
}

func newRunner(c runnerConfig) (*runner, error) {
	r := &runner{config: c}
	return r, r.begin()
}

// begin opens the engine.
func (r *runner) begin() error {
	r.tally = newTally()
	r.tally.listing, r.tally.people = r.config.listing, r.config.people
	if err := r.takePlace(); err != nil {
		return err
	}
	if err := r.open(); err != nil {
		return err
	}
	r.tally.near = 1
	for _, rules := range r.engine.Policy().Classes {
		r.tally.near = min(r.tally.near, scoring.Logistic(scoring.Logit(rules.Score.Warn)-math.Log(nearMiss)))
	}
	return nil
}

func (r *runner) open() (err error) {
	r.store = policy.NewMemory(r.config.accounts)
	var notes policy.Notes // of an interface, nil
	if r.shard != nil {
		notes = r.shard
	}
	r.engine, err = policy.New(policy.Config{
		Notes:  notes,
		Policy: r.config.policy, Compiler: r.config.compiler, Store: r.store, Secret: []byte(secret), MaxSkew: maxSkew, Resolution: r.config.resolution,
		Now:   func() time.Time { return r.now },
		Hooks: policy.Hooks{Imposed: r.imposed},
	})
	return err
}

// imposed hears of every sanction, those that feedback brings included.
func (r *runner) imposed(_ context.Context, s *policy.Sanction) {
	if r.shard != nil && !r.shard.own(s.Account) {
		return // it counts in the shard that has all of the account
	}
	r.tally.sanction(s)
	if r.config.imposed != nil {
		r.config.imposed(s)
	}
}

// play reads and judges one event. A *policy.FieldError is about the event, and
// nothing has changed; any other error is about the engine.
func (r *runner) play(e *events.Event) error {
	r.one.read(r, r.engine, e)
	return r.judge(e, &r.one)
}

// judge judges one event; m is what was read of a message.
func (r *runner) judge(e *events.Event, m *ready) error {
	ctx := context.Background()
	if r.shard != nil {
		if mine, err := r.attend(e); err != nil || !mine {
			return err
		}
	}
	if err := r.tryAgain(e.At); err != nil {
		return err
	}
	r.now = e.At
	if e.Message != "" && len(r.lost.known) > 0 && r.neverArrived(e) {
		r.tally.leftOut++
		return nil
	}
	if e.Kind != events.Message {
		return r.heed(ctx, e)
	}
	if m.err != nil {
		return m.err
	}
	s := r.tally.sender(e) // before Evaluate: it may bring a sanction
	d := &r.last
	var err error
	if *d, err = m.evaluate(ctx, r.engine); err != nil {
		return err
	}
	r.tally.decision(e, s, d)
	r.config.trial.observe(s, d)
	r.tell(e, m.message.ID, d, e.ID != "" && r.lost.has(e.From, e.ID))
	r.lose(e, d)
	r.wait(e, s, d)
	if err := r.decided(e, d, r.ordinal(), ""); err != nil {
		return err
	}
	if r.tally.messages == r.config.snapshotAt {
		return r.reopen(ctx)
	}
	return nil
}

// heed takes an event that is no message, and counts it.
func (r *runner) heed(ctx context.Context, e *events.Event) error {
	if err := r.feedback(ctx, e); err != nil {
		return err
	}
	r.tally.feedback++
	r.lookUp(ctx)
	if r.config.observe != nil {
		r.config.observe(e, nil)
	}
	return nil
}

// feedback takes an event that is no message.
func (r *runner) feedback(ctx context.Context, e *events.Event) error {
	switch e.Kind {
	case events.Appeal, events.Ruling, events.Release, events.Discard, events.Lift, events.Override, events.Text, events.Erased:
		if err := r.act(ctx, e); !errors.Is(err, policy.ErrConflict) && !errors.Is(err, policy.ErrSettled) {
			return r.forgot(err)
		}
		return nil // as many are open as can be, it was ruled on, or it went out here
	}
	list, err := translate.Feedback(e)
	if err != nil {
		return err
	}
	for _, ev := range list {
		if err := r.forgot(r.engine.Record(ctx, ev)); err != nil {
			return err
		}
	}
	return nil
}

// forgot counts what is about nothing that is remembered.
func (r *runner) forgot(err error) error {
	if errors.Is(err, policy.ErrNotFound) {
		r.tally.forgotten++
		return nil
	}
	return err
}

// lose notes whether a message was lost. What became of it is no news of a duplicate, nor of an
// edit, which has the ID of what it replaces, but can be released as well.
func (r *runner) lose(e *events.Event, d *policy.Decision) {
	if e.ID == "" || d.Verdict == policy.Duplicate {
		return
	}
	if !e.Edit {
		r.lost.set(e.From, e.ID, !d.Delivered())
	}
	if !d.Delivered() {
		r.held.add(e)
	}
}

// decided passes a decision on: of the message that is the ordinal-th of the
// input. why says why there is another decision on it: retry, or released.
func (r *runner) decided(e *events.Event, d *policy.Decision, ordinal int, why string) error {
	r.lookUp(context.Background())
	if r.config.decisions != nil {
		if err := r.config.decisions.write(e, d, ordinal, why); err != nil {
			return err
		}
	}
	if r.config.observe != nil {
		r.config.observe(e, d)
	}
	return nil
}

// neverArrived reports whether an event is about a message that was not
// delivered here.
func (r *runner) neverArrived(e *events.Event) bool {
	switch e.Kind {
	case events.Message, events.Reply:
		return len(e.To) > 0 && r.lost.has(e.To[0], e.Message)
	case events.Complaint, events.Review:
		return r.lost.has(e.Against, e.Message)
	}
	return false
}

// reopen takes a snapshot and goes on from it with a new engine.
func (r *runner) reopen(ctx context.Context) error {
	var b bytes.Buffer
	if err := r.engine.Snapshot(ctx, &b); err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	if err := r.engine.Close(); err != nil {
		return err
	}
	if err := r.open(); err != nil {
		return err
	}
	if err := r.engine.Restore(ctx, &b); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	return nil
}

func (r *runner) close() error {
	err := r.engine.Close()
	if r.config.closed != nil {
		r.config.closed(r)
	}
	if r.config.decisions != nil {
		err = errors.Join(err, r.config.decisions.w.Flush())
	}
	return err
}

// undelivered remembers the last messages that did not go out.
type undelivered struct {
	known map[string]bool
	order []string
	next  int
	key   []byte // in hand: a look into known allocates nothing
}

const maxUndelivered = 1 << 16

func (u *undelivered) name(from, id string) {
	u.key = append(append(append(u.key[:0], from...), 0), id...)
}

func (u *undelivered) set(from, id string, lost bool) {
	if !lost && len(u.known) == 0 {
		return
	}
	u.name(from, id)
	switch {
	case !lost:
		delete(u.known, string(u.key)) // a retry went out
		return
	case u.known[string(u.key)]:
		return
	case u.known == nil:
		u.known = map[string]bool{}
	}
	key := string(u.key)
	u.known[key] = true
	if len(u.order) < maxUndelivered {
		u.order = append(u.order, key)
		return
	}
	delete(u.known, u.order[u.next])
	u.order[u.next] = key
	u.next = (u.next + 1) % maxUndelivered
}

func (u *undelivered) has(from, id string) bool {
	u.name(from, id)
	return u.known[string(u.key)]
}
