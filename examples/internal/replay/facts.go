package replay

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/cespare/xxhash/v2"

	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/similarity"
)

// facts are what the page says beyond the counts. They are gathered as the log is played
// once more, when it is known who was sanctioned; their memory grows with those and
// with the days.
type facts struct {
	senders   map[string]*sender     // of the first pass
	acted     map[string]policy.Kind // the gravest kind so far, in this one
	heard     map[uint64]uint8       // people whom the sanctioned wrote to from their first action on
	campaigns map[uint64]*campaign   // by cluster
	days      map[int64]*workday
}

// What is known of somebody in facts.heard: a sender wrote to them, or a message reached
// them, from the sender's first warning or worse on; and likewise from the first block.
const (
	wroteWarned = 1 << iota
	reachedWarned
	wroteBlocked
	reachedBlocked
)

// A workday is what a day brings to moderators.
type workday struct{ flags, holds, blocks int }

// A campaign is a text for which several senders were sanctioned.
type campaign struct {
	accounts    []*sender
	people      map[uint64]struct{} // whom its accounts reached
	templates   []*similarity.Template
	example     string
	looked      int       // texts that the templates were made of
	pictures    int       // of those, with a picture
	first, last time.Time // of a message that was judged by it, or a sanction for it
}

// textsLooked at of each campaign, to find its template: more say nothing new.
const textsLooked = 300

func newFacts(res *result) *facts {
	f := &facts{
		senders: res.tally.senders, acted: map[string]policy.Kind{}, heard: map[uint64]uint8{}, campaigns: map[uint64]*campaign{}, days: map[int64]*workday{},
	}
	for _, s := range f.senders {
		if s.worst == 0 || s.messages == 0 || s.listed == nil || s.listed.cluster == 0 {
			continue
		}
		c := f.campaigns[s.listed.cluster]
		if c == nil {
			c = &campaign{people: map[uint64]struct{}{}}
			f.campaigns[s.listed.cluster] = c
		}
		c.accounts = append(c.accounts, s)
		c.span(s.gravest().at)
	}
	maps.DeleteFunc(f.campaigns, func(_ uint64, c *campaign) bool { return len(c.accounts) < 2 })
	return f
}

// gravest is the first step of the gravest kind; nil: there is none.
func (s *sender) gravest() *step {
	if i := slices.IndexFunc(s.steps, func(x step) bool { return x.kind == s.worst }); i >= 0 {
		return &s.steps[i]
	}
	if len(s.steps) > 0 { // beyond those that are remembered
		return &s.steps[len(s.steps)-1]
	}
	return nil
}

func (f *facts) day(at time.Time) *workday {
	n := at.Unix() / (24 * 3600)
	if f.days[n] == nil {
		f.days[n] = &workday{}
	}
	return f.days[n]
}

// imposed is the runner's hook; observe of the same event follows.
func (f *facts) imposed(p *policy.Sanction) {
	if p.Kind >= policy.Block {
		f.day(p.From).blocks++
	}
	if f.senders[p.Account] != nil {
		f.acted[p.Account] = max(f.acted[p.Account], p.Kind)
	}
}

// observe takes in an event; d is nil for feedback.
func (f *facts) observe(e *events.Event, d *policy.Decision) {
	if d == nil || d.Repeat {
		return
	}
	switch d.Verdict {
	case policy.Flag:
		f.day(e.At).flags++
	case policy.Hold:
		f.day(e.At).holds++
	}
	s := f.senders[e.From]
	if s == nil || s.worst == 0 || s.listed == nil {
		return
	}
	c := f.campaigns[s.listed.cluster]
	if s.listed.people == nil {
		s.listed.people = map[uint64]struct{}{}
	}
	wrote, reached := uint8(0), uint8(0)
	switch kind := f.acted[e.From]; {
	case kind >= policy.Block:
		wrote, reached = wroteWarned|wroteBlocked, reachedWarned|reachedBlocked
	case kind > 0:
		wrote, reached = wroteWarned, reachedWarned
	}
	for _, to := range e.To {
		id := xxhash.Sum64String(to)
		if d.Delivered() {
			s.listed.people[id] = struct{}{}
			if c != nil {
				c.people[id] = struct{}{}
			}
			f.mark(id, wrote|reached)
		} else {
			f.mark(id, wrote)
		}
	}
	if c != nil {
		c.text(e, d.Cluster == s.listed.cluster)
	}
}

func (f *facts) mark(id uint64, what uint8) {
	if what != 0 {
		f.heard[id] |= what
	}
}

// text notes a text that an account of the campaign sent; decided says that the message
// was judged by it.
func (c *campaign) text(e *events.Event, decided bool) {
	if decided {
		c.span(e.At)
	}
	switch {
	case c.looked >= textsLooked:
	case decided:
		c.looked++
		c.pictures += bit(len(e.Media) > 0)
		if e.Text != "" {
			fit(&c.templates, e.Text)
		}
		fallthrough
	case c.example == "":
		c.example = cmp.Or(c.example, cut(e.Text, textMost))
	}
}

func (c *campaign) span(at time.Time) {
	if c.first.IsZero() || at.Before(c.first) {
		c.first = at
	}
	if at.After(c.last) {
		c.last = at
	}
}

// says is the template of most of its texts; else there is none, and it is the first of
// them, after a word that says so.
func (c *campaign) says() (before, text string) {
	if t := widest(c.templates); t != nil && t.Valid() && 2*t.Messages() >= c.looked {
		return "", t.Detail()
	}
	switch {
	case 2*c.pictures > c.looked && c.example == "":
		return "a picture", ""
	case 2*c.pictures > c.looked:
		return "a picture, with words such as", c.example
	case c.example == "":
		return "without words", ""
	}
	return "not on one pattern, such as", c.example
}

// list returns the campaigns of the most accounts first.
func (f *facts) list() []*campaign {
	list := slices.Collect(maps.Values(f.campaigns))
	for _, c := range list {
		slices.SortFunc(c.accounts, func(a, b *sender) int { return cmp.Compare(a.name, b.name) })
	}
	slices.SortFunc(list, func(a, b *campaign) int {
		return cmp.Or(cmp.Compare(len(b.accounts), len(a.accounts)), a.first.Compare(b.first), cmp.Compare(a.accounts[0].name, b.accounts[0].name))
	})
	return list
}

// fit adds a text to the first template that it fits, or to a new one while there is
// room; nil: it fits none.
func fit(list *[]*similarity.Template, text string) *similarity.Template {
	for _, t := range *list {
		if t.Add(text) {
			return t
		}
	}
	t := new(similarity.Template)
	if len(*list) >= templatesMost || !t.Add(text) {
		return nil
	}
	*list = append(*list, t)
	return t
}

// widest is the template of the most messages; nil of none.
func widest(list []*similarity.Template) *similarity.Template {
	if len(list) == 0 {
		return nil
	}
	return slices.MaxFunc(list, func(a, b *similarity.Template) int { return cmp.Compare(a.Messages(), b.Messages()) })
}
