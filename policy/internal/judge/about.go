package judge

import (
	"github.com/decorum-go/decorum/policy/internal/state"
	"github.com/decorum-go/decorum/scoring"
)

// decidedBy is the cluster of the message's text, if the text decides about the
// message; 0: something else does, or the text has no cluster.
func (c *call) decidedBy() uint64 {
	if !c.byText() {
		return 0
	}
	if c.causes[0].Code == codeKnown {
		return c.in.Known.Rule
	}
	return c.cluster()
}

// byText reports whether the text of the message decides about it: what becomes of its
// copies, or evidence about it. A limit, or a person's word, is about something else.
func (c *call) byText() bool {
	if c.out.Verdict == state.Allow || len(c.causes) == 0 {
		return false
	}
	switch c.causes[0].Code {
	case codeInDoubt, codeUnwelcome, codeKnown:
		return true
	case codeRate, codeRatePeople, codeRatePerson, codeRateChannel, codeTurnedAway, codeUnchecked, codeBlocked, codeComplained, codeSettings, codeFull, codeOutstanding, codeOverride:
		return false
	}
	for i := range c.evidence {
		if e := &c.evidence[i]; e.LogOdds > 0 && aboutText(e) {
			return true
		}
	}
	return false
}

// aboutText reports whether evidence is about a text, by whomever it was sent.
func aboutText(e *scoring.Evidence) bool {
	switch e.Code {
	case Signals[Campaign].Code, Signals[Flagged].Code, Signals[RepeatOffence].Code:
		return true
	}
	return e.Family == scoring.Content
}

// named is what the text of a message that is answered again is called: the rule on it, or
// its cluster.
func (c *call) named() uint64 {
	if id := c.in.Known.Rule; id != 0 {
		return id
	}
	return c.cluster()
}

// cluster is that of the message's text, as records name it; 0: none is known.
func (c *call) cluster() uint64 {
	if id := c.in.Cluster.ID; id != 0 {
		return id
	}
	if k := c.match.Slot; k >= 0 {
		return c.r.Texts.Ring[k].Cluster
	}
	return 0
}
