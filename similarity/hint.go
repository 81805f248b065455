package similarity

// A Hint is where an Index found the text of a message, so that it need not
// search twice: PreviewHint fills it in, and ObserveHint takes it up as long as
// nothing has changed since and time and sketch are the same. The zero Hint
// knows nothing. It is a plain value that outlives nothing; use it for one
// message.
type Hint struct {
	of      *Index
	changes uint64
	now     int64
	exact   uint64
	bins    [numBins]uint8
	found   match
}

// recall returns what the hint says, if it still holds. The text and its bins
// stand for the sketch: its anchors follow from the same grams.
func (h *Hint) recall(x *Index, now int64, s *Sketch) (match, bool) {
	if h == nil || h.of != x || h.changes != x.changes || h.now != now || h.exact != s.Exact || h.bins != s.Bins {
		return match{}, false
	}
	return h.found, true
}
