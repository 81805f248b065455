package scoring

import (
	"cmp"
	"math"
	"slices"
)

// smallOrder is the most evidence that is sorted by keys on the stack.
const smallOrder = 32

// order sorts evidence by weight, stably, without allocating.
func order(dst []Evidence) {
	if len(dst) > smallOrder {
		slices.SortStableFunc(dst, func(a, b Evidence) int {
			return cmp.Or(cmp.Compare(math.Abs(b.Share), math.Abs(a.Share)), rank(&a, &b))
		})
		return
	}
	// A key is the size of the share in units of the grid, 50 bits, and the
	// complement of the position: moving keys is cheaper than moving evidence.
	var space [smallOrder]int64
	keys := space[:len(dst)]
	sorted := true
	for i := range keys {
		k := int64(math.Abs(dst[i].Share)*0x1p44)<<5 | int64(smallOrder-1-i)
		j := i
		for ; j > 0 && keys[j-1] < k; j-- {
			keys[j] = keys[j-1]
		}
		keys[j] = k
		sorted = sorted && j == i
	}
	for i := 1; i < len(keys); i++ { // equal shares by rank
		k := keys[i]
		if keys[i-1]>>5 != k>>5 {
			continue
		}
		j := i
		for ; j > 0 && keys[j-1]>>5 == k>>5 && rank(&dst[at(k)], &dst[at(keys[j-1])]) < 0; j-- {
			keys[j] = keys[j-1]
		}
		keys[j] = k
		sorted = sorted && j == i
	}
	if !sorted {
		permute(keys, dst)
	}
}

// permute moves the piece that keys[i] is of to i. Along each cycle one piece is
// kept aside, and every other moves once.
func permute(keys []int64, dst []Evidence) {
	for i := range dst {
		from := at(keys[i])
		if from == i {
			continue
		}
		e := dst[i]
		to := i
		for from != i {
			dst[to] = dst[from]
			keys[to] = int64(smallOrder - 1 - to)
			to, from = from, at(keys[from])
		}
		dst[to] = e
		keys[to] = int64(smallOrder - 1 - to)
	}
}

// at is the position that a key of order carries.
func at(key int64) int { return smallOrder - 1 - int(key&(smallOrder-1)) }
