package scoring

import (
	"math"
	"testing"
)

func TestScorePartsAddUp(t *testing.T) {
	var c Scorecard
	s := c.Score([]Evidence{
		{Code: "a", Family: Content, LogOdds: 2}, {Code: "b", Family: Content, LogOdds: 1},
		{Code: "c", Family: Reception, LogOdds: -1.5}, {Code: "d", Family: Reception, LogOdds: 1.5},
		{Code: "e", Family: Volume, LogOdds: math.Inf(1)}, {Code: "f", Family: Contact, LogOdds: math.NaN()},
	})
	sum := s.Prior
	for _, e := range s.Evidence {
		sum += e.Share
	}
	if sum != s.LogOdds {
		t.Errorf("parts add up to %v, score %v", sum, s.LogOdds)
	}
	want := Logit(.01) + 2.3 + (1.5 - 1.5*(1-.5)) + 3
	if math.Abs(s.LogOdds-want) > 1e-12 {
		t.Errorf("score %v, want %v", s.LogOdds, want)
	}
	if s.Families != 2 {
		t.Errorf("families %d, want 2", s.Families)
	}
}
