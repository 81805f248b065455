package policy_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// TestSwap: 10,000 concurrent evaluations while policies are swapped: every
// decision names exactly one policy, and agrees with it.
func TestSwap(t *testing.T) {
	// Each policy has a prior of its own, which is the score of a message
	// about which nothing is known, limits of its own, and a shadow.
	var policies []*policy.Policy
	byID := map[string]int{}
	var ids []string
	for i := range 6 {
		p := policy.Default()
		p.Name = fmt.Sprint("policy", i)
		rules := p.Classes[policy.Member]
		rules.Score.Prior = .01 + float64(i)/100
		rules.Limits.Messages[0].N = 1 + i%3
		policies = append(policies, p)
		ids = append(ids, p.ID())
		byID[ids[i]] = i
	}
	w := newTown(t, policy.Config{Policy: policies[0], Shadow: policies[1:2]})
	done := make(chan struct{})
	var swaps, swapper sync.WaitGroup
	var swapped atomic.Int64
	var used [6]atomic.Int64
	// enough says that every policy has had its turn: how many messages that
	// takes depends on what else the machine does.
	enough := func() bool {
		for k := range used {
			if used[k].Load() == 0 {
				return false
			}
		}
		return swapped.Load() >= 10
	}
	swapper.Go(func() {
		bad := policy.Default()
		bad.Classes[policy.Member].Ladder[1].Strikes = 0
		for i := 0; ; i++ {
			select {
			case <-done:
				return
			default:
			}
			time.Sleep(200 * time.Microsecond)
			k := i % len(policies)
			if err := w.e.SetPolicy(policies[k], policies[(k+1)%len(policies)]); err != nil {
				t.Error(err)
			}
			swapped.Add(1)
			if w.e.SetPolicy(bad) == nil {
				t.Error("a bad policy is taken")
			}
		}
	})
	for g := range 8 {
		swaps.Go(func() {
			delivered := 0 // of this sender
			for i := 0; i < 10_000/8 || i < 1_000_000 && !enough(); i++ {
				if i%4 == 0 {
					delivered = 0
				}
				sender := fmt.Sprint("member", g, "-", i/4)
				d, err := w.e.Evaluate(context.Background(), policy.Message{ID: fmt.Sprint(i), Sender: sender, Recipients: policy.To("bea"), Reply: true, At: w.now})
				if err != nil {
					t.Error(err)
					return
				}
				k, ok := byID[d.Policy]
				if !ok {
					t.Errorf("a decision names %q", d.Policy)
					return
				}
				used[k].Add(1)
				rules := policies[k].Classes[policy.Member]
				if diff := d.Score - rules.Score.Prior; diff > 1e-9 || diff < -1e-9 {
					t.Errorf("%s scores %v, the decision %v", d.Policy, rules.Score.Prior, d.Score)
				}
				limit := rules.Limits.Messages[0].N
				want := policy.Allow
				if delivered >= limit {
					want = policy.Defer
				}
				if d.Verdict != want || want == policy.Defer && d.Reasons[0].Limit != float64(limit) {
					t.Errorf("%s allows %d a minute; after %d: %v because %v", d.Policy, limit, delivered, d.Verdict, d.Reasons)
				}
				if d.Delivered() {
					delivered++
				}
				if len(d.Shadow) != 1 || d.Shadow[0].Policy != ids[(k+1)%len(ids)] {
					t.Errorf("%s has the shadow %+v", d.Policy, d.Shadow)
				}
			}
		})
	}
	swaps.Wait()
	close(done)
	swapper.Wait()
	if n := swapped.Load(); n < 10 {
		t.Errorf("only %d swaps", n)
	}
	for k := range used {
		if used[k].Load() == 0 {
			t.Errorf("policy %d judged nothing", k)
		}
	}
}
