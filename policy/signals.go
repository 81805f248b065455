package policy

import (
	"math"
	"time"

	"github.com/decorum-go/decorum/scoring"
)

// Signals: each turns what the record and the facts hold into evidence, with
// what was measured, the point from which it speaks, and the sample behind it.
// What is missing is no evidence, neither good nor bad.

// A measurer reads one account under one policy, after what that policy's
// course has spent.
type measurer struct {
	r     *record
	f     *facts
	c     *course
	p     *Policy
	rules *Rules
	l     likeness
	dst   []scoring.Evidence

	// Worked out once, used by several signals:
	b        burden
	answers  float64 // R of scoring.Responses
	exposure float64 // E
	asked    float64
	floor    float64 // of the reply rate

	rated     *Step // what the complaint rate asks for
	ratedSure float64
	ratedOf   int
}

// measure appends the evidence of all built-in signals to dst.
func (s *measurer) measure() []scoring.Evidence {
	if s.r.complaints.n > 0 {
		s.b = s.r.complaints.burden(s.f.now, s.c.mark.at, &s.p.Complaints)
	}
	s.answers, s.exposure = s.r.replies.Counts(s.f.now)
	s.asked = s.r.replies.Attempts(s.f.now)
	if s.c.mark.at != 0 {
		r, e := s.c.mark.replies.Counts(s.f.now)
		s.answers, s.exposure = max(0, s.answers-r), max(0, s.exposure-e)
		s.asked = max(0, s.asked-s.c.mark.replies.Attempts(s.f.now))
	}
	s.floor = s.rules.Signals.ReplyFloor
	s.pressure()
	s.texts()
	s.contacts()
	s.reception()
	s.timing()
	s.network()
	s.account()
	s.found()
	return s.dst
}

// add appends one piece of evidence, if the signal is on and says anything.
func (s *measurer) add(sig *Signal, code Code, family scoring.Family, value, factor float64, n int) {
	if sig.Mode == Off || len(sig.Curve) == 0 {
		return
	}
	nats := float64(sig.Curve.At(value) * factor)
	if nats == 0 {
		return
	}
	if sig.Mode == ShadowMode {
		nats = 0
	}
	s.dst = append(s.dst, scoring.Evidence{Code: code, Family: family, LogOdds: nats, Value: value, Limit: onset(sig.Curve), N: n})
}

// of notes how many of the sample the newest piece of evidence is about.
func (s *measurer) of(code Code, k int) {
	if n := len(s.dst); n > 0 && s.dst[n-1].Code == code {
		s.dst[n-1].K = k
	}
}

// onset is the value from which a curve says anything.
func onset(c scoring.Curve) float64 {
	for i := len(c) - 1; i > 0; i-- {
		if c[i-1].Y == 0 && c[i].Y != 0 {
			return c[i-1].X
		}
	}
	return c[0].X
}

// pressure: a client that goes on after being refused.
func (s *measurer) pressure() {
	refused := s.r.messages.Refused(s.f.now, 24*time.Hour)
	if refused < 5 {
		return
	}
	tries := refused + s.r.messages.Count(s.f.now, 24*time.Hour)
	s.add(&s.rules.Signals.Pressure, CodePressure, scoring.Volume, float64(refused)/float64(tries), 1, tries)
}

// texts: the same or similar text to many.
func (s *measurer) texts() {
	k := s.l.slot
	sig := &s.rules.Signals
	if s.f.m == nil {
		k = s.heaviest()
	}
	if k < 0 {
		return
	}
	e := &s.r.texts.at[k]
	var fast, slow float64
	for i := range s.r.texts.n {
		share, kin := 1., 1.
		if i != k {
			if s.l.j[i] == 0 {
				continue
			}
			share, kin = sig.TextMatch.At(s.l.j[i]), sig.TextMatchSlow.At(s.l.j[i])
		} else if j := s.l.j[k]; s.f.m != nil && j < .30 {
			// A text that is hardly like its leader answers for it in part.
			share = max(0, (j-leastAlike)/(.30-leastAlike))
		}
		a, b := s.sums(i)
		fast += float64(share * a)
		slow += float64(kin * b)
	}
	n := int(e.people)
	if fast > 0 && sig.TextFast.Mode != Off {
		factor := 1.
		if e.answered >= 3 && sig.TextFast.Curve.At(fast) > 0 {
			factor = sig.TextAnswered.At(e.rate(s.f.now, sig.ReplyPrior).Survival(s.floor))
		}
		s.add(&sig.TextFast, CodeDuplicate, scoring.Content, fast, factor, n)
		s.of(CodeDuplicate, int(e.cold))
	}
	slow *= .3 + float64(.7*ripe(s.f.now.Sub(clock(e.mean))))
	if sig.TextSlow.Mode != Off && sig.TextSlow.Curve.At(slow) > 0 {
		if busy := sig.ReplyFloorBusy; len(busy) > 0 {
			s.floor *= busy.At(float64(s.r.people.Count(s.f.now, 7*24*time.Hour)))
		}
		gate := sig.SlowGate.At(scoring.Below(s.answers, s.exposure, s.floor, sig.ReplyPrior))
		s.add(&sig.TextSlow, CodeDrip, scoring.Content, slow, gate, n)
		s.of(CodeDrip, int(e.cold))
	}
	if d := s.f.disguised(); d > 0 && e.people >= 3 {
		s.add(&sig.Disguise, CodeDisguise, scoring.Content, d, 1, n)
	}
}

