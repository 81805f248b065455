package policyhttp

import (
	"cmp"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"github.com/decorum-go/decorum/policy"
)

// needs says whom a route is for.
type needs uint8

const (
	anybody needs = iota
	host
	moderator
)

// A route is one line of the API: New mounts it, and openapi.json describes it.
type route struct {
	method, path string
	needs        needs
	about        string
	params       []param
	in           func() any // makes what the body is read into; nil: there is none
	out          any        // a value like the answer; nil: 204
	do           func(*call) (any, error)
}

// A param is part of the query.
type param struct{ name, about string }

// An Event is one of the events of package policy, with its kind: reply, accepted,
// withdrawn, complaint,
// blocked, unblocked, review, retraction or contacts.
type Event struct {
	Kind  string          `json:"kind"`
	Event json.RawMessage `json:"event"`
}

// A Remark is what a moderator says of what they do.
type Remark struct {
	Note string `json:"note,omitempty"`
}

// A Braking is why somebody stops automation.
type Braking struct {
	Why string `json:"why"`
}

// A LiftAll chooses sanctions, and says why they are taken back.
type LiftAll struct {
	Filter policy.SanctionFilter `json:"filter"`
	Note   string                `json:"note,omitempty"`
	DryRun bool                  `json:"dry_run,omitempty"`
}

// A Count is how many there were.
type Count struct {
	N int `json:"n"`
}

// A Page is a page of sanctions. After is to be asked for the next one; "": there is
// none.
type Page struct {
	Sanctions []policy.Sanction `json:"sanctions"`
	After     string            `json:"after,omitempty"`
	Errors    []string          `json:"errors,omitempty"` // about records that cannot be read
}

// Told is a notice, and its words.
type Told struct {
	policy.Notice
	Text string `json:"text,omitempty"`
}

// spoken is what a request may say of the words.
var spoken = []param{{"lang", "the language, as a tag or as a browser sends it; English if the server has no other"}, {"location", "whose clock is meant, such as Europe/Madrid; UTC"}}

func body[T any]() func() any { return func() any { return new(T) } }

