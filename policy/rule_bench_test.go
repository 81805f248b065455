package policy_test

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/comparer"
)

// twenty are 20 rules, four of them of three terms, with four counters, that look at
// messages to strangers.
func twenty() *policy.Policy {
	p := withRules()
	p.Counters = []policy.Counter{
		{Name: "accounts", Key: "attr.device", Of: policy.CountSenders, Window: policy.Duration(24 * time.Hour)},
		{Name: "mine", Key: "sender", Of: policy.CountMessages, Window: policy.Duration(24 * time.Hour)},
		{Name: "turned", Key: "recipient", Of: policy.CountBlockedSenders, Window: policy.Duration(7 * 24 * time.Hour)},
		{Name: "readers", Key: "attr.device", Of: policy.CountRecipients, Window: policy.Duration(time.Hour)},
	}
	for i, c := range p.Counters {
		p.Rules = append(p.Rules, policy.Rule{Name: fmt.Sprint("counts-", i), When: "to.strangers > 0 && attr.paid == false && counters." + c.Name + " > 1000000", Verdict: policy.Hold, Why: "too many"})
	}
	for i := range 16 {
		p.Rules = append(p.Rules, policy.Rule{Name: fmt.Sprint("asks-", i), When: fmt.Sprintf("to.strangers > %d", 1000+i), Verdict: policy.Hold, Why: "many strangers"})
	}
	return p
}

// BenchmarkRules is what rules cost a message to a stranger, and one in a conversation that
// no rule looks at: compare with "none".
func BenchmarkRules(b *testing.B) {
	for _, kind := range []string{"stranger", "conversation"} {
		for _, rules := range []string{"none", "twenty"} {
			b.Run(kind+"/"+rules, func(b *testing.B) {
				p := policy.Default()
				if rules == "twenty" {
					p = twenty()
				}
				now := time.Date(2026, 11, 28, 22, 0, 0, 0, time.UTC)
				e, err := policy.New(policy.Config{Policy: p, Compiler: comparer.Compiler{}, Secret: make([]byte, 32), Now: func() time.Time { return now }, Logger: slog.New(slog.DiscardHandler)})
				if err != nil {
					b.Fatal(err)
				}
				const people = 5000
				send := func(i, to int) {
					now = now.Add(time.Second)
					m := policy.Message{Sender: fmt.Sprint("p", i%people), Recipients: policy.To(fmt.Sprint("p", to)), At: now, Attributes: map[string]any{"device": fmt.Sprint("d", i%people/4), "paid": false}}
					if _, err := e.Evaluate(b.Context(), m); err != nil {
						b.Fatal(err)
					}
				}
				for i := range people {
					send(i, (i+1)%people)
					send((i+1)%people, i)
				}
				b.ReportAllocs()
				i := 0
				for b.Loop() {
					if i++; kind == "stranger" {
						send(i, people+i)
					} else {
						send(i, (i+1)%people)
					}
				}
			})
		}
	}
}
