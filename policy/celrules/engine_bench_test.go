package celrules

import (
	"fmt"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/rulekit"
)

// BenchmarkEvaluate is what twenty rules, four of them of three terms, and four counters
// add to a message: to a stranger, and in a conversation, where no rule looks.
func BenchmarkEvaluate(b *testing.B) {
	rules := policy.Default()
	rules.Attributes = map[string]policy.AttributeType{"country": {Type: rulekit.Text}, "device": {Type: rulekit.Text}, "links": {Type: rulekit.Texts}, "visits": {Type: rulekit.Int}}
	rules.Lists = map[string][]string{"bad_devices": {"a", "b"}, "wave_17": {"win a car today, answer within the hour"}}
	day := policy.Duration(24 * time.Hour)
	rules.Counters = []policy.Counter{
		{Name: "device_accounts", Key: "attr.device", Of: policy.CountSenders, Window: day}, {Name: "target_turned_away", Key: "recipient", Of: policy.CountBlockedSenders, Window: 7 * day},
		{Name: "sent", Key: "sender", Of: policy.CountMessages, Window: day}, {Name: "reached", Key: "sender", Of: policy.CountStrangers, Window: day},
	}
	all := twenty()
	for i := range all {
		switch i {
		case 6:
			all[i] = "counters.sent > 1000"
		case 7:
			all[i] = "counters.reached > 1000"
		}
		if i > 3 {
			all[i] = "to.strangers > 0 && " + all[i]
		}
		rules.Rules = append(rules.Rules, policy.Rule{Name: fmt.Sprint("r", i), When: all[i], Verdict: policy.Flag, Why: "a bench"})
	}
	rules.Rules[3].When = "to.strangers > 0 && " + all[3]
	for _, kind := range []string{"stranger", "conversation"} {
		for name, p := range map[string]*policy.Policy{"without": policy.Default(), "rules": rules} {
			b.Run(kind+"/"+name, func(b *testing.B) {
				w := newTown(b, p)
				m := policy.Message{Recipients: policy.To("bea"), Attributes: map[string]any{"device": "d", "country": "de", "visits": 3, "links": []string{"x.example"}}}
				if kind == "conversation" {
					for i := range 2 {
						w.send(policy.Message{ID: fmt.Sprint("hi", i), Sender: []string{"ann", "bea"}[i], Recipients: policy.To([]string{"bea", "ann"}[i]), Text: "Hello there"})
					}
				}
				senders := make([]string, 4096)
				for i := range senders {
					senders[i] = fmt.Sprint("ann", i)
				}
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					if m.Sender = "ann"; kind == "stranger" {
						m.Sender = senders[i%len(senders)]
						m.Recipients[0].ID = senders[(i*7+1+i/len(senders))%len(senders)]
						m.Attributes["device"] = m.Sender
					}
					w.now = w.now.Add(time.Minute)
					m.At, m.Text = w.now, senders[i%len(senders)]+" writes this to you about the thing that you two know of"
					if _, err := w.e.Evaluate(b.Context(), m); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
