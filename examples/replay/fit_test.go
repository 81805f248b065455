package main

import (
	"encoding/csv"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/scoring"
)

// drawn makes senders whose truth follows a known curve of their log-odds.
func drawnLabels(n int, slope, intercept float64) (list []labelled) {
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		score := -5 + 7*rng.Float64()
		list = append(list, labelled{name: string(rune('a'+i%26)) + strings.Repeat("x", i/26), score: score,
			abusive: rng.Float64() < scoring.Logistic(slope*score+intercept), weight: 1})
	}
	return list
}

// TestFitRecovers: from senders whose truth follows a known curve the levels
// come out where that curve has them, and held-out scores improve.
func TestFitRecovers(t *testing.T) {
	p := policy.Default()
	var f fitting
	if err := f.fit(p, drawnLabels(4000, 1.2, 1), 0, 1); err != nil {
		t.Fatal(err)
	}
	if c := f.calibration; math.Abs(c.Slope-1.2) > .1 || math.Abs(c.Intercept-1) > .15 {
		t.Errorf("slope %v, intercept %v, want 1.2 and 1", c.Slope, c.Intercept)
	}
	l, was := f.policy.Classes[policy.Member].Score, p.Classes[policy.Member].Score
	for _, level := range []struct{ got, was float64 }{{l.Warn, was.Warn}, {l.Act, was.Act}} {
		if want := scoring.Logistic((scoring.Logit(level.was) - 1) / 1.2); math.Abs(level.got-want) > .02 {
			t.Errorf("the level of %v moved to %v, want %v", level.was, level.got, want)
		}
	}
	if f.after.LogLoss >= f.before.LogLoss || f.after.CalibrationError > .03 {
		t.Errorf("held out: %+v, before %+v", f.after, f.before)
	}
	if p.Classes[policy.Member].Score != was {
		t.Error("the policy that was fitted has changed")
	}
	// A smaller share of abuse in the traffic than in the labels raises the levels.
	var rare fitting
	if err := rare.fit(p, drawnLabels(4000, 1.2, 1), .02, 1); err != nil {
		t.Fatal(err)
	}
	if rare.policy.Classes[policy.Member].Score.Warn <= l.Warn {
		t.Error("-share does not raise the level")
	}
}

