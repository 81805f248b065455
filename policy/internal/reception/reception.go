// Package reception counts what becomes of the copies of a text, over all who send
// it: people whom it reached, answers, complaints. It tells a notice that people pass
// on to each other from a campaign. What the counts say is decided by judge.
package reception

import (
	"cmp"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/decorum-go/decorum/policy/internal/judge"
	"github.com/decorum-go/decorum/policy/internal/wire"
	"github.com/decorum-go/decorum/scoring"
)

const (
	// maxTexts is how many texts are counted, at some 400 bytes each.
	maxTexts = 4096
	// complaintsHalf is the half-life of complaints about a text.
	complaintsHalf = 30 * 24 * time.Hour
	// maxWho is how many of those who answered or complained are remembered, so that
	// each counts once.
	maxWho = 32
	// perOrigin is how many answers of one origin count.
	perOrigin = 3
)

// A Person answers or complains. Both are keyed hashes.
type Person struct {
	Who    uint64
	Origin uint32 // 0: unknown
}

// A text is what is counted of one.
type text struct {
	copies     scoring.Responses
	complaints scoring.Decayed
	last       int64 // Unix seconds of the newest event
	crowd      judge.Crowd
	heard      [maxWho]heard
	n          uint32 // of heard, ever
}

// heard is somebody who was counted.
type heard struct {
	who    uint32
	origin uint32
}

// once reports whether somebody was not counted yet, and no more of their origin
// than count, and notes them.
func (x *text) once(p Person, salt uint32) bool {
	who, same := uint32(p.Who)^salt, 0
	for _, h := range x.heard[:min(x.n, maxWho)] {
		if h.who == who {
			return false
		}
		if p.Origin != 0 && h.origin == p.Origin {
			same++
		}
	}
	if same >= perOrigin {
		return false
	}
	x.heard[x.n%maxWho] = heard{who, p.Origin}
	if x.n++; x.n >= 1<<31 {
		x.n = maxWho
	}
	return true
}

// A Table is safe for concurrent use. The zero Table is empty. Times may come in any
// order. It holds counts, and what they showed last: what they show is said by the
// rules that each call brings, so that a change of policy holds from the next call on.
type Table struct {
	mu    sync.Mutex
	texts map[uint64]*text
}

// at returns a text, a new one if it is not known.
func (t *Table) at(id uint64, now time.Time) *text {
	x := t.texts[id]
	if x == nil {
		if t.texts == nil {
			t.texts = make(map[uint64]*text)
		}
		if len(t.texts) >= maxTexts {
			t.makeRoom()
		}
		x = new(text)
		t.texts[id] = x
	}
	x.last = max(x.last, now.Unix())
	return x
}

// makeRoom forgets an eighth of the texts: those of which nothing is known yet come
// first, then those that nobody has sent for the longest time.
func (t *Table) makeRoom() {
	type known struct {
		id   uint64
		some bool
		last int64
	}
	all := make([]known, 0, len(t.texts))
	for id, x := range t.texts {
		all = append(all, known{id, x.crowd != judge.InDoubt, x.last})
	}
	slices.SortFunc(all, func(a, b known) int {
		switch {
		case a.some == b.some:
		case b.some:
			return -1
		default:
			return 1
		}
		return cmp.Or(cmp.Compare(a.last, b.last), cmp.Compare(a.id, b.id))
	})
	for _, x := range all[:maxTexts/8] {
		delete(t.texts, x.id)
	}
}

