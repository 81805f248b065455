package policy

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/policy/internal/keys"
	"github.com/decorum-go/decorum/scoring"
)

// lone is a policy in which one signal is on, by the name of its field, with
// limits that refuse much and let much through.
func lone(name string) *Policy {
	p := Default()
	p.Name = "lone"
	rules := p.Classes[Member]
	rules.Limits.Messages = []limiter.Limit{{N: 3, Per: time.Minute}}
	rules.Limits.People = []limiter.Limit{{N: 10_000, Per: time.Hour}}
	v := reflect.ValueOf(&rules.Signals).Elem()
	for i := range v.NumField() {
		if sig, ok := v.Field(i).Addr().Interface().(*Signal); ok && v.Type().Field(i).Name != name {
			sig.Mode = Off
		}
	}
	return p
}

// TestLoneSignal: no signal alone, however extreme, brings more than a Warning.
// A villain does everything at once; one signal looks.
func TestLoneSignal(t *testing.T) {
	speaks := map[string][]Code{ // what each must have said, or the test shows nothing
		"Pressure": {CodePressure}, "TextFast": {CodeDuplicate}, "TextSlow": {CodeDrip}, "Disguise": {CodeDisguise}, "Reach": {CodeReach},
		"FanFast": {CodeStrangers}, "FanSlow": {CodeReachSlow}, "Pestered": {CodePestered}, "PesteredStranger": {CodePestered},
		"ComplaintCold": {CodeComplaintCold}, "ReplyLow": {CodeReplyLow}, "Complaint": {CodeComplaints}, "Timing": {CodeTiming}, "Minute": {CodeMinute},
		"Campaign": {CodeCampaign}, "Tainted": {CodeTainted}, "Origin": {CodeOrigin}, "Young": {CodeYoung},
	}
	const text = "Ѕресial оffer fоr yоu: double yоur mоney within one week, no risk, answer now and win a car"
	typ := reflect.TypeFor[Signals]()
	for field := range typ.Fields() {
		if field.Type != reflect.TypeFor[Signal]() {
			continue
		}
		name := field.Name
		t.Run(name, func(t *testing.T) {
			w := newTown(t, Config{})
			// Others were sanctioned for this text before, some from the same place.
			for k := range 16 {
				for n := range 5 {
					w.pass(time.Minute)
					m := Message{Sender: fmt.Sprint("other", k), Recipients: To(fmt.Sprint("prey", k, n)), Text: text}
					if k < 4 && n > 2 {
						m.Evidence, m.Origin = damning, "cafe"
					}
					w.send(m)
				}
			}
			if err := w.e.SetPolicy(lone(name)); err != nil {
				t.Fatal(err)
			}
			said := map[Code]float64{}
			look := func(d Decision) {
				t.Helper()
				for _, r := range d.Reasons {
					said[r.Code] = max(said[r.Code], r.Share)
				}
				for _, s := range d.Imposed {
					if s.Kind > Warning {
						t.Fatalf("a %v because %v", s.Kind, s.Reasons)
					}
				}
			}
			joined := w.now
			m := Message{Sender: "villain", Text: text, Origin: "cafe", Joined: joined}
			for k := range 150 {
				w.pass(10 * time.Second)
				m.ID, m.Recipients = "", To(fmt.Sprint("stranger", k))
				look(w.send(m))
			}
			w.now = w.now.Truncate(time.Minute).Add(7 * time.Second)
			for k := range 70 { // by the clock, every so many minutes
				w.pass(time.Duration(1+k*k%7) * time.Minute)
				m.ID, m.Recipients = "", To(fmt.Sprint("stranger by the clock", k))
				look(w.send(m))
			}
			for range 40 {
				w.pass(10 * time.Minute)
				m.ID, m.Recipients = "", []Recipient{{ID: "victim", Relation: Stranger}}
				if name == "Pestered" {
					m.Recipients[0].Relation = UnknownRelation
				}
				look(w.send(m))
			}
			for k := range 60 {
				w.pass(3 * time.Hour)
				m.ID, m.Recipients = "", To(fmt.Sprint("stranger at leisure", k))
				look(w.send(m))
				if k%8 == 0 {
					w.tell(Complaint{From: m.Recipients[0].ID, Against: "villain", Message: "m", Category: Harassment, At: w.now})
				}
			}
			for _, s := range w.sanctionsOf("villain") {
				if s.Kind > Warning {
					t.Errorf("a %v because %v", s.Kind, s.Reasons)
				}
			}
			for _, code := range speaks[name] {
				if said[code] < .4 {
					t.Errorf("%s said %.2f at most: the test shows nothing (%v)", code, said[code], said)
				}
			}
		})
	}
}

