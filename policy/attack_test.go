package policy_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// A letter that goes round among people who have friends is no campaign.
func TestPetition(t *testing.T) {
	w := newTown(t, policy.Config{})
	const petition = "Please sign the petition for a crossing at our school before Friday, our children need a safe way to walk there every day"
	for p := range 20 {
		me := fmt.Sprint("person ", p)
		for f := range 14 {
			friend := fmt.Sprintf("friend %d of %d", f, p)
			w.pass(7 * time.Minute)
			w.evaluate(policy.Message{Sender: friend, Recipients: policy.To(me), Text: "hello " + prose(uint64(p*99+f))})
			w.evaluate(policy.Message{Sender: me, Recipients: policy.To(friend), Text: "well " + prose(uint64(p*99+f+50))})
		}
	}
	for k := range 3 {
		for p := range 20 {
			w.pass(11 * time.Minute)
			m := policy.Message{Sender: fmt.Sprint("person ", p), Recipients: policy.To(fmt.Sprintf("acquaintance %d of %d", k, p)), Text: petition}
			if d := w.evaluate(m); harsh(worst(d)) {
				t.Fatalf("%s is given a %v for a petition: %v", m.Sender, worst(d), d.Reasons)
			}
		}
	}
}

// One friend in a room of strangers makes it no room of friends.
func TestRoomsOfStrangers(t *testing.T) {
	w := newTown(t, policy.Config{})
	for room := range 40 {
		w.pass(5 * time.Minute)
		m := policy.Message{Sender: "ann", Group: fmt.Sprint("room ", room), Recipients: []policy.Recipient{{ID: "friend", Relation: policy.Connection}}, Text: "Buy cheap watches today, best price for you and your family, the shop closes tonight"}
		for i := range 50 {
			m.Recipients = append(m.Recipients, policy.Recipient{ID: fmt.Sprintf("stranger %d of %d", i, room), Relation: policy.Stranger})
		}
		if harsh(worst(w.evaluate(m))) {
			if room > 25 { // of these ten while a warning is read
				t.Errorf("blocked only at room %d", room)
			}
			return
		}
	}
	t.Error("40 rooms of strangers bring nothing")
}

// Messages four minutes apart to one known stranger are not one endless turn.
func TestEndlessTurn(t *testing.T) {
	w := newTown(t, policy.Config{})
	for i := range 60 {
		w.pass(4*time.Minute - 5*time.Second)
		m := policy.Message{Sender: "ann", Recipients: []policy.Recipient{{ID: "bea", Relation: policy.Stranger}}, Text: prose(uint64(i))}
		if worst(w.evaluate(m)) != 0 {
			return
		}
	}
	t.Error("60 messages to one stranger bring not even a warning")
}

// Complaints that name messages which nobody can have received weigh half, and
// do not block a member who writes to many and is answered.
func TestMadeUpMessages(t *testing.T) {
	w := newTown(t, policy.Config{})
	for i := range 60 {
		w.pass(90 * time.Minute)
		to := fmt.Sprint("candidate ", i)
		w.evaluate(policy.Message{Sender: "ann", Recipients: policy.To(to), Text: prose(uint64(i))})
		if i%3 == 0 {
			w.pass(20 * time.Minute)
			w.evaluate(policy.Message{Sender: to, Recipients: policy.To("ann"), Text: prose(uint64(1000 + i))})
		}
	}
	for i := range 3 {
		w.pass(time.Hour)
		c := policy.Complaint{From: fmt.Sprint("nobody ", i), Against: "ann", Message: fmt.Sprint("made up ", i), Category: policy.Spam}
		w.tell(c)
	}
	a := w.account("ann")
	for _, s := range a.Standing {
		if harsh(s.Kind) {
			t.Errorf("a %v stands: %v", s.Kind, s.Reasons)
		}
	}
	if len(a.Complaints) != 3 || a.ComplaintWeight > 1.6 {
		t.Errorf("%d complaints weigh %v, want 3 that weigh half each", len(a.Complaints), a.ComplaintWeight)
	}
}

// Two channels with limits of their own share one count: going to and fro does
// not give either anew.
func TestChannelsInTurn(t *testing.T) {
	p := policy.Default()
	for _, r := range p.Classes {
		r.Channels["inmail"] = r.Channels["request"]
	}
	w := newTown(t, policy.Config{Policy: p})
	delivered := 0
	for i := range 100 {
		w.pass(time.Minute)
		m := policy.Message{Sender: "ann", Channel: []string{"request", "inmail"}[i%2], Recipients: []policy.Recipient{{ID: fmt.Sprint(i), Relation: policy.Connection}}}
		if d := w.evaluate(m); d.Delivered() {
			delivered++
		}
	}
	if delivered > 30 {
		t.Errorf("%d messages within a day, 30 are allowed", delivered)
	}
}