var routes = [...]route{
	{"POST", "/v1/evaluate", host, "Judge a message, and remember it. Deliver it if the verdict is allow or flag.", nil, body[policy.Message](), policy.Decision{}, func(c *call) (any, error) {
		d, err := c.Evaluate(c.ctx, *c.body.(*policy.Message))
		return &d, err
	}},
	{"POST", "/v1/preview", host, "Judge a message, and remember nothing.", nil, body[policy.Message](), policy.Decision{}, func(c *call) (any, error) {
		d, err := c.Preview(c.ctx, *c.body.(*policy.Message))
		return &d, err
	}},
	{"POST", "/v1/learn", host, "Count a message of the past as delivered.", nil, body[policy.Message](), nil, func(c *call) (any, error) {
		return nil, c.Learn(c.ctx, *c.body.(*policy.Message))
	}},
	{"POST", "/v1/events", host, "Tell what happened: an answer, a complaint, a block. A review is for moderators.", nil, body[Event](), nil, func(c *call) (any, error) {
		ev, err := eventOf(c.body.(*Event))
		if err != nil {
			return nil, err
		}
		return nil, c.Record(c.ctx, ev)
	}},
	{"GET", "/v1/accounts/{account}/notice", host, "What the owner of an account may be told about where they stand.", spoken, nil, Told{}, func(c *call) (any, error) {
		l, err := c.language()
		if err != nil {
			return nil, err
		}
		a, err := c.Account(c.ctx, c.path("account"))
		return Told{a.Notice(), a.Notice().In(l)}, err
	}},
	{"GET", "/v1/accounts/{account}/sanctions/{sanction}/statement", host, "The statement of reasons for a sanction, for the owner of the account.", spoken, nil, policy.Statement{}, func(c *call) (any, error) {
		l, err := c.language()
		if err != nil {
			return nil, err
		}
		return c.Statement(c.ctx, c.path("account"), c.path("sanction"), l)
	}},
	{"POST", "/v1/accounts/{account}/appeals", host, "File an appeal against a sanction, for its owner.", nil, body[policy.Appeal](), policy.Appeal{}, func(c *call) (any, error) {
		a := *c.body.(*policy.Appeal)
		a.Account = c.path("account")
		return c.Appeal(c.ctx, a)
	}},
	{"GET", "/v1/accounts/{account}/export", host, "All that is kept of an account, for its owner.", nil, nil, json.RawMessage{}, func(c *call) (any, error) {
		b, err := c.Export(c.ctx, c.path("account"))
		return json.RawMessage(b), err
	}},
	{"DELETE", "/v1/accounts/{account}", host, "Forget an account. The answer is what remains, and why.", nil, nil, policy.Remains{}, func(c *call) (any, error) {
		return c.Forget(c.ctx, c.path("account"))
	}},

	{"GET", "/v1/accounts/{account}", moderator, "Where an account stands, and why.", nil, nil, policy.Account{}, func(c *call) (any, error) {
		return c.Account(c.ctx, c.path("account"))
	}},
	{"POST", "/v1/accounts/{account}/reviews", moderator, "Say whether a message, or what was complained of, is abusive.", nil, body[policy.Review](), nil, func(c *call) (any, error) {
		ev := *c.body.(*policy.Review)
		ev.Account, ev.By = c.path("account"), c.by
		return nil, c.Record(c.ctx, ev)
	}},
	{"POST", "/v1/release", moderator, "Count a message that was held as delivered: deliver it.", []param{{"note", "why"}}, body[policy.Message](), policy.Decision{}, func(c *call) (any, error) {
		d, err := c.Release(c.ctx, *c.body.(*policy.Message), policy.Release{By: c.by, Note: c.query("note")})
		return &d, err
	}},
	{"POST", "/v1/accounts/{account}/messages/{message}/discard", moderator, "Say that a message which was held will not be delivered.", nil, body[Remark](), nil, func(c *call) (any, error) {
		return nil, c.Discard(c.ctx, c.path("account"), c.path("message"), policy.Discard{By: c.by, Note: c.body.(*Remark).Note})
	}},
	{"GET", "/v1/sanctions", moderator, "List sanctions, the first imposed first, a page of at most 100 at a time.", []param{
		{"state", "in_force (the default), ended or any"}, {"open_appeal", "true: an appeal waits for a ruling"}, {"review_before", "a person should look again before that time"},
		{"kinds", "any of these, with commas between"}, {"policy", "imposed under it: a name, or name and hash"}, {"from", "imposed at that time or later"}, {"before", "imposed before that time"},
		{"by", "imposed by that moderator"}, {"automatic", "true: imposed by nobody"}, {"cluster", "brought by a text of that cluster"}, {"after", "the page after this one"},
	}, nil, Page{}, list},
	{"POST", "/v1/sanctions", moderator, "Impose a sanction by hand.", nil, body[policy.Sanction](), policy.Sanction{}, func(c *call) (any, error) {
		s := *c.body.(*policy.Sanction)
		s.By = c.by
		return c.Impose(c.ctx, s)
	}},
	{"POST", "/v1/sanctions/lift", moderator, "Take back all sanctions that a filter chooses, as if they had never been counted.", nil, body[LiftAll](), Count{}, func(c *call) (any, error) {
		l := c.body.(*LiftAll)
		n, err := c.LiftAll(c.ctx, l.Filter, policy.Lifting{By: c.by, Note: l.Note, DryRun: l.DryRun})
		return Count{n}, err
	}},
	{"POST", "/v1/accounts/{account}/sanctions/{sanction}/lift", moderator, "End a sanction now. Its strike stays.", nil, body[Remark](), nil, func(c *call) (any, error) {
		return nil, c.Lift(c.ctx, c.path("account"), c.path("sanction"), policy.Lifting{By: c.by, Note: c.body.(*Remark).Note})
	}},
	{"GET", "/v1/accounts/{account}/sanctions/{sanction}/transparency", moderator, "A sanction as the DSA Transparency Database takes it. It is not for the sender.", spoken, nil, policy.Transparency{}, transparency},
	{"POST", "/v1/accounts/{account}/appeals/{appeal}/ruling", moderator, "Rule on an appeal: upheld, reduced or overturned.", nil, body[policy.Ruling](), nil, func(c *call) (any, error) {
		r := *c.body.(*policy.Ruling)
		r.By = c.by
		return nil, c.Resolve(c.ctx, c.path("account"), c.path("appeal"), r)
	}},
	{"POST", "/v1/clusters/{cluster}/ruling", moderator, "Rule on a text that many send: abusive (of the accounts, those answer for it who sent it to five strangers or more who did not), harmless, or undecided (an earlier ruling is taken back).", nil, body[policy.TextRuling](), policy.TextEffect{}, func(c *call) (any, error) {
		t := *c.body.(*policy.TextRuling)
		var err error
		if t.Cluster, err = strconv.ParseUint(c.path("cluster"), 10, 64); err != nil {
			return nil, &policy.FieldError{Field: "cluster", Problem: "must be the cluster of a decision, a number"}
		}
		t.By, t.Second = c.by, c.second
		return c.RuleText(c.ctx, t)
	}},
	{"PUT", "/v1/accounts/{account}/override", moderator, "Exempt an account (allow), or hold all that it sends (hold).", nil, body[policy.Override](), nil, func(c *call) (any, error) {
		o := *c.body.(*policy.Override)
		o.Account, o.By = c.path("account"), c.by
		return nil, c.Override(c.ctx, o)
	}},
	{"DELETE", "/v1/accounts/{account}/override", moderator, "End that.", []param{{"note", "why"}}, nil, nil, func(c *call) (any, error) {
		return nil, c.EndOverride(c.ctx, c.path("account"), policy.Lifting{By: c.by, Note: c.query("note")})
	}},
	{"GET", "/v1/texts", moderator, "List the texts that somebody ruled on, the first set first, a page of at most 100 at a time.", []param{{"after", "the page after this one"}}, nil, Texts{}, listTexts},
	{"POST", "/v1/texts", moderator, "Say what is to be done with the near-copies of a text.", nil, body[policy.TextRule](), policy.TextRule{}, func(c *call) (any, error) {
		t := *c.body.(*policy.TextRule)
		t.By = c.by
		return c.SetText(c.ctx, t)
	}},
	{"DELETE", "/v1/texts/{text}", moderator, "Take that back.", []param{{"why", "why, required"}}, nil, nil, func(c *call) (any, error) {
		id, err := textID("text", c.path("text"))
		if err != nil {
			return nil, err
		}
		return nil, c.ClearText(c.ctx, id, c.by, c.query("why"))
	}},
	{"GET", "/v1/acts", moderator, "The audit, a page of at most 100 acts at a time. 404 where the store keeps none.", []param{
		{"account", "on this account"}, {"key", "on the account with this key, which may be forgotten"}, {"by", "by this person"}, {"automatic", "true: imposed by automation"},
		{"what", "imposed, lifted, ruled, …"}, {"from", "at that time or later"}, {"before", "before that time"}, {"newest", "true: from the last on backwards"}, {"after", "the page after this one"},
	}, nil, Acts{}, acts},
	{"PUT", "/v1/brake", moderator, "Stop automation: it imposes nothing above a warning.", nil, body[Braking](), nil, func(c *call) (any, error) {
		return nil, c.Brake(c.ctx, c.by, c.body.(*Braking).Why)
	}},
	{"DELETE", "/v1/brake", moderator, "Let automation go on.", []param{{"why", "why, required"}}, nil, nil, func(c *call) (any, error) {
		return nil, c.Unbrake(c.ctx, c.by, c.query("why"))
	}},
	{"GET", "/v1/policy", moderator, "The policy in force.", nil, nil, &policy.Policy{}, func(c *call) (any, error) { return c.Policy(), nil }},
	{"GET", "/v1/stats", moderator, "Figures of this process.", nil, nil, policy.Stats{}, func(c *call) (any, error) { return c.Stats(), nil }},

	{"GET", "/healthz", anybody, "Whether this process decides with its store: 200, or 503.", nil, nil, nil, func(c *call) (any, error) {
		_, err := c.Health(c.ctx)
		return nil, err
	}},
	{"GET", "/v1/health", moderator, "The same, and the brake and the budget.", nil, nil, policy.Health{}, func(c *call) (any, error) { return c.Health(c.ctx) }},
	{"GET", "/openapi.json", anybody, "This description.", nil, nil, json.RawMessage{}, func(*call) (any, error) { return json.RawMessage(openapi), nil }},
}

