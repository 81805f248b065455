package judge

import (
	"github.com/decorum-go/decorum/policy/internal/state"
	"github.com/decorum-go/decorum/scoring"
)

// Codes of causes, as policy documents them.
const (
	codeRate        = "rate.messages"
	codeRatePeople  = "rate.people"
	codeRatePerson  = "rate.person"
	codeRateChannel = "rate.channel"
	codeRestricted  = "rate.restriction"

	codeComplaintRate = "complaint.rate"

	codeInDoubt     = "text.in_doubt"
	codeTurnedAway  = "recipient.turned_away"
	codeSettings    = "recipient.settings"
	codeBlocked     = "recipient.blocked"
	codeComplained  = "recipient.complained"
	codeFull        = "recipient.limit"
	codeUnchecked   = "recipient.unchecked"
	codeUnwelcome   = "text.unwelcome"
	codeWelcome     = "text.welcome"
	codeKnown       = "text.known"
	codeUnread      = "warning.unread"
	codeProbation   = "sanction.probation"
	codeWeight      = "offence.weight"
	codeNext        = "origin.review"
	codePledge      = "pledge.broken"
	codeRequests    = "request.acceptance"
	codeOutstanding = "request.outstanding"
	codeSilent      = "contact.silent"

	codeSanction  = "sanction.standing"
	codeOverride  = "moderator.order"
	codeModerator = "moderator.finding"
	codeBudget    = "budget.exhausted"
	codeBrake     = "automation.braked"
	codeReleased  = "moderator.released"
	codeRuled     = "moderator.text"
	codePerson    = "person.needed"
)

// A Signal is one measurement, as a policy sets it.
type Signal uint8

// Signals, in any order.
const (
	Refused Signal = iota
	TextFast
	TextSlow
	Disguise
	Reach
	OutreachFast
	OutreachSlow
	FollowUps
	FollowUpsStranger
	Persistence
	ComplaintOutreach
	ReplyLow
	ReplyGood
	Complaint
	ComplaintRate
	Timing
	Clock
	Campaign
	Flagged
	RepeatOffence
	Origin
	Young
	Ignored
	Deceived
	Strikes
	Echo
	Cleared
	NSignals
)

// A Row says what a signal's evidence is called, and which family it is of.
type Row struct {
	Code   scoring.Code
	Family scoring.Family
}

// Signals is the table of signals.
var Signals = [NSignals]Row{
	Refused:           {"rate.refused", scoring.Volume},
	TextFast:          {"text.duplicate", scoring.Content},
	TextSlow:          {"text.duplicate_slow", scoring.Content},
	Disguise:          {"text.disguise", scoring.Content},
	Reach:             {"text.reach", scoring.Content},
	OutreachFast:      {"contact.strangers", scoring.Contact},
	OutreachSlow:      {"contact.unanswered", scoring.Contact},
	FollowUps:         {"contact.follow_ups", scoring.Contact},
	FollowUpsStranger: {"contact.follow_ups", scoring.Contact},
	Persistence:       {"rate.persistence", scoring.Volume},
	ComplaintOutreach: {"contact.complaint", scoring.Reception},
	ReplyLow:          {"reply.low", scoring.Reception},
	ReplyGood:         {"reply.good", scoring.Reception},
	Complaint:         {"complaint.reporters", scoring.Reception},
	ComplaintRate:     {codeComplaintRate, scoring.Reception},
	Timing:            {"timing.regular", scoring.Automation},
	Clock:             {"timing.clock", scoring.Automation},
	Campaign:          {"text.campaign", scoring.Network},
	Flagged:           {"text.flagged", scoring.Network},
	RepeatOffence:     {"account.repeat_offence", scoring.Network},
	Origin:            {"origin.sanctioned", scoring.Network},
	Young:             {"account.young", scoring.Standing},
	Ignored:           {"warning.ignored", scoring.Standing},
	Echo:              {"text.echo", scoring.Content},
	Deceived:          {"contact.deceived", scoring.Contact},
	Strikes:           {"account.strikes", scoring.Standing},
	Cleared:           {"moderator.cleared", scoring.Standing},
}

// Codes lists what a record stores as one byte: the place in this list. Append
// only. The first is none: a code of the host's own.
var Codes = [...]scoring.Code{
	"", codeRate, codeRatePeople, codeRatePerson, codeRateChannel, codeRestricted, Signals[Refused].Code,
	Signals[TextFast].Code, Signals[TextSlow].Code, Signals[Disguise].Code, Signals[Reach].Code,
	Signals[Campaign].Code, Signals[Flagged].Code, Signals[RepeatOffence].Code,
	Signals[OutreachFast].Code, Signals[OutreachSlow].Code, Signals[FollowUps].Code, Signals[ComplaintOutreach].Code,
	Signals[ReplyLow].Code, Signals[ReplyGood].Code, Signals[Complaint].Code, codeComplaintRate,
	Signals[Timing].Code, Signals[Origin].Code, Signals[Young].Code, Signals[Ignored].Code,
	codeSanction, codeOverride, codeModerator, codeBudget, codePerson, "store.fault", Signals[Clock].Code, Signals[Persistence].Code,
	Signals[Deceived].Code, Signals[Strikes].Code, codeInDoubt, codeUnwelcome, codeWelcome,
	Signals[Echo].Code, codeTurnedAway, codeUnread, codeProbation, codeUnchecked, codeWeight, codeBlocked, codeComplained, codeSettings, codeBrake, codeReleased, codePledge, Signals[Cleared].Code, codeFull, codeRequests, codeOutstanding, codeNext, codeKnown, codeSilent, codeRuled,
}

// CodeIndex is the byte that stands for a built-in code, 0 for others.
func CodeIndex(c scoring.Code) uint8 {
	for i, b := range Codes {
		if b == c {
			return uint8(i)
		}
	}
	return 0
}

// CodeOf is the code of a kept reason.
func CodeOf(r *state.Reason) scoring.Code {
	if int(r.Index) < len(Codes) && r.Index != 0 {
		return Codes[r.Index]
	}
	return r.Code
}
