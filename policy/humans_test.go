package policy_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/raced"
)

// dataFolder is where the real data is, as ../shared/data/README.md says.
func dataFolder(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("DECORUM_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "data")
	}
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skipf("NOT CHECKED: the real data is not in %s (set DECORUM_DATA; a failure where CI=true)", dir)
	}
	return dir
}

// TestHumansAreNoMachines feeds the lines of a public chat, with their texts
// and times to the millisecond, as direct messages to whoever wrote last:
// nobody gets more than a Warning, and fewer than 1% any reason of timing.
func TestHumansAreNoMachines(t *testing.T) {
	raced.Skip(t)
	t.Parallel()
	type line struct {
		Conv string `json:"conv"`
		T    string `json:"t"`
		User string `json:"user"`
		Text string `json:"text"`
		at   time.Time
	}
	for _, file := range []string{"racket_2017.jsonl.gz", "racket_2018.jsonl.gz"} {
		f, err := os.Open(filepath.Join(dataFolder(t), "texts", file))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		zr, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		var lines []line
		for sc := bufio.NewScanner(zr); sc.Scan(); {
			var l line
			if err := json.Unmarshal(sc.Bytes(), &l); err != nil {
				t.Fatal(err)
			}
			if l.at, err = time.Parse("2006-01-02T15:04:05.999999", l.T); err != nil {
				t.Fatal(err)
			}
			lines = append(lines, l)
		}
		slices.SortStableFunc(lines, func(a, b line) int { return a.at.Compare(b.at) })
		if len(lines) < 1000 {
			t.Fatalf("%s has %d lines only", file, len(lines))
		}

		var now time.Time
		e, err := policy.New(policy.Config{Secret: []byte("humans"), Now: func() time.Time { return now }})
		if err != nil {
			t.Fatal(err)
		}
		last := map[string]string{} // who wrote last, by conversation
		users, timed := map[string]bool{}, map[string]bool{}
		for _, l := range lines {
			now = l.at
			users[l.User] = true
			to := last[l.Conv]
			last[l.Conv] = l.User
			if to == "" || to == l.User {
				to = "room " + l.Conv
			}
			d, err := e.Evaluate(t.Context(), policy.Message{Sender: l.User, Recipients: policy.To(to), Text: l.Text})
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range d.Imposed {
				if harsh(s.Kind) {
					t.Errorf("%s: %s was given a %v for %v", file, l.User, s.Kind, d.Reasons)
				}
			}
			for _, r := range d.Reasons {
				if strings.HasPrefix(string(r.Code), "timing.") && r.Share > 0 {
					timed[l.User] = true
				}
			}
		}
		t.Logf("%s: %d lines, %d people, %d with a reason of timing", file, len(lines), len(users), len(timed))
		if 100*len(timed) >= max(len(users), 100) {
			t.Errorf("%s: %d of %d people look like machines", file, len(timed), len(users))
		}
	}
}
