package policy

import (
	"fmt"
	"slices"
	"time"

	"github.com/decorum-go/decorum/policy/internal/english"
)

// A NoticeCode says what a sender is told, so that a host can translate it.
type NoticeCode string

// Codes of notices.
const (
	NoticeNone      NoticeCode = ""          // nothing to say: the message went out, now or before
	NoticeLater     NoticeCode = "later"     // too much at once: try again after Until
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
}

// Notice returns what the sender may be told where they stand: of several sanctions the
// severest, and a pledge that holds.
func (a *Account) Notice() Notice {
	n := noticeOf(severest(a.Standing))
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
	n := d.notice()
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
	case NoticeLater, NoticeBusy, NoticeRequests:
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
		case d.Verdict == Defer:
			return NoticeLater
		}
		return NoticeRefused
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

// String returns the notice in plain English; "" if there is nothing to say. Until is
// rounded up to a whole minute, so that at the time it names the message passes.
func (n Notice) String() string {
	said := n.says()
	if !n.Pledge.IsZero() {
		if said != "" {
			said += " "
		}
		said += "You agreed to write only to people who expect to hear from you, until " + english.Minute(n.Pledge) + " UTC."
		if n.Code == NoticePledge {
			said += " If you do not, more than before follows, without another warning."
		}
	}
	return said
}

func (n Notice) says() string {
	until := english.Minute(n.Until) + " UTC"
	appeal := ""
	if n.Appeal != "" {
		appeal = fmt.Sprintf(" If you think that this is a mistake, you can appeal; please quote %s.", n.Appeal)
	}
	switch n.Code {
	case NoticeLater:
		if n.Until.IsZero() {
			return "This message goes to more people than your account may write to. We did not deliver it."
		}
		return "You are sending more than usual. Please try again after " + until + "."
	case NoticeBusy:
		return "This person gets many messages from people they do not know. Please try again after " + until + "."
	case NoticeRequests:
		return "Few people have accepted your connection requests. You can send new ones after " + until + ", or once more of them are accepted."
	case NoticeHeld:
		return "A person will look at this message before we deliver it."
	case NoticeRefused:
		return "We did not deliver this message."
	case NoticeUndecided:
		return "We could not deliver this message now. Please try again later."
	case NoticeWarning:
		return "Some of your recent messages look unwelcome. Please write only to people who expect to hear from you." + appeal
	case NoticeSanction:
		if n.Until.IsZero() {
			until = "further notice"
		}
		broken := ""
		if n.Broken {
			broken = " You had agreed to write only to people who expect to hear from you."
		}
		return n.stands() + " until " + until + "." + broken + n.passes() + appeal
	}
	return ""
}

// stands says what the sender can no longer do.
func (n Notice) stands() string {
	switch {
	case n.Kind == Block && n.Scope == Outreach:
		return "You cannot start new conversations"
	case n.Kind == Block:
		return "You cannot send messages"
	case n.Kind == Restriction && n.Scope == Outreach:
		return "You can send people who have not written to you only " + english.Count(float64(n.PerDay), "message", "messages") + " a day"
	case n.Kind == Restriction:
		return "You can send only " + english.Count(float64(n.PerDay), "message", "messages") + " a day"
	case n.Scope == Messaging:
		return "Your account cannot use messages"
	}
	return "Your account is suspended"
}

// passes says what the sender still can do.
func (n Notice) passes() string {
	if n.Scope == Outreach {
		return " You can still answer people who wrote to you."
	}
	return ""
}
