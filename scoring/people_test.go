package scoring

import (
	"bufio"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// messages reads real messages by sender; without them it skips the test, and
// fails it where CI=true.
func messages(t *testing.T, name string) map[string][]time.Time {
	t.Helper()
	dir := cmp.Or(os.Getenv("DECORUM_DATA"), "../../shared/data")
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skipf("NOT CHECKED: the real messages are not in %s (set DECORUM_DATA; a failure where CI=true)", dir)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	by := map[string][]time.Time{}
	for s := bufio.NewScanner(z); s.Scan(); {
		var m struct{ At, From, T, User string }
		if err := json.Unmarshal(s.Bytes(), &m); err != nil {
			t.Fatal(err)
		}
		from := cmp.Or(m.From, m.User)
		at, err := time.Parse(time.RFC3339, m.At)
		if m.T != "" {
			at, err = time.Parse("2006-01-02T15:04:05", m.T)
		}
		if err != nil {
			t.Fatal(err)
		}
		by[from] = append(by[from], at)
	}
	for _, times := range by {
		slices.SortFunc(times, time.Time.Compare)
	}
	return by
}

// People are never taken for machines. The times of the SMS and of Enron's mail
// are known to the minute only.
func TestRhythmOfPeople(t *testing.T) {
	alone(t)
	for _, c := range []struct {
		file       string
		resolution time.Duration
	}{
		{"texts/racket_2017.jsonl.gz", 0}, {"texts/racket_2018.jsonl.gz", 0}, {"events/nus-dev.jsonl.gz", time.Minute},
		{"events/collegemsg.jsonl.gz", 0}, {"events/enron.jsonl.gz", time.Minute}, {"events/email-eu-dept1.jsonl.gz", 0},
	} {
		t.Run(filepath.Base(c.file), func(t *testing.T) {
			by := messages(t, c.file)
			judged, regular, clockwork := 0, 0, 0
			lowest, least := 1., 1.
			for _, from := range slices.Sorted(maps.Keys(by)) {
				var x Rhythm
				a, p, enough := 1., 1., false
				for _, at := range by[from] {
					x.AddCoarse(at, c.resolution)
					if b, _, ok := x.Burstiness(); ok {
						a, enough = min(a, b), true
					}
					if q, _, ok := x.SecondOfMinute(); ok {
						p, enough = min(p, q), true
					}
				}
				if !enough {
					continue
				}
				judged++
				lowest, least = min(lowest, a), min(least, p)
				if a < -.42 {
					regular++
				}
				if p < 1e-6 {
					clockwork++
				}
			}
			t.Logf("%d people with enough messages: lowest Aₙ %.3f, %d below -.42; least p %.1e, %d below 1e-6", judged, lowest, regular, least, clockwork)
			if regular+clockwork > 0 {
				t.Errorf("%d of %d people look like machines", regular+clockwork, judged)
			}
		})
	}
}
