package policy

import (
	"slices"
	"strconv"
	"time"

	"github.com/decorum-go/decorum/policy/internal/english"
	"github.com/decorum-go/decorum/policy/internal/ladder"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/state"
)

// A Sanction is an enforcement action on an account: what, how long, why, and by
// which moderator. As an argument of Impose it needs Account, Kind and By; see
// there for the defaults of the rest. It is a value of the caller's own.
type Sanction struct {
	ID      string    `json:"id,omitzero"`      // derived from account, message and ordinal; never random
	Account string    `json:"account,omitzero"` // "" in Engine.Sanctions once Forget removed the name
	Kind    Kind      `json:"kind,omitzero"`
	Scope   Scope     `json:"scope,omitzero"`
	PerDay  int       `json:"per_day,omitzero"`  // Restriction: messages a day, and strangers newly approached; raise it and more goes out
	From    time.Time `json:"from,omitzero"`     // in force from
	Until   time.Time `json:"until,omitzero"`    // end, not included; zero: until lifted
	Review  time.Time `json:"review,omitzero"`   // when a person should look again; zero: not fixed
	Reasons []Reason  `json:"reasons,omitempty"` // weightiest first
	Policy  string    `json:"policy,omitzero"`   // under which it was imposed
	Message string    `json:"message,omitzero"`  // ID of the message that brought it, "" if none did
	By      string    `json:"by,omitzero"`       // moderator; "" if automatic
	Appeal  *Appeal   `json:"appeal,omitzero"`   // against it, open or settled; nil: none
	Pledge  time.Time `json:"pledge,omitzero"`   // it ended under a pledge, whose time is until then, kept or not; zero: it did not
	Lifted  *Lifting  `json:"lifted,omitzero"`   // nil unless it ended early
}

// InForce reports whether the sanction stands at t: from From on, before Until, and
// not lifted.
func (s *Sanction) InForce(t time.Time) bool {
	return s.Lifted == nil && !t.Before(s.From) && (s.Until.IsZero() || t.Before(s.Until))
}

// String returns one line for a moderator: what it is, until when, and the ID.
func (s Sanction) String() string {
	if s.Kind == 0 {
		return "no sanction"
	}
	line := s.brief()
	if s.Lifted != nil {
		line = s.what() + ", lifted"
		if !s.Lifted.At.IsZero() {
			line += " on " + english.Minute(s.Lifted.At)
		}
	}
	if s.ID != "" {
		line += ", " + s.ID
	}
	return line
}

// what says what a sanction is.
func (s *Sanction) what() string {
	if s.Scope == 0 {
		return s.Kind.String()
	}
	return s.Kind.String() + " (" + s.Scope.String() + ")"
}

// brief says it with until when.
func (s *Sanction) brief() string { return s.what() + english.Until(s.Until) }

// A Lifting is the early end of a sanction. Where the engine ended it itself By is
// empty, and Note says why: a later sanction replaced it, or an earlier one was
// overturned.
type Lifting struct {
	By   string    `json:"by,omitzero"`   // the moderator; required as an argument
	Note string    `json:"note,omitzero"` // kept with the sanction, cut to 64 bytes
	At   time.Time `json:"at,omitzero"`   // zero: now

	// DryRun, as an argument, has nothing change: LiftAll says how many it would be.
	DryRun bool `json:"-"`
}

// An Appeal is a sender's objection to a sanction. Filing one needs Account and
// Sanction. With Pledge the sender promises proper conduct if the sanction ends: see
// Ruling.
type Appeal struct {
	ID        string    `json:"id,omitzero"`        // made by the engine; empty when filing
	Account   string    `json:"account,omitzero"`   // required
	Sanction  string    `json:"sanction,omitzero"`  // ID of the sanction; required
	Statement string    `json:"statement,omitzero"` // handed to hooks, not stored
	Pledge    bool      `json:"pledge,omitzero"`    // the sender promises proper conduct if the sanction ends
	At        time.Time `json:"at,omitzero"`        // when it came in; zero: now
	Ruling    *Ruling   `json:"ruling,omitzero"`    // nil while open; set by Resolve
}

// A RulingOutcome is what a person decided on an appeal.
type RulingOutcome uint8

// Outcomes of an appeal. The zero value is refused.
const (
	Upheld     RulingOutcome = iota + 1 // the sanction stays
	Reduced                             // it ends now, its strike stays
	Overturned                          // strike, ladder step and every consequence are undone
)

var rulingNames = names{typ: "RulingOutcome", what: "ruling", first: 1, of: []string{"upheld", "reduced", "overturned"}}

// String returns the name of the outcome.
func (o RulingOutcome) String() string { return rulingNames.name(uint8(o)) }

// MarshalText implements encoding.TextMarshaler.
func (o RulingOutcome) MarshalText() ([]byte, error) { return rulingNames.text(uint8(o)) }

// UnmarshalText implements encoding.TextUnmarshaler.
func (o *RulingOutcome) UnmarshalText(b []byte) error { return rulingNames.read((*uint8)(o), b) }

