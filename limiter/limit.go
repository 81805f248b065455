package limiter

import (
	"errors"
	"fmt"
	"time"
)

// MaxN is the largest N of a [Limit]: what one sub-bucket can count.
const MaxN = 1<<28 - 1

// MinPer and MaxPer bound the Per of a [Limit]. What is for longer than MaxWeek is counted
// over a month; see [Windows.KeepMonth].
const (
	MinPer  = time.Second
	MaxWeek = 7 * 24 * time.Hour
	MaxPer  = 31 * 24 * time.Hour
)

// A Limit allows at most N in any window of length Per, wherever the window
// starts: not per calendar hour, and not on average.
//
// It is a plain value. The zero Limit does not validate, and refuses.
type Limit struct {
	N   int           // from 0, which allows nothing, to MaxN; raise it and bursts and totals grow alike
	Per time.Duration // from MinPer to MaxPer; raise it and a sender that has used up N waits longer
}

// Validate reports everything that is wrong with l.
//
// A [Windows] asked to keep a limit that does not validate errs on the side
// of refusing: an N below 0 counts as 0, one over [MaxN] as MaxN, and a Per
// of nothing or over [MaxPer] allows nothing.
func (l Limit) Validate() error {
	var errs []error
	switch {
	case l.N < 0:
		errs = append(errs, fmt.Errorf("limiter: N is %d, must not be negative", l.N))
	case l.N > MaxN:
		errs = append(errs, fmt.Errorf("limiter: N is %d, must be at most %d", l.N, MaxN))
	}
	switch {
	case l.Per < MinPer:
		errs = append(errs, fmt.Errorf("limiter: Per is %v, must be at least %v", l.Per, MinPer))
	case l.Per > MaxPer:
		errs = append(errs, fmt.Errorf("limiter: Per is %v, must be at most %v", l.Per, MaxPer))
	}
	return errors.Join(errs...)
}

// String is "100 per hour", "5 per 10s", "300 per 30 days".
func (l Limit) String() string {
	names := [...]string{"second", "minute", "hour", "day", "week"}
	for i, per := range [...]time.Duration{time.Second, time.Minute, time.Hour, 24 * time.Hour, 7 * 24 * time.Hour} {
		if l.Per == per {
			return fmt.Sprintf("%d per %s", l.N, names[i])
		}
	}
	if days := l.Per / (24 * time.Hour); days > 0 && l.Per%(24*time.Hour) == 0 {
		return fmt.Sprintf("%d per %d days", l.N, days)
	}
	return fmt.Sprintf("%d per %v", l.N, l.Per)
}

// A Result answers a try. It is a plain value; the zero Result is a refusal.
type Result struct {
	OK bool

	// Remaining is how much the binding limit has left: after this try if
	// it is OK, as things stand if it is refused. Without limits it is
	// [math.MaxInt].
	Remaining int

	// RetryAfter is set on a refusal: the same try succeeds this long after
	// the time it was made at, if nothing else is taken until then. It is
	// zero if the try can never succeed, because it asks for more than the
	// limit.
	RetryAfter time.Duration

	// Limit is the one that binds: of the limits that refuse, the one to
	// wait longest for; if none refuses, the one with the least remaining;
	// of equals, the first.
	Limit Limit
}
