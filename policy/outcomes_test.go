package policy_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storetest"
)

// reporters makes a town that notes what reporters are told.
func reporters(t *testing.T, p *policy.Policy) (w *town, told func() []policy.ReportOutcome) {
	t.Helper()
	var all []policy.ReportOutcome
	w = newTown(t, policy.Config{Policy: p, Hooks: policy.Hooks{Reported: func(_ context.Context, o *policy.ReportOutcome) { all = append(all, *o) }}})
	return w, func() []policy.ReportOutcome {
		now := all
		all = nil
		return now
	}
}

// meet has somebody get a message of an account, and complain about it.
func (w *town) meet(who, account string, c policy.Category) {
	w.Helper()
	w.say(account, who, "Good morning "+who+", I am "+account)
	w.pass(time.Minute)
	w.tell(policy.Complaint{From: who, Against: account, Category: c})
}

// Who complains is told that it was taken, and once what became of it: a person's
// finding, or that something followed. Later outcomes have no name, and nobody else
// hears of anything.
func TestReportOutcomes(t *testing.T) {
	for _, c := range []struct {
		name string
		then func(*town)
		want policy.ReportStatus
		last policy.ReportStatus // after an appeal that is granted
	}{
		{"nothing", func(w *town) {}, 0, 0},
		{"found innocent", func(w *town) { w.tell(policy.Review{Account: "sam", By: "mo"}) }, policy.ReportNoAction, 0},
		{"found abusive", func(w *town) { w.tell(policy.Review{Account: "sam", By: "mo", Abusive: true}) }, policy.ReportConfirmed, 0},
		{"found twice", func(w *town) {
			w.tell(policy.Review{Account: "sam", By: "mo", Abusive: true})
			w.tell(policy.Review{Account: "sam", By: "lee", Abusive: true})
		}, policy.ReportConfirmed, 0},
		{"the ladder", func(w *town) { w.offend("sam", 1) }, policy.ReportThanks, 0},
		{"the ladder twice", func(w *town) { w.offend("sam", 2) }, policy.ReportThanks, 0},
		{"by hand", func(w *town) {
			_, err := w.e.Impose(w.Context(), policy.Sanction{Account: "sam", Kind: policy.Block, By: "mo"})
			w.must(err)
		}, policy.ReportThanks, 0},
		{"taken back", func(w *town) {
			w.tell(policy.Complaint{From: "bea", Against: "sam", Category: policy.Spam, ID: "again"})
			w.tell(policy.Review{Account: "sam", By: "mo", Abusive: true})
			a := w.account("sam")
			appeal, err := w.e.Appeal(w.Context(), policy.Appeal{Account: "sam", Sanction: a.Standing[0].ID})
			w.must(err)
			w.must(w.e.Resolve(w.Context(), "sam", appeal.ID, policy.Ruling{Outcome: policy.Overturned, By: "lee"}))
		}, policy.ReportConfirmed, policy.ReportNoAction},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, told := reporters(t, nil)
			category := policy.Spam
			if c.last != 0 {
				category = policy.Fraud // suspends
			}
			w.meet("bea", "sam", category)
			w.meet("carl", "other", policy.Spam) // who is told no more
			w.say("sam", "dora", "Good morning Dora")
			w.tell(policy.BlockedBy{From: "dora", Against: "sam"}) // nor is she
			got := told()
			if len(got) != 2 || got[0] != (policy.ReportOutcome{Report: got[0].Report, Against: "sam", From: "bea", Outcome: policy.ReportTaken, At: got[0].At}) || len(got[0].Report) != 16 || got[0].Report == got[1].Report {
				t.Fatal("told", got)
			}
			report := got[0].Report
			c.then(w)
			got = slices.DeleteFunc(told(), func(o policy.ReportOutcome) bool { return o.Outcome == policy.ReportTaken && o.Report == report })
			var want []policy.ReportStatus
			for _, s := range []policy.ReportStatus{c.want, c.last} {
				if s != 0 {
					want = append(want, s)
				}
			}
			for i, o := range got {
				if i >= len(want) || o != (policy.ReportOutcome{Report: report, Against: "sam", Outcome: want[i], At: o.At}) {
					t.Errorf("told %+v, want %v", got, want)
				}
			}
			if len(got) != len(want) {
				t.Errorf("told %+v, want %v", got, want)
			}
		})
	}
}

