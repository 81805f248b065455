package scoring

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// sample draws scores whose log-odds of being positive are slope × score +
// intercept.
func sample(r *rand.Rand, n int, slope, intercept float64) (scores []float64, labels []bool) {
	for range n {
		s := r.NormFloat64() * 2
		scores = append(scores, s)
		labels = append(labels, r.Float64() < 1/(1+math.Exp(-slope*s-intercept)))
	}
	return scores, labels
}

// plainLoss is what FitPlatt minimises.
func plainLoss(a, b float64, scores []float64, labels []bool) float64 {
	p := 0.
	for _, l := range labels {
		if l {
			p++
		}
	}
	q := float64(len(labels)) - p
	sum := 0.
	for i, s := range scores {
		y := 1 / (q + 2)
		if labels[i] {
			y = (p + 1) / (p + 2)
		}
		l := a*s + b
		sum += math.Log1p(math.Exp(-math.Abs(l))) + math.Max(l, 0) - y*l
	}
	return sum
}

func TestFitPlattIsTheMinimum(t *testing.T) {
	alone(t)
	r := rand.New(rand.NewPCG(19, 1))
	for _, c := range []struct{ n, slope, intercept, scale, shift float64 }{
		{200, 1, -2, 1, 0}, {2000, 2, 1, 1, 0}, {50, .1, 0, 1000, 5e4}, {300, 3, -4, 1e-6, 7}, {100, 50, 0, 1, 0}, {500, -1, 0, 1, 0},
	} {
		scores, labels := sample(r, int(c.n), c.slope, c.intercept)
		for i := range scores {
			scores[i] = scores[i]*c.scale + c.shift
		}
		got, err := FitPlatt(scores, labels)
		if err != nil {
			t.Fatal(err)
		}
		best := plainLoss(got.Slope, got.Intercept, scores, labels)
		for range 2000 {
			// Steps on the scale of the scores, turning about their middle.
			da := r.NormFloat64() * .1 / c.scale
			db := r.NormFloat64()*.1 - da*c.shift
			if l := plainLoss(got.Slope+da, got.Intercept+db, scores, labels); l < best-1e-7 {
				t.Fatalf("%+v: %v, %v has a loss of %v, but %v, %v one of %v", c, got.Slope, got.Intercept, best, got.Slope+da, got.Intercept+db, l)
			}
		}
	}
	scores, labels := sample(r, 100_000, 1.5, -3)
	got, err := FitPlatt(scores, labels)
	if err != nil || math.Abs(got.Slope-1.5) > .05 || math.Abs(got.Intercept+3) > .1 {
		t.Errorf("learned %v, %v; %v", got.Slope, got.Intercept, err)
	}
}

func TestFitPlattOfSeparableAndEqualScores(t *testing.T) {
	got, err := FitPlatt([]float64{1, 2, 3, 4}, []bool{false, false, true, true})
	if err != nil || !(got.At(1) < .3 && got.At(4) > .7 && got.At(1) > 0 && got.At(4) < 1) {
		t.Errorf("separable: %v at 1, %v at 4; %v", got.At(1), got.At(4), err)
	}
	got, err = FitPlatt([]float64{7, 7, 7, 7}, []bool{false, false, true, false})
	if p := got.At(7); err != nil || math.Abs(p-(2./3+3*.2)/4) > 1e-6 {
		t.Errorf("equal scores: %v; %v", p, err)
	}
}

// plainIsotonic is the min-max formula: at i, the largest over j ≤ i of the
// smallest over k ≥ i of the mean of j to k. scores must be sorted.
func plainIsotonic(labels []bool) []float64 {
	n := len(labels)
	p := 0
	for _, l := range labels {
		if l {
			p++
		}
	}
	yes, no := targets(p, n)
	out := make([]float64, n)
	for i := range n {
		top := math.Inf(-1)
		for j := 0; j <= i; j++ {
			low := math.Inf(1)
			sum := 0.
			for k := j; k < n; k++ {
				if labels[k] {
					sum += yes
				} else {
					sum += no
				}
				if k >= i {
					low = math.Min(low, sum/float64(k-j+1))
				}
			}
			top = math.Max(top, low)
		}
		out[i] = top
	}
	return out
}

