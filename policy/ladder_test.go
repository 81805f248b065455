package policy

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// TestLadderTransitions drives the state machine by itself, from judged offences:
// every step is reached, in the order of the ladder, each from the one before.
func TestLadderTransitions(t *testing.T) {
	p := Default()
	rules := p.Classes[Member]
	type reached struct {
		kind  Kind
		scope Scope
	}
	warn, act := judged{culpable: true, warn: true}, judged{culpable: true, warn: true, act: true}
	for _, c := range []struct {
		name string
		now  []time.Duration // after the one before
		what []judged
		want []reached
	}{
		{"a warning", []time.Duration{0}, []judged{warn}, []reached{{Warning, 0}}},
		{"one warning in 7 days", []time.Duration{0, time.Hour, 25 * time.Hour, 5 * 24 * time.Hour, 24 * time.Hour},
			[]judged{warn, warn, warn, warn, warn}, []reached{{Warning, 0}, {}, {}, {}, {Warning, 0}}},
		{"a warning becomes a block", []time.Duration{0, time.Minute}, []judged{warn, act}, []reached{{Warning, 0}, {Block, Outreach}}},
		{"while it stands nothing more", []time.Duration{0, time.Minute, time.Hour}, []judged{act, act, act}, []reached{{Block, Outreach}, {}, {}}},
		{"defiant after a warning of another incident", []time.Duration{0, 25 * time.Hour}, []judged{warn, act}, []reached{{Warning, 0}, {Block, Messaging}}},
		{"not defiant a week later", []time.Duration{0, 8 * 24 * time.Hour}, []judged{warn, act}, []reached{{Warning, 0}, {Block, Outreach}}},
		{"the whole ladder", []time.Duration{0, 25 * time.Hour, 49 * time.Hour, 25 * time.Hour, 25 * time.Hour},
			[]judged{act, act, act, act, act}, []reached{{Block, Outreach}, {Block, Messaging}, {Restriction, Messaging}, {Restriction, Messaging}, {Suspension, WholeAccount}}},
		{"strikes fade", []time.Duration{0, 90 * 24 * time.Hour, 200 * 24 * time.Hour}, []judged{act, act, act},
			[]reached{{Block, Outreach}, {Block, Outreach}, {Block, Outreach}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var r record
			now := dawn
			for i := range c.what {
				now = now.Add(c.now[i])
				r.advance(&r.course, seconds(now), &p.Strikes)
				before := r.course
				o := r.course.decide(c.what[i], seconds(now), p, rules, denied, uint32(i+1))
				if o.budget {
					if r.course != before {
						t.Fatalf("step %d: without a budget the course changed", i)
					}
					o = r.course.decide(c.what[i], seconds(now), p, rules, granted, uint32(i+1))
				}
				var got reached
				if o.step != nil {
					got = reached{o.step.Kind, o.step.Scope}
				}
				if got != c.want[i] {
					t.Errorf("step %d: %v, want %v (mass %.2f)", i, got, c.want[i], r.course.mass(seconds(now), p.Strikes.HalfLife.D()))
				}
				if o.step != nil && o.step.Kind > Warning && o.verdict != Reject {
					t.Errorf("step %d: %v with the verdict %v", i, got, o.verdict)
				}
			}
		})
	}
}

// TestWayBack: from every state of the ladder there is a way back to full
// access: a stated time, or a person's act.
func TestWayBack(t *testing.T) {
	for n := 1; n <= 8; n++ {
		t.Run(fmt.Sprint(n, " offences"), func(t *testing.T) {
			w := newTown(t, Config{})
			for range n {
				w.send(Message{Sender: "sam", Recipients: To(fmt.Sprint("prey", w.n)), Evidence: damning})
				w.pass(49 * time.Hour)
			}
			for _, s := range w.account("sam").Standing {
				switch {
				case !s.Until.IsZero():
				case s.Review.IsZero():
					t.Errorf("a %v without an end, and no date on which a person looks again", s.Kind)
				default:
					if err := w.e.Lift(t.Context(), "sam", s.ID, Lifting{By: "eve"}); err != nil {
						t.Fatal(err)
					}
				}
			}
			w.pass(61 * 24 * time.Hour) // a suspension, and its probation
			a := w.account("sam")
			if len(a.Standing) > 0 || a.Probation != 1 && a.ID != "" {
				t.Errorf("standing %v, %v of the limits", a.Standing, a.Probation)
			}
			if d := w.say("sam", "bea", "Good morning"); d.Verdict != Allow {
				t.Errorf("a message: %v, %v", d.Verdict, d.Reasons)
			}
			w.pass(300 * 24 * time.Hour)
			if a := w.account("sam"); a.Strikes != 0 || len(a.Offences) != 0 {
				t.Errorf("strikes %v", a.Offences)
			}
		})
	}
}

