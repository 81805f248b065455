package replay

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/decorum-go/decorum/examples/internal/actors"
	"github.com/decorum-go/decorum/policy"
)

// mostTried is how many settings, or groups of them, are put back one by one.
const mostTried = 24

// causes looks for the settings of a policy that have actors miss their bars.
type causes struct {
	zoo   *zoo
	p     *policy.Policy
	known [][]string // settings that explained an actor before: they are tried first
}

func newCauses(z *zoo, p *policy.Policy) *causes { return &causes{zoo: z, p: p} }

// write plays the actor again under the policy with one of its settings put back to the
// default's at a time; where none meets the bar, with groups of them, wider and wider. It
// names those that do.
func (c *causes) write(b *bytes.Buffer, role actors.Role, missed bar) error {
	here, there, err := trees(c.p)
	if err != nil {
		return err
	}
	all := changed(nil, here, there)
	if len(all) == 0 {
		fmt.Fprintln(b, "    the policy says nothing else than the default")
		return nil
	}
	if met, err := c.meets(policy.Default(), role, missed); err != nil || !met {
		fmt.Fprintln(b, "    the default misses it, too")
		return err
	}
	found, err := c.meeting(c.known, role, missed)
	for paths := all; err == nil && len(found) == 0 && len(paths) > 0; paths = parents(paths) {
		if len(paths) <= mostTried {
			found, err = c.meeting(paths, role, missed)
		}
	}
	if err != nil {
		return err
	}
	for _, path := range found {
		fmt.Fprintf(b, "    met with the default's %s\n", settings(path, all, here, there))
		if !slices.ContainsFunc(c.known, func(k []string) bool { return slices.Equal(k, path) }) {
			c.known = append(c.known, path)
		}
	}
	if len(found) == 0 {
		fmt.Fprintf(b, "    none of %s from the default explains it alone\n", count(len(all), "difference"))
	}
	return nil
}

// meeting returns those of some settings that, put back, have an actor meet its bar. One
// without which there is no policy explains nothing.
func (c *causes) meeting(paths [][]string, role actors.Role, missed bar) (found [][]string, err error) {
	for _, path := range paths {
		q, err := c.without(path)
		if err != nil {
			continue
		}
		met, err := c.meets(q, role, missed)
		if err != nil {
			return nil, err
		}
		if met {
			found = append(found, path)
		}
	}
	return found, nil
}

// without returns the policy with a setting put back to the default's.
func (c *causes) without(path []string) (*policy.Policy, error) {
	here, there, err := trees(c.p)
	if err != nil {
		return nil, err
	}
	putBack(here, there, path)
	data, err := json.Marshal(here)
	if err != nil {
		return nil, err
	}
	return policy.ReadPolicy(bytes.NewReader(data))
}

// meets reports whether an actor meets its bar under another policy.
func (c *causes) meets(q *policy.Policy, role actors.Role, missed bar) (bool, error) {
	plays, err := c.zoo.play(q, []actors.Role{role}, c.zoo.o.zoo.seeds)
	return err == nil && missed.met(outcomeOf(plays), clearly), err
}

// trees returns a policy and the default as JSON values.
func trees(p *policy.Policy) (here, there map[string]any, err error) {
	for _, side := range []struct {
		p    *policy.Policy
		into *map[string]any
	}{{p, &here}, {policy.Default(), &there}} {
		data, err := json.Marshal(side.p)
		if err == nil {
			err = json.Unmarshal(data, side.into)
		}
		if err != nil {
			return nil, nil, err
		}
		(*side.into)["name"] = "tried"
	}
	return here, there, nil
}

// changed returns the paths of what differs, in order: objects are looked into, and lists
// are one value.
func changed(path []string, here, there map[string]any) (paths [][]string) {
	keys := map[string]bool{}
	for key := range here {
		keys[key] = true
	}
	for key := range there {
		keys[key] = true
	}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		path := append(slices.Clone(path), key)
		a, isA := here[key].(map[string]any)
		b, isB := there[key].(map[string]any)
		switch {
		case isA && isB:
			paths = append(paths, changed(path, a, b)...)
		case text(here[key]) != text(there[key]):
			paths = append(paths, path)
		}
	}
	return paths
}

// parents returns the objects that the longest paths are in, and the other paths; none
// where all are at the top.
func parents(paths [][]string) (wider [][]string) {
	longest := 0
	for _, path := range paths {
		longest = max(longest, len(path))
	}
	if longest == 1 {
		return nil
	}
	for _, path := range paths {
		if len(path) == longest {
			path = path[:longest-1]
		}
		if !slices.ContainsFunc(wider, func(w []string) bool { return slices.Equal(w, path) }) {
			wider = append(wider, path)
		}
	}
	return wider
}

// putBack sets what is at a path to what it is there.
func putBack(here, there map[string]any, path []string) {
	for ; len(path) > 1; path = path[1:] {
		here, _ = here[path[0]].(map[string]any)
		there, _ = there[path[0]].(map[string]any)
	}
	if value, ok := there[path[0]]; ok {
		here[path[0]] = value
	} else {
		delete(here, path[0])
	}
}

// settings names a setting, or the settings of a group, with what they are.
func settings(path []string, all [][]string, here, there map[string]any) string {
	var list []string
	for _, leaf := range all {
		if len(leaf) >= len(path) && slices.Equal(leaf[:len(path)], path) {
			list = append(list, fmt.Sprintf("%s (here %s, there %s)", strings.Join(leaf, "."), shown(here, leaf), shown(there, leaf)))
		}
	}
	if len(list) > 5 {
		return fmt.Sprintf("%s (%s)", strings.Join(path, "."), count(len(list), "difference"))
	}
	return strings.Join(list, ", ")
}

// shown is what stands at a path, shortened.
func shown(tree map[string]any, path []string) string {
	var value any = tree
	for _, key := range path {
		object, _ := value.(map[string]any)
		value = object[key]
	}
	if value == nil {
		return "nothing"
	}
	return cut(text(value), 60)
}

func text(value any) string {
	data, _ := json.Marshal(value)
	return string(data)
}
