package policy

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy/internal/keys"
)

// A town is what helper_test.go says, for budget_test.go, which looks inside.
type town struct {
	testing.TB
	e   *Engine
	now time.Time
	n   int
}

func newTown(tb testing.TB, cfg Config) *town {
	w := &town{TB: tb, now: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)}
	cfg.Secret, cfg.Now = []byte("town"), func() time.Time { return w.now }
	var err error
	if w.e, err = New(cfg); err != nil {
		tb.Fatal(err)
	}
	return w
}

func (w *town) pass(d time.Duration) { w.now = w.now.Add(d) }

func (w *town) send(m Message) Decision {
	w.n++
	m.ID = fmt.Sprint("m", w.n)
	d, err := w.e.Evaluate(context.Background(), m)
	if err != nil {
		w.Fatal(err)
	}
	return d
}

func (w *town) say(from, to, text string) Decision {
	return w.send(Message{Sender: from, Recipients: To(to), Text: text})
}

const spam = "Congratulations, you have been selected for an exclusive investment opportunity that doubles your savings within a week"

func (w *town) blast(from string, n int, text string) (ds []Decision) {
	for range n {
		w.pass(time.Minute)
		ds = append(ds, w.say(from, fmt.Sprint(from, "-prey", w.n), text))
	}
	return ds
}

func (w *town) record(name string) *record {
	r := new(record)
	err := w.e.store.View(context.Background(), w.e.keys.Key(keys.Account, name), r.decode)
	if err != nil {
		w.Fatal(err)
	}
	return r
}

func (w *town) state() string {
	var b strings.Builder
	if err := w.e.Snapshot(context.Background(), &b); err != nil {
		w.Fatal(err)
	}
	return b.String()
}