// TestTryingNeverLengthens: over made-up histories, an account that tries again
// and again while a sanction covers it has the same record, byte for byte, as
// one that waits; so the same sanctions, with the same ends.
func TestTryingNeverLengthens(t *testing.T) {
	tried := map[Kind]int{}
	for seed := range uint64(12/slowdown + 1) {
		rng := rand.New(rand.NewPCG(seed, 9))
		acts := makeHistory(seed+200, historySize, true)
		patient, eager := newTown(t, withShadows()), newTown(t, withShadows())
		for i, a := range acts {
			patient.now, eager.now = a.at, a.at
			if x, y := a.do(t.Context(), patient.e), a.do(t.Context(), eager.e); x != y {
				t.Fatalf("seed %d: act %d differs:\npatient %s\neager   %s", seed, i, x, y)
			}
			next := a.at.Add(time.Minute)
			if i+1 < len(acts) {
				next = acts[i+1].at
			}
			for _, sam := range []string{"spammer0", "spammer1", "spammer2"} {
				for range rng.IntN(4) {
					eager.now = a.at.Add(time.Duration(rng.Float64() * float64(next.Sub(a.at))))
					m := Message{ID: fmt.Sprint("try", rng.Uint64()), Sender: sam, Recipients: To(fmt.Sprint("new", rng.Uint64())), Text: spam, At: eager.now, Evidence: damning}
					p, err := eager.e.Preview(t.Context(), m)
					if err != nil {
						t.Fatal(err)
					}
					if p.Verdict != Reject || len(p.Imposed) > 0 {
						continue // nothing covers it
					}
					before := eager.raw(sam)
					d := eager.send(m)
					if d.Verdict != Reject || len(d.Imposed) > 0 || len(d.Standing) == 0 {
						t.Fatalf("a try while blocked: %v, imposed %v", d.Verdict, d.Imposed)
					}
					if !bytes.Equal(eager.raw(sam), before) {
						t.Fatalf("seed %d: a try while %v stands changed the record", seed, d.Standing)
					}
					tried[slices.MaxFunc(d.Standing, func(a, b Sanction) int { return int(a.Kind) - int(b.Kind) }).Kind]++
				}
			}
		}
		// The budget's count of active accounts may differ, by those who tried.
		if x, y := patient.records(), eager.records(); !maps.EqualFunc(x, y, bytes.Equal) {
			t.Errorf("seed %d: %d records and %d, or their contents, differ", seed, len(x), len(y))
		}
	}
	t.Logf("tries by what stood: %v", tried)
	if slowdown == 1 && (tried[Block] < 100 || tried[Restriction] < 10) {
		t.Error("too few tries to show anything")
	}
}

// TestOneSanctionAnIncident: rules 8 and 9, over made-up histories: an incident
// imposes at most one sanction above Warning, and there are never two within a
// day unless a person had a hand in it.
func TestOneSanctionAnIncident(t *testing.T) {
	for seed := range uint64(12/slowdown + 1) {
		acts := slices.DeleteFunc(makeHistory(seed+300, historySize, true), func(a act) bool { return a.message == nil })
		w := newTown(t, Config{})
		last := map[string]Sanction{}
		for _, a := range acts {
			w.now = a.at
			d := w.send(*a.message)
			for _, s := range d.Imposed {
				if s.Kind == Warning {
					continue
				}
				if was, ok := last[s.Account]; ok {
					end := was.Until
					if was.Kind == Restriction || end.IsZero() {
						end = was.From.Add(24 * time.Hour)
					}
					if s.From.Before(end) {
						t.Errorf("seed %d: a %v at %v, while the %v of %v covers until %v", seed, s.Kind, s.From, was.Kind, was.From, end)
					}
				}
				last[s.Account] = s
			}
		}
	}
}

// TestReplyRule: a reply to somebody who wrote first always passes a Block of
// Outreach; who was written to and never answered is Outreach.
func TestReplyRule(t *testing.T) {
	w := newTown(t, Config{})
	w.say("bea", "sam", "Hello Sam!")
	w.say("sam", "carl", "Hello Carl!")
	w.until("sam", spam, Block)
	for i := range 15 {
		w.pass(10 * time.Minute)
		if d := w.say("sam", "bea", fmt.Sprint("answer ", i)); !d.Delivered() {
			t.Errorf("an answer is %v: %v", d.Verdict, d.Reasons)
		}
		if d := w.say("sam", "carl", "Hello again, Carl!"); d.Verdict != Reject {
			t.Errorf("to one who never answered: %v", d.Verdict)
		}
		if d := w.send(Message{Sender: "sam", Recipients: To("bea", "carl")}); d.Verdict != Reject {
			t.Errorf("to both: %v", d.Verdict)
		}
	}
	w.say("carl", "sam", "Hello?")
	if d := w.say("sam", "carl", "There you are"); !d.Delivered() {
		t.Errorf("after his answer: %v", d.Verdict)
	}
	if got := w.account("sam"); len(got.Offences) != 1 {
		t.Errorf("%d strikes", len(got.Offences))
	}
}
