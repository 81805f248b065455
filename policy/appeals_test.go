package policy

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy/internal/keys"
	"github.com/decorum-go/decorum/scoring"
	gocmp "github.com/google/go-cmp/cmp"
)

// overturned has a sanction overturned.
func (w *town) overturned(account, sanction string) {
	w.Helper()
	w.ruled(account, sanction, Overturned)
}

func (w *town) ruled(account, sanction string, outcome RulingOutcome) Appeal {
	w.Helper()
	a, err := w.e.Appeal(w.Context(), Appeal{Account: account, Sanction: sanction, Statement: "It was not me"})
	if err != nil {
		w.Fatalf("appeal against %s: %v", sanction, err)
	}
	if err := w.e.Resolve(w.Context(), account, a.ID, Ruling{Outcome: outcome, By: "judge"}); err != nil {
		w.Fatalf("ruling on %s: %v", a.ID, err)
	}
	return a
}

// uncounted is a record without what an overturned offence leaves on purpose:
// the log of what happened, and the mark of the evidence that it answered.
func uncounted(r *record, without string) *record {
	r.sanctions = slices.DeleteFunc(r.sanctions, func(s sanction) bool { return hex64(s.id) == without })
	for i := range r.sanctions {
		r.sanctions[i].policy = "" // the other engine's was another one just then
	}
	if len(r.sanctions) == 0 {
		r.sanctions, r.name = nil, ""
	}
	r.ordinal = 0
	r.course.mark, r.course.ignored = mark{}, 0
	r.course.halfLife, r.course.forget = 0, 0 // constants, kept while there is anything else
	r.rhythm = scoring.Rhythm{}
	if r.prints.n > 0 {
		p := &r.prints.at[r.prints.n-1]
		p.verdict, p.retry, p.score = 0, 0, 0
	}
	return r
}

// TestOverturnedIsExact: over made-up histories, the record after a sanction is
// imposed and overturned is the record as if the offence had not been counted:
// another engine, that had no budget for it just then, has the same strikes, the
// same step, the same taint, the same reporters and the same limits.
func TestOverturnedIsExact(t *testing.T) {
	broke := Default()
	broke.Budget = Budget{}
	cases, messages, events, raised, further := 0, 0, 0, 0, 0
	for seed := range uint64(60 / slowdown) {
		acts := slices.DeleteFunc(makeHistory(seed+100, 600, true), func(a act) bool {
			_, review := a.event.(Review)
			return review // what a moderator found is not undone with it; see TestOverturnedFinding
		})
		a, b := newTown(t, Config{}), newTown(t, Config{})
		skip := int(seed % 4) // sanctions that are left alone
		for _, x := range acts {
			a.now, b.now = x.at, x.at
			before := a.sanctionsOf(x.who)
			// Would this bring a sanction? Ask a copy, for events have no Preview.
			if x.message != nil {
				d, err := a.e.Preview(t.Context(), *x.message)
				if err != nil {
					t.Fatal(err)
				}
				if !slices.ContainsFunc(d.Imposed, func(s Sanction) bool { return s.Kind > Warning }) {
					x.do(t.Context(), a.e)
					x.do(t.Context(), b.e)
					continue
				}
			}
			if skip > 0 && x.message != nil {
				skip--
				x.do(t.Context(), a.e)
				x.do(t.Context(), b.e)
				continue
			}
			if x.message == nil && x.event == nil {
				x.do(t.Context(), a.e)
				x.do(t.Context(), b.e)
				continue
			}
			if err := b.e.SetPolicy(broke); err != nil {
				t.Fatal(err)
			}
			x.do(t.Context(), a.e)
			x.do(t.Context(), b.e)
			if err := b.e.SetPolicy(Default()); err != nil {
				t.Fatal(err)
			}
			var s *Sanction
			for _, n := range a.sanctionsOf(x.who) {
				if n.Kind > Warning && n.By == "" && !slices.ContainsFunc(before, func(o Sanction) bool { return o.ID == n.ID }) {
					s = &n
				}
			}
			if s == nil {
				continue
			}
			cases++
			if x.message != nil {
				messages++
			} else {
				events++
			}
			if len(before) > 0 {
				further++
			}
			if k := a.record(x.who).course; k.strikes[k.n-1].wasMass > 0 {
				raised++
			}
			a.overturned(x.who, s.ID)
			if a.record(x.who).find(s.ID).restsOn(CodeComplaints, CodeComplaintCold, CodeComplaintRate) {
				// Reporters are debited as by a finding that they were wrong.
				b.tell(Review{Account: x.who, By: "judge", At: x.at})
			}
			got, want := uncounted(a.record(x.who), s.ID), uncounted(b.record(x.who), "")
			if p, q := fmt.Sprintf("%+v", *got), fmt.Sprintf("%+v", *want); p != q {
				t.Fatalf("seed %d, %v of %v: (-overturned +never counted)\n%s", seed, s.Kind, s.From, gocmp.Diff(fieldsOf(p), fieldsOf(q)))
			}
			a.sameElsewhere(b, x.who, s)
			if t.Failed() {
				t.Fatalf("seed %d, %+v %T", seed, *s, x.event)
			}
			// And the next message is not punished for the same thing.
			a.pass(time.Minute)
			if d := a.say(x.who, "a friend", "Sorry about that"); len(d.Imposed) > 0 {
				t.Fatalf("seed %d: after the overturn %v is imposed for %v", seed, d.Imposed[0].Kind, d.Reasons)
			}
			break
		}
	}
	t.Logf("%d cases: %d by messages, %d by events, %d raised a Warning's strike, %d with sanctions before", cases, messages, events, raised, further)
	if slowdown == 1 && (messages < 20 || events < 3 || raised < 10 || further < 10) {
		t.Error("too few cases to show anything")
	}
}

