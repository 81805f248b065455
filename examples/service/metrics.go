package main

import (
	"context"
	"errors"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	otelprom "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/metric"
	sdk "go.opentelemetry.io/otel/sdk/metric"

	"github.com/decorum-go/decorum/policy/policyotel"
)

// metrics has what the engine does be scraped. For spans, set a TracerProvider of yours.
func (s *service) metrics() (c policyotel.Config, err error) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	reader, err := otelprom.New(otelprom.WithRegisterer(registry), otelprom.WithoutScopeInfo())
	if err != nil {
		return c, err
	}
	provider := sdk.NewMeterProvider(sdk.WithReader(reader))
	s.closers = append(s.closers, func() error { return provider.Shutdown(context.Background()) })
	if err := s.watchCases(provider.Meter("chat")); err != nil {
		return c, err
	}
	s.scrape = promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
	return policyotel.Config{MeterProvider: provider}, nil
}

// watchCases tells how the console does: what waits for the database of its cases, and what was
// lost because too much did.
func (s *service) watchCases(m metric.Meter) error {
	waiting, err := m.Int64ObservableGauge("chat.cases.waiting", metric.WithUnit("{record}"), metric.WithDescription("Records that wait for the database of the cases."))
	dropped, err2 := m.Int64ObservableCounter("chat.cases.dropped", metric.WithUnit("{record}"), metric.WithDescription("Records for it that were lost."))
	_, err3 := m.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		h := s.console.Health()
		o.ObserveInt64(waiting, int64(h.Waiting))
		o.ObserveInt64(dropped, h.Dropped)
		return nil
	}, waiting, dropped)
	return errors.Join(err, err2, err3)
}
