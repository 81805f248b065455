package policy_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/raced"
	"github.com/decorum-go/decorum/scoring"
)

// guilty has n accounts commit an offence at once, in so many goroutines, and
// returns those that were sanctioned and those whose message was held.
func (w *town) guilty(accounts []string, goroutines int) (sanctioned, held []string) {
	w.Helper()
	var next atomic.Int64
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(accounts) {
					return
				}
				name := accounts[i]
				m := policy.Message{ID: fmt.Sprint(name, w.now.Unix()), Sender: name, Recipients: policy.To("prey-of-" + name), At: w.now, Evidence: damning}
				d, err := w.e.Evaluate(context.Background(), m)
				mu.Lock()
				switch {
				case err != nil:
					w.Error(err)
				case d.Verdict == policy.Reject && len(d.Imposed) == 1 && d.Imposed[0].Kind == policy.Block:
					sanctioned = append(sanctioned, name)
				case d.Verdict == policy.Hold && len(d.Imposed) == 0 && len(d.Reasons) > 0 && d.Reasons[0].Code == policy.CodeBudget:
					held = append(held, name)
				default:
					w.Errorf("%s: %v, imposed %v, reasons %v", name, d.Verdict, d.Imposed, d.Reasons)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return sanctioned, held
}

func crowd(n int) (names []string) {
	for i := range n {
		names = append(names, fmt.Sprint("culprit", i))
	}
	return names
}

// TestBudget: thousands of guilty accounts at once under a budget of 200 an hour:
// exactly 200 are sanctioned, the others held, and if they go on they follow in
// later hours, every one, once.
func TestBudget(t *testing.T) {
	for _, goroutines := range []int{1, 8} {
		t.Run(fmt.Sprint(goroutines, " goroutines"), func(t *testing.T) {
			n := int(seeds(2_000, 10_000))
			w := newTown(t, policy.Config{})
			names := crowd(n)
			sanctioned, held := w.guilty(names, goroutines)
			if len(sanctioned) != 200 || len(held) != n-200 {
				t.Fatalf("%d sanctioned, %d held; want 200 and %d", len(sanctioned), len(held), n-200)
			}
			if again, still := w.guilty(later(w, 30*time.Minute, held), goroutines); len(again) != 0 || len(still) != len(held) {
				t.Fatalf("half an hour later %d more are sanctioned; want none", len(again))
			}
			var standing int
			for _, err := range w.e.Sanctions(t.Context()) {
				if err != nil {
					t.Fatal(err)
				}
				standing++
			}
			if standing != 200 {
				t.Fatalf("%d sanctions stand, want 200", standing)
			}
			// The first few that were held have no strike, no sanction and no incident.
			for _, name := range held[:20] {
				a := w.account(name)
				if len(a.Offences)+len(a.Standing)+len(a.History) > 0 || a.Strangers == 0 {
					t.Fatalf("%s was held, and has %+v", name, a)
				}
			}
			hours := 3
			if goroutines == 1 && !raced.On() {
				hours = n / 200
			}
			for h := 0; len(held) > 0 && h < hours; h++ {
				w.pass(64 * time.Minute)
				sanctioned, held = w.guilty(held, goroutines)
				if want := min(200, len(sanctioned)+len(held)); len(sanctioned) != want {
					t.Fatalf("hour %d: %d sanctioned, %d held; want %d", h, len(sanctioned), len(held), want)
				}
			}
			if hours > 3 && len(held) > 0 {
				t.Errorf("%d were never sanctioned", len(held))
			}
		})
	}
}

func later(w *town, d time.Duration, names []string) []string {
	w.pass(d)
	return names
}

// TestBudgetShare: 1% of the active accounts, where that is more.
func TestBudgetShare(t *testing.T) {
	p := policy.Default()
	p.Budget = policy.Budget{PerHour: 5, Share: .01}
	w := newTown(t, policy.Config{Policy: p})
	for i := range 3000 {
		w.evaluate(policy.Message{Sender: fmt.Sprint("member", i), Recipients: policy.To("host"), At: w.now})
	}
	sanctioned, _ := w.guilty(crowd(200), 4)
	// The counter of active accounts is right within a few percent.
	if n := len(sanctioned); n < 29 || n > 34 {
		t.Errorf("%d sanctioned, want 1%% of 3,000 to 3,200", n)
	}
}

// TestBudgetOfNone: automation warns, and does nothing above.
func TestBudgetOfNone(t *testing.T) {
	p := policy.Default()
	p.Budget = policy.Budget{}
	w := newTown(t, policy.Config{Policy: p})
	kinds, verdicts := map[policy.Kind]int{}, map[policy.Verdict]int{}
	for _, d := range w.blast("sam", 60, spam) {
		verdicts[d.Verdict]++
		for _, s := range d.Imposed {
			kinds[s.Kind]++
		}
	}
	if len(kinds) != 1 || kinds[policy.Warning] != 1 {
		t.Errorf("imposed %v, want one Warning", kinds)
	}
	if verdicts[policy.Reject] != 0 || verdicts[policy.Hold] < 20 {
		t.Errorf("verdicts %v, want most held and none rejected", verdicts)
	}
	if d := w.say("sam", "bea", spam); !strings.Contains(d.Reasons[0].String(), "budget") || d.Notice().Code != policy.NoticeHeld {
		t.Errorf("held because %v; the sender is told %q", d.Reasons[0], d.Notice())
	}
	// With a budget again, the next offence is judged afresh.
	w.must(w.e.SetPolicy(policy.Default()))
	if d := w.say("sam", "carl", spam); d.Verdict != policy.Reject || len(d.Imposed) != 1 || d.Imposed[0].Kind != policy.Block {
		t.Errorf("with a budget: %v, %v", d.Verdict, d.Imposed)
	}
}

// TestBudgetIsKept: Preview takes nothing, Warnings take nothing, a person's
// own sanctions take nothing, and a snapshot holds what was taken.
func TestBudgetIsKept(t *testing.T) {
	p := policy.Default()
	p.Budget = policy.Budget{PerHour: 10}
	w := newTown(t, policy.Config{Policy: p})
	names := crowd(40)
	for _, name := range names {
		m := policy.Message{ID: "x", Sender: name, Recipients: policy.To("prey"), At: w.now, Evidence: damning}
		if d := w.preview(m); d.Verdict != policy.Reject {
			t.Fatalf("Preview: %v", d.Verdict)
		}
		w.impose(policy.Sanction{Account: "by hand " + name, Kind: policy.Suspension, By: "moderator"})
		warned := policy.Message{ID: "x", Sender: "warned " + name, Recipients: policy.To("prey"), At: w.now, Evidence: []scoring.Evidence{{Code: "host", Family: scoring.Content, LogOdds: 3}, {Code: "host", Family: scoring.Standing, LogOdds: .4}}}
		if d := w.send(warned); d.Verdict != policy.Flag || len(d.Imposed) != 1 || d.Imposed[0].Kind != policy.Warning {
			t.Fatalf("%v, %v; want a Warning", d.Verdict, d.Imposed)
		}
	}
	sanctioned, _ := w.guilty(names[:6], 1)
	second := newTown(t, policy.Config{Policy: p})
	second.must(second.e.Restore(t.Context(), strings.NewReader(w.state())))
	more, _ := second.guilty(names[6:], 1)
	if len(sanctioned) != 6 || len(more) != 4 || slices.Contains(more, names[0]) {
		t.Errorf("%d sanctioned before the snapshot, %d after it; want 6 and 4", len(sanctioned), len(more))
	}
}
