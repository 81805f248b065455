package actors

import (
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/decorum-go/decorum/examples/internal/events"
)

// Survey returns when a background begins and ends, and its people in order of
// name. Times far from most, such as a clock that began in 1970, are not
// counted: the span is that of the middle 99% of the messages.
func Survey(background iter.Seq[*events.Event]) (from, until time.Time, people []string) {
	names := map[string]bool{}
	add := func(name string) {
		if name != "" && !names[name] {
			names[strings.Clone(name)] = true
		}
	}
	days := map[int64]int{}
	total := 0
	for e := range background {
		if e.Kind != events.Message {
			continue
		}
		add(e.From)
		for _, to := range e.To {
			add(to)
		}
		days[e.At.Unix()/86400]++
		total++
		if from.IsZero() || e.At.Before(from) {
			from = e.At
		}
		if e.At.After(until) {
			until = e.At
		}
	}
	order := slices.Sorted(maps.Keys(days))
	cut := total / 200
	for n := 0; len(order) > 0; order = order[1:] {
		if n += days[order[0]]; n > cut {
			break
		}
		from = time.Unix(order[0]*86400+86400, 0).UTC()
	}
	for n := 0; len(order) > 0; order = order[:len(order)-1] {
		if n += days[order[len(order)-1]]; n > cut {
			break
		}
		until = time.Unix(order[len(order)-1]*86400, 0).UTC()
	}
	return from, until, slices.Sorted(maps.Keys(names))
}
