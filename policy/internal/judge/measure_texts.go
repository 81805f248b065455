package judge

import (
	"time"

	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/state"
	"github.com/decorum-go/decorum/scoring"
)

// firmlyAlike is the likeness from which a text answers in full for its leader;
// from state.LeastAlike on it does so in part.
const firmlyAlike = .30

// partly is how far a likeness has come from LeastAlike to firmlyAlike.
func partly(j float64) float64 { return (j - state.LeastAlike) / (firmlyAlike - state.LeastAlike) }

// texts: the same or similar text to many, at once and over weeks.
func (s *measurer) texts() {
	k := s.match.Slot
	if !s.in.Message {
		k = s.heaviest()
	}
	if k < 0 {
		return
	}
	e := &s.r.Texts.Ring[k]
	fast, slow := s.textSums(k)
	if s.reception.Crowd == Welcome {
		s.cleared = s.rules.Signals[TextFast].speaks(fast) || s.rules.Signals[TextSlow].speaks(slow)
		fast, slow = 0, 0
	} else if cl := &s.in.Cluster; s.crowded() {
		// Many who write to few each repeat themselves little.
		share := min(1, float64(cl.Recipients)/float64(cl.Senders))
		fast, slow = float64(fast*share), float64(slow*share)
	}
	n := int(e.People)
	if sig := &s.rules.Signals[TextFast]; fast > 0 && sig.Mode != Off {
		factor := 1.
		if e.Answered >= 3 && sig.Curve.At(fast) > 0 {
			factor = s.rules.TextAnswered.At(e.Rate(s.now, s.rules.ReplyPrior).Survival(s.floor))
		}
		s.addText(TextFast, fast, factor, e)
	}
	slow *= .3 + float64(.7*scoring.AnsweredBy(s.now.Sub(stamp.Time(e.Mean))))
	if s.rules.Signals[TextSlow].speaks(slow) {
		if busy := s.rules.ReplyFloorBusy; len(busy) > 0 {
			s.floor *= busy.At(float64(s.r.People.Count(s.now, 7*24*time.Hour)))
		}
		gate := s.rules.SlowGate.At(scoring.Below(s.answers, s.exposure, s.floor, s.rules.ReplyPrior))
		s.addText(TextSlow, slow, gate, e)
	}
	if d := s.disguised(); d > 0 && e.People >= 3 {
		s.add(Disguise, d, 1, n)
	}
}

func (s *measurer) addText(sig Signal, weight, factor float64, e *state.Text) {
	if ev := s.add(sig, weight, factor, int(e.People)); ev != nil {
		ev.K = int(e.Strangers)
	}
}

// textSums is what the text in a slot weighs, with those like it.
func (s *measurer) textSums(k int) (fast, slow float64) {
	for i := range s.r.Texts.N {
		share, slowShare := 1., 1.
		if i != k {
			if s.match.Jaccard[i] == 0 {
				continue
			}
			share, slowShare = s.rules.TextMatch.At(s.match.Jaccard[i]), s.rules.TextMatchSlow.At(s.match.Jaccard[i])
		} else if j := s.match.Jaccard[k]; s.in.Message && j < firmlyAlike {
			// A text that is hardly like its leader answers for it in part.
			share = max(0, partly(j))
		}
		a, b := s.sums(i)
		fast += float64(share * a)
		slow += float64(slowShare * b)
	}
	return fast, slow
}

// sums is what the text in a slot weighs now, after the baseline.
func (s *measurer) sums(i int) (fast, slow float64) {
	e, b := &s.r.Texts.Ring[i], &s.track.Baseline.Texts[i]
	fast = e.Fast.At(s.now, state.TextFastHalf)
	slow = e.Slow.At(s.now, state.TextSlowHalf)
	if b.Slow.Sum != 0 || b.Fast.Sum != 0 {
		fast = max(0, fast-b.Fast.At(s.now, state.TextFastHalf))
		slow = max(0, slow-b.Slow.At(s.now, state.TextSlowHalf))
	}
	return fast, slow
}

// own is how many strangers the text reached from here, after the baseline.
func (s *measurer) own(i int) float64 {
	e, b := &s.r.Texts.Ring[i], &s.track.Baseline.Texts[i]
	return float64(e.Strangers - min(e.Strangers, b.Strangers))
}

// heaviest is the text that weighs most: an event has no text of its own.
func (s *measurer) heaviest() int {
	best, k := 0., -1
	for i := range s.r.Texts.N {
		if fast, slow := s.sums(i); max(fast, slow) > best {
			best, k = max(fast, slow), i
		}
	}
	return k
}

// disguised is how many words of the text are disguised: invisible characters
// within words, and words that mix scripts. Fancy letters alone are a fashion.
func (c *call) disguised() float64 {
	if !c.in.Message || c.in.Sketch.Grams == 0 {
		return 0
	}
	o := &c.in.Sketch.Obfuscation
	return float64(o.Hidden) + float64(o.Mixed)
}

