package events

import "time"

// Resolution returns the coarsest of a day, an hour and a minute whose
// multiples all times are; zero if there is none, or too few events to tell.
func Resolution(list []*Event) time.Duration {
	if len(list) < 4 {
		return 0
	}
	for _, unit := range []time.Duration{24 * time.Hour, time.Hour, time.Minute} {
		whole := true
		for _, e := range list {
			if e.At.Nanosecond() != 0 || e.At.Unix()%int64(unit/time.Second) != 0 {
				whole = false
				break
			}
		}
		if whole {
			return unit
		}
	}
	return 0
}
