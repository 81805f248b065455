package policy_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// copyOf is the copy that a sender sends of a text, each with words of its own.
func copyOf(sender int) policy.Message {
	return policy.Message{
		ID: fmt.Sprint("copy ", sender), Sender: fmt.Sprint("sender ", sender), Text: fmt.Sprint("Hello number ", sender, "! ", scheme),
		Recipients: []policy.Recipient{{ID: fmt.Sprint("neighbour ", sender), Relation: policy.Stranger}},
	}
}

// TestDecisionCluster: what waits for what becomes of a text names its cluster, the
// same for all copies, whoever sent them and however often they are tried, and after a
// snapshot. What a limit defers, or a standing sanction rejects, names none.
func TestDecisionCluster(t *testing.T) {
	w := newTown(t, policy.Config{})
	seen := map[uint64]int{}
	try := func(from, to int) {
		for i := from; i < to; i++ {
			d := w.evaluate(copyOf(i))
			if d.Verdict != policy.Defer {
				if d.Cluster != 0 {
					t.Errorf("copy %d: %v, and names %d", i, d.Verdict, d.Cluster)
				}
				continue
			}
			seen[d.Cluster]++
			if p := w.preview(copyOf(i)); !p.Repeat || p.Cluster != d.Cluster {
				t.Errorf("copy %d, tried again: repeat %v, cluster %d, was %d", i, p.Repeat, p.Cluster, d.Cluster)
			}
			w.pass(time.Minute)
		}
	}
	try(0, 40)
	var b bytes.Buffer
	w.must(w.e.Snapshot(t.Context(), &b))
	fresh := newTown(t, policy.Config{Now: func() time.Time { return w.now }})
	w.must(fresh.e.Restore(t.Context(), &b))
	w.e, w.store = fresh.e, fresh.store
	try(20, 60)
	if n := seen[0]; n > 0 || len(seen) != 1 {
		t.Errorf("clusters by how many copies they name: %v, want one cluster", seen)
	}
	for _, n := range seen {
		if n < 30 {
			t.Errorf("%d copies wait: too few to show anything", n)
		}
	}

	var d policy.Decision
	for i := 0; d.Verdict != policy.Defer; i++ {
		d = w.send(policy.Message{ID: fmt.Sprint("turn ", i), Sender: "ann", Recipients: policy.To("bea"), Reply: true, Text: scheme})
	}
	if _, ok := reasonOf(d, policy.CodeRate); !ok || d.Cluster != 0 {
		t.Errorf("over a limit: %v, cluster %d", d.Reasons, d.Cluster)
	}
	w.impose(policy.Sanction{Account: "sender 70", Kind: policy.Suspension, By: "moderator"})
	if d := w.send(copyOf(70)); d.Verdict != policy.Reject || d.Cluster != 0 {
		t.Errorf("suspended: %v, cluster %d", d.Verdict, d.Cluster)
	}
}

// TestImposedCluster: the message that brings a sanction by its text names the
// cluster, and so does its retry.
func TestImposedCluster(t *testing.T) {
	w := newTown(t, policy.Config{})
	var first policy.Decision
	for i := 0; first.Imposed == nil && i < 400; i++ {
		first = w.send(policy.Message{
			ID: fmt.Sprint(i), Sender: "sam", Text: scheme, Recipients: []policy.Recipient{{ID: fmt.Sprint("stranger ", i), Relation: policy.Stranger}},
		})
		w.pass(90 * time.Second)
	}
	if first.Imposed == nil || first.Cluster == 0 {
		t.Errorf("%v %v, cluster %d", first.Imposed, first.Reasons, first.Cluster)
	}
}

// TestPeersCluster: processes that met a text by different messages, before they heard
// of each other, name it alike from then on.
func TestPeersCluster(t *testing.T) {
	var w network
	both := []*peer{w.process(t, nil), w.process(t, nil)}
	for i, p := range both {
		m := pitched(i, i, 0)
		if i == 1 {
			m.Text = "Dear friend, " + m.Text
		}
		if _, err := p.Evaluate(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	w.deliver()
	seen := map[uint64]int{}
	for i := 2; i < 40; i++ {
		d, err := both[i%2].Evaluate(t.Context(), pitched(i, i, time.Duration(i)*time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		if d.Verdict == policy.Defer {
			seen[d.Cluster]++
		}
		w.deliver()
	}
	for cluster, n := range seen {
		if cluster == 0 || n < 10 || len(seen) > 1 {
			t.Errorf("clusters by how many copies they name: %v, want one", seen)
		}
	}
	if len(seen) == 0 {
		t.Error("no copy waits: nothing is tested")
	}
}
