package policy

import "github.com/decorum-go/decorum/scoring"

// Levels says how evidence adds up and what follows. Evidence is counted in points,
// which are natural log-odds: with 1 point more the odds of abuse are 2.72 times as
// high, with 0.7 twice.
type Levels struct {
	Prior float64 `json:"prior"` // probability of abuse without evidence; less than Warn
	Cap   float64 `json:"cap"`   // most points of one family
	Floor float64 `json:"floor"` // points from which a family counts as one of Families; less than Cap
	Warn  float64 `json:"warn"`  // probability from which a Warning follows; less than Act
	Act   float64 `json:"act"`   // probability from which the ladder follows
	// Families is how many independent families (of Content, Contact,
	// Reception, Automation, Network) must agree before anything above a
	// Warning follows, unless a moderator found it. At least 2.
	Families int `json:"families"`
}

// A Step is what follows from an offence weight.
type Step struct {
	Strikes float64  `json:"strikes,omitzero"` // offence weight from which it applies; none in Severe
	Rate    float64  `json:"rate,omitzero"`    // in Rules.Rates, in place of Strikes: share of people reached who complain
	People  int      `json:"people,omitzero"`  // with a rate: how many must have complained
	Kind    Kind     `json:"kind"`             // what happens to the account
	Scope   Scope    `json:"scope,omitzero"`   // what it covers; a Warning covers nothing
	For     Duration `json:"for,omitzero"`     // its length; 0: until lifted
	PerDay  int      `json:"per_day,omitzero"` // of a Restriction: messages a day
	Review  Duration `json:"review,omitzero"`  // when a person should look again; needed where there is no end
	// Person is whether automation may only hold the message and ask: a person takes
	// the step, by Impose.
	Person bool `json:"person,omitzero"`
}

// Strikes says how offences are counted and how they fade. An incident holds one
// strike. A strike has a weight, which halves every HalfLife, but not while a Block or a
// Suspension stands; the sum, the offence weight, is what Step.Strikes means. Within a
// half-life of an offence another one never brings a lower step. A person who lifts or
// reduces what stands closes the incident: the next offence is a new one.
type Strikes struct {
	HalfLife Duration `json:"half_life"` // in which a strike loses half its weight, from 1h
	Forget   float64  `json:"forget"`    // a strike under this weight is gone; less than Warned
	Warned   float64  `json:"warned"`    // weight of a Warning; less than Offence
	Offence  float64  `json:"offence"`   // weight of anything above; less than AfterWarning
	// AfterWarning is in place of Offence where the offence is aggravated: by a Warning of
	// an earlier incident that is fresh, by disguise, by a text or an origin that had
	// brought a sanction.
	AfterWarning float64 `json:"after_warning"`
	// Amount: people approached without a contact since the last incident → factor on the
	// weight of the offence, at least 1; rises. Left out, it is 1.
	Amount scoring.Curve `json:"amount,omitzero"`
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
	// it is not waited for any longer. Who approaches more than three quarters as many,
	// and somebody within the last sixth of ReadTime, has not stopped: then it answers
	// nothing.
	Tries int `json:"tries,omitzero"`
	// Hysteresis is how much the offence weight must be under a step until the level
	// steps down.
	Hysteresis float64 `json:"hysteresis"`
	// Conduct says how good conduct has strikes fade, and probation pass, sooner. Left out,
	// time alone counts.
	Conduct Conduct `json:"conduct,omitzero"`
}

// Conduct says how good conduct has strikes fade, and probation pass, sooner: time counts
// more on the days after one on which somebody whom the account had newly approached
// answered, and not after a complaint. An answer speaks for the account where nobody who
// gives it has strikes, is on one of the account's own origins, or on an origin of the last
// four such answers, and by Message.Joined nobody is younger than Complaints.YoungAge. Days
// are those of UTC; the newest 225 count. A shadow policy sees them from when on an account
// has strikes under the enforced one. The zero Conduct has time alone count.
type Conduct struct {
	Factor float64  `json:"factor"` // how fast time counts on a good day, from 1 to 2
	Lasts  Duration `json:"lasts"`  // how many days after one with an answer are good, from 1d to 30d
	Quiet  Duration `json:"quiet"`  // how many days after one with a complaint are not, as that day itself; from 1d to 30d
	// Answered is the share that must have answered of the people approached since the
	// newest sanction, as far as they have had the time; from 0 to 1.
	Answered float64 `json:"answered"`
}
