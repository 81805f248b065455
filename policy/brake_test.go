package policy_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storetest"
)

// culprit has somebody commit what brings a block, and returns the decision.
func (w *town) culprit(e *policy.Engine, name string) policy.Decision {
	w.Helper()
	w.n++
	d, err := e.Evaluate(context.Background(), policy.Message{
		ID: fmt.Sprint(name, w.n), Sender: name, Recipients: policy.To("prey-of-" + name), Evidence: damning,
	})
	if err != nil {
		w.Error(err)
	}
	return d
}

// TestBrake: while the brake is on, in every process over the store, automation imposes
// nothing above a Warning, and what would have brought more is held; people impose, and
// limits hold. After it everything is as before. It survives a snapshot.
func TestBrake(t *testing.T) {
	w := newTown(t, policy.Config{})
	others := []*policy.Engine{w.e}
	for range 2 {
		others = append(others, newTown(t, policy.Config{Store: w.store, Secret: w.secret, Now: func() time.Time { return w.now }}).e)
	}
	if d := w.culprit(w.e, "before"); len(d.Imposed) != 1 {
		t.Fatalf("without a brake: %v, %v", d.Verdict, d.Imposed)
	}
	if err := w.e.Brake(t.Context(), "ada", "the new policy blocks everybody"); err != nil {
		t.Fatal(err)
	}
	for i, e := range others {
		d := w.culprit(e, fmt.Sprint("braked", i))
		if d.Verdict != policy.Hold || len(d.Imposed) != 0 || d.Reasons[0].Code != policy.CodeBrake {
			t.Errorf("process %d: %v, imposed %v, reasons %v", i, d.Verdict, d.Imposed, d.Reasons)
		}
		h, err := e.Health(t.Context())
		if want := (policy.Brake{By: "ada", Why: "the new policy blocks everybody", At: w.now}); err != nil || h.Brake == nil || *h.Brake != want {
			t.Errorf("process %d: Health() = %+v, %v", i, h.Brake, err)
		}
	}
	if a := w.account("braked0"); len(a.Standing)+len(a.Offences) > 0 {
		t.Errorf("held under the brake, and has %+v", a)
	}
	if d := w.culprit(w.e, "before"); d.Verdict != policy.Reject {
		t.Errorf("a sanction from before the brake: %v", d.Verdict)
	}
	if _, err := w.e.Impose(t.Context(), policy.Sanction{Account: "braked0", Kind: policy.Block, By: "ada"}); err != nil {
		t.Error(err)
	}
	if d := w.culprit(w.e, "braked0"); d.Verdict != policy.Reject {
		t.Errorf("what a person imposed under the brake: %v", d.Verdict)
	}

	var saved bytes.Buffer
	if err := w.e.Snapshot(t.Context(), &saved); err != nil {
		t.Fatal(err)
	}
	again := newTown(t, policy.Config{Secret: w.secret})
	if err := again.e.Restore(t.Context(), &saved); err != nil {
		t.Fatal(err)
	}
	if d := again.culprit(again.e, "restored"); d.Verdict != policy.Hold {
		t.Errorf("after a snapshot: %v", d.Verdict)
	}

	if err := others[2].Unbrake(t.Context(), "bob", "the old policy is back"); err != nil {
		t.Fatal(err)
	}
	for i, e := range others {
		if d := w.culprit(e, fmt.Sprint("free", i)); d.Verdict != policy.Reject || len(d.Imposed) != 1 {
			t.Errorf("process %d, after the brake: %v, %v", i, d.Verdict, d.Imposed)
		}
		if h, err := e.Health(t.Context()); h.Brake != nil || err != nil {
			t.Errorf("process %d, after the brake: %+v, %v", i, h.Brake, err)
		}
	}
	if err := w.e.Unbrake(t.Context(), "bob", "again"); !errors.Is(err, policy.ErrNotFound) {
		t.Errorf("a second Unbrake: %v", err)
	}
	for _, s := range collectSanctions(t, w.e) {
		if strings.HasPrefix(s.Account, "braked") && s.By == "" {
			t.Errorf("%v was imposed under the brake", s)
		}
	}
}

