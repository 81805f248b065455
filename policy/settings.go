package policy

import (
	"maps"
	"slices"
	"strconv"

	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/policy/internal/judge"
	"github.com/decorum-go/decorum/policy/internal/ladder"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/state"
	"github.com/decorum-go/decorum/scoring"
)

// settings is what an engine judges by, compiled. It never changes: SetPolicy
// replaces it as a whole, so that every decision was made under exactly one.
type settings struct {
	policy   *Policy
	enforced *judge.Policy
	shadows  []*judge.Policy
	tracks   []state.Shadow
	signals  []SignalFunc
	asks     bool // a policy has rules
	sampled  bool // one compares texts with a list
}

func (e *Engine) newSettings(p *Policy, shadow []*Policy) *settings {
	k := e.keys
	s := &settings{policy: p, enforced: p.compile(), signals: e.cfg.Signals}
	s.ask(s.enforced, p, "", e)
	for _, q := range shadow {
		c := q.compile()
		s.ask(c, q, q.Name, e)
		s.shadows = append(s.shadows, c)
		s.tracks = append(s.tracks, state.Shadow{Policy: max(k.Hash32('p', q.Name), 1), Ladder: &c.Member.Ladder})
	}
	return s
}

// compile makes of a valid policy what judgements read.
func (p *Policy) compile() *judge.Policy {
	c := &judge.Policy{ID: p.ID(), Observe: p.Observe, Classes: make(map[string]*judge.Rules)}
	c.Crowd = p.Crowd.compile()
	for name, r := range p.Classes {
		rules := p.compileRules(r)
		rules.Crowd = &c.Crowd
		c.Classes[string(name)] = rules
	}
	c.Member = c.Classes[string(Member)]
	for name, r := range p.Classes {
		if to := c.Classes[string(r.Strangers)]; to != nil {
			approach(c.Classes[string(name)], to)
		}
	}
	return c
}

// months says which limits of a class are for longer than a week.
func (r *Rules) months() (m judge.Months) {
	l := &r.Limits
	for which, limits := range map[judge.Months][][]limiter.Limit{
		judge.MonthMessages: {l.Messages}, judge.MonthPeople: {l.People}, judge.MonthPerson: {l.Person, l.PersonUnknown},
		judge.MonthChannels: slices.Collect(maps.Values(r.Channels)),
	} {
		if slices.ContainsFunc(slices.Concat(limits...), func(l limiter.Limit) bool { return l.Per > limiter.MaxWeek }) {
			m |= which
		}
	}
	return m
}

// approach makes of the rules of a class, and of those that it has for strangers, what
// holds for its messages to strangers: who complains, and how much it writes in all, is
// judged as with all its messages.
func approach(r, to *judge.Rules) {
	s := *to
	s.Limits.Messages = r.Limits.Messages
	s.Rates, s.RateSure, s.RateFlag, s.Person = r.Rates, r.RateSure, r.RateFlag, r.Person
	s.ComplaintFloor, s.ComplaintPrior, s.ComplaintReach = r.ComplaintFloor, r.ComplaintPrior, r.ComplaintReach
	s.Signals[judge.Complaint], s.Signals[judge.ComplaintRate] = r.Signals[judge.Complaint], r.Signals[judge.ComplaintRate]
	s.Months |= r.Months
	r.Strangers, r.Months = &s, s.Months
}

func (p *Policy) compileRules(r *Rules) *judge.Rules {
	s, l := &r.Signals, &r.Limits
	c := &judge.Rules{
		Limits: judge.Limits{
			Messages: l.Messages, People: l.People, Person: l.Person, PersonUnknown: l.PersonUnknown,
			FollowUpGap: seconds(l.FollowUpGap), YoungAge: l.YoungAge.D(), YoungShare: l.YoungShare, Probation: l.Probation,
			TurnedAwayNew: l.TurnedAwayNew, TurnedAwayAll: l.TurnedAwayAll, ProtectedShare: l.ProtectedShare,
			OriginShare: l.OriginShare, OriginPeople: l.OriginPeople,
		},
		Pair: judge.Pair{Blocked: state.Verdict(r.Pair.Blocked), Complained: state.Verdict(r.Pair.Complained), For: seconds(r.Pair.For), Unaccepted: state.Verdict(r.Pair.Unaccepted)},
		Received: judge.Received{
			Limits: r.Received.Limits, Answered: r.Received.Answered, Young: r.Received.Young, TurnedAway: r.Received.TurnedAway,
		},
		Requests: judge.Requests{
			Channel: r.Requests.Channel, Outstanding: r.Requests.Outstanding, Floor: r.Requests.Floor, Sure: r.Requests.Sure,
			Prior: r.Requests.Prior, For: seconds(r.Requests.For),
		},
		Silence:   judge.Silence{Turns: uint32(r.Silence.Turns), Days: seconds(r.Silence.For) / stamp.Day},
		Channels:  r.Channels,
		Weights:   judge.Weights(r.Weights),
		TextMatch: s.TextMatch, TextMatchSlow: s.TextMatchSlow, TextAnswered: s.TextAnswered,
		SlowGate: s.SlowGate, ReplyFloorBusy: s.ReplyFloorBusy, SharedContacts: s.SharedContacts,
		ReplyFloor: s.ReplyFloor, ReplyPrior: s.ReplyPrior,
		ComplaintFloor: s.ComplaintFloor, ComplaintPrior: s.ComplaintPrior, ComplaintReach: s.ComplaintReach,
		Score: scoring.Scorecard{Prior: r.Score.Prior, Cap: r.Score.Cap, Floor: r.Score.Floor},
		Warn:  r.Score.Warn, Act: r.Score.Act, Families: r.Score.Families,
		Complaints: p.Complaints.compile(),
		Ladder:     p.Strikes.compile(r.Ladder),
		Rates:      compileSteps(r.Rates),
		RateSure:   r.RateSure,
		RateFlag:   r.RateFlag,
		Person:     r.Person,
		Severe:     r.Severe.compile(),
		Deceived:   r.Deceived.compile(),
		Confirmed:  compileSteps(r.Confirmed),
	}
	for _, about := range r.ConfirmedCategories {
		c.ConfirmedAbout |= 1 << about
	}
	c.Months = r.months()
	eachSetting(func(k *setting) {
		set := k.of(s)
		c.Signals[k.signal] = judge.Setting{Mode: judge.Mode(set.Mode), Curve: set.Curve}
	})
	return c
}

