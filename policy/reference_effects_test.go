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
		list := slices.DeleteFunc(without(c.these, c.them), func(s string) bool { return e.edge[s] > 0 })
		for i := range list {
			list[i] = caseName(list[i])
		}
		if list = slices.Compact(list); len(list) > 0 {
			said = append(said, c.what+": "+quoted(list))
		}
	}
	if said == nil {
		return "nothing changes"
	}
	return strings.Join(said, "; ")
}

// without is what is in one list and not in another.
func without(these, them []string) (list []string) {
	for _, s := range these {
		if !slices.Contains(them, s) {
			list = append(list, s)
		}
	}
	return list
}

// about says what was measured.
func (e *effects) about() string {
	all := 0
	for _, kind := range []string{"harmed", "missed"} {
		n, _ := strconv.Atoi(e.head["cases of "+kind])
		all += n
	}
	plays := e.head["seeds"] + " plays"
	if plays == "1 plays" {
		plays = "one play"
	}
	actors := "no actor misses its bar"
	if n := len(e.base.actors); n > 0 {
		actors = fmt.Sprintf("%d actors miss their bars", n)
	}
	var edge []string
	for _, c := range slices.Sorted(maps.Keys(e.edge)) {
		edge = append(edge, fmt.Sprintf("`%s` (%d times)", caseName(c), e.edge[c]))
	}
	return fmt.Sprintf("Measured with commit `%s` and policy `%s`: %s of each of %s honest actors (%s accounts) and %s abusive ones, variants counted, and %d cases, which are streams modelled after public reports, without those over which experts could argue (hash `%s`).", e.head["commit"], e.head["policy"], plays, e.head["honest actors"], e.head["honest accounts"], e.head["abusive actors"], all, e.head["data"]) + `

The cases are not in this repository. The actors alone, for one signal, in a minute (for all, without ` + "`-of`" + `, in an hour):

    go run ./examples/internal/effects -of signals.text_fast

` + fmt.Sprintf("Unmoved, %d honest accounts are warned, %d blocked, %.1f%% of honest messages and %.1f%% of abuse delivered, means over actors; %s; of the cases %d of %d are as they should be. These figures are there to be compared with each other: what the default policy catches, of each kind once and in 20 plays, is in the [model card](model-card.md#how-well-it-does).", e.base.warned, e.base.blocked, 100*e.base.honest, 100*e.base.abuse, actors, all-len(e.base.cases), all) + `

- Lowered is 2/3 of the number, of how many a limit lets through, of the time, or of the x of a curve; raised is 4/3; in all classes. Of a probability that a third more would make impossible it is the odds.
- Only what differs is told, by how much in brackets. One play is little: an account or two more or less says nothing.
- On the edge, missed where a number is lowered as well as where it is raised, and left out for that: ` + strings.Join(edge, ", ") + `.
`
}

// caseName is a case without what tells its recordings apart.
func caseName(file string) string {
	name, _, _ := strings.Cut(file, ".")
	return name
}
