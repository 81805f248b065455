package policy_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/raced"
)

// counting is a policy whose rule counts the accounts of a device, the messages of a
// sender, and those whom a recipient turns away.
func counting() *policy.Policy {
	p := withRules(
		policy.Rule{Name: "device", When: "to.strangers > 0 && counters.accounts > 2", Verdict: policy.Hold, Why: "three accounts on a device"},
		policy.Rule{Name: "mine", When: "counters.mine > 3", Verdict: policy.Flag, Why: "four messages"},
		policy.Rule{Name: "turned", When: "to.strangers > 0 && counters.turned > 2", Verdict: policy.Hold, Why: "turned two away"},
	)
	p.Counters = []policy.Counter{
		{Name: "accounts", Key: "attr.device", Of: policy.CountSenders, Window: policy.Duration(24 * time.Hour)},
		{Name: "mine", Key: "sender", Of: policy.CountMessages, Window: policy.Duration(24 * time.Hour)},
		{Name: "turned", Key: "recipient", Of: policy.CountBlockedSenders, Window: policy.Duration(7 * 24 * time.Hour)},
	}
	return p
}

func (r *ruled) from(sender, to string) policy.Decision {
	r.t.Helper()
	return r.send(policy.Message{Sender: sender, Recipients: policy.To(to), Text: "hello " + to, Attributes: map[string]any{"device": "d1"}})
}

// A retry, a preview and an edit count once; what is held counts, too; in a talk that no
// rule looks at nothing is counted by the device.
func TestTallyCountsOnce(t *testing.T) {
	r := newRuled(t, nil, counting())
	m := policy.Message{ID: "a", Sender: "ann", Recipients: policy.To("x"), Text: "hello", Attributes: map[string]any{"device": "d1"}}
	for range 4 {
		if d, err := r.e.Preview(t.Context(), m); err != nil || d.Verdict != policy.Allow {
			t.Fatal(d, err)
		}
	}
	for i := range 5 {
		if d := r.send(m); i > 0 && !d.Repeat {
			t.Fatalf("try %d: %v", i, d)
		}
	}
	m.Edit, m.Text = true, "hello x"
	r.send(m)
	if d := r.from("bea", "y"); d.Verdict != policy.Allow {
		t.Errorf("the second account: %v", d.Reasons)
	}
	for i := range 3 {
		if d := r.from(fmt.Sprint("more", i), "z"); d.Verdict != policy.Hold {
			t.Errorf("account %d: %v %v", 3+i, d.Verdict, d.Reasons)
		}
	}
	if d := r.from("more0", "zz"); d.Verdict != policy.Hold {
		t.Errorf("the third again: %v", d.Verdict)
	}
	if d := r.send(policy.Message{Sender: "cleo", Recipients: policy.To("x"), Attributes: map[string]any{"device": "d2"}}); d.Verdict != policy.Allow {
		t.Errorf("another device: %v", d.Reasons)
	}
	if d := r.send(policy.Message{Sender: "dora", Recipients: policy.To("x")}); d.Verdict != policy.Allow {
		t.Errorf("no device: %v", d.Reasons)
	}
	r.now = r.now.Add(25 * time.Hour)
	if d := r.from("eve", "x"); d.Verdict != policy.Allow {
		t.Errorf("a day later: %v", d.Reasons)
	}
}

// Counters go through a snapshot, a copy and a change of policy as other records do. What
// counts otherwise begins anew.
func TestTallyMoves(t *testing.T) {
	r := newRuled(t, nil, counting())
	for i := range 3 {
		r.from(fmt.Sprint("p", i), "x")
	}
	var snap bytes.Buffer
	if err := r.e.Snapshot(t.Context(), &snap); err != nil {
		t.Fatal(err)
	}
	again := newRuled(t, nil, counting())
	again.now, again.n = r.now, r.n
	if err := again.e.Restore(t.Context(), bytes.NewReader(snap.Bytes())); err != nil {
		t.Fatal(err)
	}
	if d := again.from("p9", "y"); d.Verdict != policy.Hold {
		t.Errorf("after a snapshot: %v", d.Verdict)
	}
	if strings.Contains(snap.String(), "d1") {
		t.Error("the attribute is in the snapshot")
	}
	p := counting()
	p.Counters[0].Window = policy.Duration(48 * time.Hour)
	if err := again.e.SetPolicy(p); err != nil {
		t.Fatal(err)
	}
	if d := again.from("p10", "y"); d.Verdict != policy.Allow {
		t.Errorf("another window: %v %v", d.Verdict, d.Reasons)
	}
	if err := again.e.SetPolicy(counting()); err != nil {
		t.Fatal(err)
	}
	if d := again.from("p11", "y"); d.Verdict != policy.Hold {
		t.Errorf("the first window again: %v", d.Verdict)
	}
}

// Whoever is forgotten is forgotten by what is counted by them.
func TestTallyForget(t *testing.T) {
	store := policy.NewMemory(0)
	r := newRuled(t, store, counting())
	for range 4 {
		r.from("ann", "bea")
	}
	if err := r.e.Record(t.Context(), policy.BlockedBy{From: "bea", Against: "ann", At: r.now}); err != nil {
		t.Fatal(err)
	}
	before := len(contents(t, store))
	for _, who := range []string{"ann", "bea"} {
		if _, err := r.e.Forget(t.Context(), who); err != nil {
			t.Fatal(err)
		}
	}
	left := contents(t, store)
	if before-len(left) < 4 || len(left) != 1 { // the device's
		t.Errorf("%d records of %d are left", len(left), before)
	}
	if d := r.from("ann", "cleo"); d.Verdict != policy.Allow {
		t.Errorf("the fifth message of somebody who was forgotten: %v %v", d.Verdict, d.Reasons)
	}
}

// A shadow policy counts apart: what it counts changes nothing that is enforced, and both
// see what they would without the other.
func TestTallyShadow(t *testing.T) {
	next := counting()
	next.Name = "next"
	next.Rules[0].When = "to.strangers > 0 && counters.accounts > 4"
	r := newRuled(t, nil, counting(), next)
	for i := range 6 {
		d := r.from(fmt.Sprint("p", i), "x")
		enforced, shadow := i >= 2, i >= 4
		if (d.Verdict == policy.Hold) != enforced || (d.Shadow[0].Verdict == policy.Hold) != shadow {
			t.Errorf("account %d: %v, in shadow %v", i+1, d.Verdict, d.Shadow[0].Verdict)
		}
	}
}

// TestRuleAllocs: rules of numbers, flags and texts, and their counters, allocate nothing
// where nobody is told of them, once there is room.
func TestRuleAllocs(t *testing.T) {
	if raced.On() {
		t.Skip("the race detector drops pooled work spaces")
	}
	p := counting()
	for i := range p.Rules {
		p.Rules[i].When = strings.NewReplacer("> 2", "> 1000000", "> 3", "> 1000000").Replace(p.Rules[i].When)
	}
	cost := func(p *policy.Policy) float64 {
		r := newRuled(t, nil, p)
		m := policy.Message{Sender: "ann", Recipients: policy.To("bea"), Attributes: map[string]any{"device": "d1", "paid": true}}
		for range 20 {
			r.e.Evaluate(t.Context(), m)
		}
		return testing.AllocsPerRun(200, func() { r.e.Evaluate(t.Context(), m) })
	}
	if with, without := cost(p), cost(policy.Default()); with > without {
		t.Errorf("%v allocations, without rules %v", with, without)
	}
}
