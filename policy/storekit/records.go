package storekit

import (
	"cmp"
	"context"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// A State is what a server has under the key of a record at one moment. The
// zero State says that there is no record.
type State[V comparable] struct {
	// Data is the record; nil: there is none. It is never changed.
	Data []byte
	// Version names this state among all that the record ever has, such as by a
	// random number. A counter would repeat itself after a failover that loses
	// writes.
	Version V
}

// clone copies, and keeps nil apart from empty.
func clone(b []byte) []byte {
	if b == nil {
		return nil
	}
	return append(make([]byte, 0, len(b)), b...)
}

// A Server is what a store has to implement. Its methods are safe for concurrent
// use and end with their context, or as soon as their connection can serve the next
// call: to cut a connection costs more than to wait a moment. A damaged record is
// an error, never an empty one.
type Server[V comparable] interface {
	// Get reads a record.
	Get(ctx context.Context, key policy.Key) (State[V], error)
	// Swap replaces the state old of a record by rec, if old is the current one,
	// or deletes it where rec.Data is nil; both in one step. It copies rec.Data. With
	// rec.Acts, which the server of a policy.Auditor keeps in the same step, both old and
	// rec may have no Data: then only they are new.
	// It returns the state that the record then has, and whether that is rec.
	Swap(ctx context.Context, key policy.Key, old State[V], rec policy.Record) (now State[V], done bool, err error)
	// Delete removes a record, damaged or not, if there is one.
	Delete(ctx context.Context, key policy.Key) error
}

// Config says how Records work. The zero Config is valid.
type Config struct {
	// MaxKnown is how many states are remembered as last known, so that one round
	// trip is enough, at some 100 bytes and the length of the record each;
	// 0: 65,536.
	MaxKnown int
	// AtOnce is how many calls may be at the server at once, such as one for each
	// connection; the others wait. 0: any number.
	AtOnce int
}

// Records are the records on a Server: Update, View and Delete of a policy.Store.
// They are safe for concurrent use. Make them with New.
type Records[V comparable] struct {
	server   Server[V]
	known    *cache[V]
	turns    [1 << turnBits]line // of one place each
	places   *line               // nil: without Config.AtOnce
	pace     pace
	opened   time.Time
	answered atomic.Int64 // when the server answered last: nanoseconds after opened
}

// turnBits says how many records can be updated at once.
const turnBits = 12

// New returns the records on a server.
func New[V comparable](server Server[V], cfg Config) *Records[V] {
	r := &Records[V]{server: server, known: newCache[V](cmp.Or(cfg.MaxKnown, 1<<16)), opened: time.Now()}
	for i := range r.turns {
		r.turns[i].room = 1
	}
	if cfg.AtOnce > 0 {
		r.places = &line{room: cfg.AtOnce}
	}
	return r
}

// A call is one that is at the server, and has the turn of its record: of callers
// of one record at once all but one would swap in vain.
type call struct {
	turn, places *line
	pace         *pace
	since        time.Time // zero: it is not measured
}

// begin waits for a turn, if a record's is wanted, and for a place at the server.
func (r *Records[V]) begin(ctx context.Context, turn *line) (call, error) {
	if err := ctx.Err(); err != nil {
		return call{}, err
	}
	p := r.pace.patience(ctx)
	waited, err := turn.enter(ctx, p)
	if err != nil {
		return call{}, r.refusal(err, p)
	}
	longer, err := r.places.enter(ctx, p)
	if err != nil {
		turn.leave()
		return call{}, r.refusal(err, p)
	}
	c := call{turn: turn, places: r.places, pace: &r.pace}
	if waited || longer || rand.Uint32()%measured == 0 {
		c.since = time.Now()
	}
	return c, nil
}

// refusal is the error of a call that does not begin.
func (r *Records[V]) refusal(err error, p patience) error {
	if err == ErrOverload && time.Since(r.opened)-time.Duration(r.answered.Load()) > p.whole {
		return errSilent
	}
	return err
}

// answer notes that the server has answered.
func (r *Records[V]) answer() { r.answered.Store(int64(time.Since(r.opened))) }

func (r *Records[V]) turn(key policy.Key) *line {
	return &r.turns[spread(key)>>(spreadBits-turnBits)]
}

// end lets the next call begin.
func (c *call) end() {
	if !c.since.IsZero() {
		c.pace.note(time.Since(c.since))
	}
	c.places.leave()
	c.turn.leave()
}

// Update implements policy.Store. fn runs again when another process changed
// the record meanwhile.
func (r *Records[V]) Update(ctx context.Context, key policy.Key, fn func(old []byte) (policy.Record, error)) error {
	c, err := r.begin(ctx, r.turn(key))
	if err != nil {
		return err
	}
	defer c.end()
	old, guess := r.known.get(key)
	if !guess {
		if old, err = r.server.Get(ctx, key); err != nil {
			return err
		}
	}
	for {
		rec, refusal := fn(clone(old.Data))
		now, done := old, true
		switch nothing := refusal != nil || rec.Data == nil && old.Data == nil && len(rec.Acts) == 0; {
		case !nothing:
			now, done, err = r.server.Swap(ctx, key, old, rec)
		case guess: // it holds if fn was given the current state
			now, err = r.server.Get(ctx, key)
			done = now.Version == old.Version && (now.Data == nil) == (old.Data == nil)
		}
		if err != nil {
			return err
		}
		if done {
			r.answer()
			r.known.put(key, now)
			return refusal
		}
		old, guess = now, false
	}
}

// View implements policy.Store. It asks the server. fn runs once.
func (r *Records[V]) View(ctx context.Context, key policy.Key, fn func(data []byte) error) error {
	s, err := r.current(ctx, key)
	if err != nil {
		return err
	}
	return fn(s.Data)
}

func (r *Records[V]) current(ctx context.Context, key policy.Key) (State[V], error) {
	c, err := r.begin(ctx, nil)
	if err != nil {
		return State[V]{}, err
	}
	defer c.end()
	s, err := r.server.Get(ctx, key)
	if err == nil {
		r.answer()
	}
	return s, err
}

// Delete implements policy.Store.
func (r *Records[V]) Delete(ctx context.Context, key policy.Key) error {
	c, err := r.begin(ctx, r.turn(key))
	if err != nil {
		return err
	}
	defer c.end()
	if err := r.server.Delete(ctx, key); err != nil {
		return err
	}
	r.answer()
	r.known.put(key, State[V]{})
	return nil
}
