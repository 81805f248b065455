package policy_test

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// effectsFile is what examples/internal/effects printed at a release.
const effectsFile = "testdata/effects.tsv"

// An effect is what a policy does to the zoo and to the reported cases.
type effect struct {
	warned, blocked int     // honest accounts
	honest, abuse   float64 // shares that are delivered
	actors, cases   []string
}

// effects are those of the default policy, and of its numbers moved by a third.
type effects struct {
	head  map[string]string
	base  effect
	moved map[string]map[string]*effect // by path, by "2/3" and "4/3"; nil: it cannot be moved so far
	edge  map[string]int                // the cases of which nearly any number decides, and how many moves turn each
}

// readEffects reads the file, and fails where its form is not what the command writes.
func readEffects(t *testing.T) *effects {
	t.Helper()
	data, err := os.ReadFile(effectsFile)
	if err != nil {
		t.Fatal(err)
	}
	e := &effects{head: map[string]string{}, moved: map[string]map[string]*effect{}}
	for n, line := range strings.Split(strings.TrimRight(string(data), "\n"), "\n") {
		f := strings.Split(line, "\t")
		switch {
		case strings.HasPrefix(line, "# ") && len(f) == 2:
			e.head[f[0][2:]] = f[1]
		case len(f) != 8:
			t.Fatalf("%s:%d: %d columns", effectsFile, n+1, len(f))
		case f[0] == "number":
		case f[0] == "":
			e.base = *parseEffect(t, f)
		default:
			if e.moved[f[0]] == nil {
				e.moved[f[0]] = map[string]*effect{}
			}
			e.moved[f[0]][f[1]] = parseEffect(t, f)
		}
	}
	for name, form := range map[string]string{
		"commit": `^[0-9a-f]{12}$`, "policy": `^default@[0-9a-f]{16}$`, "data": `^[0-9a-f]{16}$`, "seeds": `^[1-9]\d*$`,
		"honest actors": `^\d\d+$`, "honest accounts": `^\d{3,}$`, "abusive actors": `^\d\d+$`, "cases of harmed": `^\d\d+$`, "cases of missed": `^\d\d+$`,
	} {
		if !regexp.MustCompile(form).MatchString(e.head[name]) {
			t.Errorf("%s: %s is %q", effectsFile, name, e.head[name])
		}
	}
	e.findEdge()
	return e
}

// findEdge finds the cases that turn both ways, where a number is lowered and where it is
// raised, of three numbers or more: what a row said of them would be chance.
func (e *effects) findEdge() {
	turns, both := map[string]int{}, map[string]int{}
	for _, moved := range e.moved {
		here := map[string]int{}
		for _, m := range moved {
			if m == nil {
				continue
			}
			for _, c := range append(without(m.cases, e.base.cases), without(e.base.cases, m.cases)...) {
				here[c]++
			}
		}
		for c, n := range here {
			turns[c] += n
			both[c] += n / 2
		}
	}
	e.edge = map[string]int{}
	for c, n := range both {
		if n >= 3 {
			e.edge[c] = turns[c]
		}
	}
}

func parseEffect(t *testing.T, f []string) *effect {
	t.Helper()
	if f[2] == "–" {
		return nil
	}
	e := &effect{actors: strings.Fields(f[6]), cases: strings.Fields(f[7])}
	var errs [4]error
	e.warned, errs[0] = strconv.Atoi(f[2])
	e.blocked, errs[1] = strconv.Atoi(f[3])
	e.honest, errs[2] = strconv.ParseFloat(f[4], 64)
	e.abuse, errs[3] = strconv.ParseFloat(f[5], 64)
	for _, err := range errs {
		if err != nil {
			t.Fatalf("%s: %s: %v", effectsFile, f[0], err)
		}
	}
	return e
}

