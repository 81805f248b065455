package storetest

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/decorum-go/decorum/policy"
)

func newSubject(t *testing.T, store policy.Store) *subject {
	return &subject{T: t, store: store, ctx: t.Context()}
}

func TestFaultyConforms(t *testing.T) {
	t.Run("without faults", func(t *testing.T) {
		Run(t, func(*testing.T) policy.Store { return NewFaulty(policy.NewMemory(0)) })
	})
	t.Run("with every fn run twice", func(t *testing.T) {
		Run(t, func(*testing.T) policy.Store {
			f := NewFaulty(policy.NewMemory(0))
			f.Break(Always(Fault{Kind: Rerun}))
			return f
		})
	})
}

func TestFaultyKinds(t *testing.T) {
	own := errors.New("disk on fire")
	for _, c := range []struct {
		fault            Fault
		runs             int // of fn
		err              error
		updated, deleted bool
	}{
		{Fault{Kind: None}, 1, nil, true, true},
		{Fault{Kind: Rerun}, 2, nil, true, true},
		{Fault{Kind: Refuse}, 0, ErrFault, false, false},
		{Fault{Kind: Refuse, Err: own}, 0, own, false, false},
		{Fault{Kind: Lose}, 1, ErrFault, false, false},
		{Fault{Kind: Tear, Err: own}, 1, own, true, true},
		{Fault{Kind: Forget}, 1, nil, false, false},
	} {
		t.Run(c.fault.Kind.String(), func(t *testing.T) {
			f := NewFaulty(policy.NewMemory(0))
			s := newSubject(t, f)
			s.puts(key(1), []byte("old"))
			f.Break(Always(c.fault))
			runs := 0
			err := f.Update(t.Context(), key(1), func(old []byte) (policy.Record, error) {
				runs++
				if string(old) != "old" {
					t.Errorf("run %d: fn sees %s, want \"old\"", runs, brief(old))
				}
				return policy.Record{Data: []byte("new")}, nil
			})
			if err != c.err || runs != c.runs {
				t.Errorf("Update returned %v after %d runs of fn, want %v after %d", err, runs, c.err, c.runs)
			}
			f.Heal()
			if want := map[bool]string{true: "new", false: "old"}[c.updated]; string(s.get(key(1))) != want {
				t.Errorf("Update left %s, want %q", brief(s.get(key(1))), want)
			}
			f.Break(Always(c.fault))
			if err := f.Delete(t.Context(), key(1)); err != c.err {
				t.Errorf("Delete returned %v, want %v", err, c.err)
			}
			f.Heal()
			if gone := s.get(key(1)) == nil; gone != c.deleted {
				t.Errorf("after Delete the record is gone: %t, want %t", gone, c.deleted)
			}
			f.Break(On(View, c.fault))
			runs = 0
			err = f.View(t.Context(), key(1), func([]byte) error { runs++; return nil })
			if err != c.err || runs != c.runs {
				t.Errorf("View returned %v after %d runs of fn, want %v after %d", err, runs, c.err, c.runs)
			}
			// fn's own error comes before the fault's.
			f.Break(Always(c.fault))
			err = f.Update(t.Context(), key(1), func([]byte) (policy.Record, error) { return policy.Record{}, errRefused })
			if c.runs > 0 && err != errRefused {
				t.Errorf("Update returned %v, want fn's own error", err)
			}
		})
	}
}

func TestFaultyAll(t *testing.T) {
	for _, c := range []struct {
		kind   Kind
		yields int
		err    error
	}{{None, 9, nil}, {Rerun, 9, nil}, {Forget, 9, nil}, {Refuse, 0, ErrFault}, {Lose, 5, ErrFault}, {Tear, 5, ErrFault}} {
		f := NewFaulty(policy.NewMemory(0))
		s := newSubject(t, f)
		s.filled(9)
		f.Break(On(All, Fault{Kind: c.kind}))
		got, err := collect(f.All(t.Context(), false))
		if len(got) != c.yields || err != c.err {
			t.Errorf("%v: All yields %d and error %v, want %d and %v", c.kind, len(got), err, c.yields, c.err)
		}
		for range f.All(t.Context(), false) {
			break
		}
		if f.Calls(All) != 2 || f.Calls(Update) != 9 || f.Calls(View) != 0 {
			t.Errorf("%v: counted %d of All, %d of Update, %d of View", c.kind, f.Calls(All), f.Calls(Update), f.Calls(View))
		}
	}
}

func TestFaultyDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := NewFaulty(policy.NewMemory(0))
		s := newSubject(t, f)
		took := func(ctx context.Context) (time.Duration, error) {
			start := time.Now()
			err := f.Update(ctx, key(1), func([]byte) (policy.Record, error) {
				return policy.Record{Data: []byte("written")}, nil
			})
			return time.Since(start), err
		}

		f.Break(Always(Fault{Delay: time.Second}))
		if d, err := took(t.Context()); d != time.Second || err != nil {
			t.Errorf("took %v, %v, want 1s and no error", d, err)
		}
		short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if d, err := took(short); d != 50*time.Millisecond || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("took %v, %v, want to end with the context after 50ms", d, err)
		}
		f.Break(Always(Fault{Delay: 2 * time.Second, Stubborn: true}))
		short, cancel = context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if d, err := took(short); d != 2*time.Second || err != nil {
			t.Errorf("took %v, %v, want 2s and no error: the store does not keep deadlines", d, err)
		}
		f.Break(Always(Fault{Delay: -1, Kind: Lose}))
		time.AfterFunc(time.Minute, f.Heal)
		if d, err := took(t.Context()); d != time.Minute || err != ErrFault {
			t.Errorf("took %v, %v, want to be frozen until Heal, then fail", d, err)
		}
		s.sees(key(1), []byte("written"))
	})
}

func TestFaultyPlans(t *testing.T) {
	f := NewFaulty(policy.NewMemory(0))
	s := newSubject(t, f)
	failed := func() (n int) {
		for i := range 1000 {
			if f.Delete(t.Context(), key(i)) != nil {
				n++
			}
		}
		return n
	}
	f.Break(Times(7, On(Delete, Fault{Kind: Refuse})))
	s.puts(key(1), []byte("no Delete, no fault"))
	if got := failed(); got != 7 || f.Faults() != 7 {
		t.Errorf("%d calls failed, %d counted, want 7", got, f.Faults())
	}
	plan := Sometimes(1, .2, Fault{Kind: Refuse}, Fault{Kind: Tear})
	f.Break(plan)
	if got := failed(); got < 150 || got > 250 {
		t.Errorf("%d of 1000 calls failed, want about 200", got)
	}
	kinds := make(map[Kind]int)
	for n := range 1000 {
		fault := plan(Call{N: n})
		if again := Sometimes(1, .2, Fault{Kind: Refuse}, Fault{Kind: Tear})(Call{N: n}); again != fault {
			t.Fatalf("call %d: %v, then %v with the same seed", n, fault, again)
		}
		kinds[fault.Kind]++
	}
	if kinds[Refuse] < 50 || kinds[Tear] < 50 {
		t.Errorf("faults are %v, want about as many of each kind", kinds)
	}
	f.Heal()
	if got := failed(); got != 0 {
		t.Errorf("%d calls failed after Heal", got)
	}
}
