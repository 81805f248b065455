package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"time"

	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/policy/internal/policyfile"
	"github.com/decorum-go/decorum/scoring"
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
// With "extends": "default" (or "observe", or "strict") a file states only what differs
// from Default (or Observe, or Strict):
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
// and writing it again gives the same bytes. Only a signal, or crowd, may be missing
// from it, and is off then: a complete file can still be read by later releases,
// which may know more of them, and changes nothing there.
//
// # Values
//
//   - A length of time is text: "5m", "24h", "7d", "1d12h" (see Duration).
//   - A limit is text: "20/1m" is at most 20 in any minute; also "100/1h",
//     "250/1d", "300/7d". The longest window is 7d.
//   - A curve is a list of points, [[5, 0], [12, 3]]: linear between them, flat
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
	var f policyfile.Faults
	if len(data) > MaxPolicyFile {
		f.Add("file", "is larger than %d bytes: a list holds %d entries at most", MaxPolicyFile, MaxListEntries)
		return nil, joinFaults(&f)
	}
	tree := policyfile.Parse(data, &f)
	if tree == nil {
		return nil, joinFaults(&f)
	}
	if tree.Kind != policyfile.Object {
		f.Add("file", "must be an object, is %v", tree)
		return nil, joinFaults(&f)
	}
	p := new(Policy)
	policyfile.Decoder{Forms: forms, MaxKeys: MaxClasses, Absent: absent, Instead: instead, Faults: &f}.Decode(extendBase(tree, &f), p)
	p.validate(&f)
	missing := 0
	for _, x := range f.All() {
		if x.Problem == policyfile.Missing {
			missing++
		}
	}
	if missing > 1 && tree.Members["extends"] == nil {
		f.Add("extends", `is missing, too: with "extends": "default" a file states only what differs`)
	}
	if err := joinFaults(&f); err != nil {
		return nil, err
	}
	return p, nil
}

// forms are how a policy file writes what is no plain value.
var forms = map[reflect.Type]policyfile.Form{
	reflect.TypeFor[Duration]():       {Text: `a duration such as "24h", "7d" or "1d12h"`},
	reflect.TypeFor[limiter.Limit]():  {Text: `a limit such as "100/1h" or "250/1d", with a time in s, m, h or d`},
	reflect.TypeFor[scoring.Point]():  {List: "a point [x, y]"},
	reflect.TypeFor[Mode]():           {Names: modeNames.of},
	reflect.TypeFor[Kind]():           {Names: kindNames.of, First: 1},
	reflect.TypeFor[Scope]():          {Names: scopeNames.of},
	reflect.TypeFor[Category]():       {Names: categoryNames.of},
	reflect.TypeFor[Verdict]():        {Names: verdictNames.of, First: 1},
	reflect.TypeFor[CounterOf]():      {Names: counterOfNames.of},
	reflect.TypeFor[AttributeType]():  {Text: `one of "string", "bool", "int", "double" and "list(string)", with "protected " before it or not`},
	reflect.TypeFor[scoring.Family](): {Names: familyNames(), First: 1},
	reflect.TypeFor[time.Time]():      {Text: `a time such as "2026-12-07T00:00:00Z"`},
}

// familyNames are those of the families, from the first on.
func familyNames() (all []string) {
	for f := range scoring.NumFamilies {
		all = append(all, scoring.Family(f+1).String())
	}
	return all
}

// absent is what a complete file means by a signal that it does not have: it was
// written before there was one.
var absent = map[reflect.Type]any{reflect.TypeFor[Signal](): Signal{Mode: Off}}

// extendBase lays the file over what it extends, and takes away the fields that
// are not the policy's.
func extendBase(file *policyfile.Node, f *policyfile.Faults) *policyfile.Node {
	const extends, schema = "extends", "$schema"
	over := policyfile.NewObject()
	var base *Policy
	for _, name := range file.Names {
		n := file.Members[name]
		switch {
		case name == schema:
			if n.Kind != policyfile.Text {
				f.Add(schema, "must be text, is %v", n)
			}
		case name == extends && n.Kind == policyfile.Text && n.Text == "observe":
			base = Observe()
		case name == extends && n.Kind == policyfile.Text && n.Text == "strict":
			base = Strict()
		case name == extends:
			base = Default()
			if n.Kind != policyfile.Text || n.Text != "default" {
				f.Add(extends, `must be "default", "observe" or "strict", is %v`, n)
			}
		default:
			over.Set(name, n)
		}
	}
	if base == nil {
		return over
	}
	data, err := json.Marshal(base)
	if err != nil { // only if Default is broken, which its test would show
		f.Add(extends, "%v", err)
		return over
	}
	return policyfile.Merge(withClasses(policyfile.Parse(data, f), over), over)
}

// withClasses gives a policy the classes that a file adds: each starts as member.
func withClasses(tree, over *policyfile.Node) *policyfile.Node {
	known, added := tree.Members["classes"], over.Members["classes"]
	if added != nil && added.Kind == policyfile.Object && len(added.Names) <= MaxClasses { // more are refused, and not worth the copies
		for _, name := range added.Names {
			if known.Members[name] == nil {
				known.Set(name, known.Members[string(Member)].Clone())
			}
		}
	}
	return tree
}

// ID returns the name of the policy and the hash of its content,
// "default@0123456789abcdef": what stands in every decision. The hash is the
// first 64 bits of the SHA-256 of the JSON that MarshalJSON writes, so equal
// policies have equal IDs on every machine. It encodes the whole policy (a
// quarter of a millisecond): keep the answer. A policy that cannot be written, which
// Validate refuses, has the ID "name@invalid".
func (p *Policy) ID() string {
	if p == nil {
		return ""
	}
	data, err := p.MarshalJSON()
	if err != nil {
		return p.Name + "@invalid"
	}
	sum := sha256.Sum256(data)
	return p.Name + "@" + hex.EncodeToString(sum[:8])
}

// MarshalJSON writes the policy in full, as ReadPolicy reads it: always the
// same bytes for the same content, and again the same after reading them.
func (p Policy) MarshalJSON() ([]byte, error) {
	type plain Policy // without methods
	return json.Marshal(plain(policyfile.Copy(p, true)))
}

// UnmarshalJSON reads a policy file as ReadPolicy does. On an error p is
// unchanged.
func (p *Policy) UnmarshalJSON(data []byte) error {
	q, err := parsePolicy(data)
	if err == nil {
		*p = *q
	}
	return err
}

// Clone returns a deep copy: a policy that may be changed and given to
// SetPolicy while the old one is in force.
func (p *Policy) Clone() *Policy {
	return policyfile.Copy(p, false)
}
