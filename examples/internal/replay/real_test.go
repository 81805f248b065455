package replay

import (
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// data returns a real stream; a test that needs it skips without it, and fails
// where CI=true.
func data(t *testing.T, name string) string {
	t.Helper()
	dir := cmp.Or(os.Getenv("DECORUM_DATA"), "../../../../shared/data")
	path := filepath.Join(dir, "events", name+".jsonl.gz")
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skipf("NOT CHECKED: the real streams are not in %s (set DECORUM_DATA; a failure where CI=true)", dir)
	}
	return path
}

// streams are the real ones.
var streams = []string{"collegemsg", "email-eu-dept1", "email-eu-dept2", "enron", "nus-dev"}

// heavy are the senders of collegemsg who wrote to 50 or more new people
// within a day.
var heavy = map[string]bool{"400": true, "105": true, "1283": true, "1598": true, "266": true, "3": true, "523": true, "321": true}

// TestRealPeople: nobody in the real streams is blocked, and few are warned.
func TestRealPeople(t *testing.T) {
	for _, stream := range []struct {
		name              string
		messages, senders int
		warned            int     // senders outside the heavy ones, at most
		undelivered       float64 // share, at most
	}{
		{"collegemsg", 59_661, 1_350, 5, .005},
		{"nus-dev", 20_264, 34, 0, 1},
		{"enron", 21_635, 152, 3, 1},
		{"email-eu-dept1", 35_164, 254, 5, 1},
		{"email-eu-dept2", 32_373, 132, 2, 1},
	} {
		t.Run(stream.name, func(t *testing.T) {
			if racing && stream.name != "nus-dev" {
				t.Skip("takes too long under the race detector")
			}
			decisions := filepath.Join(t.TempDir(), "decisions")
			var got report
			if err := json.Unmarshal([]byte(must(t, "-json", "-decisions", decisions, data(t, stream.name))), &got); err != nil {
				t.Fatal(err)
			}
			if got.Messages != stream.messages || got.Senders != stream.senders || got.Truth != nil {
				t.Errorf("%d messages, %d senders, truth %v", got.Messages, got.Senders, got.Truth)
			}
			sanctioned := map[string]string{}
			for line := range strings.Lines(read(t, decisions)) {
				var d struct {
					From    string
					Imposed []struct{ Kind string }
				}
				if strings.Contains(line, `"imposed":[]`) {
					continue
				}
				if err := json.Unmarshal([]byte(line), &d); err != nil {
					t.Fatal(err)
				}
				for _, s := range d.Imposed {
					if stream.name == "collegemsg" && heavy[d.From] {
						continue
					}
					sanctioned[d.From] = s.Kind
					if s.Kind != "warning" {
						t.Errorf("%s got a %s", d.From, s.Kind)
					}
				}
			}
			if len(sanctioned) > stream.warned {
				t.Errorf("%d senders were sanctioned, at most %d may be: %v", len(sanctioned), stream.warned, sanctioned)
			}
			v := got.Verdicts
			if lost := float64(v.Defer+v.Hold+v.Reject) / float64(got.Messages); lost >= stream.undelivered {
				t.Errorf("%.2f%% was not delivered", 100*lost)
			}
			t.Logf("%d warned, %d of %d messages not delivered, %.0f a second, %.0f bytes a sender",
				got.Reached.Warning, v.Defer+v.Hold+v.Reject, got.Messages, got.Rate, got.Bytes)
		})
	}
}
