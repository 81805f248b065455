package policy

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy/internal/keys"
)

func (w *town) forget(account string) {
	w.Helper()
	if err := w.e.Forget(w.Context(), account); err != nil {
		w.Fatal(err)
	}
}

// offend makes an account commit offences, 49 hours apart.
func (w *town) offend(account string, n int) (all []Sanction) {
	w.Helper()
	for range n {
		d := w.send(Message{Sender: account, Recipients: To(fmt.Sprint("prey", w.n)), Text: spam, Evidence: damning, Origin: "cafe"})
		all = append(all, d.Imposed...)
		w.pass(49 * time.Hour)
	}
	return all
}

// TestForgetIsNoWayOut: an account that is forgotten after each offence climbs
// the ladder as one that is not.
func TestForgetIsNoWayOut(t *testing.T) {
	climb := func(forgets bool) (kinds []string) {
		w := newTown(t, Config{})
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
	w := newTown(t, Config{})
	w.say("bea", "sam", "Hello Sam, are you there?")
	w.say("sam", "bea", "Yes")
	past := w.offend("sam", 2) // a block that has ended, and one that has, too
	w.tell(Complaint{From: "bea", Against: "sam", Category: Spam})
	strikes := w.account("sam").Strikes
	w.forget("sam")

	r := w.record("sam")
	a := w.account("sam")
	if a.Strikes != strikes || len(a.Offences) != 2 || len(a.History) != 2 {
		t.Errorf("strikes %v of %v, %d offences, %d past sanctions; want all of them", a.Strikes, strikes, len(a.Offences), len(a.History))
	}
	if r.name != "" || r.contacts.n > 0 || r.open.n > 0 || r.texts.n > 0 || r.prints.n > 0 || r.complaints.n > 0 || r.reached.Sum != 0 ||
		!r.messages.IsZero() || !r.people.IsZero() || r.origins != (origins{}) || r.course.mark.at != 0 || r.course.blame != [maxTexts]uint32{} {
		t.Errorf("something else is kept: %+v", r)
	}
	// What counts can be appealed against.
	ap, err := w.e.Appeal(t.Context(), Appeal{Account: "sam", Sanction: past[0].ID})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.e.Resolve(t.Context(), "sam", ap.ID, Ruling{Outcome: Overturned, By: "eve"}); err != nil {
		t.Fatal(err)
	}
	if got := w.account("sam").Strikes; got > strikes-.8 {
		t.Errorf("strikes %v after one of two was overturned, were %v", got, strikes)
	}
	// It ends: when the strikes have faded, there is nothing.
	w.pass(250 * 24 * time.Hour)
	w.forget("sam")
	if b := w.raw("sam"); b != nil {
		t.Errorf("%d bytes are kept when all has faded", len(b))
	}
}

// TestForgetFree: of an account without strikes, sanctions and order there is
// nothing left; nor of any other, where the policy says so.
func TestForgetFree(t *testing.T) {
	w := newTown(t, Config{})
	w.say("sam", "bea", "Hello")
	w.forget("sam")
	if b := w.raw("sam"); b != nil {
		t.Errorf("%d bytes are kept of nobody", len(b))
	}
	p := Default()
	p.KeepSanctionsOnForget = false
	w = newTown(t, Config{Policy: p})
	w.offend("sam", 3)
	w.forget("sam")
	if b := w.raw("sam"); b != nil {
		t.Errorf("%d bytes are kept against the policy", len(b))
	}
}

// TestForgetStandingKinds: a Restriction, a Suspension and a moderator's Hold
// outlive it; an exemption does not.
func TestForgetStandingKinds(t *testing.T) {
	w := newTown(t, Config{})
	for _, k := range []Kind{Restriction, Suspension} {
		who := k.String()
		if _, err := w.e.Impose(t.Context(), Sanction{Account: who, Kind: k, PerDay: 3, By: "eve", Until: w.now.Add(90 * 24 * time.Hour)}); err != nil {
			t.Fatal(err)
		}
		w.forget(who)
		w.pass(20 * 24 * time.Hour)
		if st := w.account(who).Standing; len(st) != 1 || st[0].Kind != k {
			t.Errorf("%v stand, want the %v", st, k)
		}
	}
	for _, v := range []Verdict{Hold, Allow} {
		who := v.String()
		if err := w.e.Override(t.Context(), Override{Account: who, Verdict: v, By: "eve"}); err != nil {
			t.Fatal(err)
		}
		w.forget(who)
		err := w.e.ClearOverride(t.Context(), who)
		if kept := err == nil; kept != (v == Hold) {
			t.Errorf("an order to %v: kept %v (%v)", v, kept, err)
		}
		if v == Allow && !errors.Is(err, ErrNotFound) {
			t.Error(err)
		}
	}
}

// TestForgetBlamesNoText: what the account writes afterwards is not taken for the
// text that it was sanctioned for.
func TestForgetBlamesNoText(t *testing.T) {
	w := newTown(t, Config{})
	w.until("sam", spam, Block)
	w.forget("sam")
	w.pass(25 * time.Hour)
	if d := w.say("sam", "bea", "Good morning, is the room on the first floor still free? I would like to rent it from May"); d.Verdict != Allow || len(d.Reasons) > 0 {
		t.Errorf("%v, %v", d.Verdict, d.Reasons)
	}
}

// TestForgetOrigin: under another name only the origin tells.
func TestForgetOrigin(t *testing.T) {
	w := newTown(t, Config{})
	w.offend("sam", 1)
	w.forget("sam")
	for _, c := range []struct {
		origin string
		want   bool
	}{{"cafe", true}, {"home", false}} {
		d := w.send(Message{Sender: "sam in " + c.origin, Recipients: To("bea"), Origin: c.origin})
		got := false
		for _, r := range d.Reasons {
			got = got || r.Code == CodeOrigin
		}
		if got != c.want {
			t.Errorf("origin %s: told on %v, want %v", c.origin, got, c.want)
		}
	}
}

// TestForgetReporter: whose complaints were found wrong is not believed again
// because he was forgotten; of whom they were found right nothing is kept.
func TestForgetReporter(t *testing.T) {
	for _, right := range []bool{false, true} {
		w := newTown(t, Config{})
		for i := range 5 {
			who := fmt.Sprint("ann", i)
			w.say(who, "carl", "Hello Carl")
			w.tell(Complaint{From: "carl", Against: who, ID: fmt.Sprint("c", i), Category: Spam})
			w.tell(Review{Account: who, Complaint: fmt.Sprint("c", i), Abusive: right, By: "eve"})
		}
		w.forget("carl")
		kept := w.rawKey(w.e.keys.Reporter(keys.Person(w.e.keys.Key(keys.Account, "carl")))) != nil
		if kept == right {
			t.Errorf("complaints found right %v: kept %v", right, kept)
		}
	}
}
