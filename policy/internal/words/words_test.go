package words_test

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy/internal/words"
)

// TestEnglish: every text of the table is whole, and every key that another holds is in it.
func TestEnglish(t *testing.T) {
	if wrong := (&words.Voice{Texts: words.English}).Check(); len(wrong) > 0 {
		t.Error(wrong)
	}
	if missing := (&words.Voice{Texts: words.English}).Missing(); missing != nil {
		t.Error(missing)
	}
	if got := (&words.Voice{}).Missing(); len(got) != len(words.English) || !slices.IsSorted(got) {
		t.Errorf("%d missing of %d", len(got), len(words.English))
	}
}

// TestTimes: a moment is never before what is meant, a length never shorter.
func TestTimes(t *testing.T) {
	end := time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC)
	madrid, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		t.Fatal(err)
	}
	here := &words.Voice{In: madrid}
	for _, x := range []struct {
		v         *words.Voice
		end, from time.Time
		want      string
	}{
		{&words.Voice{}, end, time.Time{}, "until 29 March 2026, 01:00 UTC"},
		{&words.Voice{}, end, end, "until 29 March 2026, 01:00 UTC"},
		{&words.Voice{}, time.Time{}, end, "until further notice"},
		{&words.Voice{}, end, end.Add(-1), "for 1 minute, until 29 March 2026, 01:00 UTC"},
		{&words.Voice{}, end, end.Add(-119 * time.Minute), "for 119 minutes, until 29 March 2026, 01:00 UTC"},
		{&words.Voice{}, end, end.Add(-119*time.Minute - 1), "for 2 hours, until 29 March 2026, 01:00 UTC"},
		{&words.Voice{}, end, end.Add(-48 * time.Hour), "for 48 hours, until 29 March 2026, 01:00 UTC"},
		{&words.Voice{}, end, end.Add(-48*time.Hour - 1), "for 3 days, until 29 March 2026, 01:00 UTC"},
		{here, end.Add(-1), end.Add(-time.Hour), "for 60 minutes, until 29 March 2026, 03:00 CEST"}, // the clocks go ahead
		{here, end.Add(-time.Minute), end.Add(-time.Hour), "for 59 minutes, until 29 March 2026, 01:59 CET"},
	} {
		if got := words.Until(x.end, x.from)(x.v); got != x.want {
			t.Errorf("got %q, want %q", got, x.want)
		}
	}
	if got := words.After(time.Time{}, end)(here); got != "later" {
		t.Error(got)
	}
}

// TestFigures: what the table of causes counts, in English and in a language that has
// other signs.
func TestFigures(t *testing.T) {
	nan := math.NaN()
	other := &words.Voice{
		Texts:  map[string]string{"percent": "{n} %", "number.over": "más de {n}", "number.unknown": "desconocido", "number.some": "un número desconocido de {of}", "rate": "1 de cada {n}", "span.one.hour": "una hora"},
		Number: func(x float64) string { return strings.Replace(strconv.FormatFloat(x, 'f', -1, 64), ".", ",", 1) },
	}
	for _, x := range []struct {
		said        func(*words.Voice) string
		english, es string
	}{
		{words.OneIn(.1), "1 in 10", "1 de cada 10"},
		{words.OneIn(.15), "15%", "15 %"},
		{words.OneIn(0), "0%", "0 %"},
		{words.Percent(nan), "unknown", "desconocido"},
		{words.Percent(.99999), "over 99.99%", "más de 99,99 %"},
		{words.Percent(.0012), "0.12%", "0,12 %"},
		{words.Span(time.Hour), "an hour", "una hora"},
		{words.Span(24 * time.Hour), "a day", "a day"},
		{words.Span(90 * time.Minute), "90 minutes", "90 minutes"},
		{words.Span(14 * 24 * time.Hour), "2 weeks", "2 weeks"},
		{words.Span(0), "0 seconds", "0 seconds"},
		{func(v *words.Voice) string { return v.Count(2.5, "") }, "2.5", "2,5"},
		{func(v *words.Voice) string { return v.Count(1e12, "a|b") }, "over 1000000000 b", "más de 1000000000 b"},
		{func(v *words.Voice) string { return v.Count(nan, "a|b") }, "an unknown number of b", "un número desconocido de b"},
		{func(v *words.Voice) string { return v.Count(nan, "") }, "unknown", "desconocido"},
		{func(v *words.Voice) string { return v.Count(1.001, "a|b") }, "1 a", "1 a"},
	} {
		if got, es := x.said(&words.Voice{}), x.said(other); got != x.english || es != x.es {
			t.Errorf("got %q and %q, want %q and %q", got, es, x.english, x.es)
		}
	}
}

// FuzzFill: no text and no forms make Say panic, and what Check lets pass is said as it
// stands, in the language.
func FuzzFill(f *testing.F) {
	f.Add("You can send only {per_day|message|messages} a day {until}.")
	f.Add("{per_day|one:a|few:|other:c}{until}{until")
	f.Add("}{per_day||}")
	f.Fuzz(func(t *testing.T, text string) {
		v := &words.Voice{Texts: map[string]string{"notice.restriction": text, "until.open": "siempre"}}
		said := v.Say("notice.restriction", words.Holes{"per_day": 10., "until": words.Until(time.Time{}, time.Time{})})
		if len(v.Check()) == 0 && text != "" && said == "You can send only 10 messages a day until further notice." && text != words.English["notice.restriction"] {
			t.Errorf("%q was let pass and is not said", text)
		}
	})
}
