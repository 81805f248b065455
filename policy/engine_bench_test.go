package policy_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// benchEngine has n accounts that have written a few messages each.
func benchEngine(b *testing.B, n int, text func(i, k int) string) (*policy.Engine, time.Time) {
	b.Helper()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	e, err := policy.New(policy.Config{Secret: []byte("bench"), Store: policy.NewMemory(2 * n), Now: func() time.Time { return now.AddDate(1, 0, 0) }})
	if err != nil {
		b.Fatal(err)
	}
	m := policy.Message{Recipients: make([]policy.Recipient, 1)}
	for i := range n {
		m.Sender = fmt.Sprint("account", i)
		for k := range 4 {
			m.At = now.Add(time.Duration(i%3600)*time.Second + time.Duration(k)*time.Hour)
			m.Recipients[0].ID = fmt.Sprint("account", i^1) // each has a partner, and they talk
			if k == 3 {
				m.Recipients[0].ID = fmt.Sprint("account", (i*7+k*13)%n)
			}
			m.Text = text(i, k)
			if _, err := e.Evaluate(b.Context(), m); err != nil {
				b.Fatal(err)
			}
		}
	}
	return e, now.Add(24 * time.Hour)
}

func chatter(i, k int) string {
	return fmt.Sprintf("Hi, this is message %d of %d about the thing that we talked about at %d", k, i, i*k%97)
}

// BenchmarkEvaluate judges a 100-character text among a million accounts, one
// goroutine: in a running conversation, and to a stranger.
func BenchmarkEvaluate(b *testing.B) {
	n := 1_000_000
	if testing.Short() {
		n = 50_000
	}
	e, now := benchEngine(b, n, chatter)
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprint("account", i)
	}
	for _, kind := range []string{"conversation", "stranger"} {
		b.Run(kind, func(b *testing.B) {
			m := policy.Message{Recipients: make([]policy.Recipient, 1)}
			b.ReportAllocs()
			texts := make([]string, 1<<18) // hardly ever the same twice
			for i := range texts {
				texts[i] = prose(uint64(i))
			}
			i := 0
			for b.Loop() {
				i++
				m.Text = texts[i%len(texts)]
				m.Sender = ids[i*7919%n]
				m.Recipients[0].ID = ids[i*7919%n^1]
				if kind == "stranger" {
					m.Recipients[0].ID = ids[(i*104729)%n]
				}
				m.At = now.Add(time.Duration(i) * time.Millisecond)
				if _, err := e.Evaluate(b.Context(), m); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// prose is 100 characters that no other prose resembles.
func prose(seed uint64) string {
	r := rand.New(rand.NewPCG(seed, 7))
	b := make([]byte, 100)
	for i := range b {
		b[i] = byte('a' + r.IntN(26))
		if r.IntN(6) == 0 {
			b[i] = ' '
		}
	}
	return string(b)
}
