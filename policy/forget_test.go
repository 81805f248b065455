package policy_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/decorum-go/decorum/policy"
)

// forget is Forget without what remains.
func forget(e *policy.Engine, ctx context.Context, account string) error {
	_, err := e.Forget(ctx, account)
	return err
}

func (w *town) forget(account string) {
	w.Helper()
	w.must(forget(w.e, w.Context(), account))
}

// TestForgetIsNoWayOut: an account that is forgotten after each offence climbs
// the ladder as one that is not.
func TestForgetIsNoWayOut(t *testing.T) {
	climb := func(forgets bool) (kinds []string) {
		w := newTown(t, policy.Config{})
		for range 6 {
			for _, s := range w.offend("sam", 1) {
				kinds = append(kinds, fmt.Sprint(s.Kind, s.Scope))
			}
			w.pass(8 * 24 * time.Hour) // also a Warning is over
			if forgets {
				w.forget("sam")
			}
		}
		return kinds
	}
	if want, got := climb(false), climb(true); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("forgotten after each offence: %v\nwithout: %v", got, want)
	}
}

// TestForgetKeeps: what Forget keeps, and nothing else.
func TestForgetKeeps(t *testing.T) {
	w := newTown(t, policy.Config{})
	w.say("bea", "sam", "Hello Sam, are you there?")
	w.say("sam", "zoe", "Hello Zoe!")
	w.tell(policy.Reply{From: "zoe", To: "sam"}) // of which nothing is known of Zoe
	past := w.offend("sam", 2)                   // a block that has ended, and one that has, too
	last := policy.Message{ID: "last", Sender: "sam", Recipients: policy.To("bea")}
	w.send(last)
	w.tell(policy.Complaint{From: "bea", Against: "sam", Category: policy.Spam})
	was := w.account("sam")
	w.forget("sam")

	a := w.account("sam")
	want := policy.Account{
		ID: "sam", At: a.At, First: was.First, Last: was.Last, Policy: was.Policy, Strikes: was.Strikes, Offences: was.Offences,
		History: was.History, Pace: was.Pace, Probation: was.Probation, Next: was.Next, Reply: a.Reply, ReplyLow: a.ReplyLow, ReplyHigh: a.ReplyHigh,
	}
	for _, u := range was.Limits {
		want.Limits = append(want.Limits, policy.Usage{What: u.What, Limit: u.Limit})
	}
	if diff := cmp.Diff(want, a); diff != "" || len(a.Offences) != 2 || len(a.History) != 2 {
		t.Errorf("what is kept (-want +got):\n%s", diff)
	}
	if bytes.Contains(w.raw("sam"), []byte("sam")) {
		t.Error("the name is kept")
	}
	if d := w.preview(last); d.Repeat {
		t.Error("a message is remembered")
	}
	// What counts can be appealed against.
	w.overturned("sam", past[0].ID)
	if got := w.account("sam").Strikes; got > was.Strikes-.8 {
		t.Errorf("strikes %v after one of two was overturned, were %v", got, was.Strikes)
	}
	// Whom it talked to is a stranger again, and one on what was its origin may answer.
	w.say("sam", "zoe", "Hello Zoe, do you remember me?")
	w.send(policy.Message{Sender: "zoe", Recipients: policy.To("sam"), Origin: "cafe"})
	if a := w.account("sam"); a.Strangers != 1 || a.Answered != 1 {
		t.Errorf("%v strangers, %v answers; want one of each", a.Strangers, a.Answered)
	}
	// It ends: a week after the strikes have faded, there is nothing. Until then the
	// clock may be wrong.
	w.pass(250 * 24 * time.Hour)
	w.forget("sam")
	if b := w.raw("sam"); b == nil || bytes.Contains(b, []byte("sam")) {
		t.Errorf("%d bytes are kept for the case that the clock is wrong", len(b))
	}
	w.pass(8 * 24 * time.Hour)
	w.forget("sam")
	if b := w.raw("sam"); b != nil {
		t.Errorf("%d bytes are kept when all has faded", len(b))
	}
}

// TestForgetStartsAnew: what is kept against an account apart, it is judged after
// Forget as one that nobody knows, whatever it did before.
func TestForgetStartsAnew(t *testing.T) {
	w := newTown(t, policy.Config{Policy: policy.Observe()})
	vic := policy.Message{Sender: "sam", Recipients: []policy.Recipient{{ID: "vic", Relation: policy.Stranger}}, Origin: "cafe"}
	for i := range 60 {
		w.pass(10 * time.Minute)
		w.send(policy.Message{Sender: "sam", Recipients: policy.To(fmt.Sprint("prey", i)), Text: spam, Origin: "cafe"})
		vic.ID = ""
		w.send(vic)
		if i < 3 {
			w.tell(policy.Complaint{From: fmt.Sprint("prey", i), Against: "sam", Category: policy.Spam})
		}
	}
	messages := []policy.Message{
		{Recipients: policy.To("somebody new"), Text: spam}, {Recipients: vic.Recipients}, {Recipients: policy.To("prey7"), Text: "Hello?"},
	}
	before := 0
	for _, m := range messages {
		m.Sender = "sam"
		before += len(w.preview(m).Reasons)
	}
	if a := w.account("sam"); before < 15 || a.Gaps == 0 {
		t.Fatalf("%d reasons in all, %d gaps: the test shows little", before, a.Gaps)
	}
	for _, who := range []string{"sam", "new"} { // of whom the order is kept
		w.must(w.e.Override(t.Context(), policy.Override{Account: who, Verdict: policy.Hold, By: "eve"}))
	}
	w.forget("sam")
	if w.raw("sam") == nil {
		t.Fatal("nothing is kept: the test shows nothing")
	}
	for range 3 { // turns are counted from the second on
		for _, m := range messages {
			w.pass(10 * time.Minute)
			var got [2]policy.Decision
			for i, who := range []string{"sam", "new"} {
				m.Sender = who
				got[i] = w.evaluate(m)
			}
			if got[0].Score != got[1].Score || fmt.Sprint(got[0].Reasons) != fmt.Sprint(got[1].Reasons) {
				t.Errorf("%+v: %v %v, by a new account %v %v", m, got[0].Score, got[0].Reasons, got[1].Score, got[1].Reasons)
			}
		}
	}
	a, b := w.account("sam"), w.account("new")
	if a.Gaps != b.Gaps || a.Regularity != b.Regularity || a.Approached != b.Approached || a.Unanswered != b.Unanswered {
		t.Errorf("%+v, a new account %+v", a, b)
	}
}

