package casebook

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

var t0 = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// opened returns a Book on a SQLite file.
func opened(t testing.TB, o Options) *Book {
	t.Helper()
	db, err := SQLite(filepath.Join(t.TempDir(), "a book?.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	b, err := Open(t.Context(), db, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

func held(b *Book, from, id, text string, cluster uint64) {
	b.Hooks().Decided(context.Background(), &policy.Message{ID: id, Sender: from, Recipients: policy.To("bob", "eve"), Text: text, At: t0},
		&policy.Decision{Message: id, Verdict: policy.Hold, Score: .8, Cluster: cluster, At: t0, Reasons: []policy.Reason{{Code: policy.CodeReach, Value: 4, Text: "buy {} now"}}})
}

func flush(t testing.TB, b *Book) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := b.Flush(ctx); err != nil {
		t.Fatal(err)
	}
}

func TestCase(t *testing.T) {
	b := opened(t, Options{Spool: t.TempDir()})
	for i := range 40 {
		held(b, fmt.Sprint("spammer", i%4), fmt.Sprint("m", i), "buy it now", 7)
	}
	flush(t, b)
	all, err := b.Cases(t.Context(), Filter{})
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	c := all[0]
	if c.Kind != Held || c.Messages != 40 || c.Accounts != 4 || c.Held != 40 || c.Cluster != 7 || c.Title != "buy {} now" {
		t.Errorf("%+v", c)
	}
	m, err := b.Message(t.Context(), "spammer1", "m1")
	if err != nil || m.ID != "m1" || len(m.Recipients) != 2 || m.Text != "buy it now" || !m.At.Equal(t0) {
		t.Errorf("%+v %v", m, err)
	}
}
