package policyotel_test

import (
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/policyotel"
	"go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// kinds are an engine without metrics, and with more and more of what there is.
var kinds = []string{"bare", "hooks", "wrapped, not sampled", "wrapped, sampled"}

// conversation returns a function that has two friends write to each other, in turn, every
// ten minutes.
func conversation(tb testing.TB, kind string) func() {
	tb.Helper()
	must := func(err error) {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
	}
	sampler := sdktrace.NeverSample()
	if kind == "wrapped, sampled" {
		sampler = sdktrace.AlwaysSample()
	}
	c := policyotel.Config{
		MeterProvider:  metric.NewMeterProvider(metric.WithReader(metric.NewManualReader())),
		TracerProvider: sdktrace.NewTracerProvider(sdktrace.WithSampler(sampler)), // spans are made, and go nowhere
	}
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	pc := policy.Config{Now: func() time.Time { return now }}
	if kind != "bare" {
		hooks, err := policyotel.Hooks(c)
		must(err)
		pc.Hooks = hooks
	}
	inner, err := policy.New(pc)
	must(err)
	evaluate := inner.Evaluate
	if strings.HasPrefix(kind, "wrapped") {
		e, err := policyotel.Wrap(inner, c)
		must(err)
		evaluate = e.Evaluate
	}
	text := "See you at the station at eight, I shall bring the tickets and the umbrella that you left here"
	one, two := policy.Message{Sender: "ann", Recipients: policy.To("bea"), Text: text}, policy.Message{Sender: "bea", Recipients: policy.To("ann"), Text: text}
	write := func() {
		now = now.Add(10 * time.Minute)
		one, two = two, one
		if d, err := evaluate(tb.Context(), one); err != nil || d.Verdict != policy.Allow {
			tb.Fatal(d, err)
		}
	}
	for range 1000 {
		write()
	}
	return write
}

// BenchmarkEvaluate: what metrics and spans cost an Evaluate.
func BenchmarkEvaluate(b *testing.B) {
	for _, kind := range kinds {
		b.Run(kind, func(b *testing.B) {
			write := conversation(b, kind)
			b.ReportAllocs()
			for b.Loop() {
				write()
			}
		})
	}
}

// TestAllocs: an Evaluate with metrics and spans costs few allocations more.
func TestAllocs(t *testing.T) {
	got := map[string]float64{}
	for _, kind := range kinds {
		got[kind] = testing.AllocsPerRun(1000, conversation(t, kind))
	}
	for kind, most := range map[string]float64{"hooks": 1, "wrapped, not sampled": 4, "wrapped, sampled": 9} {
		if more := got[kind] - got["bare"]; more > most && !race {
			t.Errorf("%s: %v allocations more than without, at most %v are allowed", kind, more, most)
		}
	}
	t.Log(got)
}
