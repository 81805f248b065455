package policyotel_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/policyotel"
	"github.com/decorum-go/decorum/policy/storetest"
	"github.com/decorum-go/decorum/scoring"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

// A watched is an engine with the SDK of OpenTelemetry behind it.
type watched struct {
	*testing.T
	*policyotel.Engine
	reader *metric.ManualReader
	spans  *tracetest.InMemoryExporter
	tracer *sdktrace.TracerProvider
	meters *metric.MeterProvider
}

func watch(t *testing.T, pc policy.Config, change func(*policyotel.Config), readers ...metric.Reader) *watched {
	t.Helper()
	w := &watched{T: t, reader: metric.NewManualReader(), spans: tracetest.NewInMemoryExporter()}
	options := []metric.Option{metric.WithReader(w.reader)}
	for _, r := range readers {
		options = append(options, metric.WithReader(r))
	}
	w.tracer = sdktrace.NewTracerProvider(sdktrace.WithSyncer(w.spans))
	w.meters = metric.NewMeterProvider(options...)
	c := policyotel.Config{MeterProvider: w.meters, TracerProvider: w.tracer}
	if change != nil {
		change(&c)
	}
	hooks, err := policyotel.Hooks(c)
	w.must(err)
	pc.Hooks = policy.JoinHooks(pc.Hooks, hooks)
	inner, err := policy.New(pc)
	w.must(err)
	w.Engine, err = policyotel.Wrap(inner, c)
	w.must(err)
	t.Cleanup(func() { _ = w.Close() })
	return w
}

func (w *watched) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *watched) collect() (all metricdata.ResourceMetrics) {
	w.Helper()
	w.must(w.reader.Collect(context.Background(), &all))
	return all
}

// points are the values of a metric, by attributes; of a histogram how many there were.
func (w *watched) points(name string) map[string]float64 {
	w.Helper()
	out := map[string]float64{}
	for _, scope := range w.collect().ScopeMetrics {
		for _, m := range scope.Metrics {
			if m.Name != name {
				continue
			}
			switch d := m.Data.(type) {
			case metricdata.Sum[int64]:
				for _, p := range d.DataPoints {
					out[said(p.Attributes)] = float64(p.Value)
				}
			case metricdata.Gauge[int64]:
				for _, p := range d.DataPoints {
					out[said(p.Attributes)] = float64(p.Value)
				}
			case metricdata.Gauge[float64]:
				for _, p := range d.DataPoints {
					out[said(p.Attributes)] = p.Value
				}
			case metricdata.Histogram[float64]:
				for _, p := range d.DataPoints {
					out[said(p.Attributes)] = float64(p.Count)
				}
			default:
				w.Fatalf("%s is a %T", name, d)
			}
		}
	}
	return out
}

// said is a set of attributes in a line, without the prefix that all have.
func said(set attribute.Set) string {
	var all []string
	for _, kv := range set.ToSlice() {
		all = append(all, strings.TrimPrefix(string(kv.Key), "decorum.")+"="+kv.Value.String())
	}
	return strings.Join(all, " ")
}

func (w *watched) want(name string, points map[string]float64) {
	w.Helper()
	if got := w.points(name); !reflect.DeepEqual(got, points) {
		w.Errorf("%s: %v, want %v", name, got, points)
	}
}

var damning = []scoring.Evidence{
	{Code: "host.links", Family: scoring.Content, LogOdds: 3, Value: 1, N: 1}, {Code: "host.network", Family: scoring.Network, LogOdds: 3, Value: 1, N: 1},
}

// names and texts of the story. None of them may leave the process.
var private = []string{"annabel", "beatrix", "malvolio", "victoria", "moderata", "lifterina", "umbrella", "parapluie", "m-1", "why-because"}

