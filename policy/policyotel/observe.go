package policyotel

import (
	"context"
	"errors"
	"time"

	"github.com/decorum-go/decorum/policy"
	"go.opentelemetry.io/otel/metric"
)

// gauges are what is asked of an engine whenever metrics are collected.
type gauges struct {
	ready, braked, budget        metric.Int64ObservableGauge
	away                         metric.Float64ObservableGauge
	index, bank, records, memory metric.Int64ObservableUpDownCounter
	evictions                    metric.Int64ObservableCounter
	all                          []metric.Observable
}

func (m *meter) gauge(name, unit, what string) metric.Int64ObservableGauge {
	i, err := m.Int64ObservableGauge(name, metric.WithUnit(unit), metric.WithDescription(what))
	m.err = errors.Join(m.err, err)
	return i
}

func (m *meter) size(name, unit, what string) metric.Int64ObservableUpDownCounter {
	i, err := m.Int64ObservableUpDownCounter(name, metric.WithUnit(unit), metric.WithDescription(what))
	m.err = errors.Join(m.err, err)
	return i
}

func (m *meter) gauges() gauges {
	g := gauges{
		ready:   m.gauge("decorum.ready", "{engine}", "1 where Engine.Health finds nothing wrong, else 0."),
		braked:  m.gauge("decorum.braked", "{engine}", "1 while a person has stopped automatic sanctions, else 0."),
		budget:  m.gauge("decorum.budget.remaining", "{sanction}", "Sanctions above a warning that automation may still impose within the hour."),
		index:   m.size("decorum.index.size", "{text}", "Texts in the campaign index."),
		bank:    m.size("decorum.bank.size", "{text}", "Texts that people have ruled on."),
		records: m.size("decorum.store.size", "{record}", "Records in the memory of this process."),
		memory:  m.size("decorum.store.memory", "By", "Memory that these records take."),
	}
	var err error
	g.away, err = m.Float64ObservableGauge("decorum.store.away", metric.WithUnit("s"), metric.WithDescription("For how long calls of the store have failed; 0 where they do not."))
	m.err = errors.Join(m.err, err)
	g.evictions, err = m.Int64ObservableCounter("decorum.store.evictions", metric.WithUnit("{record}"), metric.WithDescription("Records dropped for want of room."))
	m.err = errors.Join(m.err, err)
	g.all = []metric.Observable{g.ready, g.braked, g.budget, g.away, g.index, g.bank, g.records, g.memory, g.evictions}
	return g
}

// observe tells how an engine does. Where the store does not say whether the brake is on,
// nothing is told of that.
func (g *gauges) observe(ctx context.Context, o metric.Observer, e *policy.Engine, with metric.ObserveOption) {
	h, err := e.Health(ctx)
	o.ObserveInt64(g.ready, number(err == nil), with)
	if err == nil {
		o.ObserveInt64(g.braked, number(h.Brake != nil), with)
	}
	if !h.At.IsZero() {
		o.ObserveInt64(g.budget, int64(h.Budget), with)
		away := 0.0
		if !h.Away.IsZero() {
			away = max(0, time.Since(h.Away).Seconds()) // the machine's clock, as Away is
		}
		o.ObserveFloat64(g.away, away, with)
	}
	s := e.Stats()
	o.ObserveInt64(g.index, int64(s.Texts), with)
	o.ObserveInt64(g.bank, int64(s.Bank), with)
	if m := s.Memory; m != nil {
		o.ObserveInt64(g.records, int64(m.Records), with)
		o.ObserveInt64(g.memory, m.Bytes, with)
		o.ObserveInt64(g.evictions, int64(m.Evictions), with)
	}
}

func number(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}
