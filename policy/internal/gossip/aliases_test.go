package gossip

import "testing"

// The lower of two names is that of the records; each is found by the other.
func TestAliases(t *testing.T) {
	var a Aliases
	get := func(id, want uint64) {
		t.Helper()
		if got := a.Get(id); got != want {
			t.Errorf("%d is called %d, want %d", id, got, want)
		}
	}
	get(7, 7)
	get(0, 0)
	a.Same(100, 50) // ours is 100, theirs 50
	get(50, 100)
	get(100, 50)
	a.Same(100, 70) // a third process: the lowest name stays
	get(70, 100)
	get(100, 50)
	a.Same(100, 20)
	get(100, 20)
	get(20, 100)
	for _, id := range []uint64{100, 50, 70, 20} {
		if got := a.Record(id); got != 20 {
			t.Errorf("records call %d %d, want 20", id, got)
		}
	}
	if got := a.Record(7); got != 7 {
		t.Errorf("records call 7 %d", got)
	}
	a.Same(30, 40) // ours is the lower
	get(40, 30)
	get(30, 30)
	a.Same(9, 50+1<<12) // takes the place of 50
	get(50, 50)
	get(50+1<<12, 9)
}
