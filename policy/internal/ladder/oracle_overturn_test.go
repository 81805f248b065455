package ladder

import "slices"

func covers(by, x *event) bool {
	return by.Kind == Restriction && x.Kind == Restriction && !by.hand && !x.hand && by.Scope == x.Scope && x.PerDay >= by.PerDay && x.Until <= by.Until
}

func (o *oracle) replace(by *event, now uint32) {
	for _, x := range o.all {
		if x != by && x.Stands(now) && covers(by, x) {
			x.Ended, x.by = now, by
		}
	}
}

// overturn takes an event out, and goes through all that came after it.
func (o *oracle) overturn(x *event, now uint32) {
	had, stood, next := o.grades(), x.Stands(now), x.by
	newest := o.open && x.incident == o.incident && x.counted
	for _, y := range o.all {
		newest = newest && !(y.valid() && y.incident == x.incident && slices.Index(o.all, y) > slices.Index(o.all, x))
	}
	if stood {
		x.Ended = now
	}
	x.Outcome = Overturned
	if !x.counted {
		return
	}
	if next != nil && (next.Outcome == Overturned || !covers(next, x)) {
		next = nil
	}
	for _, y := range o.all {
		switch {
		case y.by != x || !covers(x, y) || y.Outcome > Upheld || y.lost:
		case next != nil:
			y.by, y.Ended = next, next.At
		case stood:
			y.by, y.Ended = nil, 0
		}
	}
	if opened, _, _ := o.state(); newest && opened == 0 {
		o.open = false
	}
	o.split(x)
	for _, y := range o.all {
		behind := func(w *event) bool {
			return w.warns && w.incident < y.incident && y.At > w.At && y.At < w.At+o.r.WarningFresh
		}
		if y.counted && y.Mass > y.Plain && behind(x) &&
			!slices.ContainsFunc(o.all, func(w *event) bool { return w.valid() && behind(w) }) {
			y.Mass = y.Plain
		}
	}
	has := o.grades()
	for i := slices.Index(o.all, x) + 1; i < len(o.all); i++ {
		if y := o.all[i]; has[i] < had[i] && y.Stands(now) {
			o.ease(y, has[i], now)
		}
	}
}

// split numbers incidents anew where one would have closed without an event.
func (o *oracle) split(x *event) {
	incident := x.incident
	for i, y := range o.all {
		if !y.valid() || y.incident != incident || i < slices.Index(o.all, x) {
			continue
		}
		before := oracle{r: o.r, all: o.all[:i], incident: incident}
		if opened, _, closes := before.state(); opened != 0 && y.At > closes {
			for _, z := range o.all[i:] {
				z.incident++
				z.strike++
			}
			incident++
			o.incident++
			o.strike++
		}
	}
}

func (o *oracle) ease(y *event, step int, now uint32) {
	if step < 0 {
		y.Ended = now
		return
	}
	st := &o.r.Steps[step]
	end := o.until(st, y.At)
	switch {
	case st.Kind > y.Kind:
		return
	case st.Kind == y.Kind:
		y.Scope, y.PerDay = min(y.Scope, st.Scope), max(y.PerDay, st.PerDay)
	case y.Kind == Restriction && st.Kind == Block:
	default:
		y.Kind, y.Scope, y.PerDay = st.Kind, min(y.Scope, st.Scope), st.PerDay
	}
	y.Until = min(y.Until, end)
}

// grades are the steps that all events would be given by their mass and what came
// before them, as far as that is remembered.
func (o *oracle) grades() (g []int) {
	all, open := o.all, o.open
	defer func() { o.all, o.open = all, open }()
	o.all = slices.Clone(all)
	for i, x := range all {
		if x.lost {
			o.all[i] = &event{}
		}
	}
	for i, x := range o.all {
		g = append(g, -1)
		if x.valid() && x.graded {
			o.open = slices.ContainsFunc(o.all[:i], func(y *event) bool { return y.strike == x.strike && y.valid() })
			level, held := o.level(o.strikes(i, x.At), x.At)
			g[i], _ = o.step(o.mass(o.strikes(i+1, x.At), x.At), level, max(held, o.bound(i, x.At)))
		}
	}
	return g
}
