package policy_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/raced"
	"github.com/decorum-go/decorum/similarity"
	"github.com/google/go-cmp/cmp"
)

// historySize is the number of acts in the histories of these tests.
const historySize = 700

// play lets a history happen in a new engine, and returns what came of each
// act and what the engine remembers at the end.
func play(t *testing.T, cfg policy.Config, acts []act) ([]string, *town) {
	t.Helper()
	w := newTown(t, cfg)
	return run(t, w.e, &w.now, acts), w
}

func withShadows() policy.Config {
	strict := policy.Default()
	strict.Name = "strict"
	strict.Classes[policy.Member].Score.Act, strict.Classes[policy.Member].Score.Warn = .2, .1
	return policy.Config{Shadow: []*policy.Policy{strict, policy.Observe()}, Index: similarity.IndexConfig{MaxClusters: 1 << 11, SnapshotText: true}}
}

// TestSameStreamSameDecisions: two engines, whatever GOMAXPROCS, answer the
// same, byte for byte, and remember the same.
func TestSameStreamSameDecisions(t *testing.T) {
	seen := map[string]int{}
	for seed := range seeds(3, 12) {
		acts := makeHistory(seed, historySize, true)
		want, one := play(t, withShadows(), acts)
		procs := runtime.GOMAXPROCS(1)
		got, two := play(t, withShadows(), acts)
		runtime.GOMAXPROCS(procs)
		differ(t, "two engines", want, got)
		sameMemory(t, one, two)
		for _, l := range want {
			for _, word := range []string{`"allow"`, `"flag"`, `"defer"`, `"hold"`, `"reject"`, `"duplicate"`, `"warning"`, `"block"`, `"repeat":true`, "overturned", "error"} {
				if strings.Contains(l, word) {
					seen[word]++
				}
			}
		}
	}
	if raced.On() {
		return // one history has not everything in it
	}
	// A history in which nothing happens shows nothing.
	for _, word := range []string{`"allow"`, `"flag"`, `"defer"`, `"reject"`, `"warning"`, `"block"`, `"repeat":true`, "overturned"} {
		if seen[word] == 0 {
			t.Errorf("no history has %s in it: %v", word, seen)
		}
	}
}

// sameMemory compares what two engines remember.
func sameMemory(t *testing.T, a, b *town) {
	t.Helper()
	if a.state() == b.state() {
		return
	}
	if diff := cmp.Diff(a.records(), b.records()); diff != "" {
		t.Errorf("records differ: %s", diff)
	} else {
		t.Error("the campaign index or the budget differs")
	}
}

// TestSnapshotInTheMiddle: an engine that goes on from a snapshot answers what
// the first would have, with strikes, appeals, orders and shadows in play.
func TestSnapshotInTheMiddle(t *testing.T) {
	t.Parallel()
	for seed := range seeds(2, 10) {
		acts := makeHistory(seed+10, historySize, true)
		want, whole := play(t, withShadows(), acts)
		for cut := 50; cut < len(acts); cut += 1 + len(acts)/5 {
			got, first := play(t, withShadows(), acts[:cut])
			second := newTown(t, withShadows())
			second.until("somebody else", spam, policy.Block) // which the snapshot replaces
			second.must(second.e.Restore(t.Context(), strings.NewReader(first.state())))
			got = append(got, run(t, second.e, &second.now, acts[cut:])...)
			differ(t, fmt.Sprint("restored after ", cut), want, got)
			sameMemory(t, whole, second)
		}
	}
}

