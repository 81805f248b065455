package policytext

import (
	"errors"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"

	"github.com/decorum-go/decorum/policy"
)

// A Set is the languages that a service has. It is safe for concurrent use.
type Set struct {
	matcher   language.Matcher
	languages []policy.Language // in the order of the matcher's; English first
}

// New makes a Set of English, Spanish, and tables by their tags (BCP 47), which come
// before these: one of "es" replaces the Spanish that is there, one of "es-MX" stands
// beside it and has what it lacks from it. What is wrong with any table is a
// *policy.FieldError each: a tag that is none, and whatever policy.Language.Validate says.
func New(tables map[string]policy.Messages) (*Set, error) {
	all := map[string]policy.Messages{"en": policy.English(), "es": Spanish()}
	var errs []error
	for name, table := range tables {
		tag, err := language.Parse(name)
		if err != nil {
			errs = append(errs, &policy.FieldError{Field: name, Problem: "must be the tag of a language: " + err.Error()})
			continue
		}
		all[tag.String()] = table
	}
	s := &Set{}
	var tags []language.Tag
	for _, name := range slices.SortedFunc(maps.Keys(all), englishFirst) {
		tag := language.Make(name)
		l := languageOf(tag, all[name])
		errs = append(errs, below(name, l.Validate())...)
		if base, _ := tag.Base(); base.String() != name { // what it lacks is of the language at large
			l.Messages = maps.Clone(all[base.String()])
			if l.Messages == nil {
				l.Messages = policy.Messages{}
			}
			maps.Copy(l.Messages, all[name])
		}
		tags, s.languages = append(tags, tag), append(s.languages, l)
	}
	if errs != nil {
		return nil, errors.Join(errs...)
	}
	s.matcher = language.NewMatcher(tags)
	return s, nil
}

// englishFirst has English first, which is what is chosen where nothing matches.
func englishFirst(a, b string) int {
	if (a == "en") != (b == "en") {
		if a == "en" {
			return -1
		}
		return 1
	}
	return strings.Compare(a, b)
}

// below puts a path before the fields of joined errors.
func below(path string, err error) (errs []error) {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return nil
	}
	for _, err := range joined.Unwrap() {
		if f, ok := errors.AsType[*policy.FieldError](err); ok {
			errs = append(errs, &policy.FieldError{Field: path + "." + f.Field, Problem: f.Problem})
		}
	}
	return errs
}

// Language is the language of the set that is nearest to what somebody asks for: a tag,
// or several with weights, as a browser sends them in Accept-Language. It is English where
// none is near, and for "". What is no list of tags is a *policy.FieldError of "lang",
// beside English. Set the Location of the answer: it has none.
func (s *Set) Language(lang string) (policy.Language, error) {
	wanted, _, err := language.ParseAcceptLanguage(lang)
	if err != nil {
		return s.languages[0], &policy.FieldError{Field: "lang", Problem: "must be the tag of a language, or several: " + err.Error()}
	}
	_, i, confidence := s.matcher.Match(wanted...)
	if confidence == language.No {
		i = 0
	}
	return s.languages[i], nil
}

// Tags lists the tags of the languages, English first.
func (s *Set) Tags() (tags []string) {
	for i := range s.languages {
		tags = append(tags, s.languages[i].Tag)
	}
	return tags
}

// languageOf is a language that counts and writes numbers as CLDR says.
func languageOf(tag language.Tag, table policy.Messages) policy.Language {
	p := message.NewPrinter(tag)
	return policy.Language{
		Tag: tag.String(), Messages: table,
		Plural: func(v float64) string { return category(tag, v) },
		Number: func(v float64) string { return p.Sprint(number.Decimal(v, number.MaxFractionDigits(decimals))) },
	}
}

// decimals is how many are printed at most, as policy does.
const decimals = 2

var categories = map[plural.Form]string{plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many", plural.Other: "other"}

// category is the plural category of a number as it is printed.
func category(tag language.Tag, v float64) string {
	digits := strconv.FormatFloat(math.Abs(math.Round(v*100)/100), 'f', -1, 64)
	whole, fraction, _ := strings.Cut(digits, ".")
	n, _ := strconv.Atoi(whole[max(0, len(whole)-15):])
	f, _ := strconv.Atoi(fraction) // "" is 0; the last digit is not
	return categories[plural.Cardinal.MatchPlural(tag, n, len(fraction), len(fraction), f, f)]
}
