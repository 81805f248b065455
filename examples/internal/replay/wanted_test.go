package replay

import (
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/decorum-go/decorum/examples/internal/actors"
	"github.com/decorum-go/decorum/policy"
)

// waits skips what is right, and not so yet: the judgement issue sees to it. Until
// then DECORUM_WAITING shows how far it is.
func waits(t *testing.T) {
	t.Helper()
	if os.Getenv("DECORUM_WAITING") == "" {
		t.Skip("waits for the issue judgement")
	}
}

// playAll plays actors under the default policy, as -zoo does.
func playAll(t *testing.T, list string, seeds int) (roles []actors.Role, outcomes []*outcome) {
	t.Helper()
	roles, plays, err := playZoo(&options{accounts: 1 << 16, zoo: zooOptions{seeds: seeds, first: 1, actors: list, relations: true, workers: 2}}, nil, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	for i := range roles {
		outcomes = append(outcomes, outcomeOf(plays[i*seeds:(i+1)*seeds]))
	}
	return roles, outcomes
}

// wanted are the bars of actors that miss them. One that is met belongs to bars.
func wanted() map[string]bar {
	return map[string]bar{
		"teachers:teachers=1": heard(1, 0, .7),
		"editor":              part(.5, policy.Warning), "sextorter": third(),
		"farm:spun=1": together(.35, true), "phisher:rounds=3": together(.6, true),
		"paraphraser": stopped(200), "paraphraser:blocks=0:complaints=0": {"warned, in all ≤ 350", func(o *outcome, slack float64) bool {
			return o.warned == o.accounts && most(o.total, 1, 350, slack)
		}},
	}
}

// TestWantedBars holds the actors of wanted to their bars, and shows how they fare.
func TestWantedBars(t *testing.T) {
	for spec, bar := range wanted() {
		t.Run(spec, func(t *testing.T) {
			if _, ok := bars()[spec]; ok {
				t.Fatal("has a bar: it is wanted no more")
			}
			waits(t)
			_, outcomes := playAll(t, spec, 10)
			o := outcomes[0]
			said := fmt.Sprintf("%s: %d accounts, %d warned, %d blocked, %d of %d delivered, %v of each, %d twice",
				bar.text, o.accounts, o.warned, o.blocked, o.delivered, o.sent, spread(o.total), o.twice)
			if !bar.met(o, 1) {
				t.Error(said)
			} else {
				t.Log("met:", said)
			}
		})
	}
}

// The names of actors and of their parameters are those that actors have: a bar
// whose actor is renamed would never be looked at.
func TestBarNames(t *testing.T) {
	for _, m := range []map[string]bar{bars(), wanted()} {
		for spec := range m {
			roles, err := actors.Parse(spec)
			if err != nil || len(roles) != 1 || roles[0].String() != spec {
				t.Errorf("no actor plays %q: %v, %v", spec, roles, err)
			}
		}
	}
	named := "," + barred + ","
	for spec := range bars() {
		if strings.Contains(spec, ":") && !strings.Contains(named, ","+spec+",") {
			t.Errorf("%s has a bar and is not played", spec)
		}
	}
}
