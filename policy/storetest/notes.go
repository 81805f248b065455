package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// Notes checks what a store that is a policy.Broadcaster tells other processes. place is
// that of Shared; every store that open returns stands for another process.
func Notes(t *testing.T, place func(t *testing.T) (open func() policy.Store)) {
	t.Run("notes", func(t *testing.T) { // returns when those within have ended
		for name, check := range map[string]func(t *testing.T, open func() policy.Store){
			"each reaches all others in order":       notesInOrder,
			"the last are sent":                      lastNotes,
			"a campaign over two processes":          campaignOfTwo,
			"each tenant hears its own":              campaignOfTenants,
			"a note that is none is refused":         refused("no note"),
			"a note under another Secret is refused": refused("\x01\x01\x00\x00\x00\x00 as if of another Secret"),
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				check(t, place(t))
			})
		}
	})
}

// An Ear collects the notes that a store hears. It is safe for concurrent use.
type Ear struct {
	mu    sync.Mutex
	notes []string
}

// Listen has an Ear listen until the test ends. The store must be a policy.Broadcaster.
func Listen(t testing.TB, s policy.Store) *Ear {
	e := new(Ear)
	t.Cleanup(s.(policy.Broadcaster).Listen(func(note []byte) {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.notes = append(e.notes, string(note))
	}))
	return e
}

// Heard returns what was heard so far.
func (e *Ear) Heard() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.notes)
}

// Eventually waits until done, and fails after twenty seconds.
func Eventually(t testing.TB, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !done(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("still not: ", what)
		}
	}
}

func notesInOrder(t *testing.T, open func() policy.Store) {
	var stores []policy.Broadcaster
	var ears []*Ear
	for range 3 {
		s := open()
		stores, ears = append(stores, s.(policy.Broadcaster)), append(ears, Listen(t, s))
	}
	const each = 500 // of up to 1 KB, and some as long as a note can be: several batches
	for i := range each {
		length := i * 2
		if i%100 == 0 {
			length = 4090
		}
		for k, s := range stores {
			s.Broadcast(fmt.Append(nil, k, " ", i, " ", strings.Repeat("x", length)))
		}
	}
	for k, e := range ears {
		Eventually(t, "all notes", func() bool { return len(e.Heard()) >= 2*each })
		next := make([]int, len(stores))
		for _, note := range e.Heard() {
			var from, i int
			if _, err := fmt.Sscanf(note, "%d %d", &from, &i); err != nil || from == k || i != next[from] {
				t.Fatalf("process %d got %.20q, want numbers from 0 on of each other process: %v", k, note, next)
			}
			next[from]++
		}
	}
}

// Nothing is called after stop, nor by a process itself.
func lastNotes(t *testing.T, open func() policy.Store) {
	a := open().(policy.Broadcaster)
	e := Listen(t, open())
	var calls atomic.Int64
	stop := a.Listen(func([]byte) { calls.Add(1) })
	a.Broadcast([]byte("the last"))
	stop()
	stop()
	Eventually(t, "the last note", func() bool { return len(e.Heard()) == 1 })
	if calls.Load() != 0 {
		t.Error("called with its own note, or after stop")
	}
}

var campaignClock = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

