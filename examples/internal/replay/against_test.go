package replay

import (
	"encoding/json"
	"io"
	"math"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/policy"
)

func jsonOf(t *testing.T, args ...string) (r report) {
	t.Helper()
	if err := json.Unmarshal([]byte(must(t, append([]string{"-json"}, args...)...)), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// TestAgainst: what -against says of the second policy is what a run of its own
// says, and the first is not disturbed.
func TestAgainst(t *testing.T) {
	file, second := crowd(t), write(t, "patient.json", []byte(patient))
	a, b, both := jsonOf(t, file), jsonOf(t, "-policy", second, file), jsonOf(t, "-against", second, file)
	want := &againstReport{Policy: b.Policy, Verdicts: b.Verdicts, Sanctions: b.Sanctions, Reached: b.Reached, Truth: b.Truth,
		Harder: both.Against.Harder, Milder: both.Against.Milder, Refused: both.Against.Refused}
	if diff := cmp.Diff(want, both.Against); diff != "" {
		t.Errorf("alone and as -against (-alone +against)\n%s", diff)
	}
	if both.Against.Refused == 0 || a.Verdicts == b.Verdicts {
		t.Error("the policies do not differ: the test shows nothing")
	}
	both.Against = nil
	both.Seconds, both.Rate = a.Seconds, a.Rate
	if diff := cmp.Diff(a, both); diff != "" {
		t.Errorf("the first policy alone and with -against (-alone +both)\n%s", diff)
	}
	same := jsonOf(t, "-against", write(t, "same.json", []byte(`{"extends": "default", "name": "same"}`)), file)
	if n := same.Against; n.Harder+n.Milder+n.Refused > 0 {
		t.Errorf("a policy that is the same changes %+v", n)
	}
	out := must(t, "-against", second, file)
	for _, want := range []string{"against policy patient@", "senders that reached a block", "not delivered "} {
		if !strings.Contains(out, want) {
			t.Errorf("the summary lacks %q", want)
		}
	}
}

// TestCompare sorts changes by how far they move.
func TestCompare(t *testing.T) {
	side := func(worst map[string]policy.Kind, refused map[string]int) *result {
		r := &result{tally: newTally()}
		for _, name := range []string{"a", "b", "c", "d", "e"} {
			r.senders++
			r.tally.senders[name] = &sender{name: name, messages: 9, worst: worst[name], undelivered: refused[name]}
		}
		return r
	}
	d := compare(
		side(map[string]policy.Kind{"a": policy.Warning, "b": policy.Block}, map[string]int{"d": 2, "e": 1}),
		side(map[string]policy.Kind{"a": policy.Suspension, "c": policy.Warning}, map[string]int{"d": 3, "e": 5}))
	var got []string
	for _, c := range d.changes {
		got = append(got, c.a.name)
	}
	if want := "a b c e d"; strings.Join(got, " ") != want {
		t.Errorf("order %v, want %s", got, want)
	}
	if harder, milder, refused := d.count(); harder != 2 || milder != 1 || refused != 2 {
		t.Errorf("%d, %d, %d", harder, milder, refused)
	}
	if d.moves[policy.Warning][policy.Suspension] != 1 || d.moves[0][0] != 2 || d.moves[policy.Block][0] != 1 || d.moves[0][policy.Warning] != 1 {
		t.Errorf("moves %v", d.moves)
	}
}

// TestSensitivity: a variant's counts are those of its policy in a run of its
// own, and every knob of the default policy turns to a valid policy.
func TestSensitivity(t *testing.T) {
	takesLong(t)
	file := crowd(t)
	s := newSensitivity(policy.Default())
	if racing {
		s.knobs = s.knobs[1:2]
	}
	run := &session{options: &options{accounts: 1 << 16, resolution: 0, retry: true}, files: []string{file}, stderr: io.Discard, broken: &faults{w: io.Discard}}
	base := &result{tally: newTally()}
	if err := run.passesOf(s.runners(run, base)); err != nil {
		t.Fatal(err)
	}
	moved := false
	for _, k := range s.knobs {
		if len(k.variants) != len(factors) {
			t.Fatalf("%s: %d variants", k.name, len(k.variants))
		}
		for i, v := range k.variants {
			if v.by == 1 {
				if v.result != base {
					t.Errorf("%s: ×1 is not the policy itself", k.name)
				}
				continue
			}
			if v.policy == nil || v.result == nil {
				t.Errorf("%s ×%g: %s", k.name, v.by, v.problem)
				continue
			}
			moved = moved || v.result.verdicts != k.variants[0].result.verdicts
			if i != 0 || k.name == "answers" {
				continue
			}
			text, err := json.Marshal(v.policy)
			if err != nil {
				t.Fatal(err)
			}
			alone := jsonOf(t, "-policy", write(t, "variant.json", text), "-resolution", "0", file)
			if got := reportOf(v.result); got.Verdicts != alone.Verdicts || got.Sanctions != alone.Sanctions || got.Reached != alone.Reached {
				t.Errorf("%s ×%g: %+v, alone %+v", k.name, v.by, got, alone)
			}
		}
	}
	if !moved {
		t.Error("no knob moves anything")
	}
	// A policy that a knob makes invalid is said to be so, and left out.
	tight := policy.Default()
	for _, r := range tight.Classes {
		r.Score.Warn, r.Score.Act = r.Score.Prior*1.05, r.Score.Prior*1.1
	}
	if v := newSensitivity(tight).knobs[0].variants[0]; v.policy != nil || !strings.Contains(v.problem, "score") {
		t.Errorf("levels under the prior: %q", v.problem)
	}
}

// TestWilson compares with the roots of the equation that defines the interval,
// (p − k/n)² = z² p(1−p)/n, found by bisection.
func TestWilson(t *testing.T) {
	const z = 1.959964
	for _, c := range []struct{ k, n int }{{0, 1}, {1, 1}, {0, 20}, {1, 20}, {20, 20}, {3, 7}, {39, 40}, {500, 1000}, {1, 100000}} {
		p := float64(c.k) / float64(c.n)
		out := func(x float64) bool { return (x-p)*(x-p) > z*z*x*(1-x)/float64(c.n) }
		root := func(in, far float64) float64 {
			for range 100 {
				if m := (in + far) / 2; out(m) {
					far = m
				} else {
					in = m
				}
			}
			return in
		}
		lo, hi := wilson(c.k, c.n)
		if wantLo, wantHi := root(p, 0), root(p, 1); math.Abs(lo-wantLo) > 1e-9 || math.Abs(hi-wantHi) > 1e-9 {
			if !(c.k == 0 && lo == 0) && !(c.k == c.n && hi == 1) {
				t.Errorf("%d of %d: %v to %v, want %v to %v", c.k, c.n, lo, hi, wantLo, wantHi)
			}
		}
	}
	if lo, hi := wilson(0, 0); lo != 0 || hi != 1 {
		t.Error("of none everything is possible")
	}
	if got, want := (estimate{39, 40}).String(), "97.5% (39 of 40; 87.1% to 99.6%)"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestHistory compares with a count of its own, for logs from a minute to
// centuries.
func TestHistory(t *testing.T) {
	from := time.Date(2026, 1, 5, 17, 3, 0, 0, time.UTC)
	for _, span := range []time.Duration{time.Minute, 50 * time.Hour, 20 * 24 * time.Hour, 700 * 24 * time.Hour, 80_000 * time.Hour * 24} {
		var h history
		var times []time.Time
		for i := range 2000 {
			at := from.Add(span / 2000 * time.Duration(i*977%2000))
			if i == 0 {
				at = from
			}
			times = append(times, at)
			h.at(at).verdicts[policy.Allow]++
			if i%5 == 0 {
				h.at(at).sanctions[policy.Block]++
			}
		}
		if len(h.buckets) > maxBuckets {
			t.Fatalf("%v: %d buckets", span, len(h.buckets))
		}
		want := make([]int, len(h.buckets))
		for _, at := range times {
			want[at.Sub(h.from)/h.width]++
		}
		blocks := 0
		for i := range h.buckets {
			if h.buckets[i].verdicts[policy.Allow] != want[i] {
				t.Errorf("%v: bucket %d holds %d, want %d", span, i, h.buckets[i].verdicts[policy.Allow], want[i])
			}
			blocks += h.buckets[i].sanctions[policy.Block]
		}
		if blocks != 400 {
			t.Errorf("%v: %d sanctions, want 400", span, blocks)
		}
	}
}

func TestHistogram(t *testing.T) {
	var h histogram
	for _, p := range []float64{0, 1e-9, .01, .5, .999999, math.NaN()} {
		h.add(p, events.Honest)
	}
	n := 0
	for i, bin := range h.bins {
		n += bin[events.Honest]
		if bin[events.Honest] > 0 && i > 0 && i < scoreBins-1 {
			if lo, hi := edge(i), edge(i+1); !(lo <= .01 && .01 < hi) && !(lo <= .5 && .5 < hi) {
				t.Errorf("a score lies in bin %d, %v to %v", i, lo, hi)
			}
		}
	}
	if n != 4 {
		t.Errorf("%d scores, want 4: 0 and NaN are none", n)
	}
}

// TestSpool: what comes from standard input can be read again, and the copy is
// gone afterwards.
func TestSpool(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	html := filepath.Join(t.TempDir(), "report.html")
	status, _, errs := command(read(t, crowd(t)), "-html", html, "-sensitivity=false", "-")
	if status != exitOK {
		t.Fatalf("status %d: %s", status, errs)
	}
	if page := read(t, html); !strings.Contains(page, "on <bdi>standard input</bdi>:") || !strings.Contains(page, "sim.blaster") {
		t.Error("the page does not tell of standard input")
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "replay-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
