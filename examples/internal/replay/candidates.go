package replay

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/scoring"
)

// A lever is what a fitting may move.
type lever struct {
	name string
	turn func(r *policy.Rules, by float64)
}

// band is how far levers are moved, by steps: the odds of a level, or the points of
// signals. No level moves by more than a third of itself. Of two that are as good the
// first is taken: small steps come first.
var band = []float64{7. / 8, 8. / 7, 3. / 4, 4. / 3}

// levers are the levels and the heaviest groups of signals.
func levers() []*lever {
	levels := func(of func(*policy.Levels) []*float64) func(*policy.Rules, float64) {
		return func(r *policy.Rules, by float64) {
			for _, level := range of(&r.Score) {
				*level = math.Round(scoring.Logistic(scoring.Logit(*level)+math.Log(by))*1e4) / 1e4
			}
		}
	}
	weights := func(of func(*policy.Signals) []*policy.Signal) func(*policy.Rules, float64) {
		return func(r *policy.Rules, by float64) {
			for _, s := range of(&r.Signals) {
				for i := range s.Curve {
					s.Curve[i].Y *= by
				}
			}
		}
	}
	return []*lever{
		{"the level of warnings (score.warn)", levels(func(l *policy.Levels) []*float64 { return []*float64{&l.Warn} })},
		{"the level of actions (score.act)", levels(func(l *policy.Levels) []*float64 { return []*float64{&l.Act} })},
		{"both levels (score.warn, score.act)", levels(func(l *policy.Levels) []*float64 { return []*float64{&l.Warn, &l.Act} })},
		{"what repeated text weighs (text_fast, text_slow, reach)", weights(func(s *policy.Signals) []*policy.Signal { return []*policy.Signal{&s.TextFast, &s.TextSlow, &s.Reach} })},
		{"what strangers weigh (outreach_fast, outreach_slow)", weights(func(s *policy.Signals) []*policy.Signal { return []*policy.Signal{&s.OutreachFast, &s.OutreachSlow} })},
		{"what complaints weigh (complaint, complaint_outreach)", weights(func(s *policy.Signals) []*policy.Signal { return []*policy.Signal{&s.Complaint, &s.ComplaintOutreach} })},
	}
}

// candidatesOf are the policies within the band that are valid.
func candidatesOf(p *policy.Policy, classes []policy.Class) (list []*candidate) {
	for _, l := range levers() {
		for _, by := range band {
			q, err := clone(p)
			if err != nil {
				continue
			}
			for _, class := range classes {
				l.turn(q.Classes[class], by)
			}
			if q.Validate() == nil {
				list = append(list, &candidate{lever: l, by: by, policy: q})
			}
		}
	}
	return list
}

// kind is the gravest sanction of a person under a candidate.
func (f *fitting) kind(c *candidate, i int) policy.Kind {
	if kind, ok := c.changes[i]; ok {
		return kind
	}
	return f.people[i].worst
}

// cost counts steps that labelled people got for nothing, or did not get.
func (f *fitting) cost(c *candidate, in func(*person) bool) (steps int) {
	for i, x := range f.people {
		if !x.label.known || !in(x) {
			continue
		}
		kind := f.kind(c, i)
		got := bit(kind >= policy.Warning) + bit(kind >= policy.Block)
		if x.label.abusive {
			got = 2 - got
		}
		steps += got
	}
	return steps
}

// harmed names the labelled people whom a candidate would treat worse than they
// deserve, unless told to: honest ones more gravely, abusers less.
func (f *fitting) harmed(c *candidate, in func(*person) bool) (names []string) {
	for i, kind := range c.changes {
		if x := f.people[i]; x.label.known && in(x) && !f.despite[x.name] && (kind < x.worst) == x.label.abusive {
			names = append(names, x.name)
		}
	}
	slices.Sort(names)
	return names
}

// better reports whether a candidate is better than another: it has fewer steps wrong,
// or as many and fewer messages. The policy itself is what every candidate must beat.
func (f *fitting) better(c, than *candidate, in func(*person) bool) bool {
	a, b := f.cost(c, in), f.cost(than, in)
	return a < b || a == b && than != f.base && c.wrong < than.wrong
}

// leaks reports whether a candidate lets clearly more messages of labelled abusers out,
// or stops more of labelled honest senders, whatever becomes of the accounts.
func (f *fitting) leaks(c *candidate) bool { return float64(c.wrong) > leak*float64(f.base.wrong) }

// least is the best candidate that harms nobody, or else the policy itself.
func (f *fitting) least(in func(*person) bool) *candidate {
	best := f.base
	for _, c := range f.candidates {
		if f.better(c, best, in) && len(f.harmed(c, in)) == 0 && !f.leaks(c) {
			best = c
		}
	}
	return best
}

