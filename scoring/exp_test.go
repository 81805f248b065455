package scoring

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

func TestExpAndLog(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	worst, worstLog := 0., 0.
	for range 1_000_000 {
		x := math.Exp(r.Float64()*20-13) * .9
		if x < 1000 {
			worst = max(worst, math.Abs(exp2Neg(x)/math.Exp2(-x)-1))
		}
		y := math.Exp(r.Float64()*200 - 100)
		if r.IntN(2) == 0 {
			y = math.Exp(r.Float64() - .5)
		}
		if l := math.Log(y); l != 0 {
			worstLog = max(worstLog, math.Abs(Log(y)/l-1))
		}
	}
	if worst > 1e-15 || worstLog > 1e-15 {
		t.Errorf("relative error of exp2Neg %.1e, of Log %.1e", worst, worstLog)
	}
	t.Logf("relative error of exp2Neg %.1e, of Log %.1e", worst, worstLog)
}

func TestExpAndLogAtTheEdges(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"exp2Neg(0)", exp2Neg(0), 1}, {"exp2Neg(-5)", exp2Neg(-5), 1}, {"exp2Neg(NaN)", exp2Neg(nan), 1}, {"exp2Neg(Inf)", exp2Neg(inf), 0},
		{"exp2Neg(1)", exp2Neg(1), .5}, {"exp2Neg(1022)", exp2Neg(1022), 0x1p-1022}, {"exp2Neg(1074)", exp2Neg(1074), 5e-324}, {"exp2Neg(1075)", exp2Neg(1075), 0},
		{"exp2Neg(1030.5)", exp2Neg(1030.5), math.Exp2(-1030.5)}, {"exp2Neg(1000)", exp2Neg(1000), 0x1p-1000}, {"exp2Neg(1001)", exp2Neg(1001), 0x1p-1001},
		{"Log(0)", Log(0), -inf}, {"Log(1)", Log(1), 0}, {"Log(Inf)", Log(inf), inf}, {"Log(5e-324)", Log(5e-324), -744.4400719213812},
		{"Log(MaxFloat64)", Log(math.MaxFloat64), math.Log(math.MaxFloat64)}, {"Log(2)", Log(2), math.Ln2},
		{"Logit(.5)", Logit(.5), 0}, {"Logit(0)", Logit(0), -maxLogit}, {"Logit(1)", Logit(1), maxLogit}, {"Logit(NaN)", Logit(nan), 0}, {"Logit(-1)", Logit(-1), -maxLogit},
		{"Logit(.01)", Logit(.01), defaultLogit},
		{"Logistic(0)", Logistic(0), .5}, {"Logistic(NaN)", Logistic(nan), .5}, {"Logistic(Inf)", Logistic(inf), 1}, {"Logistic(-Inf)", Logistic(-inf), 0},
	} {
		if c.got != c.want && math.Abs(c.got-c.want) > 2e-16*math.Abs(c.want) {
			t.Errorf("%s = %v, want %v", c.name, c.got, c.want)
		}
	}
	if !math.IsNaN(Log(-1)) || !math.IsNaN(Log(nan)) {
		t.Error("the logarithm of what has none is not NaN")
	}
	for p := 1e-11; p < 1; p = p*1.1 + 1e-12 {
		if got := Logistic(Logit(p)); math.Abs(got-p) > 1e-14*p+1e-16/(1-p) {
			t.Errorf("Logistic(Logit(%v)) = %v", p, got)
		}
	}
}

// The same bits on every machine: these were computed once and must not change,
// on any architecture.
func TestBitsAreFixed(t *testing.T) {
	h := fnv.New64a()
	add := func(x ...float64) {
		for _, v := range x {
			var b [8]byte
			binary.LittleEndian.PutUint64(b[:], math.Float64bits(v))
			h.Write(b[:])
		}
	}
	var responses Responses
	var decayed Decayed
	var rhythm Rhythm
	at := noon
	x := uint64(1)
	for i := range 2000 {
		x = mix(x + 0x9e3779b97f4a7c15)
		u := float64(x>>11) * 0x1p-53
		add(exp2Neg(u*40), Log(u), Logit(u), Logistic(float64(20*u)-10), expNeg(30*u))
		add(Below(10*u, float64(60*u)+1, u, Beta{2, 6}), Beta{1 + u, 30 * u}.Quantile(u), Beta{50 * u, 2000}.CDF(.1*u))
		at = at.Add(time.Duration(u * 3 * float64(time.Hour)))
		responses.Add(at, u)
		decayed.Add(at, u, 5*time.Hour)
		rhythm.Add(at)
		if i%3 == 0 {
			responses.Answer(at.Add(-time.Hour), at, u)
		}
		r, e := responses.Counts(at.Add(time.Hour))
		a, _, _ := rhythm.Burstiness()
		p, _, _ := rhythm.SecondOfMinute()
		add(r, e, responses.Ripe(at), decayed.At(at.Add(time.Hour), 5*time.Hour), a, p)
		s := new(Scorecard).Score([]Evidence{{Family: Content, LogOdds: float64(4*u) - 1}, {Family: Content, LogOdds: u}, {Family: Reception, LogOdds: a}, {Family: Reception, LogOdds: 2 * p}})
		add(s.Probability, s.Evidence[0].Share, s.Evidence[1].Share, s.Evidence[2].Share)
	}
	if got := h.Sum64(); got != fixedBits {
		t.Errorf("the bits hash to %#x, want %#x", got, uint64(fixedBits))
	}
}

const fixedBits = 0x17c9d9ec8e11d05b

func BenchmarkExp2Neg(b *testing.B) {
	x := 1.37
	for b.Loop() {
		x = exp2Neg(x)*.5 + 1
	}
}

func BenchmarkLog(b *testing.B) {
	x := 1.37
	for b.Loop() {
		x = Log(x) + 2
	}
}
