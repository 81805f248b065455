// Package actors plays the people and the programs that a messaging service
// meets, as events with the truth on them.
//
//	seed ─▶ actor ─▶ events, in order of time ─▶ over a background, or alone
//
// The same actor, seed and world make the same events, bit for bit.
package actors

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/decorum-go/decorum/examples/internal/events"
)

// An Actor is a way to behave.
type Actor struct {
	Name   string
	About  string // one line
	Abuse  bool   // the truth about it
	Params []Param
	play   func(*scene)
}

// A Param is a number of an actor that may be set.
type Param struct {
	Name  string
	Value float64 // unless set
	About string
}

// A Role is an actor with its parameters set.
type Role struct {
	*Actor
	Set   map[string]float64
	label string // tells apart two roles of one actor; "" is the actor's name
}

// All returns the actors: the honest ones, then the others.
func All() []Actor {
	return slices.Concat(honest(), crowds(), houses(), abusive(), roomers(), hunters(), painters(), pledgers(), repeaters(), reformers(),
		neighbours(), circles(), desks(), farmers())
}

// Parse reads a list of actors such as "recruiter,blaster:rate=50:hours=2".
// "all", "honest" and "abusive" stand for many.
func Parse(list string) (roles []Role, err error) {
	all := All()
	seen := map[string]int{}
	for item := range strings.SplitSeq(list, ",") {
		parts := strings.Split(strings.TrimSpace(item), ":")
		found := false
		for i := range all {
			a := &all[i]
			if !a.isMeant(parts[0]) {
				continue
			}
			found = true
			role := Role{Actor: a}
			if role.Set, err = a.settings(parts[1:]); err != nil {
				return nil, err
			}
			if n := seen[a.Name]; n > 0 {
				role.label = fmt.Sprintf("%s-%d", a.Name, n+1)
			}
			seen[a.Name]++
			roles = append(roles, role)
		}
		if !found {
			return nil, fmt.Errorf("no actor %q; go run ./examples/simulate -list names them", parts[0])
		}
	}
	return roles, nil
}

// isMeant reports whether a name in a list is the actor's, or one for many that it is
// among.
func (a *Actor) isMeant(name string) bool {
	switch name {
	case "all":
		return true
	case "honest":
		return !a.Abuse
	case "abusive":
		return a.Abuse
	}
	return name == a.Name
}

// settings reads what is set of the actor's parameters.
func (a *Actor) settings(list []string) (map[string]float64, error) {
	set := map[string]float64{}
	for _, setting := range list {
		name, text, _ := strings.Cut(setting, "=")
		value, err := strconv.ParseFloat(text, 64)
		if err != nil || value < 0 || math.IsInf(value, 0) || math.IsNaN(value) {
			return nil, fmt.Errorf("%s: %q is no name=number", a.Name, setting)
		}
		if !slices.ContainsFunc(a.Params, func(p Param) bool { return p.Name == name }) {
			var names []string
			for _, p := range a.Params {
				names = append(names, p.Name)
			}
			return nil, fmt.Errorf("%s: no parameter %q; it has %s", a.Name, name, strings.Join(names, ", "))
		}
		set[name] = value
	}
	return set, nil
}

// String returns the role as Parse reads it.
func (r Role) String() string {
	var s strings.Builder
	s.WriteString(r.Name)
	for _, name := range slices.Sorted(maps.Keys(r.Set)) {
		s.WriteString(":" + name + "=" + strconv.FormatFloat(r.Set[name], 'g', -1, 64))
	}
	return s.String()
}

// Play returns the events of one play in order of time. n tells apart several
// plays of one role in one world; accounts are named after role and n.
func (r Role) Play(w World, seed uint64, n int) []events.Event {
	if w.From.IsZero() && w.Until.IsZero() {
		w.From = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
		w.Until = w.From.Add(120 * day)
	}
	h := fnv.New64a()
	label := cmp.Or(r.label, r.Name)
	fmt.Fprintf(h, "%s %d", label, n)
	rng := rand.New(rand.NewPCG(seed, h.Sum64()))
	s := &scene{
		writer: writer{rng: rng}, actor: r.Actor, world: w, set: r.Set,
		name: fmt.Sprintf("sim.%s.%d", label, n), people: slices.Clone(w.People),
	}
	for slices.ContainsFunc(w.People, func(id string) bool { return strings.HasPrefix(id, s.name) }) {
		s.name += "x" // the background is simulated too
	}
	s.fixed = map[string]string{"sender": pick(rng, lists["first"]) + " " + pick(rng, lists["last"])}
	r.play(s)
	list := slices.DeleteFunc(s.events, func(e events.Event) bool { return e.At.Before(w.From) || e.At.After(w.Until) })
	slices.SortStableFunc(list, func(a, b events.Event) int { return a.At.Compare(b.At) })
	return list
}