// eventOf is the event that a host tells.
func eventOf(e *Event) (policy.Event, error) {
	read := func(v any) error {
		if err := decode(e.Event, v); err != nil {
			return &policy.FieldError{Field: "event", Problem: "cannot be read: " + unreadable(err)}
		}
		return nil
	}
	switch e.Kind {
	case "reply":
		return readAs[policy.Reply](read)
	case "accepted":
		return readAs[policy.Accepted](read)
	case "withdrawn":
		return readAs[policy.Withdrawn](read)
	case "complaint":
		return readAs[policy.Complaint](read)
	case "blocked":
		return readAs[policy.BlockedBy](read)
	case "unblocked":
		return readAs[policy.Unblocked](read)
	case "retraction":
		return readAs[policy.Retraction](read)
	case "contacts":
		return readAs[policy.Contacts](read)
	}
	return nil, &policy.FieldError{Field: "kind", Problem: "must be one of reply, accepted, withdrawn, complaint, blocked, unblocked, retraction, contacts; a review goes to the account's reviews"}
}

func readAs[T policy.Event](read func(any) error) (policy.Event, error) {
	var v T
	err := read(&v)
	return v, err
}

func transparency(c *call) (any, error) {
	l, err := c.language()
	if err != nil {
		return nil, err
	}
	a, err := c.Account(c.ctx, c.path("account"))
	for _, s := range append(a.Standing, a.History...) {
		if t := s.Transparency(l); s.ID == c.path("sanction") && t.PUID != "" {
			return t, err
		}
	}
	return nil, cmp.Or(err, policy.ErrNotFound)
}

