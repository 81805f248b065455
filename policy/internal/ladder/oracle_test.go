package ladder

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/decorum-go/decorum/policy/internal/stamp"
)

const hour, day = 3600, 24 * 3600

// rulebooks are the default ladder and some that are unlike it: without a Warning,
// with Warnings only, of equal kinds, with a mass that fades within hours or stays
// for years.
var rulebooks = []*Rules{
	book(45*24*time.Hour, 7*day,
		Step{Strikes: .4, Kind: Warning},
		Step{Strikes: .9, Kind: Block, Scope: Outreach, For: day},
		Step{Strikes: 1.8, Kind: Block, Scope: Messaging, For: 2 * day},
		Step{Strikes: 2.7, Kind: Restriction, Scope: Messaging, PerDay: 10},
		Step{Strikes: 4, Kind: Suspension, Scope: WholeAccount, For: 30 * day},
		Step{Strikes: 5.5, Kind: Suspension, Scope: WholeAccount, Person: true}).well(1, 3, 7),
	book(45*24*time.Hour, 7*day,
		Step{Strikes: .9, Kind: Block, Scope: Outreach, For: day},
		Step{Strikes: 1.8, Kind: Restriction, Scope: Messaging, PerDay: 20, For: 20 * day},
		Step{Strikes: 2.7, Kind: Restriction, Scope: Messaging, PerDay: 5, For: 300 * day},
		Step{Strikes: 4, Kind: Restriction, Scope: Messaging, PerDay: 5}),
	book(6*time.Hour, 60*day,
		Step{Strikes: .4, Kind: Warning},
		Step{Strikes: 1.2, Kind: Block, Scope: Messaging, For: hour}),
	book(2000*24*time.Hour, 30*day,
		Step{Strikes: .4, Kind: Warning},
		Step{Strikes: 1.8, Kind: Block, Scope: Outreach, For: 2 * day},
		Step{Strikes: 3, Kind: Block, Scope: Messaging, For: 2 * day},
		Step{Strikes: 5, Kind: Restriction, Scope: Messaging, PerDay: 3, For: 300 * day},
		Step{Strikes: 7, Kind: Suspension, Scope: Messaging, For: 400 * day}).well(.5, 10, 2),
	book(45*24*time.Hour, 7*day),
}

func book(half time.Duration, fresh uint32, steps ...Step) *Rules {
	return &Rules{
		HalfLife: half, Forget: .05, Warned: .5, Offence: 1, AfterWarning: 1.5, Hysteresis: .4,
		WarningFresh: fresh, Incident: day, Steps: steps,
	}
}

// well has good conduct do something.
func (r *Rules) well(extra float64, lasts, quiet int) *Rules {
	r.Conduct = ConductRules{Extra: extra, Lasts: lasts, Quiet: quiet}
	return r
}

// An oracle is the ladder as one would write it with no regard to time and room: it
// keeps all that ever happened, and says where that leads by going through it.
type oracle struct {
	r        *Rules
	all      []*event
	incident int // number of the newest
	strike   int // number of the newest
	open     bool

	facts map[uint32]*fact // by day
}

type event struct {
	Entry
	incident, strike int
	counted, warns   bool
	graded, hand     bool
	breach           bool
	by               *event // it was replaced by
	lost             bool   // faded and no longer appealable: the log has dropped it
}

func (x *event) valid() bool { return x.counted && x.Outcome != Overturned }

func (o *oracle) find(id uint64) *event {
	for _, x := range o.all {
		if x.ID == id {
			return x
		}
	}
	return nil
}

// weight halves with each half-life in which no sanction refused messages, and sooner for
// good conduct.
func (o *oracle) weight(x Strike, now uint32) float64 {
	return x.Mass * math.Exp2(-(float64(o.awake(x.At, now))+o.gained(x.At, x.At, now))/o.r.HalfLife.Seconds())
}

// awake counts the seconds from event to event.
func (o *oracle) awake(from, to uint32) (seconds uint32) {
	if to <= from {
		return 0
	}
	edges := []uint32{from, to}
	for _, x := range o.all {
		if x.refuses() {
			edges = append(edges, min(max(x.At, from), to), min(max(x.end(), from), to))
		}
	}
	slices.Sort(edges)
	for i, at := range edges[1:] {
		before := edges[i]
		asleep := slices.ContainsFunc(o.all, func(x *event) bool { return x.refuses() && x.At <= before && before < x.end() })
		if !asleep {
			seconds += at - before
		}
	}
	return seconds
}

