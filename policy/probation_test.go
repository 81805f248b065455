package policy_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/scoring"
)

// TestProbation: after a block of a day an account is on probation for seven. It writes
// to its friends as before, and to few new people; what would be flagged waits.
func TestProbation(t *testing.T) {
	dubious := []scoring.Evidence{{Code: "host.dubious", Family: scoring.Content, LogOdds: 3}, {Code: "host.odd", LogOdds: .5}}
	for _, c := range []struct {
		after     time.Duration // its end
		share     float64
		people    int // in an hour, of 40
		probation bool
	}{
		{time.Minute, .2, 8, true},
		{84 * time.Hour, .6, 24, true},
		{8 * 24 * time.Hour, 1, 40, false},
	} {
		t.Run(c.after.String(), func(t *testing.T) {
			w := newTown(t, policy.Config{})
			w.befriend("sam", 1)
			w.send(policy.Message{Sender: "sam", Recipients: policy.To("prey"), Evidence: damning})
			w.pass(24*time.Hour + c.after)
			if a := w.account("sam"); a.Probation < c.share-.01 || a.Probation > c.share+.01 {
				t.Errorf("%v of the limits on new people, want %v", a.Probation, c.share)
			}
			for range 20 {
				if d := w.preview(policy.Message{Sender: "sam", Recipients: policy.To("sam friend 0"), Evidence: dubious}); !d.Delivered() {
					t.Fatal("to a friend:", d.Verdict, d.Reasons)
				}
			}
			d := w.preview(policy.Message{Sender: "sam", Recipients: policy.To("new"), Evidence: dubious})
			if waits := d.Verdict == policy.Defer; waits != c.probation || waits && (d.Reasons[0].Code != policy.CodeProbation || d.RetryAfter != time.Hour) {
				t.Errorf("what would be flagged: %v after %v because %v", d.Verdict, d.RetryAfter, d.Reasons)
			}
			n := 0
			for ; n < 60; n++ {
				w.pass(time.Duration(3+n*n%37) * time.Second)
				if d := w.evaluate(policy.Message{Sender: "sam", Recipients: []policy.Recipient{{ID: fmt.Sprint("new ", n), Relation: policy.SecondDegree}}}); !d.Delivered() {
					if d.Reasons[0].Code != policy.CodeRatePeople {
						t.Error(d.Verdict, d.Reasons)
					}
					break
				}
			}
			if n != c.people {
				t.Errorf("%d new people in an hour, want %d", n, c.people)
			}
		})
	}
}

// TestDeceivedDuringBlock: an outreach block lets go on what those suffer who answered:
// three of them who report it as extortion widen it, though the incident has its sanction.
func TestDeceivedDuringBlock(t *testing.T) {
	w := newTown(t, policy.Config{})
	for i := range 6 {
		mark := fmt.Sprint("mark ", i)
		w.pass(30 * time.Minute)
		w.send(policy.Message{Sender: "sam", Text: fmt.Sprint("Hello ", mark, " how was your ", prose(uint64(i))), Recipients: []policy.Recipient{{ID: mark, Relation: policy.Stranger}}})
		w.pass(30 * time.Minute)
		w.say(mark, "sam", "fine, and you?")
		w.say("sam", mark, "thank you, well enough")
	}
	report := func(i int) {
		w.tell(policy.Complaint{From: fmt.Sprint("mark ", i), Against: "sam", Category: policy.Unlawful})
	}
	report(0)
	w.pass(10 * time.Hour)
	w.send(policy.Message{Sender: "sam", Recipients: policy.To("prey"), Evidence: damning})
	report(1)
	if d := w.say("sam", "mark 5", "you will pay"); !d.Delivered() {
		t.Fatal("the block of outreach lets no answer through:", d.Reasons)
	}
	w.pass(15 * time.Hour)
	if s := w.sanctionsOf("sam"); len(s) != 1 || s[0].Scope != policy.Outreach {
		t.Fatal("before the third report:", s)
	}
	report(2)
	if d := w.say("sam", "mark 5", "or else"); d.Verdict != policy.Reject {
		t.Error("after the third report:", d.Verdict, w.sanctionsOf("sam"))
	}
	if a := w.account("sam"); len(a.Offences) != 1 {
		t.Errorf("one incident has %d strikes", len(a.Offences))
	}
}

