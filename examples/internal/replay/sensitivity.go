package replay

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/scoring"
)

// factors by which each threshold is moved; 1 is the policy itself.
var factors = []float64{.7, .85, 1, 1.2, 1.4}

// A sensitivity is how the number of senders touched moves with thresholds. It
// is exact: each variant is a policy of its own that judged the whole log, with
// its own sanctions and all that follows from them.
type sensitivity struct {
	knobs []*knob
}

// A knob is one group of thresholds that move together.
type knob struct {
	name, about string
	turn        func(r *policy.Rules, by float64)
	variants    []*variant // one for each factor
}

// A variant is a policy with one knob turned.
type variant struct {
	by      float64
	problem string // why the variant is not a policy
	policy  *policy.Policy
	result  *result
}

// knobs are what is moved. Thresholds rise with the factor: a larger one means
// more patience.
func knobs() []*knob {
	return []*knob{
		{name: "levels", about: "the odds at which a warning and an action follow (score.warn, score.act)", turn: func(r *policy.Rules, by float64) {
			for _, p := range []*float64{&r.Score.Warn, &r.Score.Act} {
				*p = scoring.Logistic(scoring.Logit(*p) + math.Log(by))
			}
		}},
		{name: "repeated text", about: "how many people may get one text (text_fast, text_slow, reach)", turn: func(r *policy.Rules, by float64) {
			stretch(by, &r.Signals.TextFast, &r.Signals.TextSlow, &r.Signals.Reach)
		}},
		{name: "strangers", about: "how many strangers may be approached (outreach_fast, outreach_slow)", turn: func(r *policy.Rules, by float64) {
			stretch(by, &r.Signals.OutreachFast, &r.Signals.OutreachSlow)
		}},
		{name: "complaints", about: "how much credible complaint it takes (complaint, complaint_outreach)", turn: func(r *policy.Rules, by float64) {
			stretch(by, &r.Signals.Complaint, &r.Signals.ComplaintOutreach)
		}},
		{name: "answers", about: "the share of answers under which contact is unwelcome; turned the other way, for less is more patient (reply_floor)", turn: func(r *policy.Rules, by float64) {
			r.Signals.ReplyFloor = min(.99, r.Signals.ReplyFloor/by)
		}},
		{name: "limits", about: "how many messages and new people are let through (limits.messages, limits.people)", turn: func(r *policy.Rules, by float64) {
			for i := range r.Limits.Messages {
				r.Limits.Messages[i].N = max(1, int(math.Round(float64(r.Limits.Messages[i].N)*by)))
			}
			for i := range r.Limits.People {
				r.Limits.People[i].N = max(1, int(math.Round(float64(r.Limits.People[i].N)*by)))
			}
		}},
	}
}

// stretch moves the knots of curves along the axis of what is measured.
func stretch(by float64, signals ...*policy.Signal) {
	for _, s := range signals {
		for i := range s.Curve {
			s.Curve[i].X *= by
		}
	}
}

func newSensitivity(p *policy.Policy) *sensitivity {
	s := &sensitivity{knobs: knobs()}
	for _, k := range s.knobs {
		for _, by := range factors {
			v := &variant{by: by}
			k.variants = append(k.variants, v)
			if by == 1 {
				continue
			}
			v.policy, v.problem = turned(p, fmt.Sprintf("%s x%g", k.name, by), func(r *policy.Rules) { k.turn(r, by) })
		}
	}
	return s
}

// turned copies a policy and changes the rules of every class.
func turned(p *policy.Policy, name string, change func(*policy.Rules)) (*policy.Policy, string) {
	q, err := clone(p)
	if err != nil {
		return nil, err.Error()
	}
	q.Name = cut(name, policy.MaxPolicyName/4)
	for _, rules := range q.Classes {
		change(rules)
	}
	if err := q.Validate(); err != nil {
		return nil, strings.ReplaceAll(err.Error(), "\n", "; ")
	}
	return q, ""
}

// clone copies a policy by way of its file.
func clone(p *policy.Policy) (*policy.Policy, error) {
	b, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	return policy.ReadPolicy(bytes.NewReader(b))
}

// runners returns one for each variant; base is the result of the policy
// itself.
func (s *sensitivity) runners(session *session, base *result) (list []*runner) {
	for _, k := range s.knobs {
		for _, v := range k.variants {
			if v.by == 1 {
				v.result = base
			}
			if v.policy == nil {
				continue
			}
			c := session.config(v.policy)
			c.closed = func(r *runner) {
				v.result = r.counted()
				v.result.tally.senders = nil // the counts are enough
			}
			list = append(list, &runner{config: c})
		}
	}
	return list
}
