package policy_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/raced"
)

// Writing to friends in between does not make the engine forget whom an account
// pesters: neither the turns nor the limit on them begin anew.
func TestPesteringBetweenConnections(t *testing.T) {
	w := newTown(t, policy.Config{})
	friends := make([]policy.Recipient, 40)
	for i := range friends {
		friends[i] = policy.Recipient{ID: fmt.Sprint("friend", i), Relation: policy.Connection}
	}
	delivered := 0
	for i := range 40 {
		d := w.evaluate(policy.Message{Sender: "sam", Recipients: []policy.Recipient{{ID: "vic", Relation: policy.Stranger}}})
		if d.Delivered() {
			delivered++
		}
		w.pass(time.Duration(3+i%7) * time.Minute)
		w.evaluate(policy.Message{Sender: "sam", Recipients: friends})
		w.pass(time.Duration(4+i%5) * time.Minute)
	}
	// Ten turns a day to one stranger.
	if delivered > 10 {
		t.Errorf("%d of 40 messages reached a stranger who never answered", delivered)
	}
}

// Of a message to more people than a record waits for, those whom it does wait
// for count in the reply rate, and their answers do.
func TestAnswersToAList(t *testing.T) {
	const people = 120
	w := newTown(t, policy.Config{})
	to := make([]policy.Recipient, people)
	for i := range to {
		to[i].ID = fmt.Sprint("member", i)
	}
	w.evaluate(policy.Message{Sender: "ola", Recipients: to, Text: "The meeting is moved to Thursday at six in the large hall."})
	for i := range to {
		if i%2 == 0 {
			w.evaluate(policy.Message{Sender: to[i].ID, Recipients: policy.To("ola"), Text: "fine"})
		}
	}
	a := w.account("ola")
	// 32 of 120 who count (5 + 115/50)/120 each.
	if a.Approached < 1.9 || a.Approached > 2.0 {
		t.Errorf("approached %.3f, want 32 × 7.3/120 = 1.947", a.Approached)
	}
	if share := a.Answered / a.Approached; !(share > .3 && share < .7) {
		t.Errorf("%.3f of %.3f answered, where every second person did", a.Answered, a.Approached)
	}
}

// Answering one person does not make friends of everybody else on the list.
func TestReplyToAList(t *testing.T) {
	w := newTown(t, policy.Config{})
	w.evaluate(policy.Message{Sender: "helper", Recipients: policy.To("sam")})
	reached := 0
	for i := range 30 {
		m := policy.Message{Sender: "sam", Reply: true, Recipients: policy.To("helper"), Text: "Answer today and reserve your place in the best investment of the year."}
		for k := range 20 {
			m.Recipients = append(m.Recipients, policy.Recipient{ID: fmt.Sprint("stranger", i, ".", k), Relation: policy.Stranger})
		}
		if d := w.evaluate(m); d.Delivered() {
			reached += 20
		}
		w.pass(time.Duration(1+i*i%7) * time.Minute)
	}
	if reached > 60 {
		t.Errorf("%d strangers were reached on the strength of one who wrote first", reached)
	}
	// The one who wrote first can be answered, alone, whatever stands.
	if d := w.evaluate(policy.Message{Sender: "sam", Recipients: policy.To("helper")}); !d.Delivered() {
		t.Errorf("an answer is refused: %v", d.Verdict)
	}
}

// A busy sender has more people waiting than a record holds open. Those who give
// way answer late, and are seen; what cannot be seen must not be expected. The
// mean over plays shows a bias that one play cannot.
func TestReplyRateOfABusySender(t *testing.T) {
	raced.Skip(t)
	t.Parallel()
	for _, test := range []struct {
		perDay float64
		least  time.Duration // before any answer
		rate   float64
		from   float64
	}{
		{perDay: 25, rate: .3, from: .285},
		{perDay: 40, rate: .3, from: .285},
		{perDay: 120, rate: .3, from: .285},                      // whole generations of them give way
		{perDay: 25, least: 48 * time.Hour, rate: .3, from: .24}, // slower than F expects, and seen all the same
		{perDay: 40, rate: .05, from: .04},
	} {
		sum, plays := 0., 10
		for seed := range plays {
			sum += busyReplyRate(t, uint64(seed), test.perDay, test.least, test.rate)
		}
		mean := sum / float64(plays)
		t.Logf("%v a day, answers after %v: reply rate %.3f of %.2f", test.perDay, test.least, mean, test.rate)
		if mean < test.from || mean > test.rate+.015 {
			t.Errorf("%v a day, answers after %v: reply rate %.3f, want %.3f to %.3f", test.perDay, test.least, mean, test.from, test.rate+.015)
		}
	}
}

