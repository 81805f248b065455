package storetest

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/raced"
)

// A narrow store serves four calls at once, 7 ms each. What has begun ends, though
// its caller has left: so do servers.
type narrow struct {
	*policy.Memory
	room chan struct{}
	wise bool // refuses what would begin late
}

func newNarrow(wise bool) *narrow {
	return &narrow{policy.NewMemory(0), make(chan struct{}, 4), wise}
}

func (s *narrow) Update(ctx context.Context, k policy.Key, fn func([]byte) (policy.Record, error)) error {
	var late <-chan time.Time
	if s.wise {
		late = time.After(30 * time.Millisecond)
	}
	select {
	case s.room <- struct{}{}:
	case <-late:
		return policy.ErrOverload
	case <-ctx.Done():
		if s.wise {
			return ctx.Err()
		}
		s.room <- struct{}{} // its statement was sent
	}
	time.Sleep(7 * time.Millisecond)
	<-s.room
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.Memory.Update(ctx, k, fn)
}

// TestOverload has the check pass a store that refuses what it cannot serve in time,
// and fail one that begins it.
func TestOverload(t *testing.T) {
	full := Trouble{Name: "full", Hurt: func(_ *testing.T, store policy.Store) func() {
		room := store.(*narrow).room
		for range cap(room) {
			room <- struct{}{}
		}
		return func() {
			for range cap(room) {
				<-room
			}
		}
	}}
	l := Load{Share: 0.7, Within: time.Second, Troubles: []Trouble{full}}
	synctest.Test(t, func(t *testing.T) {
		away := NewFaulty(policy.NewMemory(0))
		away.Break(Always(Fault{Kind: Refuse, Delay: time.Millisecond}))
		if l.measure(t, func(*testing.T) policy.Store { return away }, false, 8, 16) == nil {
			t.Error("a store that is away passes")
		}
	})
	callers := 256
	if raced.On() {
		callers = 128 // or more goroutines wait in the store than it can count
	}
	for _, wise := range []bool{true, false} {
		for _, engine := range []bool{true, false} {
			synctest.Test(t, func(t *testing.T) {
				open := func(*testing.T) policy.Store { return newNarrow(wise) }
				// Under an engine, which holds back itself, a store that does not refuse comes
				// near the share, and above it in one of some thirty measurements.
				err := l.measure(t, open, engine, 10_000, callers)
				for tries := 1; tries < 4 && (err == nil) != wise; tries++ {
					err = l.measure(t, open, engine, 10_000, callers)
				}
				if (err == nil) != wise {
					t.Errorf("refuses %t, engine %t: %v", wise, engine, err)
				}
				time.Sleep(time.Minute) // until what is left in the store has ended
			})
		}
	}
}
