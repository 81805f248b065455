package policy_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// TestAccountWithoutEnd: an order and a suspension without an end have none in an Account,
// and what they keep from fading fades at no time that is known.
func TestAccountWithoutEnd(t *testing.T) {
	w, ctx := newTown(t, policy.Config{}), context.Background()
	w.damn("sam")
	if a := w.account("sam"); len(a.Offences) != 1 || !a.Offences[0].Fades.After(a.At) {
		t.Fatalf("before: %+v", a.Offences)
	}
	if err := w.e.Override(ctx, policy.Override{Account: "sam", Verdict: policy.Hold, By: "mo"}); err != nil {
		t.Fatal(err)
	}
	w.pass(time.Hour)
	s, err := w.e.Impose(ctx, policy.Sanction{Account: "sam", Kind: policy.Suspension, By: "mo"})
	if err != nil {
		t.Fatal(err)
	}
	a := w.account("sam")
	if a.Override == nil || !a.Override.Until.IsZero() {
		t.Errorf("the order is %+v", a.Override)
	}
	for _, o := range a.Offences {
		if !o.Fades.IsZero() {
			t.Errorf("an offence fades at %v while a suspension without an end stands", o.Fades)
		}
	}
	if err := w.e.Lift(ctx, "sam", s.ID, policy.Lifting{By: "mo"}); err != nil {
		t.Fatal(err)
	}
	if a = w.account("sam"); len(a.Offences) == 0 || !a.Offences[0].Fades.After(a.At) {
		t.Errorf("after it was lifted: %+v", a.Offences)
	}
}

// TestAccountString: a moderator reads of orders, sanctions and open appeals, and nothing of
// answers where nobody was written to.
func TestAccountString(t *testing.T) {
	w, ctx := newTown(t, policy.Config{}), context.Background()
	w.say("sam", "bea", "Good morning")
	says := func(want, not string) {
		t.Helper()
		got := w.account("sam").String()
		if !strings.Contains(got, want) || not != "" && strings.Contains(got, not) {
			t.Errorf("want %q, and not %q:\n%s", want, not, got)
		}
	}
	order := func(v policy.Verdict, until time.Time) {
		t.Helper()
		if err := w.e.Override(ctx, policy.Override{Account: "sam", Verdict: v, By: "mo", Until: until}); err != nil {
			t.Fatal(err)
		}
	}
	says(": in good standing; strikes 0", "order")
	order(policy.Hold, w.now.Add(time.Hour))
	says(": all messages are held by order of mo until "+w.now.Format("2 January"), "good standing")
	order(policy.Allow, time.Time{})
	says(": in good standing; exempt by order of mo until lifted; strikes 0", "held")
	s, err := w.e.Impose(ctx, policy.Sanction{Account: "sam", Kind: policy.Suspension, By: "mo"})
	if err != nil {
		t.Fatal(err)
	}
	says("suspension (account) until lifted; exempt by order of mo until lifted", "appeal")
	a, err := w.e.Appeal(ctx, policy.Appeal{Account: "sam", Sanction: s.ID})
	if err != nil {
		t.Fatal(err)
	}
	says("until lifted, appeal open; exempt", "good standing")
	if err := w.e.Resolve(ctx, "sam", a.ID, policy.Ruling{Outcome: policy.Upheld, By: "lee"}); err != nil {
		t.Fatal(err)
	}
	says("until lifted; exempt", "appeal open")
	if _, err := w.e.Impose(ctx, policy.Sanction{Account: "nell", Kind: policy.Block, By: "mo"}); err != nil {
		t.Fatal(err)
	}
	if got := w.account("nell").String(); strings.Contains(got, "answers: ") {
		t.Errorf("wrote to nobody: %s", got)
	}
}