// story has people write, complain, decide and appeal.
func (w *watched) story() {
	w.Helper()
	ctx := w.Context()
	send := func(m policy.Message, want policy.Verdict) policy.Decision {
		w.Helper()
		d, err := w.Evaluate(ctx, m)
		w.must(err)
		if d.Verdict != want {
			w.Fatalf("%+v: %v, want %v", m, d, want)
		}
		return d
	}
	hello := policy.Message{ID: "m-1", Sender: "annabel", Recipients: policy.To("beatrix"), Text: "Did you find the umbrella?"}
	send(hello, policy.Allow)
	send(hello, policy.Duplicate)
	send(policy.Message{ID: "m-12", Sender: "annabel", Recipients: policy.To("beatrix"), Text: "The parapluie, I mean.", Class: "parapluie"}, policy.Allow)
	w.must(w.Override(ctx, policy.Override{Account: "annabel", Verdict: policy.Hold, By: "moderata", Note: "why-because"}))
	send(policy.Message{ID: "m-13", Sender: "annabel", Recipients: policy.To("victoria"), Text: "Or an umbrella", Class: policy.Staff}, policy.Hold)

	bad := send(policy.Message{ID: "m-14", Sender: "malvolio", Recipients: policy.To("victoria"), Text: "buy an umbrella", Evidence: damning}, policy.Reject)
	again := send(policy.Message{ID: "m-15", Sender: "malvolio", Recipients: policy.To("beatrix"), Text: "buy a parapluie"}, policy.Reject)
	if len(bad.Imposed) != 1 || len(again.Imposed) != 0 {
		w.Fatalf("%+v, %+v", bad, again)
	}
	appeal, err := w.Appeal(ctx, policy.Appeal{Account: "malvolio", Sanction: bad.Imposed[0].ID, Statement: "my umbrella"})
	w.must(err)
	w.must(w.Resolve(ctx, "malvolio", appeal.ID, policy.Ruling{Outcome: policy.Overturned, By: "moderata", Note: "why-because"}))
	s, err := w.Impose(ctx, policy.Sanction{Account: "victoria", Kind: policy.Suspension, By: "moderata"})
	w.must(err)
	w.must(w.Lift(ctx, "victoria", s.ID, policy.Lifting{By: "lifterina", Note: "why-because"}))

	w.must(w.Record(ctx, policy.Complaint{ID: "m-1c", From: "beatrix", Against: "annabel", Message: "m-1"}))
	w.must(w.Record(ctx, policy.Review{Account: "annabel", Complaint: "m-1c", By: "moderata"}))
	w.must(w.Record(ctx, policy.BlockedBy{From: "beatrix", Against: "lifterina"}))
	for _, ev := range []policy.Event{
		policy.Reply{From: "beatrix", To: "annabel"}, policy.Accepted{From: "beatrix", To: "annabel"}, policy.Withdrawn{From: "annabel", To: "victoria"},
		policy.Unblocked{From: "beatrix", Against: "annabel"}, policy.Contacts{Of: "annabel", With: []string{"victoria"}}, policy.Retraction{Sender: "annabel", Message: "m-12"},
	} {
		w.must(w.Record(ctx, ev))
	}
	d := send(policy.Message{ID: "m-16", Sender: "lifterina", Recipients: policy.To("beatrix", "victoria"), Text: "umbrellas for both"}, policy.Allow)
	if len(d.Recipients) != 1 {
		w.Fatalf("%+v", d)
	}
	w.must(w.Brake(ctx, "moderata", "why-because"))
	_, err = w.Evaluate(ctx, policy.Message{Sender: "annabel", Recipients: policy.To("beatrix"), Class: "servce"})
	if _, ok := errors.AsType[*policy.FieldError](err); !ok {
		w.Fatalf("a class misspelt: %v", err)
	}
	if _, err := w.Statement(ctx, "annabel", "parapluie", policy.Language{}); !errors.Is(err, policy.ErrNotFound) {
		w.Fatalf("a statement on nothing: %v", err)
	}
}