// TestFitRefuses: labels that cannot make a better policy make none.
func TestFitRefuses(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	noise := drawnLabels(300, 1, 0)
	upside := drawnLabels(1000, -1, -1)
	calibrated := drawnLabels(300, 1, 0)
	for i := range noise {
		noise[i].abusive = rng.IntN(2) == 0
	}
	few := drawnLabels(40, 0, -9)
	few[3].abusive = true
	for _, c := range []struct {
		name string
		list []labelled
		want string
	}{{"one abusive", few, "at least 5 of each"}, {"upside down", upside, "nothing is written"}, {"calibrated", calibrated, "no better than before"}, {"none", nil, "at least 5 of each"}} {
		var f fitting
		if err := f.fit(policy.Default(), c.list, 0, 1); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
}

// TestFit goes the way of the guide: draw, label, fit, and judge by the result.
func TestFit(t *testing.T) {
	dir := t.TempDir()
	file := write(t, "population.jsonl", lined(played(t, "member:days=2,recruiter:days=1,jobseeker:days=3,blaster:hours=0.5,filler:days=1:hours=2,disguiser:hours=0.5", 8)))
	sample, fitted := filepath.Join(dir, "sample.csv"), filepath.Join(dir, "fitted.json")
	must(t, "-sample", "6", "-sample-to", sample, file)
	rows, err := csv.NewReader(strings.NewReader(read(t, sample))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) < 7 || strings.Join(rows[0], ",") != strings.Join(sampleColumns, ",") {
		t.Fatalf("%d rows, %v", len(rows), rows[0])
	}
	seen := map[string]bool{}
	for _, row := range rows[1:] {
		if seen[row[0]] || row[1] != "" || row[7] == "" || row[9] == "" || row[10] == "" {
			t.Errorf("row %q", row)
		}
		seen[row[0]] = true
	}
	if again := filepath.Join(dir, "again.csv"); true {
		must(t, "-sample", "6", "-sample-to", again, file)
		if read(t, again) != read(t, sample) {
			t.Error("the same seed drew others")
		}
	}
	out := must(t, "-fit", "truth", "-fit-to", fitted, file)
	for _, want := range []string{"labelled senders, ", "on senders held out", "member: warn 0.200 → ", "wrote " + fitted, "against policy default fitted@"} {
		if !strings.Contains(out, want) {
			t.Errorf("the summary lacks %q", want)
		}
	}
	if racing {
		return
	}
	if got := jsonOf(t, "-policy", fitted, file); !strings.HasPrefix(got.Policy, "default fitted@") {
		t.Errorf("judged by %s", got.Policy)
	}
	if got := jsonOf(t, "-fit", "truth", "-fit-to", fitted, file); got.Fit == nil || got.Fit.Senders != got.Fit.Abusive+got.Truth.HonestSenders || got.Against == nil {
		t.Errorf("-json has %+v", got.Fit)
	}
	html := filepath.Join(dir, "report.html")
	must(t, "-fit", "truth", "-fit-to", fitted, "-html", html, "-sensitivity=false", file)
	if page := read(t, html); !strings.Contains(page, "What is calibrated is the highest score") || !strings.Contains(page, "senders held out") {
		t.Error("the page says nothing of the fit")
	}
	// Nothing is left where nothing could be fitted.
	none := filepath.Join(dir, "none.json")
	labels := write(t, "labels.csv", []byte("sender,abusive\nsim.blaster.0,yes\nnobody,no\n"))
	if status, _, errs := command("", "-fit", labels, "-fit-to", none, file); status != exitFailed || !strings.Contains(errs, "1 abusive and 0 honest") {
		t.Errorf("status %d, %s", status, errs)
	}
	if _, err := os.Stat(none); err == nil {
		t.Error("a policy was written all the same")
	}
}

func TestLabels(t *testing.T) {
	want := map[string]label{"a": {known: true, abusive: true, drawn: true}, "b": {known: true}, "c": {drawn: true}, "=d": {known: true, abusive: true}}
	for _, in := range []string{
		"\ufefffor,sender,ABUSIVE,note\nestimate,a,Yes,\n,b,no,x\n\"warn, estimate\",c,,not seen\n1,'=d,spam,\n1,a,1,\n",
		"\ufeff\"sender\";abusive;for\na;x;estimate\nb;honest;\nc;;act, estimate\n'=d;y;\n",
	} {
		if got, err := parseLabels(strings.NewReader(in)); err != nil || !maps.Equal(got, want) {
			t.Errorf("%v, %v, want %v", got, err, want)
		}
	}
	for in, want := range map[string]string{
		"":                                      "no header",
		"name,bad\na,1\n":                       "needs columns sender and abusive; it has name, bad",
		"sender,abusive\na,perhaps\n":           `line 2: abusive "perhaps" is neither`,
		"sender,abusive\na,yes\na,no\n":         "1 sender found to be both, abusive and not: a (line 3)",
		"sender,abusive\na\n":                   "line 2: 1 fields",
		"sender,abusive\n\"a,yes\nb,no\nc,no\n": "quote",
	} {
		if _, err := parseLabels(strings.NewReader(in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", in, err, want)
		}
	}
}

// TestDraw: strata are as even as can be, nobody is drawn twice, and the
// weights add up to the senders.
func TestDraw(t *testing.T) {
	for _, c := range []struct {
		n     int
		sizes []int
		want  []int
	}{{10, []int{100, 2, 50}, []int{4, 2, 4}}, {3, []int{5, 5, 5, 5}, []int{1, 1, 1, 0}}, {50, []int{3, 0, 4}, []int{3, 0, 4}}, {0, []int{3}, []int{0}}} {
		got := allot(c.n, c.sizes)
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("allot(%d, %v) = %v, want %v", c.n, c.sizes, got, c.want)
				break
			}
		}
	}
	r := &result{tally: newTally()}
	r.warn = .2
	for i := range 300 {
		name := strings.Repeat("s", i+1)
		r.tally.senders[name] = &sender{name: name, messages: 1, worst: policy.Kind(i % 4), peak: .05 + float64(i%2)*.1}
	}
	picked := draw(r, 60, 7)
	seen, weights := map[string]bool{}, map[policy.Kind]float64{}
	for _, p := range picked {
		if seen[p.name] {
			t.Errorf("%s twice", p.name)
		}
		seen[p.name] = true
		weights[p.worst] += p.weight
	}
	for kind, want := range map[policy.Kind]float64{policy.Warning: 75, policy.Block: 75, policy.Restriction: 75} {
		if math.Abs(weights[kind]-want) > 1e-9 {
			t.Errorf("%v: weights of %v, want %v", kind, weights[kind], want)
		}
	}
	if len(picked) != 60 { // of kind 0 all peaks lie at .05: i%4 == 0 is even
		t.Errorf("%d drawn", len(picked))
	}
}
