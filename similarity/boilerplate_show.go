package similarity

import "math/bits"

// publish decides what is boilerplate from now on.
func (b *Boilerplate) publish() {
	b.newest = b.common(b.ages.live, b.teachers.live)
	b.show(b.newest)
	b.period.Store(b.ages.period[b.ages.now])
}

// common is what is boilerplate by what so many senders wrote in some ages; nil is
// nothing.
func (b *Boilerplate) common(ages uint8, senders int) *gramBits {
	need, marks := max(senders/boilerShare, boilerLeast), 1
	for marks < 64 && int(linearCount(marks, 64)) < need {
		marks++
	}
	var set gramBits
	any := false
	for i := range b.grams {
		s := &b.grams[i]
		for j, g := range s.gram {
			if g == 0 {
				break // what follows is 0, too
			}
			if bits.OnesCount64(s.by(j, ages)) >= marks {
				set.put(g)
				any = true
			}
		}
	}
	if !any {
		return nil
	}
	return &set
}

// show changes what is left out.
func (b *Boilerplate) show(set *gramBits) {
	if old := b.set.Load(); old != set && (old == nil || set == nil || *old != *set) {
		b.set.Store(set)
		b.changes.Add(1)
	}
}

// Generation counts the changes of what [Hasher.SketchWithout] leaves out. A
// sketch that was made after Generation was asked is still the one that
// SketchWithout would make where Generation is still the same.
func (b *Boilerplate) Generation() uint64 { return b.changes.Load() }

// Has reports whether a gram, as LearnShared appends it and LearnGrams takes it, is
// boilerplate.
func (b *Boilerplate) Has(gram uint32) bool {
	set := b.leftOut()
	return set != nil && set.has(uint64(max(gram, 1))<<32)
}

// SketchWithout is Sketch without the grams that b has learned. A third of a text's
// grams, or 48 where that is less, is always kept: whatever b was taught, copies of a
// text of some length are known. A nil or empty b leaves out nothing. Exact, Keys and
// Obfuscation are those of the whole text.
func (h *Hasher) SketchWithout(dst *Sketch, text string, b *Boilerplate) {
	h.sketch(dst, nil, text, b.leftOut(), false)
}

// SketchBoth is SketchWithout into without. Where more of the text is left out than
// kept it reports so, and is Sketch into whole as well; otherwise whole is as it was.
func (h *Hasher) SketchBoth(without, whole *Sketch, text string, b *Boilerplate) (cut bool) {
	return h.sketch(without, whole, text, b.leftOut(), false) > int(without.Grams)
}

// SketchAll is SketchBoth that makes whole in any case, also where nothing is left out.
func (h *Hasher) SketchAll(without, whole *Sketch, text string, b *Boilerplate) (cut bool) {
	return h.sketch(without, whole, text, b.leftOut(), true) > int(without.Grams)
}

// leftOut is what is left out; nil: nothing.
func (b *Boilerplate) leftOut() *gramBits {
	if b == nil {
		return nil
	}
	return b.set.Load()
}
