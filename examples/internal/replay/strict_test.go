package replay

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/decorum-go/decorum/policy"
)

// firstZoo are the abusive actors that the bar of Strict was set for: those that the zoo
// had then. Later ones (editor, roomer, nuisance, hijacker, …) are harder, and most of
// what they deliver comes before anybody could know.
const firstZoo = "blaster,filler,drip,rotator,lister,disguiser,campaign,evader,cron,sleepbot,harasser,scammer,pod,sleeper,keyflood"

// TestStrictZoo: under Strict at most 16% of what the abusive actors send is delivered,
// less than under Default, and no honest account more is warned or blocked.
func TestStrictZoo(t *testing.T) {
	takesLong(t)
	play := func(p *policy.Policy, list string, seeds int) (sum zooSum) {
		t.Helper()
		o := options{zoo: zooOptions{on: true, seeds: seeds, first: 1, actors: list, workers: 2, relations: true}, resolution: -1}
		roles, plays, err := playZoo(&o, p, os.Stderr)
		if err != nil {
			t.Fatal(err)
		}
		for i, role := range roles {
			sum.add(role.Abuse, outcomeOf(plays[i*len(plays)/len(roles):(i+1)*len(plays)/len(roles)]))
		}
		return sum
	}
	seeds := 1
	if os.Getenv("DECORUM_LONG") != "" {
		seeds = 3
	}
	d, s := play(policy.Default(), firstZoo, seeds), play(policy.Strict(), firstZoo, seeds)
	t.Logf("default: %v", &d)
	t.Logf("strict:  %v", &s)
	if s.delivered*100 > s.sent*16 || s.delivered >= d.delivered {
		t.Errorf("strict: %d of %d messages delivered, want 16%%, and less than %d", s.delivered, s.sent, d.delivered)
	}
	d, s = play(policy.Default(), "honest", 1), play(policy.Strict(), "honest", 1)
	if s.honest < 300 || s.warned > d.warned || s.sanctioned > d.sanctioned {
		t.Errorf("default: %v\nstrict: %v", &d, &s)
	}
}

// TestStrictReports: on the cases after reports of abuse at most 41% of abusive messages
// are delivered under Strict, and on those of honest people who were harmed no account
// more is sanctioned.
func TestStrictReports(t *testing.T) {
	takesLong(t)
	dir := filepath.Join(filepath.Dir(filepath.Dir(data(t, "enron"))), "reports")
	files, err := filepath.Glob(filepath.Join(dir, "*", "*.jsonl.gz"))
	if err != nil || len(files) < 60 {
		if os.Getenv("CI") == "true" {
			t.Fatal(len(files), err)
		}
		t.Skipf("NOT CHECKED: the cases are not in %s", dir)
	}
	type sums struct{ sent, delivered, harmed int }
	of := map[string]*sums{"default": {}, "strict": {}}
	for name, sum := range of {
		for _, file := range files {
			lines := bufio.NewScanner(strings.NewReader(must(t, "-policy", name, "-senders", "-", file)))
			for lines.Scan() {
				var l struct {
					Messages, Delivered int
					Abuse               *bool
					Gravest             string
				}
				if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
					t.Fatal(err)
				}
				switch {
				case l.Abuse == nil:
				case !*l.Abuse && l.Gravest != "" && l.Gravest != "warning":
					sum.harmed++
				case *l.Abuse && strings.Contains(file, "missed"):
					sum.sent, sum.delivered = sum.sent+l.Messages, sum.delivered+l.Delivered
				}
			}
		}
		t.Logf("%s: %s of %s abusive messages delivered, %d honest accounts sanctioned", name, percent(sum.delivered, sum.sent), thousands(sum.sent), sum.harmed)
	}
	if s, d := of["strict"], of["default"]; s.sent < 20_000 || s.delivered*100 > s.sent*41 || s.delivered >= d.delivered || s.harmed > d.harmed {
		t.Errorf("default %+v, strict %+v; want 41%%", *d, *s)
	}
}
