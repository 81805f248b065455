package policyotel_test

import (
	"context"
	"fmt"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/policyotel"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

// A service hands its providers to the hooks and to the engine. Here they keep what they
// get, to be printed; a service has an exporter in their place.
func Example() {
	ctx := context.Background()
	reader, spans := metric.NewManualReader(), tracetest.NewInMemoryExporter()
	config := policyotel.Config{
		MeterProvider:  metric.NewMeterProvider(metric.WithReader(reader)),
		TracerProvider: trace.NewTracerProvider(trace.WithSyncer(spans)),
	}
	hooks, err := policyotel.Hooks(config)
	if err != nil {
		fmt.Println(err)
		return
	}
	inner, err := policy.New(policy.Config{Hooks: policy.JoinHooks(hooks)}) // and those of your own
	if err != nil {
		fmt.Println(err)
		return
	}
	engine, err := policyotel.Wrap(inner, config)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer engine.Close()

	for i := range 22 { // 20 a minute are allowed
		m := policy.Message{ID: fmt.Sprint(i), Sender: "ann", Recipients: policy.To("bea"), Text: "hi"}
		if _, err := engine.Evaluate(ctx, m); err != nil {
			fmt.Println(err)
		}
	}

	var all metricdata.ResourceMetrics
	if err := reader.Collect(ctx, &all); err != nil {
		fmt.Println(err)
	}
	for _, m := range all.ScopeMetrics[0].Metrics {
		if m.Name != "decorum.decisions" {
			continue
		}
		for _, p := range m.Data.(metricdata.Sum[int64]).DataPoints {
			verdict, _ := p.Attributes.Value("decorum.verdict")
			fmt.Println(m.Name, verdict.AsString(), p.Value)
		}
	}
	last := spans.GetSpans()[21]
	for _, a := range last.Attributes {
		if a.Key == "decorum.verdict" || a.Key == "decorum.reasons" {
			fmt.Println(last.Name, a.Key, a.Value.String())
		}
	}
	// Unordered output:
	// decorum.decisions allow 20
	// decorum.decisions defer 2
	// decorum.evaluate decorum.verdict defer
	// decorum.evaluate decorum.reasons ["rate.messages"]
}
