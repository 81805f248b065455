package main

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	otelprom "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/sdk/metric"

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
	provider := metric.NewMeterProvider(metric.WithReader(reader))
	s.closers = append(s.closers, func() error { return provider.Shutdown(context.Background()) })
	s.scrape = promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
	return policyotel.Config{MeterProvider: provider}, nil
}
