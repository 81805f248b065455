package policy

import (
	"math"
	"time"

	"github.com/decorum-go/decorum/scoring"
)

// origin holds what is known of the accounts behind one Message.Origin: a
// record of its own.
type origin struct {
	n  int
	at [maxOrigin]guilt
}

const maxOrigin = 8

// guilt is the strike mass of one account of the origin when it was sanctioned.
type guilt struct {
	who  uint64
	at   uint32
	mass float32
}

// set replaces what is known of an account; a mass of 0 removes it.
func (o *origin) set(g guilt) {
	for i := range o.n {
		if o.at[i].who == g.who {
			copy(o.at[i:o.n-1], o.at[i+1:o.n])
			o.n--
			break
		}
	}
	if g.mass <= 0 {
		return
	}
	if o.n == maxOrigin {
		copy(o.at[:], o.at[1:])
		o.n--
	}
	o.at[o.n] = g
	o.n++
}

// mass is the largest strike mass at a time on an account other than who.
func (o *origin) mass(who uint64, now uint32, half time.Duration) float64 {
	var most float64
	for i := range o.n {
		if g := &o.at[i]; g.who != who {
			most = math.Max(most, float64(g.mass)*scoring.HalfLife(time.Duration(now-min(now, g.at))*time.Second, half))
		}
	}
	return most
}

// expires is when an origin's record means nothing any more: strikes have faded.
func (o *origin) expires(newest int64) time.Time {
	return clock(after(uint32(max(0, newest/1000)), 400*24*3600))
}