// TestForgetFree: of an account without strikes, sanctions and order there is
// nothing left; nor of any other, where the policy says so.
func TestForgetFree(t *testing.T) {
	w := newTown(t, policy.Config{})
	w.say("sam", "bea", "Hello")
	w.forget("sam")
	if b := w.raw("sam"); b != nil {
		t.Errorf("%d bytes are kept of nobody", len(b))
	}
	p := policy.Default()
	p.KeepSanctionsOnForget = false
	w = newTown(t, policy.Config{Policy: p})
	w.offend("sam", 3)
	w.forget("sam")
	if b := w.raw("sam"); b != nil {
		t.Errorf("%d bytes are kept against the policy", len(b))
	}
}

// TestForgetStandingKinds: a Restriction, a Suspension and a moderator's Hold
// outlive it; an exemption does not.
func TestForgetStandingKinds(t *testing.T) {
	w := newTown(t, policy.Config{})
	for _, k := range []policy.Kind{policy.Restriction, policy.Suspension} {
		who := k.String()
		w.impose(policy.Sanction{Account: who, Kind: k, PerDay: 3, By: "eve", Until: w.now.Add(90 * 24 * time.Hour)})
		w.forget(who)
		w.pass(20 * 24 * time.Hour)
		if st := w.account(who).Standing; len(st) != 1 || st[0].Kind != k {
			t.Errorf("%v stand, want the %v", st, k)
		}
	}
	for _, v := range []policy.Verdict{policy.Hold, policy.Allow} {
		who := v.String()
		w.must(w.e.Override(t.Context(), policy.Override{Account: who, Verdict: v, By: "eve"}))
		w.forget(who)
		err := w.e.ClearOverride(t.Context(), who)
		if kept := err == nil; kept != (v == policy.Hold) {
			t.Errorf("an order to %v: kept %v (%v)", v, kept, err)
		}
		if v == policy.Allow && !errors.Is(err, policy.ErrNotFound) {
			t.Error(err)
		}
	}
}

// TestForgetBlamesNoText: what the account writes afterwards is not taken for the
// text that it was sanctioned for.
func TestForgetBlamesNoText(t *testing.T) {
	w := newTown(t, policy.Config{})
	w.until("sam", spam, policy.Block)
	w.forget("sam")
	w.pass(25 * time.Hour)
	if d := w.say("sam", "bea", "Good morning, is the room on the first floor still free? I would like to rent it from May"); d.Verdict != policy.Allow || len(d.Reasons) != 1 || d.Reasons[0].Code != "account.strikes" {
		t.Errorf("%v, %v", d.Verdict, d.Reasons)
	}
}

// TestForgetOrigin: under another name only the origin tells.
func TestForgetOrigin(t *testing.T) {
	w := newTown(t, policy.Config{})
	w.offend("sam", 1)
	w.forget("sam")
	for _, c := range []struct {
		origin string
		want   bool
	}{{"cafe", true}, {"home", false}} {
		d := w.send(policy.Message{Sender: "sam in " + c.origin, Recipients: policy.To("bea"), Origin: c.origin})
		if _, got := reasonOf(d, policy.CodeOrigin); got != c.want {
			t.Errorf("origin %s: told on %v, want %v", c.origin, got, c.want)
		}
	}
}

// TestForgetReporter: whose complaints were found wrong is not believed again
// because he was forgotten; of whom they were found right nothing is kept.
func TestForgetReporter(t *testing.T) {
	for _, right := range []bool{false, true} {
		w := newTown(t, policy.Config{})
		for i := range 5 {
			who := fmt.Sprint("ann", i)
			w.pass(15 * 24 * time.Hour) // who turns many away at once is looked after
			w.say(who, "carl", "Hello Carl")
			w.tell(policy.Complaint{From: "carl", Against: who, ID: fmt.Sprint("c", i), Category: policy.Spam})
			w.tell(policy.Review{Account: who, Complaint: fmt.Sprint("c", i), Abusive: right, By: "eve"})
		}
		before := len(w.records())
		w.forget("carl")
		if gone := before - len(w.records()); gone != map[bool]int{false: 2, true: 3}[right] {
			t.Errorf("complaints found right %v: %d records are gone", right, gone)
		}
		want := .29 // for none of five
		if right {
			want = 1
		}
		if got := w.weigh("carl", "bea", time.Time{}); got != want {
			t.Errorf("complaints found right %v: the next one weighs %v, want %v", right, got, want)
		}
	}
}
