package policyotel

import (
	"context"
	"errors"
	"strings"

	"github.com/decorum-go/decorum/policy"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// Hooks returns hooks that count what an engine does: join them with others by
// policy.JoinHooks. Acted is not among them, for it costs calls of the store. An error is
// the MeterProvider's.
func Hooks(c Config) (policy.Hooks, error) {
	m := c.meter()
	h := &counting{
		classes:   c.classes(),
		decisions: m.counter("decorum.decisions", "{decision}", "Decisions on messages, those on retries among them."),
		score:     m.histogram("decorum.decision.score", "1", "Score of messages that were judged: the probability of abuse.", scores),
		others:    m.counter("decorum.recipient.decisions", "{recipient}", "Recipients who did not get a message that others may have got."),
		shadow:    m.counter("decorum.shadow.decisions", "{decision}", "What shadow policies would have decided."),
		events:    m.counter("decorum.events", "{event}", "Events that were recorded."),
		reports:   m.counter("decorum.reports", "{report}", "What became of complaints."),
		sanctions: m.counter("decorum.sanctions", "{sanction}", "Sanctions that were imposed."),
		liftings:  m.counter("decorum.liftings", "{sanction}", "Sanctions that were lifted, or made milder by a ruling."),
		appeals:   m.counter("decorum.appeals", "{appeal}", "Appeals that were filed."),
		rulings:   m.counter("decorum.rulings", "{appeal}", "Appeals that were ruled on."),
		faults:    m.counter("decorum.faults", "{fault}", "Faults of the store, and of clocks."),
		c:         c,
	}
	h.prepare()
	return policy.Hooks{
		Decided: h.decided,
		Recorded: func(ctx context.Context, ev policy.Event) {
			h.events.Add(ctx, 1, c.with(attribute.String("decorum.event", eventName(ev))))
		},
		Reported: func(ctx context.Context, o *policy.ReportOutcome) {
			h.reports.Add(ctx, 1, c.with(attribute.String("decorum.outcome", o.Outcome.String())))
		},
		Imposed: func(ctx context.Context, s *policy.Sanction) {
			h.sanctions.Add(ctx, 1, c.with(attribute.String("decorum.sanction", s.Kind.String()), attribute.Bool("decorum.automatic", s.By == "")))
		},
		Lifted: func(ctx context.Context, s *policy.Sanction) {
			h.liftings.Add(ctx, 1, c.with(attribute.String("decorum.sanction", s.Kind.String()), attribute.Bool("decorum.automatic", s.Lifted != nil && s.Lifted.By == "")))
		},
		Appealed: func(ctx context.Context, _ *policy.Appeal) { h.appeals.Add(ctx, 1, c.with()) },
		Resolved: func(ctx context.Context, a *policy.Appeal) {
			if a.Ruling != nil {
				h.rulings.Add(ctx, 1, c.with(attribute.String("decorum.outcome", a.Ruling.Outcome.String())))
			}
		},
		Fault: func(ctx context.Context, err error) {
			all := []attribute.KeyValue{attribute.String("error.type", errorType(err))}
			if f, ok := errors.AsType[*policy.FaultError](err); ok {
				all = append(all, attribute.String("decorum.store.operation", f.Op))
			}
			h.faults.Add(ctx, 1, c.with(all...))
		},
	}, m.err
}

// Buckets. Those of scores lie about the thresholds of policies.
var (
	scores  = []float64{0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99}
	seconds = []float64{1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5}
)

// counting is what the hooks share. It does not change once it is prepared.
type counting struct {
	c       Config
	classes []string // by number; the last one is that of all others

	decisions, others, shadow, events, reports, sanctions, liftings, appeals, rulings, faults metric.Int64Counter

	score metric.Float64Histogram

	// Made once, for Evaluate must not wait for them to be made.
	decided1 [][]metric.AddOption    // by decisionAt
	scored   [][]metric.RecordOption // by class
}

// prepare makes the attributes of all decisions that there can be.
func (h *counting) prepare() {
	for _, v := range verdicts {
		for _, class := range h.classes {
			for _, degraded := range []bool{false, true} {
				set := h.c.with(attribute.String("decorum.verdict", v), attribute.String("decorum.class", class), attribute.Bool("decorum.degraded", degraded))
				h.decided1 = append(h.decided1, []metric.AddOption{set})
			}
		}
	}
	for _, class := range h.classes {
		h.scored = append(h.scored, []metric.RecordOption{h.c.with(attribute.String("decorum.class", class))})
	}
}

func (h *counting) decided(ctx context.Context, m *policy.Message, d *policy.Decision) {
	class := classAt(h.classes, m.Class)
	at := (int(d.Verdict-policy.Allow)*len(h.classes) + class) * 2
	if d.Degraded {
		at++
	}
	h.decisions.Add(ctx, 1, h.decided1[at]...)
	if !d.Repeat {
		h.score.Record(ctx, d.Score, h.scored[class]...)
	}
	for i := range d.Recipients {
		h.others.Add(ctx, 1, h.c.with(attribute.String("decorum.verdict", d.Recipients[i].Verdict.String())))
	}
	for i := range d.Shadow {
		o := &d.Shadow[i]
		name, _, _ := strings.Cut(o.Policy, "@") // its hash is another one after each reload
		h.shadow.Add(ctx, 1, h.c.with(attribute.String("decorum.verdict", o.Verdict.String()), attribute.String("decorum.policy.name", name)))
	}
}

// verdicts are the names of all verdicts, from Allow on.
var verdicts = func() (all []string) {
	for v := policy.Allow; ; v++ {
		name, err := v.MarshalText()
		if err != nil {
			return all
		}
		all = append(all, string(name))
	}
}()

// eventName is what an event is called in the events format.
func eventName(ev policy.Event) string {
	switch ev.(type) {
	case policy.Reply:
		return "reply"
	case policy.Accepted:
		return "accepted"
	case policy.Withdrawn:
		return "withdrawn"
	case policy.Complaint:
		return "complaint"
	case policy.BlockedBy:
		return "blocked"
	case policy.Unblocked:
		return "unblocked"
	case policy.Review:
		return "review"
	case policy.Retraction:
		return "retraction"
	case policy.Contacts:
		return "contacts"
	}
	return other
}
