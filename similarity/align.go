package similarity

// align returns the longest common subsequence of two texts by their token
// hashes, as pairs of places, in order. What both begin and end with is taken
// first, so that the quadratic part is small for near-copies.
func align(a, b []token) [][2]int {
	pre := 0
	for pre < len(a) && pre < len(b) && a[pre].hash == b[pre].hash {
		pre++
	}
	post := 0
	for post < len(a)-pre && post < len(b)-pre && a[len(a)-1-post].hash == b[len(b)-1-post].hash {
		post++
	}
	pairs := make([][2]int, 0, min(len(a), len(b)))
	for i := range pre {
		pairs = append(pairs, [2]int{i, i})
	}
	m, n := len(a)-pre-post, len(b)-pre-post
	if m > 0 && n > 0 {
		pairs = appendCommon(pairs, a[pre:pre+m], b[pre:pre+n], pre)
	}
	for i := range post {
		pairs = append(pairs, [2]int{len(a) - post + i, len(b) - post + i})
	}
	return pairs
}

// appendCommon is the longest common subsequence by dynamic programming; words
// count four times as much as signs.
func appendCommon(pairs [][2]int, a, b []token, off int) [][2]int {
	m, n := len(a), len(b)
	best := make([]uint16, (m+1)*(n+1)) // best[i*(n+1)+j]: of a[i:] and b[j:]
	for i := m - 1; i >= 0; i-- {
		row, below := best[i*(n+1):(i+1)*(n+1)], best[(i+1)*(n+1):]
		hash, weight := a[i].hash, uint16(1)
		if a[i].word {
			weight = 4
		}
		v := uint16(0)
		for j := n - 1; j >= 0; j-- {
			if v = max(v, below[j]); hash == b[j].hash {
				v = max(v, below[j+1]+weight)
			}
			row[j] = v
		}
	}
	for i, j := 0, 0; i < m && j < n; {
		here := best[i*(n+1)+j]
		switch {
		case best[(i+1)*(n+1)+j] == here:
			i++
		case best[i*(n+1)+j+1] == here:
			j++
		default:
			pairs = append(pairs, [2]int{off + i, off + j})
			i++
			j++
		}
	}
	return pairs
}

// dropLoneSigns drops signs that stand alone between two gaps: they hold nothing
// together and only cut a slot in two.
func dropLoneSigns(pairs [][2]int, a, b []token) [][2]int {
	out := pairs[:0]
	for k := 0; k < len(pairs); {
		end, words := k, 0
		for end < len(pairs) && (end == k || pairs[end][0] == pairs[end-1][0]+1 && pairs[end][1] == pairs[end-1][1]+1) {
			if a[pairs[end][0]].word {
				words++
			}
			end++
		}
		first, last := pairs[k], pairs[end-1]
		inside := (first[0] > 0 || first[1] > 0) && (last[0] < len(a)-1 || last[1] < len(b)-1)
		if words > 0 || !inside {
			out = append(out, pairs[k:end]...)
		}
		k = end
	}
	return out
}
