package judge

import (
	"time"

	"github.com/decorum-go/decorum/policy/internal/state"
	"github.com/decorum-go/decorum/scoring"
)

// Signals: each turns what the record and the input hold into evidence, with what
// was measured, the point from which it speaks, and the sample behind it. What is
// missing is no evidence, neither good nor bad.

// A measurer reads one account under one policy, after that policy's baseline.
type measurer struct {
	*call
	track *state.Track
	rules *Rules
	dst   []scoring.Evidence

	// Worked out once, used by several signals:
	complaints state.ComplaintWeight
	answers    float64 // of scoring.Responses
	exposure   float64
	attempts   float64
	floor      float64 // of the reply rate

	reception Reception     // of the text, as the policy sees it
	doubt     bool          // the text is not welcome
	cleared   bool          // it is welcome, and that took evidence away
	deceived  bool          // people who were approached and talked with report it
	again     bool          // the text brought a sanction before
	ruled     bool          // rules of the host said something
	without   scoring.Score // without that
	byOthers  bool          // without what others did with the text there would be no sanction

	requests Cause // too few accept the account's requests; no Code: not so

	watched bool // so many of a broadcaster's people complain that a person should look
	rated   int  // of Rules.Rates: what the complaint rate asks for; -1: nothing
}

// since is what was added to a sum after the baseline, decayed.
func (s *measurer) since(baseline, sum *scoring.Decayed, half time.Duration) float64 {
	return max(0, sum.At(s.now, half)-baseline.At(s.now, half))
}

// add appends one piece of evidence, if the signal is on and says anything.
func (s *measurer) add(sig Signal, value, factor float64, n int) *scoring.Evidence {
	k := &s.rules.Signals[sig]
	if !k.active() {
		return nil
	}
	nats := float64(k.Curve.At(value) * factor)
	if nats == 0 {
		return nil
	}
	if k.Mode == Shadow {
		nats = 0
	}
	row := &Signals[sig]
	s.dst = append(s.dst, scoring.Evidence{Code: row.Code, Family: row.Family, LogOdds: nats, Value: value, Limit: onset(k.Curve), N: n})
	return &s.dst[len(s.dst)-1]
}
