package policy

import (
	"encoding/binary"

	"github.com/decorum-go/decorum/policy/internal/judge"
	"github.com/decorum-go/decorum/similarity"
)

// A message with pictures has several contents: its text, and each picture. It is
// judged by one of them; the campaign index counts all. So a picture is known under
// another caption, and a text beside another picture.
type content struct {
	sketch    similarity.Sketch
	cluster   similarity.Cluster
	reception judge.Reception
	picture   bool
}

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
	s := *dst
	for _, f := range media {
		if e.picture(&s, f); !e.everybodys(&s) {
			*dst = s
			return true
		}
	}
	return false
}

// picture makes the sketch of a picture into dst. What was done to the text beside it
// stays.
func (e *Engine) picture(dst *similarity.Sketch, fingerprint string) {
	o := dst.Obfuscation
	e.hasher.SketchFingerprint(dst, fingerprint)
	dst.Obfuscation = o
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
// who know each other. Those that are sent to strangers teach nothing: so are those of
// a campaign.
func (e *Engine) learnPictures(w *work) {
	if len(w.m.Media) == 0 || w.in.Group || !w.settled() || !w.scratch.ContactsOnly() {
		return
	}
	grams := w.note.Grams[:0]
	var s similarity.Sketch
	for _, f := range w.m.Media {
		e.picture(&s, f)
		if !e.index.Flagged(w.out.Now, &s) {
			a, b := gramsOf(&s)
			grams = append(grams, a, b)
		}
	}
	w.note.Grams = grams
	if len(grams) > 0 {
		e.common.LearnGrams(w.in.At, grams, w.in.Me, binary.LittleEndian.Uint64(w.in.Origin[:]))
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
		return
	}
	w.contents = w.contents[:0]
	if !w.text.picture {
		e.addContent(w, &in.Sketch, false)
	}
	s := in.Sketch
	for _, f := range w.m.Media {
		if e.picture(&s, f); !e.everybodys(&s) {
			e.addContent(w, &s, true)
		}
	}
	if len(w.contents) == 0 {
		return
	}
	c := choose(w.contents)
	in.Sketch, in.Cluster, in.Reception, w.text.picture = c.sketch, c.cluster, c.reception, c.picture
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
		if w.contents[i].sketch.Same(s) {
			return
		}
	}
	c := content{sketch: *s, picture: picture}
	c.cluster, c.reception = e.known(w, s)
	w.contents = append(w.contents, c)
}

// gravity says how much is known of a content, from the least.
func (c *content) gravity() int {
	seen := c.cluster.Messages > 1
	switch {
	case c.cluster.Flagged > 0 || c.reception.Crowd == judge.Unwelcome:
		return 4
	case seen && !c.picture:
		return 3
	case seen:
		return 2
	case !c.picture:
		return 1
	}
	return 0
}

// choose returns the content that a message is judged by: one that others were
// sanctioned for, or that nobody wants; else one that was sent before, the text first;
// else the text. What is welcome clears a message only where nothing else in it is as
// widespread, or nobody could tell: or whoever adds a welcome picture could send
// anything.
func choose(all []content) *content {
	var best, welcome *content
	for i := range all {
		c := &all[i]
		if c.reception.Crowd == judge.Welcome {
			if welcome == nil || c.cluster.Recipients > welcome.cluster.Recipients {
				welcome = c
			}
			continue
		}
		if best == nil || c.gravity() > best.gravity() || c.gravity() == best.gravity() && c.cluster.Recipients > best.cluster.Recipients {
			best = c
		}
	}
	switch {
	case best == nil:
		return welcome
	case welcome == nil:
		return best
	}
	switch best.gravity() {
	case 0:
		return welcome
	case 2, 3: // what always travels with it is welcome as well
		if 2*best.cluster.Recipients >= welcome.cluster.Recipients {
			return welcome
		}
	}
	return best
}

// observeRest counts what else is in a message that was counted.
func (e *Engine) observeRest(w *work) {
	for range newPictures {
		if c := w.pickNew(); c != nil {
			e.observe(w, &c.sketch)
			c.cluster.Messages = 0
		}
	}
	for i := range w.contents {
		if c := &w.contents[i]; c.cluster.Messages > 1 && !c.sketch.Same(&w.in.Sketch) {
			e.observe(w, &c.sketch)
		}
	}
}

// pickNew is a content that nobody sent before, the text or any picture: none is picked
// sooner for its place. nil: there is none.
func (w *work) pickNew() (new *content) {
	order := func(c *content) uint64 {
		if !c.picture {
			return 0
		}
		return (c.sketch.Exact ^ w.in.Me ^ w.in.To[0].Who) * 0x9e3779b97f4a7c15
	}
	for i := range w.contents {
		c := &w.contents[i]
		if c.cluster.Messages == 1 && !c.sketch.Same(&w.in.Sketch) && (new == nil || order(c) < order(new)) {
			new = c
		}
	}
	return new
}
