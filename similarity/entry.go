package similarity

import (
	"encoding/binary"
	"math"
	"time"
)

// entry is a cluster in memory. It has no pointers, so that garbage collection does
// not scan it, and most clusters, of a few people, need nothing else.
type entry struct {
	bins        [numBins]uint8 // of the message that started it
	exact       uint64
	first, last int64  // Unix nanoseconds
	messages    uint32 // 0: free
	overflow    uint32 // 1 + index of its overflow; 0: none
	next, prev  uint32 // in the list of its ID
	senders     [inlineSenders]uint32
	recipients  [inlineRecipients]uint32
	says        uint16 // Information of that message
	filled      uint8  // bins that are not empty
	used        bool   // joined since the clock hand last passed
}

const (
	inlineSenders    = 2
	inlineRecipients = 3
	maxFlagged       = 8
)

// overflow is what only clusters of more than a few people need, or flagged ones.
type overflow struct {
	slot       uint32 // 1 + slot of the cluster; 0: free
	nflagged   uint32
	flagged    [maxFlagged]uint64
	senders    counter
	recipients counter
}

func countInline(list []uint32) int {
	n := 0
	for _, v := range list {
		if v != 0 {
			n++
		}
	}
	return n
}

// addInline reports whether h is in the list or could be put there.
func addInline(list []uint32, h uint32) bool {
	for i, v := range list {
		if v == h {
			return true
		}
		if v == 0 {
			list[i] = h
			return true
		}
	}
	return false
}

// add counts a message. Without an overflow, x is nil: it then reports whether one
// is needed, and has changed nothing.
func (e *entry) add(x *overflow, now int64, sender uint64, recipients []uint64) bool {
	if x == nil {
		was := *e
		fits := addInline(e.senders[:], hash32(sender))
		for _, r := range recipients {
			fits = fits && addInline(e.recipients[:], hash32(r))
		}
		if !fits {
			*e = was
			return true
		}
	} else {
		x.senders.add(hash32(sender))
		for _, r := range recipients {
			x.recipients.add(hash32(r))
		}
	}
	if e.messages < math.MaxUint32 {
		e.messages++
	}
	e.last = max(e.last, now)
	e.used = true
	return false
}

// spill moves what e has counted so far to x.
func (e *entry) spill(x *overflow) {
	for _, h := range e.senders {
		if h != 0 {
			x.senders.add(h)
		}
	}
	for _, h := range e.recipients {
		if h != 0 {
			x.recipients.add(h)
		}
	}
}

// numSenders is the number of different senders; x is the overflow of e or nil.
func (e *entry) numSenders(x *overflow) int {
	if x != nil {
		return x.senders.count()
	}
	return countInline(e.senders[:])
}

// before reports which of two clusters is the older one; of two that began at
// one time, either, and always the same.
func (e *entry) before(o *entry) bool {
	return e.first < o.first || e.first == o.first && e.id() < o.id()
}

// author reports whether sender sent the first message.
func (e *entry) author(sender uint64) bool { return e.senders[0] == hash32(sender) }

// cluster is e as callers see it.
func (e *entry) cluster(x *overflow, similarity, strength float64) Cluster {
	c := Cluster{
		ID:         e.id(),
		Messages:   int(e.messages),
		Senders:    e.numSenders(x),
		Recipients: countInline(e.recipients[:]),
		First:      time.Unix(0, e.first).UTC(),
		Last:       time.Unix(0, e.last).UTC(),
		Similarity: similarity,
		Strength:   strength,
	}
	if x != nil {
		c.Recipients, c.Flagged = x.recipients.count(), int(x.nflagged)
	}
	return c
}

// appendBinary appends e: its messages, and all else unless they are 0.
func (e *entry) appendBinary(b []byte) []byte {
	le := binary.LittleEndian
	b = le.AppendUint32(b, e.messages)
	if e.messages == 0 {
		return b
	}
	b = append(b, e.bins[:]...)
	b = le.AppendUint64(b, e.exact)
	b = le.AppendUint64(b, uint64(e.first))
	b = le.AppendUint64(b, uint64(e.last))
	b = le.AppendUint32(b, e.overflow)
	for _, h := range e.senders {
		b = le.AppendUint32(b, h)
	}
	for _, h := range e.recipients {
		b = le.AppendUint32(b, h)
	}
	return append(le.AppendUint16(b, e.says), boolByte(e.used))
}

// read reads what appendBinary appended, and reports whether there is a cluster.
func (e *entry) read(r *reader, overflows int) bool {
	if e.messages = r.u32(); e.messages == 0 {
		return false
	}
	copy(e.bins[:], r.bytes(numBins))
	e.filled = filledBins(&e.bins)
	e.exact = r.u64()
	e.first, e.last = int64(r.u64()), int64(r.u64())
	e.overflow = uint32(r.less(int(r.u32()), overflows+1))
	for i := range e.senders {
		e.senders[i] = r.u32()
	}
	for i := range e.recipients {
		e.recipients[i] = r.u32()
	}
	e.says = r.u16()
	e.used = r.u8() != 0
	return true
}

func (p *overflow) appendBinary(b []byte) []byte {
	b = binary.LittleEndian.AppendUint32(b, p.slot)
	b = binary.LittleEndian.AppendUint32(b, p.nflagged)
	for _, s := range p.flagged {
		b = binary.LittleEndian.AppendUint64(b, s)
	}
	return p.recipients.appendBinary(p.senders.appendBinary(b))
}

func (p *overflow) read(r *reader, slots int) {
	p.slot = uint32(r.less(int(r.u32()), slots+1))
	p.nflagged = uint32(r.less(int(r.u32()), maxFlagged+1))
	for i := range p.flagged {
		p.flagged[i] = r.u64()
	}
	p.senders.read(r)
	p.recipients.read(r)
}
