package policy_test

import (
	"errors"
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storetest"
	"github.com/decorum-go/decorum/scoring"
)

// TestRulingCutShort: a ruling that a fault of the store cuts short, at any of
// its steps and in any way, is finished by giving it again: in the end the store
// holds what it would have held without the fault.
func TestRulingCutShort(t *testing.T) {
	now := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	// sanctioned has an engine with a store in which an appeal is open against a
	// sanction that rests on three complaints and on an origin.
	sanctioned := func(t *testing.T) (*policy.Engine, *storetest.Faulty, *policy.Memory, string) {
		t.Helper()
		memory := policy.NewMemory(1000)
		store := storetest.NewFaulty(memory)
		e, err := policy.New(policy.Config{Store: store, Secret: []byte("secret"), Timeout: time.Minute, Now: func() time.Time { return now }})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { e.Close() })
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		var imposed []policy.Sanction
		for i := range 6 {
			_, err := e.Evaluate(t.Context(), policy.Message{ID: fmt.Sprint(i), Sender: "sam", Recipients: policy.To(fmt.Sprint("reader", i)), At: now, Origin: "cafe"})
			must(err)
		}
		for i := range 2 {
			must(e.Record(t.Context(), policy.Complaint{ID: fmt.Sprint("c", i), From: fmt.Sprint("reader", i), Against: "sam", Category: policy.Spam, At: now}))
		}
		d, err := e.Evaluate(t.Context(), policy.Message{
			ID: "last", Sender: "sam", Recipients: policy.To("reader9"), At: now, Origin: "cafe", Text: "Sixty characters of text, or a few more, that nobody asked for",
			Evidence: []scoring.Evidence{{Code: "host", Family: scoring.Content, LogOdds: 3}, {Code: "host", Family: scoring.Network, LogOdds: 3}},
		})
		must(err)
		if imposed = d.Imposed; len(imposed) != 1 || imposed[0].Kind != policy.Block {
			t.Fatalf("imposed %v for %v", imposed, d.Reasons)
		}
		a, err := e.Appeal(t.Context(), policy.Appeal{Account: "sam", Sanction: imposed[0].ID, At: now})
		must(err)
		return e, store, memory, a.ID
	}
	e, store, memory, appeal := sanctioned(t)
	ruling := policy.Ruling{Outcome: policy.Overturned, By: "judge", At: now}
	before, calls := contents(t, memory), store.Calls(storetest.Update)
	if err := e.Resolve(t.Context(), "sam", appeal, ruling); err != nil {
		t.Fatal(err)
	}
	want, steps := contents(t, memory), store.Calls(storetest.Update)-calls
	changed := 0
	for k := range want {
		if want[k] != before[k] {
			changed++
		}
	}
	if steps < 5 || changed < 3 { // the account twice, two reporters, the origin; which goes
		t.Fatalf("a ruling takes %d updates and changes %d records: the test shows little", steps, changed)
	}

	for _, kind := range []storetest.Kind{storetest.Refuse, storetest.Lose, storetest.Tear, storetest.Rerun} {
		for step := range steps {
			t.Run(fmt.Sprintf("%v at step %d", kind, step), func(t *testing.T) {
				e, store, memory, appeal := sanctioned(t)
				n := 0
				store.Break(func(c storetest.Call) storetest.Fault {
					if c.Op != storetest.Update {
						return storetest.Fault{}
					}
					if n++; n-1 == step {
						return storetest.Fault{Kind: kind}
					}
					return storetest.Fault{}
				})
				err := e.Resolve(t.Context(), "sam", appeal, ruling)
				if store.Faults() == 0 {
					t.Fatal("no fault was met")
				}
				if kind == storetest.Rerun && err != nil {
					t.Fatalf("a store that runs fn twice: %v", err)
				}
				var fault *policy.FaultError
				if kind != storetest.Rerun && !errors.As(err, &fault) {
					t.Fatalf("error %v, want a *FaultError", err)
				}
				store.Heal()
				for try := 0; ; try++ {
					err := e.Resolve(t.Context(), "sam", appeal, ruling)
					if err == nil {
						break
					}
					if !errors.As(err, &fault) || try > 100 {
						t.Fatalf("given again: %v", err)
					}
					time.Sleep(20 * time.Millisecond)
				}
				if got := contents(t, memory); !maps.Equal(got, want) {
					for k := range want {
						if got[k] != want[k] {
							t.Errorf("a record is %x, want %x", got[k], want[k])
						}
					}
					for k := range got {
						if _, ok := want[k]; !ok {
							t.Errorf("a record is left over: %x", got[k])
						}
					}
				}
				ruling := ruling
				ruling.Outcome = policy.Upheld
				if err := e.Resolve(t.Context(), "sam", appeal, ruling); !errors.Is(err, policy.ErrSettled) {
					t.Errorf("then upheld: %v, want ErrSettled", err)
				}
			})
		}
	}
}
