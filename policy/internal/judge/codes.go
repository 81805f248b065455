package judge

import "github.com/decorum-go/decorum/scoring"

// Codes of causes, as policy documents them.
const (
	codeRate        = "rate.messages"
	codeRatePeople  = "rate.people"
	codeRatePerson  = "rate.person"
	codeRateChannel = "rate.channel"
	codeRestricted  = "rate.restriction"

	codeComplaintRate = "complaint.rate"

	codeSanction  = "sanction.standing"
	codeOverride  = "moderator.order"
	codeModerator = "moderator.finding"
	codeBudget    = "budget.exhausted"
	codePerson    = "person.needed"
)

// A Signal is one measurement, as a policy sets it.
type Signal uint8

// Signals, in any order.
const (
	Pressure Signal = iota
	TextFast
	TextSlow
	Disguise
	Reach
	FanFast
	FanSlow
	Pestered
	PesteredStranger
	Persistence
	ComplaintCold
	ReplyLow
	ReplyGood
	Complaint
	ComplaintRate
	Timing
	Minute
	Campaign
	Tainted
	Resumed
	Origin
	Young
	Ignored
	NSignals
)

// A Row says what a signal's evidence is called, and which family it is of.
type Row struct {
	Code   scoring.Code
	Family scoring.Family
}

// Signals is the table of signals.
var Signals = [NSignals]Row{
	Pressure:         {"rate.pressure", scoring.Volume},
	TextFast:         {"text.duplicate", scoring.Content},
	TextSlow:         {"text.drip", scoring.Content},
	Disguise:         {"text.disguise", scoring.Content},
	Reach:            {"text.reach", scoring.Content},
	FanFast:          {"contact.strangers", scoring.Contact},
	FanSlow:          {"contact.unanswered", scoring.Contact},
	Pestered:         {"contact.pestered", scoring.Contact},
	PesteredStranger: {"contact.pestered", scoring.Contact},
	Persistence:      {"rate.persistence", scoring.Volume},
	ComplaintCold:    {"contact.complaint", scoring.Contact},
	ReplyLow:         {"reply.low", scoring.Reception},
	ReplyGood:        {"reply.good", scoring.Reception},
	Complaint:        {"complaint.reporters", scoring.Reception},
	ComplaintRate:    {codeComplaintRate, scoring.Reception},
	Timing:           {"timing.regular", scoring.Automation},
	Minute:           {"timing.minute", scoring.Automation},
	Campaign:         {"text.campaign", scoring.Network},
	Tainted:          {"text.tainted", scoring.Network},
	Resumed:          {"text.resumed", scoring.Network},
	Origin:           {"origin.sanctioned", scoring.Network},
	Young:            {"account.young", scoring.Standing},
	Ignored:          {"warning.ignored", scoring.Standing},
}

// Codes lists what a record stores as one byte: the place in this list. Append
// only. The first is none: a code of the host's own.
var Codes = [...]scoring.Code{
	"", codeRate, codeRatePeople, codeRatePerson, codeRateChannel, codeRestricted, Signals[Pressure].Code,
	Signals[TextFast].Code, Signals[TextSlow].Code, Signals[Disguise].Code, Signals[Reach].Code,
	Signals[Campaign].Code, Signals[Tainted].Code, Signals[Resumed].Code,
	Signals[FanFast].Code, Signals[FanSlow].Code, Signals[Pestered].Code, Signals[ComplaintCold].Code,
	Signals[ReplyLow].Code, Signals[ReplyGood].Code, Signals[Complaint].Code, codeComplaintRate,
	Signals[Timing].Code, Signals[Origin].Code, Signals[Young].Code, Signals[Ignored].Code,
	codeSanction, codeOverride, codeModerator, codeBudget, codePerson, "store.fault", Signals[Minute].Code, Signals[Persistence].Code,
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
