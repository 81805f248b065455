package pgstore

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

var peerClock = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

func peer(t testing.TB, s policy.Store, change func(*policy.Config)) *policy.Engine {
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

// campaign is how many accounts an engine thinks send the text, by what it says of one
// more, and how many others were sanctioned for it.
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

func spread(t *testing.T, n int, engines ...*policy.Engine) {
	t.Helper()
	for i := range n {
		if _, err := engines[i%len(engines)].Evaluate(t.Context(), pitched(i, i, time.Duration(i)*time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
}

// A campaign of 20 accounts over two processes, each of which sees ten, is one of 20 to
// both, sanctions included.
func TestCampaignOfTwoProcesses(t *testing.T) {
	needServer(t)
	t.Parallel()
	cfg := Config{Prefix: newPrefix()}
	a, b := peer(t, open(t, shared.url(), cfg), nil), peer(t, open(t, shared.url(), cfg), nil)
	spread(t, 20, a, b)
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
}

// Tenants over one Store share one listener. Each hears what other processes saw of its
// own tenant, and nothing of another. A note under another Secret is a fault.
func TestCampaignOfTenants(t *testing.T) {
	needServer(t)
	t.Parallel()
	cfg := Config{Prefix: newPrefix()}
	one, two := open(t, shared.url(), cfg), open(t, shared.url(), cfg)
	faults := make(chan error, 100)
	of := func(s *Store, tenant string) *policy.Engine {
		return peer(t, s, func(c *policy.Config) {
			c.Tenant = tenant
			c.Hooks.Fault = func(_ context.Context, err error) { faults <- err }
		})
	}
	a, b, other := of(one, "a"), of(two, "a"), of(two, "other")
	spread(t, 8, a)
	eventually(t, "the campaign", func() bool { n, _ := campaign(t, b); return n == 9 })
	if n, _ := campaign(t, other); n > 1 || len(faults) > 0 {
		t.Errorf("another tenant knows of %d accounts, %d faults", n, len(faults))
	}
}

func TestCampaignOfAnotherSecret(t *testing.T) {
	needServer(t)
	t.Parallel()
	cfg := Config{Prefix: newPrefix()}
	faults := make(chan error, 100)
	one := open(t, shared.url(), cfg)
	e := peer(t, open(t, shared.url(), cfg), func(c *policy.Config) { c.Hooks.Fault = func(_ context.Context, err error) { faults <- err } })
	one.Listen(func([]byte) {})
	one.Broadcast([]byte("\x01\x01\x00\x00\x00\x00 as if of another Secret"))
	select {
	case err := <-faults:
		if f, ok := errors.AsType[*policy.FaultError](err); !ok || f.Op != "note" {
			t.Error(err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("no fault")
	}
	spread(t, 8, e)
	if n, _ := campaign(t, e); n != 9 {
		t.Errorf("%d accounts, want 8 and the asker", n)
	}
}
