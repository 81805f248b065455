// Package ladderpage tells what a policy brings upon whom, in words and as a drawing,
// made from the policy alone.
package ladderpage

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// A Page says what follows from what under a policy.
type Page struct {
	Policy   string    // its ID
	Observe  bool      // nothing of this is imposed
	Warn     float64   // score from which an account is warned
	Act      float64   // score from which a message is an offence
	Steps    []Step    // of members
	Paces    []Pace    // of members
	Sections []Section // of members
	Classes  []Section // what differs in each other class
}

// A Step is one step of the ladder.
type Step struct {
	From float64 // offence weight
	Name string
	Rank int // how grave it is, from 0
	Says string
}

// A Section is a part of the page.
type Section struct {
	Title, Intro string
	Rows         []Row
}

// A Row is a word, and what there is to say of it.
type Row struct{ Head, Says string }

// The sections that the drawing has no card for: it draws the first two, and the third is
// no part of the ladder.
const (
	paceTitle   = "One offence after the other"
	ladderTitle = "The ladder"
	limitsTitle = "How much is too much"
)

// Of makes the page of a policy, which must be valid.
func Of(p *policy.Policy) *Page {
	r := p.Classes[policy.Member]
	page := &Page{
		Policy: p.ID(), Observe: p.Observe, Warn: r.Score.Warn, Act: r.Score.Act,
		Steps: steps(p, r), Paces: paces(p, r),
		Sections: []Section{
			verdicts(p, r), weight(p), ladder(p, r), pace(p, r), warning(p, r), at(r), back(p, r), people(p), limits(r),
		},
	}
	base := map[string]Row{}
	for _, s := range ofClass(p, r) {
		for _, row := range s {
			base[row.Head] = row
		}
	}
	for _, class := range classes(p) {
		page.Classes = append(page.Classes, differs(p, class, base))
	}
	return page
}

// classes are those beside member, the known ones first.
func classes(p *policy.Policy) (all []policy.Class) {
	known := []policy.Class{policy.Page, policy.Business, policy.Service, policy.Staff}
	for class := range p.Classes {
		if class != policy.Member {
			all = append(all, class)
		}
	}
	slices.SortFunc(all, func(a, b policy.Class) int {
		i, j := slices.Index(known, a), slices.Index(known, b)
		if uint(i) != uint(j) {
			return int(min(uint(i), 9)) - int(min(uint(j), 9))
		}
		return strings.Compare(string(a), string(b))
	})
	return all
}

func verdicts(p *policy.Policy, r *policy.Rules) Section {
	s := Section{Title: "What a message brings", Intro: "Evidence about a message adds up to a score: how probable abuse is. " +
		"Evidence comes in families, which are things that happened independently of each other; one family alone counts at most so much."}
	s.Rows = []Row{
		{"allow", fmt.Sprintf("Under a score of %s the message is delivered.", percent(r.Score.Warn))},
		{"flag", fmt.Sprintf("From %s on it is delivered, and a moderator can see it. The first time the account is warned.", percent(r.Score.Warn))},
		{"reject", fmt.Sprintf("From %s on, if %s of evidence agree, it is an offence: the message is not delivered, and the ladder says what follows. "+
			"Rejected is also what a standing sanction covers.", percent(r.Score.Act), count(r.Score.Families, "family", "families"))},
		{"defer", "Not now; it can be tried again. Over a rate limit, while a warning is not read, on probation, and copies of a text that nobody knows whether people want. It is no offence."},
		{"hold", "A person decides first: " + strings.Join(holds(p, r), "; ") + "."},
	}
	return s
}

// holds are the reasons for which a message waits for a person.
func holds(p *policy.Policy, r *policy.Rules) (all []string) {
	if p.Budget.PerHour > 0 || p.Budget.Share > 0 {
		all = append(all, fmt.Sprintf("automation has imposed as many sanctions within an hour as it may (%d, or one for every %s active accounts, whichever is more)",
			p.Budget.PerHour, number(1/max(p.Budget.Share, 1e-9))))
	}
	if r.Limits.TurnedAwayAll > 0 {
		all = append(all, fmt.Sprintf("the recipient turned away about %s accounts without a contact lately (%s for accounts younger than %s)",
			number(r.Limits.TurnedAwayAll), number(r.Limits.TurnedAwayNew), span(r.Limits.YoungAge)))
	}
	if p.Crowd.Answer == policy.Hold {
		all = append(all, "nobody knows whether people want a text that many send")
	}
	if r.Pair.Complained == policy.Hold {
		all = append(all, "the recipient complained about the sender within "+span(r.Pair.For))
	}
	return append(all, "a person ordered it")
}