// busyReplyRate is the reply rate of somebody who writes to so many new people a
// day for 30 days.
func busyReplyRate(t *testing.T, seed uint64, perDay float64, least time.Duration, rate float64) float64 {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 7))
	w := newTown(t, policy.Config{Policy: policy.Observe()})
	end := w.now.Add(30 * 24 * time.Hour)
	send := func(from, to string, at time.Time) {
		w.evaluate(policy.Message{Sender: from, Recipients: policy.To(to), At: at})
	}
	type answer struct {
		from string
		at   time.Time
	}
	var answers []answer // by time
	for i := 0; w.now.Before(end); i++ {
		w.pass(time.Duration(r.ExpFloat64() * float64(24*time.Hour) / perDay))
		for len(answers) > 0 && answers[0].at.Before(w.now) {
			send(answers[0].from, "busy", answers[0].at)
			answers = answers[1:]
		}
		who := fmt.Sprint("person", i)
		send("busy", who, w.now)
		if r.Float64() < rate {
			hours := []float64{1, 12, 72}[min(int(r.Float64()/.35), 2)]
			a := answer{from: who, at: w.now.Add(least + time.Duration(r.ExpFloat64()*hours*float64(time.Hour)))}
			k, _ := slices.BinarySearchFunc(answers, a, func(x, y answer) int { return x.at.Compare(y.at) })
			answers = slices.Insert(answers, k, a)
		}
	}
	a := w.account("busy")
	return a.Reply
}

// One message to many is an announcement, and takes little of the limit of new
// people: not where the host knows them for strangers, nor from whom nobody has answered
// and who writes to a thousand, nor again in the same week.
func TestNoAnnouncementsToStrangers(t *testing.T) {
	for _, test := range []struct {
		relation policy.Relation
		contacts int
		n        int
		want     policy.Verdict
	}{
		{policy.UnknownRelation, 14, 1000, policy.Allow},
		{policy.SecondDegree, 14, 1000, policy.Allow},
		{policy.UnknownRelation, 0, 300, policy.Allow},
		{policy.UnknownRelation, 0, 1000, policy.Defer},
		{policy.SecondDegree, 0, 1000, policy.Defer},
		{policy.Stranger, 14, 40, policy.Allow},
		{policy.Stranger, 14, 41, policy.Defer},
	} {
		w := newTown(t, policy.Config{})
		w.befriend("ann", test.contacts)
		list := func(n int) (to []policy.Recipient) {
			for range n {
				w.pass(time.Millisecond)
				to = append(to, policy.Recipient{ID: fmt.Sprint("person", w.now.UnixMilli()), Relation: test.relation})
			}
			return to
		}
		d := w.evaluate(policy.Message{Sender: "ann", Recipients: list(test.n)})
		if d.Verdict != test.want {
			t.Errorf("%d of relation %v, %d contacts: %v %v; want %v", test.n, test.relation, test.contacts, d.Verdict, d.Reasons, test.want)
		}
		w.pass(26 * time.Hour)
		if d := w.evaluate(policy.Message{Sender: "ann", Recipients: list(300)}); d.Delivered() != (test.want == policy.Defer && test.relation != policy.Stranger) {
			t.Errorf("%d of relation %v, then 300 others: %v %v", test.n, test.relation, d.Verdict, d.Reasons)
		}
	}
}

// Ten accounts that nobody knows, or that know each other, tell next to nobody by one
// short line to a thousand people at a time.
func TestLinesToThousands(t *testing.T) {
	raced.Skip(t)
	for _, contacts := range []int{0, 9} {
		w := newTown(t, policy.Config{})
		for i := range 10 {
			w.befriend(fmt.Sprint("sender ", i), contacts)
		}
		reached := 0
		for turn := range 400 {
			w.pass(36 * time.Minute)
			m := policy.Message{Sender: fmt.Sprint("sender ", turn%10)}
			for i := range 1000 >> (turn % 3) {
				m.Recipients = append(m.Recipients, policy.Recipient{ID: fmt.Sprint("person ", turn, ".", i)})
			}
			if d := w.evaluate(m); d.Delivered() {
				reached += len(m.Recipients)
			}
		}
		if reached > 10*500 {
			t.Errorf("%d contacts each: %d people reached in ten days, want at most 500 for each account", contacts, reached)
		}
	}
}

// Who completes a list for somebody who does not answer is no pest; who goes on for as long
// as a pest does is one, and so is who writes something else each time.
func TestCompletedList(t *testing.T) {
	warned := func(n int, text func(i int) string) (at int) {
		w := newTown(t, policy.Config{})
		for i := 1; i <= n; i++ {
			w.pass(time.Duration(6+5*i%18) * time.Minute)
			d := w.evaluate(policy.Message{Sender: "ann", Recipients: []policy.Recipient{{ID: "vic", Relation: policy.Stranger}}, Text: text(i)})
			if worst(d) != 0 {
				return i
			}
		}
		return 0
	}
	list := func(i int) (s string) {
		for k := range i {
			s += fmt.Sprintf("%s: %s\n", prose(uint64(k))[:24], []string{"Ann", "Bea", "Carl", "Dora"}[k%4])
		}
		return s
	}
	if at := warned(15, list); at != 0 {
		t.Errorf("a list is warned of at version %d of 15", at)
	}
	if at := warned(40, list); at == 0 {
		t.Error("40 versions of a list bring no warning")
	}
	if at := warned(15, func(i int) string { return prose(uint64(i)) }); at == 0 {
		t.Error("15 other letters bring no warning")
	}
	if at := warned(15, func(int) string { return list(5) }); at == 0 {
		t.Error("one list 15 times brings no warning")
	}
}
