package natsnotes

import (
	"context"
	"io"
	"iter"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storetest"
)

// TestConformance: with notes, a store of many processes is what it was.
func TestConformance(t *testing.T) {
	t.Parallel()
	storetest.Shared(t, func(t *testing.T) func() policy.Store {
		m, cfg := policy.NewMemory(0), Config{Log: LogConfig{Name: newName()}}
		return func() policy.Store { return opened(t, shared, cfg).Wrap(m) }
	})
}

// TestNotesConform: see storetest.Notes.
func TestNotesConform(t *testing.T) {
	t.Parallel()
	storetest.Notes(t, func(t *testing.T) func() policy.Store {
		m, cfg := policy.NewMemory(0), Config{Log: LogConfig{Name: newName()}}
		return func() policy.Store {
			n := opened(t, shared, cfg)
			t.Cleanup(func() {
				if s := n.Stats(); s.Dropped+s.Missed+s.Refused+s.Again > 0 {
					t.Errorf("%+v", s)
				}
			})
			return n.Wrap(m)
		}
	})
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	storetest.Secrets(t, func(t *testing.T) func() policy.Store {
		m, cfg := policy.NewMemory(0), Config{Log: LogConfig{Name: newName()}}
		return func() policy.Store { return opened(t, shared, cfg).Wrap(m) }
	})
}

// Stores that can do some of what a store can.
type (
	plain  struct{ policy.Store }
	keeps  struct{}
	audits struct{}
	loads  struct{}
	withK  struct {
		policy.Store
		keeps
	}
	withA struct {
		policy.Store
		audits
	}
	withL struct {
		policy.Store
		loads
	}
	withKA struct {
		policy.Store
		keeps
		audits
	}
	withKL struct {
		policy.Store
		keeps
		loads
	}
	withAL struct {
		policy.Store
		audits
		loads
	}
	withKAL struct {
		policy.Store
		keeps
		audits
		loads
	}
)

func (keeps) Kept(context.Context) (io.ReadCloser, error)                          { return nil, nil }
func (keeps) Keep(func(io.Writer) error) (stop func() error)                       { return nil }
func (audits) Acts(context.Context, policy.ActFilter) iter.Seq2[policy.Act, error] { return nil }
func (loads) Load(context.Context, []policy.Entry) error                           { return nil }

// What a store is beside a Store, it is with notes, and nothing else.
func TestWrap(t *testing.T) {
	n, m := opened(t, shared, Config{Log: LogConfig{Name: newName()}}), policy.NewMemory(0)
	for _, s := range []policy.Store{
		plain{m}, withK{m, keeps{}}, withA{m, audits{}}, withL{m, loads{}}, withKA{m, keeps{}, audits{}},
		withKL{m, keeps{}, loads{}}, withAL{m, audits{}, loads{}}, withKAL{m, keeps{}, audits{}, loads{}},
	} {
		is := func(s policy.Store) (all [3]bool) {
			_, all[0] = s.(policy.Keeper)
			_, all[1] = s.(policy.Auditor)
			_, all[2] = s.(policy.Loader)
			return all
		}
		w := n.Wrap(s)
		if is(w) != is(s) {
			t.Errorf("%T: Keeper, Auditor, Loader %v, was %v", s, is(w), is(s))
		}
		_, tells := w.(policy.Broadcaster)
		if _, ranges := w.(policy.Ranger); !tells || !ranges {
			t.Errorf("%T: Broadcaster %t, Ranger %t", s, tells, ranges)
		}
	}
}

// A process that starts later knows the campaign, too.
func TestCampaignLater(t *testing.T) {
	t.Parallel()
	m, cfg := policy.NewMemory(0), Config{Log: LogConfig{Name: newName()}}
	open := func() *policy.Engine { return storetest.CampaignEngine(t, opened(t, shared, cfg).Wrap(m), nil) }
	storetest.Spread(t, 0, 20, open(), open())
	later := open()
	storetest.Eventually(t, "21 accounts", func() bool { n, _ := storetest.Campaign(t, later); return n == 21 })
}

// Notes of another Secret, malformed, of another version, twice and out of order are
// refused or harmless; those of the future too.
func TestCampaignBadNotes(t *testing.T) {
	t.Parallel()
	m, cfg := policy.NewMemory(0), Config{Log: LogConfig{Name: newName()}}
	notes := opened(t, shared, cfg)
	told := make(chan error, 100)
	b := storetest.CampaignEngine(t, notes.Wrap(m), func(c *policy.Config) { c.Hooks.Fault = func(_ context.Context, err error) { told <- err } })
	ahead := func(c *policy.Config) {
		c.Now = func() time.Time { return time.Date(2076, 11, 1, 12, 0, 0, 0, time.UTC) }
	}
	// What others appended, as it lies in the log.
	letters := func(n int, change func(*policy.Config)) (all [][]byte) {
		other := opened(t, shared, Config{Log: LogConfig{Name: newName()}})
		e := storetest.CampaignEngine(t, other.Wrap(policy.NewMemory(0)), change)
		for i := range n {
			storetest.Spread(t, 0, 1+i, e)
			storetest.Eventually(t, "sent", func() bool { return other.Stats().Sent > uint64(i) })
		}
		e.Close()
		end, err := other.log.End(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for e, err := range other.log.Read(t.Context(), 0) {
			if err != nil {
				t.Fatal(err)
			}
			if all = append(all, e.Data); e.Position == end {
				break
			}
		}
		return all
	}
	put := func(all ...[]byte) {
		for _, b := range all {
			if _, err := notes.log.Append(t.Context(), "", b); err != nil {
				t.Fatal(err)
			}
		}
	}
	secret := letters(2, func(c *policy.Config) { c.Secret = []byte("another") })
	put(secret...)
	select {
	case err := <-told:
		if f, ok := err.(*policy.FaultError); !ok || f.Op != "note" {
			t.Error(err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("no fault")
	}
	newer := append([]byte{postVersionNext}, secret[0][1:]...)
	put(nil, []byte("x"), []byte("no letter at all, but long enough"), newer, append(secret[0][:17:17], 200, 1))
	good := letters(6, nil)
	put(good[3], good[3], good[1], good[5], good[0], good[2], good[4], good[0], good[5])
	storetest.Eventually(t, "six accounts and the asker", func() bool { n, _ := storetest.Campaign(t, b); return n >= 7 })
	put(letters(3, ahead)...)
	storetest.Spread(t, 0, 8, b)
	storetest.Eventually(t, "eight and the asker", func() bool { n, _ := storetest.Campaign(t, b); return n == 9 })
	if s := notes.Stats(); s.Refused < 5 {
		t.Errorf("%+v, want 5 refused", s)
	}
}

// postVersionNext is what a later release may write.
const postVersionNext = 2
