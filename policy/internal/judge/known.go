package judge

import (
	"slices"

	"github.com/decorum-go/decorum/policy/internal/state"
	"github.com/decorum-go/decorum/scoring"
)

// An Action is what is to be said of a text, and of what is nearly the same.
type Action uint8

// Actions. The numbers are part of the form of a bank, and policy.TextAction.
const (
	TextFine     Action = 1 + iota // nothing is held against who sends it; narrow
	TextFlag                       // what follows is wide
	TextHold                       // a person decides
	TextReject                     // not delivered
	TextEvidence                   // so many nats
)

// Known is what a person has said of the text of a message. It is about the text: what
// they found wrong with it is no offence of who sends it. A fine text is none in
// Input.Sketch. The zero Known is nothing.
type Known struct {
	Rule   uint64 // its ID
	Action Action
	Nats   float64 // of TextEvidence
	Alike  float64 // similarity to the sample, 0 to 1

	Pictures bool // with the text come some, of which the person has said nothing
}

// cause says so, and how much the text is like the sample, in percent.
func (k *Known) cause() Cause {
	return Cause{Code: codeKnown, Value: float64(k.Action), Limit: float64(int(float64(100*k.Alike) + .5)), N: 1}
}

// surelyAlike is the similarity from which a text is surely the sample in another guise:
// what shares less with it may be an honest letter that opens like it, and a person looks.
const surelyAlike = .5

// verdict is what the text brings at least, whoever sends it.
func (k *Known) verdict() state.Verdict {
	switch k.Action {
	case TextFlag:
		return state.Flag
	case TextHold:
		return state.Hold
	case TextReject:
		if k.Alike < surelyAlike {
			return state.Hold
		}
		return state.Reject
	}
	return 0
}

// known applies to the host's evidence what a person has said of the text: of a fine one
// nothing of Content or Network counts, unless it may be about a picture.
func (c *call) known() {
	switch k := &c.in.Known; k.Action {
	case TextFine:
		if k.Pictures {
			return
		}
		c.host = slices.DeleteFunc(c.host, func(e scoring.Evidence) bool {
			return e.LogOdds > 0 && (e.Family == scoring.Content || e.Family == scoring.Network)
		})
	case TextEvidence:
		why := k.cause()
		c.host = append(c.host, scoring.Evidence{Code: why.Code, Family: scoring.Content, LogOdds: k.Nats, Value: why.Value, Limit: why.Limit, N: why.N})
	}
}

// decree makes the verdict at least what a person has said of the text, unless they have
// said otherwise of the account, and tells of it.
func (c *call) decree() {
	k := &c.in.Known
	switch v := k.verdict(); {
	case k.Rule == 0 || k.Action == TextEvidence:
	case v > c.out.Verdict && c.order != state.Allow && !c.in.Policy.Observe:
		c.raise(v, 0, k.cause())
	default:
		c.causes = append(c.causes, k.cause())
	}
}
