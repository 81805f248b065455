package policy_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// BenchmarkHeavy judges messages in a conversation of an account that has a few
// contacts, and of one with 400 contacts and a full ring of texts that strangers did not
// answer, without shadow policies and with two of them. No memory is waited for: both
// records lie in the cache. record-B is the length of the longest record.
func BenchmarkHeavy(b *testing.B) {
	for _, c := range []struct {
		name                     string
		contacts, texts, shadows int
	}{
		{"typical", 3, 1, 0},
		{"heavy", 400, 8, 0},
		{"typical with shadows", 3, 1, 2},
		{"heavy with shadows", 400, 8, 2},
	} {
		b.Run(c.name, func(b *testing.B) {
			store := policy.NewMemory(0)
			now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
			shadows := []*policy.Policy{policy.Default(), policy.Default()}[:c.shadows]
			for i, s := range shadows {
				s.Name = fmt.Sprint("shadow", i)
			}
			e, err := policy.New(policy.Config{Secret: []byte("heavy"), Store: store, Shadow: shadows, Now: func() time.Time { return now }})
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { e.Close() })
			words := dayWords(rand.New(rand.NewPCG(1, 3)))
			rng := rand.New(rand.NewPCG(2, 3))
			send := func(from, to string, gap time.Duration) {
				now = now.Add(gap)
				if d, err := e.Evaluate(b.Context(), policy.Message{Sender: from, Recipients: policy.To(to), Text: dayText(rng, words), At: now}); err != nil || !d.Delivered() {
					b.Fatal(d.Verdict, d.Reasons, err)
				}
			}
			for i := range c.contacts {
				send(fmt.Sprint("friend", i), "ann", time.Hour)
				send("ann", fmt.Sprint("friend", i), time.Minute)
			}
			for i := range c.texts {
				send("ann", fmt.Sprint("stranger", i), 3*time.Hour)
			}
			texts := make([]string, 1<<10)
			for i := range texts {
				texts[i] = dayText(rng, words)
			}
			m := policy.Message{Sender: "ann", Recipients: policy.To("friend1")}
			var before []policy.Entry
			longest := 0
			for r, err := range store.All(b.Context(), false) {
				if err != nil {
					b.Fatal(err)
				}
				before, longest = append(before, r), max(longest, len(r.Data))
			}
			began := now
			b.ReportAllocs()
			b.ResetTimer()
			for i := range b.N {
				if i%heavyTurn == 0 { // as it was: a day goes on
					b.StopTimer()
					now = began
					if err := store.Load(b.Context(), before); err != nil {
						b.Fatal(err)
					}
					b.StartTimer()
				}
				now = now.Add(time.Duration(10+i*i%97) * time.Second)
				m.Text, m.At = texts[i%len(texts)], now
				if d, err := e.Evaluate(b.Context(), m); err != nil || !d.Delivered() {
					b.Fatal(d.Verdict, d.Reasons, err)
				}
			}
			b.ReportMetric(float64(longest), "record-B")
		})
	}
}

// heavyTurn is how many messages are sent before all is again as it was.
const heavyTurn = 64
