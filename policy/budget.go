package policy

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/scoring"
)

// budget bounds automatic sanctions above Warning in any hour. It is safe for
// concurrent use.
type budget struct {
	mu     sync.Mutex
	used   limiter.Windows
	active active
}

// take asks for one sanction.
func (b *budget) take(t time.Time, rules Budget) bool {
	n := max(rules.PerHour, int(float64(rules.Share)*b.active.count(t)))
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.used.Take(t, []limiter.Limit{{N: n, Per: time.Hour}}, 1).OK
}

// check says what take would.
func (b *budget) check(t time.Time, rules Budget) bool {
	n := max(rules.PerHour, int(float64(rules.Share)*b.active.count(t)))
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.used.Check(t, []limiter.Limit{{N: n, Per: time.Hour}}, 1).OK
}

// giveBack returns what was taken at t and not used.
func (b *budget) giveBack(t time.Time) {
	b.mu.Lock()
	b.used.Refund(t, 1)
	b.mu.Unlock()
}

// active counts the accounts seen within 24 to 48 hours: a linear counter
// (Whang, Vander-Zanden & Taylor 1990) of 65,536 bits a day, right within a few
// percent up to some 300,000 accounts and too low above. It is safe for
// concurrent use.
type active struct {
	mu   sync.Mutex // for turning the page
	day  atomic.Uint64
	bits [2][activeWords]atomic.Uint64 // by parity of the day
	set  [2]atomic.Int64               // how many of them
}

const activeWords = 1024

func (a *active) see(who uint64, t time.Time) {
	day := uint64(max(0, t.Unix()) / 86400)
	if a.day.Load() < day {
		a.turn(day)
	}
	w := &a.bits[day&1][who/64%activeWords]
	if bit := uint64(1) << (who % 64); w.Load()&bit == 0 {
		if w.Or(bit)&bit == 0 {
			a.set[day&1].Add(1)
		}
	}
}

// turn begins a new day.
func (a *active) turn(day uint64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	old := a.day.Load()
	if old >= day {
		return
	}
	for i := range a.bits[day&1] {
		a.bits[day&1][i].Store(0)
	}
	a.set[day&1].Store(0)
	if day > old+1 {
		a.set[day&1^1].Store(0)
		for i := range a.bits[day&1^1] {
			a.bits[day&1^1][i].Store(0)
		}
	}
	a.day.Store(day)
}

// count is the larger of the two days' counts.
func (a *active) count(t time.Time) float64 {
	if a.day.Load() < uint64(max(0, t.Unix())/86400) {
		a.turn(uint64(max(0, t.Unix()) / 86400))
	}
	var most float64
	for d := range a.set {
		set := int(a.set[d].Load())
		const size = 64 * activeWords
		set = min(set, size-1)
		most = max(most, -size*scoring.Log(float64(size-set)/size))
	}
	return most
}