func (x *event) refuses() bool {
	return (x.Kind == Block || x.Kind == Suspension) && x.Outcome != Overturned
}

func (x *event) end() uint32 {
	if x.Ended != 0 {
		return min(x.Ended, x.Until)
	}
	return x.Until
}

// strikes are those of the first n events that have not faded.
func (o *oracle) strikes(n int, now uint32) (out []Strike) {
	byNumber := map[int]*Strike{}
	var order []int
	for _, x := range o.all[:n] {
		if !x.valid() {
			continue
		}
		k := byNumber[x.strike]
		if k == nil {
			k = &Strike{}
			byNumber[x.strike] = k
			order = append(order, x.strike)
		}
		*k = Strike{At: x.At, ID: x.ID, Mass: max(k.Mass, float64(x.Mass))}
	}
	clean := o.clean(n, now)
	for i, number := range order {
		if k := *byNumber[number]; o.weight(k, now) >= o.r.Forget && k.At > clean || o.open && i == len(order)-1 {
			out = append(out, k)
		}
	}
	return out
}

func (o *oracle) mass(all []Strike, now uint32) (m float64) {
	for _, x := range all {
		m += o.weight(x, now)
	}
	return m
}

// level is the highest step, from 1, that any of the strikes reached by its mass when it
// came, and the highest that one within a half-life brought.
func (o *oracle) level(all []Strike, now uint32) (level, held int) {
	var brought []int
	hold := func(at uint32) (n int) {
		for k, step := range brought {
			if float64(o.awake(all[k].At, at)) < o.r.HalfLife.Seconds() {
				n = max(n, step)
			}
		}
		return n
	}
	for i := range all {
		at := all[i].At
		mass := o.mass(all[:i+1], at)
		_, n := o.step(mass, level, hold(at))
		brought = append(brought, max(n, o.breached(all[i])))
		for k, st := range o.r.Steps {
			if mass >= st.Strikes {
				level = max(level, k+1)
			}
		}
	}
	return level, hold(now)
}

func (o *oracle) step(mass float64, level, held int) (step, reached int) {
	step = -1
	for k, st := range o.r.Steps {
		need := st.Strikes
		if k < level {
			need -= o.r.Hysteresis
		}
		if mass < need && k >= held {
			break
		}
		if reached++; !st.Person {
			step = k
		}
	}
	return step, reached
}

// state says when the newest incident began, and how long its sanction keeps it.
func (o *oracle) state() (opened, acted, closes uint32) {
	stood := false // a sanction that no person lifted
	for _, x := range o.all {
		if x.incident != o.incident || !x.valid() {
			continue
		}
		if opened == 0 {
			opened = x.At
		}
		if x.Kind <= Warning {
			continue
		}
		switch {
		case x.Ended != 0 && x.by == nil:
			acted = max(acted, x.Ended)
			continue
		case x.Kind == Restriction:
			acted = max(acted, x.At+o.r.Incident)
		default:
			acted = max(acted, x.Until)
		}
		stood = true
	}
	if acted == 0 || stood {
		return opened, acted, max(opened+o.r.Incident, acted)
	}
	return opened, acted, acted
}

func (o *oracle) advance(now uint32) (answered bool) {
	if opened, acted, closes := o.state(); o.open && (opened == 0 || now >= closes) {
		o.open = false
		return opened != 0 && acted != 0
	}
	return false
}

func (o *oracle) warned(now uint32) uint32 {
	for _, x := range slices.Backward(o.all) {
		if x.warns && x.valid() {
			if now < x.At+o.r.WarningFresh {
				return x.At
			}
			return 0
		}
	}
	return 0
}

func (o *oracle) probation(now uint32, share float64) float64 {
	for _, x := range slices.Backward(o.all) {
		if !x.valid() || x.Kind <= Warning || x.Until == stamp.Forever {
			continue
		}
		length := x.Until - x.At
		if length < 28*day {
			length = min(7*length, 28*day)
		}
		passed := float64(now) - float64(x.Until)
		if passed > 0 {
			passed += math.Floor(o.gained(x.At, x.Until, now))
		}
		if x.Ended != 0 && x.by == nil || passed < 0 || passed >= float64(length) {
			return 1
		}
		return share + (1-share)*passed/float64(length)
	}
	return 1
}