// TestInvitedOneByOne: 200 people who are invited into one room, each in a message of
// their own, are not the one contact that a room is.
func TestInvitedOneByOne(t *testing.T) {
	w := newTown(t, policy.Config{})
	i := 0
	post := func(to ...string) policy.Decision {
		i++
		w.pass(time.Duration(7+i*i%61) * time.Second)
		return w.evaluate(policy.Message{Sender: "sam", Recipients: policy.To(to...), Group: "shop", Text: "come in"})
	}
	delivered := 0
	for i := range 200 {
		if d := post(fmt.Sprint("prey ", i)); d.Delivered() {
			delivered++
		}
	}
	if s := w.standsAboveWarning("sam"); len(s) == 0 || delivered > 40 {
		t.Errorf("%d of 200 delivered, sanctions %v", delivered, s)
	}
	w = newTown(t, policy.Config{})
	for i := range 200 {
		to := []string{"the whole room"} // a host may name no members
		if i%2 == 0 {
			to = []string{fmt.Sprint("member ", i), "owner"}
		}
		if d := post(to...); d.Score > .05 {
			t.Fatal("in a room:", d.Verdict, d.Reasons)
		}
	}
}

// TestWarnedByOthers: somebody whose text others spread until they are sanctioned for it
// is warned before anything else, also without a complaint in the world.
func TestWarnedByOthers(t *testing.T) {
	const note = "Dear neighbour, the summer garden fete is on Saturday at three behind the town hall, bring a cake and come along"
	for _, c := range [][2]int{{0, 3}, {2, 3}, {2, 5}, {5, 3}} {
		w := newTown(t, policy.Config{})
		w.befriend("ann", 8)
		for i := range c[0] {
			w.say("ann", fmt.Sprint("neighbour ", i), note)
			w.pass(time.Hour)
		}
		fallen := map[int]bool{}
		for i := 0; i < 60 && len(fallen) < c[1]; i++ {
			for e := range c[1] {
				if fallen[e] {
					continue
				}
				d := w.say(fmt.Sprint("enemy ", e), fmt.Sprint("victim ", e, " ", i), note)
				fallen[e] = harsh(worst(d))
				if !fallen[e] {
					delete(fallen, e)
				}
				w.pass(7 * time.Second)
			}
			w.pass(10 * time.Minute)
		}
		if len(fallen) < c[1] {
			t.Fatalf("%d of %d enemies are sanctioned: this shows nothing", len(fallen), c[1])
		}
		warned := false
		for i := range 4 {
			w.pass(time.Duration(4+i*i) * time.Minute)
			d := w.say("ann", fmt.Sprint("neighbour ", c[0]+i), note)
			if harsh(worst(d)) {
				t.Errorf("%d letters before, %d enemies: %v at letter %d because %v", c[0], c[1], worst(d), i+1, d.Reasons)
			}
			warned = warned || worst(d) == policy.Warning
		}
		if !warned {
			t.Errorf("%d letters before, %d enemies: she is not told", c[0], c[1])
		}
	}
}

// TestRejectedForGood: a message to many that brought a block brings nothing more when a
// client obeys retry_after, and reaches nobody; one that a person took back may go out.
func TestRejectedForGood(t *testing.T) {
	w := newTown(t, policy.Config{})
	m := policy.Message{ID: "to the club", Sender: "ola", Joined: w.now.Add(-time.Hour), Text: "The meeting is moved to Thursday at six in the large hall, please bring the keys and the minutes of last time"}
	for i := range 60 {
		m.Recipients = append(m.Recipients, policy.Recipient{ID: fmt.Sprint("member", i)})
	}
	d := w.send(m)
	if len(d.Imposed) != 1 || d.Imposed[0].Kind != policy.Block {
		t.Fatal("it brings", d.Imposed, d.Verdict)
	}
	for range 4 {
		w.pass(max(d.RetryAfter, time.Hour))
		if d = w.send(m); d.Verdict != policy.Reject || len(d.Imposed) > 0 || !d.Repeat {
			t.Fatal("again it brings", d.Verdict, d.Imposed)
		}
	}
	if a := w.account("ola"); len(a.Offences) != 1 {
		t.Error("offences", a.Offences)
	}
	w.overturned("ola", w.account("ola").History[0].ID)
	if d := w.send(m); d.Repeat {
		t.Error("after the ruling it is answered as before:", d.Verdict)
	}
}
