package policy_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/similarity"
)

// TestAllAtATime: every call while every other one runs, changes of policy, Restores,
// Snapshots and two Closes among them: each ends with an answer or an error that says
// what it is, and after Close all are refused.
func TestAllAtATime(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	var ahead atomic.Int64
	e, err := policy.New(policy.Config{
		Secret: []byte("a secret of the tests"), Index: similarity.IndexConfig{MaxClusters: 256}, Shadow: []*policy.Policy{policy.Observe()},
		Now: func() time.Time { return at.Add(time.Duration(ahead.Load())) },
	})
	if err != nil {
		t.Fatal(err)
	}
	var taken bytes.Buffer
	if err := e.Snapshot(t.Context(), &taken); err != nil {
		t.Fatal(err)
	}
	stricter := policy.Default()
	stricter.Name = "stricter"
	policies := [][]*policy.Policy{{policy.Default()}, {policy.Default(), stricter}, {policy.Observe(), stricter, policy.Default()}}
	closing := make(chan struct{})
	var all, closes sync.WaitGroup
	var calls, refused atomic.Int64
	for g := range 8 {
		all.Go(func() {
			c := &caller{T: t, Engine: e, Rand: rand.New(rand.NewPCG(uint64(g), 15)), policies: policies, snapshot: taken.Bytes()}
			for i := 0; i < 600 || refused.Load() < 8; i++ {
				if g == 0 && i == 480 {
					close(closing)
				}
				ahead.Add(int64(c.IntN(500)) * int64(time.Millisecond))
				err := c.call()
				calls.Add(1)
				switch {
				case errors.Is(err, policy.ErrClosed):
					refused.Add(1)
				case err != nil && !errors.Is(err, policy.ErrNotFound) && !errors.Is(err, policy.ErrSettled) && !errors.Is(err, policy.ErrConflict):
					t.Errorf("%T: %v", err, err)
				}
			}
		})
	}
	for range 2 {
		closes.Go(func() {
			<-closing
			if err := e.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	closes.Wait()
	if _, err := e.Evaluate(t.Context(), policy.Message{Sender: "ann", Recipients: policy.To("bea")}); !errors.Is(err, policy.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

// A caller makes calls at random.
type caller struct {
	*testing.T
	*policy.Engine
	*rand.Rand
	policies [][]*policy.Policy
	snapshot []byte
}

func (c *caller) name() string { return fmt.Sprint("member", c.IntN(8)) }

func (c *caller) call() error {
	ctx, who := c.Context(), c.name()
	m := policy.Message{ID: fmt.Sprint("m", c.IntN(40)), Sender: who, Recipients: policy.To(fmt.Sprint("member", c.IntN(60))), Text: chatter(c.IntN(9), 12), Origin: fmt.Sprint("o", c.IntN(3))}
	switch c.IntN(16) {
	case 0:
		_, err := c.Preview(ctx, m)
		return err
	case 1:
		return c.Learn(ctx, m)
	case 2:
		return c.Record(ctx, policy.Complaint{From: c.name(), Against: who + "x", Message: m.ID, ID: m.ID})
	case 3:
		return c.Record(ctx, policy.Review{Account: who, Abusive: c.IntN(2) == 0, By: "m"})
	case 4:
		p := c.policies[c.IntN(len(c.policies))]
		return c.SetPolicy(p[0], p[1:]...)
	case 5:
		return c.Snapshot(ctx, new(bytes.Buffer))
	case 6:
		if c.IntN(10) == 0 {
			return c.Restore(ctx, bytes.NewReader(c.snapshot))
		}
	case 7:
		for _, err := range c.Sanctions(ctx) {
			if err != nil {
				return err
			}
		}
		return nil
	case 8:
		return c.moderate(who)
	case 9:
		_, err := c.Impose(ctx, policy.Sanction{Account: who, Kind: policy.Block, Scope: policy.Messaging, By: "m"})
		return err
	case 10:
		if c.IntN(4) == 0 {
			_, err := c.Forget(ctx, who)
			return err
		}
	case 11:
		return c.Record(ctx, policy.Retraction{Sender: who, Message: m.ID})
	case 12:
		var p policy.Prepared
		if err := c.Prepare(&p, m); err != nil {
			return err
		}
		_, err := c.EvaluatePrepared(ctx, &p)
		return err
	}
	d, err := c.Evaluate(ctx, m)
	if err == nil && (d.Verdict == 0 || strings.Contains(d.Verdict.String(), "(")) {
		c.Errorf("a decision says %v", d.Verdict)
	}
	return err
}

// moderate lifts what stands, or rules on an appeal against it.
func (c *caller) moderate(who string) error {
	ctx := c.Context()
	a, err := c.Account(ctx, who)
	if err != nil || len(a.Standing) == 0 {
		return err
	}
	id := a.Standing[0].ID
	if c.IntN(2) == 0 {
		return c.Lift(ctx, who, id, policy.Lifting{By: "m"})
	}
	appeal, err := c.Appeal(ctx, policy.Appeal{Account: who, Sanction: id, Statement: "It was not me."})
	if err != nil {
		return err
	}
	return c.Resolve(ctx, who, appeal.ID, policy.Ruling{Outcome: policy.Overturned, By: "m"})
}
