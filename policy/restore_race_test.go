package policy_test

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/similarity"
)

// Of several Restores at a time one is done after the other: the engine remembers what
// one of the snapshots holds, all of it and nothing else, and so does each snapshot
// that is taken meanwhile.
func TestRestoresAtATime(t *testing.T) {
	t.Parallel()
	small := policy.Config{Index: similarity.IndexConfig{MaxClusters: 256}}
	const accounts = 300
	states := map[string]string{}
	for _, name := range []string{"a", "b", "c"} {
		w := newTown(t, small)
		for i := range accounts {
			w.say(fmt.Sprint(name, i), "vic", chatter(i, 9))
		}
		w.until("sam"+name, spam, policy.Block)
		states[name] = w.state()
	}
	w := newTown(t, small)
	w.must(w.e.Restore(t.Context(), strings.NewReader(states["a"])))
	var all sync.WaitGroup
	taken := make([][]bytes.Buffer, 2)
	for g := range 3 {
		all.Go(func() {
			for i := range 12 {
				name := string("abc"[(i+g)%3])
				if err := w.e.Restore(t.Context(), strings.NewReader(states[name])); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for g := range taken {
		taken[g] = make([]bytes.Buffer, 12)
		all.Go(func() {
			for i := range taken[g] {
				if err := w.e.Snapshot(t.Context(), &taken[g][i]); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	whole := func(what string, w *town) {
		t.Helper()
		seen := map[string]int{}
		for name := range states {
			for i := range accounts {
				if _, err := w.e.Account(t.Context(), fmt.Sprint(name, i)); err == nil {
					seen[name]++
				}
			}
			seen[name] += len(w.sanctionsOf("sam" + name))
		}
		if seen["a"]+seen["b"]+seen["c"] != max(seen["a"], seen["b"], seen["c"]) || len(seen) != 3 {
			t.Errorf("%s is of several snapshots: %v", what, seen)
		}
	}
	whole("what is remembered", w)
	for g := range taken {
		for i := range taken[g] {
			again := newTown(t, small)
			again.must(again.e.Restore(t.Context(), &taken[g][i]))
			whole("a snapshot", again)
		}
	}
}
