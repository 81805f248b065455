package policy_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/raced"
	"github.com/decorum-go/decorum/policy/storetest"
	"github.com/decorum-go/decorum/scoring"
)

const lottery = "You have won a prize of 5,000 dollars in our lottery! Call us now on our free line and tell us the number of your bank account."

// disguised is the lottery as its senders write it the next day.
const disguised = "Dear Anna, yоu have w0n a prize of 9,000 dоllars in оur l0ttery!! Call us n0w on our frее line, and tell us the number of yоur b@nk account"

// ruleOn has a moderator rule on a text.
func (w *town) ruleOn(e *policy.Engine, r policy.TextRule) policy.TextRule {
	w.Helper()
	if r.By == "" {
		r.By = "ada"
	}
	t, err := e.SetText(context.Background(), r)
	if err != nil {
		w.Fatalf("SetText(%+v): %v", r, err)
	}
	return t
}

func textsOf(tb testing.TB, e *policy.Engine) (all []policy.TextRule) {
	tb.Helper()
	for t, err := range e.Texts(context.Background()) {
		if err != nil {
			tb.Fatal(err)
		}
		all = append(all, t)
	}
	return all
}

// know makes two people each other's contacts.
func (w *town) know(a, b string) {
	w.Helper()
	w.say(a, b, "hello")
	w.tell(policy.Reply{From: b, To: a, At: w.now})
}

// TestTexts: what a moderator says of a text holds for its near-copies through disguises,
// whoever sends them, to contacts, too, until it ends or is cleared. Nobody is sanctioned
// for it, and nothing else is touched.
func TestTexts(t *testing.T) {
	for _, c := range []struct {
		action policy.TextAction
		nats   float64
		want   policy.Verdict
	}{
		{policy.TextFlag, 0, policy.Flag}, {policy.TextHold, 0, policy.Hold}, {policy.TextReject, 0, policy.Reject},
		{policy.TextEvidence, 1.5, policy.Allow}, {policy.TextFine, 0, policy.Allow},
	} {
		w := newTown(t, policy.Config{})
		w.know("bea", "carl")
		set := w.ruleOn(w.e, policy.TextRule{Text: lottery, Action: c.action, Nats: c.nats, Until: w.now.AddDate(0, 0, 2), Note: "the scam"})
		if want := (policy.TextRule{ID: set.ID, Action: c.action, Nats: c.nats, Until: w.now.AddDate(0, 0, 2), By: "ada", Note: "the scam", At: w.now}); set != want || set.ID == 0 {
			t.Errorf("SetText() = %+v, want %+v", set, want)
		}
		if got := textsOf(t, w.e); !slices.Equal(got, []policy.TextRule{set}) || w.e.Stats().Bank != 1 {
			t.Errorf("Texts() = %+v, bank of %d", got, w.e.Stats().Bank)
		}
		narrow := c.action == policy.TextFine
		for i, m := range []struct {
			to, text string
			known    bool
		}{
			{"carl", lottery, true}, {"stranger", lottery, true}, {"carl", disguised, !narrow}, {"other", disguised, !narrow},
			{"carl", "shall we meet at the harbour on Sunday and take the boat to the island?", false}, {"carl", "ok", false}, {"carl", "", false},
		} {
			d := w.say("bea", m.to, m.text)
			k := slices.IndexFunc(d.Reasons, func(r policy.Reason) bool { return r.Code == policy.CodeKnown })
			if k >= 0 != m.known {
				t.Errorf("%v, message %d: %v, reasons %v", c.action, i, d.Verdict, d.Reasons)
			}
			if !m.known {
				continue
			}
			if r := d.Reasons[k]; r.Value != float64(c.action) || r.Limit < 50 || r.Limit > 100 || (r.Share != 0) != (c.nats != 0) || !strings.Contains(r.String(), c.action.String()) {
				t.Errorf("%v, message %d: %+v", c.action, i, r)
			}
			if d.Verdict != c.want || len(d.Imposed) > 0 {
				t.Errorf("%v, message %d: %v, imposed %v", c.action, i, d.Verdict, d.Imposed)
			}
			if decided := c.want > policy.Allow; decided && (k != 0 || d.Cluster != set.ID) || !decided && d.Cluster == set.ID {
				t.Errorf("%v, message %d: cluster %d, rule %d", c.action, i, d.Cluster, set.ID)
			}
		}
		w.pass(48 * time.Hour)
		if d := w.say("bea", "carl", lottery); slices.ContainsFunc(d.Reasons, func(r policy.Reason) bool { return r.Code == policy.CodeKnown }) {
			t.Errorf("%v, past its end: %v", c.action, d.Reasons)
		}
		if len(textsOf(t, w.e)) != 1 {
			t.Error("what has ended is not listed any more")
		}
		set = w.ruleOn(w.e, policy.TextRule{Text: lottery, Action: policy.TextReject})
		if d := w.say("bea", "carl", lottery); d.Verdict != policy.Reject || len(textsOf(t, w.e)) != 1 {
			t.Errorf("set again: %v, %d rules", d.Verdict, len(textsOf(t, w.e)))
		}
		w.must(w.e.ClearText(t.Context(), set.ID, "bob", "over"))
		if d := w.say("bea", "carl", lottery); d.Verdict != policy.Allow || len(textsOf(t, w.e)) != 0 || w.e.Stats().Bank != 0 {
			t.Errorf("%v, cleared: %v, %v", c.action, d.Verdict, d.Reasons)
		}
		if a := w.account("bea"); len(a.Standing)+len(a.Offences) > 0 {
			t.Errorf("%v: bea has %+v", c.action, a)
		}
	}
}

