package limiter

import (
	"math"
	"time"
)

// exactLog is the brute-force oracle: every event with its time in full, and
// for each limit the sum of those less than its Per old. Like a Windows it
// takes a time before the newest for that.
type exactLog struct {
	limits []Limit
	from   []int // for each limit, the first event that is inside
	sum    []int // for each limit, what is inside
	at     []time.Time
	n      []int
	newest time.Time
}

func newExactLog(limits ...Limit) *exactLog {
	return &exactLog{limits: limits, from: make([]int, len(limits)), sum: make([]int, len(limits)), newest: time.Unix(0, 0)}
}

// counts moves the windows to t and returns what they hold.
func (l *exactLog) counts(t time.Time) []int {
	if t.After(l.newest) {
		l.newest = t
	}
	for i, limit := range l.limits {
		for l.from[i] < len(l.at) && l.newest.Sub(l.at[l.from[i]]) >= limit.Per {
			l.sum[i] -= l.n[l.from[i]]
			l.from[i]++
		}
	}
	return l.sum
}

func (l *exactLog) fits(t time.Time, n int) bool {
	for i, sum := range l.counts(t) {
		if sum+n > l.limits[i].N {
			return false
		}
	}
	return true
}

// add returns the number of the event, for refund.
func (l *exactLog) add(t time.Time, n int) int {
	l.counts(t)
	l.at, l.n = append(l.at, l.newest), append(l.n, n)
	for i := range l.sum {
		l.sum[i] += n
	}
	return len(l.at) - 1
}

func (l *exactLog) refund(event, n int) {
	n = min(n, l.n[event])
	l.n[event] -= n
	for i := range l.sum {
		if event >= l.from[i] {
			l.sum[i] -= n
		}
	}
}

func (l *exactLog) take(t time.Time, n int) bool {
	if !l.fits(t, n) {
		return false
	}
	l.add(t, n)
	return true
}

// most is the largest sum in any window of length per.
func (l *exactLog) most(per time.Duration) int {
	most, sum, from := math.MinInt, 0, 0
	for i := range l.at {
		sum += l.n[i]
		for l.at[i].Sub(l.at[from]) >= per {
			sum -= l.n[from]
			from++
		}
		most = max(most, sum)
	}
	return most
}
