package pgstore

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storekit"
	"github.com/decorum-go/decorum/policy/storetest"
)

// A counted server counts what it is asked: one round trip each.
type counted struct {
	*table
	gets, swaps atomic.Int64
}

func (c *counted) Get(ctx context.Context, key policy.Key) (state, error) {
	c.gets.Add(1)
	return c.table.Get(ctx, key)
}

func (c *counted) Swap(ctx context.Context, key policy.Key, old state, r policy.Record) (state, bool, error) {
	c.swaps.Add(1)
	return c.table.Swap(ctx, key, old, r)
}

// TestRoundTrips: what a decision costs in round trips, over many of them.
func TestRoundTrips(t *testing.T) {
	s := opened(t)
	c := &counted{table: newTable(s.conns, false)}
	s.records = storekit.New(c, storekit.Config{AtOnce: 16})
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	e := storetest.CampaignEngine(t, s, func(c *policy.Config) { c.Now = func() time.Time { return at } })
	send := func(m policy.Message) {
		t.Helper()
		at = at.Add(time.Minute)
		m.At = at
		if _, err := e.Evaluate(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	for _, x := range []struct {
		name        string
		gets, swaps float64 // at most, a decision
		message     func(i int) policy.Message
	}{
		{"a first message of a new account to a stranger", 2, 1, func(i int) policy.Message {
			return policy.Message{Sender: fmt.Sprint("new", i), Recipients: []policy.Recipient{{ID: fmt.Sprint("r", i), Relation: policy.Stranger}}, Text: fmt.Sprint("hello, is number ", i*7919, " still for sale")}
		}},
		{"a message in a running conversation", 0.1, 1, func(i int) policy.Message {
			return policy.Message{Sender: fmt.Sprint("a", i%2), Recipients: policy.To(fmt.Sprint("a", (i+1)%2)), Text: fmt.Sprint("yes, at ", i%24)}
		}},
		{"an answer to somebody who is known", 0.1, 2, func(i int) policy.Message {
			return policy.Message{Sender: fmt.Sprint("a", i%2), Recipients: policy.To(fmt.Sprint("a", (i+1)%2)), Reply: true, Text: fmt.Sprint("yes, at ", i%24)}
		}},
		{"an answer to one of 50, as in BenchmarkEvaluate", 1.1, 2, func(i int) policy.Message {
			return policy.Message{Sender: fmt.Sprint("b", i%50), Recipients: policy.To(fmt.Sprint("b", (i+1)%50)), Reply: true}
		}},
	} {
		for i := range 20 { // they know each other
			send(x.message(i))
		}
		g, w := c.gets.Load(), c.swaps.Load()
		const n = 100
		for i := range n {
			send(x.message(20 + i))
		}
		gets, swaps := float64(c.gets.Load()-g)/n, float64(c.swaps.Load()-w)/n
		t.Logf("%s: %.2f reads, %.2f writes", x.name, gets, swaps)
		if gets > x.gets || swaps > x.swaps {
			t.Errorf("%s: %.2f reads, %.2f writes, want %.1f and %.1f at most", x.name, gets, swaps, x.gets, x.swaps)
		}
	}
}