// ids are those of all texts, in order.
func (t *Table) ids() []uint64 {
	ids := make([]uint64, 0, len(t.texts))
	for id := range t.texts {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// mostCopies is how many copies of a text count for each person whom it reached: who
// answers does so once, however many wrote. One would have the crowd of a small town,
// whose people overlap, depend on how its language makes clusters.
const mostCopies = 2

// Delivered counts n people whom a copy of a text newly reached at now. people is how many
// different ones all copies reached: each is counted mostCopies times at most.
func (t *Table) Delivered(rules *judge.CrowdRules, id uint64, now time.Time, n, people int) {
	if id == 0 || n <= 0 {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	x := t.at(id, now)
	if fresh := min(float64(n), mostCopies*float64(people)-x.copies.Attempts(now)); fresh > 0 {
		x.copies.Add(now, fresh)
	}
	x.judge(rules, now)
}

// Answered counts an answer at now, of a weight up to 1, to a copy that came at
// asked. A text that is not known, and an answer of weight 0, change nothing.
func (t *Table) Answered(rules *judge.CrowdRules, id uint64, asked, now time.Time, by Person, weight float64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if x := t.texts[id]; x != nil && weight > 0 && x.once(by, 0) {
		x.copies.Answer(asked, now, min(weight, 1))
		x.judge(rules, now)
	}
}

// Complained counts a complaint of a weight about a text, if it is known.
func (t *Table) Complained(rules *judge.CrowdRules, id uint64, now time.Time, by Person, weight float64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if x := t.texts[id]; x != nil && weight > 0 && x.once(by, 1<<31) {
		x.complaints.Add(now, weight, complaintsHalf)
		x.judge(rules, now)
	}
}

// Of returns what became of a text, and changes nothing.
func (t *Table) Of(rules *judge.CrowdRules, id uint64, now time.Time) judge.Reception {
	t.mu.Lock()
	defer t.mu.Unlock()
	if x := t.texts[id]; x != nil {
		return x.at(rules, now)
	}
	return judge.Reception{}
}

// at is what became of the text by now.
func (x *text) at(rules *judge.CrowdRules, now time.Time) judge.Reception {
	r := judge.Reception{Copies: x.copies.Attempts(now), Complaints: x.complaints.At(now, complaintsHalf), Crowd: x.crowd}
	r.Answers, r.Exposure = x.copies.Counts(now)
	r.Judge(rules)
	return r
}

func (x *text) judge(rules *judge.CrowdRules, now time.Time) { x.crowd = x.at(rules, now).Crowd }

// A text is encoded as
//
//	ID (8), crowd (1), newest event (6), complaints (12), answers and copies (sized),
//	people heard (uvarint), each of the newest (4 + 4)
//
// in the order of IDs.
func (x *text) append(b []byte, id uint64) []byte {
	b = wire.Put48(append(wire.Put64(b, id), byte(x.crowd)), uint64(x.last))
	b = wire.PutDecayed(b, x.complaints)
	b = wire.PutSized(b, func(b []byte) []byte { b, _ = x.copies.AppendBinary(b); return b })
	b = wire.Put32(b, x.n)
	for _, h := range x.heard[:min(x.n, maxWho)] {
		b = wire.Put32(wire.Put32(b, h.who), h.origin)
	}
	return b
}

// Append appends the binary form of a Table.
func (t *Table) Append(b []byte) []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, id := range t.ids() {
		b = t.texts[id].append(b, id)
	}
	return b
}

// A State is a Table as Append wrote it.
type State struct{ texts map[uint64]*text }

// Parse reads what Append wrote. data is untrusted. It reports whether it could;
// if not, s means nothing.
func (s *State) Parse(data []byte) bool {
	s.texts = make(map[uint64]*text)
	d := wire.Reader{B: data}
	for prev := uint64(0); len(d.B) > 0 && !d.Bad; {
		id, x := d.U64(), new(text)
		x.crowd, x.last = judge.Crowd(d.U8()), int64(d.U48())
		x.complaints = d.Decayed()
		d.Into(&x.copies, d.Sized())
		x.n = d.U32()
		for i := range min(x.n, maxWho) {
			x.heard[i] = heard{d.U32(), d.U32()}
		}
		sum := x.complaints.Sum
		if id <= prev || x.crowd > judge.Unwelcome || !(sum >= 0 && sum < math.MaxFloat32) || len(s.texts) == maxTexts {
			return false
		}
		s.texts[id], prev = x, id
	}
	return !d.Bad
}

// Restore puts s in place of what t holds. s must not be used afterwards.
func (t *Table) Restore(s *State) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.texts = s.texts
}