// TestBrigade: forty young accounts complain within 20 minutes, 38 of which
// never got a message: nothing above Flag; the two that did count.
func TestBrigade(t *testing.T) {
	w := newTown(t, Config{})
	h := &history{Rand: rand.New(rand.NewPCG(1, 1))}
	for i := range 30 {
		w.pass(time.Duration(h.IntN(60)) * time.Minute)
		w.say("vic", fmt.Sprint("reader", i), h.text(10))
		if i > 1 && i%2 == 0 {
			w.tell(Reply{From: fmt.Sprint("reader", i), To: "vic", At: w.now})
		}
	}
	for i := range 40 {
		w.pass(30 * time.Second)
		w.tell(Complaint{From: fmt.Sprint([]string{"brigade", "reader"}[b2i(i < 2)], i), Against: "vic", Category: Spam, Joined: w.now.Add(-48 * time.Hour), At: w.now})
	}
	a := w.account("vic")
	if len(a.Complaints) != 2 || a.ComplaintWeight <= 0 || a.ComplaintWeight > 1.01 {
		t.Errorf("%d complaints, worth %v; want the two of those who got a message, worth one", len(a.Complaints), a.ComplaintWeight)
	}
	if d := w.say("vic", "somebody new", h.text(8)); d.Verdict > Flag || len(w.account("vic").Standing) > 0 {
		t.Errorf("%v, standing %v", d.Verdict, w.account("vic").Standing)
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// TestThreeOfThirty: three credible, independent recipients of thirty who
// complain are the one signal that brings a Block by itself. Two are not.
func TestThreeOfThirty(t *testing.T) {
	w := newTown(t, Config{})
	h := &history{Rand: rand.New(rand.NewPCG(2, 1))}
	for i := range 30 {
		w.pass(time.Duration(10+h.IntN(30)) * time.Minute)
		w.say("kim", fmt.Sprint("reader", i), h.text(10))
	}
	for i := range 3 {
		if got := w.account("kim").Standing; i < 3 && len(got) > 0 && got[0].Kind > Warning {
			t.Fatalf("after %d complaints: %v", i, got)
		}
		w.pass(20 * time.Minute)
		w.tell(Complaint{From: fmt.Sprint("reader", 3*i), Against: "kim", Category: Spam, At: w.now})
	}
	s := w.account("kim").Standing
	if len(s) == 0 || s[len(s)-1].Kind != Block {
		t.Errorf("after three: %v, want a Block", s)
	}
}

// TestReporters: a reporter who was overturned five times weighs under .3, a
// newcomer 1, one who was right more, one of a young account half.
func TestReporters(t *testing.T) {
	w := newTown(t, Config{})
	weigh := func(reporter, account string, joined time.Time) float64 {
		t.Helper()
		w.pass(time.Minute)
		w.say(account, reporter, "Good morning, I am "+account)
		w.tell(Complaint{From: reporter, Against: account, Category: Spam, Joined: joined, At: w.now})
		c := w.account(account).Complaints
		return c[len(c)-1].Weight
	}
	if got := weigh("new", "ann", time.Time{}); got != 1 {
		t.Errorf("a newcomer weighs %v, want 1", got)
	}
	if got := weigh("young", "ann", w.now.Add(-24*time.Hour)); got != .5 {
		t.Errorf("a young account weighs %v, want .5", got)
	}
	for i := range 5 {
		for who, abusive := range map[string]bool{"wrong": false, "right": true} {
			account := fmt.Sprint(who, "ly accused", i)
			weigh(who, account, time.Time{})
			w.tell(Review{Account: account, Abusive: abusive, By: "eve", At: w.now})
		}
	}
	if got := weigh("wrong", "bea", time.Time{}); got >= .3 {
		t.Errorf("five times overturned weighs %v, want under .3", got)
	}
	if got := weigh("right", "bea", time.Time{}); got != 1.5 {
		t.Errorf("five times right weighs %v, want 1.5", got)
	}
}

// TestPod: eight accounts that answer only each other, to look welcome, while
// each fills in a template for strangers: each is blocked within 60 strangers.
func TestPod(t *testing.T) {
	w := newTown(t, Config{})
	h := &history{Rand: rand.New(rand.NewPCG(3, 1))}
	name := func(i int) string { return fmt.Sprint("pod", i) }
	blocked, strangers := map[int]bool{}, 0
	for round := range 60 {
		for i := range 8 {
			w.pass(time.Duration(10+h.IntN(60)) * time.Second)
			w.say(name(i), name((i+1+round%7)%8), h.text(5))
			if blocked[i] {
				continue
			}
			w.pass(time.Duration(10+h.IntN(60)) * time.Second)
			d := w.say(name(i), fmt.Sprint("stranger", i, "-", round), fmt.Sprintf("Dear %s, we have looked at your page about the %s and can bring you twice as many visitors within a month, call us about the %s", h.text(1), h.text(1), h.text(1)))
			strangers++
			for _, s := range d.Imposed {
				blocked[i] = blocked[i] || s.Kind >= Block
			}
		}
	}
	if len(blocked) != 8 {
		t.Errorf("%d of 8 are blocked within 60 strangers each", len(blocked))
	}
	t.Logf("%.1f strangers each", float64(strangers)/8)
}

// TestBurdenMonotone: one more report in a burst never makes the others weigh
// less together.
func TestBurdenMonotone(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 1))
	rules := Default().Complaints
	for range 20_000 {
		var c complaints
		now := dawn.Add(time.Hour)
		before := 0.
		for i := range 1 + rng.IntN(8) {
			before = c.burden(now, 0, &rules).weight
			c.add(report{who: uint64(i + 1), at: uint32(dawn.Unix()) + uint32(rng.IntN(600)), weight: uint8(10 + rng.IntN(141)), about: uint8(rng.IntN(2)) * reportTied})
		}
		if after := c.burden(now, 0, &rules).weight; after < before-1e-12 {
			t.Fatalf("%d reports weigh %v, one fewer %v: %+v", c.n, after, before, c.at[:c.n])
		}
	}
}

