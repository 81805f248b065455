package policy_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storetest"
)

// A scene of a store with fifty suspended accounts, that an engine knows.
type emptiedScene struct {
	t     *testing.T
	store *swapped
	old   *policy.Memory
	e     *policy.Engine
}

func newEmptiedScene(t *testing.T) *emptiedScene {
	t.Helper()
	s := &emptiedScene{t: t, old: policy.NewMemory(0)}
	s.store = &swapped{Store: storetest.NewFaulty(s.old)}
	s.e = s.engine()
	for i := range 50 {
		if _, err := s.e.Impose(t.Context(), policy.Sanction{Account: fmt.Sprint("sam", i), Kind: policy.Suspension, By: "mod"}); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func (s *emptiedScene) engine() *policy.Engine {
	s.t.Helper()
	e, err := engineOn(s.store, "one")
	if err != nil {
		s.t.Fatal(err)
	}
	return e
}

// try has every suspended account write eight messages: all are rejected, by what
// the store says or, where it is degraded, by what is known.
func (s *emptiedScene) try(e *policy.Engine, degraded bool) {
	s.t.Helper()
	rejected, marked, named := 0, 0, 0
	for i := range 400 {
		d, err := e.Evaluate(s.t.Context(), policy.Message{Sender: fmt.Sprint("sam", i%50), Recipients: policy.To("bea"), Reply: true})
		if d.Verdict == policy.Reject {
			rejected++
		}
		if d.Degraded {
			marked++
		}
		if errors.Is(err, policy.ErrEmptied) {
			named++
		}
		time.Sleep(200 * time.Millisecond)
	}
	want := 0
	if degraded {
		want = 400
	}
	if rejected != 400 || marked != want || named != want {
		s.t.Errorf("of 400 calls %d rejected, %d Degraded, %d ErrEmptied; want 400, %d, %d", rejected, marked, named, want, want)
	}
}

func (s *emptiedScene) listed(e *policy.Engine) (n int) {
	s.t.Helper()
	for _, err := range e.Sanctions(s.t.Context()) {
		if err != nil {
			s.t.Error(err)
			return n
		}
		n++
	}
	return n
}

// A store that is emptied behind the engine, or comes back empty, frees nobody:
// what is known is enforced, Degraded, and written back when somebody accepts it.
func TestEmptiedFreesNobody(t *testing.T) {
	for _, faults := range []int{0, 1, 10} {
		t.Run(fmt.Sprint(faults, " faults"), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newEmptiedScene(t)
				s.try(s.e, false)
				away := storetest.NewFaulty(policy.NewMemory(0))
				away.Break(storetest.Always(storetest.Fault{Kind: storetest.Refuse}))
				s.store.put(away)
				for range faults {
					_, _ = s.e.Evaluate(t.Context(), policy.Message{Sender: "ann", Recipients: policy.To("bea")})
				}
				empty := policy.NewMemory(0)
				s.store.put(storetest.NewFaulty(empty))
				time.Sleep(200 * time.Millisecond) // then the store is tried
				s.try(s.e, true)
				if n := len(contents(t, empty)); n != 0 {
					t.Errorf("%d records were written to it", n)
				}
				if _, err := s.e.Impose(t.Context(), policy.Sanction{Account: "eve", Kind: policy.Block, By: "mod"}); !errors.Is(err, policy.ErrEmptied) {
					t.Errorf("Impose: %v, want ErrEmptied", err)
				}
				n, err := s.e.AcceptEmptied(t.Context())
				if err != nil || n < 50 {
					t.Errorf("%d records written back, %v; want 50 or more", n, err)
				}
				time.Sleep(time.Second)
				s.try(s.e, false)
				if n := s.listed(s.e); n != 50 {
					t.Errorf("%d sanctions are listed, want 50", n)
				}
				if n, err := s.e.AcceptEmptied(t.Context()); n != 0 || err != nil {
					t.Errorf("again: %d written, %v", n, err)
				}
			})
		})
	}
}

// The old store comes back, with all that was in it: nobody need do anything.
func TestEmptiedRestored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newEmptiedScene(t)
		s.store.put(storetest.NewFaulty(policy.NewMemory(0)))
		s.try(s.e, true)
		s.store.put(storetest.NewFaulty(s.old))
		time.Sleep(time.Second)
		s.try(s.e, false)
	})
}

