// Package words says what people read, in their language: texts with named holes from a
// table, with the plurals, numbers and times of that language. What a table lacks is said
// in English.
package words

import (
	"strconv"
	"strings"
	"time"

	"github.com/decorum-go/decorum/policy/internal/english"
)

// A Voice says the texts of one language. The zero Voice speaks English, in UTC.
type Voice struct {
	Texts  map[string]string
	Plural func(float64) string // category of a number, as CLDR names it; nil: as in English
	Number func(float64) string // nil: as in English
	In     *time.Location       // whose clock is meant; nil: UTC
}

// Holes are what fills the holes of a text: a string, a float64, or a func(*Voice) string,
// for what is itself in the language.
type Holes map[string]any

// Say says the text of a key.
func (v *Voice) Say(key string, holes Holes) string {
	if text := v.Texts[key]; text != "" {
		if said, ok := v.fill(text, holes); ok {
			return said
		}
	}
	said, _ := (&Voice{In: v.In}).fill(English[key], holes)
	return said
}

// First says the first of some keys that has a text.
func (v *Voice) First(keys ...string) string {
	for _, key := range keys {
		if said := v.Say(key, nil); said != "" {
			return said
		}
	}
	return ""
}

func (v *Voice) fill(text string, holes Holes) (string, bool) {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "{")
		b.WriteString(before)
		if !found {
			return b.String(), true
		}
		hole, after, closed := strings.Cut(rest, "}")
		name, forms, _ := strings.Cut(hole, "|")
		x, known := holes[name]
		if !closed || !known {
			return "", false
		}
		switch x := x.(type) {
		case string:
			b.WriteString(x)
		case float64:
			b.WriteString(v.count(x, forms))
		case func(*Voice) string:
			b.WriteString(x(v))
		}
		text = after
	}
}

// count says how many there are of what has these forms; "": it has none.
func (v *Voice) count(n float64, forms string) string {
	said := english.Number(n)
	if v.Number != nil && n == n && n <= english.Most {
		said = v.Number(n)
	}
	if forms == "" {
		return said
	}
	return said + " " + form(forms, v.category(n))
}

func (v *Voice) category(n float64) string {
	switch {
	case v.Plural != nil && n == n:
		return v.Plural(n)
	case english.Number(n) == "1":
		return "one"
	}
	return "other"
}

// form chooses among forms: "one|other", or with names, "one:…|few:…|other:…". The last
// is taken where none has the name.
func form(forms, category string) (chosen string) {
	for i, f := range strings.Split(forms, "|") {
		name, text := named(i, f)
		if chosen = text; name == category {
			break
		}
	}
	return chosen
}

// named takes the name from the i-th form of several.
func named(i int, f string) (name, text string) {
	if name, text, ok := strings.Cut(f, ":"); ok {
		return name, text
	}
	return [...]string{"one", "other"}[min(i, 1)], f
}

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