// TestMetrics: each thing that happens is counted once, under its name.
func TestMetrics(t *testing.T) {
	w := watch(t, policy.Config{Shadow: []*policy.Policy{policy.Strict()}, Secret: []byte("of the test")}, func(c *policyotel.Config) { c.Classes = []policy.Class{"partner"} })
	w.story()
	w.want("decorum.decisions", map[string]float64{
		"class=member degraded=false verdict=allow": 2, "class=member degraded=false verdict=duplicate": 1, "class=member degraded=false verdict=reject": 2,
		"class=other degraded=false verdict=allow": 1, "class=staff degraded=false verdict=hold": 1,
	})
	w.want("decorum.decision.score", map[string]float64{"class=member": 4, "class=other": 1, "class=staff": 1})
	w.want("decorum.recipient.decisions", map[string]float64{"verdict=reject": 1})
	w.want("decorum.sanctions", map[string]float64{"automatic=true sanction=block": 1, "automatic=false sanction=suspension": 1})
	w.want("decorum.liftings", map[string]float64{"automatic=false sanction=block": 1, "automatic=false sanction=suspension": 1})
	w.want("decorum.appeals", map[string]float64{"": 1})
	w.want("decorum.rulings", map[string]float64{"outcome=overturned": 1})
	w.want("decorum.reports", map[string]float64{"outcome=taken": 1, "outcome=no_action": 1})
	w.want("decorum.ready", map[string]float64{"": 1})
	w.want("decorum.braked", map[string]float64{"": 1})
	w.want("decorum.store.away", map[string]float64{"": 0})
	shadow := 0.0
	for attrs, n := range w.points("decorum.shadow.decisions") {
		if shadow += n; !strings.HasPrefix(attrs, "policy.name=strict verdict=") {
			t.Errorf("a shadow policy is %s", attrs)
		}
	}
	if shadow == 0 {
		t.Error("no shadow policy was counted")
	}
	s := w.Stats()
	verdicts := map[string]float64{}
	for attrs, n := range w.points("decorum.decisions") {
		verdicts[attrs[strings.LastIndex(attrs, "=")+1:]] += n
	}
	if want := (map[string]float64{"allow": float64(s.Allow), "duplicate": float64(s.Duplicate), "reject": float64(s.Reject), "hold": float64(s.Hold)}); !reflect.DeepEqual(verdicts, want) {
		t.Errorf("%v were counted, and Stats says %v", verdicts, want)
	}
	for name, want := range map[string]int{"decorum.index.size": s.Texts, "decorum.bank.size": s.Bank, "decorum.store.size": s.Memory.Records} {
		w.want(name, map[string]float64{"": float64(want)})
	}
	if h, err := w.Health(t.Context()); err != nil || h.Budget == 0 {
		t.Error(h, err)
	} else {
		w.want("decorum.budget.remaining", map[string]float64{"": float64(h.Budget)})
	}
	if all := w.points("decorum.operation.duration"); all["operation=evaluate"] != 7 || all["operation=evaluate error.type=invalid"] != 1 || all["operation=record"] != 9 || all["operation=statement error.type=not_found"] != 1 {
		t.Errorf("durations: %v", all)
	}
	w.must(w.Close())
	w.want("decorum.ready", map[string]float64{})
}

// TestEventNames: each event that there is has been counted, under the name that logs know
// it by.
func TestEventNames(t *testing.T) {
	w := watch(t, policy.Config{}, nil)
	w.story()
	want := map[string]float64{}
	files, err := filepath.Glob("../*.go")
	w.must(err)
	for _, file := range files {
		source, err := os.ReadFile(file)
		w.must(err)
		for _, m := range regexp.MustCompile(`\nfunc \([A-Z]\w+\) name\(\) string \{ return "(\w+)" \}`).FindAllSubmatch(source, -1) {
			want["event="+string(m[1])] = 1
		}
	}
	if len(want) < 9 {
		t.Fatalf("package policy has the events %v", want)
	}
	w.want("decorum.events", want)
}

