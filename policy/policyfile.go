package policy

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// MaxPolicyFile is the largest policy file that ReadPolicy takes, in bytes.
const MaxPolicyFile = 1 << 20

// ReadPolicy reads a policy file: one JSON object, at most MaxPolicyFile
// bytes, whose fields are those of Policy under their JSON names. The file is
// described by schema.json (JSON Schema 2020-12) beside this source; a field
// "$schema" may name it, for editors. Nothing is read from a wrong file: it
// returns a policy that is valid, or nil and every fault at once, as joined
// *FieldError, each with its path and what would be right:
//
//	policy: classes.member.ladder[2].strikes: must be more than the step before (1.8), is 1.5
//	policy: strikes.half_live: unknown field; did you mean half_life?
//
// Only a fault of JSON itself, named by line and column, hides the others.
//
// # Extending
//
// With "extends": "default" (or "observe") a file states only what differs
// from Default (or Observe):
//
//	{
//	  "extends": "default",
//	  "name":    "more patient",
//	  "classes": {"member": {"limits": {"messages": ["30/1m", "200/1h"]}}},
//	  "strikes": {"half_life": "30d"}
//	}
//
// Objects merge, however deep. Lists (limits, curves, ladders) and everything
// else replace what was there: a ladder is written as a whole. A class that
// the base does not have starts as the base's member. A file without extends
// must be complete; writing a Policy as JSON makes such a file, and reading
// and writing it again gives the same bytes.
//
// # Values
//
//   - A length of time is text: "5m", "24h", "7d", "1d12h" (see Duration).
//   - A limit is text: "20/1m" is at most 20 in any minute; also "100/1h",
//     "250/1d", "300/7d". The longest window is 7d.
//   - A curve is a list of knots, [[5, 0], [12, 3]]: linear between them, flat
//     outside. Evidence for abuse starts at 0 and never falls, evidence
//     against it starts at 0 and never rises.
//   - "mode" of a signal is "on" (may be left out), "shadow" (measured and
//     shown, counts nothing) or "off".
//   - A step of the ladder has "strikes" and "kind" (warning, block,
//     restriction, suspension); "scope" (outreach, messaging, account), "for"
//     (until lifted where it is left out), "per_day" for a restriction,
//     "review" where there is no end, and "person": true where automation may
//     only ask a person.
//
// There are no comments, no null and no second value after the first; field
// names are exact, and none may stand twice.
//
// ReadPolicy is safe for concurrent use.
func ReadPolicy(r io.Reader) (*Policy, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxPolicyFile+1))
	if err != nil {
		return nil, fmt.Errorf("policy: read: %w", err)
	}
	return parsePolicy(data)
}

// parsePolicy is ReadPolicy on bytes.
func parsePolicy(data []byte) (*Policy, error) {
	var f faultList
	if len(data) > MaxPolicyFile {
		f.add("file", "is larger than %d bytes", MaxPolicyFile)
		return nil, f.err()
	}
	tree := parseTree(data, &f)
	if tree == nil {
		return nil, f.err()
	}
	if tree.kind != isObject {
		f.add("file", "must be an object, is %v", tree)
		return nil, f.err()
	}
	p := new(Policy)
	decodePolicy(extendBase(tree, &f), p, &f)
	p.validate(&f)
	if err := f.err(); err != nil {
		return nil, err
	}
	return p, nil
}

// extendBase lays the file over what it extends, and takes away the fields that
// are not the policy's.
func extendBase(file *treeNode, f *faultList) *treeNode {
	const extends, schema = "extends", "$schema"
	over := newObject()
	var base *Policy
	for _, name := range file.names {
		n := file.members[name]
		switch {
		case name == schema:
			if n.kind != isString {
				f.add(schema, "must be text, is %v", n)
			}
		case name == extends && n.kind == isString && n.text == "observe":
			base = Observe()
		case name == extends:
			base = Default()
			if n.kind != isString || n.text != "default" {
				f.add(extends, `must be "default" or "observe", is %v`, n)
			}
		default:
			over.set(name, n)
		}
	}
	if base == nil {
		return over
	}
	data, err := json.Marshal(base)
	if err != nil { // only if Default is broken, which its test would show
		f.add(extends, "%v", err)
		return over
	}
	tree := parseTree(data, f)
	known, added := tree.members["classes"], over.members["classes"]
	if added != nil && added.kind == isObject && len(added.names) <= MaxClasses { // more are refused, and not worth the copies
		for _, name := range added.names {
			if known.members[name] == nil {
				known.set(name, known.members[string(Member)].clone())
			}
		}
	}
	return mergeNodes(tree, over)
}

// mergeNodes lays over on base: objects deeply, everything else replaces. It
// changes base.
func mergeNodes(base, over *treeNode) *treeNode {
	if base == nil || base.kind != isObject || over.kind != isObject {
		return over
	}
	for _, name := range over.names {
		base.set(name, mergeNodes(base.members[name], over.members[name]))
	}
	return base
}

// maxFaults of one file that are named; the rest is counted.
const maxFaults = 1000

// faultList collects what is wrong with a policy.
type faultList struct {
	list []error
	seen map[string]bool // paths
	more int
}

func (f *faultList) full() bool { return len(f.list) >= maxFaults }

// add reports a fault, and that the value means nothing.
func (f *faultList) add(path, format string, args ...any) {
	if f.full() {
		f.more++
		return
	}
	if f.seen == nil {
		f.seen = map[string]bool{}
	}
	f.seen[path] = true
	f.note(path, format, args...)
}

// note reports a fault beside which the value is still looked at.
func (f *faultList) note(path, format string, args ...any) {
	if f.full() {
		f.more++
		return
	}
	f.list = append(f.list, &FieldError{Field: path, Problem: fmt.Sprintf(format, args...)})
}

// broken reports whether path or what holds it was reported already: then its
// value means nothing.
func (f *faultList) broken(path string) bool {
	for path != "" && len(f.seen) > 0 {
		if f.seen[path] {
			return true
		}
		path = path[:max(0, strings.LastIndexAny(path, ".["))]
	}
	return false
}

// err joins all faults; nil if there are none.
func (f *faultList) err() error {
	if f.more > 0 {
		f.list = append(f.list, &FieldError{Field: "file", Problem: fmt.Sprintf("has %d more faults", f.more)})
		f.more = 0
	}
	return errors.Join(f.list...)
}