// A process that starts meanwhile fills the empty store: those that knew the old
// one are not deceived by it. When one is told to go on, the others do it, too, and
// what only they knew is written back.
func TestEmptiedManyProcesses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newEmptiedScene(t)
		second := s.engine()
		if _, err := second.Impose(t.Context(), policy.Sanction{Account: "eve", Kind: policy.Suspension, By: "mod"}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		s.store.put(storetest.NewFaulty(policy.NewMemory(0)))
		fresh := s.engine()
		if d, err := fresh.Evaluate(t.Context(), policy.Message{Sender: "sam1", Recipients: policy.To("bea")}); err != nil || d.Verdict != policy.Allow {
			t.Fatalf("a new process on an empty store: %v, %v", d.Verdict, err)
		}
		s.try(s.e, true)
		if _, err := s.e.AcceptEmptied(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		s.try(s.e, false)
		for range 3 { // it looks, writes back, goes on
			d, _ := second.Evaluate(t.Context(), policy.Message{Sender: "eve", Recipients: policy.To("bea")})
			if d.Verdict != policy.Reject {
				t.Errorf("freed: %v", d.Verdict)
			}
			time.Sleep(20 * time.Second)
			synctest.Wait()
		}
		for _, e := range []*policy.Engine{s.e, second, fresh} {
			s.try(e, false)
			if n := s.listed(e); n != 51 {
				t.Errorf("%d sanctions are listed, want 51", n)
			}
		}
	})
}

// A newer record in the accepted store stays: a lifted sanction does not come back.
func TestEmptiedKeepsNewer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newEmptiedScene(t)
		restored := policy.NewMemory(0) // as of now: another incarnation
		s2 := &swapped{Store: storetest.NewFaulty(restored)}
		other, err := engineOn(s2, "one")
		if err != nil {
			t.Fatal(err)
		}
		held, err := other.Impose(t.Context(), policy.Sanction{Account: "sam1", Kind: policy.Warning, By: "mod"})
		if err != nil {
			t.Fatal(err)
		}
		s.store.put(storetest.NewFaulty(restored))
		s.try(s.e, true)
		time.Sleep(time.Hour)
		if err := other.Lift(t.Context(), "sam1", held.ID, policy.Lifting{By: "mod"}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.e.AcceptEmptied(t.Context()); err != nil {
			t.Fatal(err)
		}
		if a, err := other.Account(t.Context(), "sam1"); err != nil || len(a.Standing) != 0 {
			t.Errorf("%v, %v: the newer record was replaced", a.Standing, err)
		}
		if n := s.listed(other); n != 49 {
			t.Errorf("%d sanctions are listed, want 49", n)
		}
	})
}

// An operator who says that the store is in use has an empty one refused, at once
// or as soon as it is there.
func TestExpectRecords(t *testing.T) {
	with := func(store policy.Store) (*policy.Engine, error) {
		return policy.New(policy.Config{Store: store, Secret: []byte("one"), Timeout: timeout, ExpectRecords: true})
	}
	if _, err := with(storetest.NewFaulty(policy.NewMemory(0))); !errors.Is(err, policy.ErrEmptied) {
		t.Errorf("an empty store: %v, want ErrEmptied", err)
	}
	if _, err := with(storetest.NewFaulty(suspendedIn(t, "one", "sam"))); err != nil {
		t.Errorf("a store in use: %v", err)
	}
	if _, err := with(nil); err == nil {
		t.Error("a Memory begins empty")
	}
	away := storetest.NewFaulty(policy.NewMemory(0))
	away.Break(storetest.Always(storetest.Fault{Kind: storetest.Refuse}))
	e, err := with(away)
	if err != nil {
		t.Fatal(err)
	}
	away.Heal()
	m := policy.Message{Sender: "ann", Recipients: policy.To("bea")}
	if d, err := e.Evaluate(t.Context(), m); !errors.Is(err, policy.ErrEmptied) || !d.Degraded || !d.Delivered() {
		t.Errorf("%v, %v, want ErrEmptied and what is known", d, err)
	}
	if _, err := e.AcceptEmptied(t.Context()); err != nil {
		t.Error(err)
	}
	time.Sleep(200 * time.Millisecond) // a probe
	if d, err := e.Evaluate(t.Context(), m); err != nil || d.Degraded {
		t.Errorf("accepted: %v, %v", d, err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.AcceptEmptied(gone); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want that of the context", err)
	}
}

// A store that panics while it is filled again is a fault, and the process goes on.
func TestAcceptEmptiedPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newEmptiedScene(t)
		s.store.Store = storetest.NewFaulty(policy.NewMemory(0))
		s.try(s.e, true)
		s.store.Store = &panics{s.store.Store}
		var fault *policy.FaultError
		if _, err := s.e.AcceptEmptied(t.Context()); !errors.As(err, &fault) {
			t.Errorf("the error is %v, want a FaultError", err)
		}
		s.try(s.e, true)
	})
}

