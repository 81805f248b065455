package policy_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/raced"
)

// An expectation is what lies before an account at some time from now.
type expectation struct {
	after     time.Duration
	probation float64  // share of the limits
	brings    []string // by an offence then
}

// outlook is what lies before an account as far as the ladder goes.
func (w *town) outlook(account string) (all []expectation) {
	w.Helper()
	was := w.now
	defer func() { w.now = was }()
	for _, hours := range []time.Duration{0, 1, 23, 25, 47, 49, 71, 8 * 24, 31 * 24, 61 * 24, 200 * 24} {
		x := expectation{after: hours * time.Hour, probation: 1}
		w.now = was.Add(x.after)
		if a := w.account(account); a.ID != "" {
			x.probation = a.Probation
		}
		for _, s := range w.preview(policy.Message{Sender: account, Recipients: policy.To("somebody else"), Evidence: damning}).Imposed {
			x.brings = append(x.brings, fmt.Sprint(s.Kind, s.Scope, s.PerDay, s.Until))
		}
		all = append(all, x)
	}
	return all
}

// people are all whom a history names.
func people(acts []act) []string {
	all := map[string]bool{}
	for _, x := range acts {
		all[x.who] = true
		if x.message != nil {
			all[x.message.Recipients[0].ID] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// TestOverturnedIsExact: over made-up histories, an account after a sanction is
// imposed and overturned stands as if the offence had not been counted, and so does
// everybody else: another engine, that had no budget for it just then, has the same
// strikes, the same step, the same taint, the same reporters and the same limits.
func TestOverturnedIsExact(t *testing.T) {
	raced.Skip(t)
	t.Parallel()
	broke := policy.Default()
	broke.Budget = policy.Budget{}
	cases, messages, raised, further := 0, 0, 0, 0
	for seed := range seeds(30, 300) {
		acts := slices.DeleteFunc(makeHistory(seed+100, 600, true), func(a act) bool {
			_, review := a.event.(policy.Review)
			return review // what a moderator found is not undone with it; see TestOverturnedFinding
		})
		a, b := newTown(t, policy.Config{}), newTown(t, policy.Config{})
		skip := int(seed % 4) // sanctions that are left alone
		for _, x := range acts {
			a.now, b.now = x.at, x.at
			before := a.account(x.who)
			counts := x.event != nil // events have no Preview
			if x.message != nil {
				counts = slices.ContainsFunc(a.preview(*x.message).Imposed, aboveWarning)
				if counts && skip > 0 {
					counts = false
					skip--
				}
			}
			if counts {
				b.must(b.e.SetPolicy(broke))
			}
			x.do(t.Context(), a.e)
			x.do(t.Context(), b.e)
			if !counts {
				continue
			}
			b.must(b.e.SetPolicy(policy.Default()))
			known := append(slices.Clone(before.Standing), before.History...)
			i := slices.IndexFunc(a.sanctionsOf(x.who), func(s policy.Sanction) bool {
				return aboveWarning(s) && s.By == "" && !slices.ContainsFunc(known, func(o policy.Sanction) bool { return o.ID == s.ID })
			})
			if i < 0 {
				continue
			}
			s := a.sanctionsOf(x.who)[i]
			cases++
			if x.message != nil {
				messages++
			}
			if len(known) > 0 {
				further++
			}
			if len(a.account(x.who).Offences) == len(before.Offences) {
				raised++ // a Warning's strike
			}
			a.overturned(x.who, s.ID)
			if slices.ContainsFunc(s.Reasons, func(r policy.Reason) bool {
				return slices.Contains([]policy.Code{policy.CodeComplaints, policy.CodeComplaintOutreach, policy.CodeComplaintRate}, r.Code)
			}) {
				// Reporters are debited as by a finding that they were wrong.
				b.tell(policy.Review{Account: x.who, By: "judge", At: x.at})
			}
			a.sameAs(b, acts, x, s.ID)
			if t.Failed() {
				t.Fatalf("seed %d, %+v %T", seed, s, x.event)
			}
			// And the next message is not punished for the same thing.
			a.pass(time.Minute)
			again := "Sorry about that"
			if x.message != nil && seed%2 == 0 {
				again = x.message.Text
			}
			if d := a.say(x.who, "a friend", again); len(d.Imposed) > 0 && !resumes(d) {
				t.Fatalf("seed %d: after the overturn %v is imposed for %v", seed, d.Imposed[0].Kind, d.Reasons)
			}
			break
		}
	}
	t.Logf("%d cases: %d by messages, %d raised a Warning's strike, %d with sanctions before", cases, messages, raised, further)
	if messages < 20 || cases-messages < 3 || raised < 10 || further < 10 {
		t.Error("too few cases to show anything")
	}
}

// resumes reports whether a decision is about a text that an earlier sanction was for,
// which nobody overturned.
func resumes(d policy.Decision) bool {
	_, text := reasonOf(d, policy.CodeRepeatOffence)
	_, strikes := reasonOf(d, policy.CodeStrikes)
	return text && strikes
}

func aboveWarning(s policy.Sanction) bool { return harsh(s.Kind) }

// sameAs compares all that can be seen of an account whose sanction was
// overturned, and of everybody else, with a town in which it was never counted.
func (w *town) sameAs(o *town, acts []act, x act, overturned string) {
	w.Helper()
	for _, name := range people(acts) {
		same := gocmp.Options{cmpopts.EquateEmpty(), cmpopts.IgnoreFields(policy.Sanction{}, "Policy")} // the other engine's was another one just then
		if name == x.who {
			// A sanction answers the rhythm so far.
			same = append(same, cmpopts.IgnoreFields(policy.Account{}, "Regularity", "Gaps"))
		}
		got := w.account(name)
		got.History = slices.DeleteFunc(got.History, func(s policy.Sanction) bool { return s.ID == overturned })
		if diff := gocmp.Diff(got, o.account(name), same); diff != "" {
			w.Errorf("%s: (-overturned +never counted)\n%s", name, diff)
		}
	}
	ahead, as := w.outlook(x.who), o.outlook(x.who)
	if slices.ContainsFunc(w.account(x.who).Standing, func(s policy.Sanction) bool { return s.Kind == policy.Warning && w.now.Before(s.From.Add(time.Hour)) }) {
		// A Warning that is not read yet is waited for, unless there were many tries since;
		// those before the sanction were answered by it.
		ahead, as = ahead[1:], as[1:]
	}
	if got, want := fmt.Sprint(ahead), fmt.Sprint(as); got != want {
		w.Errorf("the outlook is %v, as if it had not been counted %v", got, want)
	}
	// What is said of the text and of the origin, of a newcomer and of the account.
	var last *policy.Message
	for i := range acts {
		if m := acts[i].message; m != nil && m.Sender == x.who && !m.At.After(x.at) {
			last = m
		}
	}
	for _, sender := range []string{"newcomer", x.who} {
		m := policy.Message{Sender: sender, Text: last.Text, Origin: "cafe"}
		for i := range 6 {
			m.Recipients = append(m.Recipients, policy.Recipient{ID: fmt.Sprint("new", i), Relation: policy.Stranger})
		}
		codes := []policy.Code{policy.CodeRepeatOffence}
		if sender != x.who { // what was answered is not counted again, of the text either
			codes = append(codes, policy.CodeCampaign, policy.CodeFlagged, policy.CodeOrigin)
		}
		for _, c := range codes {
			p, ok := reasonOf(w.preview(m), c)
			q, want := reasonOf(o.preview(m), c)
			most := 0.
			if c == policy.CodeOrigin {
				most = .51 // a Warning before it counts at the origin, or does not
			}
			if ok != want || math.Abs(p.Value-q.Value) > most || p.N != q.N && c != policy.CodeRepeatOffence {
				w.Errorf("%s of %s is %v %v %d, and %v %v %d as if it had not been counted", c, sender, ok, p.Value, p.N, want, q.Value, q.N)
			}
		}
	}
	for _, from := range people(acts) {
		if p, q := w.weigh(from, "an account", time.Time{}), o.weigh(from, "an account", time.Time{}); p != q {
			w.Errorf("%s weighs %v as a reporter, and %v as if it had not been counted", from, p, q)
		}
	}
}

// TestOverturnedBlockLeavesTheWarning: a Block that came of a Warning within
// minutes is overturned; the Warning stands with its strike, and what follows
// is judged as if there had been only the Warning.
func TestOverturnedBlockLeavesTheWarning(t *testing.T) {
	w := newTown(t, policy.Config{})
	s := w.until("sam", spam, policy.Block)
	w.overturned("sam", s.ID)
	a := w.account("sam")
	if len(a.Offences) != 1 || a.Offences[0].Mass != .5 || len(a.Standing) != 1 || a.Standing[0].Kind != policy.Warning {
		t.Fatalf("offences %+v, standing %v; want the Warning's", a.Offences, a.Standing)
	}
	w.pass(time.Hour) // in which the Warning is read
	// The next offence of the same incident raises that strike to 1, and brings
	// the first Block; it does not add 1.5 to it.
	d := w.send(policy.Message{Sender: "sam", Recipients: policy.To("new"), Evidence: damning})
	if len(d.Imposed) != 1 || d.Imposed[0].Scope != policy.Outreach || d.Imposed[0].Kind != policy.Block {
		t.Errorf("the next offence brings %+v, want the first Block", d.Imposed)
	}
	if m := w.account("sam").Strikes; math.Abs(m-1) > .01 {
		t.Errorf("strike mass %v, want 1", m)
	}
}

// TestOverturnedIsTold: the host is told of the sanction that a ruling ends, and of
// each later one that it makes milder.
func TestOverturnedIsTold(t *testing.T) {
	var told []string
	w := newTown(t, policy.Config{Hooks: policy.Hooks{Lifted: func(_ context.Context, s *policy.Sanction) {
		told = append(told, fmt.Sprint(s.ID, " ", s.Scope, " ", s.Until.Sub(s.From), " ", s.Lifted != nil))
	}}})
	offend := func() policy.Sanction {
		d := w.send(policy.Message{Sender: "sam", Recipients: policy.To(fmt.Sprint("prey", w.n)), Evidence: damning})
		if len(d.Imposed) != 1 {
			t.Fatalf("imposed %v, verdict %v", d.Imposed, d.Verdict)
		}
		return d.Imposed[0]
	}
	first := offend()
	w.pass(25 * time.Hour)
	second := offend()
	w.pass(time.Hour)
	w.overturned("sam", first.ID)
	if want := []string{second.ID + " outreach 24h0m0s false"}; !slices.Equal(told, want) {
		t.Errorf("told %q, want %q", told, want)
	}
	if a := w.account("sam"); len(a.Standing) != 1 || a.Standing[0].Until.Sub(a.Standing[0].From) != 24*time.Hour {
		t.Errorf("standing %+v, want the later one for a day", a.Standing)
	}
}

// TestOverturnedOldSanction: an appeal against an earlier sanction is granted
// while a later one stands. The later one becomes what it would have been without
// the first: the account stands as one that offended then for the first time. One
// that is merely lifted stays a strike, and changes nothing.
func TestOverturnedOldSanction(t *testing.T) {
	for _, c := range []struct {
		name string
		undo func(w *town, s policy.Sanction)
	}{
		{"overturned", func(w *town, s policy.Sanction) { w.overturned("sam", s.ID) }},
		{"lifted", func(w *town, s policy.Sanction) {
			if err := w.e.Lift(w.Context(), "sam", s.ID, policy.Lifting{By: "judge"}); !errors.Is(err, policy.ErrSettled) {
				w.must(err)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newTown(t, policy.Config{})
			offend := func(who string) policy.Sanction {
				d := w.send(policy.Message{Sender: who, Recipients: policy.To(fmt.Sprint("prey", w.n)), Evidence: damning})
				if len(d.Imposed) != 1 {
					t.Fatalf("imposed %v, verdict %v", d.Imposed, d.Verdict)
				}
				return d.Imposed[0]
			}
			first := offend("sam") // Block 24 h
			w.pass(25 * time.Hour)
			second := offend("sam") // Block 48 h
			offend("pat")           // Block 24 h
			w.pass(time.Hour)
			want := w.outlook("sam")
			if c.name == "overturned" {
				want = w.outlook("pat")
			}
			c.undo(w, first)
			for i, now := range w.outlook("sam") {
				if now.probation != want[i].probation || !slices.Equal(now.brings, want[i].brings) {
					t.Errorf("the outlook is %v, want %v", now, want[i])
				}
			}
			a := w.account("sam")
			if len(a.Standing) != 1 || a.Standing[0].ID != second.ID {
				t.Errorf("standing %v, want the later block", a.Standing)
			}
			strikes := 1
			if c.name == "lifted" {
				strikes = 2
			}
			if len(a.Offences) != strikes {
				t.Errorf("%d strikes, want %d", len(a.Offences), strikes)
			}
		})
	}
}

// TestLiftedOldSanction: an earlier sanction, which stands until lifted, is
// lifted while a later one stands.
func TestLiftedOldSanction(t *testing.T) {
	w := newTown(t, policy.Config{})
	var restriction, last policy.Sanction
	for range 8 {
		d := w.send(policy.Message{Sender: "sam", Recipients: policy.To(fmt.Sprint("prey", w.n)), Evidence: damning})
		if len(d.Imposed) != 1 {
			t.Fatalf("imposed %v, verdict %v", d.Imposed, d.Verdict)
		}
		if last = d.Imposed[0]; last.Kind == policy.Suspension {
			break
		}
		if last.Kind == policy.Restriction {
			restriction = last
		}
		w.pass(49 * time.Hour)
	}
	if last.Kind != policy.Suspension || restriction.ID == "" {
		t.Fatalf("the ladder ends with %v", last)
	}
	was, offences := fmt.Sprint(w.outlook("sam")), w.account("sam").Offences
	w.lift("sam", restriction.ID)
	if now := fmt.Sprint(w.outlook("sam")); now != was || !slices.Equal(offences, w.account("sam").Offences) {
		t.Errorf("lifting an earlier Restriction changed what comes after a Suspension:\nwas %v\nis  %v", was, now)
	}
}

// TestOverturnedProbation: the probation of the sanction before comes back.
func TestOverturnedProbation(t *testing.T) {
	w := newTown(t, policy.Config{})
	offend := func() policy.Sanction {
		w.Helper()
		d := w.send(policy.Message{Sender: "sam", Recipients: policy.To(fmt.Sprint("prey", w.n)), Evidence: damning})
		if len(d.Imposed) != 1 {
			t.Fatalf("imposed %v, verdict %v", d.Imposed, d.Verdict)
		}
		return d.Imposed[0]
	}
	offend()
	w.pass(30 * time.Hour) // released 6 hours ago, on probation for 168
	share := w.account("sam").Probation
	if share <= .2 || share >= 1 {
		t.Fatalf("on probation with %v of the limits", share)
	}
	w.overturned("sam", offend().ID)
	if got := w.account("sam").Probation; got != share {
		t.Errorf("on probation with %v of the limits, was %v before", got, share)
	}
}

// TestOverturnedFinding: a complaint that a moderator had confirmed is undone
// with the suspension that it brought, and the reporter is debited.
func TestOverturnedFinding(t *testing.T) {
	w := newTown(t, policy.Config{})
	w.say("sam", "bea", "Send money to this account, and you get it back tenfold")
	w.tell(policy.Complaint{ID: "c1", From: "bea", Against: "sam", Category: policy.Fraud, At: w.now})
	w.tell(policy.Review{Account: "sam", Complaint: "c1", Abusive: true, By: "moderator", At: w.now})
	a := w.account("sam")
	i := slices.IndexFunc(a.Standing, func(s policy.Sanction) bool { return s.Kind == policy.Suspension })
	if i < 0 {
		t.Fatalf("a confirmed fraud brings %v, want a Suspension", a.Standing)
	}
	if got := w.weigh("bea", "ann", time.Time{}); got != 1.33 {
		t.Fatalf("the reporter weighs %v, want 1.33 for one of one", got)
	}
	w.overturned("sam", a.Standing[i].ID)
	if got := w.weigh("bea", "carl", time.Time{}); got != .67 {
		t.Errorf("after the overturn the reporter weighs %v, want .67 for none of one", got)
	}
	if a = w.account("sam"); len(a.Offences) != 0 || a.ComplaintWeight != 0 || a.Complaints[0].Ruled != "void" {
		t.Errorf("after the overturn: strikes %v, complaints %+v", a.Offences, a.Complaints)
	}
}

// TestRulings: what each ruling does, that the same ruling twice is one, and
// that another is ErrSettled.
func TestRulings(t *testing.T) {
	for _, c := range []struct {
		outcome  policy.RulingOutcome
		strikes  int
		standing []policy.Kind
	}{
		{policy.Upheld, 1, []policy.Kind{policy.Warning, policy.Block}},
		{policy.Reduced, 1, []policy.Kind{policy.Warning}},
		{policy.Overturned, 1, []policy.Kind{policy.Warning}}, // the Warning's strike
	} {
		t.Run(c.outcome.String(), func(t *testing.T) {
			w := newTown(t, policy.Config{})
			s := w.until("sam", spam, policy.Block)
			a := w.ruled("sam", s.ID, c.outcome)
			before := w.state()
			if err := w.e.Resolve(t.Context(), "sam", a.ID, policy.Ruling{Outcome: c.outcome, By: "somebody else"}); err != nil {
				t.Errorf("the same ruling again: %v", err)
			}
			for o := policy.Upheld; o <= policy.Overturned; o++ {
				if err := w.e.Resolve(t.Context(), "sam", a.ID, policy.Ruling{Outcome: o, By: "judge"}); o != c.outcome && !errors.Is(err, policy.ErrSettled) {
					t.Errorf("then %v: %v, want ErrSettled", o, err)
				}
			}
			if _, err := w.e.Appeal(t.Context(), policy.Appeal{Account: "sam", Sanction: s.ID}); !errors.Is(err, policy.ErrSettled) {
				t.Errorf("another appeal: %v, want ErrSettled", err)
			}
			if w.state() != before {
				t.Error("a ruling given again changed something")
			}
			acc := w.account("sam")
			var kinds []policy.Kind
			for _, s := range acc.Standing {
				kinds = append(kinds, s.Kind)
			}
			slices.SortFunc(kinds, cmp.Compare)
			if !slices.Equal(kinds, c.standing) || len(acc.Offences) != c.strikes {
				t.Errorf("standing %v with %d strikes, want %v with %d", kinds, len(acc.Offences), c.standing, c.strikes)
			}
			mass := 1.
			if c.outcome == policy.Overturned {
				mass = .5
			}
			if math.Abs(acc.Strikes-mass) > .01 {
				t.Errorf("strike mass %v, want %v", acc.Strikes, mass)
			}
			if _, counts := reasonOf(w.preview(policy.Message{Sender: "sam", Recipients: policy.To("new"), Text: spam}), policy.CodeDuplicate); counts && c.outcome == policy.Overturned {
				t.Error("what was answered counts again")
			}
			d := w.say("sam", "new", "Are you interested in our new offer?")
			if d.Delivered() != (c.outcome != policy.Upheld) {
				t.Errorf("the next message: %v", d.Verdict)
			}
			for _, s := range append(acc.Standing, acc.History...) {
				if s.Kind == policy.Block && (s.Appeal == nil || s.Appeal.Ruling == nil || s.Appeal.Ruling.Outcome != c.outcome || s.Appeal.Ruling.By != "judge") {
					t.Errorf("the log says %+v", s.Appeal)
				}
			}
		})
	}
}

// TestAppealWithin: any time within 184 days, and not a moment later.
func TestAppealWithin(t *testing.T) {
	for _, c := range []struct {
		after time.Duration
		want  error
	}{{184*24*time.Hour - time.Second, nil}, {184 * 24 * time.Hour, policy.ErrNotFound}} {
		w := newTown(t, policy.Config{})
		s := w.until("sam", spam, policy.Block)
		w.pass(c.after)
		if _, err := w.e.Appeal(t.Context(), policy.Appeal{Account: "sam", Sanction: s.ID}); !errors.Is(err, c.want) {
			t.Errorf("after %v: %v, want %v", c.after, err, c.want)
		}
	}
}

// A strike that weighs more because of a Warning weighs what others do once the
// Warning falls, unless another one stood as well.
func TestOverturnedWarningBeforeAStrike(t *testing.T) {
	w := newTown(t, policy.Config{})
	warning := w.until("sam", "Earn 500 a week from home, write to me now and I send you the link", policy.Warning)
	w.pass(30 * time.Hour) // the incident is over, the Warning is fresh
	w.until("sam", "Lose ten pounds in a week with this one simple trick that doctors hate", policy.Block)
	was := w.account("sam").Offences
	if len(was) != 2 || was[1].Mass < 1.5 {
		t.Fatalf("offences %+v; want the newest of 1.5 and more", was)
	}
	w.overturned("sam", warning.ID)
	if o := w.account("sam").Offences; len(o) != 1 || math.Abs(1.5*o[0].Mass-was[1].Mass) > 1e-6 {
		t.Errorf("offences %+v; want one of 1", o)
	}
	if len(w.account("sam").Standing) == 0 {
		t.Error("the Block is gone: only the Warning was overturned")
	}
}

// An appeal that nobody ruled on stays open, also when all else about the account
// has faded. The simulation found that the record went.
func TestOpenAppealStays(t *testing.T) {
	w := newTown(t, policy.Config{})
	s := w.impose(policy.Sanction{Account: "ann", Kind: policy.Block, By: "eve", Until: w.now.Add(time.Hour)})
	a, err := w.e.Appeal(t.Context(), policy.Appeal{Account: "ann", Sanction: s.ID})
	w.must(err)
	w.pass(300 * 24 * time.Hour)
	w.must(w.e.Resolve(t.Context(), "ann", a.ID, policy.Ruling{Outcome: policy.Overturned, By: "judge"}))
	w.pass(100 * 24 * time.Hour)
	if _, err := w.e.Account(t.Context(), "ann"); !errors.Is(err, policy.ErrNotFound) {
		t.Errorf("100 days after the ruling there is still something: %v", err)
	}
}