// sums is what the text in a slot weighs now, less what is spent.
func (s *measurer) sums(i int) (fast, slow float64) {
	e, m := &s.r.texts.at[i], &s.c.mark.texts[i]
	fast = e.fast.At(s.f.now, textFastHalf)
	slow = e.slow.At(s.f.now, textSlowHalf)
	if m.slow.Sum != 0 {
		fast = max(0, fast-m.fast.At(s.f.now, textFastHalf))
		slow = max(0, slow-m.slow.At(s.f.now, textSlowHalf))
	}
	return fast, slow
}

// own is how many strangers the text reached from here, less what is spent.
func (s *measurer) own(i int) float64 {
	e, m := &s.r.texts.at[i], &s.c.mark.texts[i]
	return float64(e.cold - min(e.cold, m.cold))
}

// heaviest is the text that weighs most: an event has no text of its own.
func (s *measurer) heaviest() int {
	best, k := 0., -1
	for i := range s.r.texts.n {
		if fast, slow := s.sums(i); max(fast, slow) > best {
			best, k = max(fast, slow), i
		}
	}
	return k
}

// contacts: strangers, fan-out, one person pestered, complaints by strangers.
func (s *measurer) contacts() {
	sig := &s.rules.Signals
	fast := s.r.fanFast.At(s.f.now, fanFastHalf)
	slow := s.r.fanSlow.At(s.f.now, fanSlowHalf)
	if s.c.mark.at != 0 {
		fast = max(0, fast-s.c.mark.fanFast.At(s.f.now, fanFastHalf))
		slow = max(0, slow-s.c.mark.fanSlow.At(s.f.now, fanSlowHalf))
	}
	// The larger of the two counts.
	n := int(math.Ceil(s.asked))
	if a, b := sig.FanFast.Curve.At(fast), sig.FanSlow.Curve.At(slow); sig.FanSlow.Mode != Off && (b > a || sig.FanFast.Mode == Off) {
		s.add(&sig.FanSlow, CodeReachSlow, scoring.Contact, slow, 1, n)
	} else {
		s.add(&sig.FanFast, CodeStrangers, scoring.Contact, fast, 1, n)
	}
	if s.f.m != nil {
		s.pestered()
	}
	if s.b.cold > 0 {
		s.add(&sig.ComplaintCold, CodeComplaintCold, scoring.Contact, s.b.cold, 1, s.b.nCold)
	}
}

// pestered: turns to one person who never answers. Of people whose relation is
// unknown it says little: they may answer elsewhere.
func (s *measurer) pestered() {
	sig := &s.rules.Signals
	turns, known := 0, 0.
	for i := range s.f.to {
		a := &s.f.to[i]
		if !a.open || !a.cold() {
			continue
		}
		k := s.r.open.find(a.who)
		if k < 0 {
			continue
		}
		n := int(s.r.open.at[k].turns)
		if a.relation < SecondDegree {
			turns = max(turns, n)
			continue
		}
		today := 0
		for p := range s.r.nPersons {
			if w := &s.r.persons[p]; w.who == a.who {
				today = w.turns.Count(s.f.now, 24*time.Hour) + w.turns.Refused(s.f.now, 24*time.Hour)
			}
		}
		known = max(known, float64(n), float64(today)*20/12)
	}
	if turns > 1 {
		s.add(&sig.Pestered, CodePestered, scoring.Contact, float64(turns), 1, turns)
	}
	if known > 1 {
		s.add(&sig.PesteredStranger, CodePestered, scoring.Contact, known, 1, int(known))
		s.add(&sig.Persistence, CodePersistence, scoring.Volume, known, 1, int(known))
	}
}

