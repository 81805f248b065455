package casebook

import (
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/decorum-go/decorum/policy"
)

// Two processes write cases while moderators take, close and reopen them: each message is
// in one case, each subject has one open case, and what is counted is what is there.
func TestShared(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		const writers, messages = 4, 60
		books := []*Book{p.open(t, Options{Spool: t.TempDir()}), nil}
		p.db = p.dial(t)
		books[1] = p.open(t, Options{Spool: t.TempDir()})
		ctx := t.Context()
		var writing, moderating sync.WaitGroup
		for w := range writers {
			writing.Go(func() {
				for i := range messages {
					decide(books[w%2], []policy.Verdict{policy.Hold, policy.Flag}[i%2], fmt.Sprint("account", w), fmt.Sprint("m", i), "text", uint64(i%4))
				}
			})
		}
		done := make(chan struct{})
		for m, b := range books {
			moderating.Go(func() {
				me, rng := fmt.Sprint("mod", m), rand.New(rand.NewPCG(1, uint64(m)))
				for {
					select {
					case <-done:
						return
					default:
					}
					c, err := b.Next(ctx, me)
					if err == nil {
						_, err = b.CloseCase(ctx, c.ID, me, Fine, "")
						if err == nil && rng.IntN(2) == 0 {
							err = b.Reopen(ctx, c.ID, me)
						}
						if err == nil {
							err = b.Leave(ctx, c.ID, me)
						}
					}
					if err != nil && !isNotFound(err) && !errors.Is(err, ErrClosed) && !errors.Is(err, ErrHeld) && !errors.Is(err, ErrConflict) {
						t.Error(err)
						return
					}
				}
			})
		}
		writing.Wait()
		flush(t, books[0])
		flush(t, books[1])
		close(done)
		moderating.Wait()
		for _, b := range books {
			if h := b.Health(); h.Refused > 0 || h.Err != nil {
				t.Errorf("%+v", h)
			}
		}
		b, sum, open := books[0], 0, make(map[string]bool)
		all, err := b.Cases(ctx, Filter{Which: AllCases, Limit: 500})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range all {
			sum += c.Messages
			if c.Closed.IsZero() && open[c.subject] {
				t.Errorf("%s has two open cases", c.subject)
			}
			open[c.subject] = open[c.subject] || c.Closed.IsZero()
			if err := b.inTx(ctx, func(tx *tx) error { return b.recount(tx, c.ID) }); err != nil {
				t.Fatal(err)
			}
			is, err := b.Case(ctx, c.ID)
			if is.Messages != c.Messages || is.Accounts != c.Accounts || is.Held != c.Held || is.Flagged != c.Flagged || is.Kind != c.Kind || err != nil {
				t.Errorf("counted %+v, there are %+v, %v", c, is, err)
			}
		}
		n := 0
		if err := b.read(ctx).each(func(r *sql.Rows) error { n++; return nil }, `SELECT id FROM %entries WHERE case_id NOT IN (SELECT id FROM %cases)`); err != nil || n > 0 {
			t.Errorf("%d messages are in no case, %v", n, err)
		}
		if sum != writers*messages {
			t.Errorf("%d messages are in cases, want %d", sum, writers*messages)
		}
		t.Logf("%d cases", len(all))
	})
}
