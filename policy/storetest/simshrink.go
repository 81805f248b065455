package storetest

// shrink returns the fewest steps that still fail, as far as leaving some out finds
// them (delta debugging: Zeller and Hildebrandt 2002), in at most tries attempts.
func shrink(steps []int, tries int, fails func([]int) bool) []int {
	for parts := 2; len(steps) > 1 && tries > 0; {
		size := (len(steps) + parts - 1) / parts
		smaller := false
		for from := 0; from < len(steps) && tries > 0; from += size {
			rest := append(append([]int{}, steps[:from]...), steps[min(from+size, len(steps)):]...)
			tries--
			if len(rest) > 0 && fails(rest) {
				steps, smaller = rest, true
				from -= size
			}
		}
		switch {
		case smaller:
			parts = max(2, min(parts, len(steps)))
		case size == 1:
			return steps
		default:
			parts = min(2*parts, len(steps))
		}
	}
	return steps
}
