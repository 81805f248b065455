package bank

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/cespare/xxhash/v2"

	"github.com/decorum-go/decorum/policy/internal/judge"
	"github.com/decorum-go/decorum/policy/internal/wire"
	"github.com/decorum-go/decorum/similarity"
)

// A bank is kept in pages of some sixteen rules, by the ID of each, and a head, which
// says of each page what was written last. So a process that looks at the head knows
// which pages to read. Both begin with
//
//	edition (4): how often it was written
//	form (1)
//
// of which a store, where it was emptied and is filled again, keeps the highest. Then
// comes, in a head, for each page that was ever written, in order
//
//	how many pages further (uvarint), a hash of what was written last (2 bytes)
//
// and in a page for each rule, in order of ID
//
//	parts (1), action (1), ID (8), at (4), until (4), who and note (sized), and by parts
//	nats (8), wording (8), sketch (204)

// Pages is how many pages a bank has.
const Pages = 1 << 12

// MaxPage is how long an encoded page or head is at most.
const MaxPage = 15_000

const form = 1

// PageOf is the page of a rule.
func PageOf(id uint64) uint16 { return uint16(id % Pages) }

// A Head has of each page a hash of what was written last; 0: it never was. The zero Head
// is that of an empty bank.
type Head [Pages]uint16

// Differs is what a head has of a page that is written anew: a hash and no count, so that
// after a store went back in time what is written then is not taken for what was before.
func Differs(old uint16, page []byte) uint16 {
	h := max(uint16(xxhash.Sum64(page)), 1)
	if h == old {
		h = max(h+1, 1)
	}
	return h
}

// Edition is how often what is encoded was written; 0 of nothing.
func Edition(data []byte) uint32 {
	if len(data) < 4 {
		return 0
	}
	return wire.Get32(data)
}

// Append appends the head.
func (h *Head) Append(b []byte, edition uint32) []byte {
	b = append(wire.Put32(b, edition), form)
	last := 0
	for i, v := range h {
		if v != 0 {
			b = wire.Put16(binary.AppendUvarint(b, uint64(i-last)), v)
			last = i
		}
	}
	return b
}

// Decode reads what Append wrote, and reports whether it is well-formed. No data is an
// empty head.
func (h *Head) Decode(data []byte) bool {
	*h = Head{}
	if len(data) == 0 {
		return true
	}
	d := begin(data)
	at := 0
	for first := true; len(d.B) > 0 && !d.Bad; first = false {
		n := int(d.Count())
		if at += n; at >= Pages || n == 0 && !first {
			d.Bad = true
			break
		}
		h[at] = d.U16()
		d.Bad = d.Bad || h[at] == 0
	}
	return !d.Bad
}

func begin(data []byte) wire.Reader {
	d := wire.Reader{B: data}
	d.U32()
	d.Bad = d.U8() != form || d.Bad
	return d
}

// Parts of a rule.
const (
	hasNats = 1 << iota
	hasWording
	hasSketch
)

// AppendPage appends rules.
func AppendPage(b []byte, edition uint32, rules []Rule) []byte {
	b = append(wire.Put32(b, edition), form)
	for i := range rules {
		r := &rules[i]
		b = append(b, wire.Bits(r.Nats != 0, r.Wording != 0, r.Sketch.Filled > 0), byte(r.Action))
		b = wire.Put32(wire.Put32(wire.Put64(b, r.ID), r.At), r.Until)
		b = wire.PutString(wire.PutString(b, r.By), r.Note)
		if r.Nats != 0 {
			b = wire.Put64(b, math.Float64bits(r.Nats))
		}
		if r.Wording != 0 {
			b = wire.Put64(b, r.Wording)
		}
		if r.Sketch.Filled > 0 {
			b = putSketch(b, &r.Sketch)
		}
	}
	return b
}

// DecodePage reads what AppendPage wrote of a page. ok is false where that is malformed.
func DecodePage(page uint16, data []byte) (rules []Rule, ok bool) {
	if len(data) == 0 {
		return nil, true
	}
	d := begin(data)
	for len(d.B) > 0 && !d.Bad {
		parts := d.U8()
		r := Rule{Action: judge.Action(d.U8()), ID: d.U64(), At: d.U32(), Until: d.U32(), By: d.Text(), Note: d.Text()}
		if parts&hasNats != 0 {
			r.Nats = math.Float64frombits(d.U64())
		}
		if parts&hasWording != 0 {
			r.Wording = d.U64()
		}
		if parts&hasSketch != 0 {
			getSketch(&d, &r.Sketch)
		}
		last := uint64(0)
		if n := len(rules); n > 0 {
			last = rules[n-1].ID
		}
		d.Bad = d.Bad || parts >= hasSketch<<1 || r.ID <= last || PageOf(r.ID) != page || !r.sound() || parts != r.parts()
		rules = append(rules, r)
	}
	return rules, !d.Bad
}

func (r *Rule) parts() byte { return wire.Bits(r.Nats != 0, r.Wording != 0, r.Sketch.Filled > 0) }

// sound reports whether a rule is one that a bank can hold.
func (r *Rule) sound() bool {
	return r.Action >= judge.TextFine && r.Action <= judge.TextEvidence && r.Nats-r.Nats == 0 && (r.Nats != 0) == (r.Action == judge.TextEvidence) &&
		(r.Sketch.Filled == 0 || NameOf(r.Action, &r.Sketch, r.Wording) == r.ID)
}

// What a sketch has of keys and of disguise is not compared, and not kept.

func putSketch(b []byte, s *similarity.Sketch) []byte {
	b = append(b, s.Bins[:]...)
	for _, a := range s.Anchors {
		b = wire.Put32(b, a)
	}
	return wire.Put16(wire.Put16(wire.Put64(b, s.Exact), s.Grams), s.Information)
}

func getSketch(d *wire.Reader, s *similarity.Sketch) {
	copy(s.Bins[:], d.Take(len(s.Bins)))
	for i := range s.Anchors {
		s.Anchors[i] = d.U32()
	}
	s.Exact, s.Grams, s.Information = d.U64(), d.U16(), d.U16()
	for _, v := range s.Bins {
		if v != 0 {
			s.Filled++
		}
	}
}

// With returns the rules of a page with one more, in the place of one with its ID.
func With(rules []Rule, r Rule) []Rule {
	i, found := at(rules, r.ID)
	if found {
		rules[i] = r
		return rules
	}
	return slices.Insert(rules, i, r)
}

// Without returns the rules of a page without one, and whether it was there.
func Without(rules []Rule, id uint64) (left []Rule, was bool) {
	i, found := at(rules, id)
	if found {
		rules = slices.Delete(rules, i, i+1)
	}
	return rules, found
}

func at(rules []Rule, id uint64) (int, bool) {
	return slices.BinarySearchFunc(rules, id, func(r Rule, id uint64) int {
		switch {
		case r.ID < id:
			return -1
		case r.ID > id:
			return 1
		}
		return 0
	})
}