// TestTextRetry: a message that a text held is held again when it is tried again, with
// its cluster; one that it rejected goes out once the text is cleared.
func TestTextRetry(t *testing.T) {
	w := newTown(t, policy.Config{})
	set := w.ruleOn(w.e, policy.TextRule{Text: lottery, Action: policy.TextReject})
	m := policy.Message{ID: "m", Sender: "bea", Recipients: policy.To("carl"), Text: disguised}
	for range 2 {
		if d := w.evaluate(m); d.Verdict != policy.Reject || d.Cluster != set.ID {
			t.Errorf("%v, cluster %d, want %d", d.Verdict, d.Cluster, set.ID)
		}
	}
	w.must(w.e.ClearText(t.Context(), set.ID, "ada", "over"))
	if d := w.evaluate(m); d.Verdict != policy.Allow {
		t.Errorf("tried again: %v, %v", d.Verdict, d.Reasons)
	}
}

// TestTextsBeaten: a policy that observes, and an order that exempts the account, beat
// what is said of a text.
func TestTextsBeaten(t *testing.T) {
	w := newTown(t, policy.Config{})
	w.ruleOn(w.e, policy.TextRule{Text: lottery, Action: policy.TextReject})
	w.must(w.e.Override(t.Context(), policy.Override{Account: "press", Verdict: policy.Allow, By: "ada"}))
	if d := w.say("press", "carl", lottery); d.Verdict != policy.Allow {
		t.Errorf("exempt: %v", d.Verdict)
	}
	w.must(w.e.SetPolicy(policy.Observe(), policy.Default()))
	if d := w.say("bea", "carl", lottery); d.Verdict != policy.Allow || d.Shadow[0].Verdict != policy.Reject {
		t.Errorf("observed: %v, shadow %v", d.Verdict, d.Shadow)
	}
}