func TestFitIsotonicAgainstMinMax(t *testing.T) {
	r := rand.New(rand.NewPCG(19, 2))
	for range 200 {
		n := 2 + r.IntN(60)
		scores, labels := make([]float64, n), make([]bool, n)
		for i := range n {
			scores[i] = float64(i)
			labels[i] = r.Float64() < float64(i)/float64(n)
		}
		labels[0], labels[n-1] = r.IntN(2) == 0, false
		labels[n-1] = !labels[0]
		want := plainIsotonic(labels)
		r.Shuffle(n, func(i, j int) {
			scores[i], scores[j] = scores[j], scores[i]
			labels[i], labels[j] = labels[j], labels[i]
		})
		got, err := FitIsotonic(scores, labels)
		if err != nil {
			t.Fatal(err)
		}
		if err := got.Validate(); err != nil {
			t.Fatal(err)
		}
		for i := range n {
			if p := got.At(float64(i)); math.Abs(p-want[i]) > 1e-12 {
				t.Fatalf("%v at %d, want %v; %v", p, i, want[i], got.Knots)
			}
		}
	}
	// Equal scores are one.
	got, err := FitIsotonic([]float64{1, 1, 1, 1, 2}, []bool{false, true, false, true, true})
	if p := got.At(1); err != nil || math.Abs(p-(.8+1./4)/2) > .03 || len(got.Knots) != 2 {
		t.Errorf("%v at 1 through %v; %v", p, got.Knots, err)
	}
}

// Both fits, learned from some and measured on others, beat the raw scores.
func TestFitIsCalibratedOnOthers(t *testing.T) {
	r := rand.New(rand.NewPCG(19, 3))
	measure := func(c *Calibration, scores []float64, labels []bool) (brier, logLoss, ece float64) {
		p := make([]float64, len(scores))
		for i, s := range scores {
			p[i] = c.At(s)
		}
		return Brier(p, labels), LogLoss(p, labels), CalibrationError(p, labels, 10)
	}
	for _, n := range []int{600, 20_000} {
		scores, labels := sample(r, n, .8, -1)
		others, truth := sample(r, 20_000, .8, -1)
		c, err := Fit(scores, labels)
		if err != nil {
			t.Fatal(err)
		}
		if want := map[int]CalibrationMethod{600: Platt, 20_000: Isotonic}[n]; c.Method != want {
			t.Errorf("%d labels: %v", n, c.Method)
		}
		brier, logLoss, ece := measure(&c, others, truth)
		raw, rawLoss, rawECE := measure(&Calibration{Method: Platt, Slope: 1}, others, truth)
		t.Logf("%d labels, %v: Brier %.4f (uncalibrated %.4f), log-loss %.4f (%.4f), calibration error %.4f (%.4f)", n, c.Method, brier, raw, logLoss, rawLoss, ece, rawECE)
		if !(brier < raw && logLoss < rawLoss && ece < rawECE/2) || ece > .03 {
			t.Errorf("%d labels: no better than before", n)
		}
	}
}

func TestFitErrors(t *testing.T) {
	for name, fit := range map[string]func([]float64, []bool) (Calibration, error){"Fit": Fit, "FitPlatt": FitPlatt, "FitIsotonic": FitIsotonic} {
		for _, c := range []struct {
			scores []float64
			labels []bool
		}{
			{nil, nil}, {[]float64{1}, nil}, {[]float64{1, 2}, []bool{true, true}}, {[]float64{1, 2}, []bool{false, false}},
			{[]float64{1, math.NaN()}, []bool{true, false}}, {[]float64{math.Inf(1), 1}, []bool{true, false}},
		} {
			if got, err := fit(c.scores, c.labels); err == nil || got.Method != Uncalibrated {
				t.Errorf("%s(%v, %v) = %v", name, c.scores, c.labels, got)
			}
		}
	}
}

