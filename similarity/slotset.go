package similarity

import "math/bits"

// slotSet is a set of slots, or of buckets. The one of clusters with an overflow is asked
// instead of the clusters, which are all over the memory. nil keeps nothing.
type slotSet []uint64

func newSlotSet(n int) slotSet { return make(slotSet, (n+63)/64) }

func (s slotSet) has(slot int) bool { return s[slot/64]>>(slot%64)&1 != 0 }

func (s slotSet) put(slot int) {
	if s != nil {
		s[slot/64] |= 1 << (slot % 64)
	}
}

// all yields what is in the set.
func (s slotSet) all(yield func(slot int) bool) {
	for i, word := range s {
		for ; word != 0; word &= word - 1 {
			if !yield(64*i + bits.TrailingZeros64(word)) {
				return
			}
		}
	}
}
