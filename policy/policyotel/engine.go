package policyotel

import (
	"context"
	"errors"
	"time"

	"github.com/decorum-go/decorum/policy"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
)

// An Engine is a policy.Engine of which each call that may wait is a span, and timed.
// What waits for nothing (Prepare, Stats, Policy, SetPolicy) is the engine's own. It is
// safe for concurrent use. Make one with Wrap.
type Engine struct {
	*policy.Engine

	tracer   trace.Tracer
	start    []trace.SpanStartOption
	classes  []string
	duration metric.Float64Histogram
	timed    map[string][]metric.RecordOption // by operation, of calls without an error
	c        Config
	watched  metric.Registration
}

// Wrap traces and times the calls of an engine, and has its Health and Stats be collected
// as metrics until Close. What it decides it tells hooks: see Hooks. Wrapping an engine
// twice counts it twice. An error is a *policy.FieldError or the MeterProvider's.
func Wrap(inner *policy.Engine, c Config) (*Engine, error) {
	if inner == nil {
		return nil, &policy.FieldError{Field: "engine", Problem: "must be one that policy.New made"}
	}
	m := c.meter()
	e := &Engine{
		Engine: inner, tracer: c.tracer(), classes: c.classes(), timed: map[string][]metric.RecordOption{}, c: c,
		duration: m.histogram("decorum.operation.duration", "s", "How long calls of the engine took.", seconds),
	}
	if len(c.Attributes) > 0 {
		e.start = []trace.SpanStartOption{trace.WithAttributes(c.Attributes...)}
	}
	for _, name := range operations {
		e.timed[name] = []metric.RecordOption{c.with(attribute.String("decorum.operation", name))}
	}
	g := m.gauges()
	if m.err != nil {
		return nil, m.err
	}
	with, err := c.with(), error(nil)
	e.watched, err = m.RegisterCallback(func(ctx context.Context, o metric.Observer) error {
		g.observe(ctx, o, inner, with)
		return nil
	}, g.all...)
	if err != nil {
		return nil, err
	}
	return e, nil
}

// Close ends the collection of metrics, and closes the engine.
func (e *Engine) Close() error { return errors.Join(e.watched.Unregister(), e.Engine.Close()) }

// A call is a call of the engine under way.
type call struct {
	ctx   context.Context
	e     *Engine
	span  trace.Span
	name  string
	began time.Time
}

// begin begins a call. The engine itself says what is wrong with a context that is nil.
func (e *Engine) begin(ctx context.Context, name string) call {
	c := call{ctx: ctx, e: e, name: name, began: time.Now()}
	if ctx != nil {
		c.ctx, c.span = e.tracer.Start(ctx, spanPrefix+name, e.start...)
	}
	return c
}

// end ends it, and returns the error.
func (c *call) end(err error) error {
	if c.span == nil {
		return err
	}
	with := c.e.timed[c.name]
	if err != nil {
		kind := attribute.String("error.type", errorType(err))
		with = []metric.RecordOption{c.e.c.with(attribute.String("decorum.operation", c.name), kind)}
		c.span.SetAttributes(kind)
		c.span.SetStatus(codes.Error, kind.Value.AsString())
	}
	c.e.duration.Record(c.ctx, time.Since(c.began).Seconds(), with...)
	c.span.End()
	return err
}

// decided puts a decision into the span: no name, no text, and no ID, which may hold one.
func (c *call) decided(m *policy.Message, d *policy.Decision) {
	if c.span == nil || d.Verdict == 0 || !c.span.IsRecording() {
		return
	}
	all := []attribute.KeyValue{
		attribute.String("decorum.verdict", d.Verdict.String()), attribute.Float64("decorum.score", d.Score), attribute.String("decorum.policy", d.Policy),
		attribute.Bool("decorum.degraded", d.Degraded), attribute.Bool("decorum.repeat", d.Repeat),
	}
	if m != nil {
		all = append(all, attribute.String("decorum.class", c.e.classes[classAt(c.e.classes, m.Class)]), attribute.Int("decorum.recipient.count", len(m.Recipients)))
	}
	all = lists(all, d)
	if d.RetryAfter > 0 {
		all = append(all, attribute.Float64("decorum.retry_after", d.RetryAfter.Seconds()))
	}
	c.span.SetAttributes(all...)
}

// lists adds what a decision has several of.
func lists(all []attribute.KeyValue, d *policy.Decision) []attribute.KeyValue {
	if len(d.Recipients) > 0 {
		all = append(all, attribute.Int("decorum.recipient.refused", len(d.Recipients)))
	}
	add := func(key string, n int, name func(int) string) {
		if n == 0 {
			return
		}
		names := make([]string, n)
		for i := range names {
			names[i] = name(i)
		}
		all = append(all, attribute.StringSlice(key, names))
	}
	add("decorum.reasons", len(d.Reasons), func(i int) string { return d.Reasons[i].Code })
	add("decorum.sanctions", len(d.Imposed), func(i int) string { return d.Imposed[i].Kind.String() })
	add("decorum.shadow.verdicts", len(d.Shadow), func(i int) string { return d.Shadow[i].Verdict.String() })
	return all
}
