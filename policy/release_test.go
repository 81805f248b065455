package policy_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/raced"
)

// held has a message held by a moderator's order, and returns it as it was judged.
func (w *town) held(m policy.Message) policy.Message {
	w.Helper()
	m.At = w.now
	w.must(w.e.Override(w.Context(), policy.Override{Account: m.Sender, Verdict: policy.Hold, By: "ada"}))
	if d := w.evaluate(m); d.Verdict != policy.Hold {
		w.Fatalf("under an order to hold: %v", d.Verdict)
	}
	w.must(w.e.ClearOverride(w.Context(), m.Sender))
	return m
}

// allowed is the same without the hold.
func (w *town) allowed(m policy.Message) policy.Decision {
	w.Helper()
	m.At = w.now
	w.must(w.e.Override(w.Context(), policy.Override{Account: m.Sender, Verdict: policy.Hold, By: "ada"}))
	w.must(w.e.ClearOverride(w.Context(), m.Sender))
	return w.evaluate(m)
}

func (w *town) release(m policy.Message) policy.Decision {
	w.Helper()
	d, err := w.e.Release(w.Context(), m, policy.Release{By: "ada"})
	w.must(err)
	if d.Verdict != policy.Allow || !d.Delivered() || d.Reasons[0].Code != policy.CodeReleased {
		w.Fatalf("released: %+v", d)
	}
	return d
}

// TestReleased: an account whose messages were held and released is in the end as one
// whose messages were allowed at once: figures, contacts, later decisions. Random
// histories of friends, first letters, rooms, repeated texts and answers; a message is
// released before the sender's next one, after some time and some answers to others.
func TestReleased(t *testing.T) {
	raced.Skip(t)
	whole := 0
	n := seeds(60, 600)
	for seed := range n {
		if !t.Run(fmt.Sprint(seed), func(t *testing.T) {
			if releasedLike(t, rand.New(rand.NewPCG(seed, 18))) {
				whole++
			}
		}) {
			return
		}
	}
	if whole < int(n)/2 {
		t.Errorf("%d of %d histories were played to their end", whole, n)
	}
}

// nearly compares sums that were added up in another order.
var nearly = cmp.Comparer(func(x, y float64) bool { return math.Abs(x-y) <= 1e-8*max(1, math.Abs(x)) })

func releasedLike(t *testing.T, r *rand.Rand) (whole bool) {
	cfg := policy.Config{Secret: []byte("released")}
	a, b := newTown(t, cfg), newTown(t, cfg)
	both := func(fn func(w *town)) { fn(a); fn(b) }
	texts := []string{"", "ok", "see you at eight then, bring the keys and the letters of the old house", "Would you like to sing in our choir? We meet on Tuesdays in the old school"}
	for i := range 40 {
		gap := time.Duration(60+r.IntN(5*3600)) * time.Second
		both(func(w *town) { w.pass(gap) })
		m := policy.Message{ID: fmt.Sprint("m", i), Sender: "sam", Recipients: policy.To(fmt.Sprint("p", r.IntN(25))), Text: texts[r.IntN(len(texts))]}
		switch r.IntN(6) {
		case 0:
			m.Recipients[0].Relation = policy.Connection
		case 1:
			m.Recipients = append(m.Recipients, policy.To(fmt.Sprint("p", r.IntN(25)), "p31")...)
		case 2:
			m.Group = "choir"
		}
		if d := b.allowed(m); !d.Delivered() {
			return false // a limit, say: the two differ from here on
		}
		if r.IntN(3) == 0 {
			a.allowed(m)
		} else {
			m := a.held(m)
			later := time.Duration(r.IntN(3)*r.IntN(4000)) * time.Second
			both(func(w *town) { w.pass(later) })
			if other := fmt.Sprint("p", r.IntN(25)); !slices.Contains(m.Recipients, policy.Recipient{ID: other}) && other != m.Recipients[0].ID && later > 0 && r.IntN(2) == 0 {
				both(func(w *town) { w.tell(policy.Reply{From: other, To: "sam", At: w.now}) })
			}
			a.release(m)
			m.At = a.now
			if d := a.evaluate(m); d.Verdict != policy.Duplicate || d.First != policy.Allow || !d.Repeat {
				t.Fatalf("a retry after the release: %+v", d)
			}
			b.evaluate(m)
		}
		if r.IntN(3) == 0 {
			both(func(w *town) { w.tell(policy.Reply{From: m.Recipients[0].ID, To: "sam", Message: m.ID, At: w.now}) })
		}
		x, y := a.account("sam"), b.account("sam")
		if diff := cmp.Diff(y, x, nearly); diff != "" {
			t.Fatalf("after message %d the account of which messages were released differs from the other: %s", i, diff)
		}
	}
	for i := range 10 { // and what follows is the same
		m := policy.Message{ID: fmt.Sprint("last", i), Sender: "sam", Recipients: policy.To(fmt.Sprint("q", i)), Text: texts[3]}
		x, y := a.evaluate(m), b.evaluate(m)
		if diff := cmp.Diff(y, x, nearly); diff != "" {
			t.Fatalf("a later decision differs: %s", diff)
		}
	}
	return true
}

