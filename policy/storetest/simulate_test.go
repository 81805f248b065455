package storetest

import (
	"context"
	"strings"
	"testing"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/raced"
)

// All is decided by the seed: the same seeds make the same history, to the last word.
func TestSimulationIsDeterministic(t *testing.T) {
	raced.Skip(t)
	s := Simulation{Seed: 1000, Seeds: 5}
	a, b := Simulate(t, s), Simulate(t, s)
	if a.Trace != b.Trace || a.Steps != 5*100 || a.String() != b.String() {
		t.Errorf("%v\n%v", a, b)
	}
}

// breaks plays seeds until one fails, and returns what it breaks, and its shortest
// history.
func breaks(t *testing.T, s Simulation, seeds int) (broken string, steps []int) {
	t.Helper()
	for seed := range uint64(seeds) {
		if _, broken := s.both(t, seed, s.steps(), nil); broken != "" {
			t.Logf("seed %d: %.300s", seed, broken)
			steps := s.shortest(t, seed, broken)
			if _, again := s.both(t, seed, steps, nil); again == "" {
				t.Errorf("the steps %v do not fail again", steps)
			}
			return broken, steps
		}
	}
	t.Fatalf("%d seeds did not find it", seeds)
	return "", nil
}

// A store that loses in a crash what was to be durable is found, and its history is
// short.
func TestSimulationFindsForgetfulStore(t *testing.T) {
	raced.Skip(t)
	broken, steps := breaks(t, Simulation{careless: true, Steps: 60}, 60)
	if !strings.HasPrefix(broken, invKept.String()) || len(steps) > 12 {
		t.Errorf("in %d steps it breaks %s", len(steps), broken)
	}
}

// A store of a host's own that loses one update in a hundred is found.
func TestSimulationFindsLossyStore(t *testing.T) {
	raced.Skip(t)
	broken, steps := breaks(t, Simulation{Open: func(*testing.T) policy.Store { return lossy{policy.NewMemory(0)} }}, 5)
	if !strings.HasPrefix(broken, "the store: ") || len(steps) > 12 {
		t.Errorf("in %d steps it breaks %s", len(steps), broken)
	}
}

type lossy struct{ *policy.Memory }

func (s lossy) Update(ctx context.Context, key policy.Key, fn func([]byte) (policy.Record, error)) error {
	err := s.Memory.Update(ctx, key, func(old []byte) (policy.Record, error) {
		r, err := fn(old)
		if err == nil && len(r.Data)%100 == 99 {
			err = errNotWritten
		}
		return r, err
	})
	if err == errNotWritten {
		return nil
	}
	return err
}

func TestShrink(t *testing.T) {
	var steps []int
	for i := range 100 {
		steps = append(steps, i)
	}
	tries := 0
	got := shrink(steps, 300, func(steps []int) bool {
		tries++
		n := 0
		for _, k := range steps {
			if k == 3 || k == 42 || k == 97 {
				n++
			}
		}
		return n == 3
	})
	if len(got) != 3 || got[0] != 3 || got[1] != 42 || got[2] != 97 || tries > 150 {
		t.Errorf("%v after %d tries", got, tries)
	}
}
