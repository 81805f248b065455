package judge

import (
	"time"

	"github.com/decorum-go/decorum/policy/internal/state"
	"github.com/decorum-go/decorum/scoring"
	"github.com/decorum-go/decorum/similarity"
)

// measure appends the evidence of all built-in signals to dst.
func (c *call) measure(t *state.Track, rules *Rules, dst []scoring.Evidence) measurer {
	s := measurer{call: c, track: t, rules: rules, dst: dst, rated: -1, floor: rules.ReplyFloor}
	if c.r.Complaints.N > 0 {
		s.complaints = c.r.Complaints.WeightAfter(t.Baseline.At, c.now, &rules.Complaints)
	}
	s.answers, s.exposure = c.r.Replies.Counts(c.now)
	s.attempts = c.r.Replies.Attempts(c.now)
	if b := &t.Baseline; b.At != 0 {
		r, e := b.Replies.Counts(c.now)
		s.answers, s.exposure = max(0, s.answers-r), max(0, s.exposure-e)
		s.attempts = max(0, s.attempts-b.Replies.Attempts(c.now))
	}
	if c.in.Message {
		s.reception = c.reception(rules.Crowd)
	}
	s.refused()
	s.texts()
	s.approaches()
	if c.in.Message {
		s.followUps()
	}
	s.complaintsOfStrangers()
	if s.exposure > 0 {
		s.replies()
	}
	if s.complaints.Weight > 0 {
		s.reports()
	}
	s.echo()
	s.timing()
	s.network()
	s.account()
	return s
}

// refused: a client that goes on after being refused.
func (s *measurer) refused() {
	refused := s.r.Messages.Refused(s.now, 24*time.Hour)
	if refused < 5 {
		return
	}
	tries := refused + s.r.Messages.Count(s.now, 24*time.Hour)
	s.add(Refused, float64(refused)/float64(tries), 1, tries)
}

// echo: one text to many of whoever they are. By itself it says nothing: people have
// news for all their friends. It speaks where somebody complains.
func (s *measurer) echo() {
	if s.complaints.Weight == 0 {
		return
	}
	n := 0.
	if !s.in.Message {
		n = s.r.Echoes.Most(s.now)
	} else {
		n = s.echoed(&s.in.Sketch)
		if s.in.Shown != nil {
			n = max(n, s.echoed(s.in.Shown))
		}
	}
	s.add(Echo, n, 1, int(n+.5))
}

// echoed is how often a text or a picture was sent lately.
func (s *measurer) echoed(what *similarity.Sketch) float64 {
	if e := s.r.Echoes.Find(what); e != nil {
		return e.Sent.At(s.now, state.EchoHalf)
	}
	return 0
}

// timing: gaps too regular for a person, and the same seconds of every minute.
func (s *measurer) timing() {
	if s.rules.Signals[Timing].Mode != Off {
		if a, n, ok := s.r.Rhythm.Burstiness(); ok && a < 0 {
			s.add(Timing, -a, 1, n)
		}
	}
	if s.rules.Signals[Clock].Mode != Off {
		if p, n, ok := s.r.Rhythm.SecondOfMinute(); ok && p < .01 {
			s.add(Clock, -scoring.Log(max(p, 1e-30))/ln10, 1, n)
		}
	}
}

const ln10 = 2.302585092994046

// account: what is known of the account apart from its messages. A moderator's
// finding in the open incident stands beside the families, as no measurement does.
func (s *measurer) account() {
	if s.in.Message && !s.in.Joined.IsZero() {
		s.add(Young, max(0, s.now.Sub(s.in.Joined).Hours()/24), 1, 0)
	}
	if s.r.Cleared.Sum != 0 {
		n := s.r.Cleared.At(s.now, state.ClearedHalf)
		s.add(Cleared, n, 1, int(n+.5))
	}
	l := &s.track.Ladder
	if l.Ignored > 0 && l.Warned(s.sec, &s.rules.Ladder) != 0 {
		s.add(Ignored, float64(l.Ignored), 1, int(l.Ignored))
	}
	if s.track.Baseline.At != 0 && s.in.Message && s.outreach() {
		s.add(Strikes, l.Mass(s.sec, &s.rules.Ladder), 1, 0)
	}
	if l.Confirmed {
		s.dst = append(s.dst, scoring.Evidence{Code: codeModerator, Family: scoring.Standing, LogOdds: confirmedNats, Value: 1, N: 1})
	}
}

// confirmedNats is what a finding weighs beside what it confirms: enough that a
// confirmed complaint is acted on.
const confirmedNats = 2