// Accounts of one campaign that have made friends with each other are not taken
// for people among whom a letter goes round: what they reach is bounded, however
// many friends they have.
func TestCampaignOfFriends(t *testing.T) {
	t.Parallel()
	const text = "Congratulations dear friend, you have been selected for an exclusive investment opportunity that doubles your savings within a week"
	for _, accounts := range []int{20, 40} {
		w := newTown(t, policy.Config{})
		h := &history{Rand: rand.New(rand.NewPCG(3, 1))}
		name := func(i int) string { return fmt.Sprint("account ", i%accounts) }
		later := func(mean time.Duration) {
			w.pass(time.Duration(h.ExpFloat64() * float64(mean)).Truncate(time.Second))
		}
		for i := range accounts {
			for k := 1; k < 20; k++ {
				later(20 * time.Minute)
				w.evaluate(policy.Message{Sender: name(i), Recipients: policy.To(name(i + k)), Text: h.text(6)})
				later(time.Minute)
				w.evaluate(policy.Message{Sender: name(i + k), Recipients: policy.To(name(i)), Text: h.text(6)})
			}
		}
		w.pass(24 * time.Hour)
		blocked, reached := map[string]bool{}, 0
		for round := range 30 { // 3 a day each
			for i := range accounts {
				later(8 * time.Hour / time.Duration(accounts))
				if blocked[name(i)] {
					continue
				}
				d := w.evaluate(policy.Message{Sender: name(i), Recipients: policy.To(fmt.Sprintf("stranger %d of %d", round, i)), Text: text})
				if d.Delivered() {
					reached++
				}
				blocked[name(i)] = harsh(worst(d))
			}
		}
		t.Logf("%d accounts reach %d", accounts, reached)
		if reached > 10*accounts {
			t.Errorf("%d accounts reach %d strangers, want at most 10 each", accounts, reached)
		}
	}
}

// Who passes a letter on to ten acquaintances, of whom half answer, is not taken
// for one of a campaign either, though they are strangers to the engine.
func TestPetitionAnswered(t *testing.T) {
	w := newTown(t, policy.Config{})
	const petition = "Please sign the petition for a crossing at our school before Friday, our children need a safe way to walk there every day"
	h := &history{Rand: rand.New(rand.NewPCG(5, 1))}
	for p := range 20 {
		me := fmt.Sprint("person ", p)
		for f := range 14 {
			friend := fmt.Sprintf("friend %d of %d", f, p)
			w.pass(7 * time.Minute)
			w.evaluate(policy.Message{Sender: friend, Recipients: policy.To(me), Text: h.text(9)})
			w.evaluate(policy.Message{Sender: me, Recipients: policy.To(friend), Text: h.text(9)})
		}
	}
	for k := range 10 {
		for p := range 20 {
			w.pass(11 * time.Minute)
			me, to := fmt.Sprint("person ", p), fmt.Sprintf("acquaintance %d of %d", k, p)
			if d := w.evaluate(policy.Message{Sender: me, Recipients: policy.To(to), Text: petition}); harsh(worst(d)) {
				t.Fatalf("%s is given a %v for a petition", me, worst(d))
			}
			if (k+p)%2 == 0 {
				w.pass(time.Minute)
				w.evaluate(policy.Message{Sender: to, Recipients: policy.To(me), Text: h.text(2)})
			}
		}
	}
}

// An accomplice who says hello first in each of many rooms of strangers does not
// make them rooms of friends: a room that was never written to is an approach,
// whoever wrote there before. Writing on in it is not.
func TestRoomsWithAnAccomplice(t *testing.T) {
	for _, relation := range []policy.Relation{policy.UnknownRelation, policy.Stranger} {
		w := newTown(t, policy.Config{})
		rooms := 0
		for room := range 40 {
			w.pass(5 * time.Minute)
			m := policy.Message{Sender: "ann", Group: fmt.Sprint("room ", room), Reply: true, Text: "Buy cheap watches today, best price for you and your family, the shop closes tonight"}
			for i := range 50 {
				m.Recipients = append(m.Recipients, policy.Recipient{ID: fmt.Sprintf("stranger %d of %d", i, room), Relation: relation})
			}
			d := w.evaluate(m)
			if d.Delivered() {
				rooms++
			}
			if harsh(worst(d)) {
				break
			}
		}
		if rooms > 15 {
			t.Errorf("%v: %d rooms are reached", relation, rooms)
		}
	}
}

// Who talks in the rooms that he is in, however much, and looks into a new one now
// and then, is left alone.
func TestTalkInRooms(t *testing.T) {
	w := newTown(t, policy.Config{})
	h := &history{Rand: rand.New(rand.NewPCG(5, 1))}
	rooms := 3
	for range 2000 {
		w.pass(time.Duration(h.ExpFloat64()*float64(4*time.Minute)) + time.Second)
		if h.IntN(100) == 0 {
			rooms++
		}
		m := policy.Message{Sender: "ann", Group: fmt.Sprint("room ", h.IntN(rooms)), Reply: true, Text: h.text(2 + h.IntN(9))}
		for i := range 20 {
			m.Recipients = append(m.Recipients, policy.Recipient{ID: fmt.Sprint("stranger ", i), Relation: []policy.Relation{policy.UnknownRelation, policy.Stranger}[h.IntN(2)]})
		}
		if d := w.evaluate(m); worst(d) != 0 || d.Verdict > policy.Flag && d.Verdict != policy.Defer {
			t.Fatalf("%v, %v: %v", d.Verdict, worst(d), d.Reasons)
		}
	}
}

// Nobody is punished by being copied: that another account was sanctioned for a text
// is not held against the one that wrote it first, but against those that take it up.
func TestCopied(t *testing.T) {
	const text = "I am looking for two people who would like to share a workshop for pottery near the old harbour, from the first of May on"
	w := newTown(t, policy.Config{})
	w.say("ann", "bea", text)
	w.pass(time.Hour)
	if d := w.send(policy.Message{Sender: "villain", Recipients: policy.To("carl"), Text: text, Evidence: damning}); worst(d) != policy.Block {
		t.Fatalf("a copy brings %v", d.Imposed)
	}
	for sender, want := range map[string]bool{"ann": false, "somebody else": true} {
		w.say(sender, "dora", text)
		d := w.preview(policy.Message{Sender: sender, Recipients: policy.To("emil"), Text: text})
		if r, got := reasonOf(d, policy.CodeFlagged); got != want {
			t.Errorf("that another was sanctioned for it weighs %.2f with %s", r.Share, sender)
		}
	}
}
