package similarity

import (
	"math"
	"time"
)

// A Cluster is what an Index knows of the near-copies of one text, counting
// the message it was asked about. The zero Cluster, with ID 0, means that the
// message belongs to none: it has too little text, or its sender's quota of
// new texts is used up. A Cluster is a plain value.
type Cluster struct {
	// ID names the cluster; 0 is none. It is derived from the sketch of the
	// message that started it: the same in every Index and process whose
	// sketches are made with the same key.
	ID uint64
	// Messages, Senders and Recipients count messages, and different senders
	// and recipients: exactly up to 32, within 9 % (one standard error) above.
	Messages, Senders, Recipients int
	// First and Last are the times of the first and the latest message, in UTC.
	First, Last time.Time
	// Similarity is the Jaccard similarity to the first message of the
	// cluster, from 0 to 1; 1 for the message that starts one.
	Similarity float64
	// Strength is how far Similarity is above what was needed to join, from 0
	// for a bare match to 1 for the very same text.
	Strength float64
	// Flagged is how many different senders were sanctioned for this text, at most 8.
	Flagged int
	// Author says that the sender asked about is the one whom the Index saw send
	// the text first.
	Author bool
}

// entry is a cluster in memory. It has no pointers.
type entry struct {
	bins        [numBins]uint8 // of the message that started it
	exact       uint64
	first, last int64  // Unix nanoseconds
	messages    uint32 // 0: free
	extra       uint32 // 1 + index of its extra; 0: none
	next, prev  uint32 // in the list of its ID
	senders     [inlineSenders]uint32
	recipients  [inlineRecipients]uint32
	grams       uint16
	filled      uint8 // bins that are not empty
	used        bool  // joined since the hand last passed
}

const (
	inlineSenders    = 2
	inlineRecipients = 3
	maxFlagged       = 8
)

// extra is what only clusters of more than a few people need.
type extra struct {
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

// add counts a message. It reports whether an extra would be needed; then e is
// unchanged if x is nil.
func (e *entry) add(x *extra, now int64, sender uint64, recipients []uint64) bool {
	if x == nil {
		was := *e
		fits := addInline(e.senders[:], hash32(sender))
		for _, r := range recipients {
			if !fits {
				break
			}
			fits = addInline(e.recipients[:], hash32(r))
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
func (e *entry) spill(x *extra) {
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

// numSenders is the number of different senders; x is the extra of e or nil.
func (e *entry) numSenders(x *extra) int {
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
func (e *entry) cluster(x *extra, similarity, strength float64) Cluster {
	c := Cluster{
		ID:         e.id(),
		Messages:   int(e.messages),
		Senders:    e.numSenders(x),
		First:      time.Unix(0, e.first).UTC(),
		Last:       time.Unix(0, e.last).UTC(),
		Similarity: similarity,
		Strength:   strength,
	}
	if x != nil {
		c.Recipients = x.recipients.count()
		c.Flagged = int(x.nflagged)
	} else {
		c.Recipients = countInline(e.recipients[:])
	}
	return c
}

// nanos is t in Unix nanoseconds, clamped to what they can say.
func nanos(t time.Time) int64 {
	const limit = math.MaxInt64 / 1_000_000_000 * 1_000_000_000
	switch s := t.Unix(); {
	case s <= -limit/1_000_000_000:
		return -limit
	case s >= limit/1_000_000_000:
		return limit
	}
	return t.UnixNano()
}

// age is how long before now, at least 0 and without overflow.
func age(now, then int64) time.Duration {
	if now <= then {
		return 0
	}
	if d := now - then; d >= 0 {
		return time.Duration(d)
	}
	return math.MaxInt64
}