func fieldsOf(s string) []string { return splitAfter(s, ' ') }

func splitAfter(s string, sep byte) (parts []string) {
	for len(s) > 0 {
		i := bytes.IndexByte([]byte(s), sep) + 1
		if i == 0 {
			i = len(s)
		}
		parts = append(parts, s[:i])
		s = s[i:]
	}
	return parts
}

func (w *town) sanctionsOf(account string) []Sanction {
	w.Helper()
	a := w.account(account)
	return append(slices.Clone(a.Standing), a.History...)
}

// sameElsewhere compares what an offence did to other records and to the
// campaign index.
func (w *town) sameElsewhere(o *town, account string, s *Sanction) {
	w.Helper()
	me := w.e.keys.Key(keys.Account, account)
	x, y := w.records(), o.records()
	for key := range x {
		if key == me {
			continue
		}
		var p, q record
		if err := errors.Join(p.decode(x[key]), q.decode(y[key])); err != nil {
			w.Fatal(err)
		}
		if p.origin.n > 0 || q.origin.n > 0 {
			half := w.e.Policy().Strikes.HalfLife.D()
			now := seconds(w.now)
			if g, h := p.origin.mass(0, now, half), q.origin.mass(0, now, half); math.Abs(g-h) > .51 || (g == 0) != (h == 0) {
				w.Errorf("its origin has a strike mass of %v, and %v as if it had not been counted", g, h)
			}
			continue
		}
		for _, r := range []*record{&p, &q} {
			for i := range r.sanctions {
				r.sanctions[i].policy = ""
			}
		}
		if !bytes.Equal(p.encode(nil), q.encode(nil)) {
			w.Errorf("another record differs: %s", gocmp.Diff(fieldsOf(fmt.Sprintf("%+v", p)), fieldsOf(fmt.Sprintf("%+v", q))))
		}
	}
	for _, data := range x {
		var r record
		if err := r.decode(data); err != nil {
			w.Fatal(err)
		}
		for i := range r.texts.n {
			p, _ := w.e.index.Lookup(w.now, r.texts.at[i].cluster)
			q, _ := o.e.index.Lookup(w.now, r.texts.at[i].cluster)
			if p != q {
				w.Errorf("after the %v of %s is overturned a text is %+v in the campaign index, and %+v as if it had not been counted", s.Kind, account, p, q)
			}
		}
	}
}

