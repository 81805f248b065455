package audit

import (
	"slices"
	"sync"
	"testing"
)

// TestTeller: whoever names a key, each is told once, one at a time, also from within,
// and after a panic.
func TestTeller(t *testing.T) {
	var teller Teller
	var numbers []uint64
	var told []Key // by one at a time: the race detector looks
	tell := func(key Key, next func() uint64) {
		numbers, told = append(numbers, next()), append(told, key)
		if key[1] == 0 {
			teller.Tell(Key{key[0], 1}, nil) // whoever is about it tells this one, too
		}
	}
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() { teller.Tell(Key{byte(i)}, tell) })
	}
	wg.Wait()
	func() {
		defer func() { _ = recover() }()
		teller.Tell(Key{200}, func(Key, func() uint64) { panic("a hook") })
	}()
	teller.Tell(Key{201}, tell)
	if len(told) != 202 || !slices.IsSorted(numbers) || numbers[201] != 202 {
		t.Errorf("%d told, numbers %v", len(told), numbers)
	}
	seen := map[Key]bool{}
	for _, key := range told {
		seen[key] = true
	}
	if len(seen) != len(told) {
		t.Errorf("%d of %d keys, some told twice", len(seen), len(told))
	}
}
