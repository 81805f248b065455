package policy

import (
	"math"
	"time"
)

// prints remembers the last messages of 24 hours, so that a retry gets the
// same answer and counts once, and a retraction knows what to give back.
type prints struct {
	n  int
	at [maxPrints]print // oldest first
}

// print is one message and its answer.
type print struct {
	id, content uint32 // keyed hashes: of the ID; of recipients and text
	at          uint32
	score       float64
	retry       uint32 // seconds until it may be tried again, at most retryMask
	people      uint16 // what it took from the window of new people
	verdict     Verdict
	flags       uint8
}

const (
	retryMask = 1<<24 - 1

	printChannel uint8 = 1 << iota // it was counted on a channel of its own
	printGiven                     // it was retracted: the quota was given back
)

// find returns the print of a message, nil if it is not remembered.
func (p *prints) find(id, content, now uint32) *print {
	for i := p.n - 1; i >= 0; i-- {
		if e := &p.at[i]; e.id == id && e.content == content && e.flags&printGiven == 0 && now < after(e.at, printsEnd) {
			return e
		}
	}
	return nil
}

// byID returns the latest print with that ID.
func (p *prints) byID(id, now uint32) *print {
	for i := p.n - 1; i >= 0; i-- {
		if e := &p.at[i]; e.id == id && now < after(e.at, printsEnd) {
			return e
		}
	}
	return nil
}

// add remembers a message; an earlier print of the same one goes.
func (p *prints) add(e print) {
	for i := range p.n {
		if p.at[i].id == e.id && p.at[i].content == e.content {
			copy(p.at[i:p.n-1], p.at[i+1:p.n])
			p.n--
			break
		}
	}
	if p.n == maxPrints {
		copy(p.at[:], p.at[1:])
		p.n--
	}
	p.at[p.n] = e
	p.n++
}

// age drops what is over.
func (p *prints) age(now uint32) {
	k := 0
	for k < p.n && now >= after(p.at[k].at, printsEnd) {
		k++
	}
	if k > 0 {
		copy(p.at[:], p.at[k:p.n])
		p.n -= k
	}
}

// wait is the print's form of a RetryAfter: whole seconds, rounded up.
func wait(d time.Duration) uint32 {
	if d <= 0 {
		return 0
	}
	return uint32(min(math.Ceil(d.Seconds()), retryMask))
}