// TestOverturnedBlockLeavesTheWarning: a Block that came of a Warning within
// minutes is overturned; the Warning stands with its strike, and what follows
// is judged as if there had been only the Warning.
func TestOverturnedBlockLeavesTheWarning(t *testing.T) {
	w := newTown(t, Config{})
	s := w.until("sam", spam, Block)
	w.overturned("sam", s.ID)
	a := w.account("sam")
	if len(a.Offences) != 1 || a.Offences[0].Mass != .5 || len(a.Standing) != 1 || a.Standing[0].Kind != Warning {
		t.Fatalf("offences %+v, standing %v; want the Warning's", a.Offences, a.Standing)
	}
	// The next offence of the same incident raises that strike to 1, and brings
	// the first Block; it does not add 1.5 to it.
	d := w.send(Message{Sender: "sam", Recipients: To("new"), Evidence: damning})
	if len(d.Imposed) != 1 || d.Imposed[0].Scope != Outreach || d.Imposed[0].Kind != Block {
		t.Errorf("the next offence brings %+v, want the first Block", d.Imposed)
	}
	if m := w.account("sam").Strikes; math.Abs(m-1) > .01 {
		t.Errorf("strike mass %v, want 1", m)
	}
}

// TestOverturnedOldSanction: an appeal against an earlier sanction is granted
// while a later one stands. The later one stays as it is: its strike, its
// incident, its probation.
func TestOverturnedOldSanction(t *testing.T) {
	for _, c := range []struct {
		name string
		undo func(w *town, s Sanction)
	}{
		{"overturned", func(w *town, s Sanction) { w.overturned("sam", s.ID) }},
		{"lifted", func(w *town, s Sanction) {
			if err := w.e.Lift(w.Context(), "sam", s.ID, Lifting{By: "judge"}); err != nil && !errors.Is(err, ErrSettled) {
				w.Fatal(err)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newTown(t, Config{})
			offend := func() Sanction {
				d := w.send(Message{Sender: "sam", Recipients: To(fmt.Sprint("prey", w.n)), Evidence: damning})
				if len(d.Imposed) != 1 {
					t.Fatalf("imposed %v, verdict %v", d.Imposed, d.Verdict)
				}
				return d.Imposed[0]
			}
			first := offend() // Block 24 h
			w.pass(25 * time.Hour)
			second := offend() // Block 48 h
			w.pass(time.Hour)
			was := w.record("sam").course
			c.undo(w, first)
			now := w.record("sam").course
			if now.opened != was.opened || now.acted != was.acted || now.struck != was.struck || now.released != was.released || now.probe != was.probe {
				t.Errorf("the incident of the later sanction was (%d %d %v, probation %d+%d), is (%d %d %v, probation %d+%d)",
					was.opened, was.acted, was.struck, was.released, was.probe, now.opened, now.acted, now.struck, now.released, now.probe)
			}
			a := w.account("sam")
			if len(a.Standing) != 1 || a.Standing[0].ID != second.ID {
				t.Errorf("standing %v, want the later block", a.Standing)
			}
			want := 1
			if c.name == "lifted" {
				want = 2
			}
			if len(a.Offences) != want {
				t.Errorf("%d strikes, want %d", len(a.Offences), want)
			}
		})
	}
}

// TestLiftedOldSanction: an earlier sanction, which stands until lifted, is
// lifted while a later one stands.
func TestLiftedOldSanction(t *testing.T) {
	w := newTown(t, Config{})
	var restriction, last Sanction
	for range 8 {
		d := w.send(Message{Sender: "sam", Recipients: To(fmt.Sprint("prey", w.n)), Evidence: damning})
		if len(d.Imposed) != 1 {
			t.Fatalf("imposed %v, verdict %v", d.Imposed, d.Verdict)
		}
		if last = d.Imposed[0]; last.Kind == Suspension {
			break
		}
		if last.Kind == Restriction {
			restriction = last
		}
		w.pass(49 * time.Hour)
	}
	if last.Kind != Suspension || restriction.ID == "" {
		t.Fatalf("the ladder ends with %v", last)
	}
	was := w.record("sam").course
	if err := w.e.Lift(t.Context(), "sam", restriction.ID, Lifting{By: "judge"}); err != nil {
		t.Fatal(err)
	}
	if now := w.record("sam").course; now != was {
		t.Errorf("lifting an earlier Restriction changed the course of a Suspension:\nwas %+v\nis  %+v", was, now)
	}
}

// TestOverturnedProbation: the probation of the sanction before comes back.
func TestOverturnedProbation(t *testing.T) {
	w := newTown(t, Config{})
	offend := func() Sanction {
		w.Helper()
		d := w.send(Message{Sender: "sam", Recipients: To(fmt.Sprint("prey", w.n)), Evidence: damning})
		if len(d.Imposed) != 1 {
			t.Fatalf("imposed %v, verdict %v", d.Imposed, d.Verdict)
		}
		return d.Imposed[0]
	}
	offend()
	w.pass(30 * time.Hour) // released 6 hours ago, on probation for 24
	share := w.account("sam").Probation
	if share <= .5 || share >= 1 {
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
	w := newTown(t, Config{})
	w.say("sam", "bea", "Send money to this account, and you get it back tenfold")
	w.tell(Complaint{ID: "c1", From: "bea", Against: "sam", Category: Fraud, At: w.now})
	w.tell(Review{Account: "sam", Complaint: "c1", Abusive: true, By: "moderator", At: w.now})
	a := w.account("sam")
	i := slices.IndexFunc(a.Standing, func(s Sanction) bool { return s.Kind == Suspension })
	if i < 0 {
		t.Fatalf("a confirmed fraud brings %v, want a Suspension", a.Standing)
	}
	rep := w.reporter("bea")
	if rep.all != 1 || rep.agreed != 1 {
		t.Fatalf("the reporter has %d of %d, want 1 of 1", rep.agreed, rep.all)
	}
	w.overturned("sam", a.Standing[i].ID)
	if rep = w.reporter("bea"); rep.all != 1 || rep.agreed != 0 {
		t.Errorf("after the overturn the reporter has %d of %d, want 0 of 1", rep.agreed, rep.all)
	}
	if a = w.account("sam"); len(a.Offences) != 0 || a.ComplaintWeight != 0 || a.Complaints[0].Ruled != "void" {
		t.Errorf("after the overturn: strikes %v, complaints %+v", a.Offences, a.Complaints)
	}
}

// reporter is what became of a person's complaints.
func (w *town) reporter(name string) reporter {
	w.Helper()
	var r record
	if err := r.decode(w.rawKey(w.e.keys.Reporter(keys.Person(w.e.keys.Key(keys.Account, name))))); err != nil {
		w.Fatal(err)
	}
	return r.reporter
}

// TestRulings: what each ruling does, that the same ruling twice is one, and
// that another is ErrSettled.
func TestRulings(t *testing.T) {
	for _, c := range []struct {
		outcome  RulingOutcome
		strikes  int
		standing []Kind
	}{
		{Upheld, 1, []Kind{Warning, Block}},
		{Reduced, 1, []Kind{Warning}},
		{Overturned, 1, []Kind{Warning}}, // the Warning's strike
	} {
		t.Run(c.outcome.String(), func(t *testing.T) {
			w := newTown(t, Config{})
			s := w.until("sam", spam, Block)
			a := w.ruled("sam", s.ID, c.outcome)
			before := w.state()
			if err := w.e.Resolve(t.Context(), "sam", a.ID, Ruling{Outcome: c.outcome, By: "somebody else"}); err != nil {
				t.Errorf("the same ruling again: %v", err)
			}
			for o := Upheld; o <= Overturned; o++ {
				if err := w.e.Resolve(t.Context(), "sam", a.ID, Ruling{Outcome: o, By: "judge"}); o != c.outcome && !errors.Is(err, ErrSettled) {
					t.Errorf("then %v: %v, want ErrSettled", o, err)
				}
			}
			if _, err := w.e.Appeal(t.Context(), Appeal{Account: "sam", Sanction: s.ID}); !errors.Is(err, ErrSettled) {
				t.Errorf("another appeal: %v, want ErrSettled", err)
			}
			if w.state() != before {
				t.Error("a ruling given again changed something")
			}
			acc := w.account("sam")
			var kinds []Kind
			for _, s := range acc.Standing {
				kinds = append(kinds, s.Kind)
			}
			slices.SortFunc(kinds, cmp.Compare)
			if !slices.Equal(kinds, c.standing) || len(acc.Offences) != c.strikes {
				t.Errorf("standing %v with %d strikes, want %v with %d", kinds, len(acc.Offences), c.standing, c.strikes)
			}
			mass := 1.
			if c.outcome == Overturned {
				mass = .5
			}
			if math.Abs(acc.Strikes-mass) > .01 {
				t.Errorf("strike mass %v, want %v", acc.Strikes, mass)
			}
			d := w.say("sam", "new", "Are you interested in our new offer?")
			if d.Delivered() != (c.outcome != Upheld) {
				t.Errorf("the next message: %v", d.Verdict)
			}
			for _, s := range append(acc.Standing, acc.History...) {
				if s.Kind == Block && (s.Appeal == nil || s.Appeal.Ruling == nil || s.Appeal.Ruling.Outcome != c.outcome || s.Appeal.Ruling.By != "judge") {
					t.Errorf("the log says %+v", s.Appeal)
				}
			}
		})
	}
}

// TestAppealWithin: any time within 180 days, and not a moment later.
func TestAppealWithin(t *testing.T) {
	w := newTown(t, Config{})
	s := w.until("sam", spam, Block)
	imposed := w.now
	w.now = imposed.Add(180*24*time.Hour - time.Second)
	p := *w
	if _, err := p.e.Appeal(t.Context(), Appeal{Account: "sam", Sanction: s.ID}); err != nil {
		t.Errorf("a second before 180 days: %v", err)
	}
	w = newTown(t, Config{})
	s = w.until("sam", spam, Block)
	w.now = imposed.Add(180 * 24 * time.Hour)
	if _, err := w.e.Appeal(context.Background(), Appeal{Account: "sam", Sanction: s.ID}); !errors.Is(err, ErrNotFound) {
		t.Errorf("after 180 days: %v, want ErrNotFound", err)
	}
}

// A strike that weighs more because of a Warning weighs what others do once the
// Warning falls, unless another one stood as well.
func TestOverturnedWarningOfADefiantStrike(t *testing.T) {
	w := newTown(t, Config{})
	warning := w.until("sam", "Earn 500 a week from home, write to me now and I send you the link", Warning)
	w.pass(30 * time.Hour) // the incident is over, the Warning is fresh
	w.until("sam", "Lose ten pounds in a week with this one simple trick that doctors hate", Block)
	c := &w.record("sam").course
	if c.n != 2 || c.strikes[1].mass != 1.5 {
		t.Fatalf("%d strikes, the newest of %v; want one of 1.5", c.n, c.strikes[1].mass)
	}
	w.overturned("sam", warning.ID)
	c = &w.record("sam").course
	if c.n != 1 || c.strikes[0].mass != 1 {
		t.Errorf("%d strikes, the newest of %v; want one of 1", c.n, c.strikes[0].mass)
	}
	if len(w.account("sam").Standing) == 0 {
		t.Error("the Block is gone: only the Warning was overturned")
	}
}