// decide returns what an offence should bring, and counts it.
func (o *oracle) decide(f Finding, now uint32, grant Grant, id uint64) (Response, *Step) {
	warn, act := f.Warn, f.Act
	bound := o.bound(len(o.all), now)
	if f.Rated != nil {
		warn, act = warn || f.Rated.Kind == Warning, act || f.Rated.Kind > Warning
	}
	act = act || warn && f.Firm && bound > 0
	var opened, acted uint32
	if o.open {
		opened, acted, _ = o.state()
	}
	warned := o.warned(now)
	if !warn && !act {
		return Pass, nil
	}
	x := &event{Entry: Entry{ID: id, At: now}, counted: true}
	if !act {
		if opened != 0 || warned != 0 {
			return Flag, nil
		}
		x.Mass, x.warns = float32(o.r.Warned), true
		x.Plain = x.Mass
		o.count(x, true)
		for i := range o.r.Steps {
			if st := &o.r.Steps[i]; st.Kind == Warning {
				x.Kind, x.Until = Warning, now+o.r.WarningFresh
				return Flag, st
			}
		}
		return Flag, nil
	}
	if acted != 0 {
		wider := f.Rated != nil && f.Rated.Kind > Warning
		for _, x := range o.all {
			wider = wider && !(x.Kind > Warning && x.Stands(now) && x.Scope >= f.Rated.Scope)
		}
		if !wider {
			return Flag, nil
		}
	}
	mass := o.r.Offence
	if f.Aggravated {
		mass = o.r.AfterWarning
	}
	amount := 1.0
	if f.Amount > 1 {
		amount = f.Amount
	}
	x.Plain = float32(mass * amount)
	if warned != 0 && (opened == 0 || warned < opened) {
		mass = o.r.AfterWarning
	}
	mass *= amount
	all := o.strikes(len(o.all), now)
	total, before := o.mass(all, now)+mass, 0.
	if opened != 0 {
		last := all[len(all)-1]
		before = last.Mass
		total = o.mass(all[:len(all)-1], now) + max(mass, before)
	}
	level, held := o.level(all, now)
	k, _ := o.step(total, level, max(held, bound))
	st := f.Rated
	x.breach = bound > 0
	if k >= 0 && (st == nil || o.r.Steps[k].Kind > st.Kind) {
		st, x.graded = &o.r.Steps[k], true
	}
	switch {
	case st == nil:
		return Flag, nil
	case st.Kind > Warning && grant != Granted:
		return Budget, nil
	case st.Kind == Warning && mass <= before && warned >= opened:
		return Flag, nil
	}
	x.Mass = float32(mass)
	x.Kind, x.Scope, x.PerDay, x.Until = st.Kind, st.Scope, st.PerDay, o.until(st, now)
	x.warns = st.Kind == Warning
	o.count(x, opened == 0)
	if x.warns {
		return Flag, st
	}
	return Refuse, st
}

func (o *oracle) until(st *Step, at uint32) uint32 {
	switch {
	case st.Kind == Warning:
		return at + o.r.WarningFresh
	case st.For == 0:
		return stamp.Forever
	}
	return at + st.For
}

// count adds an event to the open incident, or begins one.
func (o *oracle) count(x *event, strike bool) {
	if !o.open {
		o.incident++
	}
	if strike {
		o.strike++
	}
	o.open = true
	x.incident, x.strike = o.incident, o.strike
	o.all = append(o.all, x)
}

func (o *oracle) severe(st *Step, now uint32, id uint64) {
	x := &event{Entry: Entry{ID: id, At: now, Mass: float32(o.r.AfterWarning), Plain: float32(o.r.AfterWarning)}, counted: true}
	x.Kind, x.Scope, x.PerDay, x.Until = st.Kind, st.Scope, st.PerDay, o.until(st, now)
	o.count(x, true)
	o.all = append(o.all, &event{Entry: Entry{ID: id + 1, At: now, Kind: Referral, Until: stamp.Forever}})
}

// pick returns one of the entries that fit, nil if none does.
func pick(rng *rand.Rand, s *State, fits func(*Entry) bool) *Entry {
	var all []*Entry
	for i := range s.N {
		if e := &s.Log[i]; e.Kind != 0 && fits(e) {
			all = append(all, e)
		}
	}
	if len(all) == 0 {
		return nil
	}
	return all[rng.IntN(len(all))]
}
