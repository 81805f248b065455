package state

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/decorum-go/decorum/policy/internal/wire"
)

// TestAudience: an estimate is within a quarter of the people of the last two
// generations, however often each was reached; what is older goes, and the encoded form
// counts as many.
func TestAudience(t *testing.T) {
	for _, n := range []int{1, 20, 200, 1000, 20_000, 200_000} {
		var r Record
		rnd := rand.New(rand.NewPCG(uint64(n), 3))
		now := uint32(1_700_000_000)
		for i := range n {
			who := rnd.Uint64() & (1<<48 - 1)
			r.Audience.Reach(now, who)
			r.Audience.Reach(now+uint32(i%1000), who)
		}
		got := r.Audience.Count(now + 1000)
		if math.Abs(got/float64(n)-1) > .25 {
			t.Errorf("%v people, are %d", got, n)
		}
		for _, c := range []struct{ after, least, most float64 }{{14, got, got}, {27.9, got, got}, {28, 0, 0}} {
			if late := r.Audience.Count(now + uint32(c.after*86400)); late < c.least || late > c.most {
				t.Errorf("%v days later %v people, were %v", c.after, late, got)
			}
		}
		var back Record
		getAudience(&back, &wire.Reader{B: putAudience(&r, nil)})
		if back.Audience != r.Audience {
			t.Errorf("%d people: not read as written", n)
		}
	}
}