// TestTextFineOrganiser: an organiser with 22 invitations, whose text was marked fine when
// another one sent it, is never blocked nor warned, whatever the pace; a spammer who sends
// their own text beside it, or puts a link into it, fares as without.
func TestTextFineOrganiser(t *testing.T) {
	for _, gap := range []time.Duration{20 * time.Second, 3 * time.Minute, 40 * time.Minute} {
		run := func(fine bool, from, text string) (worst policy.Kind, delivered int) {
			w := newTown(t, policy.Config{})
			if fine {
				w.ruleOn(w.e, policy.TextRule{Text: "Dear Bob, " + invitation, Action: policy.TextFine})
			}
			for i := range 22 {
				w.pass(gap + time.Duration(i*i%7)*time.Second)
				d := w.send(policy.Message{
					Sender: from, Recipients: []policy.Recipient{{ID: fmt.Sprint("guest", i), Relation: policy.Stranger}},
					Text:     fmt.Sprintf("Dear %s, %s", []string{"Anna", "Chidi", "Dolores Ruiz"}[i%3], text),
					Evidence: []scoring.Evidence{{Code: "classifier", Family: scoring.Content, LogOdds: .5}},
				})
				for _, s := range d.Imposed {
					worst = max(worst, s.Kind)
				}
				if d.Delivered() {
					delivered++
				}
			}
			return worst, delivered
		}
		if worst, n := run(true, "org", invitation); worst > policy.Warning || gap < time.Hour/2 && n < 15 {
			t.Errorf("%v apart: %v, %d delivered", gap, worst, n)
		}
		if worst, _ := run(false, "org", invitation); gap < time.Hour/2 && worst < policy.Warning {
			t.Errorf("%v apart, not marked: %v", gap, worst)
		}
		for _, spam := range []string{invitation + " and see https://pills.example.com", "We have the cheapest pills in town, come to our yard behind the school on Saturday at three and buy as many as you like"} {
			worst, n := run(true, "spammer", spam)
			if without, m := run(false, "spammer", spam); worst != without || n != m {
				t.Errorf("%v apart, %q: %v and %d delivered, without the rule %v and %d", gap, spam, worst, n, without, m)
			}
		}
	}
}

// TestTextsEverywhere: all engines over a store know a text, at once over a Memory; it
// survives a restart and a snapshot.
func TestTextsEverywhere(t *testing.T) {
	w := newTown(t, policy.Config{})
	clock := func() time.Time { return w.now }
	other := newTown(t, policy.Config{Store: w.store, Secret: w.secret, Now: clock})
	set := w.ruleOn(w.e, policy.TextRule{Text: lottery, Action: policy.TextHold})
	if d := other.say("bea", "carl", disguised); d.Verdict != policy.Hold {
		t.Errorf("the other engine: %v", d.Verdict)
	}
	if again := newTown(t, policy.Config{Store: w.store, Secret: w.secret, Now: clock}); again.say("carl", "bea", lottery).Verdict != policy.Hold {
		t.Error("after a restart it is gone")
	}
	var saved bytes.Buffer
	w.must(w.e.Snapshot(t.Context(), &saved))
	w.must(other.e.ClearText(t.Context(), set.ID, "bob", "over"))
	if d := w.say("bea", "dora", lottery); d.Verdict != policy.Allow {
		t.Errorf("cleared by the other engine: %v", d.Verdict)
	}
	w.must(w.e.Restore(t.Context(), &saved))
	for _, e := range []*town{w, other} {
		if d := e.say("eva", "fred", lottery); d.Verdict != policy.Hold {
			t.Errorf("after a snapshot: %v", d.Verdict)
		}
	}
}