// TestNothingPrivate: no name, no text and no ID is in what is exported.
func TestNothingPrivate(t *testing.T) {
	w := watch(t, policy.Config{Shadow: []*policy.Policy{policy.Strict()}}, nil)
	w.story()
	metrics, err := json.Marshal(w.collect())
	w.must(err)
	var spans bytes.Buffer
	for _, s := range w.spans.GetSpans() {
		fmt.Fprintf(&spans, "%s %v %v %+v %+v %v\n", s.Name, s.Attributes, s.Status, s.Events, s.Links, s.Resource)
	}
	if !strings.Contains(spans.String(), "decorum.verdict") || !bytes.Contains(metrics, []byte("decorum.decisions")) {
		t.Fatalf("nothing is exported: %s %s", &spans, metrics)
	}
	for _, name := range private {
		for what, all := range map[string]string{"metrics": string(metrics), "spans": spans.String()} {
			if at := strings.Index(strings.ToLower(all), name); at >= 0 {
				t.Errorf("%s tell of %q: …%s…", what, name, all[max(0, at-80):min(len(all), at+80)])
			}
		}
	}
}

// TestEveryCall: each method that takes a context is a span of the caller's, with its name.
func TestEveryCall(t *testing.T) {
	w := watch(t, policy.Config{}, nil)
	snake := regexp.MustCompile(`([a-z])([A-Z])`)
	inner, outer := reflect.TypeFor[*policy.Engine](), reflect.ValueOf(w.Engine)
	n := 0
	for method := range inner.Methods() {
		if method.Type.NumIn() < 2 || method.Type.In(1) != reflect.TypeFor[context.Context]() {
			continue
		}
		n++
		ctx, parent := w.tracer.Tracer("test").Start(t.Context(), "parent")
		args := []reflect.Value{reflect.ValueOf(ctx)}
		for k := 2; k < method.Type.NumIn(); k++ {
			switch in := method.Type.In(k); {
			case in == reflect.TypeFor[io.Reader](), in == reflect.TypeFor[io.Writer]():
				args = append(args, reflect.ValueOf(&bytes.Buffer{}))
			case method.Type.IsVariadic() && k == method.Type.NumIn()-1:
			default:
				args = append(args, reflect.Zero(in))
			}
		}
		w.spans.Reset()
		out := outer.MethodByName(method.Name).Call(args)
		if out[0].Kind() == reflect.Func {
			for range out[0].Seq2() {
			}
		}
		spans, want := w.spans.GetSpans(), "decorum."+strings.ToLower(snake.ReplaceAllString(method.Name, "${1}_$2"))
		if len(spans) != 1 || spans[0].Name != want || spans[0].Parent.SpanID() != parent.SpanContext().SpanID() {
			t.Errorf("%s made the spans %v, want one: %s", method.Name, spans, want)
		}
	}
	if n < 30 {
		t.Errorf("an engine has only %d methods", n)
	}
	var none context.Context
	if _, err := w.Evaluate(none, policy.Message{}); !isField(err, "ctx") {
		t.Errorf("without a context: %v", err)
	}
}

func isField(err error, field string) bool {
	f, ok := errors.AsType[*policy.FieldError](err)
	return ok && f.Field == field
}