func weight(p *policy.Policy) Section {
	k := &p.Strikes
	s := Section{Title: "What an offence weighs", Intro: fmt.Sprintf(
		"Offences of one incident are one strike, which weighs what the gravest of them does. An incident lasts %s at least, and as long as its sanction stands.", span(k.Incident))}
	s.Rows = []Row{
		{number(k.Warned), "A warning."},
		{number(k.Offence), "An offence."},
		{number(k.AfterWarning), fmt.Sprintf("An aggravated offence: within %s after a warning of an earlier incident, with disguised words, with a text that had brought a sanction, or from where sanctioned accounts came.", span(k.WarningFresh))},
	}
	if len(k.Amount) > 1 {
		var parts []string
		for _, q := range k.Amount {
			if q.Y > 1 {
				parts = append(parts, fmt.Sprintf("%s for %s people", number(q.Y), number(q.X)))
			}
		}
		s.Rows = append(s.Rows, Row{"times", strings.Join(parts, ", ") + " who were approached without a contact since the last incident."})
	}
	return s
}

func ladder(p *policy.Policy, r *policy.Rules) Section {
	s := Section{Title: ladderTitle, Intro: fmt.Sprintf("What strikes weigh together says what an offence brings. Within %s of an offence another never brings less than it did.", span(p.Strikes.HalfLife))}
	for _, st := range steps(p, r) {
		s.Rows = append(s.Rows, Row{"from " + number(st.From), sentence(st.Name) + ". " + st.Says})
	}
	return s
}

func steps(p *policy.Policy, r *policy.Rules) (all []Step) {
	for i := range r.Ladder {
		q := &r.Ladder[i]
		st := Step{From: q.Strikes, Name: name(q), Rank: rank(q)}
		if q.Person {
			st.Name = "a person decides: " + st.Name
			st.Says = "Automation takes the step below, and asks. "
		}
		st.Says += stops(q) + "." + reviewed(q)
		all = append(all, st)
	}
	return all
}

// A Pace is what a row of offences of one kind brings: for each a step, from 0, -1 for
// none, up to the last of the ladder.
type Pace struct {
	Head  string
	Steps []int
}

// paces are rows of offences, each right after the last sanction ended, when hardly anything
// has faded.
func paces(p *policy.Policy, r *policy.Rules) []Pace {
	most := 1.
	for _, q := range p.Strikes.Amount {
		most = max(most, q.Y)
	}
	all := []Pace{{"ordinary", walk(p, r, p.Strikes.Offence)}, {"aggravated", walk(p, r, p.Strikes.AfterWarning)}}
	if most > 1 {
		all = append(all, Pace{"aggravated, to many", walk(p, r, p.Strikes.AfterWarning*most)})
	}
	return all
}

// walk adds up strikes. After what refuses no message there is an incident until the next.
func walk(p *policy.Policy, r *policy.Rules, mass float64) (steps []int) {
	sum, step, last := 0., -1, len(r.Ladder)-1
	for n := 0; n < maxWalk && (step < last || n == 0); n++ {
		gap := policy.Duration(time.Minute)
		if step >= 0 && r.Ladder[step].Kind != policy.Block && r.Ladder[step].Kind != policy.Suspension {
			gap = p.Strikes.Incident
		}
		sum = mass + sum*math.Exp2(-float64(gap)/float64(p.Strikes.HalfLife))
		for step < last && sum >= r.Ladder[step+1].Strikes {
			step++
		}
		steps = append(steps, step)
	}
	return steps
}

func pace(p *policy.Policy, r *policy.Rules) Section {
	s := Section{Title: paceTitle, Intro: paceIntro}
	for _, q := range paces(p, r) {
		s.Rows = append(s.Rows, Row{q.Head, strings.Join(q.says(r), "; ") + "."})
	}
	return s
}

const paceIntro = "Each right after the sanction of the one before has ended, so that hardly anything has faded."

// says is the steps in words.
func (q *Pace) says(r *policy.Rules) (all []string) {
	for i := 0; i < len(q.Steps); {
		j, what := i, "nothing"
		for j < len(q.Steps) && q.Steps[j] == q.Steps[i] {
			j++
		}
		if k := q.Steps[i]; k >= 0 {
			what = short(&r.Ladder[k])
			if r.Ladder[k].Person {
				what = "a person decides"
			}
		}
		all = append(all, ordinals(i+1, j)+" "+what)
		i = j
	}
	if q.Steps[len(q.Steps)-1] == len(r.Ladder)-1 {
		all[len(all)-1] += " from then on"
	}
	return all
}

const maxWalk = 40

