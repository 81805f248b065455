package judge

import (
	"math"
	"time"

	"github.com/decorum-go/decorum/policy/internal/ladder"
	"github.com/decorum-go/decorum/policy/internal/stamp"
)

// putOff reports for how long a message is to wait for the account's sake, and why.
func (s *measurer) putOff(f *ladder.Finding) (time.Duration, Cause) {
	if left, why := s.unread(f); left > 0 {
		return left, why
	}
	return s.onProbation(f)
}

// onProbation puts off what would be flagged while the account is restricted, or on
// probation: it has had its warning, and its sanction.
func (s *measurer) onProbation(f *ladder.Finding) (left time.Duration, why Cause) {
	l := &s.track.Ladder
	if !f.Warn || !s.in.Message || !s.outreach() || s.rules.Limits.Probation >= 1 {
		return 0, why
	}
	share := l.Probation(s.sec, 0, &s.rules.Ladder)
	if l.Any(func(e *ladder.Entry) bool { return e.Kind == ladder.Restriction && e.Stands(s.sec) }) {
		share = 0
	}
	if share < 1 {
		return probationRetry, Cause{Code: codeProbation, Value: math.Floor(100 * share), Limit: probationRetry.Minutes()}
	}
	return 0, why
}

// probationRetry is after what time it is looked at again.
const probationRetry = time.Hour

// unread reports for how long still a warning is not read: until then what would
// bring more is put off. So is what rests on what others did with the text, where the
// account was never warned: then it is warned now. Something else that speaks against
// the account ends that: a complaint, a text that brought a sanction before, an earlier
// sanction, a pledge, or so many tries after the warning.
func (s *measurer) unread(f *ladder.Finding) (left time.Duration, why Cause) {
	l, rules := &s.track.Ladder, &s.rules.Ladder
	if !f.Act || f.Rated != nil || !s.in.Message {
		return 0, why
	}
	w := l.Warned(s.sec, rules)
	first := w == 0 && s.byOthers
	if first {
		w = s.sec // it is warned now, if it can be
	}
	read := stamp.After(w, rules.ReadTime)
	if w == 0 || s.sec >= read || l.Ignored >= s.tries() && !first || l.Confirmed || s.complaints.Weight > 0 || s.again || l.Punished() || l.Pledging(s.sec) {
		return 0, why
	}
	f.Act = false
	left = time.Duration(read-s.sec) * time.Second
	return left, Cause{Code: codeUnread, Value: math.Ceil(float64(s.sec-w) / 60), Limit: math.Ceil(left.Minutes()), N: int(l.Ignored)}
}

// tries is after how many tries a warning was not heeded: more where the account has a
// life of its own, since what it writes to strangers waits.
func (s *measurer) tries() uint16 {
	friends := max(0, s.r.Contacts.Count()-s.rules.Crowd.ProbeContacts)
	return uint16(min(float64(s.rules.Ladder.Tries)*(1+friends), math.MaxUint16))
}