// network: the same text from other accounts, and accounts of the same origin.
func (s *measurer) network() {
	if s.in.OriginMass > 0 && s.in.Known.Action != TextFine {
		s.add(Origin, s.in.OriginMass, s.in.OriginHeld, 1)
	}
	k := s.match.Slot
	if k < 0 || !s.in.Message {
		return
	}
	cl := &s.in.Cluster
	mine, own := s.repeatOffence(k)
	alone := s.alone(k)
	s.again = mine > 0
	base := len(s.dst)
	few := min(1, float64(cl.Recipients)/float64(2*max(1, cl.Senders))) // many who write to few are no campaign
	others := s.campaign(few, alone, own)
	known := s.flagged(k, others, own, mine, few*alone)
	s.hold(base, others, alone)
	if mine > 0 {
		s.add(RepeatOffence, mine, min(1, own/2), int(own))
	}
	switch {
	case mine > 0:
		s.reach(own, max(float64(cl.Recipients), 1e6), mine, 3)
	case !s.crowded() && others > 0 && known > 0:
		s.reach(own, float64(cl.Recipients), known, 4)
	case s.rules.Crowd.Senders == 0 && cl.Senders >= 10, s.reception.Crowd == Unwelcome && (others > 0 && known > 0 || cl.Senders >= 10):
		s.reach(own, float64(cl.Recipients), float64(few*alone), 3)
	}
}

// campaign: others who send the text. It returns how many were sanctioned for it.
func (s *measurer) campaign(few, alone, own float64) (others int) {
	cl := &s.in.Cluster
	if cl.ID == 0 {
		return 0
	}
	if cl.Senders > 1 {
		s.add(Campaign, float64(cl.Senders), few*float64(alone*min(1, own/2)), cl.Messages)
	}
	if s.r.Enforced.Ladder.Flagged(cl.ID) {
		return cl.Flagged - 1
	}
	return cl.Flagged
}

// hold keeps what others did with a text out of the score, unless the text is
// unwelcome: it then decides about the message, not about the account.
func (s *measurer) hold(base, others int, share float64) {
	cl := &s.in.Cluster
	if !s.crowded() {
		return
	}
	if s.reception.Crowd != Unwelcome {
		s.cleared = s.cleared || s.reception.Crowd == Welcome && len(s.dst) > base
		s.dst = s.dst[:base]
	}
	if s.reception.Crowd != Welcome {
		says := s.rules.Signals[Campaign].points(float64(cl.Senders)) + s.rules.Signals[Flagged].points(float64(others))
		s.doubt = float64(share*says)*min(1, float64(cl.Recipients)/float64(cl.Senders)) >= s.rules.Crowd.Doubt
	}
}

// flagged: what others were sanctioned for, by how much of it is held against the
// sender, which it returns. What a few others were sanctioned for is not held
// against the one who wrote the text first, or anybody could be punished by copying
// them.
func (s *measurer) flagged(k, others int, own, mine, alone float64) (known float64) {
	known = alone
	if s.in.Cluster.Author {
		known *= min(1, float64(max(0, others-1))/4)
	}
	if others > 0 && known > 0 {
		share := float64(known * min(2, own))
		if mine > 0 {
			share = float64(s.r.Texts.Ring[k].Strangers) // what brought a sanction is not forgotten by having been answered
		}
		s.add(Flagged, float64(others), min(1, share/2), s.in.Cluster.Messages)
	}
	return known
}

// repeatOffence is how much the text in a slot is one that brought an own sanction, and
// how many strangers it reached from here, with all such texts if it is one.
func (s *measurer) repeatOffence(k int) (mine, own float64) {
	own = s.own(k)
	if s.track.Ladder.Flagged(s.r.Texts.Ring[k].Cluster) {
		mine = 1
	}
	for i := range s.r.Texts.N {
		if j := s.match.Jaccard[i]; s.track.SanctionedBy[i] != 0 && j > 0 {
			mine = max(mine, min(1, .5+float64(.5*partly(j))))
		}
	}
	for i := range s.r.Texts.N {
		if mine > 0 && i != k && s.track.SanctionedBy[i] != 0 {
			own += s.own(i)
		}
	}
	return mine, own
}

// alone is how much of what others sent is held against the sender of the text in a
// slot: less where they have a life of their own, or where the text is short, since many
// write that who have never heard of each other. But a letter that goes round goes to few
// whom its sender does not know. An account that tries it on more who do not answer is
// part of it: accounts of one campaign can be each other's friends.
func (s *measurer) alone(k int) float64 {
	tried := s.own(k) - float64(s.r.Texts.Ring[k].Answered)
	part := max(0, min(1, (tried-passedOn)/passedOn))
	others := func(share float64) float64 { return share + float64((1-share)*part) }
	said := float64(s.in.Sketch.Information) + 2*float64(s.in.Sketch.Common) // of what everybody writes a third is kept
	long := max(0, min(1, (said-longFrom)/(longFrom/2)))
	return float64(others(s.rules.SharedContacts.At(s.r.Contacts.Count()))*others(long)) * s.in.Sketch.WeightAcross()
}

// longFrom is the information from which a text is not short; at half as much again it is
// one that nobody else writes by chance.
const longFrom = 32

// passedOn is to how many strangers, who do not answer, anybody may pass on what
// others sent; at twice as many they are alone.
const passedOn = 5

// reach: a text's recipients over all accounts, of which one's own share must be
// real: it counts in full from so many on. A text that brought an own sanction needs no
// others.
func (s *measurer) reach(own, value, share, full float64) {
	if ev := s.add(Reach, value, float64(share*min(1, own/full)), int(own)); ev != nil {
		ev.Value, ev.Limit = max(float64(s.in.Cluster.Recipients), own), full
	}
}
