package memtable

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestQueue plays a queue against a sorted list of all records. Whatever the
// order they come in, those up to the limit leave in order, with those that
// were offered later.
func TestQueue(t *testing.T) {
	for _, total := range []int{0, 1, minQueue - 1, minQueue, minQueue + 1, 8 * minQueue, 2000} {
		for _, order := range []string{"soonest first", "latest first", "mixed"} {
			rng := rand.New(rand.NewPCG(uint64(total), 1))
			all := make([]candidate, total)
			for i := range all {
				all[i] = candidate{uint32(1000 + i/3), 0, benchKey(uint64(i))} // thrice the same second
			}
			slices.SortFunc(all, candidate.compare)
			come := slices.Clone(all)
			switch order {
			case "latest first":
				slices.Reverse(come)
			case "mixed":
				rng.Shuffle(total, func(i, j int) { come[i], come[j] = come[j], come[i] })
			}
			var q queue
			q.offer(candidate{}) // nothing yet: it is not open
			q.fill(total, slices.Values(come))
			size := max(minQueue, total/8)
			if q.limited != (total > size) || len(q.heap) != min(total, size) {
				t.Fatalf("%d, %s: limited %t with %d, want %t with %d", total, order, q.limited, len(q.heap), total > size, min(total, size))
			}
			want := slices.Clone(all[:len(q.heap)])
			if q.limited {
				if q.limit != want[len(want)-1] {
					t.Fatalf("%d, %s: the limit is not the latest that is in", total, order)
				}
				again := q.limit // as one that was deleted and made again
				q.offer(again)
				want = append(want, again)
				q.offer(all[size]) // beyond
			}
			for i := range size {
				d := candidate{uint32(rng.IntN(2000)), uint8(rng.IntN(2)), benchKey(uint64(total + i))}
				q.offer(d)
				if !q.limited || d.compare(q.limit) <= 0 {
					want = append(want, d)
				}
			}
			slices.SortFunc(want, candidate.compare)
			for i, d := range want {
				if len(q.heap) == 0 || q.heap[0] != d {
					t.Fatalf("%d, %s: the %dth of %d to leave is wrong", total, order, i, len(want))
				}
				q.pop()
			}
			if len(q.heap) != 0 {
				t.Fatalf("%d, %s: %d are left", total, order, len(q.heap))
			}
		}
	}
}

// TestQueueForgetsWhatPilesUp has one record change its mind all the time.
func TestQueueForgetsWhatPilesUp(t *testing.T) {
	var q queue
	q.fill(0, slices.Values([]candidate(nil)))
	for i := range 100 * minQueue {
		q.offer(candidate{uint32(i), 0, Key{1}})
		if len(q.heap) > 4*minQueue {
			t.Fatalf("%d entries for one record", len(q.heap))
		}
	}
	if q.open {
		t.Error("the queue is open although it does not know all records any more")
	}
}