// panics is a store whose driver panics on every write of a record.
type panics struct{ policy.Store }

func (s *panics) Update(ctx context.Context, key policy.Key, fn func([]byte) (policy.Record, error)) error {
	return s.Store.Update(ctx, key, func(old []byte) (policy.Record, error) {
		r, err := fn(old)
		if err == nil {
			panic("a driver's")
		}
		return r, err
	})
}

// What was imposed in the new store meanwhile stays beside what was known of the
// account before, whichever record is the later one; so does what a person has lifted
// there, for its history. The simulation found that one of them was lost.
func TestEmptiedMerges(t *testing.T) {
	for _, late := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			s := newEmptiedScene(t)
			s.store.put(storetest.NewFaulty(policy.NewMemory(0)))
			time.Sleep(time.Minute)
			fresh := s.engine()
			block := policy.Sanction{Account: "sam1", Kind: policy.Block, Message: "m1", By: "mod", Until: time.Now().Add(48 * time.Hour)}
			if _, err := fresh.Impose(t.Context(), block); err != nil {
				t.Fatal(err)
			}
			lifted, err := fresh.Impose(t.Context(), policy.Sanction{Account: "sam1", Kind: policy.Warning, Message: "m2", By: "mod"})
			if err != nil {
				t.Fatal(err)
			}
			if err := fresh.Lift(t.Context(), "sam1", lifted.ID, policy.Lifting{By: "mod"}); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Minute)
			if late { // what is known becomes the later record
				s.try(s.e, true)
			}
			if _, err := s.e.AcceptEmptied(t.Context()); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
			a, err := fresh.Account(t.Context(), "sam1")
			if err != nil || len(a.Standing) != 2 || a.Standing[0].Kind != policy.Suspension || a.Standing[1].Kind != policy.Block || a.Standing[1].By != "mod" {
				t.Errorf("late %t: there stands %v, %v; want the suspension and the block", late, a.Standing, err)
			}
			if len(a.History) != 1 || a.History[0].ID != lifted.ID {
				t.Errorf("late %t: the history is %v; want the warning that was lifted", late, a.History)
			}
			if n := s.listed(fresh); n != 51 {
				t.Errorf("%d sanctions are listed, want 51", n)
			}
		})
	}
}

// A process whose clock was wrong for a call knows a record of next year: what was
// imposed in the new store meanwhile has not ended for that.
func TestEmptiedMergesWrongClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newEmptiedScene(t)
		ahead := time.Duration(0)
		e, err := policy.New(policy.Config{
			Store: s.store, Secret: []byte("one"), Timeout: timeout, Hooks: policy.Hooks{Fault: func(context.Context, error) {}},
			Now: func() time.Time { return time.Now().Add(ahead) },
		})
		if err != nil {
			t.Fatal(err)
		}
		write := policy.Message{Sender: "eve", Recipients: policy.To("bea")}
		if _, err := e.Evaluate(t.Context(), write); err != nil {
			t.Fatal(err)
		}
		s.store.put(storetest.NewFaulty(policy.NewMemory(0)))
		time.Sleep(time.Minute)
		_, _ = e.Evaluate(t.Context(), write) // then it looks
		time.Sleep(time.Second)
		ahead = 365 * 24 * time.Hour
		if d, err := e.Evaluate(t.Context(), write); !d.Degraded {
			t.Fatalf("not degraded: %v", err)
		}
		ahead = 0
		fresh := s.engine()
		if _, err := fresh.Impose(t.Context(), policy.Sanction{Account: "eve", Kind: policy.Block, By: "mod", Until: time.Now().Add(48 * time.Hour)}); err != nil {
			t.Fatal(err)
		}
		if _, err := e.AcceptEmptied(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		for _, e := range []*policy.Engine{fresh, e} {
			if d, err := e.Evaluate(t.Context(), write); err != nil || d.Verdict != policy.Reject {
				t.Errorf("%v, %v; want the block enforced", d.Verdict, err)
			}
		}
	})
}

