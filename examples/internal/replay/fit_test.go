package replay

import (
	"encoding/csv"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/decorum-go/decorum/policy"
)

// TestFit goes the way of the guide: draw, label, fit, and judge by the result.
func TestFit(t *testing.T) {
	takesLong(t)
	dir := t.TempDir()
	file := write(t, "population.jsonl", lined(played(t, "member:days=2,recruiter:days=1,jobseeker:days=3,blaster:hours=0.5,filler:days=1:hours=2,disguiser:hours=0.5", 8)))
	sample, fitted := filepath.Join(dir, "sample.csv"), filepath.Join(dir, "fitted.json")
	status, _, errs := command("", "-sample", "6", "-sample-to", sample, file)
	if said := "6 near misses without a label; write yes or no into the column abusive"; status != exitOK || !strings.Contains(errs, "replay: wrote "+sample+": ") || !strings.Contains(errs, said) {
		t.Errorf("status %d, %s: want %s", status, errs, said)
	}
	rows, err := csv.NewReader(strings.NewReader(read(t, sample))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) < 20 || strings.Join(rows[0], ",") != strings.Join(sampleColumns, ",") {
		t.Fatalf("%d rows, %v", len(rows), rows[0])
	}
	seen := map[string]bool{}
	for _, row := range rows[1:] {
		if seen[row[0]] || row[1] != "" || row[2] == "" || row[8] == "" || row[10] == "" {
			t.Errorf("row %q", row)
		}
		seen[row[0]] = true
	}
	if again := filepath.Join(dir, "again.csv"); true {
		must(t, "-sample", "6", "-sample-to", again, file)
		must(t, "-sample", "6", "-sample-to", again, file) // nobody has labelled it
		if read(t, again) != read(t, sample) {
			t.Error("the same seed drew others")
		}
	}
	html := filepath.Join(dir, "report.html")
	out := must(t, "-fit", "truth", "-fit-to", fitted, "-html", html, "-sensitivity=false", file)
	for _, want := range []string{"labelled senders, ", "held out by sender", "in the last third of the time", "messages of labelled abusers that go out", "member: what repeated text weighs", "sanctioned more gravely: 2 senders, 2 to 2 of them abusive by 2 labels", "sim.filler.7: none → warning, labelled abusive", "wrote " + fitted, "against policy default fitted@"} {
		if !strings.Contains(out, want) {
			t.Errorf("the summary lacks %q", want)
		}
	}
	if got := jsonOf(t, "-policy", fitted, file); !strings.HasPrefix(got.Policy, "default fitted@") {
		t.Errorf("judged by %s", got.Policy)
	}
	if page := read(t, html); !strings.Contains(page, "Nothing is moved by more than a third") || !strings.Contains(page, "held out by sender") {
		t.Error("the page says nothing of the fit")
	}
}

// TestFitBad: labels and logs that can fit nothing say why, and no policy is written.
func TestFitBad(t *testing.T) {
	none := filepath.Join(t.TempDir(), "none.json")
	one := write(t, "one.jsonl", []byte(`{"at":"2026-03-02T08:00:00Z","from":"ann","to":["bea"],"text":"hello"}`+"\n"))
	var lines []byte
	for i := range 60 {
		lines = fmt.Appendf(lines, `{"at":"2026-03-02T08:00:%02dZ","from":"ann","to":["b%d"],"text":"one offer, the same for everybody who reads it here"}`+"\n", i, i)
	}
	minute := write(t, "minute.jsonl", lines)
	for _, c := range []struct{ labels, file, want string }{
		{"sender,abusive\nann,yes\nnobody,no\nnone,\n", minute, "1 label of senders who are not in the log: nobody\nreplay: -fit: nothing is written: class member: "},
		{"sender,abusive\nann,yes\n", one, "moved by a third at most treats anybody otherwise"},
		{"sender,abusive\nnobody,no\n", one, "no sender of the log has a label"},
		{"sender,abusive\nann,\n", one, "no sender of the log has a label"},
		{"sender,abusive\nann,no\nbea,x\nann,yes\nbea,no\n", one, "2 senders found to be both, abusive and not: ann (line 4), bea (line 5)"},
		{"who,what\nann,yes\n", one, "needs columns sender and abusive; it has who, what"},
		{"", one, "no header"},
	} {
		labels := write(t, "labels.csv", []byte(c.labels))
		status, _, errs := command("", "-fit", labels, "-fit-to", none, c.file)
		for want := range strings.SplitSeq(c.want, "\n") { // on a busy machine its progress stands between
			if status != exitFailed || !strings.Contains(errs, want) {
				t.Errorf("%q: status %d, %s", c.labels, status, errs)
			}
		}
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
	p := policy.Default()
	r := &result{tally: newTally()}
	for i := range 400 {
		name := fmt.Sprintf("s%d", i)
		s := &sender{name: name, messages: 1, peak: float64(i) / 500}
		if r.tally.senders[name] = s; s.peak >= .2 {
			s.worst = policy.Warning + policy.Kind(bit(s.peak >= .5))
		}
	}
	labels := map[string]label{"s99": {known: true}, "s101": {known: true, abusive: true}, "s300": {known: true}, "gone": {known: true}}
	picked := draw(r, p, labels, 40, 7, []string{"s5"})
	seen, uses := map[string]pick{}, map[string]int{}
	for _, x := range picked {
		if _, ok := seen[x.name]; ok {
			t.Errorf("%s twice", x.name)
		}
		seen[x.name] = x
		for _, use := range x.uses {
			uses[use]++
		}
	}
	// A tenth of 300, and of 150 blocked; ten on each side of each level.
	want := map[string]int{"fit": 1, forEstimate: 30, forBlocked: 15, "below warn of member": 10, "above warn of member": 10, "below act of member": 10, "above act of member": 10}
	if !maps.Equal(uses, want) {
		t.Errorf("%v, want %v", uses, want)
	}
	if picked[0].name != "s5" || slices.Contains(seen["s99"].uses, "below warn of member") || !seen["s300"].label.known || !seen["gone"].label.known {
		t.Error("wanted first, and what is labelled stays")
	}
	if !slices.Contains(seen["s98"].uses, "below warn of member") || !slices.Contains(seen["s89"].uses, "below warn of member") || slices.Contains(seen["s88"].uses, "below warn of member") {
		t.Error("the nearest are drawn")
	}
}
