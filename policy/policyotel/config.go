package policyotel

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/decorum-go/decorum/policy"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
)

// scope names this package in what it exports.
const scope = "github.com/decorum-go/decorum/policy/policyotel"

// A Config says where metrics and spans go. The zero Config is ready: the global
// providers of package otel.
type Config struct {
	MeterProvider  metric.MeterProvider // nil: the global one
	TracerProvider trace.TracerProvider // nil: the global one

	// Classes are classes of the host's own that its policies have rules for. Any other
	// that package policy does not name is counted as "other", so that no mistake makes
	// metrics without end.
	Classes []policy.Class
	// Attributes stand beside all metrics and spans: what tells engines of one process
	// apart, such as the tenant. Without them gauges of two engines overwrite each other.
	// Each value makes a series of each metric. Put no name of a person here.
	Attributes []attribute.KeyValue
}

// with is an option that holds the attributes of the host and others.
func (c *Config) with(all ...attribute.KeyValue) metric.MeasurementOption {
	return metric.WithAttributeSet(attribute.NewSet(append(all, c.Attributes...)...))
}

// other is the class of those that nobody named, and the event that this package does not know.
const other = "other"

// classes are the names of classes, other last.
func (c *Config) classes() (all []string) {
	for _, class := range append([]policy.Class{policy.Member, policy.Page, policy.Business, policy.Service, policy.Staff}, c.Classes...) {
		if class != "" && class != other && !slices.Contains(all, string(class)) {
			all = append(all, string(class))
		}
	}
	return append(all, other)
}

// classAt is the place of a class among those.
func classAt(all []string, c policy.Class) int {
	if at := slices.Index(all, string(cmp.Or(c, policy.Member))); at >= 0 {
		return at
	}
	return len(all) - 1
}

func (c *Config) tracer() trace.Tracer {
	if c.TracerProvider == nil {
		return otel.Tracer(scope)
	}
	return c.TracerProvider.Tracer(scope)
}

func (c *Config) meter() *meter {
	if c.MeterProvider == nil {
		return &meter{Meter: otel.Meter(scope)}
	}
	return &meter{Meter: c.MeterProvider.Meter(scope)}
}

// A meter makes instruments, and keeps what went wrong.
type meter struct {
	metric.Meter
	err error
}

func (m *meter) counter(name, unit, what string) metric.Int64Counter {
	i, err := m.Int64Counter(name, metric.WithUnit(unit), metric.WithDescription(what))
	m.err = errors.Join(m.err, err)
	return i
}

func (m *meter) histogram(name, unit, what string, bounds []float64) metric.Float64Histogram {
	i, err := m.Float64Histogram(name, metric.WithUnit(unit), metric.WithDescription(what), metric.WithExplicitBucketBoundaries(bounds...))
	m.err = errors.Join(m.err, err)
	return i
}

// failures are what errors are called, in error.type: the first that fits.
var failures = []struct {
	is   error
	name string
}{
	{policy.ErrSecret, "secret"}, {policy.ErrEmptied, "emptied"}, {policy.ErrOverload, "overload"}, {policy.ErrRecord, "record"}, {policy.ErrClock, "clock"},
	{policy.ErrClosed, "closed"}, {policy.ErrNotFound, "not_found"}, {policy.ErrSettled, "settled"}, {policy.ErrConflict, "conflict"},
	{policy.ErrHistory, "history"}, {policy.ErrSnapshot, "snapshot"}, {policy.ErrChanging, "changing"},
}

// errorType is what an error is called. Its text may name somebody, and stays here.
func errorType(err error) string {
	for i := range failures {
		if errors.Is(err, failures[i].is) {
			return failures[i].name
		}
	}
	_, field := errors.AsType[*policy.FieldError](err)
	_, fault := errors.AsType[*policy.FaultError](err)
	late := errors.Is(err, context.DeadlineExceeded)
	switch {
	case field:
		return "invalid"
	case fault && late:
		return "timeout"
	case fault:
		return "fault"
	case late:
		return "deadline_exceeded"
	case errors.Is(err, context.Canceled):
		return "canceled"
	}
	return "_OTHER"
}
