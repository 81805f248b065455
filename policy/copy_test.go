package policy_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storetest"
)

// copied copies, and returns the last Progress and the first error.
func copied(ctx context.Context, dst, src policy.Store, o policy.CopyOptions) (last policy.Progress, err error) {
	for p, err := range policy.Copy(ctx, dst, src, o) {
		if err != nil {
			return p, err
		}
		last = p
	}
	return last, nil
}

// mustCopy requires that a copy gets done.
func mustCopy(t *testing.T, dst, src policy.Store, o policy.CopyOptions) policy.Progress {
	t.Helper()
	p, err := copied(t.Context(), dst, src, o)
	if err != nil || !p.Done {
		t.Fatalf("Copy: %+v, %v", p, err)
	}
	return p
}

// records are what a store holds but for the proof.
func recordsOf(t *testing.T, s policy.Store) map[policy.Key]string {
	t.Helper()
	all := contents(t, s)
	maps.DeleteFunc(all, func(k policy.Key, _ string) bool { return string(k[:13]) == "decorum proof" })
	return all
}

// beyond is a Memory that an engine and Copy take for a store outside the process,
// and that takes one record at a time.
func beyond() *storetest.Faulty { return storetest.NewFaulty(policy.NewMemory(0)) }

// An engine goes on over a copy as it would have over the source, decision by decision,
// from a Memory to a Keeper and back.
func TestCopyInTheMiddle(t *testing.T) {
	t.Parallel()
	for seed := range seeds(2, 10) {
		acts := makeHistory(seed+60, historySize, true)
		want, whole := play(t, shelfConfig(newShelf()), acts)
		cfg := withShadows()
		cfg.Timeout = time.Minute
		var got []string
		var w *town
		stores := []policy.Store{policy.NewMemory(0), newShelf(), newShelf(), policy.NewMemory(0), policy.NewMemory(0)}
		for i, s := range stores {
			if i > 0 {
				p := mustCopy(t, s, stores[i-1], policy.CopyOptions{})
				if p.Kept == 0 || p.Read == 0 || p.Written != p.Read || p.Verified != p.Read {
					t.Errorf("copy %d: %+v", i, p)
				}
				if diff := cmp.Diff(recordsOf(t, stores[i-1]), recordsOf(t, s)); diff != "" {
					t.Errorf("copy %d: %s", i, diff)
				}
			}
			now := dawn
			if w != nil {
				now = w.now
			}
			cfg.Store = s
			w = newTown(t, cfg)
			w.now = now
			got = append(got, run(t, w.e, &w.now, acts[i*len(acts)/len(stores):(i+1)*len(acts)/len(stores)])...)
			w.must(w.e.Close())
		}
		differ(t, "copied four times", want, got)
		if diff := cmp.Diff(recordsOf(t, whole.store), recordsOf(t, w.store)); diff != "" {
			t.Error(diff)
		}
	}
}

