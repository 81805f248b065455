package replay

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/decorum-go/decorum/examples/internal/actors"
)

// parseCast reads the list of -actors. "bars" stands for the actors that have one, and
// @FILE for the lines of a file: an actor each, with the bar that it is to be held to
// behind it, if it is another than that of bars. Those are put into bars.
func parseCast(list string, bars map[string]bar) ([]actors.Role, error) {
	var specs []string
	for item := range strings.SplitSeq(list, ",") {
		item = strings.TrimSpace(item)
		name, ok := strings.CutPrefix(item, "@")
		switch {
		case ok:
			own, err := readCast(name, bars)
			if err != nil {
				return nil, err
			}
			specs = append(specs, own...)
		case item == "bars":
			specs = append(specs, barred)
		default:
			specs = append(specs, item)
		}
	}
	return actors.Parse(strings.Join(specs, ","))
}

// readCast reads a file of actors. Each fault names its line.
func readCast(name string, bars map[string]bar) (specs []string, err error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	for i, line := range strings.Split(string(data), "\n") {
		line, _, _ = strings.Cut(line, "#")
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		roles, err := actors.Parse(fields[0])
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, i+1, err)
		}
		specs = append(specs, fields[0])
		if len(fields) == 1 {
			continue
		}
		b, err := ownBar(fields[1:])
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, i+1, err)
		}
		for _, role := range roles {
			bars[role.String()] = b
		}
	}
	if len(specs) == 0 {
		return nil, fmt.Errorf("%s names no actor; a line is such as: recruiter:letters=40 warned<=0.05 blocked<=0", name)
	}
	return specs, nil
}

// measures are what a bar of one's own may bound from above or from below: k of n.
var measures = map[string]func(o *outcome) (k, n int){
	"warned":    func(o *outcome) (int, int) { return o.warned, o.accounts },
	"blocked":   func(o *outcome) (int, int) { return o.blocked, o.accounts },
	"delivered": func(o *outcome) (int, int) { return o.delivered, o.sent },
}

// ownBar reads bounds such as warned<=0.05 delivered>=0.9 each<=40, all of which are to
// be met.
func ownBar(bounds []string) (bar, error) {
	var all []func(o *outcome, slack float64) bool
	for _, bound := range bounds {
		met, err := parseBound(bound)
		if err != nil {
			return bar{}, err
		}
		all = append(all, met)
	}
	return bar{strings.Join(bounds, " "), func(o *outcome, slack float64) bool {
		return o.accounts > 0 && !slices.ContainsFunc(all, func(met func(*outcome, float64) bool) bool { return !met(o, slack) })
	}}, nil
}

func parseBound(bound string) (func(o *outcome, slack float64) bool, error) {
	name, text, atMost := strings.Cut(bound, "<=")
	if !atMost {
		name, text, _ = strings.Cut(bound, ">=")
	}
	limit, err := strconv.ParseFloat(text, 64)
	if err != nil || !(limit >= 0 && limit < 1e9) {
		return nil, fmt.Errorf("%q is no bound such as warned<=0.05", bound)
	}
	if name == "each" && atMost {
		return func(o *outcome, slack float64) bool { return most(o.total, 1, limit, slack) }, nil
	}
	of := measures[name]
	if of == nil {
		return nil, fmt.Errorf("%q: a bound is of %s (shares), or each<= (messages of an account that are delivered)", bound, strings.Join(slices.Sorted(maps.Keys(measures)), ", "))
	}
	if limit > 1 {
		return nil, fmt.Errorf("%q: a share is from 0 to 1", bound)
	}
	return func(o *outcome, slack float64) bool {
		k, n := of(o)
		if atMost {
			return few(k, n, limit, slack)
		}
		return few(n-k, n, 1-limit, slack)
	}, nil
}
