package policy

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/words"
)

// A Statement is the statement of reasons for a sanction, for the person on whom it was
// imposed (EU Digital Services Act, art. 17). It tells no figure, no threshold, no
// moderator, no other account, and neither who reported anything nor whether somebody
// did. The zero Statement says nothing.
type Statement struct {
	Language string    `json:"language,omitzero"` // tag of the language that it is in
	Sanction string    `json:"sanction,omitzero"` // ID, to quote in an appeal
	Kind     Kind      `json:"kind,omitzero"`
	Scope    Scope     `json:"scope,omitzero"`
	From     time.Time `json:"from,omitzero"`
	Until    time.Time `json:"until,omitzero"`     // end; zero: until lifted
	AppealBy time.Time `json:"appeal_by,omitzero"` // until when an appeal may be filed; zero: while it stands, and not known how long after that

	Title      string   `json:"title,omitzero"`
	Decision   string   `json:"decision,omitzero"`   // what, what it covers, how long
	Facts      []string `json:"facts,omitempty"`     // what was found
	Automation string   `json:"automation,omitzero"` // whether automated means found and decided it
	Source     string   `json:"source,omitzero"`     // the same of every statement
	Ground     string   `json:"ground,omitzero"`     // the rule, with its text
	Territory  string   `json:"territory,omitzero"`  // where it holds
	Redress    []string `json:"redress,omitempty"`   // until when and how to appeal, and what became of an appeal; what else there is
}

// String returns the statement in paragraphs.
func (s Statement) String() string {
	facts := strings.Join(s.Facts, " ")
	all := []string{s.Title, s.Decision, facts, s.Automation + " " + s.Source, s.Ground, s.Territory, strings.Join(s.Redress, " ")}
	return strings.TrimSpace(strings.Join(all, "\n\n"))
}

// Statement returns the statement of reasons for a sanction in a language, as things
// stand with it. There is none for the zero Sanction, nor for a Referral, of which
// nobody is told: the answer is the zero Statement. Until when an appeal may be filed
// after the end only Engine.Statement knows.
func (s Sanction) Statement(l Language) Statement { return s.statement(&l, time.Time{}, s.From) }

// statement is the statement at a time, where an appeal may be filed before another.
func (s *Sanction) statement(l *Language, by, now time.Time) Statement {
	if s.Kind == 0 || s.Kind == Referral {
		return Statement{}
	}
	v, f, n := l.voice(), s.findings(), noticeOf(s).at(s.From)
	n.Appeal, n.Broken = "", false // said elsewhere
	st := Statement{
		Language: l.tag(), Sanction: s.ID, Kind: s.Kind, Scope: s.Scope, From: s.From, Until: n.Until, AppealBy: by,
		Title:      v.Say("statement", words.Holes{"sanction": s.ID, "moment": words.Moment(s.From)}),
		Decision:   strings.Join(n.says(v), " "),
		Facts:      f.facts(v),
		Automation: v.First(f.found()) + " " + v.First(f.decided()), Source: v.First("source"),
		Ground:    v.Say("ground", words.Holes{"title": v.First("title"), "rule": s.rule(v)}),
		Territory: v.First("territory"), Redress: s.redress(v, by, now),
	}
	if s.Lifted != nil {
		st.Decision += " " + v.Say("statement.ended", words.Holes{"moment": words.Moment(s.Lifted.At)})
	}
	return st
}

// rule is the text of the rule, of the policy or of all.
func (s *Sanction) rule(v *words.Voice) string {
	name, _, _ := strings.Cut(s.Policy, "@")
	return v.First("rule."+name, "rule")
}

// redress says what became of an appeal, or that there may be one, and what else can be
// done.
func (s *Sanction) redress(v *words.Voice, by, now time.Time) []string {
	holes := words.Holes{"sanction": s.ID, "moment": words.Moment(by.Truncate(time.Minute))} // never later than it is
	key := "appeal"
	switch a := s.Appeal; {
	case a != nil && a.Ruling != nil:
		key, holes["moment"] = "appeal."+a.Ruling.Outcome.String(), words.Moment(a.Ruling.At)
	case a != nil:
		key, holes["moment"] = "appeal.open", words.Moment(a.At)
	case by.After(now):
		key = "appeal.until"
	case !by.IsZero():
		key = "appeal.over"
	}
	return []string{v.Say(key, holes), v.First("redress")}
}

