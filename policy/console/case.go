package console

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/console/internal/casebook"
	"github.com/decorum-go/decorum/similarity"
)

// offerOf says what a case is like now, and the sanction that it is about.
func (c *Console) offerOf(ctx context.Context, cs *casebook.Case) (o offer, s policy.Sanction, err error) {
	ok := false
	if cs.Sanction != "" {
		s, ok = c.sanction(ctx, cs.Account, cs.Sanction)
	}
	if ok {
		o = offerOfSanction(&s, c.now())
	}
	sample, err := c.sample(ctx, cs.ID, math.MaxInt64)
	o.open, o.messages, o.waiting = cs.Closed.IsZero(), cs.Messages > 0 || cs.Reports > 0, cs.Held > 0
	o.texts = sample.Text != "" || cs.Cluster != 0
	if !o.open {
		o = offer{}
	}
	return o, s, err
}

func offerOfSanction(s *policy.Sanction, now time.Time) offer {
	return offer{sanction: s.ID != "", standing: s.ID != "" && s.InForce(now), appeal: s.Appeal != nil && s.Appeal.Ruling == nil}
}

// A caseView is the body of a case.
type caseView struct {
	line
	Closed, Template, Account, Campaign, Appeal string
	AppealID                                    string
	Told                                        []string
	Proposed                                    *waiting
	Copies                                      []copies
	MoreCopies                                  int
	Why                                         []string
	Sanctions                                   sanctionsView
	Messages                                    []message
	Seen                                        int64
	Sample                                      int64 // the message whose text is the first that is shown
	Of                                          int   // messages of the case
	More                                        string
	Story                                       []entry
	Acts                                        []action
}

// A message is a row of the messages of a case.
type message struct {
	casebook.Entry
	Points string
}

// copies are messages with the same text.
type copies struct {
	N      int
	From   []string // a few of their senders
	Others int
	Parts  []part
	text   string
	first  time.Time
	id     int64
}

// showCase shows one case with all that is needed to decide it. Whoever may decide holds it
// from then on, unless somebody else does.
func (c *Console) showCase(w http.ResponseWriter, r *http.Request, m *Moderator) (*page, error) {
	ctx := r.Context()
	cs, err := c.book.Case(ctx, number(r.PathValue("id")))
	if err != nil {
		return nil, err
	}
	if m.Role >= Mod && cs.Closed.IsZero() {
		c.open(r, &cs, m)
	}
	o, s, err := c.offerOf(ctx, &cs)
	if err != nil {
		return nil, err
	}
	seen, err := c.book.Latest(ctx)
	if err != nil {
		return nil, err
	}
	all, err := c.book.Messages(ctx, cs.ID, casebook.Cursor(r.URL.Query().Get("after")), messagesPage)
	if err != nil {
		return nil, err
	}
	v := caseView{line: c.lineOf(&cs), Account: cs.Account, Seen: seen, AppealID: cs.Appeal, Of: cs.Messages}
	if cs.Cluster != 0 {
		v.Campaign = strconv.FormatUint(cs.Cluster, 16)
	}
	if !cs.Closed.IsZero() {
		v.Closed = fmt.Sprintf("Closed by %s: %s. %s", shown(cs.By, 60), cs.Outcome, shown(cs.Note, 200))
	} else if m.Role >= Mod {
		pending, err := c.book.Intents(ctx, cs.ID)
		if err != nil {
			return nil, err
		}
		v.Acts = c.actsFor(ctx, &cs, o, m, pending, &v)
	}
	c.fill(&v, all)
	if len(all) == messagesPage {
		v.More = c.cfg.Base + "/case/" + strconv.FormatInt(cs.ID, 10) + "?after=" + escape(string(all[len(all)-1].Cursor))
	}
	if err := c.about(ctx, &v, &cs, &s, all, m); err != nil {
		return nil, err
	}
	return &page{name: "case", Title: v.Title, Body: v}, nil
}

// open gives a moderator the case that they open, if nobody holds it. One that another site
// has them open, or that a browser fetches in advance, is not theirs.
func (c *Console) open(r *http.Request, cs *casebook.Case, m *Moderator) {
	site, held := r.Header.Get("Sec-Fetch-Site"), cs.HeldBy(c.now())
	if held == "" && (site == "" || site == "none" || site == "same-origin") && r.Header.Get("Sec-Purpose") == "" {
		if c.book.Take(r.Context(), cs.ID, m.ID) == nil { // otherwise somebody was faster, and the action says so
			cs.Holder, cs.Until = m.ID, c.now().Add(time.Minute) // at least
		}
	}
}

// actsFor are the actions that a case is given: none where somebody else holds it, or
// where it has been decided already.
func (c *Console) actsFor(ctx context.Context, cs *casebook.Case, o offer, m *Moderator, pending []casebook.Intent, v *caseView) []action {
	done := map[string]bool{}
	for i := range pending {
		in := &pending[i]
		a := actionOf(in.Action)
		done[in.Action] = in.Failed == ""
		if a == nil || !a.Final || in.Failed != "" {
			continue
		}
		waits := c.waitingOf(in)
		waits.Agree = in.By != m.ID && m.Role >= a.Role
		if waits.Second {
			v.Proposed = &waits
		}
		return nil
	}
	if by := cs.HeldBy(c.now()); by != "" && by != m.ID {
		return nil
	}
	return slices.DeleteFunc(offered(o, m.Role), func(a action) bool { return done[a.Name] })
}

