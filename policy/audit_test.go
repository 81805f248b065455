package policy_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/raced"
	"github.com/decorum-go/decorum/policy/storetest"
)

// A faultyAuditor is one that fails on demand.
type faultyAuditor struct {
	*storetest.Faulty
	audit *storetest.Audited
}

// Acts implements policy.Auditor.
func (f faultyAuditor) Acts(ctx context.Context, filter policy.ActFilter) iter.Seq2[policy.Act, error] {
	return f.audit.Acts(ctx, filter)
}

// logOf is all of an audit.
func logOf(t *testing.T, s policy.Auditor) (all []policy.Act) {
	t.Helper()
	for a, err := range s.Acts(t.Context(), policy.ActFilter{}) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, a)
	}
	return all
}

// TestActs: each call by a person is one act, with its author and what it did, and what
// automation imposes is one by nobody; a call that changes nothing is none.
func TestActs(t *testing.T) {
	store := storetest.NewAudited(policy.NewMemory(0))
	var told []policy.Act
	w := newTown(t, policy.Config{Store: store, Hooks: policy.Hooks{Acted: func(_ context.Context, a *policy.Act) { told = append(told, *a) }}})
	ctx := t.Context()
	var got []string
	step := func(err error) {
		t.Helper()
		w.must(err)
		w.pass(time.Minute)
		for _, a := range told[len(got):] {
			got = append(got, strings.TrimSpace(fmt.Sprintf("%v by %q on %q: %s %s", a.What, a.By, a.Account, a.Detail, a.Why)))
		}
	}
	s, err := w.e.Impose(ctx, policy.Sanction{Account: "sam", Kind: policy.Block, By: "mo", Reasons: []policy.Reason{{Code: policy.CodeReach}}})
	step(err)
	step(w.e.Lift(ctx, "sam", s.ID, policy.Lifting{By: "mo", Note: "a mistake"}))
	step(w.e.Lift(ctx, "sam", s.ID, policy.Lifting{By: "mo", Note: "a mistake"})) // nothing new
	if err := w.e.Lift(ctx, "sam", s.ID, policy.Lifting{By: "lee"}); !errors.Is(err, policy.ErrSettled) {
		t.Error(err)
	}
	s, err = w.e.Impose(ctx, policy.Sanction{Account: "sam", Kind: policy.Suspension, By: "mo"})
	step(err)
	a, err := w.e.Appeal(ctx, policy.Appeal{Account: "sam", Sanction: s.ID, Pledge: true, Statement: "secret"})
	step(err)
	for range 2 { // once
		step(w.e.Resolve(ctx, "sam", a.ID, policy.Ruling{Outcome: policy.Reduced, Pledge: true, By: "lee", Note: "believed"}))
	}
	step(w.e.Override(ctx, policy.Override{Account: "sam", Verdict: policy.Hold, By: "mo", Note: "watch", Until: w.now.Add(time.Hour)}))
	held := policy.Message{ID: "h", Sender: "sam", Recipients: policy.To("bea"), Text: "Good morning", At: w.now}
	w.evaluate(held)
	step(w.e.EndOverride(ctx, "sam", policy.Lifting{By: "lee", Note: "enough"}))
	_, err = w.e.Release(ctx, held, policy.Release{By: "mo", Note: "harmless"})
	step(err)
	if _, err = w.e.Release(ctx, held, policy.Release{By: "mo"}); !errors.Is(err, policy.ErrSettled) {
		t.Error(err)
	}
	step(w.e.Record(ctx, policy.Review{Account: "sam", Message: "h", By: "mo"}))
	step(w.e.Record(ctx, policy.Review{Account: "sam", Abusive: true, By: "lee"}))
	step(w.e.Brake(ctx, "mo", "a drill"))
	step(w.e.Unbrake(ctx, "mo", "over"))
	if err := w.e.Unbrake(ctx, "mo", "over"); !errors.Is(err, policy.ErrNotFound) {
		t.Error(err)
	}
	step(w.e.NotePolicy(ctx, "lee", "a wave since nine", "rule saturday-wave: shadow"))
	rule, err := w.e.SetText(ctx, policy.TextRule{Text: "Win a new telephone today! Answer within the hour: https://shop.example/x and tell your friends", Action: policy.TextHold, By: "mo", Note: "a wave"})
	step(err)
	step(w.e.ClearText(ctx, rule.ID, "lee", "it is over"))
	w.until("mal", "Win a new telephone today! Answer within the hour: https://phones.example/w", policy.Block)
	step(nil)
	automatic := len(got)
	n, err := w.e.LiftAll(ctx, policy.SanctionFilter{Automatic: true, State: policy.AnyState}, policy.Lifting{By: "lee", Note: "a bad policy"})
	step(err)
	if _, err := w.e.LiftAll(ctx, policy.SanctionFilter{Automatic: true}, policy.Lifting{By: "lee", DryRun: true}); err != nil {
		t.Error(err)
	}
	cancelled := got[automatic:]
	if len(cancelled) != 1+n || n == 0 || cancelled[0] != `lifted_all by "lee" on "": {"state":"any","automatic":true} a bad policy` || cancelled[n] != `cancelled by "lee" on "mal":  a bad policy` {
		t.Errorf("%d were taken back: %q", n, cancelled)
	}
	step(forget(w.e, ctx, "mal"))
	got = slices.DeleteFunc(got, func(s string) bool { return strings.HasPrefix(s, "cancelled") })
	want := []string{
		`imposed by "mo" on "sam":`,
		`lifted by "mo" on "sam":  a mistake`,
		`imposed by "mo" on "sam":`,
		`appealed by "" on "sam": pledge`,
		`ruled by "lee" on "sam": reduced, under a pledge believed`,
		`overridden by "mo" on "sam": hold watch`,
		`override_ended by "lee" on "sam":  enough`,
		`released by "mo" on "sam":  harmless`,
		`reviewed by "mo" on "sam": harmless`,
		`reviewed by "lee" on "sam": abusive`,
		`braked by "mo" on "":  a drill`,
		`unbraked by "mo" on "":  over`,
		`policy_changed by "lee" on "": rule saturday-wave: shadow a wave since nine`,
		fmt.Sprintf(`text_set by "mo" on "": hold %d a wave`, rule.ID),
		fmt.Sprintf(`text_cleared by "lee" on "": %d it is over`, rule.ID),
		`imposed by "" on "mal":`,
		`imposed by "" on "mal":`,
		`lifted_all by "lee" on "": {"state":"any","automatic":true} a bad policy`,
		`forgotten by "" on "":`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("acts (-want +got):\n%s", diff)
	}
	checkTold(t, logOf(t, store), [][]policy.Act{told})
	first, suspended := told[0], told[4]
	if first.Sanction == "" || first.Policy == "" || first.Key == "" || !slices.Equal(first.Reasons, []policy.Code{policy.CodeReach}) || len(first.Before.Standing) != 0 || first.After.Standing[0].Kind != policy.Block {
		t.Errorf("the first act is %+v", first)
	}
	if suspended.Appeal != a.ID || suspended.Sanction != s.ID || suspended.Before.Standing[0].ID != s.ID || len(suspended.After.Standing) != 0 || suspended.After.Pledge.IsZero() {
		t.Errorf("the ruling is %+v", suspended)
	}
	if o := told[5].After; o.Override != policy.Hold || o.Until.IsZero() {
		t.Errorf("the order is %+v", o)
	}
	for _, a := range told {
		if before, after := a.Before, a.After; a.Key == "" && !reflect.DeepEqual([2]policy.Footing{}, [2]policy.Footing{before, after}) {
			t.Errorf("%v is about no account, and says of one %+v, then %+v", a.What, before, after)
		}
	}
	for entry, err := range w.store.All(ctx, false) {
		if w.must(err); strings.Contains(string(entry.Data), "a mistake") && strings.Contains(string(entry.Data), `"what"`) {
			t.Error("an act that was told is still in a record")
		}
	}
}

