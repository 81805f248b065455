package storekit_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storekit"
	"github.com/decorum-go/decorum/policy/storetest"
)

func TestBufferConforms(t *testing.T) {
	for _, records := range []int{0, 1, 7} {
		t.Run(fmt.Sprint(records), func(t *testing.T) {
			storetest.Run(t, func(t *testing.T) policy.Store { return &storekit.Buffer{Store: policy.NewMemory(0), Records: records} })
		})
	}
}

// A loader counts what a Buffer asks of it, and fails when it is told to.
type loader struct {
	*policy.Memory
	views, loads int
	fail         error
}

func (l *loader) View(ctx context.Context, key policy.Key, fn func([]byte) error) error {
	l.views++
	return l.Memory.View(ctx, key, fn)
}

func (l *loader) Load(ctx context.Context, entries []policy.Entry) error {
	if l.fail != nil {
		return l.fail
	}
	l.loads++
	return l.Memory.Load(ctx, entries)
}

// TestBufferLearn: history by a Buffer makes the records that it makes without one, also
// of accounts that are there, after as many reads as there are accounts and few writes. A
// store that fails loses nothing.
func TestBufferLearn(t *testing.T) {
	at := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	open := func(s policy.Store) *policy.Engine {
		e, err := policy.New(policy.Config{Store: s, Secret: []byte("of the test"), Timeout: time.Minute, Now: func() time.Time { return at.AddDate(0, 1, 0) }})
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	learn := func(e *policy.Engine, from, until int) {
		for i := from; i < until; i++ {
			m := policy.Message{ID: fmt.Sprint(i), Sender: fmt.Sprint("s", i%97), Recipients: policy.To(fmt.Sprint("s", i*31%97)), Text: fmt.Sprint("hello, number ", i), At: at.Add(time.Duration(i) * time.Minute)}
			if err := e.Learn(t.Context(), m); err != nil {
				t.Fatal(err)
			}
		}
	}
	records := func(m *policy.Memory) map[policy.Key]string {
		all := make(map[policy.Key]string)
		for e, err := range m.All(t.Context(), false) {
			if err != nil {
				t.Fatal(err)
			}
			all[e.Key] = string(e.Data)
		}
		return all
	}
	want := policy.NewMemory(0)
	e := open(struct{ policy.Store }{want}) // as a store outside of the process
	learn(e, 0, 4000)
	l := &loader{Memory: policy.NewMemory(0)}
	learn(open(struct{ policy.Store }{l}), 0, 1000)
	l.views = 0
	b := &storekit.Buffer{Store: l}
	teacher := open(b)
	learn(teacher, 1000, 4000)
	if err := teacher.Close(); err != nil {
		t.Fatal(err)
	}
	l.fail = errors.New("away")
	if err := b.Flush(t.Context()); err != l.fail {
		t.Error(err)
	}
	l.fail = nil
	if err := b.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if l.loads != 1 || l.views > 110 {
		t.Errorf("%d loads, %d reads", l.loads, l.views)
	}
	if err := b.Flush(t.Context()); err != nil || l.loads != 1 {
		t.Errorf("nothing was changed: %d loads, %v", l.loads, err)
	}
	got := records(l.Memory)
	differ := 0
	for key, data := range records(want) {
		if got[key] != data && string(key[:13]) != "decorum proof" { // which is another one for each store
			differ++
		}
	}
	if differ > 0 || len(got) < 97 {
		t.Errorf("%d records of %d differ", differ, len(got))
	}
	if err := new(storekit.Buffer).Flush(t.Context()); err == nil {
		t.Error("a Buffer without a Store has no error")
	}
}