func TestWithPrior(t *testing.T) {
	r := rand.New(rand.NewPCG(19, 4))
	scores, labels := sample(r, 50_000, 1, 0)
	// The same people, but only every fiftieth abusive one.
	var rare []float64
	var truth []bool
	positives := 0.
	for i := range scores {
		if !labels[i] || i%50 == 0 {
			rare, truth = append(rare, scores[i]), append(truth, labels[i])
			if labels[i] {
				positives++
			}
		}
	}
	prior := positives / float64(len(truth))
	for _, fit := range []func([]float64, []bool) (Calibration, error){FitPlatt, FitIsotonic} {
		c, err := fit(scores, labels)
		if err != nil {
			t.Fatal(err)
		}
		d := c.WithPrior(prior)
		if err := d.Validate(); err != nil {
			t.Fatal(err)
		}
		before, after := make([]float64, len(rare)), make([]float64, len(rare))
		for i, s := range rare {
			before[i], after[i] = c.At(s), d.At(s)
		}
		a, b := CalibrationError(before, truth, 10), CalibrationError(after, truth, 10)
		t.Logf("%v: calibration error %.4f, with the prior of %.3f %.4f", c.Method, a, prior, b)
		if b > .01 || a < .2 {
			t.Errorf("%v: calibration error %v, with the prior %v", c.Method, a, b)
		}
		for _, same := range []float64{0, 1, -1, math.NaN()} {
			if diff := gocmp.Diff(c, c.WithPrior(same)); diff != "" {
				t.Errorf("a prior of %v changes something:\n%s", same, diff)
			}
		}
	}
}

func TestCalibrationJSON(t *testing.T) {
	scores, labels := []float64{1, 2, 3, 4, 5}, []bool{false, true, false, true, true}
	platt, _ := FitPlatt(scores, labels)
	isotonic, _ := FitIsotonic(scores, labels)
	for _, c := range []Calibration{{}, platt, isotonic} {
		data, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		var back Calibration
		if err := json.Unmarshal(data, &back); err != nil {
			t.Fatalf("%s: %v", data, err)
		}
		if d := gocmp.Diff(c, back); d != "" {
			t.Errorf("%s:\n%s", data, d)
		}
	}
	for _, bad := range []string{
		`{"method":"magic"}`, `{"method":"isotonic"}`, `{"method":"isotonic","knots":[[1,.5],[2,.4]]}`, `{"method":"isotonic","knots":[[1,.5],[1,.6]]}`,
		`{"method":"isotonic","knots":[[1,1.5]]}`, `{"method":"platt","slope":1e300}`, `{"method":"platt","n":3,"positives":4}`, `{"method":"platt","prior":2}`, `[]`,
	} {
		if err := json.Unmarshal([]byte(bad), new(Calibration)); err == nil {
			t.Errorf("%s was accepted", bad)
		}
	}
}

func TestCalibrationAt(t *testing.T) {
	for _, c := range []struct {
		c    Calibration
		s, p float64
	}{
		{Calibration{}, .4, .4}, {Calibration{}, -3, 0}, {Calibration{}, math.Inf(1), 1}, {Calibration{}, math.NaN(), 0},
		{Calibration{Prior: .3}, math.NaN(), .3},
		{Calibration{Method: Platt, Slope: 1}, 0, .5}, {Calibration{Method: Platt, Slope: 1}, math.Inf(-1), 0},
		{Calibration{Method: Platt}, math.Inf(1), .5}, // 0 × ∞ is NaN: even odds
		{Calibration{Method: Isotonic}, 3, 0},
	} {
		if got := c.c.At(c.s); got != c.p {
			t.Errorf("%+v at %v: %v, want %v", c.c, c.s, got, c.p)
		}
	}
}

func FuzzCalibration(f *testing.F) {
	f.Add([]byte(`{"method":"platt","slope":2,"intercept":-1,"prior":0.2,"n":9,"positives":2}`), 1., .01)
	f.Add([]byte(`{"method":"isotonic","knots":[[-1,0],[1,0.5],[2,1]],"prior":0.2,"n":9,"positives":2}`), 1.5, .3)
	f.Fuzz(func(t *testing.T, data []byte, score, prior float64) {
		var c Calibration
		if json.Unmarshal(data, &c) != nil {
			return
		}
		if p := c.At(score); !(p >= 0 && p <= 1) {
			t.Errorf("%+v at %v: %v", c, score, p)
		}
		d := c.WithPrior(prior)
		if err := d.Validate(); err != nil {
			t.Errorf("%+v with prior %v: %v", c, prior, err)
		}
	})
}

func BenchmarkFit(b *testing.B) {
	scores, labels := sample(rand.New(rand.NewPCG(19, 5)), 10_000, 1, -1)
	b.Run("Platt", func(b *testing.B) {
		for b.Loop() {
			if _, err := FitPlatt(scores, labels); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("Isotonic", func(b *testing.B) {
		for b.Loop() {
			if _, err := FitIsotonic(scores, labels); err != nil {
				b.Fatal(err)
			}
		}
	})
}
