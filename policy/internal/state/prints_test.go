package state

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestPrints: a set of any size holds what was put into it and nothing else, in k + 2
// bits each, whatever stands behind it.
func TestPrints(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for n := 1; n <= batchSize; n += 1 + n/8 {
		for round := range 6 {
			in := map[uint32]bool{}
			for len(in) < n {
				v := rng.Uint32N(1 << printBits)
				switch round { // those at the ends, and those side by side
				case 0:
					v = uint32(len(in))
				case 1:
					v = 1<<printBits - 1 - uint32(len(in))
				case 2:
					v = v>>9<<9 | v&3
				}
				in[v] = true
			}
			var prints []uint32
			for v := range in {
				prints = append(prints, v)
			}
			slices.Sort(prints)
			b := putPrints([]byte{0xff}, prints)[1:]
			if len(b) != printsSize(n) || len(b) > maxPrintsSize || 8*len(b) > n*(int(lowBits(n))+3)+8 || !validPrints(b, n) {
				t.Fatalf("%d fingerprints: %d bytes, valid %v", n, len(b), validPrints(b, n))
			}
			b = append(b, byte(rng.Uint32()), byte(rng.Uint32()), 0xff, 0xff, 0xff)
			if got := getPrints(b, n, nil); !slices.Equal(got, prints) {
				t.Fatalf("%d fingerprints: %v, want %v", n, got, prints)
			}
			for v := range uint32(1 << printBits) {
				if v%37 == 0 || in[v] || in[v+1] {
					if hasPrint(b, n, v) != in[v] {
						t.Fatalf("%d fingerprints: %d is among them %v, want %v", n, v, !in[v], in[v])
					}
				}
			}
			b[rng.IntN(int(highBits(n)))/8] ^= 1
			if validPrints(b, n) {
				t.Fatalf("%d fingerprints: a flipped bit is not found", n)
			}
		}
	}
}
