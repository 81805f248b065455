package replay

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/scoring"
)

// Moving a number of a policy works on its file, so that each number has the name by which
// a policy file sets it: signals.text_fast, score.warn, strikes.half_life. What stands in
// every class is moved in every class.

// down and up are by how much effects moves a number.
const down, up = 2. / 3, 4. / 3

const day = policy.Duration(24 * time.Hour)

// A tree is a policy file.
type tree map[string]any

func treeOf(p *policy.Policy) (file tree, err error) {
	data, err := json.Marshal(p)
	if err == nil {
		err = json.Unmarshal(data, &file)
	}
	return file, err
}

// each calls visit for every number of a policy: the object that holds it, its name there,
// and the path by which Effects tells of it.
func (file tree) each(visit func(in tree, name, path string)) {
	for _, part := range slices.Sorted(maps.Keys(file)) {
		if part != "classes" {
			eachNumber(file[part], part, visit)
		}
	}
	classes, _ := file["classes"].(map[string]any)
	for _, class := range slices.Sorted(maps.Keys(classes)) {
		eachNumber(classes[class], "", visit)
	}
}

func eachNumber(v any, path string, visit func(in tree, name, path string)) {
	switch v := v.(type) {
	case []any: // the steps of a ladder move together
		for _, step := range v {
			eachNumber(step, path, visit)
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			at := strings.TrimPrefix(path+"."+name, ".")
			if move(v[name], up, linear) != nil {
				visit(v, name, at)
			} else {
				eachNumber(v[name], at, visit)
			}
		}
	}
}

// movable are the numbers of a policy, or those of them that are named, or whose part is.
func movable(p *policy.Policy, only []string) (paths []string, err error) {
	file, err := treeOf(p)
	if err != nil {
		return nil, err
	}
	found := make([]bool, len(only))
	file.each(func(_ tree, _, path string) {
		named := len(only) == 0
		for i, part := range only {
			if path == part || strings.HasPrefix(path, part+".") {
				named, found[i] = true, true
			}
		}
		if named && !slices.Contains(paths, path) {
			paths = append(paths, path)
		}
	})
	if i := slices.Index(found, false); i >= 0 {
		return nil, fmt.Errorf("the policy has no number in %s", only[i])
	}
	return paths, nil
}

// moved is the policy with one number moved: to a whole number, or by its odds, where a
// third more would not be a policy, as with a probability of .97. ok is false where it
// cannot be moved so far.
func moved(p *policy.Policy, path string, by float64) (q *policy.Policy, ok bool) {
	way := linear
	for _, how := range []func(x, by float64) float64{linear, whole, odds} {
		if movedBy(p, path, up, how) != nil {
			way = how
			break
		}
	}
	q = movedBy(p, path, by, way)
	return q, q != nil && q.ID() != p.ID()
}

// movedBy is nil where it would not be a policy.
func movedBy(p *policy.Policy, path string, by float64, how func(x, by float64) float64) *policy.Policy {
	file, err := treeOf(p)
	if err != nil {
		return nil
	}
	file.each(func(in tree, name, at string) {
		if at == path {
			in[name] = move(in[name], by, how)
		}
	})
	data, err := json.Marshal(file)
	if err != nil {
		return nil
	}
	q, err := policy.ReadPolicy(bytes.NewReader(data))
	if err != nil {
		return nil
	}
	return q
}

func linear(x, by float64) float64 { return x * by }

func whole(x, by float64) float64 { return math.Round(x * by) }

func odds(x, by float64) float64 {
	if x <= 0 || x >= 1 {
		return x
	}
	return scoring.Logistic(scoring.Logit(x) + math.Log(by))
}

// move moves a value of a policy file: a number, how many a limit lets through, a length
// of time, the x of the knots of a curve, the successes of a distribution. nil: it is none
// of these.
func move(v any, by float64, how func(x, by float64) float64) any {
	switch v := v.(type) {
	case float64:
		return how(v, by)
	case string:
		return moveText(v, by)
	case []any:
		return moveList(v, by, how)
	case map[string]any:
		if curve, ok := v["curve"].([]any); ok && len(curve) > 0 {
			return with(v, "curve", moveList(curve, by, how))
		}
		if a, ok := v["a"].(float64); ok {
			return with(v, "a", a*by)
		}
	}
	return nil
}

func with(o map[string]any, name string, v any) map[string]any {
	o = maps.Clone(o)
	o[name] = v
	return o
}

func moveText(s string, by float64) any {
	if n, per, ok := strings.Cut(s, "/"); ok {
		if n, err := strconv.Atoi(n); err == nil {
			return fmt.Sprintf("%d/%s", max(1, int(math.Round(float64(n)*by))), per)
		}
		return nil
	}
	var d policy.Duration
	if d.UnmarshalText([]byte(s)) != nil || d == 0 {
		return nil
	}
	unit := policy.Duration(time.Second)
	if d >= 3*day {
		unit = day // some fields take whole days alone
	}
	text, err := (policy.Duration(math.Round(float64(d)*by/float64(unit))) * unit).MarshalText()
	if err != nil {
		return nil
	}
	return string(text)
}

// moveList moves knots [x, y], or limits.
func moveList(list []any, by float64, how func(x, by float64) float64) any {
	var all []any
	for _, v := range list {
		if knot, ok := v.([]any); ok && len(knot) == 2 {
			if x, ok := knot[0].(float64); ok {
				all = append(all, []any{how(x, by), knot[1]})
				continue
			}
		}
		s, _ := v.(string)
		m := moveText(s, by)
		if m == nil {
			return nil
		}
		all = append(all, m)
	}
	if all == nil {
		return nil
	}
	return all
}
