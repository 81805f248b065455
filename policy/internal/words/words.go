// Package words says what people read, in their language: texts with named holes from a
// table, with the plurals, numbers and times of that language. What a table lacks is said
// in English.
package words

import (
	"strings"
	"time"

	"github.com/decorum-go/decorum/policy/internal/english"
)

// A Voice says the texts of one language. The zero Voice speaks English, in UTC.
type Voice struct {
	Texts  map[string]string
	Source map[string]string    // what is said where Texts lacks or has wrong; nil: English
	Plural func(float64) string // category of a number, as CLDR names it; nil: as in English
	Number func(float64) string // nil: as in English
	In     *time.Location       // whose clock is meant; nil: UTC
}

// Holes are what fills the holes of a text: a string, a float64, or a func(*Voice) string,
// for what is itself in the language.
type Holes map[string]any

// Say says the text of a key.
func (v *Voice) Say(key string, holes Holes) string {
	return v.SayWith(key, func(name string) any { return holes[name] })
}

// SayWith is Say with a function that says what fills a hole, as Holes does; nil: there is
// no such hole.
func (v *Voice) SayWith(key string, hole func(name string) any) string {
	if text := v.Texts[key]; text != "" {
		if said, ok := v.fill(text, hole); ok {
			return said
		}
	}
	if v.Texts != nil {
		v = &Voice{Source: v.Source, In: v.In}
	}
	said, _ := v.fill(v.source()[key], hole)
	return said
}

func (v *Voice) source() map[string]string {
	if v.Source != nil {
		return v.Source
	}
	return English
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

func (v *Voice) fill(text string, hole func(name string) any) (string, bool) {
	before, rest, found := strings.Cut(text, "{")
	if !found {
		return text, true
	}
	var b strings.Builder
	for {
		b.WriteString(before)
		if !found {
			return b.String(), true
		}
		inside, after, closed := strings.Cut(rest, "}")
		if !closed {
			return "", false
		}
		name, forms, _ := strings.Cut(inside, "|")
		switch x := hole(name).(type) {
		case nil:
			return "", false
		case string:
			b.WriteString(x)
		case float64:
			b.WriteString(v.Count(x, forms))
		case func(*Voice) string:
			b.WriteString(x(v))
		}
		before, rest, found = strings.Cut(after, "{")
	}
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
