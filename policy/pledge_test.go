package policy_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// pledged has an account offend, and a person end what it brings under a pledge.
func (w *town) pledged(account string) (s policy.Sanction) {
	w.Helper()
	d := w.damn(account)
	if len(d.Imposed) != 1 {
		w.Fatalf("the offence brings %v", d.Imposed)
	}
	a, err := w.e.Appeal(w.Context(), policy.Appeal{Account: account, Sanction: d.Imposed[0].ID, Pledge: true})
	w.must(err)
	if !a.Pledge || !w.account(account).Standing[0].Appeal.Pledge {
		w.Errorf("the appeal %+v offers no pledge", a)
	}
	ruling := policy.Ruling{Outcome: policy.Reduced, Pledge: true, By: "judge"}
	w.must(w.e.Resolve(w.Context(), account, a.ID, ruling))
	w.must(w.e.Resolve(w.Context(), account, a.ID, ruling)) // the same twice is one
	ruling.Pledge = false
	if err := w.e.Resolve(w.Context(), account, a.ID, ruling); !errors.Is(err, policy.ErrSettled) {
		w.Errorf("without the pledge it is %v", err)
	}
	return d.Imposed[0]
}

// damn sends what nobody can doubt.
func (w *town) damn(account string) policy.Decision {
	w.Helper()
	return w.evaluate(policy.Message{Sender: account, Recipients: policy.To("bea"), Evidence: damning})
}

// TestPledge: a breach brings the next step at the first offence and says why; a pledge
// that is kept ends the strikes; both are seen in the account, the sanction and the
// notice, also after a restart; a breach that is overturned was none.
func TestPledge(t *testing.T) {
	w := newTown(t, policy.Config{})
	first := w.pledged("sam")
	until := w.now.Add(90 * aDay)
	if a := w.account("sam"); !a.Pledge.Equal(until) || len(a.Standing) != 0 || a.Strikes != 1 || !strings.Contains(a.String(), "under a pledge until") {
		t.Errorf("after the ruling: %v", a)
	} else if s := a.History[0]; !s.Pledge.Equal(until) || !s.Appeal.Ruling.Pledge || s.ID != first.ID {
		t.Errorf("the sanction is %+v", s)
	} else if n := a.Notice(); n.Code != policy.NoticePledge || !n.Pledge.Equal(until) || n.String() == "" {
		t.Errorf("told %+v", n)
	}
	w.pass(30 * aDay)
	if d := w.say("sam", "carl", "Good morning"); d.Verdict != policy.Allow || !d.Pledge.Equal(until) || d.Notice() != (policy.Notice{}) {
		t.Errorf("an ordinary message: %v until %v, told %v", d.Verdict, d.Pledge, d.Notice())
	}
	d := w.damn("sam")
	if len(d.Imposed) != 1 || d.Imposed[0].Kind != policy.Block || d.Imposed[0].Scope != policy.Messaging || !d.Pledge.IsZero() {
		t.Fatalf("the breach brings %v, the pledge is until %v", d.Imposed, d.Pledge)
	}
	if r := d.Imposed[0].Reasons[0]; r.Code != policy.CodePledge || r.Value != 30 || r.Limit != 90 {
		t.Errorf("because %v", r)
	}
	if n := d.Notice(); !n.Broken || !n.Pledge.IsZero() {
		t.Errorf("told %+v", n)
	}
	// It is as if the breach had never been, and the pledge is kept.
	w.overturned("sam", d.Imposed[0].ID)
	if a := w.account("sam"); !a.Pledge.Equal(until) {
		t.Errorf("after the breach was overturned a pledge holds until %v", a.Pledge)
	}
	w.now = until.Add(-time.Minute)
	if a := w.account("sam"); len(a.Offences) != 1 || !a.Offences[0].Fades.Equal(until) || !a.Next.Equal(until) {
		t.Errorf("a minute before its end: %+v, next %v", a.Offences, a.Next)
	}
	w.now = until
	if a := w.account("sam"); a.Strikes != 0 || len(a.Offences) != 0 || !a.Pledge.IsZero() {
		t.Errorf("kept: strikes %v in %v, until %v", a.Strikes, a.Offences, a.Pledge)
	}
	if d := w.damn("sam"); len(d.Imposed) != 1 || d.Imposed[0].Scope != policy.Outreach {
		t.Errorf("the next offence brings %v", d.Imposed)
	}
}

// TestPledgeGraver: of every step, a breach brings the one after it, and of the last the
// last that automation may take, and a person is asked.
func TestPledgeGraver(t *testing.T) {
	w := newTown(t, policy.Config{})
	ladder := policy.Default().Classes[policy.Member].Ladder
	for i, step := range ladder[1:5] {
		name := string(rune('a' + i))
		by := policy.Sanction{Account: name, Kind: step.Kind, Scope: step.Scope, PerDay: step.PerDay, By: "eve"}
		if step.For > 0 {
			by.Until = w.now.Add(step.For.D())
		}
		s, err := w.e.Impose(t.Context(), by)
		w.must(err)
		a, err := w.e.Appeal(t.Context(), policy.Appeal{Account: name, Sanction: s.ID, Pledge: true})
		w.must(err)
		w.must(w.e.Resolve(t.Context(), name, a.ID, policy.Ruling{Outcome: policy.Reduced, Pledge: true, By: "judge"}))
		w.pass(time.Hour)
		d := w.damn(name)
		want := ladder[min(i+2, 4)]
		if len(d.Imposed) != 1 || d.Imposed[0].Kind != want.Kind || d.Imposed[0].Scope != want.Scope {
			t.Errorf("after %v: %v, want %v", step, d.Imposed, want)
		} else if asks := slices.ContainsFunc(d.Imposed[0].Reasons, func(r policy.Reason) bool { return r.Code == policy.CodePerson }); asks != (i == 3) {
			t.Errorf("after %v a person is asked: %t", step, asks)
		}
	}
}

// TestPledgeRefused: what can't be pledged for, and that nothing is lost by it.
func TestPledgeRefused(t *testing.T) {
	w := newTown(t, policy.Config{})
	id := w.damn("sam").Imposed[0].ID
	a, err := w.e.Appeal(t.Context(), policy.Appeal{Account: "sam", Sanction: id, Pledge: true})
	w.must(err)
	ruling := policy.Ruling{Outcome: policy.Reduced, Pledge: true, By: "judge"}
	if err := w.e.Resolve(t.Context(), "sam", id, ruling); !errors.Is(err, policy.ErrNotFound) {
		t.Errorf("on a sanction instead of an appeal: %v", err)
	}
	none := policy.Default()
	none.Appeals.Pledge = 0
	w.must(w.e.SetPolicy(none))
	wantField(t, "a policy without pledges", w.e.Resolve(t.Context(), "sam", a.ID, ruling), "pledge")
	w.must(w.e.SetPolicy(policy.Default()))
	w.pass(25 * time.Hour)
	wantField(t, "one that has ended", w.e.Resolve(t.Context(), "sam", a.ID, ruling), "pledge")
	ruling.Pledge = false
	w.must(w.e.Resolve(t.Context(), "sam", a.ID, ruling))

	s, err := w.e.Impose(t.Context(), policy.Sanction{Account: "sam", Kind: policy.Referral, By: "eve"})
	w.must(err)
	a, err = w.e.Appeal(t.Context(), policy.Appeal{Account: "sam", Sanction: s.ID, Pledge: true})
	w.must(err)
	ruling.Pledge = true
	wantField(t, "a referral", w.e.Resolve(t.Context(), "sam", a.ID, ruling), "pledge")
}