// CampaignEngine returns an engine on a store to which other processes' copies of a text
// are evidence at once, so that [Campaign] shows whether it heard of them. change may be
// nil.
func CampaignEngine(t testing.TB, s policy.Store, change func(*policy.Config)) *policy.Engine {
	t.Helper()
	cfg := policy.Config{Store: s, Secret: []byte("of the test"), Timeout: time.Minute, Now: func() time.Time { return campaignClock.Add(24 * time.Hour) }}
	cfg.Policy = policy.Default()
	cfg.Policy.Crowd = policy.Crowd{}
	if change != nil {
		change(&cfg)
	}
	e, err := policy.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

func pitched(sender, to int, at time.Duration) policy.Message {
	return policy.Message{
		Sender: fmt.Sprint("spammer", sender), Recipients: []policy.Recipient{{ID: fmt.Sprint("victim", to), Relation: policy.Stranger}},
		Text: "Hello, we have looked at your profile and think that you could earn a lot more with our method. Write back today, there are only few places left in the course!",
		At:   campaignClock.Add(at), Delayed: true,
	}
}

// Spread has the accounts from first to the one before end send one text, in turn by way
// of the engines.
func Spread(t testing.TB, first, end int, engines ...*policy.Engine) {
	t.Helper()
	for i := first; i < end; i++ {
		if _, err := engines[i%len(engines)].Evaluate(t.Context(), pitched(i, i, time.Duration(i)*time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
}

// Campaign returns how many accounts an engine thinks send the text of Spread, by what it
// says of one more, and how many others were sanctioned for it.
func Campaign(t testing.TB, e *policy.Engine) (accounts, flagged int) {
	t.Helper()
	d, err := e.Preview(t.Context(), pitched(999, 999, 2*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range d.Reasons {
		switch r.Code {
		case policy.CodeCampaign:
			accounts = int(r.Value)
		case policy.CodeFlagged:
			flagged = int(r.Value)
		}
	}
	return accounts, flagged
}

// A campaign of 20 accounts, of which each process sees ten, is one of 20 to both,
// sanctions included.
func campaignOfTwo(t *testing.T, open func() policy.Store) {
	a, b := CampaignEngine(t, open(), nil), CampaignEngine(t, open(), nil)
	Spread(t, 0, 10, a, b)
	if n, _ := Campaign(t, a); n < 6 {
		t.Errorf("%d accounts of its own five and the asker, which a process knows at once", n)
	}
	Spread(t, 10, 20, a, b)
	for _, e := range []*policy.Engine{a, b} {
		Eventually(t, "21 accounts", func() bool { n, _ := Campaign(t, e); return n == 21 })
	}
	// One of them goes on and is sanctioned here; the text is flagged there.
	_, before := Campaign(t, b)
	for k := range 60 {
		d, err := a.Evaluate(t.Context(), pitched(0, 100+k, time.Hour+time.Duration(k)*time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		if len(d.Imposed) > 0 && d.Imposed[0].Kind != policy.Warning {
			break
		}
	}
	Eventually(t, "the sanction of another process", func() bool { _, n := Campaign(t, b); return n > before })
}

// Tenants over one store share what listens. Each hears what other processes saw of its
// own tenant, also when another tenant's engine has ended, and nothing of another.
func campaignOfTenants(t *testing.T, open func() policy.Store) {
	one, two := open(), open()
	faults := make(chan error, 100)
	of := func(s policy.Store, tenant int) *policy.Engine {
		return CampaignEngine(t, s, func(c *policy.Config) {
			c.Tenant = fmt.Sprint("tenant", tenant)
			c.Hooks.Fault = func(_ context.Context, err error) { faults <- err }
		})
	}
	var here, there []*policy.Engine
	for i := range 3 {
		here, there = append(here, of(one, i)), append(there, of(two, i))
	}
	Spread(t, 0, 8, here[0])
	Eventually(t, "the campaign", func() bool { n, _ := Campaign(t, there[0]); return n == 9 })
	for _, e := range []*policy.Engine{there[1], here[1]} {
		if n, _ := Campaign(t, e); n > 1 {
			t.Errorf("another tenant knows of %d accounts", n)
		}
	}
	if err := there[0].Close(); err != nil {
		t.Error(err)
	}
	Spread(t, 0, 8, there[2])
	Eventually(t, "the campaign after another engine has ended", func() bool { n, _ := Campaign(t, here[2]); return n == 9 })
	if len(faults) > 0 {
		t.Error(<-faults)
	}
}

// refused is a check that a note is a fault to report, and changes nothing.
func refused(note string) func(t *testing.T, open func() policy.Store) {
	return func(t *testing.T, open func() policy.Store) {
		other := open().(policy.Broadcaster)
		faults := make(chan error, 100)
		e := CampaignEngine(t, open(), func(c *policy.Config) { c.Hooks.Fault = func(_ context.Context, err error) { faults <- err } })
		defer other.Listen(func([]byte) {})()
		other.Broadcast([]byte(note))
		select {
		case err := <-faults:
			if f, ok := errors.AsType[*policy.FaultError](err); !ok || f.Op != "note" {
				t.Error(err)
			}
		case <-time.After(20 * time.Second):
			t.Fatal("no fault")
		}
		Spread(t, 0, 8, e)
		if n, _ := Campaign(t, e); n != 9 {
			t.Errorf("%d accounts, want 8 and the asker", n)
		}
	}
}
