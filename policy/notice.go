package policy

import (
	"slices"
	"strings"
	"time"

	"github.com/decorum-go/decorum/policy/internal/words"
)

// A NoticeCode says what a sender is told, so that a host can translate it.
type NoticeCode string

// Codes of notices.
const (
	NoticeNone      NoticeCode = ""          // nothing to say: the message went out, now or before
	NoticeLater     NoticeCode = "later"     // not yet, for another reason than a rate: try again after Until
	NoticeRate      NoticeCode = "rate"      // too much at once (rate.messages, rate.people, …): try again after Until
	NoticeBusy      NoticeCode = "busy"      // the recipient gets too much at once: try again after Until
	NoticeRequests  NoticeCode = "requests"  // no connection requests until Until: few were accepted, or too many are open
	NoticeHeld      NoticeCode = "held"      // a person looks at the message first
	NoticeRefused   NoticeCode = "refused"   // the message was refused
	NoticeWarning   NoticeCode = "warning"   // Kind is Warning
	NoticeSanction  NoticeCode = "sanction"  // Kind, Scope, Until and PerDay say what stands
	NoticeUndecided NoticeCode = "undecided" // no decision could be made: try again
	NoticePledge    NoticeCode = "pledge"    // nothing stands, and a promise of proper conduct holds until Pledge
)

// A Notice is what the sender of a message may be told: what, until when, and how to
// appeal. It names no threshold, no reporter and no other account. The zero Notice
// says nothing.
type Notice struct {
	Code   NoticeCode `json:"code,omitzero"`
	Kind   Kind       `json:"kind,omitzero"`    // of the sanction that matters most; 0: none
	Scope  Scope      `json:"scope,omitzero"`   // what it covers
	Until  time.Time  `json:"until,omitzero"`   // when it ends, or when to try again; zero: not fixed
	PerDay int        `json:"per_day,omitzero"` // Restriction: messages a day
	Appeal string     `json:"appeal,omitzero"`  // ID of the sanction to appeal against; "": nothing to appeal
	Pledge time.Time  `json:"pledge,omitzero"`  // until when the sender's promise of proper conduct holds (Ruling.Pledge); zero: none does
	Broken bool       `json:"broken,omitzero"`  // the sanction follows from a promise that the sender did not keep
	At     time.Time  `json:"at,omitzero"`      // from when on Until is so far away; zero: where there is no Until, or nobody knows
}

// Notice returns what the sender may be told where they stand: of several sanctions the
// severest, and a pledge that holds.
func (a *Account) Notice() Notice {
	n := noticeOf(severest(a.Standing)).at(a.At)
	if n.Pledge = a.Pledge; n.Code == NoticeNone && !a.Pledge.IsZero() {
		n.Code = NoticePledge
	}
	return n
}

// severest is the severest of some sanctions; nil: there is none.
func severest(all []Sanction) (most *Sanction) {
	for i := range all {
		if s := &all[i]; most == nil || s.Kind.above(most.Kind) {
			most = s
		}
	}
	return most
}

// at is a notice as it is given at a time.
func (n Notice) at(t time.Time) Notice {
	if !n.Until.IsZero() {
		n.At = t
	}
	return n
}

// noticeOf is what is said of a sanction that stands.
func noticeOf(s *Sanction) Notice {
	if s == nil || s.Kind == Referral {
		return Notice{}
	}
	n := Notice{Code: NoticeSanction, Kind: s.Kind, Scope: s.Scope, Until: s.Until, PerDay: s.PerDay, Appeal: s.ID}
	if s.Kind == Warning {
		n.Code, n.Until = NoticeWarning, time.Time{}
	}
	n.Broken = slices.ContainsFunc(s.Reasons, func(r Reason) bool { return r.Code == CodePledge })
	return n
}

// Notice returns what the sender may be told. Of several sanctions it is about the
// severest. Of a message that goes out it says nothing.
func (d *Decision) Notice() Notice {
	n := d.notice().at(d.At)
	if n.Code != NoticeNone && n.Code != NoticeUndecided {
		n.Pledge = d.Pledge
	}
	return n
}

