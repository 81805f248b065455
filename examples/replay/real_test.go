package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// data returns a real stream; a test that needs it skips without it.
func data(t *testing.T, name string) string {
	t.Helper()
	dir := os.Getenv("DECORUM_DATA")
	if dir == "" {
		dir = "../../../shared/data"
	}
	path := filepath.Join(dir, "events", name+".jsonl.gz")
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no real data: %v (set DECORUM_DATA)", err)
	}
	return path
}

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

// TestRealSame holds the decisions on a real stream to byte equality, with one
// processor and two, and with a snapshot in the middle.
func TestRealSame(t *testing.T) {
	for _, name := range []string{"collegemsg", "nus-dev"} {
		t.Run(name, func(t *testing.T) {
			if racing {
				t.Skip("takes too long under the race detector; see TestSameDecisions")
			}
			file, dir := data(t, name), t.TempDir()
			replay := func(processors, snapshot int) string {
				defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(processors))
				out := filepath.Join(dir, "decisions")
				must(t, "-decisions", out, "-snapshot-at", strconv.Itoa(snapshot), file)
				return read(t, out)
			}
			want := replay(2, 0)
			if got := replay(1, 0); got != want {
				t.Errorf("one processor: other decisions: %s", firstDifference(want, got))
			}
			if got := replay(2, 9_999); got != want {
				t.Errorf("a snapshot: other decisions: %s", firstDifference(want, got))
			}
		})
	}
}

// TestActors holds the default policy to what it promises of the first actors,
// over 20 seeds: alone, and over real traffic.
func TestActors(t *testing.T) {
	for _, world := range []string{"alone", "collegemsg"} {
		t.Run(world, func(t *testing.T) {
			if racing && world != "alone" {
				t.Skip("takes too long under the race detector")
			}
			o := options{accounts: 1 << 20, resolution: -1}
			o.zoo = zooOptions{seeds: 20, first: 100, workers: 2, relations: true, actors: "recruiter,greeter,victim,blaster,filler"}
			if world != "alone" {
				o.zoo.background, o.zoo.reach = data(t, world), 48*time.Hour
			}
			if racing {
				o.zoo.seeds = 3
			}
			roles, plays, err := playZoo(&o, policy.Default(), t.Output())
			if err != nil {
				t.Fatal(err)
			}
			for i, role := range roles {
				out := outcomeOf(plays[o.zoo.seeds*i : o.zoo.seeds*(i+1)])
				if out.accounts != o.zoo.seeds {
					t.Errorf("%s: %d accounts in %d plays", role, out.accounts, o.zoo.seeds)
				}
				met := out.blocked == 0
				switch role.Name {
				case "blaster":
					met = out.all() && quantile(out.before, 1) <= 15
				case "filler":
					met = out.all() && quantile(out.strangers, 1) <= 40
				}
				if !met {
					t.Errorf("%s: %d blocked, after %v delivered, %v people", role, out.blocked, out.before, out.strangers)
				}
				if out.other > 0 {
					t.Logf("%s: %d accounts of the background were blocked", role, out.other)
				}
			}
		})
	}
}