// TestSixReleased: six held messages that are released and answered leave no
// unanswered approach, six contacts and six answers, also where they are released only
// after the sender's other messages.
func TestSixReleased(t *testing.T) {
	w := newTown(t, policy.Config{})
	var all []policy.Message
	for i := range 6 {
		w.pass(10 * time.Minute)
		all = append(all, w.held(policy.Message{ID: fmt.Sprint("m", i), Sender: "sam", Recipients: policy.To(fmt.Sprint("p", i)), Text: fmt.Sprint("Hello, number ", i)}))
	}
	w.pass(time.Hour)
	for i, m := range all {
		w.release(m)
		w.pass(time.Minute)
		w.tell(policy.Reply{From: m.Recipients[0].ID, To: "sam", At: w.now})
		if a := w.account("sam"); a.Unanswered != 5-i || a.Answered < float64(i)+.9 {
			t.Errorf("after %d answers: %d unanswered, %g answered", i+1, a.Unanswered, a.Answered)
		}
	}
	for i := range 6 {
		if d := w.say("sam", fmt.Sprint("p", i), "thank you"); d.Verdict != policy.Allow {
			t.Errorf("to a contact: %v", d.Verdict)
		}
	}
}

// TestReleaseToSome: what was kept from one of several recipients can be released, once.
func TestReleaseToSome(t *testing.T) {
	w := newTown(t, policy.Config{})
	w.say("sam", "vic", "hello")
	w.tell(policy.Complaint{From: "vic", Against: "sam", Category: policy.Spam, At: w.now})
	m := policy.Message{ID: "some", Sender: "sam", Recipients: policy.To("bea", "vic", "carl"), Text: "are you coming?", At: w.now}
	if d := w.evaluate(m); d.Verdict != policy.Allow || len(d.Recipients) != 1 || d.Recipients[0].ID != "vic" {
		t.Fatalf("%+v", d)
	}
	before := w.account("sam")
	w.release(m)
	after := w.account("sam")
	if after.Approached != before.Approached || after.Unanswered != before.Unanswered {
		t.Errorf("before %g, %d, after %g, %d", before.Approached, before.Unanswered, after.Approached, after.Unanswered)
	}
	if _, err := w.e.Release(t.Context(), m, policy.Release{By: "ada"}); !errors.Is(err, policy.ErrSettled) {
		t.Errorf("twice: %v", err)
	}
}

