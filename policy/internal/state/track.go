package state

import (
	"slices"
	"time"

	"github.com/cespare/xxhash/v2"

	"github.com/decorum-go/decorum/policy/internal/ladder"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/wire"
	"github.com/decorum-go/decorum/scoring"
)

// A Track is where an account stands under one policy: the one that is enforced, or
// a shadow. Of a shadow nothing that is enforced may be read.
type Track struct {
	Policy       uint32 // shadows: hash of the policy's name
	Ladder       ladder.State
	Baseline     Baseline
	SanctionedBy [MaxTexts]uint32 // low half of the ID of the sanction that each text of the ring brought; 0: none
}

// A Baseline is the evidence that a sanction answered: judgement reads what came
// after it. Sums are kept as they stood, and taken off. A Warning that was read answers
// what happened within hours, and nothing else: then At is 0, or that of an earlier one.
type Baseline struct {
	At                  uint32 // 0: there is none
	FanFast, FanSlow    scoring.Decayed
	Reached, Complained scoring.Decayed
	Replies             scoring.Responses
	Texts               [MaxTexts]TextBaseline
}

// A TextBaseline is the part of a Baseline that is about one text of the ring.
type TextBaseline struct {
	Fast, Slow scoring.Decayed
	Strangers  uint16 // whom the text had reached
}

// blank reports whether there is nothing to keep.
func (t *Track) blank() bool { return t.Ladder.Blank() && t.Baseline.blank() && t.Policy == 0 }

// blank reports whether there is nothing to take off.
func (b *Baseline) blank() bool {
	sum := b.FanFast.Sum // none is negative
	for i := range b.Texts {
		sum += b.Texts[i].Fast.Sum
	}
	return b.At == 0 && sum == 0
}

// Track is the enforced track for −1, else that of a shadow.
func (r *Record) Track(i int) *Track {
	if i < 0 {
		return &r.Enforced
	}
	return &r.Shadows[i]
}

// SetBaseline notes that the evidence so far is answered by a sanction.
func (r *Record) SetBaseline(t *Track, at uint32) {
	b := Baseline{At: at, FanFast: r.FanFast, FanSlow: r.FanSlow, Reached: r.Reached, Complained: r.Complained, Replies: r.Replies}
	for i := range r.Texts.N {
		e := &r.Texts.Ring[i]
		b.Texts[i] = TextBaseline{Fast: e.Fast, Slow: e.Slow, Strangers: e.Strangers}
	}
	t.Baseline, t.Ladder.Ignored = b, 0
	if t == &r.Enforced {
		r.Rhythm = scoring.Rhythm{}
	}
}

// Sanctioned marks the text of a sanction in the ring, and those like it. One that
// brought a sanction before stays marked for that.
func (t *Track) Sanctioned(m *TextMatch, n int, id uint64) {
	for i := range n {
		if t.SanctionedBy[i] == 0 && (i == m.Slot || m.Jaccard[i] > 0) {
			t.SanctionedBy[i] = max(uint32(id), 1)
		}
	}
}

// Brought reports whether a text, or one like it, brought a sanction that is not taken
// back.
func (t *Track) Brought(m *TextMatch, id uint64) bool {
	for i, by := range t.SanctionedBy {
		if by == max(uint32(id), 1) && (i == m.Slot || m.Jaccard[i] > 0) {
			return true
		}
	}
	return false
}

// Acquit takes that back.
func (t *Track) Acquit(id uint64) {
	for i := range t.SanctionedBy {
		if t.SanctionedBy[i] == max(uint32(id), 1) {
			t.SanctionedBy[i] = 0
		}
	}
}

// Details are what is known of a sanction besides what the ladder needs: why it was
// imposed, by whom, and what became of it.
type Details struct {
	ID       uint64
	Review   uint32 // when a person should look again; 0: not fixed
	Reasons  [MaxReasons]Reason
	NReasons int
	Policy   string // under which it was imposed
	Message  string // ID of the message that brought it
	By       string // the moderator; "": automatic
	Origin   string // of the message that brought it, as the bytes of its key; "": none
	EndedBy  string // who lifted it
	Note     string // why
	Appeal   Appeal
}

// An Appeal is the newest appeal against a sanction. Its outcome is in the ladder.
type Appeal struct {
	ID      uint64 // 0: none
	At      uint32
	Ruled   uint32 // 0: open
	Pending bool   // consequences of the ruling are still to be carried out
	By      string
	Note    string
}

// MaxReasons is how many reasons of a sanction are kept, the weightiest.
const MaxReasons = 4

// A Reason is one piece of the explanation of a sanction.
type Reason struct {
	Index               uint8  // in the table of codes; 0: Code is the host's own
	Code                string // of the host's own
	Value, Limit, Share float32
	N, K                int32
}

// NewID derives the ID of a sanction or an appeal, never zero, from the account's
// key, what brought it and how many came before: equal histories make equal IDs. at is when,
// or 0 where a message is named: in a store that was emptied the count begins anew.
func NewID(key Key, what string, ordinal uint16, at uint32) uint64 {
	d := xxhash.New()
	d.Write(key[:])
	d.WriteString(what)
	b := wire.Put16(make([]byte, 0, 6), ordinal)
	if at != 0 {
		b = wire.Put32(b, at)
	}
	d.Write(b)
	return max(d.Sum64(), 1)
}

