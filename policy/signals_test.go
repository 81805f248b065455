package policy_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/raced"
	"github.com/decorum-go/decorum/scoring"
)

// lone is a policy in which one signal is on, by the name of its field, with
// limits that refuse much and let much through. One without a curve stays off.
func lone(name string) *policy.Policy {
	p := policy.Default()
	p.Name = "lone"
	rules := p.Classes[policy.Member]
	rules.Limits.Messages = []limiter.Limit{{N: 3, Per: time.Minute}}
	rules.Limits.People = []limiter.Limit{{N: 10_000, Per: time.Hour}}
	v := reflect.ValueOf(&rules.Signals).Elem()
	for i := range v.NumField() {
		if sig, ok := v.Field(i).Addr().Interface().(*policy.Signal); ok {
			if sig.Mode = policy.Off; v.Type().Field(i).Name == name && len(sig.Curve) > 0 {
				sig.Mode = policy.On
			}
		}
	}
	return p
}

// TestLoneSignal: no signal alone, however extreme, brings more than a Warning.
// A villain does everything at once; one signal looks.
func TestLoneSignal(t *testing.T) {
	raced.Skip(t)
	t.Parallel()
	speaks := map[string][]policy.Code{ // what each must have said, or the test shows nothing
		"Refused": {policy.CodeRefused}, "TextFast": {policy.CodeDuplicate}, "TextSlow": {policy.CodeDuplicateSlow}, "Disguise": {policy.CodeDisguise}, "Reach": {policy.CodeReach},
		"OutreachFast": {policy.CodeStrangers}, "OutreachSlow": {policy.CodeUnanswered}, "FollowUps": {policy.CodeFollowUps}, "FollowUpsStranger": {policy.CodeFollowUps},
		"ComplaintOutreach": {policy.CodeComplaintOutreach}, "ReplyLow": {policy.CodeReplyLow}, "Complaint": {policy.CodeComplaints}, "Timing": {policy.CodeTiming}, "Clock": {policy.CodeClock},
		"Campaign": {policy.CodeCampaign}, "Flagged": {policy.CodeFlagged}, "Origin": {policy.CodeOrigin}, "Young": {policy.CodeYoung},
		"Persistence": {policy.CodePersistence}, "TextEcho": {policy.CodeEcho},
	}
	silent := map[string]string{ // those that cannot speak alone, and why
		"ReplyGood":     "speaks for the sender",
		"Cleared":       "speaks for the sender",
		"ComplaintRate": "has no curve where senders are people: it is how pages are judged",
		"RepeatOffence": "needs a sanction for the text, which no other signal brings here",
		"Deceived":      "needs people who talked with the sender; what it brings is TestDeceived's",
		"Strikes":       "needs an incident that is over, which no other signal brings here",
		"Ignored":       "needs a warning, which no other signal brings here",
	}
	const text = "Ѕресial оffer fоr yоu: double yоur mоney within one week, no risk, answer now and win a car"
	typ := reflect.TypeFor[policy.Signals]()
	for field := range typ.Fields() {
		if field.Type != reflect.TypeFor[policy.Signal]() {
			continue
		}
		name := field.Name
		t.Run(name, func(t *testing.T) {
			w := newTown(t, policy.Config{})
			// Others were sanctioned for this text before, some from the same place.
			for k := range 16 {
				for n := range 5 {
					w.pass(time.Minute)
					m := policy.Message{Sender: fmt.Sprint("other", k), Recipients: policy.To(fmt.Sprint("prey", k, n)), Text: text}
					if k < 4 && n > 2 {
						m.Evidence, m.Origin = damning, "cafe"
					}
					w.send(m)
				}
			}
			w.must(w.e.SetPolicy(lone(name)))
			said := map[policy.Code]float64{}
			look := func(d policy.Decision) {
				t.Helper()
				for _, r := range d.Reasons {
					said[r.Code] = max(said[r.Code], r.Share)
				}
				for _, s := range d.Imposed {
					if harsh(s.Kind) {
						t.Fatalf("a %v because %v", s.Kind, s.Reasons)
					}
				}
			}
			joined := w.now
			m := policy.Message{Sender: "villain", Text: text, Origin: "cafe", Joined: joined}
			for k := range 150 {
				w.pass(10 * time.Second)
				m.ID, m.Recipients = "", policy.To(fmt.Sprint("stranger", k))
				look(w.send(m))
			}
			w.now = w.now.Truncate(time.Minute).Add(7 * time.Second)
			for k := range 70 { // by the clock, every so many minutes
				w.pass(time.Duration(1+k*k%7) * time.Minute)
				m.ID, m.Recipients = "", policy.To(fmt.Sprint("stranger by the clock", k))
				look(w.send(m))
			}
			for range 40 {
				w.pass(10 * time.Minute)
				m.ID, m.Recipients = "", []policy.Recipient{{ID: "victim", Relation: policy.Stranger}}
				if name == "FollowUps" {
					m.Recipients[0].Relation = policy.UnknownRelation
				}
				look(w.send(m))
			}
			for k := range 60 {
				w.pass(3 * time.Hour)
				m.ID, m.Recipients = "", policy.To(fmt.Sprint("stranger at leisure", k))
				look(w.send(m))
				if k%8 == 0 {
					w.tell(policy.Complaint{From: m.Recipients[0].ID, Against: "villain", Message: "m", Category: policy.Harassment, At: w.now})
				}
			}
			for _, s := range w.sanctionsOf("villain") {
				if harsh(s.Kind) {
					t.Errorf("a %v because %v", s.Kind, s.Reasons)
				}
			}
			if (silent[name] == "") == (speaks[name] == nil) {
				t.Fatal("must be in one of the lists: with what it says, or with why it cannot")
			}
			for code, share := range said {
				if silent[name] != "" && share > 0 {
					t.Errorf("%s said %.2f, and is listed as silent: %s", code, share, silent[name])
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

// TestPod: eight accounts that answer only each other, to look welcome, while
// each fills in a template for strangers: each is blocked within 60 strangers.
func TestPod(t *testing.T) {
	w := newTown(t, policy.Config{})
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
			d := w.say(name(i), fmt.Sprint("stranger", i, "-", round), pitch(h))
			strangers++
			for _, s := range d.Imposed {
				blocked[i] = blocked[i] || harsh(s.Kind)
			}
		}
	}
	if len(blocked) != 8 {
		t.Errorf("%d of 8 are blocked within 60 strangers each", len(blocked))
	}
	t.Logf("%.1f strangers each", float64(strangers)/8)
}

// TestMonotone: over made-up histories, an answer never raises the score of what
// comes next, and a complaint never lowers it.
func TestMonotone(t *testing.T) {
	t.Parallel()
	good, bad := 0, 0
	for seed := range seeds(12, 60) {
		w := newTown(t, policy.Config{Policy: policy.Observe()})
		acts := makeHistory(seed+400, 150, true)
		run(t, w.e, &w.now, acts)
		w.pass(time.Minute)
		last := map[string]policy.Message{}
		for _, a := range acts {
			if a.message != nil {
				last[a.message.Sender] = *a.message
			}
		}
		for sender, m := range last {
			score := func() float64 {
				m.ID, m.At, m.Recipients = "next", w.now, policy.To("nobody yet")
				return w.preview(m).Score
			}
			key, saved := w.key(sender), w.raw(sender)
			base := score()
			for _, a := range acts {
				if a.message == nil || a.message.Sender != sender {
					continue
				}
				to := a.message.Recipients[0].ID
				for _, ev := range []policy.Event{policy.Reply{From: to, To: sender, At: w.now}, policy.Complaint{From: to, Against: sender, Category: policy.Spam, At: w.now}, policy.BlockedBy{From: to, Against: sender, At: w.now}} {
					w.tell(ev)
					got := score()
					switch ev.(type) {
					case policy.Reply:
						if good++; got > base+1e-12 {
							t.Fatalf("seed %d: an answer raises the score of %s from %v to %v", seed, sender, base, got)
						}
					default:
						if bad++; got < base-1e-12 {
							t.Fatalf("seed %d: %T lowers the score of %s from %v to %v", seed, ev, sender, base, got)
						}
					}
					w.put(key, saved)
				}
			}
		}
	}
	if good < 100 || bad < 200 {
		t.Errorf("%d answers, %d complaints: the test shows little", good, bad)
	}
}

// TestPartsAddUp: the shares of the reasons and the prior are the score.
func TestPartsAddUp(t *testing.T) {
	t.Parallel()
	w := newTown(t, policy.Config{Policy: policy.Observe()})
	prior := scoring.Logit(policy.Observe().Classes[policy.Member].Score.Prior)
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
		if got := scoring.Logit(d.Score); math.Abs(got-sum) > 1e-9 && d.Score > 0 && len(d.Reasons) > 0 && d.Reasons[0].Code != policy.CodeSanction && d.Reasons[0].Code != policy.CodeRestricted {
			t.Fatalf("the parts make %v, the score is %v: %v", sum, got, d.Reasons)
		}
	}
}
