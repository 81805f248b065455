package state

import (
	"time"

	"github.com/decorum-go/decorum/policy/internal/ladder"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/wire"
)

// What speaks for an account since it has strikes is in the log of the enforced policy.
// Where that holds nothing, nothing is kept, whatever shadow policies would have done:
// their logs have copies.

// DoesWell notes the answer that Answer has just counted, which counts for weight, if
// that speaks for the account: it is of somebody newly approached, in full, and by the
// rules enough of those who were approached since the newest sanction have answered.
// origin is where it came from; zero: that is not known.
func (r *Record) DoesWell(now time.Time, weight float64, ownOrigin bool, origin Key, rules *ladder.ConductRules) {
	if !r.LastAnswer.Stranger || weight < 1 || ownOrigin || rules.Extra == 0 || r.Enforced.Ladder.Blank() {
		return
	}
	answers, exposure := r.Replies.Counts(now)
	if b := &r.Enforced.Baseline; b.At != 0 {
		a, e := b.Replies.Counts(now)
		answers, exposure = answers-a, exposure-e
	}
	if answers < float64(rules.Answered*exposure) {
		return
	}
	from := byte(0)
	if origin != (Key{}) {
		from = max(origin[0], 1)
	}
	if at := stamp.Of(now); !r.doubtful(at) && r.Enforced.Ladder.Conduct.Answer(at, from) {
		r.shareConduct()
	}
}

// complained notes that good conduct ended.
func (r *Record) complained(at uint32) {
	if !r.Enforced.Ladder.Blank() && !r.doubtful(at) {
		r.Enforced.Ladder.Conduct.Complain(at)
		r.shareConduct()
	}
}

// doubtful reports whether a time may be of a wrong clock, and so far ahead that what is
// known would make room for it.
func (r *Record) doubtful(at uint32) bool {
	return r.Leap != (Leap{}) && !r.Enforced.Ladder.Conduct.Holds(at)
}

// Pardon takes back what a complaint ended that a person found wrong, unless others of the
// same day do. A sanction that is overturned pardons none: it leaves what was before it.
func (r *Record) Pardon(c *Report) {
	for i := range r.Complaints.N {
		if o := &r.Complaints.Reports[i]; o != c && o.Weighs() && o.At/stamp.Day == c.At/stamp.Day {
			return
		}
	}
	r.Enforced.Ladder.Conduct.Pardon(c.At)
	r.shareConduct()
}

// shareConduct has the logs of shadow policies say what that of the enforced one does.
func (r *Record) shareConduct() {
	for i := range r.NShadows {
		r.Shadows[i].Ladder.Conduct = r.Enforced.Ladder.Conduct
	}
}

// trimConduct forgets what no strike reads.
func (r *Record) trimConduct() {
	if !r.Enforced.Ladder.Conduct.Any() {
		return
	}
	r.Enforced.Ladder.Conduct.Trim(r.Enforced.Ladder.Oldest())
	r.shareConduct()
}

func putConduct(r *Record, b []byte) []byte { return r.Enforced.Ladder.Conduct.Append(b) }

func getConduct(r *Record, d *wire.Reader) {
	r.Enforced.Ladder.Conduct.Read(d)
	r.shareConduct()
}