// fill puts messages into the view, those with the same text together.
func (c *Console) fill(v *caseView, all []casebook.Entry) {
	var common similarity.Template
	var groups []*copies
	for i := range all {
		m := &all[i]
		if m.What != casebook.Decided {
			continue
		}
		reasons := reasonsOf(m)
		row := message{Entry: *m, Points: fmt.Sprintf("%.2f", m.Score)}
		if m.Verdict == policy.Hold || m.Verdict == policy.Defer {
			d := policy.Decision{Verdict: m.Verdict, At: m.At, Reasons: reasons}
			n := d.Notice()
			v.tell(n.In(c.tongue()))
		}
		v.Messages = append(v.Messages, row)
		if v.Template == "" && m.Template != "" {
			v.Template = m.Template
		}
		if len(v.Why) == 0 {
			for _, reason := range reasons {
				v.Why = append(v.Why, reason.String())
			}
		}
		if m.Text == "" {
			continue
		}
		common.Add(m.Text)
		k := slices.IndexFunc(groups, func(g *copies) bool { return g.text == m.Text })
		if k < 0 {
			groups = append(groups, &copies{text: m.Text, id: m.ID})
			k = len(groups) - 1
		}
		groups[k].add(m)
	}
	if common.Messages() > 1 && common.Valid() {
		v.Template = common.String()
	}
	v.compare(groups)
}

// tell adds what a sender was told, once.
func (v *caseView) tell(what string) {
	if what != "" && !slices.Contains(v.Told, what) {
		v.Told = append(v.Told, what)
	}
}

func (g *copies) add(m *casebook.Entry) {
	g.N++
	g.first = m.At
	switch {
	case slices.Contains(g.From, m.Account):
	case len(g.From) < 2:
		g.From = append(g.From, m.Account)
	default:
		g.Others++
	}
}

// variants is how many different copies are shown, firstText and otherText how much of the
// first and of each other one: a page has 100 KB at most, whatever is in it.
const (
	variants  = 6
	firstText = 4000
	otherText = 1200
)

// compare marks what differs from the copy that was sent first: those that many sent come
// first after it.
func (v *caseView) compare(groups []*copies) {
	if len(groups) == 0 {
		return
	}
	slices.SortStableFunc(groups, func(a, b *copies) int { return a.first.Compare(b.first) })
	slices.SortStableFunc(groups[1:], func(a, b *copies) int { return cmp.Compare(b.N, a.N) })
	v.Sample = groups[0].id
	first := shown(groups[0].text, firstText)
	for i, g := range groups[:min(len(groups), variants)] {
		if g.Parts = differing(first, shown(g.text, otherText)); i == 0 {
			g.Parts = []part{{Text: first}}
		}
		v.Copies = append(v.Copies, *g)
	}
	v.MoreCopies = max(len(groups)-variants, 0)
}

// about puts in who is behind a case, and what they were told.
func (c *Console) about(ctx context.Context, v *caseView, cs *casebook.Case, s *policy.Sanction, all []casebook.Entry, m *Moderator) error {
	who := cs.Account
	if who == "" {
		who = busiest(all)
	} else {
		a, err := c.engine.Load().Account(ctx, who)
		if err != nil && !errors.Is(err, policy.ErrNotFound) {
			return err
		}
		n := a.Notice()
		v.tell(n.In(c.tongue()))
		v.Sanctions = c.sanctions(ctx, &a, false)
		for _, reason := range s.Reasons {
			v.Why = append(v.Why, reason.String())
		}
		slices.Sort(v.Why)
		v.Why = slices.Compact(v.Why)
	}
	if cs.Appeal != "" {
		text, err := c.book.Statement(ctx, who, cs.Appeal)
		if err != nil {
			return err
		}
		v.Appeal = shown(text, 8000)
	}
	story, err := c.book.Story(ctx, who, "", 12)
	v.Story = c.entries(story)
	return err
}

// busiest is who sent most of some messages.
func busiest(all []casebook.Entry) (who string) {
	n := map[string]int{}
	for i := range all {
		n[all[i].Account]++
		if who == "" || n[all[i].Account] > n[who] {
			who = all[i].Account
		}
	}
	return who
}

// A sanctionsView is a list of sanctions, some with what can be done to them.
type sanctionsView struct {
	Page *page
	All  []sanction
}

type sanction struct {
	ID, Account, Brief, By, AppealID, Ended, Appealed, Statement string
	From, ReviewAt                                               time.Time
	Review                                                       bool
	Why                                                          []string
	Acts                                                         []action
}

// sanctions are those of an account, newest first.
func (c *Console) sanctions(ctx context.Context, a *policy.Account, acts bool) (v sanctionsView) {
	all := slices.Concat(a.Standing, a.History)
	slices.SortStableFunc(all, func(a, b policy.Sanction) int { return b.From.Compare(a.From) })
	for i := range all {
		s := &all[i]
		line := sanction{ID: s.ID, Account: s.Account, Brief: s.String(), By: s.By, From: s.From, Review: !s.Review.IsZero(), ReviewAt: s.Review}
		for _, r := range s.Reasons {
			line.Why = append(line.Why, r.String())
		}
		if st, err := c.engine.Load().Statement(ctx, s.Account, s.ID, c.tongue()); err == nil {
			line.Statement = st.String()
		}
		if ap := s.Appeal; ap != nil {
			line.AppealID = ap.ID
			line.Appealed = "An appeal is open."
			if ap.Ruling != nil {
				line.Appealed = fmt.Sprintf("An appeal was ruled on: %s, by %s.", ap.Ruling.Outcome, shown(ap.Ruling.By, 60))
			}
		}
		if acts {
			line.Acts = offered(offerOfSanction(s, c.now()), Mod)
		}
		v.All = append(v.All, line)
	}
	return v
}
