package judge

import (
	"time"

	"github.com/decorum-go/decorum/policy/internal/state"
	"github.com/decorum-go/decorum/scoring"
)

// A Crowd is what is known of a text that several accounts send. What others do with
// a text says something about the text, and nothing by itself about an account.
type Crowd uint8

// Crowds.
const (
	InDoubt   Crowd = iota // nobody can say yet
	Welcome                // people answer it
	Unwelcome              // they do not, or complain
)

// A Reception is what became of the copies of a text, over all who sent it.
type Reception struct {
	Copies     float64 // people whom it reached
	Answers    float64 // of these
	Exposure   float64 // copies that have had the time to be answered
	Complaints float64 // weight
	Crowd      Crowd
}

// Of the answers to a text that many send: what is known before any (mean 1/7), and
// the rate under which nobody wants it.
var crowdPrior = scoring.Beta{A: 1, B: 6}

const crowdFloor = .10

// Judge says what a reception shows. A text that was unwelcome stays so until it is
// more likely than not that people want it.
func (r *Reception) Judge() {
	above := scoring.Above(r.Answers, r.Exposure, crowdFloor, crowdPrior)
	switch {
	case r.Complaints >= 2.5 && r.Complaints > .02*r.Copies && r.Complaints > r.Answers/4:
		r.Crowd = Unwelcome
	case r.Answers >= 3 && above > .85, r.Answers >= 2 && above > .90:
		r.Crowd = Welcome
	case r.Exposure >= 25 && above < .10:
		r.Crowd = Unwelcome
	case r.Crowd == Welcome && above > .5, r.Crowd == Unwelcome && above < .5:
	default:
		r.Crowd = InDoubt
	}
}

// crowdFrom is how many accounts are a crowd: fewer may be one person.
const crowdFrom = 4

// doubtful is how much the others must say of a text for its copies to wait.
const doubtful = 2

// probes reports whether this copy of a text goes out all the same, so that it is
// seen what people do with it: one in five, of an unwelcome text one in twenty; twice as many from senders with a life of
// their own.
func (c *call) probes() bool {
	h := mix(c.in.Me^c.in.Cluster.ID, c.in.To[0].Who)
	n := uint64(1)
	if c.r.Contacts.Count() >= 7 {
		n = 2
	}
	if c.in.Reception.Crowd == Unwelcome {
		return h%20 < n
	}
	return h%5 < n
}

// doubt defers a copy of a text that is not welcome.
func (c *call) doubt() {
	if c.out.Verdict >= state.Defer || c.probes() {
		return
	}
	h := mix(c.in.Cluster.ID, c.in.Me)
	c.out.Verdict, c.out.RetryAfter = state.Defer, time.Duration(20+h%40)*time.Minute
	c.lead(Cause{Code: Signals[Campaign].Code, Value: float64(c.in.Cluster.Senders), N: c.in.Cluster.Messages})
}

// mix makes of two keyed hashes one that is uniform.
func mix(a, b uint64) uint64 {
	h := (a ^ b*0x9e3779b97f4a7c15) * 0xbf58476d1ce4e5b9
	return h ^ h>>31
}
