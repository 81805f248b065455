package celrules

import "strings"

// suggest is "; did you mean …?" for a name that is near one that there is, or nothing.
func suggest(name string, known []string) string {
	best, least := "", 1+len(name)/3
	for _, k := range known {
		// The last part of a dotted name is what people remember.
		last := k[strings.LastIndexByte(k, '.')+1:]
		d := min(distance(name, k), 1+distance(name, last))
		if d <= least && (best == "" || d < least) {
			best, least = k, d
		}
	}
	if best == "" {
		return ""
	}
	return "; did you mean " + best + "?"
}

// suggestOr says what there is, where nothing is near.
func suggestOr(name string, known []string, none string) string {
	if s := suggest(name, known); s != "" {
		return s
	}
	if len(known) == 0 {
		return "; " + none
	}
	return "; there are " + listing(known)
}

func such(of []string) string { return ", such as " + of[0] }

func listing(names []string) string {
	if len(names) > 20 {
		return strings.Join(names[:20], ", ") + " and more"
	}
	return strings.Join(names, ", ")
}

func trim(names []string, prefix string) []string {
	for i := range names {
		names[i] = strings.TrimPrefix(names[i], prefix)
	}
	return names
}

// distance is how many letters differ: put in, left out, exchanged, or swapped with the
// next.
func distance(a, b string) int {
	a, b = strings.ToLower(a), strings.ToLower(b)
	if len(a) > 64 || len(b) > 64 {
		return 64
	}
	var rows [3][66]int
	before, last, row := &rows[0], &rows[1], &rows[2]
	for j := 0; j <= len(b); j++ {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			differs := 1
			if a[i-1] == b[j-1] {
				differs = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+differs)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
