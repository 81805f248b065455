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

// CrowdRules is what a policy says of texts that many send; see policy.Crowd. The
// zero CrowdRules knows no crowds.
type CrowdRules struct {
	Answer                     state.Verdict
	Senders                    int
	Doubt                      float64
	ReplyFloor                 float64
	ReplyPrior                 scoring.Beta
	Sure, SureOfFew            float64
	Exposure                   float64
	Complaints, ComplaintShare float64
	Probes, ProbesUnwelcome    float64
	ProbeContacts              float64
	Retry, RetryMost           uint32 // seconds
}

// Judge says what a reception shows. A text that was welcome or unwelcome stays so
// until the contrary is more likely.
func (r *Reception) Judge(rules *CrowdRules) {
	if rules.Senders == 0 {
		r.Crowd = InDoubt
		return
	}
	above := scoring.Above(r.Answers, r.Exposure, rules.ReplyFloor, rules.ReplyPrior)
	switch {
	case r.Complaints >= rules.Complaints && r.Complaints > rules.ComplaintShare*r.Copies && r.Complaints > r.Answers/4:
		r.Crowd = Unwelcome
	case r.Answers >= 3 && above > rules.Sure, r.Answers >= 2 && above > rules.SureOfFew:
		r.Crowd = Welcome
	case r.Exposure >= rules.Exposure && above < 1-rules.SureOfFew:
		r.Crowd = Unwelcome
	case r.Crowd == Welcome && above > .5, r.Crowd == Unwelcome && above < .5:
	default:
		r.Crowd = InDoubt
	}
}

// reception is what became of the text's copies, as a policy sees it. By the rules of the
// policy in force it was judged when it was looked up, and most shadows have the same.
func (c *call) reception(rules *CrowdRules) Reception {
	r := c.in.Reception
	if *rules != c.in.Policy.Crowd {
		r.Judge(rules)
	}
	return r
}

// crowded reports whether so many accounts send the text of the message that what
// becomes of it is decided for all together: fewer may be one person.
func (s *measurer) crowded() bool {
	from := s.rules.Crowd.Senders
	return from > 0 && s.in.Cluster.Senders >= from
}

// probes reports whether this copy of a text goes out all the same, so that it is
// seen what people do with it: fewer of an unwelcome text, twice as many from senders
// with a life of their own.
func (s *measurer) probes() bool {
	rules := s.rules.Crowd
	share := rules.Probes
	if s.reception.Crowd == Unwelcome {
		share = rules.ProbesUnwelcome
	}
	if s.r.Contacts.Count() >= rules.ProbeContacts {
		share *= 2
	}
	const parts = 1 << 20
	return float64(mix(s.in.Me^s.in.Cluster.ID, s.to[0].Who)%parts) < share*parts
}

// A waiting is what is done with a copy of a text that is not welcome.
type waiting struct {
	verdict state.Verdict // 0: nothing
	retry   time.Duration
	cause   Cause
}

// wait says what is done with the copy, if it is in doubt and no probe.
func (s *measurer) wait() (w waiting) {
	rules := s.rules.Crowd
	if !s.doubt || s.probes() {
		return w
	}
	w.verdict, w.cause = rules.Answer, s.crowdCause(codeInDoubt)
	if s.reception.Crowd == Unwelcome {
		w.cause.Code = codeUnwelcome
	}
	if w.verdict == state.Defer {
		// Apart from each other, or all would come at once.
		minutes := uint64(rules.RetryMost-rules.Retry) / 60
		w.retry = time.Duration(rules.Retry)*time.Second + time.Duration(mix(s.in.Cluster.ID, s.in.Me)%max(1, minutes))*time.Minute
		w.cause.Limit = float64(w.retry / time.Minute)
	}
	return w
}

// crowdCause says how many send the text, whom it reached, and how many answered.
func (s *measurer) crowdCause(code scoring.Code) Cause {
	r := &s.reception
	return Cause{Code: code, Value: float64(s.in.Cluster.Senders), N: int(r.Copies + .5), K: int(r.Answers + .5)}
}

// mix makes of two keyed hashes one that is uniform.
func mix(a, b uint64) uint64 {
	h := (a ^ b*0x9e3779b97f4a7c15) * 0xbf58476d1ce4e5b9
	return h ^ h>>31
}