// TestPermutedRecipients: the order in which a caller names the recipients
// means nothing; neither does naming one twice.
func TestPermutedRecipients(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	a, b := newTown(t, policy.Config{}), newTown(t, policy.Config{})
	for i := range 150 {
		at := dawn.Add(time.Duration(i) * 7 * time.Minute)
		a.now, b.now = at, at
		m := policy.Message{ID: fmt.Sprint(i), Sender: fmt.Sprint("s", i%4), Text: spam, At: at}
		for range 1 + rng.IntN(30) {
			m.Recipients = append(m.Recipients, policy.Recipient{ID: fmt.Sprint("r", rng.IntN(400)), Relation: policy.Stranger})
		}
		if i%4 == 0 {
			m.Text = fmt.Sprint("talk number ", i, " about something that is new each time, ", rng.Uint64())
		}
		p := m
		p.Recipients = slices.Clone(m.Recipients)
		rng.Shuffle(len(p.Recipients), reflect.Swapper(p.Recipients))
		if i%5 == 0 { // named twice
			m.Recipients = append(m.Recipients, m.Recipients[0])
			p.Recipients = append(p.Recipients, m.Recipients[0])
		}
		x, y := a.send(m), b.send(p)
		if d := cmp.Diff(x, y); d != "" {
			t.Fatalf("message %d to %d people: (-as named +permuted)\n%s", i, len(m.Recipients), d)
		}
		if i%9 == 0 {
			ev := policy.Reply{From: m.Recipients[0].ID, To: m.Sender, At: at}
			a.tell(ev)
			b.tell(ev)
		}
	}
	sameMemory(t, a, b)
}

// TestNamedTwice: somebody who is named twice among the recipients is one person, as
// near as the nearer relation.
func TestNamedTwice(t *testing.T) {
	to := func(relations ...policy.Relation) (all []policy.Recipient) {
		for _, r := range relations {
			all = append(all, policy.Recipient{ID: "bea", Relation: r})
		}
		return all
	}
	for _, c := range [][2][]policy.Recipient{
		{to(policy.UnknownRelation), to(policy.UnknownRelation, policy.UnknownRelation, policy.UnknownRelation)},
		{to(policy.Connection), to(policy.Stranger, policy.UnknownRelation, policy.Connection)},
	} {
		var got [2]policy.Account
		for i, to := range c {
			w := newTown(t, policy.Config{})
			w.send(policy.Message{Sender: "ann", Recipients: to, Text: spam})
			got[i] = w.account("ann")
		}
		if diff := cmp.Diff(got[0], got[1]); diff != "" {
			t.Errorf("%v (-once +more often)\n%s", c[1], diff)
		}
	}
}

// TestTwoEnginesOneStore: two processes that share a store and take turns
// answer what one would have. The campaign index is each process's own, so the
// texts of a sender go through one of them here.
func TestTwoEnginesOneStore(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		texts bool
		turn  func(i int, who string) int
	}{
		{"turn by turn, without texts", false, func(i int, _ string) int { return i % 2 }},
		{"by account, with texts", true, func(_ int, who string) int { return int(who[len(who)-1]) % 2 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			acts := makeHistory(21, historySize, c.texts)
			want, _ := play(t, policy.Config{}, acts)
			store := policy.NewMemory(0)
			pair := [2]*town{newTown(t, policy.Config{Store: store}), newTown(t, policy.Config{Store: store})}
			var got []string
			for i, a := range acts {
				w := pair[c.turn(i, a.who)]
				w.now = a.at
				got = append(got, a.do(t.Context(), w.e))
			}
			differ(t, c.name, want, got)
		})
	}
}

// TestPreviewAgrees: Preview answers what Evaluate answers a moment later, and
// leaves no trace: not a byte, not for an unknown account either, which is looked at
// around every tenth Preview, and at the end beside an engine that was asked for none.
func TestPreviewAgrees(t *testing.T) {
	raced.Skip(t)
	t.Parallel()
	for _, acts := range [][]act{makeHistory(31, historySize, true), shadowStream(32, historySize)} {
		w, plain := newTown(t, withShadows()), newTown(t, withShadows())
		for i, a := range acts {
			w.now, plain.now = a.at, a.at
			a.do(t.Context(), plain.e)
			if a.message == nil {
				a.do(t.Context(), w.e)
				continue
			}
			before := ""
			if i%10 == 0 {
				before = w.state()
			}
			p := w.preview(*a.message)
			if i%10 == 0 && w.state() != before {
				t.Fatalf("act %d: Preview changed something", i)
			}
			d := w.evaluate(*a.message)
			if diff := cmp.Diff(p, d); diff != "" {
				t.Fatalf("act %d: (-Preview +Evaluate)\n%s", i, diff)
			}
		}
		if w.state() != plain.state() {
			t.Error("without any Preview something else is left")
		}
	}
}

