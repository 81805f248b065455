package english_test

import (
	"math"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy/internal/english"
)

func TestFigures(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct{ got, want string }{
		{english.Number(1.005), "1"},
		{english.Number(-0.001), "0"},
		{english.Number(12.345), "12.35"},
		{english.Number(nan), "unknown"},
		{english.Number(inf), "over 1000000000"},
		{english.Number(-inf), "-1000000000"},
		{english.Exact(.0001), "0.0001"},
		{english.Exact(1e-9), "1e-09"},
		{english.Exact(0), "0"},
		{english.Quoted("ann"), "ann"},
		{english.Quoted("a\x1b[2Jn"), `"a\x1b[2Jn"`},
		{english.Count(1.001, "person", "people"), "1 person"},
		{english.Count(0, "person", "people"), "0 people"},
		{english.Count(nan, "person", "people"), "an unknown number of people"},
		{english.Percent(.5), "50%"},
		{english.Percent(.999), "99.90%"},
		{english.Percent(.99999), "over 99.99%"},
		{english.Percent(1), "100%"},
		{english.Percent(.0012), "0.12%"},
		{english.Percent(-1), "0%"},
		{english.Minute(time.Unix(61, 0)), "1 January 1970, 00:02"},
		{english.Minute(time.Unix(120, 0)), "1 January 1970, 00:02"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}
