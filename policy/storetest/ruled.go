package storetest

import (
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/rulekit"
	"github.com/decorum-go/decorum/scoring"
)

// withRules gives a policy rules that count by all that can be counted by, and everything.
func withRules(p *policy.Policy) *policy.Policy {
	p.Attributes = map[string]policy.AttributeType{"device": {Type: rulekit.Text}, "level": {Type: rulekit.Int}}
	p.Lists = map[string][]string{"samples": {"Dear friend, earn 5000 a week from home, write to me now and I send you the link"}}
	count := func(name, key string, of policy.CounterOf, window time.Duration) {
		p.Counters = append(p.Counters, policy.Counter{Name: name, Key: key, Of: of, Window: policy.Duration(window)})
	}
	count("device_accounts", "attr.device", policy.CountSenders, 24*time.Hour)
	count("level_messages", "attr.level", policy.CountDelivered, time.Hour)
	count("origin_new", "origin", policy.CountNewSenders, 12*time.Hour)
	count("turned_away", "recipient", policy.CountBlockedSenders, 7*24*time.Hour)
	count("mine", "sender", policy.CountMessages, 30*24*time.Hour)
	count("reached", "sender", policy.CountStrangers, 24*time.Hour)
	count("readers", "attr.device", policy.CountRecipients, 24*time.Hour)
	ev := func(f scoring.Family, points float64) policy.RuleEvidence {
		return policy.RuleEvidence{Family: f, Points: points}
	}
	p.Rules = []policy.Rule{
		{Name: "crowded", When: "to.strangers > 0 && counters.device_accounts > 6", Verdict: policy.Flag, Evidence: ev(scoring.Network, 1), Why: "many accounts on one device"},
		{Name: "pursued", When: "to.strangers > 0 && counters.turned_away > 2", Verdict: policy.Hold, Why: "the person turns strangers away", Mode: policy.ShadowMode},
		{Name: "busy", When: "counters.level_messages > 30", Evidence: ev(scoring.Volume, .5), Why: "many messages of one level"},
		{Name: "new", When: "counters.origin_new > 1", Evidence: ev(scoring.Standing, .5), Why: "new accounts of one origin"},
		{Name: "much", When: "to.strangers > 0 && counters.mine > 40 && counters.reached > 10", Evidence: ev(scoring.Contact, 1), Why: "wrote much"},
		{Name: "read", When: "counters.readers > 20", Evidence: ev(scoring.Reception, .5), Why: "many read it", Mode: policy.ShadowMode},
		{Name: "like", When: "text.like('samples') > 0.5", Evidence: ev(scoring.Content, 1), Why: "a known text"},
	}
	return p
}

// attributesOf are those of a message, by who sends it.
func attributesOf(sender string) map[string]any {
	n := 0
	for _, c := range []byte(sender) {
		n += int(c)
	}
	if n%5 == 0 {
		return nil
	}
	return map[string]any{"device": string(rune('a' + n%4)), "level": n % 3}
}
