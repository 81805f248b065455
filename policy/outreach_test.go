package policy_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// Writing to friends in between does not make the engine forget whom an account
// pesters: neither the turns nor the limit on them begin anew.
func TestPesteringBetweenConnections(t *testing.T) {
	now := time.Date(2026, 5, 4, 8, 0, 0, 0, time.UTC)
	e, err := policy.New(policy.Config{Secret: make([]byte, 16), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	friends := make([]policy.Recipient, 40)
	for i := range friends {
		friends[i] = policy.Recipient{ID: fmt.Sprint("friend", i), Relation: policy.Connection}
	}
	delivered := 0
	for i := range 40 {
		d, err := e.Evaluate(t.Context(), policy.Message{Sender: "sam", Recipients: []policy.Recipient{{ID: "vic", Relation: policy.Stranger}}})
		if err != nil {
			t.Fatal(err)
		}
		if d.Delivered() {
			delivered++
		}
		now = now.Add(time.Duration(3+i%7) * time.Minute)
		if _, err := e.Evaluate(t.Context(), policy.Message{Sender: "sam", Recipients: friends}); err != nil {
			t.Fatal(err)
		}
		now = now.Add(time.Duration(4+i%5) * time.Minute)
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
	now := time.Date(2026, 5, 4, 8, 0, 0, 0, time.UTC)
	e, err := policy.New(policy.Config{Secret: make([]byte, 16), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	to := make([]policy.Recipient, people)
	for i := range to {
		to[i].ID = fmt.Sprint("member", i)
	}
	if _, err := e.Evaluate(t.Context(), policy.Message{Sender: "ola", Recipients: to, Text: "The meeting is moved to Thursday at six in the large hall."}); err != nil {
		t.Fatal(err)
	}
	for i := range to {
		if i%2 == 0 {
			if _, err := e.Evaluate(t.Context(), policy.Message{Sender: to[i].ID, Recipients: policy.To("ola"), Text: "fine"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	a, err := e.Account(t.Context(), "ola")
	if err != nil {
		t.Fatal(err)
	}
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
	now := time.Date(2026, 5, 4, 8, 0, 0, 0, time.UTC)
	e, err := policy.New(policy.Config{Secret: make([]byte, 16), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	evaluate := func(m policy.Message) policy.Decision {
		t.Helper()
		d, err := e.Evaluate(t.Context(), m)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	evaluate(policy.Message{Sender: "helper", Recipients: policy.To("sam")})
	reached := 0
	for i := range 30 {
		m := policy.Message{Sender: "sam", Reply: true, Recipients: policy.To("helper"), Text: "Answer today and reserve your place in the best investment of the year."}
		for k := range 20 {
			m.Recipients = append(m.Recipients, policy.Recipient{ID: fmt.Sprint("stranger", i, ".", k), Relation: policy.Stranger})
		}
		if d := evaluate(m); d.Delivered() {
			reached += 20
		}
		now = now.Add(time.Duration(1+i*i%7) * time.Minute)
	}
	if reached > 60 {
		t.Errorf("%d strangers were reached on the strength of one who wrote first", reached)
	}
	// The one who wrote first can be answered, alone, whatever stands.
	if d := evaluate(policy.Message{Sender: "sam", Recipients: policy.To("helper")}); !d.Delivered() {
		t.Errorf("an answer is refused: %v", d.Verdict)
	}
}

// A busy sender has more people waiting than a record remembers: what it cannot
// see answered it must not expect to be.
func TestReplyRateOfABusySender(t *testing.T) {
	const perDay, days, rate = 40, 30, .3
	r := rand.New(rand.NewPCG(5, 7))
	now := time.Date(2026, 5, 4, 8, 0, 0, 0, time.UTC)
	observe := policy.Observe()
	e, err := policy.New(policy.Config{Policy: observe, Secret: make([]byte, 16), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	send := func(from, to string, at time.Time) {
		t.Helper()
		if _, err := e.Evaluate(t.Context(), policy.Message{Sender: from, Recipients: policy.To(to), At: at}); err != nil {
			t.Fatal(err)
		}
	}
	type answer struct {
		from string
		at   time.Time
	}
	var answers []answer // by time
	for i := range perDay * days {
		now = now.Add(time.Duration(r.ExpFloat64() * float64(24*time.Hour) / perDay))
		for len(answers) > 0 && answers[0].at.Before(now) {
			send(answers[0].from, "busy", answers[0].at)
			answers = answers[1:]
		}
		who := fmt.Sprint("person", i)
		send("busy", who, now)
		if r.Float64() < rate {
			hours := []float64{1, 12, 72}[min(int(r.Float64()/.35), 2)]
			a := answer{from: who, at: now.Add(time.Duration(r.ExpFloat64() * hours * float64(time.Hour)))}
			k, _ := slices.BinarySearchFunc(answers, a, func(x, y answer) int { return x.at.Compare(y.at) })
			answers = slices.Insert(answers, k, a)
		}
	}
	a, err := e.Account(t.Context(), "busy")
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(a.Reply-rate) > .025 {
		t.Errorf("reply rate %.3f (%.3f to %.3f), want %.2f", a.Reply, a.ReplyLow, a.ReplyHigh, rate)
	}
	t.Logf("reply rate %.3f (%.3f to %.3f)", a.Reply, a.ReplyLow, a.ReplyHigh)
}