// checkTold compares what hooks were told, in several lives of a process, with what was
// done: everything at least once, each account's acts in their order, and in each life
// numbers without gaps.
func checkTold(t *testing.T, log []policy.Act, lives [][]policy.Act) {
	t.Helper()
	done := map[string]policy.Act{}
	for _, a := range log {
		if _, twice := done[a.ID]; twice {
			t.Errorf("two acts have the ID %s: %v", a.ID, a.What)
		}
		done[a.ID] = a
	}
	var order []policy.Act
	seen := map[string]bool{}
	for _, told := range lives {
		for i, a := range told {
			if a.N != uint64(i+1) || a.Start == "" || a.Start != told[0].Start {
				t.Fatalf("act %d of a life has the number %d, of %q", i+1, a.N, a.Start)
			}
			want, ok := done[a.ID]
			if !ok {
				t.Fatalf("told of what was not done: %+v", a)
			}
			if a.Before.Standing == nil && a.After.Standing == nil { // it waited with others, shortened
				want.Before.Standing, want.After.Standing = nil, nil
			}
			if want.Account == "" && want.Key != "" { // forgotten since
				a.Account, a.Message, a.Why, want.Message, want.Why = "", "", "", "", ""
			}
			if a.N, a.Start, want.N = 0, "", 0; !cmp.Equal(a, want) {
				t.Fatalf("told otherwise: %s", cmp.Diff(want, a))
			}
			if !seen[a.ID] {
				seen[a.ID] = true
				order = append(order, a)
			}
		}
	}
	for _, a := range log {
		if !seen[a.ID] {
			t.Errorf("nobody was told: %+v", a)
		}
	}
	byKey := func(all []policy.Act) map[string][]string {
		m := map[string][]string{}
		for _, a := range all {
			m[a.Key] = append(m[a.Key], a.ID)
		}
		return m
	}
	want, got := byKey(log), byKey(order)
	for key := range want {
		if key != "" && !slices.Equal(want[key], got[key]) {
			t.Errorf("the acts on %s are told in another order than they were done in", key)
		}
	}
}