func (d *Decision) notice() (n Notice) {
	if d.Verdict == Reject && !d.unwanted() || len(d.Imposed) > 0 {
		if n = noticeOf(severest(d.Standing)); n.Code != NoticeNone {
			return n
		}
	}
	switch n.Code = d.noticeCode(); n.Code {
	case NoticeLater, NoticeRate, NoticeBusy, NoticeRequests:
		if d.RetryAfter > 0 {
			n.Until = d.At.Add(d.RetryAfter)
		}
	}
	return n
}

// noticeCode says what the sender is told of the verdict itself.
func (d *Decision) noticeCode() NoticeCode {
	switch first := d.first(); d.Verdict {
	case Allow, Flag, Duplicate:
		return NoticeNone
	case Hold:
		return NoticeHeld
	case Defer, Reject:
		switch {
		case first == CodeReceived:
			return NoticeBusy
		case first == CodeRequests || first == CodeOutstanding:
			return NoticeRequests
		case d.Verdict == Reject:
			return NoticeRefused
		case first == CodeRate || first == CodeRatePeople || first == CodeRatePerson || first == CodeRateChannel:
			return NoticeRate
		}
		return NoticeLater
	}
	return NoticeUndecided
}

// first is the code of the first reason.
func (d *Decision) first() Code {
	if len(d.Reasons) == 0 {
		return ""
	}
	return d.Reasons[0].Code
}

// unwanted reports whether it is the recipients who refuse the message, or its channel
// that is closed.
func (d *Decision) unwanted() bool {
	switch d.first() {
	case CodeBlocked, CodeSettings, CodeRequests:
		return true
	}
	return false
}

// String returns the notice in plain English, in UTC; "" if there is nothing to say.
func (n Notice) String() string { return n.In(Language{}) }

// In returns the notice in a language; "" if there is nothing to say. Until is rounded up
// to a whole minute, so that at the time it names the message passes. Where At is known
// it also says how long that is, rounded up, too.
func (n Notice) In(l Language) string {
	v := l.voice()
	said := n.says(v)
	if !n.Pledge.IsZero() {
		said = append(said, v.Say("notice.pledge", words.Holes{"moment": words.Moment(n.Pledge)}))
		if n.Code == NoticePledge {
			said = append(said, v.Say("notice.pledge.breach", nil))
		}
	}
	return strings.Join(said, " ")
}

// says are the sentences of a notice, but for the pledge that holds.
func (n *Notice) says(v *words.Voice) []string {
	key := "notice." + string(n.Code)
	switch {
	case n.Code == NoticeNone || n.Code == NoticePledge:
		return nil
	case n.Code == NoticeSanction:
		return append(n.stands(v), n.appeals(v)...)
	case n.Code == NoticeWarning:
		return append([]string{v.Say(key, nil)}, n.appeals(v)...)
	case n.Code == NoticeRate && n.Until.IsZero():
		key += ".never"
	}
	return []string{v.Say(key, words.Holes{"after": words.After(n.Until, n.At)})}
}

func (n *Notice) appeals(v *words.Voice) []string {
	if n.Appeal == "" {
		return nil
	}
	return []string{v.Say("notice.appeal", words.Holes{"sanction": n.Appeal})}
}

// stands says what the sender can no longer do, and what they still can.
func (n *Notice) stands(v *words.Voice) []string {
	key := "notice." + n.Kind.String()
	switch {
	case n.Kind != Block && n.Kind != Restriction && n.Scope == Messaging:
		key = "notice.suspension.messaging"
	case n.Kind != Block && n.Kind != Restriction:
		key = "notice.suspension"
	case n.Scope == Outreach:
		key += ".outreach"
	}
	said := []string{v.Say(key, words.Holes{"per_day": float64(n.PerDay), "until": words.Until(n.Until, n.At)})}
	if n.Broken {
		said = append(said, v.Say("notice.broken", nil))
	}
	if n.Scope == Outreach {
		said = append(said, v.Say("notice.replies", nil))
	}
	return said
}
