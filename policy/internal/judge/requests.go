package judge

import (
	"time"

	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/state"
	"github.com/decorum-go/decorum/scoring"
)

// Requests are the rules on connection requests, the messages on one channel; none
// without a Channel.
type Requests struct {
	Channel     string
	Outstanding int // 0: as many as are sent
	Floor, Sure float64
	Prior       scoring.Beta
	For         uint32 // seconds
}

// heedTime is for how many seconds after the warning nothing is blocked, and heeded how
// many requests must have been sent since.
const (
	heedTime = stamp.Day
	heeded   = 20
)

// request reports whether the message is a connection request.
func (c *call) request() bool {
	return c.rules.Requests.Channel != "" && c.in.Channel == c.rules.Requests.Channel && !c.in.Group && !c.edit
}

// rejected reports whether it is sure enough that too few accept the requests of the
// account, and why.
func (c *call) rejected(rules *Requests) (why Cause, ok bool) {
	q := &c.r.Requests
	if rules.Floor == 0 || q.Rate == (scoring.Responses{}) {
		return why, false
	}
	accepted, exposure := q.Rate.Counts(c.now)
	why = Cause{Code: codeRequests, Limit: rules.Floor, N: int(q.Rate.Attempts(c.now) + .5), K: int(accepted + .5)}
	why.Value = scoring.Below(accepted, exposure, rules.Floor, rules.Prior)
	return why, why.Value >= rules.Sure
}

// closed rejects a request of an account whose channel is blocked, or is from now on: it
// was warned, and goes on to ask people who do not accept. Like a sanction that stands it
// leaves no evidence; the rest of the account is as before.
func (c *call) closed() bool {
	q, rules := &c.r.Requests, &c.rules.Requests
	if !c.request() || c.order == state.Allow || c.in.Policy.Observe || q.Warned == 0 {
		return false
	}
	if q.Until != 0 && (c.sec >= q.Until || q.Until > stamp.After(c.sec, rules.For)) { // or by a wrong clock
		q.Reopen()
	}
	why, low := c.rejected(rules)
	if q.Until == 0 {
		if !low || q.Since < heeded || c.sec < stamp.After(q.Warned, heedTime) || c.in.Static {
			return false
		}
		q.Until = stamp.After(c.sec, rules.For)
		c.out.Changed, c.out.Durable = true, true
	}
	c.out.Verdict, c.out.RetryAfter = state.Reject, time.Duration(q.Until-c.sec)*time.Second
	c.causes = append(c.causes, why)
	return true
}

// barred reports whether something that stands refuses the message: a sanction, or the
// block of its channel.
func (c *call) barred() bool { return !c.in.Learn && (c.covered() || c.outlived() || c.closed()) }

// outstanding holds a request against how many may be outstanding.
func (c *call) outstanding(l *limit) bool {
	rules := &c.rules.Requests
	if rules.Outstanding == 0 || !c.request() {
		return false
	}
	n, lapses := c.r.Requests.Outstanding(c.sec)
	if n < rules.Outstanding {
		return false
	}
	l.refused, l.quiet, l.retry = true, true, stamp.Since(c.sec, lapses)
	l.cause = Cause{Code: codeOutstanding, Value: float64(n), Limit: float64(rules.Outstanding)}
	return true
}

// ask counts a request that went out to somebody.
func (c *call) ask(a *recipient) {
	if !c.request() {
		return
	}
	if k := c.r.Pending.Find(a.Who); k >= 0 {
		p := &c.r.Pending.At[k]
		if p.Flags&state.WasRequest != 0 {
			return
		}
		p.Flags |= state.WasRequest
	}
	c.r.Requests.Send(c.now)
}

// warns reports whether the account is to be warned for its requests: it was not yet.
func (s *measurer) warns() bool {
	if !s.in.Message || !s.request() || s.r.Requests.Warned != 0 {
		return false
	}
	why, low := s.rejected(&s.rules.Requests)
	if low {
		s.requests = why
	}
	return low
}
