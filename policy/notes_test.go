package policy_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// A link tells an engine what the engine of another one saw, when it is asked to.
type link struct {
	notes [][]byte
	fn    func([]byte)
}

func (l *link) Broadcast(note []byte) { l.notes = append(l.notes, bytes.Clone(note)) }

func (l *link) Listen(fn func([]byte)) func() {
	l.fn = fn
	return func() { l.fn = nil }
}

// deliver hands the notes to another engine.
func (l *link) deliver(to *link) {
	for _, note := range l.notes {
		to.fn(note)
	}
	l.notes = nil
}

// twoApart makes two engines, each with a Memory of its own.
func twoApart(t *testing.T) (a, b *town, deliver func()) {
	la, lb := &link{}, &link{}
	cfg := policy.Config{Secret: []byte("the same for both"), Notes: la}
	a = newTown(t, cfg)
	cfg.Notes = lb
	b = newTown(t, cfg)
	return a, b, func() { la.deliver(lb); lb.deliver(la); b.now = a.now }
}

// TestNotesOfOrigins: what is held against an origin is known to engines with stores of their
// own, and taken back there, too.
func TestNotesOfOrigins(t *testing.T) {
	a, b, deliver := twoApart(t)
	told := func(who, origin string) bool {
		_, ok := reasonOf(b.send(policy.Message{Sender: who, Recipients: policy.To("bea" + who), Origin: origin}), policy.CodeOrigin)
		return ok
	}
	a.fool("sam", "cafe")
	b.now = a.now
	if told("sam1", "cafe") {
		t.Fatal("it is known before it was told")
	}
	deliver()
	if !told("sam2", "cafe") || told("tom", "home") {
		t.Error("an account of the origin begins with nothing, or one of another does not")
	}
	for _, s := range a.account("sam").Standing {
		a.overturned("sam", s.ID)
	}
	deliver()
	if told("sam3", "cafe") {
		t.Error("it was overturned, and the origin is still told on")
	}
}

// TestNotesOfReporters: whose complaints were right or wrong is known to engines with stores of
// their own.
func TestNotesOfReporters(t *testing.T) {
	a, b, deliver := twoApart(t)
	for i := range 5 {
		a.pass(15 * 24 * time.Hour)
		for who, abusive := range map[string]bool{"wrong": false, "right": true} {
			account := fmt.Sprint(who, "ly accused", i)
			a.weigh(who, account, time.Time{})
			a.tell(policy.Review{Account: account, Abusive: abusive, By: "eve", At: a.now})
		}
	}
	b.now = a.now
	if got := b.weigh("wrong", "ann", time.Time{}); got != 1 {
		t.Fatalf("untold it weighs %v", got)
	}
	deliver()
	if got := b.weigh("wrong", "bea", time.Time{}); got >= .3 {
		t.Errorf("five times overturned weighs %v, want under .3", got)
	}
	if got := b.weigh("right", "bea", time.Time{}); got != 1.5 {
		t.Errorf("five times right weighs %v, want 1.5", got)
	}
}

// TestNotesOfAnswers: an answer that one engine hears of counts for the text in all of them,
// though each met it by itself and calls it by a name of its own.
func TestNotesOfAnswers(t *testing.T) {
	const engines, rounds = 4, 12
	links, towns := []*link{}, []*town{}
	for range engines {
		l := &link{}
		links, towns = append(links, l), append(towns, newTown(t, policy.Config{Secret: []byte("the same for all"), Notes: l}))
	}
	deliver := func() {
		for i, l := range links {
			notes := l.notes
			l.notes = nil
			for j, to := range links {
				for k := 0; k < len(notes) && i != j; k++ {
					to.fn(notes[k])
				}
			}
		}
	}
	greetings := []string{"Good evening dear friends over there.", "Hello all you early birds!", "Sorry to bother everybody, but look:", "My aunt Greta asks me to pass this on."}
	letter := func(w *town, who, to string, n int) policy.Decision {
		return w.send(policy.Message{Sender: who, Recipients: []policy.Recipient{{ID: to, Relation: policy.Stranger}},
			Text: greetings[n] + " Have you seen our dog Bruno? He is brown, has a white paw, and ran away from the station on Friday night. Please call us or tell your neighbours, thank you so much!"})
	}
	for round := range rounds {
		for i, w := range towns {
			for n := range 3 {
				who, to := fmt.Sprint("friend", i, "-", round), fmt.Sprint("neighbour", i, "-", round, "-", n)
				d := letter(w, who, to, i)
				if n < 2 && d.Delivered() {
					w.tell(policy.Reply{From: to, To: who})
				}
			}
			w.pass(5 * time.Minute)
		}
		if round > 0 { // each has met the text by then
			deliver()
		}
	}
	for i, w := range towns {
		d := letter(w, fmt.Sprint("late", i), fmt.Sprint("somebody", i), i)
		for n := range 8 {
			d = letter(w, fmt.Sprint("late", i), fmt.Sprint("somebody", i, "-", n), i)
		}
		r, ok := reasonOf(d, policy.CodeWelcome)
		if want := engines * rounds * 2 * 2 / 3; !d.Delivered() || !ok || r.K < want {
			t.Errorf("engine %d: %v, %d of %d people answered, want %d: %v", i, d.Verdict, r.K, r.N, want, d.Reasons)
		}
	}
}
