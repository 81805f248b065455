package state

import (
	"slices"

	"github.com/decorum-go/decorum/policy/internal/wire"
)

// A Refusal says that somebody wants no more messages of an account: they blocked it, or
// complained about it.
type Refusal struct {
	Who   uint64
	At    uint32
	Block bool
}

// Refusals are the refusals of one account, oldest first. Its own record holds the first
// MaxRefusedBy people who refuse it; the record of each of those the newest MaxRefuses
// accounts that they refuse. So one is missed only where both have no room.
type Refusals struct {
	N  int
	At [MaxRefusedBy]Refusal
}

// Bounds of Refusals: of RefusedBy, and of Refuses.
const (
	MaxRefusedBy = 64
	MaxRefuses   = 32
)

// manyRefuse is from how many people on all are looked at whom a message goes to: the
// record may have no room for more, and theirs tell.
const manyRefuse = MaxRefusedBy / 4

// Many reports whether there may be more than there are.
func (p *Refusals) Many() bool { return p.N >= manyRefuse }

// Find returns the refusal about somebody, nil for none.
func (p *Refusals) Find(who uint64) *Refusal {
	for i := range p.N {
		if p.At[i].Who == who {
			return &p.At[i]
		}
	}
	return nil
}

// Put notes a refusal. One of the same person takes it in: a block stays one. Of more
// than most the oldest makes room, or, where first is set, the newest has none.
func (p *Refusals) Put(e Refusal, most int, first bool) {
	if old := p.Find(e.Who); old != nil {
		old.At, old.Block = max(old.At, e.At), old.Block || e.Block
		return
	}
	switch {
	case p.N < most:
	case first:
		return
	default:
		p.keep(most - 1)
	}
	p.At[p.N] = e
	p.N++
}

// Drop takes back what somebody refused, and reports whether they did.
func (p *Refusals) Drop(who uint64) bool {
	n := p.N
	p.N = len(slices.DeleteFunc(p.At[:n], func(e Refusal) bool { return e.Who == who }))
	return p.N < n
}

// DropComplaints takes back all that is no block and was said before a time: nobody
// asks for it any more.
func (p *Refusals) DropComplaints(before uint32) {
	p.N = len(slices.DeleteFunc(p.At[:p.N], func(e Refusal) bool { return !e.Block && e.At < before }))
}

// join adds those of another record of the same account.
func (p *Refusals) join(o *Refusals, most int) {
	for i := range o.N {
		p.Put(o.At[i], most, false)
	}
}

// keep forgets all but the newest n.
func (p *Refusals) keep(n int) {
	if p.N > n {
		p.N = len(slices.Delete(p.At[:p.N], 0, p.N-n))
	}
}

// each calls fn for the time of each.
func (p *Refusals) each(fn func(at uint32) uint32) {
	for i := range p.N {
		p.At[i].At = fn(p.At[i].At)
	}
}

func putRefusedBy(r *Record, b []byte) []byte { return r.RefusedBy.put(b) }
func getRefusedBy(r *Record, d *wire.Reader)  { r.RefusedBy.get(d, MaxRefusedBy) }
func putRefuses(r *Record, b []byte) []byte   { return r.Refuses.put(b) }
func getRefuses(r *Record, d *wire.Reader)    { r.Refuses.get(d, MaxRefuses) }

func (p *Refusals) put(b []byte) []byte {
	for i := range p.N {
		e := &p.At[i]
		b = append(wire.Put32(wire.Put48(b, e.Who), e.At), wire.Bits(e.Block))
	}
	return b
}

func (p *Refusals) get(d *wire.Reader, most int) {
	for len(d.B) > 0 && !d.Bad && p.N < most {
		e := Refusal{Who: d.U48(), At: d.U32()}
		what := d.U8()
		e.Block, d.Bad = what == 1, d.Bad || what > 1
		p.At[p.N] = e
		p.N++
	}
}