// TestTextsOutside: over a store outside the process another one knows of it within a
// second or so of its next message, and goes by what it knew while the store is away.
func TestTextsOutside(t *testing.T) {
	store := storetest.NewFaulty(policy.NewMemory(0))
	w := newTown(t, policy.Config{Store: store})
	other := newTown(t, policy.Config{Store: store, Secret: w.secret, Now: func() time.Time { return w.now }})
	for i := range 40 {
		w.ruleOn(w.e, policy.TextRule{Text: fmt.Sprintf("%s Ask for %s.", lottery, strings.Repeat(fmt.Sprint("agent ", string(rune('a'+i%26)), " or "), i+1)), Action: policy.TextHold})
	}
	knows := func() bool {
		d, err := other.e.Preview(t.Context(), policy.Message{Sender: "bea", Recipients: policy.To("carl"), Text: disguised})
		return err == nil && d.Verdict == policy.Hold
	}
	for range 100 {
		if knows() && other.e.Stats().Bank == 40 {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if n := other.e.Stats().Bank; n != 40 || len(textsOf(t, other.e)) != 40 {
		t.Fatalf("the other process knows %d texts", n)
	}
	store.Break(func(storetest.Call) storetest.Fault { return storetest.Fault{Kind: storetest.Refuse} })
	d, err := other.e.Evaluate(t.Context(), policy.Message{ID: "1", Sender: "bea", Recipients: policy.To("carl"), Text: disguised})
	if d.Verdict != policy.Hold || !d.Degraded || d.Reasons[0].Code != policy.CodeKnown {
		t.Errorf("without the store: %v, %v, %v", d.Verdict, d.Reasons, err)
	}
	if _, err := w.e.SetText(t.Context(), policy.TextRule{Text: invitation, Action: policy.TextFine, By: "ada"}); err == nil || w.e.Stats().Bank != 40 {
		t.Errorf("set without the store: %v, bank of %d", err, w.e.Stats().Bank)
	}
}

// TestTextCluster: a text is known by the cluster of a message, where it goes to strangers,
// and to all once a copy was seen that is equal to the first.
func TestTextCluster(t *testing.T) {
	w := newTown(t, policy.Config{})
	var cluster uint64
	for i := 0; cluster == 0 && i < 60; i++ {
		w.pass(time.Minute)
		cluster = w.say("spammer", fmt.Sprint("stranger", i), lottery).Cluster
	}
	w.know("bea", "carl")
	set := w.ruleOn(w.e, policy.TextRule{Cluster: cluster, Action: policy.TextReject})
	if set.ID != cluster || len(textsOf(t, w.e)) != 1 {
		t.Errorf("%+v, cluster %d", set, cluster)
	}
	if d := w.say("bea", "dora", disguised); d.Verdict != policy.Reject || d.Cluster != cluster {
		t.Errorf("to a stranger: %v, %v", d.Verdict, d.Reasons)
	}
	if d := w.say("bea", "eva", lottery); d.Verdict != policy.Reject {
		t.Errorf("the first text: %v, %v", d.Verdict, d.Reasons)
	}
	if d := w.say("bea", "carl", disguised); d.Verdict != policy.Reject {
		t.Errorf("to a contact: %v, %v", d.Verdict, d.Reasons)
	}
	w.must(w.e.ClearText(t.Context(), cluster, "ada", "over"))
	if d := w.say("bea", "carl", disguised); d.Verdict != policy.Allow {
		t.Errorf("cleared: %v, %v", d.Verdict, d.Reasons)
	}
}

// TestTextsBadInput: what is wrong is named, and changes nothing.
func TestTextsBadInput(t *testing.T) {
	w := newTown(t, policy.Config{})
	set := w.ruleOn(w.e, policy.TextRule{Text: lottery, Action: policy.TextHold})
	const greeting = "Good morning and a very happy new year to you and yours from all of us"
	for i := range 40 {
		w.say(fmt.Sprint("friendly", i), fmt.Sprint("neighbour", i), greeting)
	}
	good := policy.TextRule{Text: invitation, Action: policy.TextFine, By: "ada"}
	for _, c := range []struct {
		field, says string
		change      func(r *policy.TextRule)
	}{
		{"by", "must not be empty", func(r *policy.TextRule) { r.By = "" }},
		{"by", "bytes", func(r *policy.TextRule) { r.By = strings.Repeat("x", policy.MaxID+1) }},
		{"note", "bytes", func(r *policy.TextRule) { r.Note = strings.Repeat("x", policy.MaxID+1) }},
		{"action", "must be one of", func(r *policy.TextRule) { r.Action = 0 }},
		{"action", "must be one of", func(r *policy.TextRule) { r.Action = 9 }},
		{"nats", "must be 0", func(r *policy.TextRule) { r.Nats = 1 }},
		{"nats", "must be a number", func(r *policy.TextRule) { r.Action = policy.TextEvidence }},
		{"nats", "must be a number", func(r *policy.TextRule) { r.Action, r.Nats = policy.TextEvidence, math.NaN() }},
		{"nats", "must be a number", func(r *policy.TextRule) { r.Action, r.Nats = policy.TextEvidence, math.Inf(-1) }},
		{"text", "is required", func(r *policy.TextRule) { r.Text = "" }},
		{"text", "is required", func(r *policy.TextRule) { r.Cluster = 7 }},
		{"text", "too little", func(r *policy.TextRule) { r.Text = "hey" }},
		{"text", "too little", func(r *policy.TextRule) { r.Text = "Hello!" }},
		{"text", "of 40 people write", func(r *policy.TextRule) { r.Text = greeting }},
		{"until", "future", func(r *policy.TextRule) { r.Until = w.now }},
		{"until", "future", func(r *policy.TextRule) { r.Until = w.now.Add(-time.Hour) }},
		{"until", "1970", func(r *policy.TextRule) { r.Until = time.Unix(-9, 0) }},
		{"cluster", "text", func(r *policy.TextRule) { r.Text, r.Cluster = "", 7 }},
	} {
		r := good
		c.change(&r)
		_, err := w.e.SetText(t.Context(), r)
		if f, ok := errors.AsType[*policy.FieldError](err); !ok || f.Field != c.field || !strings.Contains(f.Problem, c.says) {
			t.Errorf("%+v: %v, want %s: … %s …", r, err, c.field, c.says)
		}
	}
	if _, err := w.e.SetText(t.Context(), policy.TextRule{Cluster: 7, Action: policy.TextHold, By: "ada"}); !errors.Is(err, policy.ErrNotFound) {
		t.Errorf("no such cluster: %v", err)
	}
	for _, c := range []struct{ by, why, field string }{{"", "why", "by"}, {"ada", "", "why"}} {
		if f, ok := errors.AsType[*policy.FieldError](w.e.ClearText(t.Context(), set.ID, c.by, c.why)); !ok || f.Field != c.field {
			t.Errorf("ClearText by %q, why %q: %v", c.by, c.why, f)
		}
	}
	if err := w.e.ClearText(t.Context(), set.ID+1, "ada", "why"); !errors.Is(err, policy.ErrNotFound) {
		t.Errorf("clear of what is not there: %v", err)
	}
	if got := textsOf(t, w.e); !slices.Equal(got, []policy.TextRule{set}) {
		t.Errorf("after all that: %+v", got)
	}
	good.Text, good.Force = greeting, true
	w.ruleOn(w.e, good)
}

// TestTextsRandom: random rules set and cleared by three engines over one store leave in
// each what a map would hold.
func TestTextsRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	w := newTown(t, policy.Config{})
	all := []*policy.Engine{w.e}
	for range 2 {
		all = append(all, newTown(t, policy.Config{Store: w.store, Secret: w.secret, Now: func() time.Time { return w.now }}).e)
	}
	model := map[uint64]policy.TextRule{}
	for i := range 300 {
		w.pass(time.Second)
		e := all[r.IntN(3)]
		if r.IntN(3) > 0 {
			text := fmt.Sprintf("This is text %s, of which somebody says something, and it has some words", strings.Repeat(string(rune('a'+r.IntN(26))), 3+r.IntN(60)))
			s := w.ruleOn(e, policy.TextRule{Text: text, Action: policy.TextAction(1 + r.IntN(4)), Note: fmt.Sprint(i)})
			model[s.ID] = s
		} else if known := textsOf(t, e); len(known) > 0 {
			id := known[r.IntN(len(known))].ID
			w.must(all[r.IntN(3)].ClearText(t.Context(), id, "ada", "over"))
			delete(model, id)
		}
		got := textsOf(t, all[r.IntN(3)])
		if len(got) != len(model) {
			t.Fatalf("step %d: %d rules, want %d", i, len(got), len(model))
		}
		for _, s := range got {
			if model[s.ID] != s {
				t.Fatalf("step %d: %+v, want %+v", i, s, model[s.ID])
			}
		}
	}
}

// TestTextsFull: the 65,537th text is refused, and takes the place of one that has ended.
func TestTextsFull(t *testing.T) {
	if os.Getenv("DECORUM_LONG") == "" {
		t.Skip("fills a bank: set DECORUM_LONG")
	}
	w := newTown(t, policy.Config{})
	first := w.ruleOn(w.e, policy.TextRule{Text: invitation, Action: policy.TextFine, Until: w.now.Add(time.Hour)})
	fillBank(t, w.e, policy.MaxTexts)
	_, err := w.e.SetText(t.Context(), policy.TextRule{Text: lottery, Action: policy.TextHold, By: "ada"})
	if !errors.Is(err, policy.ErrConflict) || w.e.Stats().Bank != policy.MaxTexts {
		t.Errorf("one too many: %v, bank of %d", err, w.e.Stats().Bank)
	}
	if err := w.e.ClearText(t.Context(), 7, "ada", "why"); !errors.Is(err, policy.ErrNotFound) {
		t.Errorf("clear of what is not there: %v", err)
	}
	again := newTown(t, policy.Config{Store: w.store, Secret: w.secret, Now: func() time.Time { return w.now }})
	if n := again.e.Stats().Bank; n != policy.MaxTexts {
		t.Errorf("after a restart the bank holds %d", n)
	}
	w.pass(2 * time.Hour)
	w.ruleOn(w.e, policy.TextRule{Text: lottery, Action: policy.TextHold})
	for _, e := range []*town{w, again} {
		if n := e.e.Stats().Bank; e == w && n != policy.MaxTexts {
			t.Errorf("the bank holds %d", n)
		}
		if d := e.say("bea", "carl", disguised); d.Verdict != policy.Hold {
			t.Errorf("%v, %v", d.Verdict, d.Reasons)
		}
	}
	if slices.ContainsFunc(textsOf(t, w.e), func(r policy.TextRule) bool { return r.ID == first.ID }) {
		t.Error("what had ended is still there")
	}
}

// TestTextsPrepared: what was prepared before a text was ruled on is judged by that.
func TestTextsPrepared(t *testing.T) {
	w := newTown(t, policy.Config{})
	var p policy.Prepared
	w.must(w.e.Prepare(&p, policy.Message{ID: "1", Sender: "bea", Recipients: policy.To("carl"), Text: disguised}))
	set := w.ruleOn(w.e, policy.TextRule{Text: lottery, Action: policy.TextHold})
	if d, err := w.e.EvaluatePrepared(t.Context(), &p); err != nil || d.Verdict != policy.Hold {
		t.Errorf("%v, %v", d.Verdict, err)
	}
	w.must(w.e.Prepare(&p, policy.Message{ID: "2", Sender: "bea", Recipients: policy.To("carl"), Text: disguised}))
	w.must(w.e.ClearText(t.Context(), set.ID, "ada", "over"))
	if d, err := w.e.EvaluatePrepared(t.Context(), &p); err != nil || d.Verdict != policy.Allow {
		t.Errorf("cleared: %v, %v", d.Verdict, err)
	}
}

// TestTextsAlloc: in a conversation a bank costs no allocation.
func TestTextsAlloc(t *testing.T) {
	count := func(banked bool) float64 {
		w := newTown(t, policy.Config{})
		w.know("bea", "carl")
		if banked {
			w.ruleOn(w.e, policy.TextRule{Text: lottery, Action: policy.TextHold})
		}
		m := policy.Message{Sender: "bea", Recipients: policy.To("carl"), Text: "shall we meet at the harbour on Sunday and take the boat to the island?"}
		return testing.AllocsPerRun(200, func() { w.pass(time.Hour); w.evaluate(m) })
	}
	if without, with := count(false), count(true); with > without+.5 && !raced.On() {
		t.Errorf("%v allocations, without a bank %v", with, without)
	}
}

// TestTextTwins: what is said of a text holds beside what is said of one that differs in a
// link or a number alone, in either order; a picture, and what is not looked at, is not fine.
func TestTextTwins(t *testing.T) {
	const honest = "Our choir collects money for the new roof of the village school. Ring us on 020 7946 0958."
	const scam = "Our choir collects money for the new roof of the village school. Ring us on 020 7946 0111."
	fine, bad := policy.TextRule{Text: honest, Action: policy.TextFine}, policy.TextRule{Text: scam, Action: policy.TextReject}
	for _, rules := range [][]policy.TextRule{{fine, bad}, {bad, fine}} {
		w := newTown(t, policy.Config{})
		for _, r := range rules {
			w.ruleOn(w.e, r)
		}
		if n := len(textsOf(t, w.e)); n != 2 {
			t.Errorf("%d rules", n)
		}
		if d := w.say("ann", "bea", honest); d.Verdict != policy.Allow {
			t.Errorf("the honest one: %v, %v", d.Verdict, d.Reasons)
		}
		if d := w.say("sam", "bea", scam); d.Verdict != policy.Reject {
			t.Errorf("the other: %v, %v", d.Verdict, d.Reasons)
		}
		host := []scoring.Evidence{{Code: "host.picture", Family: scoring.Content, LogOdds: 6, Value: 1, N: 1}, {Code: "host.net", Family: scoring.Network, LogOdds: 3, Value: 1, N: 1}}
		m := policy.Message{Sender: "sid", Recipients: policy.To("bea"), Text: honest, Media: []string{"aaaabbbbccccdddd"}, Evidence: host}
		if d := w.send(m); d.Verdict != policy.Reject {
			t.Errorf("with a picture that the host knows: %v", d.Verdict)
		}
		if d := w.say("sue", "bea", honest+strings.Repeat(" ", policy.MaxText)+"See https://evil.example"); slices.ContainsFunc(d.Reasons, func(r policy.Reason) bool { return r.Code == policy.CodeKnown && r.Value == float64(policy.TextFine) }) {
			t.Errorf("with more behind it: %v", d.Reasons)
		}
	}
}

// TestTextsGoBack: an engine sees what another one set after the store went back in time.
func TestTextsGoBack(t *testing.T) {
	store := policy.NewMemory(0)
	a, b := newTown(t, policy.Config{Store: store}), newTown(t, policy.Config{Store: store})
	set := a.ruleOn(a.e, policy.TextRule{Text: lottery, Action: policy.TextHold})
	b.say("ann", "bea", lottery)
	var snapshot bytes.Buffer
	a.must(a.e.Snapshot(t.Context(), &snapshot))
	a.must(a.e.ClearText(t.Context(), set.ID, "bob", "over"))
	b.say("ann", "bea", lottery)
	a.must(a.e.Restore(t.Context(), &snapshot))
	a.ruleOn(a.e, policy.TextRule{Text: lottery, Action: policy.TextReject})
	if d := b.say("ann", "cid", lottery); d.Verdict != policy.Reject {
		t.Errorf("%v, of %d rules", d.Verdict, len(textsOf(t, b.e)))
	}
}