// Kept is as much of a name or note as a record keeps.
func Kept(s string) string { return wire.Clip(s, 64) }

// Find returns a sanction and its details, nil if there is none with that ID.
func (r *Record) Find(id uint64) (*ladder.Entry, *Details) {
	e := r.Enforced.Ladder.Find(id)
	if e == nil {
		return nil, nil
	}
	return e, r.DetailsOf(id)
}

// DetailsOf returns the details of a sanction, nil if they are not kept any more.
func (r *Record) DetailsOf(id uint64) *Details {
	for i := range r.Details {
		if r.Details[i].ID == id {
			return &r.Details[i]
		}
	}
	return nil
}

// AddDetails keeps the details of a sanction that was added to the log; those of
// one that made room there go.
func (r *Record) AddDetails(d Details) {
	r.Details = slices.DeleteFunc(r.Details, func(d Details) bool { return r.Enforced.Ladder.Find(d.ID) == nil })
	r.Details = append(r.Details, d)
	r.Ordinal++
}

// trimDetails drops those of sanctions that can no longer be appealed against.
func (r *Record) trimDetails(now uint32) {
	r.Details = slices.DeleteFunc(r.Details, func(d Details) bool {
		e := r.Enforced.Ladder.Find(d.ID)
		return e == nil || !e.Stands(now) && now >= e.Expires()
	})
}

// Adopt takes over the sanctions of another record of the same account that this one
// knows nothing of, and that stand or can be appealed against: those that stand first.
// It reports whether there were any.
func (r *Record) Adopt(o *Record, now uint32) (any bool) {
	for _, standing := range [...]bool{true, false} {
		for i := range o.Enforced.Ladder.N {
			e := &o.Enforced.Ladder.Log[i]
			d := o.DetailsOf(e.ID)
			if wanted := e.Stands(now) || d != nil && now < e.Expires(); !wanted || e.Stands(now) != standing || !r.Enforced.Ladder.Adopt(*e) {
				continue
			}
			if d != nil {
				r.Details = append(r.Details, *d)
			}
			r.Name, any = o.Name, true
		}
	}
	r.Enforced.Ladder.Conduct.Join(&o.Enforced.Ladder.Conduct)
	for _, line := range o.Owed {
		if !slices.Contains(r.Owed, line) {
			r.Owe(line)
			any = true
		}
	}
	r.RefusedBy.join(&o.RefusedBy, MaxRefusedBy)
	r.Refuses.join(&o.Refuses, MaxRefuses)
	r.Newest, r.Ordinal = max(r.Newest, o.Newest), max(r.Ordinal, o.Ordinal)
	return any
}

// Lacks reports whether the record knows nothing of a sanction that stands in another one
// of the same account.
func (r *Record) Lacks(o *Record, clock time.Time) bool {
	now := newest(r, o, clock)
	return o.Enforced.Ladder.Any(func(s *ladder.Entry) bool { return s.Stands(now) && r.Enforced.Ladder.Find(s.ID) == nil })
}

// Merge makes one record of what was known of an account before its store was emptied,
// and what was written since: the later one, or the one known where the other began
// after it and knows nothing of it, with the sanctions of both. Of parts of the bank
// of texts it is the later edition. It returns nil where what was written since is all.
// Both are used up.
func Merge(known, since *Record, clock time.Time, skew time.Duration, rules *ladder.Rules) *Record {
	if len(known.Bank) > 0 {
		if len(since.Bank) > 0 && wire.Get32(since.Bank) >= wire.Get32(known.Bank) { // its edition
			return nil
		}
		return known
	}
	// One that a wrong clock has put ahead comes back first: by its time all that
	// stands in the other one has ended.
	for _, r := range [...]*Record{known, since} {
		r.Begin(time.UnixMilli(r.Newest), clock, skew, rules)
	}
	now := newest(known, since, clock)
	switch {
	case known.Newest > since.Newest || int64(since.Born) > known.Newest/1000:
		known.Adopt(since, now)
		return known
	case since.Adopt(known, now):
		return since
	}
	return nil
}

// newest is the newer time of two records, if that has come.
func newest(a, b *Record, clock time.Time) uint32 {
	return stamp.OfMilli(min(max(a.Newest, b.Newest), clock.UnixMilli()))
}

// Forget reduces the record to what stands against the account. It reports whether
// that is anything; if not, the record is as it was.
func (r *Record) Forget(now uint32, rules *ladder.Rules) bool {
	kept := Record{Newest: r.Newest, Born: r.Born, Leap: r.Leap, Back: r.Back, Ordinal: r.Ordinal, Owed: r.Owed}
	// There are no sums any more that a baseline could be taken off, and no texts
	// that could have brought a sanction.
	kept.Enforced.Ladder = r.Enforced.Ladder
	any := kept.Enforced.Ladder.Forget(r.gone(now), rules)
	if r.Order.Verdict == Hold {
		kept.Order, any = r.Order, true
	}
	if r.forgetAsleep(r.gone(now), rules) {
		kept.asleep, any = r.asleep, true
	}
	if !any {
		return false
	}
	for _, d := range r.Details {
		if kept.Enforced.Ladder.Find(d.ID) != nil {
			kept.Details = append(kept.Details, d)
		}
	}
	*r = kept
	return true
}