// TestSpan: a span has what was decided, and why, in codes.
func TestSpan(t *testing.T) {
	tenant := attribute.String("tenant", "7")
	w := watch(t, policy.Config{}, func(c *policyotel.Config) { c.Attributes = []attribute.KeyValue{tenant} })
	_, err := w.Evaluate(t.Context(), policy.Message{Sender: "mal", Recipients: policy.To("vic", "bea"), Class: policy.Page, Evidence: damning})
	w.must(err)
	span := w.spans.GetSpans()[0]
	attrs := attribute.NewSet(span.Attributes...)
	for key, want := range map[attribute.Key]string{
		"decorum.verdict": "reject", "decorum.class": "page", "decorum.recipient.count": "2", "decorum.degraded": "false", "decorum.repeat": "false",
		"decorum.sanctions": `["block"]`, "decorum.policy": w.Policy().ID(), "tenant": "7",
	} {
		if v, _ := attrs.Value(key); v.String() != want {
			t.Errorf("%s is %s, want %s", key, v.String(), want)
		}
	}
	reasons, _ := attrs.Value("decorum.reasons")
	if score, _ := attrs.Value("decorum.score"); score.AsFloat64() < 0.8 || !slices.Contains(reasons.AsStringSlice(), "host.links") {
		t.Errorf("score %v, reasons %v", score.String(), reasons.String())
	}
	if span.Status.Code != codes.Unset {
		t.Errorf("status %v: to reject is no error", span.Status)
	}
	if got := w.points("decorum.decisions"); got["class=page degraded=false verdict=reject tenant=7"] != 1 {
		t.Errorf("decisions %v", got)
	}
}

// TestAway: with the store away decisions are degraded, the span and the counters say so,
// and collecting goes on.
func TestAway(t *testing.T) {
	store := storetest.NewFaulty(policy.NewMemory(0))
	w := watch(t, policy.Config{Store: store, Secret: []byte("of the test"), Timeout: time.Second}, nil)
	m := policy.Message{Sender: "ann", Recipients: policy.To("bea"), Text: "hello"}
	_, err := w.Evaluate(t.Context(), m)
	w.must(err)
	before := store.Calls(storetest.View) + store.Calls(storetest.Update) + store.Calls(storetest.All)
	w.collect()
	if n := store.Calls(storetest.View) + store.Calls(storetest.Update) + store.Calls(storetest.All) - before; n != 1 {
		t.Errorf("to collect costs %d calls of the store", n)
	}
	store.Break(func(storetest.Call) storetest.Fault { return storetest.Fault{Kind: storetest.Refuse} })
	w.spans.Reset()
	for range 8 {
		if d, err := w.Evaluate(t.Context(), m); err == nil || !d.Degraded {
			t.Fatalf("%+v, %v", d, err)
		}
	}
	span := w.spans.GetSpans()[0]
	attrs := attribute.NewSet(span.Attributes...)
	degraded, _ := attrs.Value("decorum.degraded")
	kind, _ := attrs.Value("error.type")
	if span.Status.Code != codes.Error || span.Status.Description != "fault" || !degraded.AsBool() || kind.AsString() != "fault" {
		t.Errorf("%v %v", span.Status, span.Attributes)
	}
	if all := w.points("decorum.decisions"); all["class=member degraded=true verdict=allow"] != 8 || all["class=member degraded=false verdict=allow"] != 1 {
		t.Errorf("decisions %v", all)
	}
	faults := 0.0
	for attrs, n := range w.points("decorum.faults") {
		if faults += n; !strings.Contains(attrs, "store.operation=") || !strings.Contains(attrs, "error.type=") {
			t.Errorf("a fault is %s", attrs)
		}
	}
	if faults < 8 {
		t.Errorf("%v faults", faults)
	}
	w.want("decorum.ready", map[string]float64{"": 0})
	w.want("decorum.braked", map[string]float64{})
	wait := func(what string, until func() bool) {
		t.Helper()
		for deadline := time.Now().Add(20 * time.Second); !until(); time.Sleep(20 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("not " + what)
			}
		}
	}
	wait("away", func() bool { return w.points("decorum.store.away")[""] > 0.1 })
	store.Heal()
	wait("back", func() bool { return w.points("decorum.ready")[""] == 1 })
	w.want("decorum.store.away", map[string]float64{"": 0})
}