// An emptied store in which another process has written of a suspended account, before
// either noticed, frees nobody: the record is there, but not what is known to stand.
// The simulation found that it did.
func TestEmptiedBehindAnotherRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newEmptiedScene(t)
		second := s.engine() // knows nobody
		write := policy.Message{Sender: "sam1", Recipients: policy.To("bea")}
		s.store.put(storetest.NewFaulty(policy.NewMemory(0)))
		if d, err := second.Evaluate(t.Context(), write); err != nil || d.Verdict != policy.Allow {
			t.Fatalf("a process that knows nobody: %v, %v; nothing was shown", d.Verdict, err)
		}
		if d, err := s.e.Evaluate(t.Context(), write); d.Verdict != policy.Reject || !d.Degraded || !errors.Is(err, policy.ErrEmptied) {
			t.Errorf("%v, degraded %t, %v; want it rejected by what is known, and ErrEmptied", d.Verdict, d.Degraded, err)
		}
	})
}

// What a person has said of texts is known while a store is emptied, and is written back
// to the one that is accepted, for others, too.
func TestEmptiedTexts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newEmptiedScene(t)
		const text = "You have won a prize in our lottery, call us now and tell us the number of your account"
		for i := range 5 {
			if _, err := s.e.SetText(t.Context(), policy.TextRule{Text: fmt.Sprint(text, " and of ", []string{"your street", "a friend", "the family", "all that", "you have"}[i]), Action: policy.TextReject, By: "mod"}); err != nil {
				t.Fatal(err)
			}
		}
		rejects := func(e *policy.Engine, degraded bool) {
			t.Helper()
			d, _ := e.Evaluate(t.Context(), policy.Message{Sender: "ann", Recipients: policy.To("bea"), Text: text})
			if d.Verdict != policy.Reject || d.Degraded != degraded || len(d.Reasons) == 0 || d.Reasons[0].Code != policy.CodeKnown {
				t.Errorf("%v, degraded %t, %v", d.Verdict, d.Degraded, d.Reasons)
			}
		}
		rejects(s.e, false)
		s.store.put(storetest.NewFaulty(policy.NewMemory(0)))
		time.Sleep(time.Minute)
		s.try(s.e, true)
		rejects(s.e, true)
		if _, err := s.e.AcceptEmptied(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		rejects(s.e, false)
		fresh := s.engine()
		rejects(fresh, false)
		if n := fresh.Stats().Bank; n != 5 {
			t.Errorf("a new process knows %d texts", n)
		}
	})
}

// TestEmptiedIDs: sanctions on an account before and after its store was emptied have IDs of
// their own, if no message names them, too; one was taken for the other.
func TestEmptiedIDs(t *testing.T) {
	ids := map[string]int{}
	for i := range 2 { // an empty store each
		w := newTown(t, policy.Config{})
		w.pass(time.Duration(i) * 24 * time.Hour)
		ids[w.impose(policy.Sanction{Account: "sam", Kind: policy.Block, Scope: policy.Messaging, By: "ada", Until: w.now.Add(time.Hour)}).ID]++
		for k := range 40 {
			w.pass(10 * time.Second)
			for _, s := range w.evaluate(policy.Message{Sender: "tom", Recipients: policy.To(fmt.Sprint("new", k)), Text: spam}).Imposed {
				ids[s.ID]++
			}
		}
	}
	for id, n := range ids {
		if n > 1 {
			t.Errorf("%s names %d sanctions", id, n)
		}
	}
	if len(ids) < 4 {
		t.Errorf("only %d sanctions", len(ids))
	}
}
