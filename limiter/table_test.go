package limiter

import (
	"testing"
	"time"
)

// TestTableMovesCounts fills a table beyond its room, so that keys move
// between places and sets: the counts of each go with it, and most lie where
// they are looked for first.
func TestTableMovesCounts(t *testing.T) {
	const keys = 3000
	l := New[uint64](2000, Limit{1000, time.Hour})
	for round := range 3 {
		for key := range uint64(keys) {
			n := 1 + int(key%500)
			if kept := l.Windows(key); kept.Count(start, time.Hour) == 0 {
				l.Take(start.Add(time.Duration(round)*time.Second), key, n)
			}
		}
		for key := range uint64(keys) {
			w := l.Windows(key)
			if got, want := w.Count(start, time.Hour), 1+int(key%500); got != 0 && got != want {
				t.Fatalf("key %d counts %d, took %d", key, got, want)
			}
		}
	}
	used, seated := 0, 0
	for i := range l.table.sets {
		s := &l.table.sets[i]
		for j := range ways {
			if tag := s.tag(j); tag != 0 {
				used++
				if seat(tag) == j {
					seated++
				}
			}
		}
	}
	st := l.Stats()
	if used != st.Len || st.Evicted == 0 {
		t.Errorf("%d places used, %+v", used, st)
	}
	if seated < used/2 {
		t.Errorf("%d of %d are at their seats", seated, used)
	}
}
