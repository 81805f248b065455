package policy

import "time"

// MoveClock has the machine's clock have moved by d, as far as an engine knows.
func MoveClock(e *Engine, d time.Duration) { e.watch.off.Add(-int64(d)) }

// Watched reports whether an engine compares the machine's clocks.
func Watched(e *Engine) bool { return e.watch != nil }
