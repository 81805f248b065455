package policy

import "github.com/decorum-go/decorum/scoring"

// network: the same text from other accounts, and accounts of the same origin.
func (s *measurer) network() {
	sig := &s.rules.Signals
	if s.f.guilt > 0 {
		s.add(&sig.Origin, CodeOrigin, scoring.Network, s.f.guilt, 1, 1)
	}
	k := s.l.slot
	if k < 0 || s.f.m == nil {
		return
	}
	cl := &s.f.cluster
	own := s.own(k)
	id := s.r.texts.at[k].cluster
	mine := 0. // how much of a text that brought an own sanction
	if id != 0 && s.c.tainted(id) {
		mine = 1
	}
	for i := range s.r.texts.n {
		if j := s.l.j[i]; s.c.blame[i] != 0 && j > 0 {
			mine = max(mine, min(1, .5+float64(.5*((j-leastAlike)/(.30-leastAlike)))))
		}
	}
	if mine > 0 {
		for i := range s.r.texts.n {
			if i != k && s.c.blame[i] != 0 {
				own += s.own(i)
			}
		}
	}
	alone := s.alone(k)
	others := 0
	if cl.ID != 0 {
		others = cl.Flagged
		if s.r.course.tainted(cl.ID) {
			others--
		}
		if cl.Senders > 1 {
			s.add(&sig.Campaign, CodeCampaign, scoring.Network, float64(cl.Senders), float64(alone*min(1, own/2)), cl.Messages)
		}
	}
	// What a few others were sanctioned for is not held against whoever wrote the
	// text first, or anybody could be punished by copying him.
	known := alone
	if cl.Author {
		known *= min(1, float64(max(0, others-1))/4)
	}
	if others > 0 && known > 0 {
		share := float64(known * min(2, own))
		if mine > 0 {
			share = float64(s.r.texts.at[k].cold) // what brought a sanction is not forgotten by having been answered
		}
		s.add(&sig.Tainted, CodeTainted, scoring.Network, float64(others), min(1, share/2), cl.Messages)
	}
	if mine > 0 {
		s.add(&sig.Resumed, CodeResumed, scoring.Network, mine, min(1, own/2), int(own))
	}
	switch {
	case mine > 0:
		s.reach(own, max(float64(cl.Recipients), 1e6), float64(mine*min(1, own/3)))
	case others > 0 && known > 0:
		s.reach(own, float64(cl.Recipients), float64(known*min(1, own/4)))
	case cl.Senders >= 10:
		s.reach(own, float64(cl.Recipients), float64(alone*min(1, own/3)))
	}
}

// alone is how much of what others sent is held against the sender of the text in
// a slot: less where he has a life of his own. But a letter that goes round goes to
// few whom its sender does not know. Whoever tries it on more who do not answer is
// part of it: accounts of one campaign can be each other's friends.
func (s *measurer) alone(k int) float64 {
	share := s.rules.Signals.SharedTies.At(s.r.contacts.acquainted())
	tried := s.own(k) - float64(s.r.texts.at[k].answered)
	return share + float64((1-share)*max(0, min(1, (tried-passedOn)/passedOn)))
}

// passedOn is to how many strangers, who do not answer, anybody may pass on what
// others sent; at twice as many he is alone.
const passedOn = 5

// reach: a text's recipients over all accounts, of which one's own share must
// be real. A text that brought an own sanction needs no others.
func (s *measurer) reach(own, value, factor float64) {
	k := len(s.dst)
	s.add(&s.rules.Signals.Reach, CodeReach, scoring.Content, value, factor, int(own))
	if len(s.dst) > k {
		s.dst[k].Value = max(float64(s.f.cluster.Recipients), own)
	}
}
