package policy_test

import (
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/comparer"
	"github.com/decorum-go/decorum/policy/rulekit"
)

// countingTo is the default policy with one counter, n, and a rule that defers or holds from
// so many on.
func countingTo(key string, of policy.CounterOf, over int, v policy.Verdict) *policy.Policy {
	r := policy.Rule{Name: "n", When: fmt.Sprint("counters.n > ", over), Verdict: v, Why: "too many"}
	if v == policy.Defer {
		r.Retry = policy.Duration(10 * time.Minute)
	}
	p := withRules(r)
	p.Counters = []policy.Counter{{Name: "n", Key: key, Of: of, Window: policy.Duration(24 * time.Hour)}}
	return p
}

// A message that was deferred and is tried again counts once, as does one that is judged
// twice; a preview does not count.
func TestCountersCountOnce(t *testing.T) {
	for _, of := range []policy.CounterOf{policy.CountMessages, policy.CountDelivered} {
		r := newRuled(t, nil, countingTo("attr.device", of, 3, policy.Defer))
		m := func(id, from string) policy.Message {
			return policy.Message{ID: id, Sender: from, Recipients: policy.To("bea"), Text: "about " + id, Attributes: map[string]any{"device": "d"}}
		}
		for range 10 {
			x := m("p", "ann")
			x.At = r.now
			if _, err := r.e.Preview(t.Context(), x); err != nil {
				t.Fatal(err)
			}
		}
		r.send(m("1", "ann"))
		r.send(m("1", "ann"))
		r.send(m("1", "ann"))
		if d := r.send(m("2", "bob")); d.Verdict != policy.Allow {
			t.Fatalf("%v: the second: %v %v", of, d.Verdict, d.Reasons)
		}
		if d := r.send(m("3", "cid")); d.Verdict != policy.Allow {
			t.Fatalf("%v: the third: %v %v", of, d.Verdict, d.Reasons)
		}
		d := r.send(m("4", "dan"))
		if d.Verdict != policy.Defer {
			t.Fatalf("%v: the fourth: %v %v", of, d.Verdict, d.Reasons)
		}
		for range 6 { // tried again and again
			r.now = r.now.Add(10 * time.Minute)
			r.send(m("4", "dan"))
		}
		r.now = r.now.Add(22*time.Hour + 55*time.Minute) // messages 1 to 3 are out of the window, 4 is not
		for i := range 2 {
			if d := r.send(m(fmt.Sprint("5-", i), "eve")); d.Verdict != policy.Allow {
				t.Errorf("%v: a day later, message %d: %v %v", of, i, d.Verdict, d.Reasons)
			}
		}
	}
}

// What a wrong clock put ahead counts for nothing, from the first message on.
func TestCounterAhead(t *testing.T) {
	for _, of := range []policy.CounterOf{policy.CountSenders, policy.CountMessages} {
		r := newRuled(t, nil, countingTo("attr.device", of, 3, policy.Hold))
		m := func(i int) policy.Message {
			return policy.Message{Sender: fmt.Sprint("p", of, i), Recipients: policy.To(fmt.Sprint("q", i)), Text: fmt.Sprint("about ", i), Attributes: map[string]any{"device": "d"}}
		}
		was := r.now
		r.now = r.now.AddDate(1, 0, 0)
		for i := range 6 {
			r.send(m(i))
		}
		r.now = was
		for i := range 3 {
			if d := r.send(m(10 + i)); d.Verdict != policy.Allow {
				t.Errorf("%v: message %d after the leap: %v %v", of, i, d.Verdict, d.Reasons)
			}
		}
	}
}

// Counters of a policy and its shadows by one thing all count, up to as many as have room
// beside each other; more are refused by name.
func TestCountersOfShadows(t *testing.T) {
	full := func(name string, n int, key string) *policy.Policy {
		p := withRules()
		p.Name = name
		for i := range n {
			p.Counters = append(p.Counters, policy.Counter{Name: fmt.Sprint("n", i), Key: key, Of: policy.CountSenders, Window: policy.Duration(time.Hour * time.Duration(i+1))})
			p.Rules = append(p.Rules, policy.Rule{Name: fmt.Sprint("r", i), When: fmt.Sprintf("counters.n%d > 3", i), Verdict: policy.Hold, Why: "n"})
		}
		return p
	}
	r := newRuled(t, nil, full("default", 16, "attr.device"), full("next", 12, "attr.device"), full("after", 12, "attr.device"))
	for i := range 5 {
		d := r.send(policy.Message{Sender: fmt.Sprint("p", i), Recipients: policy.To("q"), Text: fmt.Sprint("about ", i), Attributes: map[string]any{"device": "d"}})
		for k, s := range append([]policy.Outcome{{Verdict: d.Verdict}}, d.Shadow...) {
			if want := i >= 3; (s.Verdict == policy.Hold) != want {
				t.Errorf("message %d, policy %d: %v", i, k, s.Verdict)
			}
		}
	}
	const want = "policy: shadow[0].counters: with those of the policies before, more than 40 count by attr.device: take out those that are not needed"
	if err := r.e.SetPolicy(full("default", 32, "attr.device"), full("next", 9, "attr.device")); err == nil || err.Error() != want {
		t.Errorf("more than have room: %v", err)
	}
	if err := r.e.SetPolicy(full("default", 32, "attr.device"), full("next", 32, "origin")); err != nil {
		t.Error(err)
	}
}