// TestRetryCountsOnce: a retry gets the same answer, marked as a repeat, and
// changes not a byte.
func TestRetryCountsOnce(t *testing.T) {
	raced.Skip(t)
	t.Parallel()
	w := newTown(t, withShadows())
	repeats := map[policy.Verdict]int{}
	for i, a := range makeHistory(41, historySize, true) {
		w.now = a.at
		if a.message == nil {
			a.do(t.Context(), w.e)
			continue
		}
		d := w.evaluate(*a.message)
		if d.Verdict == policy.Reject && len(d.Imposed) == 0 {
			continue // a standing sanction: leaves no trace, and so is no repeat
		}
		before := w.state()
		again := w.evaluate(*a.message)
		want := d
		if d.Delivered() {
			want.Verdict, want.First = policy.Duplicate, d.Verdict
		}
		if !again.Repeat || again.Verdict != want.Verdict || again.First != want.First || again.Score != d.Score || again.RetryAfter != d.RetryAfter || len(again.Imposed) > 0 || len(again.Reasons) > 0 {
			t.Fatalf("act %d: first %+v\nthen %+v", i, d, again)
		}
		if w.state() != before {
			t.Fatalf("act %d: a retry changed something", i)
		}
		repeats[again.Verdict]++
		repeats[again.First]++
	}
	if repeats[policy.Allow] == 0 || repeats[policy.Reject] == 0 || repeats[policy.Flag] == 0 {
		t.Errorf("too few kinds of repeats: %v", repeats)
	}
}

// TestRetryRules: what is another message, and when one is judged anew.
func TestRetryRules(t *testing.T) {
	w := newTown(t, policy.Config{})
	m := policy.Message{ID: "1", Sender: "ann", Recipients: policy.To("bea", "carl"), Text: "Hello you two!"}
	if w.send(m).Repeat {
		t.Error("the first is a repeat")
	}
	swapped := m
	swapped.Recipients = policy.To("carl", "bea")
	if !w.send(swapped).Repeat {
		t.Error("the order of recipients makes another message")
	}
	for what, change := range map[string]func(*policy.Message){
		"another text":      func(m *policy.Message) { m.Text += "!" },
		"another recipient": func(m *policy.Message) { m.Recipients = policy.To("bea", "dora") },
		"another ID":        func(m *policy.Message) { m.ID = "2" },
		"another sender":    func(m *policy.Message) { m.Sender = "bob" },
		"another room":      func(m *policy.Message) { m.Group = "choir" },
	} {
		n := m
		change(&n)
		if w.send(n).Repeat {
			t.Errorf("%s is taken for the same message", what)
		}
	}
	// The last 128 are known, within 24 hours.
	w = newTown(t, policy.Config{})
	for i := range 130 {
		w.send(policy.Message{ID: fmt.Sprint(i), Sender: "ann", Recipients: policy.To("bea"), Reply: true})
		w.pass(time.Minute)
	}
	for i, want := range map[int]bool{0: false, 2: true, 64: true, 129: true} {
		if got := w.preview(policy.Message{ID: fmt.Sprint(i), Sender: "ann", Recipients: policy.To("bea"), Reply: true}).Repeat; got != want {
			t.Errorf("message %d of 130 is a repeat: %v, want %v", i, got, want)
		}
	}
	w = newTown(t, policy.Config{})
	for i := range 17 {
		w.send(policy.Message{ID: fmt.Sprint(i), Sender: "ann", Recipients: policy.To("bea"), Reply: true})
	}
	w.pass(24*time.Hour - time.Second)
	if !w.send(policy.Message{ID: "16", Sender: "ann", Recipients: policy.To("bea"), Reply: true}).Repeat {
		t.Error("forgotten within 24 hours")
	}
	w.pass(time.Second)
	if w.send(policy.Message{ID: "16", Sender: "ann", Recipients: policy.To("bea"), Reply: true}).Repeat {
		t.Error("remembered after 24 hours")
	}
	// Deferred: the same answer until it may be tried again, then judged anew.
	w = newTown(t, policy.Config{})
	var d policy.Decision
	for i := range 21 {
		d = w.send(policy.Message{ID: fmt.Sprint(i), Sender: "ann", Recipients: policy.To("bea"), Reply: true})
	}
	if d.Verdict != policy.Defer || d.RetryAfter <= 0 {
		t.Fatalf("the 21st within a minute: %v, again after %v", d.Verdict, d.RetryAfter)
	}
	w.pass(d.RetryAfter - time.Second)
	again := policy.Message{ID: "20", Sender: "ann", Recipients: policy.To("bea"), Reply: true}
	if d := w.send(again); !d.Repeat || d.Verdict != policy.Defer {
		t.Errorf("a second too early: %v, repeat %v", d.Verdict, d.Repeat)
	}
	w.pass(time.Second)
	if d := w.send(again); d.Repeat || d.Verdict != policy.Allow {
		t.Errorf("when it may be tried again: %v, repeat %v", d.Verdict, d.Repeat)
	}
	// Rejected by what it brought itself: until that has passed.
	w = newTown(t, policy.Config{})
	s := w.until("sam", spam, policy.Block)
	last := policy.Message{ID: s.Message, Sender: "sam", Recipients: policy.To(fmt.Sprint("sam-prey", w.n-1)), Text: spam}
	if d := w.send(last); !d.Repeat || d.Verdict != policy.Reject || len(d.Standing) != 2 {
		t.Errorf("a retry of what brought a block: %v, repeat %v, %d stand", d.Verdict, d.Repeat, len(d.Standing))
	}
}

