package redisstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

var peerClock = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

func engine(t testing.TB, s policy.Store, change func(*policy.Config)) *policy.Engine {
	t.Helper()
	cfg := policy.Config{Store: s, Secret: []byte("of the test"), Timeout: time.Minute, Now: func() time.Time { return peerClock.Add(24 * time.Hour) }}
	// Without a crowd others' copies are evidence at once: it shows who knows of them.
	cfg.Policy = policy.Default()
	cfg.Policy.Crowd = policy.Crowd{}
	if change != nil {
		change(&cfg)
	}
	e, err := policy.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

func pitched(sender, to int, at time.Duration) policy.Message {
	return policy.Message{
		Sender: fmt.Sprint("spammer", sender), Recipients: []policy.Recipient{{ID: fmt.Sprint("victim", to), Relation: policy.Stranger}},
		Text: "Hello, we have looked at your profile and think that you could earn a lot more with our method. Write back today, there are only few places left in the course!",
		At:   peerClock.Add(at), Delayed: true,
	}
}

// campaign is how many accounts an engine thinks send the text, by what it says
// of one more, and how many others were sanctioned for it.
func campaign(t testing.TB, e *policy.Engine) (accounts, flagged int) {
	t.Helper()
	d, err := e.Preview(t.Context(), pitched(99, 99, 2*time.Hour))
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

// A campaign of 20 accounts over two processes, each of which sees ten, is one
// of 20 to both, sanctions included.
func TestCampaignOfTwoProcesses(t *testing.T) {
	needServer(t)
	cfg := Config{Prefix: fmt.Sprint("test", prefixes.Add(1))}
	one, two := open(t, shared, cfg), open(t, shared, cfg)
	a, b := engine(t, one, nil), engine(t, two, nil)
	for i := range 20 {
		if _, err := []*policy.Engine{a, b}[i%2].Evaluate(t.Context(), pitched(i, i, time.Duration(i)*time.Minute)); err != nil {
			t.Fatal(err)
		}
		if i == 9 { // what a process saw itself it knows at once
			if n, _ := campaign(t, a); n < 6 {
				t.Errorf("%d accounts of its own five and the asker", n)
			}
		}
	}
	for _, e := range []*policy.Engine{a, b} {
		eventually(t, "21 accounts", func() bool { n, _ := campaign(t, e); return n == 21 })
	}
	// One of them goes on and is sanctioned here; the text is flagged there.
	_, before := campaign(t, b)
	for k := range 60 {
		d, err := a.Evaluate(t.Context(), pitched(0, 100+k, time.Hour+time.Duration(k)*time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		if len(d.Imposed) > 0 && d.Imposed[0].Kind != policy.Warning {
			break
		}
	}
	eventually(t, "taint", func() bool { _, n := campaign(t, b); return n > before })
	t.Logf("%+v; %+v", one.Stats(), two.Stats())
}

// A note that is none, under another Secret or of another version, is a fault
// to report, and changes nothing.
func TestCampaignMalformedNote(t *testing.T) {
	needServer(t)
	s := opened(t)
	faults := make(chan error, 100)
	e := engine(t, s, func(c *policy.Config) { c.Hooks.Fault = func(_ context.Context, err error) { faults <- err } })
	shared.do(t, "XADD", s.notes.key, "*", "from", "another", "notes", "\x07no note\x00")
	select {
	case err := <-faults:
		if f, ok := errors.AsType[*policy.FaultError](err); !ok || f.Op != "note" {
			t.Error(err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("no fault")
	}
	if _, err := e.Evaluate(t.Context(), pitched(1, 1, 0)); err != nil {
		t.Error(err)
	}
}

// The stream is no record.
func TestNotesAreNoRecords(t *testing.T) {
	s := opened(t)
	shared.do(t, "XADD", s.notes.key, "*", "from", "x", "notes", "")
	for e, err := range s.All(t.Context(), false) {
		t.Error(e, err)
	}
}

// Tenants over one Store share one reader of the notes. Each hears what other processes
// saw of its own tenant, and nothing of another; no note is refused.
func TestCampaignOfTenants(t *testing.T) {
	needServer(t)
	cfg := Config{Prefix: fmt.Sprint("test", prefixes.Add(1))}
	one, two := open(t, shared, cfg), open(t, shared, cfg)
	faults := make(chan error, 100)
	of := func(s *Store, tenant int) *policy.Engine {
		return engine(t, s, func(c *policy.Config) {
			c.Tenant = fmt.Sprint("tenant", tenant)
			c.Hooks.Fault = func(_ context.Context, err error) { faults <- err }
		})
	}
	before := runtime.NumGoroutine()
	var here, there []*policy.Engine
	for i := range 50 {
		here, there = append(here, of(one, i)), append(there, of(two, i))
	}
	if more := runtime.NumGoroutine() - before; more > 10 {
		t.Errorf("%d goroutines more for 100 tenants", more)
	}
	for i := range 8 {
		if _, err := here[7].Evaluate(t.Context(), pitched(i, i, time.Duration(i)*time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "the campaign", func() bool { accounts, _ := campaign(t, there[7]); return accounts >= 8 })
	for _, e := range []*policy.Engine{there[6], here[6]} {
		if accounts, _ := campaign(t, e); accounts > 1 {
			t.Errorf("another tenant knows of %d accounts", accounts)
		}
	}
	if len(faults) > 0 {
		t.Error(<-faults)
	}
	if err := there[7].Close(); err != nil {
		t.Error(err)
	}
	for i := range 8 {
		if _, err := there[9].Evaluate(t.Context(), pitched(i, i, time.Duration(i)*time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "the campaign after another has stopped listening", func() bool { accounts, _ := campaign(t, here[9]); return accounts >= 8 })
}

// A campaign over two processes is one to both while the Secret of the store is changed and
// after, and what is told and kept is sealed.
func TestCampaignWithSecrets(t *testing.T) {
	needServer(t)
	cfg := Config{Prefix: fmt.Sprint("test", prefixes.Add(1))}
	one, two := open(t, shared, cfg), open(t, shared, cfg)
	before, after := policy.Secret("of the test"), policy.Secret("another one")
	faults := make(chan error, 100)
	with := func(s *Store, secrets ...policy.Secret) *policy.Engine {
		return engine(t, s, func(c *policy.Config) {
			c.Secret, c.Secrets = nil, secrets
			c.Hooks.Fault = func(_ context.Context, err error) { faults <- err }
		})
	}
	a, b := with(one, before, after), with(two, before, after)
	sent := 0
	spread := func(a, b *policy.Engine) {
		t.Helper()
		for i := range 8 {
			if _, err := []*policy.Engine{a, b}[i%2].Evaluate(t.Context(), pitched(sent, sent, time.Duration(sent)*time.Minute)); err != nil {
				t.Fatal(err)
			}
			sent++
		}
		for _, e := range []*policy.Engine{a, b} {
			eventually(t, "the campaign", func() bool { accounts, _ := campaign(t, e); return accounts >= min(sent, 32) })
		}
	}
	spread(a, b)
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	a = with(one, after, before) // with what was kept
	spread(a, b)
	var last policy.Progress
	for p, err := range a.Rekey(t.Context()) {
		if last = p; err != nil {
			t.Fatal(err)
		}
	}
	spread(a, b)
	if !last.Done || len(faults) > 0 {
		t.Errorf("%+v, %d faults", last, len(faults))
	}
	if err := errors.Join(b.Close(), a.Close()); err != nil { // the last one keeps
		t.Fatal(err)
	}
	r, err := one.Kept(t.Context())
	if err != nil || r == nil {
		t.Fatal(r, err)
	}
	defer r.Close()
	kept, err := io.ReadAll(r)
	if err != nil || len(kept) == 0 || strings.HasPrefix(string(kept), "decorum") {
		t.Errorf("kept %d bytes, not sealed, %v", len(kept), err)
	}
	e := with(two, after)
	if accounts, _ := campaign(t, e); accounts < min(sent, 32) {
		t.Errorf("after a start with the new Secret alone it knows of %d accounts", accounts)
	}
}
