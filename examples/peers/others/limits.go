package main

import (
	"time"

	"golang.org/x/time/rate"

	"github.com/decorum-go/decorum/examples/internal/events"
)

// A limit is how many messages at once, and how many in the long run.
type limit struct {
	burst int
	every time.Duration
}

// limits are the limiters of an account.
type limits []*rate.Limiter

func newLimits(list []limit) (l limits) {
	for _, x := range list {
		l = append(l, rate.NewLimiter(rate.Every(x.every), x.burst))
	}
	return l
}

// allow reports whether a message goes out: at once, or when its turn has come, for which
// it waits a day at most.
func (l limits) allow(at time.Time) bool {
	var all []*rate.Reservation
	for _, x := range l {
		r := x.ReserveN(at, 1)
		if !r.OK() || r.DelayFrom(at) > patience {
			r.CancelAt(at)
			for _, taken := range all {
				taken.CancelAt(at)
			}
			return false
		}
		all = append(all, r)
	}
	return true
}

// A gateway limits how many messages an account sends.
type gateway map[string]limits

func openGateway(*maker, time.Duration, func(string)) (system, error) { return gateway{}, nil }

func (g gateway) judge(e *events.Event) (answer, error) {
	if g[e.From] == nil {
		g[e.From] = newLimits([]limit{{100, 36 * time.Second}})
	}
	return answer{delivered: g[e.From].allow(e.At)}, nil
}

func (gateway) hear(*events.Event) error { return nil }
func (gateway) close() error             { return nil }
