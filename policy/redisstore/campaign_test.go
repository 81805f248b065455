package redisstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storetest"
)

// The stream is no record.
func TestNotesAreNoRecords(t *testing.T) {
	s := opened(t)
	shared.do(t, "XADD", s.notes.key, "*", "from", "x", "notes", "")
	for e, err := range s.All(t.Context(), false) {
		t.Error(e, err)
	}
}

// TestNotesConform: see storetest.Notes.
func TestNotesConform(t *testing.T) {
	needServer(t)
	storetest.Notes(t, func(t *testing.T) func() policy.Store {
		cfg := Config{Prefix: fmt.Sprint("test", prefixes.Add(1))}
		return func() policy.Store {
			s := open(t, shared, cfg)
			t.Cleanup(func() {
				if st := s.Stats(); st.Dropped+st.Refused > 0 {
					t.Errorf("%+v", st)
				}
			})
			return s
		}
	})
}

// Tenants over one Store share one reader of the notes.
func TestReaderOfTenants(t *testing.T) {
	needServer(t)
	s := opened(t)
	before := runtime.NumGoroutine()
	for i := range 100 {
		storetest.CampaignEngine(t, s, func(c *policy.Config) { c.Tenant = fmt.Sprint("tenant", i) })
	}
	if more := runtime.NumGoroutine() - before; more > 10 {
		t.Errorf("%d goroutines more for 100 tenants", more)
	}
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
		return storetest.CampaignEngine(t, s, func(c *policy.Config) {
			c.Secret, c.Secrets = nil, secrets
			c.Hooks.Fault = func(_ context.Context, err error) { faults <- err }
		})
	}
	a, b := with(one, before, after), with(two, before, after)
	sent := 0
	spread := func(a, b *policy.Engine) {
		t.Helper()
		storetest.Spread(t, sent, sent+8, a, b)
		sent += 8
		for _, e := range []*policy.Engine{a, b} {
			storetest.Eventually(t, "the campaign", func() bool { accounts, _ := storetest.Campaign(t, e); return accounts >= min(sent, 32) })
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
	if accounts, _ := storetest.Campaign(t, e); accounts < min(sent, 32) {
		t.Errorf("after a start with the new Secret alone it knows of %d accounts", accounts)
	}
}
