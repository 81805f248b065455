package celrules

import (
	"fmt"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/rulekit"
)

// BenchmarkRules is what twenty rules, four of them of three terms, and four counters
// add to a message: to a stranger, and in a conversation, where no rule looks.
func BenchmarkRules(b *testing.B) {
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
		b.Run(kind, func(b *testing.B) {
			without, with := newTalk(b, kind, policy.Default()), newTalk(b, kind, rules)
			least := [2]time.Duration{time.Hour, time.Hour}
			for b.Loop() { // in turns, and the fastest of each: a machine is never idle
				least[0], least[1] = min(least[0], without.batch()), min(least[1], with.batch())
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(least[0])/perBatch, "ns-without")
			b.ReportMetric(float64(least[1])/perBatch, "ns-with")
			b.ReportMetric(float64(least[1]-least[0])/perBatch, "ns-added")
		})
	}
}

// perBatch is how many messages are timed at once: a fraction of what a process is given
// at a time.
const perBatch = 50

// A talk sends messages of one kind.
type talk struct {
	*town
	kind  string
	n     int
	names []string
	m     policy.Message
}

func newTalk(b *testing.B, kind string, p *policy.Policy) *talk {
	w := &talk{town: newTown(b, p), kind: kind}
	for i := range 4096 {
		w.names = append(w.names, fmt.Sprint("ann", i))
	}
	w.send(policy.Message{ID: "1", Sender: "ann", Recipients: policy.To("bea"), Text: "Hello there"})
	w.send(policy.Message{ID: "2", Sender: "bea", Recipients: policy.To("ann"), Text: "Hello you"})
	w.m = policy.Message{Sender: "ann", Recipients: policy.To("bea"), Attributes: map[string]any{"device": "d", "country": "de", "visits": 3, "links": []string{"x.example"}}}
	for range 100 {
		w.batch()
	}
	return w
}

func (w *talk) batch() time.Duration {
	began := time.Now()
	for range perBatch {
		i := w.n
		if w.n++; w.kind == "stranger" {
			w.m.Sender = w.names[i%len(w.names)]
			w.m.Recipients[0].ID = w.names[(i*7+1+i/len(w.names))%len(w.names)]
			w.m.Attributes["device"] = w.m.Sender
		}
		w.now = w.now.Add(time.Minute)
		w.m.At, w.m.Text = w.now, w.names[i%len(w.names)]+" writes this to you about the thing that you two know of"
		if _, err := w.e.Evaluate(w.Context(), w.m); err != nil {
			w.Fatal(err)
		}
	}
	return time.Since(began)
}
