package policy

import (
	"fmt"
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