// best is the best of those whose changes are surely right, or why there is none.
func (f *fitting) best(of func(*person) bool) (best *candidate, why string, ask []string) {
	best = f.base
	unsure, harmed, leaky := f.base, []string{}, 0
	for _, c := range f.candidates {
		names := f.harmed(c, of)
		switch {
		case !f.better(c, f.base, of) || f.tooMany(c):
		case len(names) > 0:
			harmed = append(harmed, names...)
		case f.leaks(c):
			leaky++
		case !f.surely(c, of):
			if f.better(c, unsure, of) {
				unsure = c
			}
		case f.better(c, best, of):
			best = c
		}
	}
	switch {
	case best != f.base:
		return best, "", nil
	case unsure != f.base:
		return nil, fmt.Sprintf("moving %s by ×%.2f is better by the labels, but of those whom it would treat otherwise too few have one", unsure.name, unsure.by), f.unlabelled(unsure, of)
	case len(harmed) > 0:
		return nil, "what is better over all would " + f.harms(harmed), nil
	}
	if leaky > 0 {
		return nil, "what treats the labelled senders better would let more messages of abusers out, or stop more of honest senders", nil
	}
	return nil, "no level or weight that is moved by a third at most treats the labelled senders better", nil
}

// harms says who would be harmed.
func (f *fitting) harms(names []string) string {
	var parts []string
	slices.Sort(names)
	names = slices.Compact(names)
	for _, abusive := range []bool{false, true} {
		var list []string
		for _, x := range f.people {
			if _, ok := slices.BinarySearch(names, x.name); ok && x.label.abusive == abusive {
				list = append(list, x.name)
			}
		}
		if slices.Sort(list); len(list) > 0 {
			parts = append(parts, map[bool]string{false: "sanction labelled honest senders: ", true: "free labelled abusers: "}[abusive]+firstNames(list))
		}
	}
	return strings.Join(parts, "; ") + " (-fit-despite NAME allows it for one)"
}

// surely reports whether those whom a candidate would treat otherwise deserve it, as far
// as the lower end of an interval tells: abusers who get more, honest people who get
// less.
func (f *fitting) surely(c *candidate, of func(*person) bool) bool {
	for _, abusive := range []bool{true, false} {
		if g := f.group(c.changes, abusive, of); g.Senders > 0 && float64(g.Lo) < sure*float64(g.Senders) {
			return false
		}
	}
	return true
}

// A fitGroup is those who are treated more gravely, or less, and how many deserve it: by
// the first of them in the order of chance, 20 or all that there are, so that nobody
// who labels can choose them. Who of these has no label may deserve it or not.
type fitGroup struct {
	Senders int `json:"senders"`
	Honest  int `json:"labelled_honest"`
	Abusive int `json:"labelled_abusive"`
	Lo      int `json:"deserve_it_low"` // of a 95% interval
	Hi      int `json:"deserve_it_high"`
	people  []int
}

func (f *fitting) group(changes map[int]policy.Kind, harder bool, of func(*person) bool) (g fitGroup) {
	for i, kind := range changes {
		if x := f.people[i]; of(x) && (kind > x.worst) == harder {
			g.people = append(g.people, i)
		}
	}
	slices.Sort(g.people) // people stand in the order of chance
	g.Senders = len(g.people)
	drawn, deserve, missing, yes, no := min(leastAsked, g.Senders), 0, 0, 0, 0
	for n, i := range g.people {
		x := f.people[i]
		g.Abusive += bit(x.label.known && x.label.abusive)
		g.Honest += bit(x.label.known && !x.label.abusive)
		does := x.label.known && (x.label.abusive == harder || f.despite[x.name])
		yes += bit(does)
		no += bit(x.label.known && !does)
		if n < drawn {
			deserve += bit(does)
			missing += bit(!x.label.known)
		}
	}
	g.Lo, g.Hi = limits(deserve, missing, drawn, g.Senders)
	g.Lo, g.Hi = max(g.Lo, yes), min(g.Hi, g.Senders-no)
	return g
}

// tooMany reports whether a candidate would newly touch somebody, and more in all than
// there are abusive senders, where their share is known.
func (f *fitting) tooMany(c *candidate) bool {
	touched, newly := 0, 0
	for i, x := range f.people {
		kind := f.kind(c, i)
		touched += bit(kind > 0)
		newly += bit(kind > 0 && x.worst == 0)
	}
	return f.share > 0 && newly > 0 && float64(touched) > f.share*float64(len(f.people))
}

// unlabelled names those whom a candidate would treat otherwise, without a label, in the
// order of chance.
func (f *fitting) unlabelled(c *candidate, of func(*person) bool) (names []string) {
	for _, i := range slices.Sorted(maps.Keys(c.changes)) {
		if x := f.people[i]; of(x) && !x.label.known && len(names) < namesShown {
			names = append(names, x.name)
		}
	}
	return names
}