// checkChain: between two acts on an account nothing changes what it may do but time.
func checkChain(t *testing.T, log []policy.Act) {
	t.Helper()
	last := map[string]policy.Act{}
	for _, a := range log {
		if was, ok := last[a.Key]; ok && a.Key != "" {
			after := slices.DeleteFunc(slices.Clone(was.After.Standing), func(s policy.Sanction) bool { return !s.InForce(a.At) })
			if diff := cmp.Diff(after, a.Before.Standing); diff != "" && len(after)+len(a.Before.Standing) > 0 {
				t.Errorf("between %v at %v and %v at %v changed what stands:\n%s", was.What, was.At, a.What, a.At, diff)
			}
			if o := was.After.Override; o != a.Before.Override && (was.After.Until.IsZero() || was.After.Until.After(a.At)) {
				t.Errorf("between %v and %v an order was %v, and is %v", was.What, a.What, o, a.Before.Override)
			}
		}
		last[a.Key] = a
	}
}

// An auditWalk is a random history of processes that crash.
type auditWalk struct {
	*testing.T
	*rand.Rand
	store  *storetest.Audited
	faulty *storetest.Faulty
	e      *policy.Engine
	now    time.Time
	lives  [][]policy.Act
	n      int
	open   []policy.Appeal
	stands []policy.Sanction
}

// live starts a process, which will crash at some call of the store.
func (w *auditWalk) live() {
	w.faulty = storetest.NewFaulty(w.store)
	crash := 20 + w.IntN(400)
	kinds := []storetest.Kind{storetest.Refuse, storetest.Lose, storetest.Tear}
	last := kinds[w.IntN(3)]
	seed := w.Uint64()
	w.faulty.Break(func(c storetest.Call) storetest.Fault {
		switch r := rand.New(rand.NewPCG(seed, uint64(c.N))); {
		case c.N == crash:
			return storetest.Fault{Kind: last} // what the process does last may be done
		case c.N > crash:
			return storetest.Fault{Kind: storetest.Refuse}
		case r.IntN(6) == 0:
			return storetest.Fault{Kind: storetest.Rerun}
		case r.IntN(25) == 0:
			return storetest.Fault{Kind: kinds[r.IntN(3)], Err: fmt.Errorf("%w", policy.ErrOverload)}
		}
		return storetest.Fault{}
	})
	w.lives = append(w.lives, nil)
	life := len(w.lives) - 1
	e, err := policy.New(policy.Config{
		Store: faultyAuditor{w.faulty, w.store}, Secret: []byte("walk"), Now: func() time.Time { return w.now }, Timeout: time.Minute,
		Hooks: policy.Hooks{Fault: func(context.Context, error) {}, Acted: func(_ context.Context, a *policy.Act) { w.lives[life] = append(w.lives[life], *a) }},
	})
	if err != nil {
		w.Fatal(err)
	}
	w.e = e
}

