package replay

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/decorum-go/decorum/examples/internal/actors"
	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/policy"
)

// One deed, the same outcome in any language: a text means the same in twelve
// languages, in a short wording, in one of two lines and in a long one, whether a crowd
// sends it, people answer it or nobody does, or few send it to many. The shares of
// messages delivered, and of accounts sanctioned, lie within 15% of each other.
func TestOneDeedTwelveLanguages(t *testing.T) {
	takesLong(t)
	const within = .15
	seeds := 2
	deeds := []string{"people=30:answered=0", "people=30:answered=0.45", "people=20:offers=40:answered=0.02:hours=24", "people=4:offers=60:answered=0"}
	if os.Getenv("DECORUM_LONG") != "" {
		seeds = 20
		deeds = append(deeds, "people=30:offers=40:answered=0.02:hours=24", "answered=0", "answered=0.45", "people=150:answered=0", "people=50:offers=4:answered=0:hours=24", "people=4:offers=24:answered=0.1", "people=4:offers=16:answered=0", "people=4:offers=120:hours=240:answered=0.1")
	}
	for long, wording := range []string{"short", "long", "two lines"} {
		for _, deed := range deeds {
			t.Run(wording+", "+deed, func(t *testing.T) {
				delivered, sanctioned := span{least: 1}, span{least: 1}
				for language := 1; language <= 12; language++ {
					_, outcomes := playAll(t, fmt.Sprintf("button:%s:language=%d:long=%d", deed, language, long), seeds)
					o := outcomes[0]
					d, s := float64(o.delivered)/float64(o.sent), float64(o.warned)/float64(o.accounts)
					t.Logf("language %2d: %5.1f%% delivered, %5.1f%% of accounts sanctioned", language, 100*d, 100*s)
					delivered.add(d)
					sanctioned.add(s)
				}
				said := fmt.Sprintf("largest less smallest: %.3f of messages delivered, %.3f of accounts sanctioned", delivered.wide(), sanctioned.wide())
				t.Log(said)
				if delivered.wide() > within || sanctioned.wide() > within {
					t.Error(said)
				}
			})
		}
	}
}

// A span is from the least to the most.
type span struct{ least, most float64 }

func (s *span) add(v float64) { s.least, s.most = min(s.least, v), max(s.most, v) }

func (s *span) wide() float64 { return s.most - s.least }

// A warning can be heeded: people who go on for five minutes, in which nobody has
// read it, and then stop, get nothing graver. Complaints are another matter, and so
// is a text that brought a sanction before: both are left out here, by actors of
// whom nobody complains and who are alone with their text.
func TestWarningCanBeHeeded(t *testing.T) {
	if racing {
		t.Skip("takes too long under the race detector, which other plays of the zoo run under")
	}
	for _, name := range []string{"blaster", "filler", "drip", "rotator", "disguiser", "sleeper", "waver:blocks=0", "teachers:teachers=1", "paraphraser:blocks=0:complaints=0"} {
		t.Run(name, func(t *testing.T) {
			roles, err := actors.Parse(name)
			if err != nil {
				t.Fatal(err)
			}
			warned, without := 0, 0
			for seed := range uint64(5) {
				for account, kinds := range heed(t, roles[0].Play(actors.World{}, seed+1, 1), 5*time.Minute) {
					switch {
					case kinds[0] != policy.Warning:
						without++
					case len(kinds) > 1:
						t.Errorf("seed %d: %s stopped at the warning, and got %v", seed+1, account, kinds)
					default:
						warned++
					}
				}
			}
			t.Logf("%d warned, %d blocked without a warning", warned, without)
			if warned == 0 {
				t.Error("nobody was warned: this shows nothing")
			}
		})
	}
}

// heed plays events of people who stop so long after their first warning, or after
// five messages more, and returns all sanctions by account.
func heed(t *testing.T, list []events.Event, after time.Duration) map[string][]policy.Kind {
	t.Helper()
	kinds, first, more := map[string][]policy.Kind{}, map[string]time.Time{}, map[string]int{}
	r, err := newRunner(runnerConfig{accounts: 1 << 16, imposed: func(s *policy.Sanction) {
		if len(kinds[s.Account]) == 0 {
			first[s.Account] = s.From
		}
		kinds[s.Account] = append(kinds[s.Account], s.Kind)
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer r.engine.Close()
	for i := range list {
		e := &list[i]
		if at, ok := first[e.From]; ok && e.Kind == events.Message {
			if more[e.From]++; more[e.From] > 5 || e.At.Sub(at) > after {
				continue
			}
		}
		if err := (players{r}).play(e); err != nil {
			t.Fatal(err)
		}
	}
	return kinds
}

// Nobody falls by what others do with a text: of crowds that send it once or twice
// each, and whom nobody answers, none gets more than a warning, however many they
// are; and an enemy who complains about what people pass on brings none of them one.
func TestNobodyByOthersActs(t *testing.T) {
	for _, spec := range []string{
		"campaign:accounts=150:messages=1", "campaign:accounts=100:messages=2", "button:people=150:offers=1:answered=0",
		"button:people=100:offers=2:answered=0:long=1", "cascade:neighbours=1:ties=0:answered=0", "cascade:complaints=0.03",
	} {
		_, outcomes := playAll(t, spec, 3)
		if o := outcomes[0]; o.blocked > 0 || o.accounts < 240 {
			t.Errorf("%s: %d of %d accounts blocked", spec, o.blocked, o.accounts)
		} else {
			t.Logf("%s: %d accounts, %d warned, %d of %d messages delivered", spec, o.accounts, o.warned, o.delivered, o.sent)
		}
	}
}

// No service is punished without a person, whatever is reported about it.
func TestServicesNeverWithoutAPerson(t *testing.T) {
	if racing {
		t.Skip("takes too long under the race detector, which other plays of the zoo run under")
	}
	for _, doubt := range []float64{.005, .05, .3, .9} {
		_, outcomes := playAll(t, fmt.Sprintf("codes:doubt=%g", doubt), 3)
		for _, p := range outcomes[0].plays {
			for _, l := range p.lives {
				if l.worst > policy.Warning && l.worst != policy.Referral {
					t.Errorf("%g of the people report or block it: %s", doubt, l.worst)
				}
			}
		}
	}
}

// A page at a higher rate of people who complain or block is never treated more
// mildly, at equal reach.
func TestPagesByRate(t *testing.T) {
	takesLong(t)
	for _, followers := range []int{200, 1000, 5000} {
		before := policy.Kind(0)
		for _, doubt := range []float64{.001, .003, .005, .01, .02, .05, .15} {
			_, outcomes := playAll(t, fmt.Sprintf("nuisance:posts=2:followers=%d:doubt=%g", followers, doubt), 1)
			worst := outcomes[0].plays[0].lives[0].worst
			t.Logf("%5d followers, %4.1f%%: %v", followers, 100*doubt, worst)
			if worst < before {
				t.Errorf("%d followers: %v at %g, and %v at less", followers, worst, doubt, before)
			}
			before = worst
		}
	}
}