// Policies with other attributes, lists and counters come and go while messages are judged
// and prepared.
func TestSetPolicyWhileRulesAreAsked(t *testing.T) {
	one := countingTo("attr.device", policy.CountSenders, 3, policy.Hold)
	two := countingTo("attr.level", policy.CountMessages, 3, policy.Hold)
	two.Attributes = map[string]policy.AttributeType{"level": {Type: rulekit.Int}}
	two.Lists = nil
	two.Name = "two"
	r := newRuled(t, nil, one)
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 60 {
				m := policy.Message{ID: fmt.Sprint(g, "-", i), Sender: fmt.Sprint("p", g, i%9), Recipients: policy.To(fmt.Sprint("q", i)), Text: "hello there", At: r.now, Attributes: map[string]any{"device": "d", "level": 4, "links": []string{"x"}}}
				var p policy.Prepared
				if err := r.e.Prepare(&p, m); err != nil {
					t.Error(err)
				}
				if _, err := r.e.EvaluatePrepared(t.Context(), &p); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range 60 {
		var err error
		switch i % 3 {
		case 0:
			err = r.e.SetPolicy(two, one)
		case 1:
			err = r.e.SetPolicy(policy.Default())
		default:
			err = r.e.SetPolicy(one, two)
		}
		if err != nil && !errors.Is(err, fs.ErrClosed) {
			t.Error(err)
		}
	}
	wg.Wait()
}

// After a copy into another store counters count on.
func TestCountersAfterCopy(t *testing.T) {
	store := policy.NewMemory(0)
	r := newRuled(t, store, countingTo("attr.device", policy.CountSenders, 3, policy.Hold))
	m := func(i int) policy.Message {
		return policy.Message{Sender: fmt.Sprint("p", i), Recipients: policy.To("q"), Text: fmt.Sprint("about ", i), Attributes: map[string]any{"device": "d"}}
	}
	for i := range 3 {
		r.send(m(i))
	}
	to := policy.NewMemory(0)
	for _, err := range policy.Copy(t.Context(), to, store, policy.CopyOptions{}) {
		if err != nil {
			t.Fatal(err)
		}
	}
	c := newRuled(t, to, countingTo("attr.device", policy.CountSenders, 3, policy.Hold))
	c.now, c.n = r.now, r.n
	if d := c.send(m(3)); d.Verdict != policy.Hold {
		t.Errorf("after a copy: %v %v", d.Verdict, d.Reasons)
	}
}

// Tenants of one store count apart; what was counted by a person who is forgotten is gone.
func TestCountersOfTenants(t *testing.T) {
	store, now := policy.NewMemory(0), time.Date(2026, 11, 28, 22, 0, 0, 0, time.UTC)
	p := countingTo("recipient", policy.CountSenders, 3, policy.Hold)
	engine := func(tenant string) *policy.Engine {
		e, err := policy.New(policy.Config{Store: store, Tenant: tenant, Policy: p, Compiler: comparer.Compiler{}, Secret: make([]byte, 32), Now: func() time.Time { return now }})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = e.Close() })
		return e
	}
	n := 0
	send := func(e *policy.Engine, times int) (last policy.Verdict) {
		for range times {
			n++
			d, err := e.Evaluate(t.Context(), policy.Message{ID: fmt.Sprint(n), Sender: fmt.Sprint("p", n), Recipients: policy.To("bea"), Text: fmt.Sprint("about ", n), At: now})
			if err != nil {
				t.Fatal(err)
			}
			last = d.Verdict
		}
		return last
	}
	a, b := engine("a"), engine("b")
	if v := send(a, 4); v != policy.Hold {
		t.Errorf("the fourth to a person of a: %v", v)
	}
	if v := send(b, 3); v != policy.Allow {
		t.Errorf("the third to one of b: %v", v)
	}
	if _, err := a.Forget(t.Context(), "bea"); err != nil {
		t.Fatal(err)
	}
	if v := send(a, 3); v != policy.Allow {
		t.Errorf("the third to a person who was forgotten: %v", v)
	}
	if v := send(b, 1); v != policy.Hold {
		t.Errorf("the fourth to one of b: %v", v)
	}
}

// A record of a counter that cannot be read counts for nothing: the message is judged.
func TestBrokenCounter(t *testing.T) {
	store := policy.NewMemory(0)
	r := newRuled(t, store, countingTo("attr.device", policy.CountSenders, 2, policy.Hold))
	send := func(i int) policy.Decision {
		return r.send(policy.Message{Sender: fmt.Sprint("p", i), Recipients: policy.To(fmt.Sprint("q", i)), Text: fmt.Sprint("about ", i), Attributes: map[string]any{"device": "d"}})
	}
	send(0)
	var before []policy.Key
	for entry := range store.All(t.Context(), false) {
		before = append(before, entry.Key)
	}
	for _, key := range before {
		err := store.Update(t.Context(), key, func(old []byte) (policy.Record, error) {
			data := append([]byte(nil), old...)
			data[len(data)-1] ^= 0xff
			return policy.Record{Data: data, Expires: r.now.AddDate(0, 1, 0)}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := 1; i < 6; i++ {
		if d := send(i); d.Verdict != policy.Allow {
			t.Errorf("message %d: %v %v", i, d.Verdict, d.Reasons)
		}
	}
}