// TestTenants: engines of one process are told apart by what the host says of each.
func TestTenants(t *testing.T) {
	provider := watch(t, policy.Config{}, nil)
	for i, tenant := range []string{"one", "two"} {
		c := policyotel.Config{MeterProvider: provider.meters, Attributes: []attribute.KeyValue{attribute.String("tenant", tenant)}}
		hooks, err := policyotel.Hooks(c)
		provider.must(err)
		inner, err := policy.New(policy.Config{Hooks: hooks})
		provider.must(err)
		e, err := policyotel.Wrap(inner, c)
		provider.must(err)
		defer e.Close()
		for range i + 1 {
			_, err := e.Evaluate(t.Context(), policy.Message{Sender: tenant, Recipients: policy.To("bea")})
			provider.must(err)
		}
	}
	provider.want("decorum.decisions", map[string]float64{"class=member degraded=false verdict=allow tenant=one": 1, "class=member degraded=false verdict=allow tenant=two": 2})
	provider.want("decorum.ready", map[string]float64{"": 1, "tenant=one": 1, "tenant=two": 1})
}

// TestExemplars: a histogram leads to a sampled span.
func TestExemplars(t *testing.T) {
	w := watch(t, policy.Config{}, nil)
	_, err := w.Evaluate(t.Context(), policy.Message{Sender: "ann", Recipients: policy.To("bea")})
	w.must(err)
	span := w.spans.GetSpans()[0].SpanContext.SpanID()
	found := map[string]bool{}
	for _, m := range w.collect().ScopeMetrics[0].Metrics {
		if d, ok := m.Data.(metricdata.Histogram[float64]); ok {
			for _, x := range d.DataPoints[0].Exemplars {
				found[m.Name] = bytes.Equal(x.SpanID, span[:])
			}
		}
	}
	if want := map[string]bool{"decorum.decision.score": true, "decorum.operation.duration": true}; !reflect.DeepEqual(found, want) {
		t.Errorf("exemplars of the span: %v, want %v", found, want)
	}
}

// TestAtOnce: many judge while metrics are collected, and none is lost.
func TestAtOnce(t *testing.T) {
	w := watch(t, policy.Config{}, nil)
	var all sync.WaitGroup
	for g := range 8 {
		all.Go(func() {
			for i := range 100 {
				if _, err := w.Evaluate(t.Context(), policy.Message{Sender: fmt.Sprint(g, i), Recipients: policy.To("bea"), Text: "hello"}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 20 {
		w.collect()
	}
	all.Wait()
	n := 0.0
	for _, k := range w.points("decorum.decisions") {
		n += k
	}
	if n != 800 {
		t.Errorf("%v decisions, want 800", n)
	}
}

// TestClasses: a host that takes classes from clients does not blow up its metrics.
func TestClasses(t *testing.T) {
	w := watch(t, policy.Config{}, func(c *policyotel.Config) { c.Classes = []policy.Class{"partner", policy.Page, ""} })
	for i := range 100 {
		_, err := w.Evaluate(t.Context(), policy.Message{Sender: fmt.Sprint(i), Recipients: policy.To("bea"), Class: policy.Class(fmt.Sprint("club", i))})
		w.must(err)
	}
	_, err := w.Evaluate(t.Context(), policy.Message{Sender: "ann", Recipients: policy.To("bea"), Class: "partner"})
	w.must(err)
	n := map[string]float64{}
	for attrs, k := range w.points("decorum.decisions") {
		class, _, _ := strings.Cut(attrs, " ")
		n[class] += k
	}
	if want := map[string]float64{"class=other": 100, "class=partner": 1}; !reflect.DeepEqual(n, want) {
		t.Errorf("%v, want %v", n, want)
	}
}

// TestHooks: an act is not listened to, which would cost calls of the store.
func TestHooks(t *testing.T) {
	hooks, err := policyotel.Hooks(policyotel.Config{})
	if err != nil {
		t.Fatal(err)
	}
	v := reflect.ValueOf(hooks)
	for field, f := range v.Fields() {
		if name := field.Name; f.IsNil() != (name == "Acted") {
			t.Errorf("%s: nil is %v", name, f.IsNil())
		}
	}
	if _, err := policyotel.Wrap(nil, policyotel.Config{}); !isField(err, "engine") {
		t.Errorf("Wrap(nil): %v", err)
	}
}
