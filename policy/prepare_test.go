package policy_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/raced"
)

// preparing lets acts happen with every message prepared some acts ahead.
func preparing(tb testing.TB, e *policy.Engine, clock *time.Time, acts []act, ahead int) (lines []string) {
	tb.Helper()
	ready := make([]policy.Prepared, ahead+1)
	prepare := func(i int) {
		if i < len(acts) && acts[i].message != nil {
			if err := e.Prepare(&ready[i%len(ready)], *acts[i].message); err != nil {
				tb.Fatal(err)
			}
		}
	}
	for i := range ahead {
		prepare(i)
	}
	for i := range acts {
		prepare(i + ahead)
		*clock = acts[i].at
		if acts[i].message == nil {
			lines = append(lines, acts[i].do(tb.Context(), e))
			continue
		}
		lines = append(lines, line(e.EvaluatePrepared(tb.Context(), &ready[i%len(ready)])))
	}
	return lines
}

// opening is how many begin.
const opening = "I hope that this message finds you well and in good health. "

// boilerplate are acts in which many members, who have contacts, begin alike, so that
// what everybody writes is learned while other messages wait.
func boilerplate(n int) (acts []act) {
	for i := range 900 {
		acts = append(acts, said(policy.Message{
			ID: fmt.Sprint("f", i), Sender: fmt.Sprint("u", i%300), At: dawn.Add(time.Duration(i-1000) * time.Second),
			Recipients: policy.To(fmt.Sprint("friend ", i)), Reply: true, Text: prose(uint64(i)),
		}))
	}
	for i := range n {
		acts = append(acts, said(policy.Message{
			ID: fmt.Sprint("b", i), Sender: fmt.Sprint("u", i%300), At: dawn.Add(time.Duration(i) * 15 * time.Minute),
			Recipients: []policy.Recipient{{ID: fmt.Sprint("v", i), Relation: policy.Stranger}},
			Text:       opening + prose(uint64(i)) + prose(uint64(i+1000)),
		}))
	}
	return acts
}

// A message that was prepared is judged as any other, however long it waited.
func TestPreparedChangesNothing(t *testing.T) {
	t.Parallel()
	for seed := range seeds(3, 12) {
		acts := makeHistory(seed, historySize, true)
		want, one := play(t, withShadows(), acts)
		for _, ahead := range []int{0, 1, 40} {
			two := newTown(t, withShadows())
			differ(t, fmt.Sprint("prepared ", ahead, " acts ahead"), want, preparing(t, two.e, &two.now, acts, ahead))
			sameMemory(t, one, two)
		}
	}
}

// What everybody writes changes while messages wait: they are sketched anew.
func TestPreparedBeforeBoilerplate(t *testing.T) {
	acts := boilerplate(900)
	var said witness
	want, one := play(t, policy.Config{Signals: []policy.SignalFunc{said.signal}}, acts)
	one.preview(policy.Message{Sender: "x", Recipients: policy.To("y"), Text: opening})
	if said.grams > 16 { // a third is always kept
		t.Fatalf("%d grams of the opening still count: nothing was learned, so that this shows nothing", said.grams)
	}
	two := newTown(t, policy.Config{})
	differ(t, "all prepared first", want, preparing(t, two.e, &two.now, acts, len(acts)))
	sameMemory(t, one, two)
}

// Behind a store that may hang, what was prepared is the caller's again as soon
// as the call is over.
func TestPreparedOutside(t *testing.T) {
	acts := makeHistory(5, 400, true)
	want, _ := play(t, policy.Config{Store: policy.NewMemory(0)}, acts)
	two := newTown(t, policy.Config{Store: outside{policy.NewMemory(0)}, Timeout: time.Minute})
	differ(t, "through the guard", want, preparing(t, two.e, &two.now, acts, 3))
}

// It is judged at the time of the judgement, and a second time as a retry.
func TestPreparedTwice(t *testing.T) {
	w := newTown(t, policy.Config{})
	var p policy.Prepared
	w.must(w.e.Prepare(&p, policy.Message{ID: "m", Sender: "ann", Recipients: policy.To("bea"), Text: "hello"}))
	w.pass(time.Hour)
	for i := range 2 {
		d, err := w.e.EvaluatePrepared(t.Context(), &p)
		if err != nil || d.Repeat != (i == 1) || !d.At.Equal(w.now) {
			t.Errorf("call %d: %+v, %v", i, d, err)
		}
	}
}

func TestPreparedInvalid(t *testing.T) {
	w, other := newTown(t, policy.Config{}), newTown(t, policy.Config{})
	good := policy.Message{ID: "m", Sender: "ann", Recipients: policy.To("bea")}
	field := func(what, name string, err error) {
		t.Helper()
		if f, ok := errors.AsType[*policy.FieldError](err); !ok || f.Field != name {
			t.Errorf("%s: %v, want a FieldError of %s", what, err, name)
		}
	}
	var p policy.Prepared
	_, err := w.e.EvaluatePrepared(t.Context(), &p)
	field("empty", "prepared", err)
	_, err = w.e.EvaluatePrepared(t.Context(), nil)
	field("nil", "prepared", err)
	field("into nil", "prepared", w.e.Prepare(nil, good))
	other.must(other.e.Prepare(&p, good))
	d, err := w.e.EvaluatePrepared(t.Context(), &p)
	field("another Engine's", "prepared", err)
	if d.Message != "m" {
		t.Errorf("the decision is about %q", d.Message)
	}
	field("no recipients", "recipients", other.e.Prepare(&p, policy.Message{Sender: "ann"}))
	_, err = other.e.EvaluatePrepared(t.Context(), &p)
	field("after an invalid message", "prepared", err)

	w.must(w.e.Prepare(&p, good))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.e.EvaluatePrepared(ctx, &p); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
	if d, err := w.e.EvaluatePrepared(t.Context(), &p); err != nil || d.Repeat {
		t.Errorf("after a canceled call: %+v, %v", d, err)
	}
}

// Messages are prepared while others are judged.
func TestPreparedMeanwhile(t *testing.T) {
	w := newTown(t, policy.Config{})
	acts := boilerplate(600)
	var wg sync.WaitGroup
	for g := range 2 {
		next := make(chan *policy.Prepared, 8)
		wg.Go(func() {
			defer close(next)
			for i := g; i < len(acts); i += 2 {
				p := new(policy.Prepared)
				if err := w.e.Prepare(p, *acts[i].message); err != nil {
					t.Error(err)
				}
				next <- p
			}
		})
		wg.Go(func() {
			for p := range next {
				if _, err := w.e.EvaluatePrepared(t.Context(), p); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

// Preparing allocates nothing, and so does the whole of a conversation's message.
func TestPrepareAllocates(t *testing.T) {
	if raced.On() {
		t.Skip("the race detector empties pools at random")
	}
	w := newTown(t, policy.Config{})
	var p policy.Prepared
	const runs = 500
	ids, texts := make([]string, runs+2), make([]string, runs+2)
	for i := range ids {
		ids[i], texts[i] = fmt.Sprint("m", i), prose(uint64(i))
	}
	m := policy.Message{Sender: "ann", Recipients: policy.To("bea"), Reply: true, Origin: "cafe"}
	w.say("bea", "ann", "hello")
	i := 0
	if n := testing.AllocsPerRun(runs, func() {
		w.pass(time.Minute << (i * i % 11))
		m.ID, m.Text = ids[i], texts[i]
		i++
		w.must(w.e.Prepare(&p, m))
		if d, err := w.e.EvaluatePrepared(t.Context(), &p); err != nil || !d.Delivered() {
			t.Fatal(d.Verdict, d.Reasons, err)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
