package boltstore

import (
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// TestSweepGoesByTheEngine has the engine's clock run for half a year, with an hour in
// which it is a year ahead, and the store begin anew now and then: what ended goes,
// and nobody is free before their time.
func TestSweepGoesByTheEngine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "records.db")
	begin := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	var ahead atomic.Int64
	now := func() time.Time { return begin.Add(time.Duration(ahead.Load())) }
	var s *Store
	var e *policy.Engine
	open := func() {
		var err error
		if s, err = Open(path, Config{MaxCached: 1, Flush: 2 * time.Millisecond}); err != nil {
			t.Fatal(err)
		}
		if e, err = policy.New(policy.Config{Store: s, Secret: []byte("secret"), Timeout: time.Minute, Now: now}); err != nil {
			t.Fatal(err)
		}
	}
	shut := func() {
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	pass := func(d time.Duration) { ahead.Add(int64(d)) }
	say := func(name string) policy.Decision {
		d, err := e.Evaluate(t.Context(), policy.Message{Sender: name, Recipients: policy.To("bob"), Text: "Good morning"})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	run := func(days int) {
		for day := range days {
			pass(24 * time.Hour)
			for i := range 4 {
				say(fmt.Sprint("resident", i))
			}
			hears(t, s, now())
			if day%7 == 0 {
				shut()
				open()
			}
		}
	}
	impose := func(name string, kind policy.Kind, until time.Time) {
		if _, err := e.Impose(t.Context(), policy.Sanction{Account: name, Kind: kind, By: "moderator", Until: until}); err != nil {
			t.Fatal(err)
		}
	}
	open()
	defer func() { shut() }()
	impose("once", policy.Block, now().AddDate(0, 0, 1))
	run(15)
	for i := range 10 {
		impose(fmt.Sprint("bad", i), policy.Suspension, now().AddDate(0, 0, 300))
	}
	for range 20 {
		pass(365 * 24 * time.Hour)
		for i := range 3 {
			say(fmt.Sprint("hasty", i))
		}
		hears(t, s, now())
		pass(-365 * 24 * time.Hour)
		say("resident1")
		hears(t, s, now())
		pass(time.Minute)
	}
	run(12)
	for i := range 10 {
		if d := say(fmt.Sprint("bad", i)); d.Verdict != policy.Reject {
			t.Errorf("suspended account %d after a year's jump: %v", i, d.Verdict)
		}
	}
	pass(150 * 24 * time.Hour) // silence
	run(25)
	listed := 0
	for _, err := range e.Sanctions(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		listed++
	}
	if listed != 10 {
		t.Errorf("%d sanctions are listed, want 10", listed)
	}
	left := 0
	for _, err := range s.All(t.Context(), false) {
		if err != nil {
			t.Fatal(err)
		}
		left++
	}
	// 10 suspended, 4 residents, the proof of the Secret, and those who wrote in the
	// wrong hour, whose records say so until they write again.
	if left < 15 || left > 18 {
		t.Errorf("%d records are left, want that of the account blocked for a day to be gone", left)
	}
	if _, err := e.Account(t.Context(), "once"); err == nil {
		t.Error("what was blocked for a day half a year ago is remembered")
	}
}