// tell says what the file has of one number, as a page tells it; "" of one that it
// does not have.
func (e *effects) tell(path, by string) string {
	moved, ok := e.moved[path][by]
	switch {
	case !ok:
		return ""
	case moved == nil:
		return "not tried: it would be no policy"
	}
	var said []string
	for _, c := range []struct {
		what      string
		now, then int
	}{{"honest accounts warned", moved.warned, e.base.warned}, {"honest accounts blocked", moved.blocked, e.base.blocked}} {
		if c.now != c.then {
			said = append(said, fmt.Sprintf("%s %d (%+d)", c.what, c.now, c.now-c.then))
		}
	}
	for _, c := range []struct {
		what      string
		now, then float64
	}{{"honest messages delivered", moved.honest, e.base.honest}, {"abuse delivered", moved.abuse, e.base.abuse}} {
		if now, by := fmt.Sprintf("%.1f%%", 100*c.now), fmt.Sprintf("%+.1f", 100*(c.now-c.then)); by != "+0.0" && by != "-0.0" {
			said = append(said, fmt.Sprintf("%s %s (%s)", c.what, now, by))
		}
	}
	for _, c := range []struct {
		what        string
		these, them []string
	}{
		{"actors that miss their bar now", moved.actors, e.base.actors}, {"actors that meet it now", e.base.actors, moved.actors},
		{"cases missed now", moved.cases, e.base.cases}, {"cases met now", e.base.cases, moved.cases},
	} {
		list := without(c.these, c.them)
		for name := range e.edge {
			list = slices.DeleteFunc(list, func(s string) bool { return s == name })
		}
		if len(list) > 0 {
			said = append(said, c.what+": "+strings.Join(list, ", "))
		}
	}
	if said == nil {
		return "nothing changes"
	}
	return strings.Join(said, "; ")
}

// without is what is in one list and not in another, each name without what all have.
func without(these, them []string) (list []string) {
	for _, s := range these {
		if !slices.Contains(them, s) {
			list = append(list, "`"+strings.TrimSuffix(s, ".jsonl.gz")+"`")
		}
	}
	return list
}

// about says what was measured, for the head of a page.
func (e *effects) about() string {
	cases := func(kind string) (met, all int) {
		all, _ = strconv.Atoi(e.head["cases of "+kind])
		met = all
		for _, c := range e.base.cases {
			if strings.HasPrefix(c, kind+"/") {
				met--
			}
		}
		return met, all
	}
	harmed, allHarmed := cases("harmed")
	missed, allMissed := cases("missed")
	plays := e.head["seeds"] + " plays"
	if plays == "1 plays" {
		plays = "one play"
	}
	actors := "No actor misses its bar"
	if n := len(e.base.actors); n > 0 {
		actors = fmt.Sprintf("%d actors miss their bars", n)
	}
	var edge []string
	for _, c := range slices.Sorted(maps.Keys(e.edge)) {
		edge = append(edge, fmt.Sprintf("%s (%d times)", c, e.edge[c]))
	}
	return fmt.Sprintf(`What moving a number by a third does was measured with commit `+"`%s`, policy `%s`"+`, with %s of each of %s honest actors (%s accounts) and of %s abusive ones, and the reported cases (hash `+"`%s`"+`):

    go run ./examples/internal/effects ../shared/data/reports/harmed ../shared/data/reports/missed

Unmoved, %d honest accounts are warned, %d blocked, %.1f%% of honest messages and %.1f%% of abuse delivered, means over actors. %s. Of the cases of honest people %d of %d are as they should be, of those of abuse %d of %d.

The cases are streams modelled after public reports. Their two folders are not in this repository: without them the command plays the actors alone. `+"`.s1`"+` in the name of a case is its seed; `+"`.r1`"+` says that the engine is told who knows whom, `+"`.j1`"+` that it is told how old each account is, and 0 that it is not. On the edge, and missed where a number is lowered as well as where it is raised: %s. The rows leave these out.`,
		e.head["commit"], e.head["policy"], plays, e.head["honest actors"], e.head["honest accounts"], e.head["abusive actors"], e.head["data"],
		e.base.warned, e.base.blocked, 100*e.base.honest, 100*e.base.abuse, actors, harmed, allHarmed, missed, allMissed, strings.Join(edge, ", "))
}