// reception: what those who were written to make of it.
func (s *measurer) reception() {
	sig := &s.rules.Signals
	n := int(math.Round(s.asked))
	k := min(n, int(math.Round(s.answers)))
	if s.exposure > 0 {
		if sig.ReplyLow.Mode != Off && len(sig.ReplyLow.Curve) > 0 {
			lo, hi := ends(sig.ReplyLow.Curve)
			v := scoring.BelowClamped(s.answers, s.exposure, s.floor, sig.ReplyPrior, lo, hi)
			if sig.ReplyLow.Curve.At(v) != 0 {
				v = scoring.Below(s.answers, s.exposure, s.floor, sig.ReplyPrior)
				s.addRate(&sig.ReplyLow, CodeReplyLow, v, s.floor, 1, n)
				s.of(CodeReplyLow, k)
			}
		}
		if s.answers >= 3 && sig.ReplyGood.Mode != Off && len(sig.ReplyGood.Curve) > 0 {
			lo, hi := ends(sig.ReplyGood.Curve)
			v := scoring.AboveClamped(s.answers, s.exposure, s.floor, sig.ReplyPrior, lo, hi)
			s.addRate(&sig.ReplyGood, CodeReplyGood, v, s.floor, s.r.replies.Ripe(s.f.now), n)
			s.of(CodeReplyGood, k)
		}
	}
	if s.b.weight == 0 {
		return
	}
	reached := max(s.r.reached.At(s.f.now, reachedHalf), s.b.weight)
	if len(s.rules.Rates) > 0 {
		s.ratedStep()
	}
	above := scoring.Above(s.b.weight, reached, sig.ComplaintFloor, sig.ComplaintPrior)
	s.add(&sig.Complaint, CodeComplaints, scoring.Reception, s.b.weight, min(1, above/.9), s.b.n)
	if reached >= sig.ComplaintReach && s.rated == nil {
		s.addRate(&sig.ComplaintRate, CodeComplaintRate, above, sig.ComplaintFloor, 1, int(reached))
	}
}

// ratedStep finds the highest step whose complaint rate is surely exceeded. It
// reads the sums: the list of reports holds only the latest.
func (s *measurer) ratedStep() {
	all, got := s.r.reached.At(s.f.now, reachedHalf), s.r.complained.At(s.f.now, reachedHalf)
	if s.c.mark.at != 0 {
		all = max(0, all-s.c.mark.reached.At(s.f.now, reachedHalf))
		got = max(0, got-s.c.mark.complained.At(s.f.now, reachedHalf))
	}
	sig := &s.rules.Signals
	if all < sig.ComplaintReach || s.b.n < 3 {
		return
	}
	for i := range s.rules.Rates {
		st := &s.rules.Rates[i]
		if p := scoring.Above(min(got, all), all, st.Rate, sig.ComplaintPrior); p >= s.rules.RateSure {
			s.rated, s.ratedSure, s.ratedOf = st, p, int(all)
		}
	}
	if s.rated != nil {
		s.dst = append(s.dst, scoring.Evidence{Code: CodeComplaintRate, Family: scoring.Reception, LogOdds: sig.Complaint.Curve.At(1), Value: s.ratedSure, Limit: s.rated.Rate, N: s.ratedOf})
	}
}

// addRate is add for a probability about a rate: Limit is that rate.
func (s *measurer) addRate(sig *Signal, code Code, value, rate, factor float64, n int) {
	k := len(s.dst)
	s.add(sig, code, scoring.Reception, value, factor, n)
	if len(s.dst) > k {
		s.dst[k].Limit = rate
	}
}

// ends is the range of values in which a curve is not flat.
func ends(c scoring.Curve) (lo, hi float64) { return c[0].X, c[len(c)-1].X }

// timing: gaps too regular for a person.
func (s *measurer) timing() {
	sig := &s.rules.Signals
	if sig.Timing.Mode != Off {
		if a, n, ok := s.r.rhythm.Burstiness(); ok && a < 0 {
			s.add(&sig.Timing, CodeTiming, scoring.Automation, -a, 1, n)
		}
	}
	if sig.Minute.Mode != Off {
		if p, n, ok := s.r.rhythm.SecondOfMinute(); ok && p < .01 {
			s.add(&sig.Minute, CodeMinute, scoring.Automation, -scoring.Log(max(p, 1e-30))/ln10, 1, n)
		}
	}
}

const ln10 = 2.302585092994046

// account: what is known of the account apart from its messages.
func (s *measurer) account() {
	sig := &s.rules.Signals
	if m := s.f.m; m != nil && !m.Joined.IsZero() {
		age := max(0, s.f.now.Sub(m.Joined).Hours()/24)
		s.add(&sig.Young, CodeYoung, scoring.Standing, age, 1, 0)
	}
	if c := s.c; c.warned != 0 && c.ignored > 0 && s.f.sec < after(c.warned, secs(s.p.Strikes.WarningFresh)) {
		s.add(&sig.Ignored, CodeIgnored, scoring.Standing, float64(c.ignored), 1, int(c.ignored))
	}
}

// tainted reports whether a cluster brought this course a sanction.
func (c *course) tainted(id uint64) bool {
	for i := range c.nTaints {
		if c.taints[i].cluster == id {
			return true
		}
	}
	return false
}

// disguised is how many words of the text are disguised: invisible characters
// within words, and words that mix scripts. Fancy letters alone are a fashion.
func (f *facts) disguised() float64 {
	if f.m == nil || f.sketch.Grams == 0 {
		return 0
	}
	o := &f.sketch.Obfuscation
	return float64(o.Hidden) + float64(o.Mixed)
}

// secs is a duration in whole seconds.
func secs(d Duration) uint32 {
	return uint32(min(max(d.D()/time.Second, 0), forever-1))
}
