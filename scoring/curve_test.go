package scoring

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestCurveAt(t *testing.T) {
	c := Curve{{5, 0}, {12, 3}, {20, 1}}
	for _, p := range []Point{
		{math.Inf(-1), 0}, {-3, 0}, {5, 0}, {8.5, 1.5}, {12, 3}, {16, 2}, {20, 1}, {1e300, 1}, {math.Inf(1), 1},
		{math.NaN(), 0},
	} {
		if got := c.At(p.X); got != p.Y {
			t.Errorf("At(%v) = %v, want %v", p.X, got, p.Y)
		}
	}
	if got := (Curve{}).At(3); got != 0 {
		t.Errorf("the empty curve is %v at 3", got)
	}
	if got := (Curve{{1, 7}}).At(0); got != 7 {
		t.Errorf("a curve of one knot is %v at 0", got)
	}
}

func randomCurve(r *rand.Rand) Curve {
	c := make(Curve, 1+r.IntN(5))
	x, y := r.NormFloat64()*10, 0.
	for i := range c {
		c[i] = Point{x, y}
		x += math.Exp(r.NormFloat64()*3) + 1e-9
		y += math.Exp(r.NormFloat64() * 3)
	}
	return c
}

func TestCurveRisesWithItsKnots(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 1))
	for range 2000 {
		c := randomCurve(r)
		if err := c.Validate(); err != nil {
			t.Fatal(err)
		}
		if !c.rising() {
			t.Fatalf("%v does not rise", c)
		}
		var xs []float64
		for range 50 {
			k := c[r.IntN(len(c))].X
			xs = append(xs, k, math.Nextafter(k, -1e9), math.Nextafter(k, 1e9), k+r.NormFloat64())
		}
		slices.Sort(xs)
		for i := 1; i < len(xs); i++ {
			if c.At(xs[i]) < c.At(xs[i-1]) {
				t.Fatalf("%v falls from %v at %v to %v at %v", c, c.At(xs[i-1]), xs[i-1], c.At(xs[i]), xs[i])
			}
		}
	}
}

func TestCurveValidate(t *testing.T) {
	for _, c := range []Curve{
		{{math.NaN(), 0}}, {{0, math.Inf(1)}}, {{1, 0}, {1, 1}}, {{2, 0}, {1, 1}}, {{1e200, 0}}, {{0, 0}, {math.NaN(), 0}},
	} {
		if c.Validate() == nil {
			t.Errorf("%v passed", c)
		}
		c.At(1) // whatever it is, without panic
	}
	if (Curve{{0, 0}, {1, 1}, {2, 0}}).rising() {
		t.Error("a peak rises")
	}
}

func TestCurveJSON(t *testing.T) {
	c := Curve{{.5, 0}, {.9, 1}, {.97, 1.5}}
	data, err := json.Marshal(c)
	if err != nil || string(data) != "[[0.5,0],[0.9,1],[0.97,1.5]]" {
		t.Fatalf("%s, %v", data, err)
	}
	var back Curve
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if d := gocmp.Diff(c, back); d != "" {
		t.Error(d)
	}
	for _, bad := range []string{`[[1]]`, `[[1,2,3]]`, `[[1,null]]`, `[null]`, `[{"X":1}]`, `[["1",2]]`, `[1,2]`, `[[1,1e999]]`} {
		if err := json.Unmarshal([]byte(bad), new(Curve)); err == nil {
			t.Errorf("%s was accepted", bad)
		}
	}
	if _, err := json.Marshal(Curve{{math.NaN(), 1}}); err == nil {
		t.Error("NaN was written")
	}
}

func FuzzCurve(f *testing.F) {
	f.Add([]byte(`[[0.5,0],[0.9,1]]`), 1.)
	f.Add([]byte(`[[-1e100,1e100],[1e100,-1e100]]`), 3.)
	f.Fuzz(func(t *testing.T, data []byte, x float64) {
		var c Curve
		if json.Unmarshal(data, &c) != nil || c.Validate() != nil || len(c) == 0 {
			return
		}
		lo, hi := c[0].Y, c[0].Y
		for _, p := range c {
			lo, hi = min(lo, p.Y), max(hi, p.Y)
		}
		if y := c.At(x); x == x && !(y >= lo && y <= hi) {
			t.Errorf("%v at %v is %v", c, x, y)
		}
		again, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		var back Curve
		if err := json.Unmarshal(again, &back); err != nil || !slices.Equal(c, back) {
			t.Errorf("%v came back as %v, %v", c, back, err)
		}
	})
}

func BenchmarkCurve(b *testing.B) {
	c := Curve{{.5, 0}, {.9, 1}, {.97, 1.5}}
	for b.Loop() {
		c.At(.93)
	}
}
