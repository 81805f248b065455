package policy

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/decorum-go/decorum/policy/internal/words"
)

// Messages is a table of what people are told, and of the reasons that moderators read:
// key → text, with named holes in braces. A hole that is a number may have the forms of
// what is counted, "{n|hour|hours}": for one and for others, or each with the name of its
// plural category in CLDR, "{n|one:…|few:…|other:…}". English returns all keys. A host
// may add a text without holes under "fact." and a Code of its own, and under "rule." and
// the name of a policy.
type Messages map[string]string

// English returns a copy of the table that is used where no other is: what a translator
// begins with.
func English() Messages { return maps.Clone(englishTable) }

// englishTable is the table with the sentences of reasons.
var englishTable = func() Messages {
	all := maps.Clone(Messages(words.English))
	for i := range rows {
		all["reason."+rows[i].code] = rows[i].sentence
	}
	return all
}()

// Missing lists the keys of which a table has no text, and that are therefore said in
// English, in order.
func (m Messages) Missing() []string { return (&Language{Messages: m}).voice().Missing() }

// A Language is the words in which people are told something, and the clock that they
// read. The zero Language is English, in UTC. Package policytext, a module of its own,
// makes others. It is a plain value; what it refers to must not change while it is used.
type Language struct {
	// Tag names the language, as BCP 47 does; "": "en". It is only told.
	Tag string
	// Messages is the table. What it lacks is said in English, and so is a text with a
	// hole that its key does not have.
	Messages Messages
	// Location is whose clock is meant; nil: UTC.
	Location *time.Location
	// Plural is the plural category of a number, as CLDR names them; nil: one for 1, else
	// other. It must be safe for concurrent use.
	Plural func(float64) string
	// Number prints a number; nil: digits, and a point. It must be safe for concurrent use.
	Number func(float64) string
}

// Validate reports every text that would not be said as it stands, as a *FieldError each:
// one of a key that is not in English, with a hole too many or too few, with a brace that
// stands alone, or without a plural form that numbers of the language need. A key that is
// Missing is no error.
func (l Language) Validate() error {
	wrong := l.voice().Check()
	var errs []error
	for _, key := range slices.Sorted(maps.Keys(wrong)) {
		errs = append(errs, &FieldError{Field: "messages." + key, Problem: wrong[key]})
	}
	return errors.Join(errs...)
}

func (l *Language) voice() *words.Voice {
	return &words.Voice{Texts: l.Messages, Source: englishTable, Plural: l.Plural, Number: l.Number, In: l.Location}
}

func (l *Language) tag() string { return cmp.Or(l.Tag, "en") }
