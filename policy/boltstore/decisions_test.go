package boltstore

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/similarity"
)

// TestSameDecisions sends one stream through an engine on this store and one
// in memory: each decision, each answer and in the end each record must be the
// same, byte for byte.
func TestSameDecisions(t *testing.T) {
	mem := policy.NewMemory(0)
	want := decisions(t, mem, nil)
	for name, cfg := range map[string]Config{
		"in memory": {},
		"on disk":   {MaxCached: 1, Flush: 20 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			s := opened(t, cfg)
			if diff := cmp.Diff(want, decisions(t, s, nil)); diff != "" {
				t.Fatalf("decisions differ (-memory +boltstore):\n%s", diff)
			}
			for _, listed := range []bool{false, true} {
				if diff := cmp.Diff(contents(t, mem, listed), contents(t, s, listed)); diff != "" {
					t.Errorf("records (listed %t) differ (-memory +boltstore):\n%s", listed, diff)
				}
			}
		})
	}
}

// TestSameAfterRestarts: the same, with the engine and the store closed and opened
// again several times on the way, either of them first.
func TestSameAfterRestarts(t *testing.T) {
	mem := policy.NewMemory(0)
	want := decisions(t, mem, nil)
	path := filepath.Join(t.TempDir(), "records.db")
	s, err := Open(path, Config{})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	got := decisions(t, s, func(e *policy.Engine) policy.Store {
		closers := []io.Closer{e, s}
		if n++; n%2 == 0 {
			closers[0], closers[1] = closers[1], closers[0]
		}
		for _, c := range closers {
			if err := c.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if s, err = Open(path, Config{}); err != nil {
			t.Fatal(err)
		}
		return s
	})
	defer s.Close()
	if n < 4 {
		t.Errorf("%d restarts: the test shows little", n)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("decisions differ (-memory +restarted):\n%s", diff)
	}
	for _, listed := range []bool{false, true} {
		if diff := cmp.Diff(contents(t, mem, listed), contents(t, s, listed)); diff != "" {
			t.Errorf("records (listed %t) differ (-memory +restarted):\n%s", listed, diff)
		}
	}
}

// decisions returns what an engine on the store answers to a stream of some
// weeks in the past: people who talk, three who advertise to strangers, a
// robot, complaints, reviews, retries, and moderators at work. restart, if not
// nil, is called on the way and returns the store to go on with.
func decisions(t *testing.T, store policy.Store, restart func(*policy.Engine) policy.Store) (lines []string) {
	t.Helper()
	now := time.Date(2025, 3, 1, 8, 0, 0, 0, time.UTC)
	say := func(v any, err error) {
		if fault := (*policy.FaultError)(nil); errors.As(err, &fault) {
			t.Fatal(err)
		}
		b, _ := json.Marshal(v)
		lines = append(lines, fmt.Sprintf("%s %v", b, err))
	}
	start := func() *policy.Engine {
		e, err := policy.New(policy.Config{
			Store: store, Secret: []byte("of the test"), Shadow: []*policy.Policy{policy.Observe()},
			Now: func() time.Time { return now }, Timeout: time.Minute, Index: similarity.IndexConfig{SnapshotText: true},
		})
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	e := start()
	defer func() { e.Close() }()
	ctx := t.Context()
	rng := rand.New(rand.NewPCG(8, 8))
	for i := range 2500 {
		now = now.Add(time.Duration(rng.IntN(240)) * time.Second)
		if restart != nil && i%500 == 250 {
			store = restart(e)
			e = start()
		}
		m := policy.Message{ID: fmt.Sprint("m", i), At: now}
		switch n := rng.IntN(10); {
		case n < 6:
			a := rng.IntN(30)
			m.Sender, m.Recipients = fmt.Sprint("person", a), policy.To(fmt.Sprint("person", (a+1+rng.IntN(3))%30))
			m.Text = fmt.Sprintf("about that thing number %d, see you at %d", rng.IntN(1000), rng.IntN(24))
		case n < 9:
			m.Sender = fmt.Sprint("abuser", rng.IntN(3))
			m.Recipients = []policy.Recipient{{ID: fmt.Sprint("person", rng.IntN(400)), Relation: policy.Stranger}}
			m.Text = fmt.Sprintf("Dear friend %d, earn 5000 a week from home, write to me now and I send you the link", i)
			m.Origin = "one device"
		default:
			m.Sender, m.Recipients = "robot", policy.To(fmt.Sprint("person", i))
			m.Class, m.Text = policy.Service, fmt.Sprintf("Your code is %06d", rng.IntN(1e6))
		}
		d, err := e.Evaluate(ctx, m)
		say(d, err)
		if i%50 == 7 {
			d, err := e.Evaluate(ctx, m) // a retry
			say(d, err)
		}
		if rng.IntN(12) == 0 {
			say(nil, e.Record(ctx, policy.Complaint{ID: fmt.Sprint("c", i), From: m.Recipients[0].ID, Against: m.Sender, Message: m.ID, Category: policy.Spam, At: now}))
			if rng.IntN(3) == 0 {
				say(nil, e.Record(ctx, policy.Review{Account: m.Sender, Complaint: fmt.Sprint("c", i), Abusive: m.Origin != "", By: "moderator", At: now}))
			}
		}
		switch i % 500 {
		case 100:
			s, err := e.Impose(ctx, policy.Sanction{Account: "person3", Kind: policy.Restriction, PerDay: 3, By: "moderator", From: now, Until: now.Add(48 * time.Hour)})
			say(s, err)
			a, err := e.Appeal(ctx, policy.Appeal{Account: "person3", Sanction: s.ID, At: now})
			say(a, err)
			say(nil, e.Resolve(ctx, "person3", a.ID, policy.Ruling{Outcome: policy.Overturned, By: "lead", At: now}))
		case 200:
			s, err := e.Impose(ctx, policy.Sanction{Account: "person4", Kind: policy.Suspension, By: "moderator", From: now})
			say(s, err)
			if i > 1000 {
				say(nil, e.Lift(ctx, "person4", s.ID, policy.Lifting{By: "moderator", At: now}))
			}
		case 300:
			say(nil, e.Forget(ctx, fmt.Sprint("person", i%7)))
		case 400:
			a, err := e.Account(ctx, "abuser1")
			say(a, err)
		}
	}
	return lines
}

func contents(t *testing.T, store policy.Store, listed bool) map[policy.Key][]byte {
	t.Helper()
	all := make(map[policy.Key][]byte)
	for e, err := range store.All(t.Context(), listed) {
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(e.Key[:], []byte("decorum proof")) { // that only an outside store has
			all[e.Key] = e.Data
		}
	}
	if len(all) == 0 {
		t.Fatalf("no records (listed %t)", listed)
	}
	return all
}