// TestMonotone: over made-up histories, an answer never raises the score of what
// comes next, and a complaint never lowers it.
func TestMonotone(t *testing.T) {
	good, bad := 0, 0
	for seed := range uint64(30/slowdown + 1) {
		w := newTown(t, Config{Policy: Observe()})
		acts := makeHistory(seed+400, 150, true)
		run(t, w.e, &w.now, acts)
		w.pass(time.Minute)
		last := map[string]Message{}
		for _, a := range acts {
			if a.message != nil {
				last[a.message.Sender] = *a.message
			}
		}
		for sender, m := range last {
			key := w.e.keys.Key(keys.Account, sender)
			score := func() float64 {
				m.ID, m.At, m.Recipients = "next", w.now, To("nobody yet")
				d, err := w.e.Preview(context.Background(), m)
				if err != nil {
					t.Fatal(err)
				}
				return d.Score
			}
			saved := w.raw(sender)
			base := score()
			for _, a := range acts {
				if a.message == nil || a.message.Sender != sender {
					continue
				}
				to := a.message.Recipients[0].ID
				for _, ev := range []Event{Reply{From: to, To: sender, At: w.now}, Complaint{From: to, Against: sender, Category: Spam, At: w.now}, BlockedBy{From: to, Against: sender, At: w.now}} {
					w.tell(ev)
					got := score()
					switch ev.(type) {
					case Reply:
						if good++; got > base+1e-12 {
							t.Fatalf("seed %d: an answer raises the score of %s from %v to %v", seed, sender, base, got)
						}
					default:
						if bad++; got < base-1e-12 {
							t.Fatalf("seed %d: %T lowers the score of %s from %v to %v", seed, ev, sender, base, got)
						}
					}
					if err := w.e.store.Update(t.Context(), key, func([]byte) (Record, error) { return Record{Data: saved}, nil }); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	}
	t.Logf("%d answers, %d complaints", good, bad)
}

// TestPartsAddUp: the shares of the reasons and the prior are the score.
func TestPartsAddUp(t *testing.T) {
	w := newTown(t, Config{Policy: Observe()})
	prior := scoring.Logit(Observe().Classes[Member].Score.Prior)
	for _, a := range makeHistory(500, historySize, true) {
		w.now = a.at
		if a.message == nil {
			a.do(t.Context(), w.e)
			continue
		}
		d := w.send(*a.message)
		if d.Repeat {
			continue
		}
		sum := prior
		for _, r := range d.Reasons {
			sum += r.Share
		}
		if got := scoring.Logit(d.Score); math.Abs(got-sum) > 1e-9 && d.Score > 0 && len(d.Reasons) > 0 && d.Reasons[0].Code != CodeSanction && d.Reasons[0].Code != CodeRestricted {
			t.Fatalf("the parts make %v, the score is %v: %v", sum, got, d.Reasons)
		}
	}
}
