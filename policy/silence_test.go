package policy_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// A pen is two people of whom one writes, and the other rarely does.
type pen struct {
	*town
	rng      *rand.Rand
	relation policy.Relation
	class    policy.Class
	group    string
	serial   int
}

// newPen is one of two who do not know each other.
func newPen(t *testing.T, c policy.Config) *pen {
	return &pen{town: newTown(t, c), rng: rand.New(rand.NewPCG(1, 2)), relation: policy.Stranger}
}

// write has sam write to bea, so many days, so often a day; what went out, and on which
// message sam was first warned, 0 for never.
func (p *pen) write(days, perDay int) (delivered, warned int) {
	p.Helper()
	for day := range days {
		begin := p.now.Truncate(24 * time.Hour).Add(24 * time.Hour)
		at := make([]time.Duration, perDay)
		for i := range at {
			at[i] = 8*time.Hour + time.Duration(p.rng.Int64N(int64(14*time.Hour)))
		}
		slices.Sort(at)
		for i := range at {
			p.now = begin.Add(at[i])
			d := p.say("sam", p.relation, "bea", "carl")
			if d.Delivered() {
				delivered++
			}
			if warned == 0 && len(d.Imposed) > 0 {
				warned = day*perDay + i + 1
			}
		}
	}
	return delivered, warned
}

// say has somebody write to another one, or to these in the group.
func (p *pen) say(from string, relation policy.Relation, to ...string) policy.Decision {
	p.Helper()
	p.serial++
	m := policy.Message{ID: fmt.Sprint("m", p.serial), Sender: from, Group: p.group, Text: "Well then, " + prose(uint64(p.serial))}
	if from == "sam" {
		m.Class = p.class
	}
	if p.group == "" {
		to = to[:1]
	}
	for _, id := range to {
		m.Recipients = append(m.Recipients, policy.Recipient{ID: id, Relation: relation})
	}
	return p.send(m)
}

func (p *pen) answer() { p.Helper(); p.say("bea", 0, "sam", "carl") }

// acquainted is a pen of two who have talked for some days.
func acquainted(t *testing.T, c policy.Config) *pen {
	p := newPen(t, c)
	for range 3 {
		p.write(1, 2)
		p.answer()
	}
	return p
}

// TestSilentContact: who goes on writing to a stranger who answered once, and no longer does, is
// treated like who writes to one who never did; not where the two are connected, where it
// is a room, where the other one answers now and then, and before 14 days and 10 turns.
func TestSilentContact(t *testing.T) {
	p := acquainted(t, policy.Config{})
	got, warned := p.write(20, 10)
	t.Logf("10 a day for 20 days after an answer: %d of 200 delivered, warned by message %d", got, warned)
	if warned < 140 || warned > 165 {
		t.Errorf("warned by message %d of 200, want 140 to 165: within two days of the fourteenth", warned)
	}
	more, _ := p.write(20, 20)
	if more > 20*10 {
		t.Errorf("%d of 400 messages to somebody who does not answer went out, want 10 a day", more)
	}
	if a := p.account("sam"); len(a.Standing)+len(a.History) == 0 {
		t.Error("nothing was imposed")
	}
	p.answer() // she is a contact again
	if got, warned := p.write(13, 10); got != 130 || warned != 0 {
		t.Errorf("after an answer %d of 130 went out, warned by message %d", got, warned)
	}

	off := policy.Default()
	off.Classes[policy.Member].Silence = policy.Silence{}
	for name, c := range map[string]struct {
		policy   *policy.Policy
		relation policy.Relation
		class    policy.Class
		group    string
	}{
		"off": {policy: off, relation: policy.Stranger}, "connection": {relation: policy.Connection},
		"follower": {relation: policy.Follower}, "invited": {relation: policy.Invited},
		"service": {relation: policy.Stranger, class: policy.Service}, "room": {relation: policy.Stranger, group: "family"},
		"unknown": {},
	} {
		p := acquainted(t, policy.Config{Policy: c.policy})
		if p.relation, p.class, p.group = c.relation, c.class, c.group; c.group != "" {
			p.send(policy.Message{Sender: "sam", Group: c.group, Recipients: policy.To("bea", "carl"), Reply: true, Text: "Here I am"})
		}
		if got, warned := p.write(30, 10); got != 300 || warned != 0 {
			t.Errorf("%s: %d of 300 delivered, warned by message %d", name, got, warned)
		}
	}
}

// TestSilentAnswered: whom the other one answers every three weeks may write once a day for
// a year, and five times a day where they do every other week.
func TestSilentAnswered(t *testing.T) {
	for _, c := range []struct{ every, perDay, rounds int }{{21, 1, 17}, {13, 10, 8}, {14, 5, 8}} {
		for _, reply := range []bool{false, true} {
			p := acquainted(t, policy.Config{})
			for range c.rounds {
				if got, warned := p.write(c.every, c.perDay); got != c.every*c.perDay || warned != 0 {
					t.Fatalf("%+v, by a Reply: %v: %d of %d delivered, warned by message %d", c, reply, got, c.every*c.perDay, warned)
				}
				if reply {
					p.tell(policy.Reply{From: "bea", To: "sam"})
				} else {
					p.answer()
				}
			}
		}
	}
}

// TestSilentUnknown: nobody lapses of whom the engine does not know when they wrote.
func TestSilentUnknown(t *testing.T) {
	for name, lose := range map[string]func(p *pen){
		"forgotten": func(p *pen) {
			if err := forget(p.e, context.Background(), "bea"); err != nil {
				t.Fatal(err)
			}
		},
		"by events alone": func(p *pen) {},
	} {
		p := acquainted(t, policy.Config{})
		if name != "forgotten" {
			p = newPen(t, policy.Config{})
			p.write(2, 2)
			p.tell(policy.Reply{From: "bea", To: "sam"})
		}
		lose(p)
		if got, warned := p.write(40, 5); got != 200 || warned != 0 {
			t.Errorf("%s: %d of 200 delivered, warned by message %d", name, got, warned)
		}
	}
}
