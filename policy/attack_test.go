package policy

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// clocked is an engine whose clock the test moves.
func clocked(t *testing.T) (*Engine, *time.Time) {
	t.Helper()
	now := time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)
	e, err := New(Config{Secret: []byte("attack"), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	return e, &now
}

// evaluate judges a message, and returns the highest kind that it brought.
func evaluate(t *testing.T, e *Engine, m Message) (Decision, Kind) {
	t.Helper()
	d, err := e.Evaluate(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	var worst Kind
	for _, s := range d.Imposed {
		worst = max(worst, s.Kind)
	}
	return d, worst
}

// A letter that goes round among people who have friends is no campaign.
func TestPetition(t *testing.T) {
	e, now := clocked(t)
	const petition = "Please sign the petition for a crossing at our school before Friday, our children need a safe way to walk there every day"
	for p := range 20 {
		me := fmt.Sprint("person ", p)
		for f := range 14 {
			friend := fmt.Sprintf("friend %d of %d", f, p)
			*now = now.Add(7 * time.Minute)
			evaluate(t, e, Message{Sender: friend, Recipients: To(me), Text: "hello " + prose(uint64(p*99+f))})
			evaluate(t, e, Message{Sender: me, Recipients: To(friend), Text: "well " + prose(uint64(p*99+f+50))})
		}
	}
	for k := range 3 {
		for p := range 20 {
			*now = now.Add(11 * time.Minute)
			m := Message{Sender: fmt.Sprint("person ", p), Recipients: To(fmt.Sprintf("acquaintance %d of %d", k, p)), Text: petition}
			if d, worst := evaluate(t, e, m); worst > Warning {
				t.Fatalf("%s is given a %v for a petition: %v", m.Sender, worst, d.Reasons)
			}
		}
	}
}

// One friend in a room of strangers makes it no room of friends.
func TestRoomsOfStrangers(t *testing.T) {
	e, now := clocked(t)
	for room := range 40 {
		*now = now.Add(5 * time.Minute)
		m := Message{Sender: "ann", Group: fmt.Sprint("room ", room), Recipients: []Recipient{{ID: "friend", Relation: Connection}}, Text: "Buy cheap watches today, best price for you and your family, the shop closes tonight"}
		for i := range 50 {
			m.Recipients = append(m.Recipients, Recipient{ID: fmt.Sprintf("stranger %d of %d", i, room), Relation: Stranger})
		}
		if _, worst := evaluate(t, e, m); worst > Warning {
			if room > 15 {
				t.Errorf("blocked only at room %d", room)
			}
			return
		}
	}
	t.Error("40 rooms of strangers bring nothing")
}

// Messages four minutes apart to one known stranger are not one endless turn.
func TestEndlessTurn(t *testing.T) {
	e, now := clocked(t)
	for i := range 60 {
		*now = now.Add(4*time.Minute - 5*time.Second)
		m := Message{Sender: "ann", Recipients: []Recipient{{ID: "bea", Relation: Stranger}}, Text: prose(uint64(i))}
		if _, worst := evaluate(t, e, m); worst >= Warning {
			return
		}
	}
	t.Error("60 messages to one stranger bring not even a warning")
}

// Complaints that name messages which nobody can have received weigh half, and
// do not block a member who writes to many and is answered.
func TestMadeUpMessages(t *testing.T) {
	e, now := clocked(t)
	for i := range 60 {
		*now = now.Add(90 * time.Minute)
		to := fmt.Sprint("candidate ", i)
		evaluate(t, e, Message{Sender: "ann", Recipients: To(to), Text: prose(uint64(i))})
		if i%3 == 0 {
			*now = now.Add(20 * time.Minute)
			evaluate(t, e, Message{Sender: to, Recipients: To("ann"), Text: prose(uint64(1000 + i))})
		}
	}
	for i := range 3 {
		*now = now.Add(time.Hour)
		c := Complaint{From: fmt.Sprint("nobody ", i), Against: "ann", Message: fmt.Sprint("made up ", i), Category: Spam}
		if err := e.Record(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	a, err := e.Account(t.Context(), "ann")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range a.Standing {
		if s.Kind > Warning {
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
	p := Default()
	for _, r := range p.Classes {
		r.Channels["inmail"] = r.Channels["request"]
	}
	now := time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)
	e, err := New(Config{Policy: p, Secret: []byte("attack"), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	delivered := 0
	for i := range 100 {
		now = now.Add(time.Minute)
		m := Message{Sender: "ann", Channel: []string{"request", "inmail"}[i%2], Recipients: []Recipient{{ID: fmt.Sprint(i), Relation: Connection}}}
		if d, _ := evaluate(t, e, m); d.Delivered() {
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
	const text = "Congratulations dear friend, you have been selected for an exclusive investment opportunity that doubles your savings within a week"
	for _, accounts := range []int{20, 40} {
		e, now := clocked(t)
		h := &history{Rand: rand.New(rand.NewPCG(3, 1))}
		name := func(i int) string { return fmt.Sprint("account ", i%accounts) }
		later := func(mean time.Duration) {
			*now = now.Add(time.Duration(h.ExpFloat64() * float64(mean)).Truncate(time.Second))
		}
		for i := range accounts {
			for k := 1; k < 20; k++ {
				later(20 * time.Minute)
				evaluate(t, e, Message{Sender: name(i), Recipients: To(name(i + k)), Text: h.text(6)})
				later(time.Minute)
				evaluate(t, e, Message{Sender: name(i + k), Recipients: To(name(i)), Text: h.text(6)})
			}
		}
		*now = now.Add(24 * time.Hour)
		blocked, reached := map[string]bool{}, 0
		for round := range 30 { // 3 a day each
			for i := range accounts {
				later(8 * time.Hour / time.Duration(accounts))
				if blocked[name(i)] {
					continue
				}
				d, worst := evaluate(t, e, Message{Sender: name(i), Recipients: To(fmt.Sprintf("stranger %d of %d", round, i)), Text: text})
				if d.Delivered() {
					reached++
				}
				blocked[name(i)] = worst >= Block
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
	e, now := clocked(t)
	const petition = "Please sign the petition for a crossing at our school before Friday, our children need a safe way to walk there every day"
	h := &history{Rand: rand.New(rand.NewPCG(5, 1))}
	for p := range 20 {
		me := fmt.Sprint("person ", p)
		for f := range 14 {
			friend := fmt.Sprintf("friend %d of %d", f, p)
			*now = now.Add(7 * time.Minute)
			evaluate(t, e, Message{Sender: friend, Recipients: To(me), Text: h.text(9)})
			evaluate(t, e, Message{Sender: me, Recipients: To(friend), Text: h.text(9)})
		}
	}
	for k := range 10 {
		for p := range 20 {
			*now = now.Add(11 * time.Minute)
			me, to := fmt.Sprint("person ", p), fmt.Sprintf("acquaintance %d of %d", k, p)
			if _, worst := evaluate(t, e, Message{Sender: me, Recipients: To(to), Text: petition}); worst > Warning {
				t.Fatalf("%s is given a %v for a petition", me, worst)
			}
			if (k+p)%2 == 0 {
				*now = now.Add(time.Minute)
				evaluate(t, e, Message{Sender: to, Recipients: To(me), Text: h.text(2)})
			}
		}
	}
}

// An accomplice who says hello first in each of many rooms of strangers does not
// make them rooms of friends: a room that was never written to is an approach,
// whoever wrote there before. Writing on in it is not.
func TestRoomsWithAnAccomplice(t *testing.T) {
	for _, relation := range []Relation{UnknownRelation, Stranger} {
		e, now := clocked(t)
		rooms := 0
		for room := range 40 {
			*now = now.Add(5 * time.Minute)
			m := Message{Sender: "ann", Group: fmt.Sprint("room ", room), Reply: true, Text: "Buy cheap watches today, best price for you and your family, the shop closes tonight"}
			for i := range 50 {
				m.Recipients = append(m.Recipients, Recipient{ID: fmt.Sprintf("stranger %d of %d", i, room), Relation: relation})
			}
			d, worst := evaluate(t, e, m)
			if d.Delivered() {
				rooms++
			}
			if worst > Warning {
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
	e, now := clocked(t)
	h := &history{Rand: rand.New(rand.NewPCG(5, 1))}
	rooms := 3
	for range 2000 {
		*now = now.Add(time.Duration(h.ExpFloat64()*float64(4*time.Minute)) + time.Second)
		if h.IntN(100) == 0 {
			rooms++
		}
		m := Message{Sender: "ann", Group: fmt.Sprint("room ", h.IntN(rooms)), Reply: true, Text: h.text(2 + h.IntN(9))}
		for i := range 20 {
			m.Recipients = append(m.Recipients, Recipient{ID: fmt.Sprint("stranger ", i), Relation: []Relation{UnknownRelation, Stranger}[h.IntN(2)]})
		}
		if d, worst := evaluate(t, e, m); worst != 0 || d.Verdict > Flag && d.Verdict != Defer {
			t.Fatalf("%v, %v: %v", d.Verdict, worst, d.Reasons)
		}
	}
}
