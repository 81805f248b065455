package storetest

import (
	"context"
	"errors"
	"iter"
	"sync"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// ErrFault is the error of a Fault without one.
var ErrFault = errors.New("storetest: fault")

// An Op is a method of a Store.
type Op uint8

// Ops.
const (
	View Op = iota + 1
	Update
	Delete
	All
)

var opNames = [...]string{"Op?", "View", "Update", "Delete", "All"}

// String returns the name of the method.
func (o Op) String() string {
	if int(o) < len(opNames) {
		return opNames[o]
	}
	return opNames[0]
}

// A Kind says how a call goes wrong.
type Kind uint8

// Kinds, from none to worst.
const (
	None   Kind = iota // it goes well, after Delay
	Rerun              // Update and View run fn twice, as after a conflict; nothing fails
	Refuse             // it fails; fn does not run and nothing is written
	Lose               // fn runs, nothing is written, it fails
	Tear               // fn runs, it is written, it fails nevertheless
	Forget             // fn runs, nothing is written, it succeeds: a failover that loses what it confirmed
)

var kindNames = [...]string{"None", "Rerun", "Refuse", "Lose", "Tear", "Forget"}

// String returns the name.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "Kind?"
}

// A Fault is what happens to one call. The zero Fault is none.
//
// All knows fewer kinds: Refuse yields the error first, Lose and Tear yield it
// after half of what there is, at least one record if there is one.
type Fault struct {
	Kind Kind
	Err  error // of Refuse, Lose and Tear; nil: ErrFault
	// Delay comes before anything else; negative is until Heal, and the rest
	// of the Fault follows. It ends with the call's context, whose error is
	// returned then.
	Delay time.Duration
	// Stubborn goes on with the Delay, and with the call, after the context
	// has ended: a client that does not keep its deadline.
	Stubborn bool
}

// A Call is one call of a Faulty store.
type Call struct {
	Op  Op
	Key policy.Key // zero for All
	N   int        // 0 for the first call after NewFaulty, counting all Ops
}

// A Faulty is a Store that fails as it is told, and otherwise is the one it
// wraps. It is safe for concurrent use.
type Faulty struct {
	store policy.Store

	mu     sync.Mutex
	plan   func(Call) Fault
	healed chan struct{} // closed by Heal
	calls  int
	count  [All + 1]int
	faults int
}

// NewFaulty wraps a store. It goes well until Break is called.
func NewFaulty(store policy.Store) *Faulty {
	return &Faulty{store: store, healed: make(chan struct{})}
}

// Break has plan decide about every call from now on. plan runs under a lock,
// one call at a time, in the order of Call.N.
func (f *Faulty) Break(plan func(Call) Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.plan = plan
}

// Heal lets calls go well from now on, and ends the delays that wait for it.
func (f *Faulty) Heal() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.plan = nil
	close(f.healed)
	f.healed = make(chan struct{})
}

// Calls returns how often op was called so far, faults included.
func (f *Faulty) Calls(op Op) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	if op > All {
		return 0
	}
	return f.count[op]
}

// Faults returns how many calls met with a Fault other than the zero one.
func (f *Faulty) Faults() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.faults
}

// begin decides about a call and waits.
func (f *Faulty) begin(ctx context.Context, op Op, key policy.Key) (Fault, context.Context, error) {
	f.mu.Lock()
	var fault Fault
	if f.plan != nil {
		fault = f.plan(Call{op, key, f.calls})
	}
	f.calls++
	f.count[op]++
	if fault != (Fault{}) {
		f.faults++
	}
	healed := f.healed
	f.mu.Unlock()

	if fault.Err == nil {
		fault.Err = ErrFault
	}
	if fault.Stubborn {
		ctx = context.WithoutCancel(ctx)
	}
	var elapsed <-chan time.Time
	switch {
	case fault.Delay == 0:
		return fault, ctx, nil
	case fault.Delay > 0:
		timer := time.NewTimer(fault.Delay)
		defer timer.Stop()
		elapsed, healed = timer.C, nil
	}
	select {
	case <-elapsed:
	case <-healed:
	case <-ctx.Done():
		return fault, ctx, ctx.Err()
	}
	return fault, ctx, nil
}

// errNotWritten takes fn's result out of an Update that must not write it.
var errNotWritten = errors.New("storetest: not written")

// Update implements policy.Store.
func (f *Faulty) Update(ctx context.Context, key policy.Key, fn func(old []byte) (policy.Record, error)) error {
	fault, ctx, err := f.begin(ctx, Update, key)
	if err != nil {
		return err
	}
	switch fault.Kind {
	case Refuse:
		return fault.Err
	case Lose, Forget:
		err := f.store.Update(ctx, key, func(old []byte) (policy.Record, error) {
			if _, err := fn(old); err != nil {
				return policy.Record{}, err
			}
			return policy.Record{}, errNotWritten
		})
		switch {
		case !errors.Is(err, errNotWritten):
			return err
		case fault.Kind == Forget:
			return nil
		}
		return fault.Err
	case Tear:
		if err := f.store.Update(ctx, key, fn); err != nil {
			return err
		}
		return fault.Err
	case Rerun:
		return f.store.Update(ctx, key, func(old []byte) (policy.Record, error) {
			if _, err := fn(clone(old)); err != nil {
				return policy.Record{}, err
			}
			return fn(old)
		})
	}
	return f.store.Update(ctx, key, fn)
}

// View implements policy.Store. Lose, Tear and Forget run fn; Forget is no
// fault here.
func (f *Faulty) View(ctx context.Context, key policy.Key, fn func(data []byte) error) error {
	fault, ctx, err := f.begin(ctx, View, key)
	if err != nil {
		return err
	}
	switch fault.Kind {
	case Refuse:
		return fault.Err
	case Lose, Tear:
		if err := f.store.View(ctx, key, fn); err != nil {
			return err
		}
		return fault.Err
	case Rerun:
		return f.store.View(ctx, key, func(data []byte) error {
			if err := fn(clone(data)); err != nil {
				return err
			}
			return fn(data)
		})
	}
	return f.store.View(ctx, key, fn)
}

// Delete implements policy.Store.
func (f *Faulty) Delete(ctx context.Context, key policy.Key) error {
	fault, ctx, err := f.begin(ctx, Delete, key)
	if err != nil {
		return err
	}
	switch fault.Kind {
	case Refuse, Lose:
		return fault.Err
	case Forget:
		return nil
	case Tear:
		if err := f.store.Delete(ctx, key); err != nil {
			return err
		}
		return fault.Err
	}
	return f.store.Delete(ctx, key)
}

// All implements policy.Store. The fault is decided about when the iteration
// starts.
func (f *Faulty) All(ctx context.Context, listed bool) iter.Seq2[policy.Entry, error] {
	return func(yield func(policy.Entry, error) bool) {
		fault, ctx, err := f.begin(ctx, All, policy.Key{})
		if err != nil {
			yield(policy.Entry{}, err)
			return
		}
		switch fault.Kind {
		case Refuse:
			yield(policy.Entry{}, fault.Err)
			return
		case Lose, Tear:
			f.half(ctx, listed, fault.Err, yield)
			return
		}
		f.store.All(ctx, listed)(yield)
	}
}

func (f *Faulty) half(ctx context.Context, listed bool, fault error, yield func(policy.Entry, error) bool) {
	var all []policy.Entry
	for e, err := range f.store.All(ctx, listed) {
		if err != nil {
			break
		}
		all = append(all, e)
	}
	for _, e := range all[:(len(all)+1)/2] {
		if !yield(e, nil) {
			return
		}
	}
	yield(policy.Entry{}, fault)
}