func collectSanctions(t *testing.T, e *policy.Engine) (all []policy.Sanction) {
	t.Helper()
	for s, err := range e.Sanctions(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	return all
}

// TestBrakeWarns: a Warning is given under the brake, too.
func TestBrakeWarns(t *testing.T) {
	w := newTown(t, policy.Config{})
	if err := w.e.Brake(t.Context(), "ada", "drill"); err != nil {
		t.Fatal(err)
	}
	var kinds []policy.Kind
	for i := range 60 {
		w.pass(10 * time.Minute)
		d := w.say("spammer", fmt.Sprint("stranger", i), "Cheap watches, buy yours today at our shop in the old town")
		for _, s := range d.Imposed {
			kinds = append(kinds, s.Kind)
		}
	}
	if len(kinds) != 1 || kinds[0] != policy.Warning {
		t.Errorf("imposed %v, want one warning", kinds)
	}
}

// TestBrakeBadInput: an act by nobody, or for no reason, changes nothing.
func TestBrakeBadInput(t *testing.T) {
	w := newTown(t, policy.Config{})
	long := strings.Repeat("x", policy.MaxID+1)
	for _, act := range []func(context.Context, string, string) error{w.e.Brake, w.e.Unbrake} {
		for _, arg := range []struct{ by, why, field string }{{"", "why", "by"}, {"ada", "", "why"}, {long, "why", "by"}, {"ada", long, "why"}} {
			if f, ok := errors.AsType[*policy.FieldError](act(t.Context(), arg.by, arg.why)); !ok || f.Field != arg.field {
				t.Errorf("by %.5q, why %.5q: %v", arg.by, arg.why, f)
			}
		}
	}
	if h, err := w.e.Health(t.Context()); h.Brake != nil || err != nil {
		t.Errorf("%+v, %v", h.Brake, err)
	}
	if f, ok := errors.AsType[*policy.FieldError](new(policy.Engine).Brake(t.Context(), "ada", "why")); !ok || f.Field != "engine" {
		t.Errorf("the zero Engine: %v", f)
	}
}

// TestHealth: what the readiness probe of a process asks, with a store that is there,
// one that is away, and an engine that is closed.
func TestHealth(t *testing.T) {
	mem := policy.NewMemory(0)
	store := storetest.NewFaulty(mem)
	w := newTown(t, policy.Config{Store: store, Timeout: 20 * time.Millisecond})
	w.culprit(w.e, "one")
	h, err := w.e.Health(t.Context())
	if err != nil || !h.Away.IsZero() || h.Budget != 199 || !h.At.Equal(w.now) {
		t.Errorf("%+v, %v", h, err)
	}
	store.Break(func(storetest.Call) storetest.Fault { return storetest.Fault{Kind: storetest.Refuse} })
	for range 50 {
		if h, err = w.e.Health(t.Context()); !h.Away.IsZero() {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if _, ok := errors.AsType[*policy.FaultError](err); !ok || h.Away.IsZero() || h.Budget != 199 {
		t.Errorf("without the store: %+v, %v", h, err)
	}
	if err := w.e.Close(); err != nil {
		t.Error(err)
	}
	if _, err := w.e.Health(t.Context()); !errors.Is(err, policy.ErrClosed) {
		t.Errorf("closed: %v", err)
	}
}

// TestStats: every decision is counted once, by its verdict.
func TestStats(t *testing.T) {
	w := newTown(t, policy.Config{})
	verdicts := map[policy.Verdict]uint64{}
	imposed := 0
	for i := range 200 {
		w.pass(time.Minute)
		d := w.say("spammer", fmt.Sprint("stranger", i%150), "Cheap watches, buy yours today at our shop in the old town")
		verdicts[d.Verdict]++
		imposed += len(d.Imposed)
	}
	m := policy.Message{ID: "twice", Sender: "bea", Recipients: policy.To("carl"), Text: "hello"}
	for range 2 {
		d, err := w.e.Evaluate(t.Context(), m)
		if err != nil {
			t.Fatal(err)
		}
		verdicts[d.Verdict]++
		if _, err := w.e.Preview(t.Context(), m); err != nil { // is not counted
			t.Fatal(err)
		}
	}
	s := w.e.Stats()
	want := policy.Stats{
		Allow: verdicts[policy.Allow], Flag: verdicts[policy.Flag], Defer: verdicts[policy.Defer], Hold: verdicts[policy.Hold],
		Reject: verdicts[policy.Reject], Duplicate: verdicts[policy.Duplicate], Imposed: uint64(imposed), Texts: s.Texts, Memory: s.Memory,
	}
	if s != want || s.Duplicate != 1 || s.Reject == 0 || s.Imposed == 0 || s.Texts == 0 || s.Memory == nil || s.Memory.Records == 0 {
		t.Errorf("Stats() = %+v, want %+v", s, want)
	}
	if (*policy.Engine)(nil).Stats() != (policy.Stats{}) || new(policy.Engine).Stats() != (policy.Stats{}) {
		t.Error("an engine that New did not make has figures")
	}
}
