package policy

import (
	"github.com/decorum-go/decorum/policy/internal/judge"
	"github.com/decorum-go/decorum/similarity"
)

const (
	// leastText is how many grams a text has that can be nearly another.
	leastText = 8
	// newPictures is how many of a message's pictures that nobody sent before become
	// known by it, besides the one it is judged by. More would use up, in a few messages
	// full of noise, what the index lets one sender add in a day.
	newPictures = 2
)

// firstPicture makes the sketch of the first picture into dst that is not everybody's,
// and reports whether there is one.
func (e *Engine) firstPicture(dst *similarity.Sketch, media []string) bool {
	for _, f := range media {
		if e.hasher.SketchFingerprint(dst, f); !e.everybodys(dst) {
			return true
		}
	}
	return false
}

// everybodys reports whether a picture is one that everybody sends to their friends,
// such as a sticker or a card. Like a phrase that everybody writes it says nothing.
func (e *Engine) everybodys(s *similarity.Sketch) bool {
	a, b := gramsOf(s)
	return e.common.Has(a) && e.common.Has(b)
}

// gramsOf is a picture as what everybody writes is kept: two, for one gram in a hundred
// is taken for another that everybody has.
func gramsOf(s *similarity.Sketch) (a, b uint32) { return uint32(s.Exact >> 32), uint32(s.Exact) }

// learnPictures learns which pictures are everybody's, from messages between people
// who know each other: as many answered as of a text, or the host says that they are
// connected, or nothing would be learned in the first days of a log. Those that are sent
// to strangers teach nothing: so are those of a campaign.
func (e *Engine) learnPictures(w *work) {
	if len(w.m.Media) == 0 || w.in.Group || !w.scratch.FriendsOnly() {
		return
	}
	known := &w.rec.Contacts
	if !w.settled(max(known.Count(), float64(known.Near()))) {
		return
	}
	var buf [2 * MaxMedia]uint32
	grams := buf[:0]
	var s similarity.Sketch
	for _, f := range w.m.Media {
		e.hasher.SketchFingerprint(&s, f)
		if !e.index.Flagged(w.out.Now, &s) {
			a, b := gramsOf(&s)
			grams = append(grams, a, b)
		}
	}
	if len(grams) > 0 {
		e.learnGrams(w, grams)
	}
}

// identify finds out what is known of the content of a message to strangers, and by
// which it is judged.
func (e *Engine) identify(w *work) {
	in := &w.in
	if len(w.m.Media) > 0 && w.text.picture { // looked up before, or too little text
		e.sketch(&in.Sketch, &w.text, &w.m)
	}
	if w.text.cut && !w.text.picture && e.index.Flagged(w.out.Now, &w.text.whole) {
		in.Sketch = w.text.whole // nobody has it forgotten by teaching it
	}
	if len(w.m.Media) == 0 {
		in.Cluster, in.Reception = e.known(w, &in.Sketch)
		e.recogniseCluster(w)
		return
	}
	w.contents = w.contents[:0]
	if !w.text.picture {
		e.addContent(w, &in.Sketch, false)
	}
	var s similarity.Sketch
	for _, f := range w.m.Media {
		e.hasher.SketchFingerprint(&s, f)
		s.Obfuscation = in.Sketch.Obfuscation // what was done to the text stays
		if !e.everybodys(&s) {
			e.addContent(w, &s, true)
		}
	}
	if len(w.contents) == 0 {
		return
	}
	c := judge.Choose(w.contents)
	in.Beside, in.BesideTo = judge.Beside(w.contents, c, crowd)
	in.Sketch, in.Cluster, in.Reception, w.text.picture = c.Sketch, c.Cluster, c.Reception, c.Picture
	if c.Picture {
		in.Shown = nil
	}
}

// known is what the index says of a sketch, and what became of its copies.
func (e *Engine) known(w *work, s *similarity.Sketch) (c similarity.Cluster, r judge.Reception) {
	c, _ = e.index.Preview(w.out.Now, s, w.in.Me, w.strangers...)
	if e.peers != nil {
		c.ID = e.peers.names.Get(c.ID)
	}
	if c.Senders >= crowd {
		r = e.received.Of(&w.in.Policy.Crowd, c.ID, w.out.Now)
	}
	return c, r
}

// addContent adds one, once.
func (e *Engine) addContent(w *work, s *similarity.Sketch, picture bool) {
	for i := range w.contents {
		if w.contents[i].Sketch.Same(s) {
			return
		}
	}
	c := judge.Content{Sketch: *s, Picture: picture}
	c.Cluster, c.Reception = e.known(w, s)
	w.contents = append(w.contents, c)
}

// observeRest counts what else is in a message that was counted.
func (e *Engine) observeRest(w *work) {
	for range newPictures {
		if c := judge.PickNew(w.contents, &w.in); c != nil {
			e.observe(w, &c.Sketch)
			c.Cluster.Messages = 0
		}
	}
	for i := range w.contents {
		if c := &w.contents[i]; c.Cluster.Messages > 1 && !c.Sketch.Same(&w.in.Sketch) {
			e.observe(w, &c.Sketch)
		}
	}
}
