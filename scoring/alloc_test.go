package scoring

import (
	"testing"
	"time"
)

// What runs for every message does not allocate.
func TestEstimatorsDoNotAllocate(t *testing.T) {
	var (
		responses Responses
		rhythm    Rhythm
		decayed   Decayed
		distinct  Distinct
		sink      float64
	)
	curve := Curve{{.5, 0}, {.9, 1}, {.97, 1.5}}
	buf := make([]byte, 0, 256)
	at := noon
	allocs := testing.AllocsPerRun(200, func() {
		at = at.Add(time.Minute)
		responses.Add(at, 1)
		responses.Answer(at.Add(-time.Minute), at, 1)
		rhythm.Add(at)
		decayed.Add(at, 1, time.Hour)
		distinct.Add(uint64(at.Unix()))
		sink += curve.At(responses.Posterior(at).CDF(.1)) + responses.Posterior(at).Survival(.1) + responses.Ripe(at) + decayed.At(at, time.Hour) + distinct.Count()
		a, _, _ := rhythm.Burstiness()
		p, _, _ := rhythm.SecondOfMinute()
		sink += a + p + BelowClamped(1, 30, .1, replyPrior, .5, .97)
		lo, hi := responses.Posterior(at).Interval(.9)
		sink += lo + hi
		b := buf
		b, _ = responses.AppendBinary(b)
		b, _ = rhythm.AppendBinary(b)
		_, _ = decayed.AppendBinary(b)
	})
	if allocs != 0 || sink == 0 {
		t.Errorf("%v allocations", allocs)
	}
}
