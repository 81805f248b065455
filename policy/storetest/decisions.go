package storetest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/comparer"
	"github.com/decorum-go/decorum/similarity"
)

// Decisions sends one stream of some weeks in the past (people who talk, three
// who advertise to strangers, a robot, complaints, reviews, retries, moderators
// at work) through an engine on a new policy.Memory and through one on an empty
// store from open, which also sees to it that the store is closed. Each decision,
// each answer and in the end each record must be the same, byte for byte, and an
// engine with another Secret must be refused.
func Decisions(t *testing.T, open func(t *testing.T) policy.Store) {
	mem, store := policy.NewMemory(0), open(t)
	sameAnswers(t, answers(t, mem, nil), answers(t, store, nil))
	refusesSecret(t, store)
	sameRecords(t, mem, store)
}

// A Closer is a store that is closed with an error.
type Closer interface {
	policy.Store
	io.Closer
}

// Restarts is Decisions with the engine and the store closed and opened again on
// the way, either of them first. It is for a store that keeps its records, and the
// state beside them (policy.Keeper), until open opens it again; the first time it
// is empty. Restarts closes what it opens.
func Restarts(t *testing.T, open func(t *testing.T) Closer) {
	mem, store := policy.NewMemory(0), open(t)
	restarts := 0
	got := answers(t, store, func(e *policy.Engine) policy.Store {
		closers := []io.Closer{e, store}
		if restarts++; restarts%2 == 0 {
			closers[0], closers[1] = closers[1], closers[0]
		}
		for _, c := range closers {
			if err := c.Close(); err != nil {
				t.Fatal(err)
			}
		}
		store = open(t)
		return store
	})
	sameAnswers(t, answers(t, mem, nil), got)
	sameRecords(t, mem, store)
	if err := store.Close(); err != nil {
		t.Error(err)
	}
}

func sameAnswers(t *testing.T, want, got []string) {
	t.Helper()
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("answer %d of %d is\n%s\nin memory it is\n%s", i, len(want), got[i], want[i])
		}
	}
}

func sameRecords(t *testing.T, mem, store policy.Store) {
	t.Helper()
	for _, listed := range []bool{false, true} {
		want, got := contents(t, mem, listed), contents(t, store, listed)
		if len(want) == 0 {
			t.Fatalf("no records (listed %t): the stream shows nothing", listed)
		}
		for key, data := range want {
			if !bytes.Equal(got[key], data) {
				t.Errorf("All(listed %t) yields %s for key %x, in memory it is %s", listed, brief(got[key]), key[:4], brief(data))
			}
			delete(got, key)
		}
		for key := range got {
			t.Errorf("All(listed %t) yields key %x, which is not in memory", listed, key[:4])
		}
	}
}

// contents is what a store yields, but for the proof of the Secret, which only an
// outside store has.
func contents(t *testing.T, store policy.Store, listed bool) map[policy.Key][]byte {
	t.Helper()
	all, err := collect(store.All(t.Context(), listed))
	if err != nil {
		t.Fatalf("All(listed %t): %v", listed, err)
	}
	maps.DeleteFunc(all, func(key policy.Key, _ []byte) bool { return bytes.HasPrefix(key[:], []byte("decorum proof")) })
	return all
}

// answers returns what an engine on the store answers to the stream. restart, if
// not nil, is called on the way and returns the store to go on with.
func answers(t *testing.T, store policy.Store, restart func(*policy.Engine) policy.Store) (lines []string) {
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
		t.Helper()
		e, err := policy.New(policy.Config{
			Store: store, Secret: []byte("of the test"), Policy: withRules(policy.Default()), Shadow: []*policy.Policy{withRules(policy.Observe())}, Compiler: comparer.Compiler{},
			Logger: slog.New(slog.DiscardHandler),
			Now:    func() time.Time { return now }, Timeout: time.Minute, Index: similarity.IndexConfig{SnapshotText: true},
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
		m.Attributes = attributesOf(m.Sender)
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
		moderate(ctx, e, i, now, say)
	}
	return lines
}

// moderate is what moderators do after message i.
func moderate(ctx context.Context, e *policy.Engine, i int, now time.Time, say func(any, error)) {
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
		st, err := e.Statement(ctx, "person4", s.ID, policy.Language{})
		say(st, err)
		if i > 1000 {
			say(nil, e.Lift(ctx, "person4", s.ID, policy.Lifting{By: "moderator", At: now}))
		}
	case 300:
		left, err := e.Forget(ctx, fmt.Sprint("person", i%7))
		say(left, err)
	case 350:
		operate(ctx, e, i, now, say)
	case 400:
		a, err := e.Account(ctx, "abuser1")
		say(a, err)
		x, err := e.Export(ctx, "abuser1")
		say(string(x), err)
	}
}

// operate is what the people who run a service do after message i.
func operate(ctx context.Context, e *policy.Engine, i int, now time.Time, say func(any, error)) {
	m := policy.Message{ID: fmt.Sprint("held", i), Sender: "person5", Recipients: policy.To("person9"), Text: "is the flat still free?", At: now}
	for _, id := range []string{m.ID, m.ID + " again"} {
		m.ID = id
		say(nil, e.Override(ctx, policy.Override{Account: m.Sender, Verdict: policy.Hold, By: "moderator"}))
		d, err := e.Evaluate(ctx, m)
		say(d, err)
		say(nil, e.ClearOverride(ctx, m.Sender))
	}
	say(nil, e.Discard(ctx, m.Sender, m.ID, policy.Discard{By: "moderator", At: now}))
	d, err := e.Release(ctx, m, policy.Release{By: "moderator", At: now})
	say(d, err)
	if i%1000 > 500 {
		t, err := e.SetText(ctx, policy.TextRule{Text: "the text of the day, which nobody should send to anybody any more", Action: policy.TextHold, Until: now.AddDate(0, 2, 0), By: "lead"})
		say(t, err)
		say(nil, e.Brake(ctx, "lead", "a drill"))
		say(nil, e.NotePolicy(ctx, "lead", "a drill", ""))
	} else {
		say(nil, e.Unbrake(ctx, "lead", "it is over"))
		d, err := e.Evaluate(ctx, policy.Message{ID: m.ID + " known", Sender: m.Sender, Recipients: m.Recipients, Text: "The text 0f the day, which n0body should send to anyb0dy any more!", At: now})
		say(d, err)
		for t, err := range e.Texts(ctx) {
			say(t, err)
			say(nil, e.ClearText(ctx, t.ID, "lead", "it is over"))
		}
	}
	h, err := e.Health(ctx)
	say(h.Brake, err)
	for s, err := range e.Sanctions(ctx, policy.SanctionFilter{State: policy.AnyState, Limit: 50}) {
		say(s, err)
	}
	if a, err := e.Account(ctx, "abuser2"); err == nil && len(a.Texts) > 0 && a.Texts[0].Cluster != 0 {
		for _, finding := range []policy.TextFinding{policy.TextHarmless, policy.TextAbusive, policy.TextUndecided}[:2+min(i/1000, 1)] {
			out, err := e.RuleText(ctx, policy.TextRuling{Cluster: a.Texts[0].Cluster, Finding: finding, Accounts: []string{"abuser1", "abuser2", "person4"}, By: "lead", At: now})
			say(out, err)
		}
	}
	n, err := e.LiftAll(ctx, policy.SanctionFilter{Kinds: []policy.Kind{policy.Block}, Automatic: true}, policy.Lifting{By: "lead", Note: "a bad policy", At: now})
	say(n, err)
}