// A Ruling settles an appeal. With Reduced and Pledge the sanction ends under the promise
// of proper conduct that the appeal offered, for Appeals.Pledge of the policy. While that
// holds, what would bring a Warning, and rests on two families of evidence, brings the
// step after the sanction at once, and its first reason is CodePledge; no Warning is
// waited for. That breaks the pledge. One that is kept, with no offence and no Warning to
// its end, ends all strikes up to the ruling.
type Ruling struct {
	Outcome RulingOutcome `json:"outcome,omitzero"` // required
	Pledge  bool          `json:"pledge,omitzero"`  // with Reduced: under the pledge that the appeal offers
	By      string        `json:"by,omitzero"`      // the moderator; required
	Note    string        `json:"note,omitzero"`    // handed to hooks in full, kept cut to 64 bytes
	At      time.Time     `json:"at,omitzero"`      // zero: now
}

// imposed is the sanctions that the judgement imposed.
func (w *work) imposed() (all []Sanction) {
	for _, id := range w.out.Imposed {
		if e, d := w.rec.Find(id); e != nil {
			all = append(all, sanctionOf(&w.rec, e, d, w.in.Account))
		}
	}
	return all
}

// standing is the sanctions in force, oldest first.
func standing(r *state.Record, account string, now uint32) (all []Sanction) {
	s := &r.Enforced.Ladder
	for i := range s.N {
		if e := &s.Log[i]; e.Stands(now) {
			all = append(all, sanctionOf(r, e, r.DetailsOf(e.ID), account))
		}
	}
	return all
}

// pledge is until when a pledge of the account holds; zero: none does.
func pledge(r *state.Record, now uint32) (t time.Time) {
	if _, until := r.Enforced.Ladder.Pledge(now); until != 0 {
		t = stamp.Time(until)
	}
	return t
}

// sanctionOf makes the sanction that the host sees: the one place where that is
// done. Of one whose details are gone it says what the ladder needs.
func sanctionOf(r *state.Record, e *ladder.Entry, d *state.Details, account string) Sanction {
	s := entryOf(e, account)
	s.ID = hex64(e.ID)
	if e.Ended != 0 {
		s.Lifted = &Lifting{At: stamp.Time(e.Ended)}
		if by := r.Enforced.Ladder.Replacer(e); by != nil {
			s.Lifted.Note = "replaced by " + hex64(by.ID)
		} else if e.Flags&ladder.Regraded != 0 {
			s.Lifted.Note = "an earlier sanction was overturned"
		}
	}
	if end := r.Enforced.Ladder.PledgeEnds(e); end != 0 {
		s.Pledge = stamp.Time(end)
	}
	if d == nil {
		return s
	}
	s.Policy, s.Message, s.By = d.Policy, d.Message, d.By
	if d.Review != 0 {
		s.Review = stamp.Time(d.Review)
	}
	s.Reasons = slices.Grow(s.Reasons, d.NReasons)
	for i := range d.NReasons {
		s.Reasons = append(s.Reasons, reasonOf(&d.Reasons[i]))
	}
	if s.Lifted != nil && d.EndedBy != "" {
		s.Lifted.By, s.Lifted.Note = d.EndedBy, d.Note
	}
	if d.Appeal.ID != 0 {
		s.Appeal = appealOf(e, d, account)
	}
	return s
}

// entryOf is what an entry of the ladder says of a sanction, without an ID.
func entryOf(e *ladder.Entry, account string) Sanction {
	return Sanction{Account: account, Kind: Kind(e.Kind), Scope: Scope(e.Scope), PerDay: int(e.PerDay), From: stamp.Time(e.At), Until: endOf(e.Until)}
}

// endOf is an end as hosts see it; zero: there is none.
func endOf(t uint32) time.Time {
	if t == stamp.Forever {
		return time.Time{}
	}
	return stamp.Time(t)
}

func appealOf(e *ladder.Entry, d *state.Details, account string) *Appeal {
	a := &d.Appeal
	p := &Appeal{ID: hex64(a.ID), Account: account, Sanction: hex64(e.ID), At: stamp.Time(a.At), Pledge: e.Flags&ladder.Offered != 0}
	if a.Ruled != 0 {
		p.Ruling = &Ruling{Outcome: RulingOutcome(e.Outcome), Pledge: e.Flags&ladder.Pledged != 0, By: a.By, Note: a.Note, At: stamp.Time(a.Ruled)}
	}
	return p
}

// hex64 is an ID as hosts see it.
func hex64(v uint64) string {
	s := strconv.FormatUint(v, 16)
	return "0000000000000000"[len(s):] + s
}

// parseHex64 reads what hex64 made; 0, which is no ID, for anything else.
func parseHex64(s string) uint64 {
	v, err := strconv.ParseUint(s, 16, 64)
	if err != nil || hex64(v) != s {
		return 0
	}
	return v
}
