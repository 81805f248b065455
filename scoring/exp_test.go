package scoring

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestExpAndLog(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	worst, worstLog := 0., 0.
	for range 1_000_000 {
		x := math.Exp(r.Float64()*20-13) * .9
		if x < 1000 {
			worst = max(worst, math.Abs(Exp2Neg(x)/math.Exp2(-x)-1))
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
		t.Errorf("relative error of Exp2Neg %.1e, of Log %.1e", worst, worstLog)
	}
	t.Logf("relative error of Exp2Neg %.1e, of Log %.1e", worst, worstLog)
}

func BenchmarkExp2Neg(b *testing.B) {
	x := 1.37
	for b.Loop() {
		x = Exp2Neg(x)*.5 + 1
	}
}

func BenchmarkLog(b *testing.B) {
	x := 1.37
	for b.Loop() {
		x = Log(x) + 2
	}
}