// step does something, on one of a few accounts. It reports whether the store answered.
func (w *auditWalk) step() bool {
	ctx := w.Context()
	w.now = w.now.Add(time.Duration(w.IntN(3600)) * time.Second)
	account := fmt.Sprint("acc", w.IntN(4))
	w.n++
	var err error
	switch w.IntN(12) {
	case 0, 1, 2:
		for i := range 8 {
			w.now = w.now.Add(time.Minute)
			_, err = w.e.Evaluate(ctx, policy.Message{ID: fmt.Sprint("m", w.n, i), Sender: account, Recipients: policy.To(fmt.Sprint("p", w.IntN(500))), Text: "Win a new telephone today! Answer within the hour: https://phones.example/w"})
		}
	case 3:
		var s policy.Sanction
		if s, err = w.e.Impose(ctx, policy.Sanction{Account: account, Kind: policy.Kind(1 + w.IntN(4)), PerDay: 3, By: "mo", Until: w.now.Add(time.Duration(1+w.IntN(50)) * time.Hour)}); err == nil {
			w.stands = append(w.stands, s)
		}
	case 4:
		if n := len(w.stands); n > 0 {
			s := w.stands[w.IntN(n)]
			err = w.e.Lift(ctx, s.Account, s.ID, policy.Lifting{By: "mo"})
		}
	case 5:
		for s, err2 := range w.e.Sanctions(ctx) {
			if err = err2; err == nil && s.Account != "" && w.IntN(2) == 0 {
				var a policy.Appeal
				if a, err = w.e.Appeal(ctx, policy.Appeal{Account: s.Account, Sanction: s.ID}); err == nil {
					w.open = append(w.open, a)
				}
			}
		}
	case 6:
		if n := len(w.open); n > 0 {
			a := w.open[w.IntN(n)]
			err = w.e.Resolve(ctx, a.Account, a.ID, policy.Ruling{Outcome: policy.RulingOutcome(1 + w.IntN(3)), By: "lee"})
		}
	case 7:
		if w.IntN(2) == 0 {
			err = w.e.EndOverride(ctx, account, policy.Lifting{By: "mo"})
		} else {
			err = w.e.Override(ctx, policy.Override{Account: account, Verdict: []policy.Verdict{policy.Hold, policy.Allow}[w.IntN(2)], By: "mo", Until: w.now.Add(time.Duration(1+w.IntN(9)) * time.Hour)})
		}
	case 8:
		err = w.e.Record(ctx, policy.Review{Account: account, Abusive: w.IntN(2) == 0, By: "mo"})
	case 9:
		if err = w.e.Brake(ctx, "mo", fmt.Sprint("drill ", w.n)); w.IntN(2) == 0 {
			err = w.e.Unbrake(ctx, "mo", fmt.Sprint("over ", w.n))
		}
		if err == nil {
			err = w.e.NotePolicy(ctx, "mo", fmt.Sprint("rule ", w.n), "")
		}
	case 10:
		_, err = w.e.LiftAll(ctx, policy.SanctionFilter{Kinds: []policy.Kind{policy.Kind(1 + w.IntN(4))}}, policy.Lifting{By: "lee", Note: fmt.Sprint(w.n)})
	case 11:
		if w.IntN(4) == 0 {
			err = forget(w.e, ctx, account)
		}
	}
	return err == nil || !errors.Is(err, storetest.ErrFault)
}

// TestActsCrashes: in random histories with calls that run twice, fail, or were carried
// out though they failed, and with processes that crash between a change and the hook,
// each act is told, in order; and nothing but acts changes what an account may do.
func TestActsCrashes(t *testing.T) {
	acts, again := 0, 0
	for seed := range seeds(12, 300) {
		w := &auditWalk{T: t, Rand: rand.New(rand.NewPCG(seed, 77)), store: storetest.NewAudited(policy.NewMemory(0)), now: dawn}
		for range 4 {
			w.live()
			if _, err := w.e.TellActs(t.Context()); err != nil && !errors.Is(err, policy.ErrOverload) && !errors.Is(err, storetest.ErrFault) {
				t.Fatal(err)
			}
			for i := 0; i < 60 && w.step(); i++ {
			}
		}
		w.live()
		w.faulty.Break(nil)
		if _, err := w.e.TellActs(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n, err := w.e.TellActs(t.Context()); n != 0 || err != nil {
			t.Errorf("seed %d: %d acts are still owed: %v", seed, n, err)
		}
		log := logOf(t, w.store)
		checkTold(t, log, w.lives)
		checkChain(t, log)
		acts += len(log)
		for _, told := range w.lives {
			again += len(told)
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	t.Logf("%d acts, told %d times", acts, again)
	if acts < 300 && !raced.On() {
		t.Errorf("%d acts show little", acts)
	}
}