// TestReleaseBadInput: a release of what was never held, twice, with another text or by
// nobody is a named error, and changes nothing.
func TestReleaseBadInput(t *testing.T) {
	w := newTown(t, policy.Config{})
	m := w.held(policy.Message{ID: "held", Sender: "sam", Recipients: policy.To("bea"), Text: "hello"})
	w.evaluate(policy.Message{ID: "allowed", Sender: "sam", Recipients: policy.To("bea"), Text: "hi", At: w.now})
	with := func(change func(*policy.Message)) policy.Message {
		m := m
		change(&m)
		return m
	}
	state := w.state()
	for _, c := range []struct {
		name string
		m    policy.Message
		by   string
		want error // nil: a *FieldError
	}{
		{"never held", with(func(m *policy.Message) { m.ID = "new" }), "ada", policy.ErrNotFound},
		{"of somebody unknown", with(func(m *policy.Message) { m.Sender = "nobody" }), "ada", policy.ErrNotFound},
		{"allowed", with(func(m *policy.Message) { m.ID, m.Text = "allowed", "hi" }), "ada", policy.ErrSettled},
		{"another text", with(func(m *policy.Message) { m.Text = "buy" }), "ada", policy.ErrConflict},
		{"to others", with(func(m *policy.Message) { m.Recipients = policy.To("vic") }), "ada", policy.ErrConflict},
		{"by nobody", m, "", nil},
		{"without an ID", with(func(m *policy.Message) { m.ID = "" }), "ada", nil},
		{"to nobody", with(func(m *policy.Message) { m.Recipients = nil }), "ada", nil},
	} {
		d, err := w.e.Release(t.Context(), c.m, policy.Release{By: c.by})
		_, isField := errors.AsType[*policy.FieldError](err)
		if ok := errors.Is(err, c.want) || c.want == nil && isField; !ok || d.Delivered() {
			t.Errorf("%s: %v, %v", c.name, d.Verdict, err)
		}
	}
	if w.state() != state {
		t.Error("a refused release changed something")
	}
	w.release(m)
	if _, err := w.e.Release(t.Context(), m, policy.Release{By: "bob"}); !errors.Is(err, policy.ErrSettled) {
		t.Errorf("twice: %v", err)
	}
	old := with(func(m *policy.Message) { m.ID, m.At = "old", w.now.Add(-30*time.Hour) })
	w.release(old) // it may have been held: nobody remembers
	if _, err := w.e.Release(t.Context(), old, policy.Release{By: "ada"}); !errors.Is(err, policy.ErrSettled) {
		t.Errorf("an old one twice: %v", err)
	}
}

// TestDiscard: a complaint about a message that nobody got counts nothing, and a retry
// of it is rejected.
func TestDiscard(t *testing.T) {
	w := newTown(t, policy.Config{})
	m := w.held(policy.Message{ID: "held", Sender: "sam", Recipients: policy.To("bea"), Text: "hello"})
	discard := func(sender, id, by string) error {
		return w.e.Discard(t.Context(), sender, id, policy.Discard{By: by})
	}
	w.must(discard("sam", "held", "ada"))
	w.must(discard("sam", "held", "ada"))
	if d := w.evaluate(m); d.Verdict != policy.Reject || d.Delivered() {
		t.Errorf("a retry: %v", d.Verdict)
	}
	w.tell(policy.Complaint{ID: "c", From: "bea", Against: "sam", Message: "held", Category: policy.Fraud, At: w.now})
	if a := w.account("sam"); a.ComplaintWeight != 0 || len(a.Complaints) != 0 {
		t.Errorf("a complaint about what nobody got: %+v", a.Complaints)
	}
	if d := w.say("sam", "carl", "how are you?"); d.Verdict != policy.Allow {
		t.Errorf("another message: %v", d.Verdict)
	}
	if err := discard("sam", "none", "ada"); !errors.Is(err, policy.ErrNotFound) {
		t.Errorf("of nothing: %v", err)
	}
	if _, ok := errors.AsType[*policy.FieldError](discard("sam", "held", "")); !ok {
		t.Error("by nobody: no *FieldError")
	}
	w.release(m) // somebody thought better of it
	if err := discard("sam", "held", "ada"); !errors.Is(err, policy.ErrSettled) {
		t.Errorf("of a released message: %v", err)
	}
	w.tell(policy.Complaint{ID: "c", From: "bea", Against: "sam", Message: "held", Category: policy.Fraud, At: w.now})
	if a := w.account("sam"); a.ComplaintWeight == 0 {
		t.Error("a complaint about what was released counts nothing")
	}
}
