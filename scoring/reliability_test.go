package scoring

import (
	"math"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestMeasures(t *testing.T) {
	p := []float64{.1, .1, .4, .8, 1}
	y := []bool{false, true, false, true, true}
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"Brier", Brier(p, y), (.01 + .81 + .16 + .04 + 0) / 5},
		{"LogLoss", LogLoss(p, y), -(math.Log(.9) + math.Log(.1) + math.Log(.6) + math.Log(.8)) / 5},
		{"CalibrationError", CalibrationError(p, y, 5), (2*math.Abs(.1-.5) + .4 + 2*math.Abs(.9-1)) / 5},
		{"CalibrationError of 10 bins", CalibrationError(p, y, 0), (2*.4 + .4 + .2 + 0) / 5},
		{"LogLoss of certainty in what is wrong", LogLoss([]float64{0, 1}, []bool{true, false}), -math.Log(1e-15)},
		{"perfect Brier", Brier([]float64{0, 1}, []bool{false, true}), 0},
		{"perfect LogLoss", LogLoss([]float64{0, 1}, []bool{false, true}), 0},
	} {
		if math.Abs(c.got-c.want) > 1e-12 {
			t.Errorf("%s: %v, want %v", c.name, c.got, c.want)
		}
	}
	for _, bad := range [][]float64{nil, {.5}, {.5, math.NaN(), 0, 0, 0}, {.5, 1.01, 0, 0, 0}, {-.1, 0, 0, 0, 0}} {
		if b, l, e := Brier(bad, y), LogLoss(bad, y), CalibrationError(bad, y, 3); b == b || l == l || e == e || Reliability(bad, y, 3) != nil {
			t.Errorf("%v: %v, %v, %v", bad, b, l, e)
		}
	}
}

func TestReliability(t *testing.T) {
	got := Reliability([]float64{0, .25, .5, .75, 1}, []bool{false, true, false, true, true}, 2)
	want := []Bin{{Lo: 0, Hi: .5, N: 2, Predicted: .125, Observed: .5}, {Lo: .5, Hi: 1, N: 3, Predicted: .75, Observed: 2. / 3}}
	if d := gocmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
