package policy

import (
	"time"

	"github.com/decorum-go/decorum/policy/internal/stamp"
)

// lastTime is the last moment that a record can keep.
var lastTime = time.Unix(stamp.Last, 0)

// maxDelayed is how far behind a message from a queue of the host may be: as far as
// rate limits look back.
const maxDelayed = 7 * 24 * time.Hour

// now is the time at which something that happened at t is judged; zero is now.
func (e *Engine) now(t time.Time) time.Time { return e.within(t, e.cfg.MaxDelay) }

// within is now with another bound than MaxDelay.
func (e *Engine) within(t time.Time, behind time.Duration) time.Time {
	now := e.cfg.Now()
	if t.IsZero() {
		t = now
	} else if latest := now.Add(e.cfg.MaxSkew); t.After(latest) {
		t = latest
	} else if earliest := now.Add(-behind); t.Before(earliest) {
		t = earliest
	}
	return recordable(t)
}

// recordable is a time as far as a record can keep it.
func recordable(t time.Time) time.Time {
	switch {
	case t.Before(minTime):
		t = minTime
	case t.After(lastTime):
		t = lastTime
	}
	return t.UTC()
}

// delay is how far behind a message may be.
func (e *Engine) delay(m *Message) time.Duration {
	if m.Delayed {
		return max(e.cfg.MaxDelay, maxDelayed)
	}
	return e.cfg.MaxDelay
}
