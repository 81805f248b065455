package replay

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/policy"
)

// A fitting moves a level, or what a group of signals weighs, of each class that has
// labels, by a third at most, so that the senders with a label are treated better. It
// judges by decisions: every candidate judges the whole log, with all that follows, and
// what counts is whom it treats otherwise than the policy does.
type fitting struct {
	people     []*person
	index      map[string]int
	despite    map[string]bool // who may be harmed for all that
	share      float64         // of abusive senders, where it is known
	candidates []*candidate
	policy     *policy.Policy // what is written
	moves      []fitMove
	base       *candidate // the one that is fitted: nobody is treated otherwise
	last       *candidate // what is written
	scores     []fitScore
	file       string
}

// A person is a sender as the policy that is fitted treats them.
type person struct {
	name  string
	class policy.Class
	worst policy.Kind
	at    time.Time // of the highest score
	label label
	fold  int
}

// A candidate is a policy within the band: one lever moved in all classes with labels.
type candidate struct {
	*lever
	by      float64
	policy  *policy.Policy
	changes map[int]policy.Kind // who would have another gravest sanction
	wrong   int                 // messages of labelled abusers that go out, and of labelled honest senders that do not
}

// A fitMove is what a fitting did.
type fitMove struct {
	Class policy.Class `json:"class"`
	What  string       `json:"what"`
	By    float64      `json:"by"` // of the odds of levels, and of the points of signals
}

// A fitScore counts steps: one for each sanction of an honest sender, two where it is
// a block or worse, and as many for those that an abuser did not get.
type fitScore struct {
	On     string `json:"on"`
	Before int    `json:"before"`
	After  int    `json:"after"`
}

const (
	folds     = 5
	leastNear = 5   // labels of near misses, on either side, if there are so many
	leak      = 1.1 // times as many messages may be wrong
	sure      = .8  // share of those treated otherwise who must surely deserve it
)

// A refusal says why nothing is written, and whom to label.
type refusal struct {
	why []string
	ask []string
}

func (r *refusal) Error() string {
	s := "nothing is written: " + strings.Join(r.why, "; ")
	if len(r.ask) > 0 {
		s += fmt.Sprintf("; label these %d: %s (with -sample they stand first in its file, with reasons and texts)", len(r.ask), firstNames(r.ask))
	}
	return s
}

// fitPolicy reads the log once for each candidate, chooses, and writes the file.
func (s *session) fitPolicy() (*fitting, error) {
	f := &fitting{share: s.share, file: s.fitTo, base: &candidate{}, despite: map[string]bool{}, index: map[string]int{}}
	for _, name := range s.despite {
		f.despite[name] = true
	}
	base := &runner{config: s.config(s.policy)}
	if _, err := s.pass("fitting: ", base); err != nil {
		return nil, err
	}
	s.tellAbsent(base.tally)
	f.gather(base.tally, s.policy, s.found, s.seed)
	f.note(f.base, base.tally)
	if err := base.close(); err != nil {
		return nil, err
	}
	classes := f.classes()
	if len(classes) == 0 {
		return nil, errors.New("-fit: no sender of the log has a label: -sample draws whom to label")
	}
	var runners []*runner
	for _, c := range candidatesOf(s.policy, classes) {
		f.candidates = append(f.candidates, c)
		runners = append(runners, s.fitRunner(f, c))
	}
	if err := s.passesOf(runners); err != nil {
		return nil, err
	}
	last, err := f.choose(s.policy, classes)
	if err != nil {
		return nil, fmt.Errorf("-fit: %w", err)
	}
	if err := s.passesOf([]*runner{s.fitRunner(f, last)}); err != nil {
		return nil, err
	}
	if err := f.verify(last); err != nil {
		return nil, fmt.Errorf("-fit: %w", err)
	}
	return f, writeFile(s.fitTo, func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(f.policy)
	})
}

// fitRunner judges by a candidate and notes whom it treats otherwise.
func (s *session) fitRunner(f *fitting, c *candidate) *runner {
	config := s.config(c.policy)
	config.closed = func(r *runner) { f.note(c, r.tally) }
	return &runner{config: config}
}

// note takes down what a candidate did.
func (f *fitting) note(c *candidate, t *tally) {
	c.changes = map[int]policy.Kind{}
	for i, x := range f.people {
		s := t.senders[x.name]
		if s == nil {
			continue
		}
		if s.worst != x.worst {
			c.changes[i] = s.worst
		}
		switch {
		case x.label.known && x.label.abusive:
			c.wrong += s.messages - s.undelivered
		case x.label.known:
			c.wrong += s.undelivered
		}
	}
}

// gather notes how everybody is treated, with their labels or else the log's own truth.
func (f *fitting) gather(t *tally, p *policy.Policy, labels map[string]label, seed uint64) {
	var list []*sender
	for _, s := range t.senders {
		if s.messages > 0 {
			list = append(list, s)
		}
	}
	byChance(list, seed)
	var of [2]int
	for i, s := range list {
		l := labels[s.name]
		if labels == nil {
			l = label{known: s.truth != events.Unknown, abusive: s.truth == events.Abusive}
		}
		x := &person{name: s.name, class: s.class(p), worst: s.worst, at: s.peaked, label: l}
		if l.known {
			x.fold = of[bit(l.abusive)] % folds
			of[bit(l.abusive)]++
		}
		f.people, f.index[s.name] = append(f.people, x), i
	}
}

// classes are those with a label.
func (f *fitting) classes() []policy.Class {
	with := map[policy.Class]bool{}
	for _, x := range f.people {
		if x.label.known {
			with[x.class] = true
		}
	}
	return slices.Sorted(maps.Keys(with))
}