func warning(p *policy.Policy, r *policy.Rules) Section {
	k := &p.Strikes
	s := Section{Title: "A warning"}
	if !slices.ContainsFunc(r.Ladder, func(q policy.Step) bool { return q.Kind == policy.Warning }) {
		s.Rows = append(s.Rows, Row{"what it does", "Nobody is told: the ladder has no warning. What would bring one counts as one all the same."})
	} else {
		s.Rows = append(s.Rows, Row{"what it does", fmt.Sprintf("The message goes out and the sender is told. One is given in %s at most.", span(k.WarningFresh))})
	}
	if k.ReadTime > 0 {
		s.Rows = append(s.Rows, Row{"not read yet", fmt.Sprintf("For %s it is taken to be unread: what would bring more is deferred, until %s were tried, somebody complains, or the account was sanctioned before.",
			span(k.ReadTime), count(k.Tries, "person", "people"))})
	}
	s.Rows = append(s.Rows,
		Row{"heeded", fmt.Sprintf("Nothing follows. It weighs %s, half of that after %s, and is forgotten under %s.", number(k.Warned), span(k.HalfLife), number(k.Forget))},
		Row{"ignored", fmt.Sprintf("Strangers approached since are evidence against the account. An offence of a later incident within %s weighs %s, not %s.",
			span(k.WarningFresh), number(k.AfterWarning), number(k.Offence))})
	return s
}

// at says what comes without the ladder.
func at(r *policy.Rules) Section {
	s := Section{Title: "Without the ladder"}
	if len(r.SevereCategories) > 0 && r.Severe.Kind != 0 {
		s.Rows = append(s.Rows, Row{"severe", fmt.Sprintf("A person confirms a complaint about %s: %s, and a referral to whom the service sends such cases.%s",
			either(r.SevereCategories), name(&r.Severe), reviewed(&r.Severe))})
	}
	s.Rows = append(s.Rows, found(r)...)
	if r.Deceived.Kind != 0 {
		s.Rows = append(s.Rows, Row{"deceived", "People whom the account approached first, and who then talked with it, report it for something grave: " + name(&r.Deceived) + ", where the ladder has nothing graver." + reviewed(&r.Deceived)})
	}
	if word := pairs[r.Pair.Blocked]; word != "" {
		s.Rows = append(s.Rows, Row{"blocked by", "Messages to somebody who blocked the sender are " + word + ", until they write to the sender themselves. Nobody else's are."})
	}
	if word := pairs[r.Pair.Complained]; word != "" {
		s.Rows = append(s.Rows, Row{"complained", "Messages to somebody who complained about the sender are " + word + " for " + span(r.Pair.For) + ", or until they write."})
	}
	if word := pairs[r.Pair.Unaccepted]; word != "" {
		s.Rows = append(s.Rows, Row{"settings", "First letters that the settings of the recipient do not accept are " + word + ". It is no offence."})
	}
	return s
}

var pairs = map[policy.Verdict]string{policy.Flag: "delivered and flagged", policy.Hold: "held for a person", policy.Reject: "rejected"}

func back(p *policy.Policy, r *policy.Rules) Section {
	k := &p.Strikes
	s := Section{Title: "The way back"}
	if r.Limits.Probation < 1 {
		s.Rows = append(s.Rows, Row{"probation", fmt.Sprintf("Who comes back from a sanction may approach %s as many new people as others. That grows to all of it over seven times the length of the sanction, and over four weeks at most, or as long as the sanction was. Meanwhile what would be flagged is deferred. Talk with people whom they know is as before.",
			percent(r.Limits.Probation))})
	}
	s.Rows = append(s.Rows,
		Row{"fading", fmt.Sprintf("A strike loses half its weight every %s, but not while a block or a suspension stands. Under %s it is forgotten.", span(k.HalfLife), number(k.Forget))},
		conduct(&k.Conduct),
		Row{"stepping down", fmt.Sprintf("A step that was reached holds until the strikes are %s under it.", number(k.Hysteresis))})
	return s
}

// conduct says what good conduct does.
func conduct(c *policy.Conduct) Row {
	if c.Factor <= 1 {
		return Row{"good conduct", "It takes time alone."}
	}
	text := fmt.Sprintf("For %s after a day on which somebody new answers, fading and probation go %s times as fast", span(c.Lasts), number(c.Factor))
	if c.Answered > 0 {
		text += fmt.Sprintf(", as long as %s of the new people or more answer", percent(c.Answered))
	}
	return Row{"good conduct", fmt.Sprintf("%s. A complaint ends that for %s.", text, span(c.Quiet))}
}

// percent prints a share.
func percent(v float64) string {
	if v >= .1 {
		return number(math.Round(v*100)) + "%"
	}
	return number(v*100) + "%"
}