// What must not be copied is refused by name, and nothing changes.
func TestCopyRefused(t *testing.T) {
	filled := func(secret string, s policy.Store) policy.Store {
		e, err := policy.New(policy.Config{Store: s, Secret: []byte(secret), Timeout: timeout})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Impose(t.Context(), policy.Sanction{Account: "sam", Kind: policy.Suspension, By: "mod"}); err != nil {
			t.Fatal(err)
		}
		return s
	}
	opened := func(secret string, s policy.Store) policy.Store {
		if _, err := policy.New(policy.Config{Store: s, Secret: []byte(secret), Timeout: timeout}); err != nil {
			t.Fatal(err)
		}
		return s
	}
	random := policy.NewMemory(0)
	if e, err := policy.New(policy.Config{Store: random}); err != nil || e.Learn(t.Context(), policy.Message{Sender: "ann", Recipients: policy.To("bea"), Text: "hello"}) != nil {
		t.Fatal(err)
	}
	src, again := filled("one", policy.NewMemory(0)), filled("one", beyond())
	half := beyond()
	half.Break(func(c storetest.Call) storetest.Fault {
		if c.Op == storetest.Update && c.N > 4 {
			return storetest.Fault{Kind: storetest.Refuse}
		}
		return storetest.Fault{}
	})
	if _, err := copied(t.Context(), half, src, policy.CopyOptions{}); !errors.Is(err, storetest.ErrFault) {
		t.Fatalf("a copy that the store fails: %v", err)
	}
	half.Heal()
	whole := beyond()
	mustCopy(t, whole, src, policy.CopyOptions{})
	used := beyond()
	mustCopy(t, used, src, policy.CopyOptions{})
	filled("one", used)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	since := policy.CopyOptions{Since: dawn}
	var nobody *policy.Memory
	for _, c := range []struct {
		name     string
		ctx      context.Context
		dst, src policy.Store
		o        policy.CopyOptions
		want     error
	}{
		{"into itself", nil, src, src, policy.CopyOptions{}, policy.ErrSame},
		{"into itself, a second pass", nil, again, again, since, policy.ErrSame},
		{"into itself, by another handle", nil, storetest.NewFaulty(again), again, since, policy.ErrSame},
		{"not empty", nil, filled("one", policy.NewMemory(0)), src, policy.CopyOptions{}, policy.ErrNotEmpty},
		{"not empty, outside", nil, again, src, policy.CopyOptions{}, policy.ErrNotEmpty},
		{"not empty, a second pass", nil, again, src, since, policy.ErrNotEmpty},
		{"another Secret", nil, filled("two", beyond()), src, policy.CopyOptions{}, policy.ErrSecret},
		{"another Secret, empty", nil, opened("two", beyond()), src, policy.CopyOptions{}, policy.ErrSecret},
		{"another Secret, a second pass", nil, whole, filled("two", beyond()), since, policy.ErrSecret},
		{"a Secret that nobody knows", nil, beyond(), random, policy.CopyOptions{}, policy.ErrSecret},
		{"half a copy", nil, beyond(), half, policy.CopyOptions{}, policy.ErrUnfinished},
		{"half a copy of another", nil, half, again, policy.CopyOptions{}, policy.ErrNotEmpty},
		{"a copy, once more", nil, whole, src, policy.CopyOptions{}, policy.ErrNotEmpty},
		{"a copy of another", nil, whole, again, since, policy.ErrNotEmpty},
		{"a copy in use", nil, used, src, since, policy.ErrNotEmpty},
		{"an ended context", ended, beyond(), src, policy.CopyOptions{}, context.Canceled},
		{"no target", nil, nil, src, policy.CopyOptions{}, new(policy.FieldError)},
		{"no source", nil, beyond(), nobody, policy.CopyOptions{}, new(policy.FieldError)},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.ctx == nil {
				c.ctx = t.Context()
			}
			var before [2]map[policy.Key]string
			for i, s := range []policy.Store{c.dst, c.src} {
				if s != nil && s != policy.Store(nobody) {
					before[i] = contents(t, s)
				}
			}
			p, err := copied(c.ctx, c.dst, c.src, c.o)
			if f, ok := c.want.(*policy.FieldError); ok {
				if !errors.As(err, &f) {
					t.Errorf("%v, want a FieldError", err)
				}
			} else if !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
			if p.Done || p.Written > 0 {
				t.Errorf("%+v", p)
			}
			for i, s := range []policy.Store{c.dst, c.src} {
				if before[i] != nil {
					if diff := cmp.Diff(before[i], contents(t, s)); diff != "" {
						t.Errorf("store %d has changed: %s", i, diff)
					}
				}
			}
		})
	}
	// No engine works on half a copy, and each that knows the Secret on a whole one.
	if _, err := engineOn(half, "one"); !errors.Is(err, policy.ErrUnfinished) {
		t.Errorf("an engine on half a copy: %v, want ErrUnfinished", err)
	}
	if _, err := engineOn(whole, "two"); !errors.Is(err, policy.ErrSecret) {
		t.Errorf("another Secret on a copy: %v, want ErrSecret", err)
	}
	back := policy.NewMemory(0)
	mustCopy(t, back, whole, policy.CopyOptions{})
	if _, err := engineOn(back, "two"); !errors.Is(err, policy.ErrSecret) {
		t.Errorf("another Secret on a copy in memory: %v, want ErrSecret", err)
	}
	for _, s := range []policy.Store{whole, back} {
		e, err := engineOn(s, "one")
		if err != nil {
			t.Fatal(err)
		}
		if d, err := e.Evaluate(t.Context(), policy.Message{Sender: "sam", Recipients: policy.To("bea")}); err != nil || d.Verdict != policy.Reject {
			t.Errorf("the suspended account over a copy: %v, %v", d.Verdict, err)
		}
	}
}

