package replay

import (
	"time"

	"github.com/decorum-go/decorum/policy"
)

// A history counts verdicts and sanctions over time, in at most maxBuckets
// stretches of equal length: they grow with the log.
type history struct {
	from    time.Time
	width   time.Duration
	grown   int
	buckets []bucket
}

type bucket struct {
	verdicts  [policy.Duplicate + 1]int
	sanctions byKind
}

const maxBuckets = 90

// growth is by what the width grows, one after the other: 1, 3, 6, 12 hours, a
// day, a week; then it doubles.
var growth = [...]int{3, 2, 2, 2, 7}

// at returns the bucket of a time. What lies before the first event counts to
// the first bucket.
func (h *history) at(t time.Time) *bucket {
	if h.width == 0 {
		h.from, h.width = t.Truncate(24*time.Hour), time.Hour
	}
	i := max(0, int(t.Sub(h.from)/h.width))
	for ; i >= maxBuckets; i = max(0, int(t.Sub(h.from)/h.width)) {
		h.grow()
	}
	for len(h.buckets) <= i {
		h.buckets = append(h.buckets, bucket{})
	}
	return &h.buckets[i]
}

func (h *history) grow() {
	by := 2
	if h.grown < len(growth) {
		by = growth[h.grown]
	}
	h.grown++
	h.width *= time.Duration(by)
	n := (len(h.buckets) + by - 1) / by
	for i := range h.buckets {
		b := h.buckets[i]
		if i%by == 0 {
			h.buckets[i/by] = bucket{}
		}
		to := &h.buckets[i/by]
		for v := range b.verdicts {
			to.verdicts[v] += b.verdicts[v]
		}
		for k := range b.sanctions {
			to.sanctions[k] += b.sanctions[k]
		}
	}
	h.buckets = h.buckets[:n]
}
