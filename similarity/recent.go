package similarity

import "sync/atomic"

// recent is what the last previews found, so that the Observe of a message that
// was previewed need not search again. A text has one place in it.
type recent [32]finding

// A finding is the answer of match to one text at one time. Previews run side by
// side under the read lock: the first one after a change of the Index takes the
// place, and nobody else writes to it until the next change. Observe holds the
// lock alone, and reads without more.
type finding struct {
	at    atomic.Uint64 // 1 + the changes of the Index that it holds for; 0: never used
	now   int64
	exact uint64
	bins  [numBins]uint8 // with exact they stand for the sketch: its anchors follow from the same grams
	found match
}

// put notes what a preview found.
func (r *recent) put(changes uint64, now int64, s *Sketch, m match) {
	f := &r[s.Exact%uint64(len(r))]
	if was := f.at.Load(); was != changes+1 && f.at.CompareAndSwap(was, changes+1) {
		f.now, f.exact, f.bins, f.found = now, s.Exact, s.Bins, m
	}
}

// get returns what a preview of s at that time found, if nothing has changed
// since.
func (r *recent) get(changes uint64, now int64, s *Sketch) (match, bool) {
	f := &r[s.Exact%uint64(len(r))]
	if f.at.Load() != changes+1 || f.now != now || f.exact != s.Exact || f.bins != s.Bins {
		return match{}, false
	}
	return f.found, true
}