// mostListed is how many sanctions a page has.
const mostListed = 100

func list(c *call) (any, error) {
	f, err := filterOf(c.query)
	if err != nil {
		return nil, err
	}
	p := Page{Sanctions: []policy.Sanction{}}
	for s, err := range c.Sanctions(c.ctx, f) {
		switch {
		case err == nil:
			p.Sanctions = append(p.Sanctions, s)
		case errors.Is(err, policy.ErrRecord):
			p.Errors = append(p.Errors, err.Error())
		default:
			return nil, err
		}
	}
	if len(p.Sanctions) == mostListed {
		p.After = p.Sanctions[mostListed-1].Cursor()
	}
	return p, nil
}

// A question is a query that is read.
type question struct {
	of  func(string) string
	err error // the first fault
}

func (q *question) wrong(name string, problem error) {
	if problem != nil && q.err == nil {
		q.err = &policy.FieldError{Field: name, Problem: problem.Error()}
	}
}

func (q *question) text(name string, v interface{ UnmarshalText([]byte) error }) {
	if s := q.of(name); s != "" {
		q.wrong(name, v.UnmarshalText([]byte(s)))
	}
}

func (q *question) truth(name string) (v bool) {
	if s := q.of(name); s != "" {
		var bad error
		v, bad = strconv.ParseBool(s)
		q.wrong(name, bad)
	}
	return v
}

// filterOf reads a filter from a query.
func filterOf(query func(string) string) (policy.SanctionFilter, error) {
	q := question{of: query}
	f := policy.SanctionFilter{
		OpenAppeal: q.truth("open_appeal"), Automatic: q.truth("automatic"), Policy: query("policy"), By: query("by"), After: query("after"), Limit: mostListed,
	}
	if s := query("cluster"); s != "" {
		var bad error
		f.Cluster, bad = strconv.ParseUint(s, 10, 64)
		q.wrong("cluster", bad)
	}
	q.text("state", &f.State)
	q.text("review_before", &f.ReviewBefore)
	q.text("from", &f.From)
	q.text("before", &f.Before)
	for _, name := range strings.FieldsFunc(query("kinds"), func(r rune) bool { return r == ',' }) {
		var k policy.Kind
		q.wrong("kinds", k.UnmarshalText([]byte(name)))
		f.Kinds = append(f.Kinds, k)
	}
	return f, q.err
}
