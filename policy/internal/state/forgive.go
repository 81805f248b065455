package state

import (
	"slices"
	"time"

	"github.com/decorum-go/decorum/policy/internal/ladder"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/scoring"
)

// advance brings a track to a time.
func (r *Record) advance(t *Track, now, gone uint32, rules *ladder.Rules) {
	closes := t.Ladder.Closes(rules)
	if t.Ladder.AdvanceTo(now, gone, rules) {
		r.SetBaseline(t, closes) // what came after that is new
	}
	if rules.ReadTime == 0 || t.Ladder.Punished() {
		return
	}
	if w := t.Ladder.Warned(now, rules); w != 0 {
		if read := stamp.After(w, rules.ReadTime); stamp.OfMilli(r.Newest) < read && read <= now && r.heeds(t, read, rules) {
			r.forgive(t)
		}
	}
}

// heeds reports whether a Warning was heeded until it was read: by few tries, or by more
// and then none. Who made most of those that end it, and approached somebody within the
// last sixth of the time, has not stopped. What waited and is tried again says nothing.
func (r *Record) heeds(t *Track, read uint32, rules *ladder.Rules) bool {
	switch tries := int(t.Ladder.Ignored); {
	case tries >= int(rules.Tries):
		return false
	case 4*tries <= 3*int(rules.Tries):
		return true
	}
	return !slices.ContainsFunc(r.Pending.At[:r.Pending.N], func(e Attempt) bool { return stamp.After(e.Asked, rules.ReadTime/6) > read })
}

// forgive begins the sums of what happens within hours anew: the account has been
// warned for it, and has had the time to read that.
func (r *Record) forgive(t *Track) {
	t.Baseline.FanFast = r.FanFast
	for i := range r.Texts.N {
		t.Baseline.Texts[i].Fast = r.Texts.Ring[i].Fast
	}
}

// Clear takes what a message that a moderator found harmless had added out of what
// speaks against the account: its text, and the people whom that went to. id is the
// keyed hash of its ID. Of one that was simply allowed there is nothing to be said.
func (r *Record) Clear(id uint32, now time.Time, rules *ladder.Rules) {
	d, slot := r.Recent.ByID(id, stamp.Of(now)), -1
	if d != nil && d.Verdict == Allow {
		return
	}
	r.Cleared.Add(now, 1, ClearedHalf)
	if d != nil {
		slot = slices.IndexFunc(r.Texts.Ring[:r.Texts.N], func(e Text) bool { return e.Last == d.At })
	}
	r.clear(slot, now, rules)
}

// ClearText is Clear of all messages with the text in a slot, which is not counted as a
// finding of its own.
func (r *Record) ClearText(slot int, now time.Time, rules *ladder.Rules) { r.clear(slot, now, rules) }

func (r *Record) clear(slot int, now time.Time, rules *ladder.Rules) {
	for i := -1; i < r.NShadows; i++ {
		t := r.Track(i)
		t.Ladder.Clear(stamp.Of(now), rules)
		if slot < 0 {
			continue
		}
		e, b := &r.Texts.Ring[slot], &t.Baseline
		b.Texts[slot] = TextBaseline{Fast: e.Fast, Slow: e.Slow, Strangers: e.Strangers}
		if most := 2 * e.Fast.At(now, TextFastHalf); most >= r.FanFast.At(now, FanFastHalf) {
			b.FanFast = r.FanFast
		}
		if most := 2 * e.Slow.At(now, TextSlowHalf); most >= r.FanSlow.At(now, FanSlowHalf) {
			b.FanSlow = r.FanSlow
		}
	}
	r.Rhythm = scoring.Rhythm{}
}