// Above complaints.per_reporter accounts within an hour a complaint is taken, and said to
// weigh nothing; until a person confirms it, or the hour is over.
func TestReportLimit(t *testing.T) {
	for _, most := range []int{0, 3, 10} {
		p := policy.Default()
		p.Complaints.PerReporter = most
		p.Classes[policy.Member].Limits.TurnedAwayNew, p.Classes[policy.Member].Limits.TurnedAwayAll = 0, 0
		w, told := reporters(t, p)
		for i := range 14 {
			account := fmt.Sprint("sam", i)
			w.meet("bea", account, policy.Spam)
			over := most > 0 && i >= most
			got := told()
			if len(got) != 1 || got[0].Limited != over || strings.Contains(got[0].String(), "many accounts") != over {
				t.Fatalf("%d an hour, complaint %d: told %+v", most, i+1, got)
			}
			a := w.account(account)
			if weighs := a.ComplaintWeight > 0; weighs == over || len(a.Complaints) != 1 {
				t.Fatalf("%d an hour, complaint %d weighs %v: %v", most, i+1, a.ComplaintWeight, a.Complaints)
			}
		}
		if most == 0 {
			continue
		}
		w.tell(policy.Review{Account: "sam13", By: "mo", Abusive: true})
		if a := w.account("sam13"); a.ComplaintWeight < 1 {
			t.Errorf("a confirmed one weighs %v", a.ComplaintWeight)
		}
		// One about whom they complained before takes nothing back, and is not one more.
		w.tell(policy.Complaint{From: "bea", Against: "sam0", Category: policy.Fraud})
		if a := w.account("sam0"); a.ComplaintWeight < .9 || a.Complaints[0].Category != policy.Fraud {
			t.Errorf("the first, again, weighs %v: %v", a.ComplaintWeight, a.Complaints)
		}
		told()
		w.pass(time.Hour)
		if w.meet("bea", "eve", policy.Spam); told()[0].Limited {
			t.Error("an hour later it is over the limit still")
		}
	}
}

// What is over the limit is no witness: of people who were deceived so many are wanted.
func TestReportLimitDeceived(t *testing.T) {
	for _, over := range []bool{false, true} {
		p := policy.Default()
		p.Complaints.PerReporter = 1
		w, told := reporters(t, p)
		for i := range 4 {
			who := fmt.Sprint("prey", i)
			if over {
				w.meet(who, fmt.Sprint("another", i), policy.Spam)
			}
			w.say("sam", who, fmt.Sprint("Hello number ", i, ", how is the weather over there?"))
			w.pass(time.Hour / 6)
			w.say(who, "sam", "fine, and yours?")
			w.pass(time.Minute)
			w.tell(policy.Complaint{From: who, Against: "sam", Category: policy.Fraud})
			if got := told(); got[len(got)-1].Limited != over {
				t.Fatalf("told %+v", got)
			}
			w.pass(12 * time.Hour)
		}
		harmed := slices.ContainsFunc(w.account("sam").Standing, func(s policy.Sanction) bool { return harsh(s.Kind) })
		if harmed == over {
			t.Errorf("over the limit %v: %v", over, w.account("sam").Standing)
		}
	}
}

// A message that is judged without the store tells nobody of what came of an earlier one.
func TestReportOutcomesFault(t *testing.T) {
	var told []policy.ReportOutcome
	hooks := policy.Hooks{Reported: func(_ context.Context, o *policy.ReportOutcome) { told = append(told, *o) }}
	store := storetest.NewFaulty(policy.NewMemory(0))
	p := policy.Default()
	m := p.Classes[policy.Member]
	m.Score.Prior, m.Score.Warn, m.Score.Act = .008, .02, .06
	w := newTown(t, policy.Config{Policy: p, Store: store, Hooks: hooks, OnFault: policy.HoldAll, Logger: slog.New(slog.DiscardHandler)})
	w.meet("bea", "sam", policy.Impersonation)
	if len(told) != 2 || told[1].Outcome != policy.ReportThanks {
		t.Fatal("told", told)
	}
	told = nil
	store.Break(func(storetest.Call) storetest.Fault { return storetest.Fault{Kind: storetest.Refuse} })
	for i := range 10 {
		if _, err := w.e.Evaluate(t.Context(), policy.Message{Sender: fmt.Sprint("zoe", i), Recipients: policy.To("dora")}); err == nil {
			t.Fatal("the store is not away")
		}
	}
	if len(told) > 0 {
		t.Errorf("told %+v", told)
	}
}

// A reporter's own record that can't be read makes no complaint weightless.
func TestReportUnread(t *testing.T) {
	w := newTown(t, policy.Config{})
	w.say("bea", "ann", "Good morning")
	w.say("sam", "bea", "Good morning")
	w.put(w.key("bea"), []byte("damaged"))
	err := w.e.Record(t.Context(), policy.Complaint{From: "bea", Against: "sam"})
	if !errors.Is(err, policy.ErrRecord) { // that she wants no more of them is not kept
		t.Errorf("Record: %v", err)
	}
	if a := w.account("sam"); a.ComplaintWeight != 1 {
		t.Errorf("the complaint weighs %v", a.ComplaintWeight)
	}
}