func (s *Strikes) compile(steps []Step) ladder.Rules {
	return ladder.Rules{
		HalfLife: s.HalfLife.D(), Forget: s.Forget, Warned: s.Warned, Offence: s.Offence, AfterWarning: s.AfterWarning, Amount: s.Amount,
		Hysteresis: s.Hysteresis, WarningFresh: seconds(s.WarningFresh), Incident: seconds(s.Incident),
		ReadTime: seconds(s.ReadTime), Tries: uint16(s.Tries),
		Steps: compileSteps(steps), Conduct: s.Conduct.compile(),
	}
}

func (c *Conduct) compile() ladder.ConductRules {
	return ladder.ConductRules{Extra: max(0, c.Factor-1), Lasts: int(c.Lasts / day), Quiet: int(c.Quiet / day), Answered: c.Answered}
}

func compileSteps(steps []Step) []ladder.Step {
	c := make([]ladder.Step, len(steps))
	for i := range steps {
		c[i] = steps[i].compile()
	}
	return c
}

func (s *Step) compile() ladder.Step {
	return ladder.Step{
		Strikes: s.Strikes, Rate: s.Rate, People: uint16(s.People), Kind: ladder.Kind(s.Kind), Scope: ladder.Scope(s.Scope), PerDay: uint16(min(s.PerDay, 1<<16-1)),
		For: seconds(s.For), Review: seconds(s.Review), Person: s.Person,
	}
}

func (c *Complaints) compile() state.ComplaintRules {
	return state.ComplaintRules{
		HalfLife: c.HalfLife.D(), Young: c.Young, Least: c.Least, Most: c.Most, Burst: seconds(c.Burst),
		BurstFrom: c.BurstFrom, Block: c.Block, YoungAge: c.YoungAge.D(),
		GraveFrom: c.GraveFrom, GraveOver: seconds(c.GraveOver), GraveFound: c.GraveConfirmed, PerReporter: c.PerReporter,
	}
}

func (c *Crowd) compile() judge.CrowdRules {
	return judge.CrowdRules{
		Answer: state.Verdict(c.Answer), Senders: c.Senders, Doubt: c.Doubt, ReplyFloor: c.ReplyFloor, ReplyPrior: c.ReplyPrior,
		Sure: c.Sure, SureOfFew: c.SureOfFew, Exposure: c.Exposure, Complaints: c.Complaints, ComplaintShare: c.ComplaintShare,
		Probes: c.Probes, ProbesUnwelcome: c.ProbesUnwelcome, ProbeContacts: c.ProbeContacts,
		Retry: seconds(c.Retry), RetryMost: seconds(c.RetryMost),
	}
}

// seconds is a length of time as records keep it.
func seconds(d Duration) uint32 { return stamp.Seconds(d.D()) }

// checkClass refuses a class that is meant to be another. Under one that a policy has,
// it is the host's own.
func (s *settings) checkClass(c Class) error {
	switch c {
	case "", Member, Page, Business, Service, Staff:
		return nil
	}
	meant := c.meant()
	if meant == "" || s.enforced.Classes[string(c)] != nil {
		return nil
	}
	for _, p := range s.shadows {
		if p.Classes[string(c)] != nil {
			return nil
		}
	}
	return &FieldError{Field: "class", Problem: "is " + strconv.Quote(string(c)) + ", which no policy has: is " + string(meant) + " meant? If not, give it rules in the policy"}
}