// crowded is a store with the records of n accounts that wrote a message.
func crowded(t *testing.T, s policy.Store, n int) *policy.Engine {
	t.Helper()
	e, err := policy.New(policy.Config{Store: s, Secret: []byte("town"), Timeout: time.Minute, Now: func() time.Time { return dawn }})
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if err := e.Learn(t.Context(), policy.Message{Sender: fmt.Sprint("s", i), Recipients: policy.To(fmt.Sprint("r", i%100)), Text: fmt.Sprint("hello number ", i), At: dawn}); err != nil {
			t.Fatal(err)
		}
	}
	return e
}

// A copy that is cut short anywhere, by the store, the caller or the context, goes on,
// and writes nothing twice.
func TestCopyResumed(t *testing.T) {
	src := policy.NewMemory(0)
	crowded(t, src, 500)
	total := src.Len()
	for at := range 12 {
		dst := beyond()
		n := dst.Calls(storetest.Update)
		dst.Break(func(c storetest.Call) storetest.Fault {
			if c.Op == storetest.Update {
				if n++; n > 1+at*total/10 {
					return storetest.Fault{Kind: []storetest.Kind{storetest.Refuse, storetest.Lose, storetest.Tear}[at%3]}
				}
			}
			return storetest.Fault{}
		})
		_, err := copied(t.Context(), dst, src, policy.CopyOptions{})
		if !errors.Is(err, storetest.ErrFault) && at < 11 {
			t.Fatalf("cut short after %d: %v", at*total/10, err)
		}
		dst.Heal()
		if err != nil {
			there := len(recordsOf(t, dst))
			if _, err := engineOn(dst, "town"); !errors.Is(err, policy.ErrUnfinished) {
				t.Errorf("an engine on a copy that was cut short after %d: %v", there, err)
			}
			if p := mustCopy(t, dst, src, policy.CopyOptions{}); p.Written != total-there || p.Verified != total {
				t.Errorf("cut short after %d: %+v", there, p)
			}
		}
		if diff := cmp.Diff(recordsOf(t, src), recordsOf(t, dst)); diff != "" {
			t.Error(diff)
		}
		if _, err := engineOn(dst, "town"); err != nil {
			t.Error(err)
		}
	}
	dst := beyond()
	big := policy.NewMemory(0)
	crowded(t, big, 4000)
	for range policy.Copy(t.Context(), dst, big, policy.CopyOptions{}) {
		break
	}
	if n := len(recordsOf(t, dst)); n == 0 || n == big.Len() {
		t.Fatalf("a loop that ended after the first step has written %d records of %d", n, big.Len())
	}
	if _, err := engineOn(dst, "town"); !errors.Is(err, policy.ErrUnfinished) {
		t.Errorf("an engine on half a copy: %v", err)
	}
	if p := mustCopy(t, dst, big, policy.CopyOptions{}); p.Written >= p.Read {
		t.Errorf("what was there is written again: %+v", p)
	}
	if diff := cmp.Diff(recordsOf(t, big), recordsOf(t, dst)); diff != "" {
		t.Error(diff)
	}
}