// choose puts together what is best for each class.
func (f *fitting) choose(p *policy.Policy, classes []policy.Class) (*candidate, error) {
	var err error
	if f.policy, err = clone(p); err != nil {
		return nil, err
	}
	f.policy.Name = cut(p.Name, policy.MaxPolicyName/2) + " fitted"
	refused := &refusal{}
	for _, class := range classes {
		c, scores, why, ask := f.fitClass(class)
		if c == nil {
			refused.why = append(refused.why, fmt.Sprintf("class %s: %s", class, why))
			refused.ask = append(refused.ask, ask...)
			continue
		}
		c.turn(f.policy.Classes[class], c.by)
		f.moves = append(f.moves, fitMove{class, c.name, c.by})
		f.scores = append(f.scores, scores...)
	}
	if len(f.moves) == 0 {
		refused.ask = refused.ask[:min(len(refused.ask), namesShown)]
		return nil, refused
	}
	return &candidate{policy: f.policy}, f.policy.Validate()
}

// verify holds the policy that would be written to what each candidate was held to.
func (f *fitting) verify(c *candidate) error {
	f.last = c
	if harmed := f.harmed(c, all); len(harmed) > 0 {
		return &refusal{why: []string{"what is best for each class alone would " + f.harms(harmed)}}
	}
	f.scores = append([]fitScore{{"all labelled senders", f.cost(f.base, all), f.cost(c, all)}}, f.scores...)
	if f.scores[0].After >= f.scores[0].Before || f.tooMany(c) || f.leaks(c) {
		return &refusal{why: []string{"what is best for each class alone is not for all"}}
	}
	return nil
}

func all(*person) bool { return true }

// fitClass returns the best candidate for a class, or why there is none and whom to
// label.
func (f *fitting) fitClass(class policy.Class) (best *candidate, scores []fitScore, why string, ask []string) {
	of := func(x *person) bool { return x.class == class }
	if why, ask = f.nearEnough(of); why != "" {
		return nil, nil, why, ask
	}
	best, why, ask = f.best(of)
	if best == nil {
		return nil, nil, why, ask
	}
	// Held out by sender: what is best for four fifths, on the fifth.
	held := fitScore{On: fmt.Sprintf("those of class %s, held out by sender", class)}
	for fold := range folds {
		c := f.least(func(x *person) bool { return of(x) && x.fold != fold })
		in := func(x *person) bool { return of(x) && x.fold == fold }
		held.Before += f.cost(f.base, in)
		held.After += f.cost(c, in)
	}
	// And by time: what is best for the first two thirds, on the last.
	cut := f.twoThirds(of)
	early := f.least(func(x *person) bool { return of(x) && x.at.Before(cut) })
	in := func(x *person) bool { return of(x) && !x.at.Before(cut) }
	late := fitScore{fmt.Sprintf("those of class %s, in the last third of the time", class), f.cost(f.base, in), max(f.cost(early, in), f.cost(best, in))}
	if held.After >= held.Before || late.After > late.Before {
		return nil, nil, fmt.Sprintf("on senders held out it is no better: steps too many or too few %d → %d by sender, %d → %d by time; more labels may help", held.Before, held.After, late.Before, late.After), f.unlabelled(best, of)
	}
	return best, []fitScore{held, late}, "", nil
}

// twoThirds is the time before which two thirds of the labelled senders had their
// highest score.
func (f *fitting) twoThirds(of func(*person) bool) time.Time {
	var times []time.Time
	for _, x := range f.people {
		if of(x) && x.label.known {
			times = append(times, x.at)
		}
	}
	slices.SortFunc(times, time.Time.Compare)
	return times[len(times)*2/3]
}

// nearEnough returns why the labels say too little of near misses: those whom a
// candidate would touch, or let go.
func (f *fitting) nearEnough(of func(*person) bool) (why string, ask []string) {
	near := f.nearMisses(of)
	var labelled [2]int
	var missing [2][]int // those on whom most depends first
	for side, people := range near {
		for i := range people {
			if f.people[i].label.known {
				labelled[side]++
			} else {
				missing[side] = append(missing[side], i)
			}
		}
		slices.SortFunc(missing[side], func(a, b int) int { return cmp.Or(-cmp.Compare(people[a], people[b]), cmp.Compare(a, b)) })
	}
	short := func(side int) bool { return labelled[side] < min(leastNear, len(near[side])) }
	switch {
	case len(near[0])+len(near[1]) == 0:
		return "no level or weight that is moved by a third at most treats anybody otherwise", nil
	case !short(0) && !short(1):
		return "", nil
	}
	return fmt.Sprintf("too few labels of near misses: of %s whom a level or weight moved by a third at most would sanction more gravely %d have one, of %d whom one would sanction less %d; it takes %d of each, or all",
		count(len(near[1]), "sender"), labelled[1], len(near[0]), labelled[0], leastNear), f.inTurn(missing)
}

// nearMisses counts by how many candidates people would be let go, and touched.
func (f *fitting) nearMisses(of func(*person) bool) (near [2]map[int]int) {
	near = [2]map[int]int{{}, {}}
	for _, c := range f.candidates {
		for i, kind := range c.changes {
			if of(f.people[i]) {
				near[bit(kind > f.people[i].worst)][i]++
			}
		}
	}
	return near
}

// inTurn names people of two lists in turn.
func (f *fitting) inTurn(lists [2][]int) (names []string) {
	for n := range namesShown {
		for _, list := range lists {
			if n < len(list) && len(names) < namesShown && !slices.Contains(names, f.people[list[n]].name) {
				names = append(names, f.people[list[n]].name)
			}
		}
	}
	return names
}
