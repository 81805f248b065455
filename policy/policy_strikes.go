package policy

// Strikes says how offences are counted and how they fade. An incident holds one
// strike. A strike has a weight, which halves every HalfLife, also while a sanction
// stands; the sum, the offence weight, is what Step.Strikes means.
type Strikes struct {
	HalfLife     Duration `json:"half_life"`     // in which a strike loses half its weight, from 1h
	Forget       float64  `json:"forget"`        // a strike under this weight is gone; less than Warned
	Warned       float64  `json:"warned"`        // weight of a Warning; less than Offence
	Offence      float64  `json:"offence"`       // weight of anything above; less than AfterWarning
	AfterWarning float64  `json:"after_warning"` // in place of Offence while a Warning of an earlier incident is fresh
	// WarningFresh is how long a Warning counts as recent: at most one is
	// given in that time, and people approached in it are counted. From 1h to 366d.
	WarningFresh Duration `json:"warning_fresh"`
	// Incident is how long an incident stays open at least, from 1h to 30d.
	Incident Duration `json:"incident"`
	// ReadTime is in how long a Warning is taken to be read: until then messages to
	// strangers that would bring more are deferred, and what happened within hours before
	// is answered by it. A complaint, an earlier sanction and a text that brought one
	// bring more at once. 0, or left out: it is not waited for; at most 1d.
	ReadTime Duration `json:"read_time,omitzero"`
	// Tries is how many people the sender may approach meanwhile, tries among them, until
	// it is not waited for any longer.
	Tries int `json:"tries,omitzero"`
	// Hysteresis is how much the offence weight must be under a step until the level
	// steps down.
	Hysteresis float64 `json:"hysteresis"`
}

// Complaints says what a report weighs.
type Complaints struct {
	HalfLife  Duration `json:"half_life"`  // in which a report loses half its weight, from 1h
	YoungAge  Duration `json:"young_age"`  // reporters with a younger account weigh the share Young
	Young     float64  `json:"young"`      // what a report by a young account weighs
	Least     float64  `json:"least"`      // least credibility of a reporter; a new one has 1
	Most      float64  `json:"most"`       // most credibility of a reporter
	Burst     Duration `json:"burst"`      // n reports within this by people who were no contacts weigh 1 + ln(n) together; at most 1d
	BurstFrom int      `json:"burst_from"` // number of reports that are a burst
	Block     float64  `json:"block"`      // what a BlockedBy weighs, where a complaint weighs 1
	// GraveFrom is how many complaints about fraud, harassment or what is unlawful, by
	// people whom the sender approached first and who then talked with them, the signal
	// deceived wants; 0, or left out: it wants confirmed ones.
	GraveFrom int `json:"grave_from,omitzero"`
	// GraveOver is how much time must lie between the first and the last of them.
	GraveOver Duration `json:"grave_over,omitzero"`
	// GraveConfirmed is how many of them do that a person confirmed, at any time; 0, or
	// left out: none does.
	GraveConfirmed int `json:"grave_confirmed,omitzero"`
}