// A live cutover: copy while engines write, stop, second pass, switch. Nothing is lost,
// and what is gone from the source is gone.
func TestCopyLive(t *testing.T) {
	for name, dst := range map[string]policy.Store{"in memory": policy.NewMemory(0), "outside": beyond(), "a Keeper": newShelf()} {
		t.Run(name, func(t *testing.T) {
			src := policy.NewMemory(0)
			e := crowded(t, src, 3000)
			var stop atomic.Bool
			var wg sync.WaitGroup
			for g := range 3 {
				wg.Go(func() {
					for i := 0; !stop.Load(); i++ {
						who := fmt.Sprint("s", 1000+(i*7+g)%3000)
						m := policy.Message{Sender: who, Recipients: policy.To(fmt.Sprint("r", i%300)), Text: fmt.Sprint("message ", g, i)}
						if _, err := e.Evaluate(context.Background(), m); err != nil {
							t.Error(err)
						}
						if i%50 == 0 {
							if err := forget(e, context.Background(), fmt.Sprint("s", 1000+i%2000)); err != nil {
								t.Error(err)
							}
						}
					}
				})
			}
			began := time.Now()
			mustCopy(t, dst, src, policy.CopyOptions{})
			for range 20 { // and goes on
				time.Sleep(time.Millisecond)
			}
			if err := forget(e, t.Context(), "s2999"); err != nil { // which the first pass has copied
				t.Fatal(err)
			}
			stop.Store(true)
			wg.Wait()
			if err := e.Close(); err != nil {
				t.Fatal(err)
			}
			p := mustCopy(t, dst, src, policy.CopyOptions{Since: began})
			if p.Deleted == 0 || p.Written == 0 || p.Written == p.Read {
				t.Errorf("second pass: %+v", p)
			}
			if diff := cmp.Diff(recordsOf(t, src), recordsOf(t, dst)); diff != "" {
				t.Error(diff)
			}
			after, err := policy.New(policy.Config{Store: dst, Secret: []byte("town"), Timeout: time.Minute, Now: func() time.Time { return dawn }})
			if err != nil {
				t.Fatal(err)
			}
			if a, err := after.Account(t.Context(), "s1"); err != nil || a.First.IsZero() {
				t.Errorf("an account over the copy: %v, %v", a, err)
			}
			if _, err := after.Evaluate(t.Context(), policy.Message{Sender: "new", Recipients: policy.To("r1"), Text: "hello"}); err != nil {
				t.Fatal(err)
			}
			// By mistake once more: that would lose what came since.
			if _, err := copied(t.Context(), dst, src, policy.CopyOptions{Since: began}); !errors.Is(err, policy.ErrNotEmpty) {
				t.Errorf("a second pass into a store in use: %v, want ErrNotEmpty", err)
			}
		})
	}
}

// A target that loses what it takes is found out, and no engine uses it.
func TestCopyVerified(t *testing.T) {
	src := policy.NewMemory(0)
	crowded(t, src, 300)
	small := policy.NewMemory(100)
	if _, err := copied(t.Context(), small, src, policy.CopyOptions{}); !errors.Is(err, policy.ErrCopy) {
		t.Errorf("a Memory that is too small: %v, want ErrCopy", err)
	}
	dst := beyond()
	n := 0
	dst.Break(func(c storetest.Call) storetest.Fault {
		if c.Op == storetest.Update {
			if n++; n == 100 {
				return storetest.Fault{Kind: storetest.Forget}
			}
		}
		return storetest.Fault{}
	})
	if _, err := copied(t.Context(), dst, src, policy.CopyOptions{}); !errors.Is(err, policy.ErrCopy) {
		t.Errorf("a store that forgets a record: %v, want ErrCopy", err)
	}
	if _, err := engineOn(dst, "town"); !errors.Is(err, policy.ErrUnfinished) {
		t.Errorf("an engine on what differs: %v, want ErrUnfinished", err)
	}
	if p := mustCopy(t, dst, src, policy.CopyOptions{}); p.Written != 1 {
		t.Errorf("%+v, want 1 written", p)
	}
}

// cracked is a store with a record that cannot be read.
type cracked struct {
	*policy.Memory
	key policy.Key
}

func (c *cracked) All(ctx context.Context, listed bool) iter.Seq2[policy.Entry, error] {
	return func(yield func(policy.Entry, error) bool) {
		for e, err := range c.Memory.All(ctx, listed) {
			if e.Key == c.key {
				e, err = policy.Entry{Key: e.Key}, errCracked
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

var errCracked = errors.New("cracked")

// A record that cannot be read is said, does not keep the others back, and keeps the
// copy from being done.
func TestCopyDamaged(t *testing.T) {
	src := &cracked{Memory: policy.NewMemory(0)}
	crowded(t, src, 200)
	for k := range recordsOf(t, src) {
		src.key = k
		break
	}
	dst := beyond()
	faults, done := 0, false
	for p, err := range policy.Copy(t.Context(), dst, src, policy.CopyOptions{}) {
		if err != nil && !errors.Is(err, errCracked) {
			t.Fatal(err)
		}
		if err != nil {
			faults++
		}
		done = done || p.Done
	}
	if faults != 2 || done { // once as it is met, and at the end
		t.Errorf("%d errors, done %t", faults, done)
	}
	if n := len(recordsOf(t, dst)); n != src.Len()-2 { // the proof is the other
		t.Errorf("%d records of %d are copied", n, src.Len()-2)
	}
	src.key = policy.Key{}
	if p := mustCopy(t, dst, src, policy.CopyOptions{}); p.Written != 1 {
		t.Errorf("%+v, want 1 written", p)
	}
}
