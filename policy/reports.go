package policy

import (
	"context"
	"time"

	"github.com/decorum-go/decorum/policy/internal/judge"
	"github.com/decorum-go/decorum/policy/internal/keys"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/state"
)

// A ReportOutcome is what somebody learns who filed a Complaint: that it was taken, and
// later what became of it. It tells neither who else complained nor what was done to the
// account. A BlockedBy has none.
//
// The engine keeps no names of reporters. Report is the same in all outcomes of one
// person's complaints about one account, under one Secret: keep it beside your own
// record of the complaint when Outcome is ReportTaken, and look it up later.
type ReportOutcome struct {
	Report  string       `json:"report,omitzero"`  // names the two, to those alone who have the Secret
	Against string       `json:"against,omitzero"` // the account
	From    string       `json:"from,omitzero"`    // the reporter; only with ReportTaken
	Outcome ReportStatus `json:"outcome,omitzero"`
	Limited bool         `json:"limited,omitzero"` // taken over Complaints.PerReporter: it weighs nothing until a person confirms it
	At      time.Time    `json:"at,omitzero"`
}

// A ReportStatus is how far a complaint is. The zero value is none.
type ReportStatus uint8

// What becomes of a complaint. Taken is told of each, before anything else; what became of
// it once, at most: it may be lost where the process ends between decision and hook.
const (
	ReportTaken     ReportStatus = iota + 1 // it was recorded, whether it counts or not
	ReportNoAction                          // a person looked, and found nothing against the account; or overturned what followed
	ReportConfirmed                         // a person looked, and agrees
	ReportThanks                            // nobody ruled on it, and the account was warned or sanctioned since
)

var reportNames = names{typ: "ReportStatus", what: "report status", first: 1, of: []string{"taken", "no_action", "confirmed", "thanks"}}

// String returns the name of the status.
func (s ReportStatus) String() string { return reportNames.name(uint8(s)) }

// MarshalText implements encoding.TextMarshaler.
func (s ReportStatus) MarshalText() ([]byte, error) { return reportNames.text(uint8(s)) }

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *ReportStatus) UnmarshalText(b []byte) error { return reportNames.read((*uint8)(s), b) }

// String returns what the reporter may read, in plain English; "" for no outcome.
func (o ReportOutcome) String() string {
	switch o.Outcome {
	case ReportTaken:
		if o.Limited {
			return "We have your report. You have reported many accounts within an hour, so it counts only if a person confirms it."
		}
		return "Thank you. We have your report."
	case ReportNoAction:
		return "We looked at what you reported, and found nothing that our rules forbid. You can block the account."
	case ReportConfirmed:
		return "Thank you. We looked at what you reported, and agree with you."
	case ReportThanks:
		return "Thank you. Your report helped us to act."
	}
	return ""
}

// tellReport hands an outcome of a complaint by a person to the hook.
func (e *Engine) tellReport(ctx context.Context, who, me uint64, o ReportOutcome) {
	if h := e.cfg.Hooks.Reported; h != nil {
		o.Report = hex64(keys.Mix(me, who))
		h(ctx, &o)
	}
}

// thank tells those whose complaints nobody ruled on that something followed.
func (e *Engine) thank(ctx context.Context, account string, me uint64, all []uint64, at time.Time) {
	for _, who := range all {
		e.tellReport(ctx, who, me, ReportOutcome{Against: account, Outcome: ReportThanks, At: at})
	}
}

// limited reports whether somebody has complained about as many accounts within an hour
// as the policy lets count, this one apart. Their own record tells; of one that can't be
// read nothing is held against them.
func (e *Engine) limited(ctx context.Context, w *work, from string) (over bool, err error) {
	most := w.in.Policy.Member.Complaints.PerReporter
	if most == 0 {
		return false, nil
	}
	err = e.viewWith(ctx, w, e.keys.Key(keys.Account, from), func(data []byte) error {
		if err := decoded(w.other.DecodeOnly(data, state.OnlyStanding)); err != nil {
			return err
		}
		over = judge.Reported(&w.other, w.in.Me, stamp.Of(w.in.At)) >= most
		return nil
	})
	return over, e.others(ctx, err)
}
