package judge

import (
	"math"
	"time"

	"github.com/decorum-go/decorum/policy/internal/state"
	"github.com/decorum-go/decorum/scoring"
)

// approaches: strangers newly approached, within hours or days; the larger counts.
func (s *measurer) approaches() {
	b := &s.track.Baseline
	fast := s.since(&b.FanFast, &s.r.FanFast, state.FanFastHalf)
	slow := s.since(&b.FanSlow, &s.r.FanSlow, state.FanSlowHalf)
	n := int(math.Ceil(s.attempts))
	f, l := &s.rules.Signals[OutreachFast], &s.rules.Signals[OutreachSlow]
	if l.Mode != Off && (l.Curve.At(slow) > f.Curve.At(fast) || f.Mode == Off) {
		s.add(OutreachSlow, slow, 1, n)
	} else {
		s.add(OutreachFast, fast, 1, n)
	}
}

// followUps: messages in a row to one person who never answers. Of people whose relation is
// unknown it says little: they may answer elsewhere.
func (s *measurer) followUps() {
	unknown, known := 0, 0.
	for i := range s.to {
		a := &s.to[i]
		if !a.pestered() {
			continue
		}
		k := s.r.Pending.Find(a.Who)
		if k < 0 {
			continue
		}
		n := int(s.r.Pending.At[k].Turns)
		if a.Relation.Distance() < SecondDegree.Distance() {
			unknown = max(unknown, n)
			continue
		}
		today := 0
		for p := range s.r.NTurns {
			if w := &s.r.Turns[p]; w.Who == a.Who {
				today = w.Turns.Count(s.now, 24*time.Hour) + w.Turns.Refused(s.now, 24*time.Hour)
			}
		}
		known = max(known, float64(n), float64(today)*20/12)
	}
	if unknown > 1 {
		s.add(FollowUps, float64(unknown), 1, unknown)
	}
	if known > 1 {
		s.add(FollowUpsStranger, known, 1, int(known))
		s.add(Persistence, known, 1, int(known))
	}
}

// complaintsOfStrangers: complaints by people who were approached out of nowhere.
func (s *measurer) complaintsOfStrangers() {
	if s.complaints.Strangers > 0 {
		s.add(ComplaintOutreach, s.complaints.Strangers, 1, s.complaints.NStrangers)
	}
	if w, n := s.r.Complaints.Deceived(s.track.Baseline.At, s.now, &s.rules.Complaints); w > 0 {
		s.deceived = s.add(Deceived, w, 1, n) != nil && s.rules.Signals[Deceived].Mode == On
	}
}

// replies: how many of those written to first answer.
func (s *measurer) replies() {
	n := int(math.Round(s.attempts))
	k := min(n, int(math.Round(s.answers)))
	if low := &s.rules.Signals[ReplyLow]; low.active() {
		lo, hi := ends(low.Curve)
		v := scoring.BelowClamped(s.answers, s.exposure, s.floor, s.rules.ReplyPrior, lo, hi)
		if low.Curve.At(v) != 0 {
			v = scoring.Below(s.answers, s.exposure, s.floor, s.rules.ReplyPrior)
			s.addRate(ReplyLow, v, s.floor, 1, n, k)
			if s.complaints.Weight >= 2 {
				// Reports are one thing that happened, strangers who don't answer another.
				s.dst[len(s.dst)-1].Family = scoring.Contact
			}
		}
	}
	if good := &s.rules.Signals[ReplyGood]; s.answers >= 3 && good.active() {
		lo, hi := ends(good.Curve)
		v := scoring.AboveClamped(s.answers, s.exposure, s.floor, s.rules.ReplyPrior, lo, hi)
		s.addRate(ReplyGood, v, s.floor, s.r.Replies.Ripe(s.now), n, k)
	}
}

// addRate is add for a probability about a rate: Limit is that rate.
func (s *measurer) addRate(sig Signal, value, rate, factor float64, n, k int) {
	if ev := s.add(sig, value, factor, n); ev != nil {
		ev.Limit, ev.K = rate, k
	}
}

// reports: complaints, and complaints per person reached.
func (s *measurer) reports() {
	w, r := &s.complaints, s.rules
	reached := s.r.Reached.At(s.now, state.ReachedHalf)
	if len(r.Rates) > 0 {
		reached = s.r.Audience.Count(s.sec)
		s.rate(reached)
	}
	reached = max(reached, w.Weight)
	above := scoring.Above(w.Weight, reached, r.ComplaintFloor, r.ComplaintPrior)
	s.add(Complaint, w.Weight, min(1, above/.9), w.N)
	if reached >= r.ComplaintReach && s.rated < 0 {
		s.addRate(ComplaintRate, above, r.ComplaintFloor, 1, int(reached), 0)
	}
}

// rate finds the highest step whose complaint rate is surely exceeded, among those whom
// a broadcaster reached within 28 days. It reads the sum: the list of reports holds only
// the latest. More complaints never make a milder step.
func (s *measurer) rate(all float64) {
	got := s.since(&s.track.Baseline.Complained, &s.r.Complained, state.ComplainedHalf)
	if all < s.rules.ComplaintReach || s.complaints.N < 3 {
		return
	}
	sure := func(rate float64) float64 { return scoring.Above(min(got, all), all, rate, s.rules.ComplaintPrior) }
	limit, value := 0., 0.
	if f := s.rules.RateFlag; f > 0 {
		if value = sure(f); value >= s.rules.RateSure {
			limit, s.watched = f, true
		}
	}
	for i := range s.rules.Rates {
		st := &s.rules.Rates[i]
		if p := sure(st.Rate); p >= s.rules.RateSure && s.complaints.N >= int(st.People) {
			s.rated, limit, value = i, st.Rate, p
		}
	}
	if limit == 0 {
		return
	}
	ev := scoring.Evidence{Code: codeComplaintRate, Family: scoring.Reception, Value: value, Limit: limit, N: int(all), K: int(got)}
	if s.rated >= 0 {
		ev.LogOdds = s.rules.Signals[Complaint].Curve.At(1)
	}
	s.dst = append(s.dst, ev)
}
