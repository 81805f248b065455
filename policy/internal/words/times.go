package words

import (
	"strconv"
	"strings"
	"time"
)

// Moment says a time by the clock of the people, as the first whole minute that is not
// before it.
func Moment(t time.Time) func(*Voice) string {
	return func(v *Voice) string {
		in := time.UTC
		if v.In != nil {
			in = v.In
		}
		t := t.Add(time.Minute - 1).Truncate(time.Minute).In(in)
		zone := t.Format("MST")
		if strings.HasPrefix(zone, "+") || strings.HasPrefix(zone, "-") {
			zone = "UTC" + zone
		}
		return v.Say("moment", Holes{
			"day": strconv.Itoa(t.Day()), "month": v.Say("month."+strconv.Itoa(int(t.Month())), nil), "year": strconv.Itoa(t.Year()),
			"time": t.Format("15:04"), "zone": zone,
		})
	}
}

// span says a length of time, rounded up.
func span(d time.Duration) func(*Voice) string {
	return func(v *Voice) string {
		key, unit := "span.minutes", time.Minute
		switch {
		case d > 48*time.Hour:
			key, unit = "span.days", 24*time.Hour
		case d > 2*time.Hour-time.Minute:
			key, unit = "span.hours", time.Hour
		}
		return v.Say(key, Holes{"n": float64((d + unit - 1) / unit)})
	}
}

// units are those of exact lengths of time, from the longest.
var units = [...]struct {
	time.Duration
	name string
}{{7 * 24 * time.Hour, "week"}, {24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}}

// Span says an exact length of time in the largest unit that fits, in whole seconds.
func Span(d time.Duration) func(*Voice) string {
	return func(v *Voice) string {
		for _, u := range units {
			switch {
			case d < u.Duration || d%u.Duration != 0:
			case d == u.Duration:
				return v.Say("span.one."+u.name, nil)
			default:
				return v.Say("span."+u.name+"s", Holes{"n": float64(d / u.Duration)})
			}
		}
		return v.Say("span.seconds", Holes{"n": 0.})
	}
}

// Until says until when something holds, and for how long from now on, where now is
// known; a zero end is not fixed.
func Until(end, now time.Time) func(*Voice) string { return when("until", end, now) }

// After says after when something can be tried again, and in how long.
func After(from, now time.Time) func(*Voice) string { return when("after", from, now) }

func when(key string, t, now time.Time) func(*Voice) string {
	return func(v *Voice) string {
		switch {
		case t.IsZero():
			return v.Say(key+".open", nil)
		case now.IsZero() || !t.After(now):
			return v.Say(key, Holes{"moment": Moment(t)})
		}
		return v.Say(key+".span", Holes{"moment": Moment(t), "span": span(t.Sub(now))})
	}
}