// TestExpiredRecord: a record that is dropped after Expires and one that is
// kept make no difference to any later decision.
func TestExpiredRecord(t *testing.T) {
	t.Parallel()
	for seed := range seeds(4, 20) {
		acts := makeHistory(seed+50, historySize/2, true)
		end := acts[len(acts)-1].at
		store := newLedger(0)
		drop, keep := newTown(t, policy.Config{Store: store, Timeout: time.Minute}), newTown(t, policy.Config{})
		run(t, drop.e, &drop.now, acts)
		run(t, keep.e, &keep.now, acts)
		for _, gap := range []time.Duration{61 * 24 * time.Hour, 181 * 24 * time.Hour, 366 * 24 * time.Hour, 1000 * 24 * time.Hour} {
			now := end.Add(gap)
			gone := 0
			for key := range drop.records() {
				if until := store.until[key]; !until.IsZero() && !now.Before(until) {
					gone++
					drop.must(store.Delete(t.Context(), key))
				}
			}
			if gone == 0 {
				continue
			}
			// The same people go on, long after.
			later := makeHistory(seed+90, 60, true)
			for i := range later {
				later[i].at = now.Add(later[i].at.Sub(dawn))
				if m := later[i].message; m != nil {
					m.ID, m.At = fmt.Sprint("later", gap, m.ID), later[i].at
					later[i] = said(*m)
				}
			}
			later = slices.DeleteFunc(later, func(a act) bool { return a.message == nil })
			differ(t, fmt.Sprintf("seed %d, %d records dropped after %v", seed, gone, gap),
				run(t, keep.e, &keep.now, later), run(t, drop.e, &drop.now, later))
			end = keep.now
		}
	}
}

// TestDecisionSurvivesJSON: a decision is a plain value that can be logged and
// read back.
func TestDecisionSurvivesJSON(t *testing.T) {
	w := newTown(t, withShadows())
	w.until("sam", spam, policy.Block)
	d := w.say("sam", "bea", spam)
	b, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	var back policy.Decision
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(d, back); diff != "" {
		t.Error(diff)
	}
}