// findings are what a sanction rests on, as far as the sender is told.
type findings struct {
	keys      []string // of facts, weightiest first
	measured  bool     // by automated means
	confirmed bool     // by a person, who told so (Review)
	reported  bool     // what recipients say of it counts
	byPerson  bool     // a person imposed it
}

func (s *Sanction) findings() (f findings) {
	f.byPerson = s.By != ""
	for i := range s.Reasons {
		r := &s.Reasons[i]
		f.confirmed = f.confirmed || r.Code == CodeModerator || r.Code == CodeRuled
		f.reported = f.reported || slices.Contains([]Code{CodeComplaintOutreach, CodeComplaints, CodeComplaintRate, CodeDeceived}, r.Code)
		key := r.fact()
		if key == "" || r.Share < 0 {
			continue
		}
		f.measured = f.measured || r.Code != CodeModerator && r.Code != CodeRuled
		if !slices.Contains(f.keys, key) {
			f.keys = append(f.keys, key)
		}
	}
	f.measured = f.measured || !f.byPerson && !f.confirmed
	return f
}

// fact is the key of what the sender is told of a reason; "": nothing. It tells no more
// than the family: what exactly was measured would tell how to stay under it.
func (r *Reason) fact() string {
	switch r.Code {
	case CodeModerator, CodeRuled:
		return "fact.person"
	case CodePledge:
		return "fact.pledge"
	case CodeKnown:
		if r.Value == float64(TextFine) {
			return ""
		}
		return "fact.known"
	case CodeDeceived:
		return "fact.reception"
	case CodeYoung, CodeCleared, CodeReplyGood:
		return ""
	}
	switch row := rowOf(r.Code); {
	case row == nil:
		return "fact." + r.Code
	case row.family == 0:
		return ""
	default:
		return "fact." + row.family.String()
	}
}

func (f *findings) facts(v *words.Voice) (all []string) {
	for _, key := range f.keys {
		if said := v.First(key, "fact.host"); !slices.Contains(all, said) {
			all = append(all, said)
		}
	}
	if all == nil {
		all = []string{v.First("fact.none")}
	}
	return all
}

func (f *findings) found() string {
	if f.measured {
		return "found.automatic"
	}
	return "found.person"
}

func (f *findings) decided() string {
	switch {
	case f.byPerson:
		return "decided.person"
	case f.confirmed:
		return "decided.partly"
	}
	return "decided.automatic"
}

// Statement returns the statement of reasons for a sanction of an account, as
// Sanction.Statement does, and until when an appeal may be filed (Appeals.Within of the
// policy in force). ErrNotFound says that the account has no such sanction, or that
// nobody is told of it. It changes nothing.
func (e *Engine) Statement(ctx context.Context, account, sanction string, l Language) (Statement, error) {
	if err := firstError(e.ready(ctx), checkID("account", account, true), checkID("sanction", sanction, true)); err != nil {
		return Statement{}, err
	}
	w := e.about(account, time.Time{})
	defer e.end(w)
	r, now, found := &w.rec, time.Time{}, false
	err := e.viewWith(ctx, w, w.in.Key, func(data []byte) error {
		if err := decode(r, data); err != nil {
			return err
		}
		now, found = w.begins(r, w.in.At), true
		return nil
	})
	if err != nil {
		e.fault(ctx, err)
		return Statement{}, err
	}
	if found && r.HasFile() {
		filed, err := e.filed(ctx, account)
		if err != nil {
			return Statement{}, err
		}
		r.Unfile(filed)
	}
	if found {
		if entry, d := r.Find(parseHex64(sanction)); d != nil && Kind(entry.Kind) != Referral {
			s := sanctionOf(r, entry, d, account)
			by := endOf(max(entry.End(), stamp.After(entry.Known(), seconds(w.settings.policy.Appeals.Within))))
			return s.statement(&l, by, now), nil
		}
	}
	return Statement{}, because(ErrNotFound, "the account has no such sanction, or nobody is told of it")
}
