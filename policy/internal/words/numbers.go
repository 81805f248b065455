package words

import (
	"math"
	"strconv"
	"strings"

	"github.com/decorum-go/decorum/policy/internal/english"
)

// Count says how many there are of what has these forms; "": it has none.
func (v *Voice) Count(n float64, forms string) string {
	switch {
	case forms == "":
		return v.localized(english.Number(n))
	case n != n:
		return v.Say("number.some", Holes{"of": form(forms, "other")})
	}
	return v.localized(english.Number(n)) + " " + form(forms, v.category(n))
}

// Percent says a share, close to 0 and 1 with as many digits as it takes not to claim
// certainty.
func Percent(share float64) func(*Voice) string {
	return func(v *Voice) string {
		said, is := strings.CutSuffix(english.Percent(share), "%")
		bare, over := strings.CutPrefix(said, "over ")
		switch {
		case !is:
			return v.localized(said)
		case over:
			return v.Say("number.over", Holes{"n": v.Say("percent", Holes{"n": v.localized(bare)})})
		}
		return v.Say("percent", Holes{"n": v.localized(said)})
	}
}

// OneIn says a small rate as people say it.
func OneIn(rate float64) func(*Voice) string {
	if n := math.Round(1 / rate); n >= 2 && n <= english.Most && math.Abs(1/rate-n) < 1e-6 {
		return func(v *Voice) string { return v.Say("rate", Holes{"n": n}) }
	}
	return Percent(rate)
}

// localized says a number as the language does, which is given in English.
func (v *Voice) localized(said string) string {
	bare, over := strings.CutPrefix(said, "over ")
	if v.Number != nil || !over {
		switch x, err := strconv.ParseFloat(bare, 64); {
		case err != nil:
			return v.Say("number.unknown", nil)
		case v.Number != nil:
			bare = v.Number(x)
		}
	}
	if over {
		return v.Say("number.over", Holes{"n": bare})
	}
	return bare
}
