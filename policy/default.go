package policy

import (
	"time"

	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/scoring"
)

// Default returns a fresh copy of the policy that is in force where none is
// given. Its knots come from how real people behave, as far as it was
// measured; they are data, to be tried in shadow and changed.
func Default() *Policy {
	member := memberRules()
	page := memberRules()
	page.Limits.Messages = []limiter.Limit{{N: 5000, Per: time.Hour}}
	page.Limits.People = []limiter.Limit{{N: 5000, Per: time.Hour}}
	page.Signals.TextFast.Mode, page.Signals.TextSlow.Mode, page.Signals.TextEcho.Mode = Off, Off, Off
	page.Signals.OutreachFast.Mode, page.Signals.OutreachSlow.Mode = Off, Off
	page.Signals.Reach.Mode, page.Signals.Timing.Mode, page.Signals.Clock.Mode = Off, Off, Off
	page.Signals.ReplyLow.Mode, page.Signals.Complaint.Mode = Off, Off
	page.Signals.ComplaintRate = Signal{Curve: scoring.Curve{{X: .5, Y: 0}, {X: .9, Y: 3}}}
	page.Signals.ComplaintPrior = scoring.Beta{A: .5, B: 99.5}
	page.Signals.ComplaintFloor, page.Signals.ComplaintReach = .001, 150
	page.RateSure, page.RateFlag = .99, .003
	page.Received = Received{} // many write to a page, and it answers as it can
	page.Silence = Silence{}   // and whom it writes to need not
	page.Rates = []Step{
		{Rate: .005, Kind: Warning},
		{Rate: .01, People: 10, Kind: Restriction, Scope: Messaging, PerDay: 10, For: 7 * day, Review: 7 * day},
	}

	page.Strangers = Business
	business := memberRules()
	business.Limits.Messages = []limiter.Limit{{N: 60, Per: time.Minute}, {N: 500, Per: time.Hour}, {N: 2000, Per: 24 * time.Hour}}
	business.Limits.People = []limiter.Limit{{N: 60, Per: time.Hour}, {N: 150, Per: 24 * time.Hour}, {N: 450, Per: 7 * 24 * time.Hour}}
	business.Signals.Timing.Mode, business.Signals.Clock.Mode = Off, Off // it may have a program

	service := memberRules()
	service.Limits.Messages = []limiter.Limit{{N: 20_000, Per: time.Hour}}
	service.Limits.People = []limiter.Limit{{N: 20_000, Per: time.Hour}}
	service.Limits.Person, service.Limits.PersonUnknown = []limiter.Limit{{N: 100, Per: 24 * time.Hour}}, []limiter.Limit{{N: 100, Per: 24 * time.Hour}}
	service.Signals = page.Signals
	service.Limits.TurnedAwayNew, service.Limits.TurnedAwayAll = 0, 0 // a code is for whoever waits for it
	service.Person, service.Received, service.Requests, service.Silence = true, Received{}, Requests{}, Silence{}
	service.Limits.OriginPeople, service.Limits.OriginShare = 0, 0
	service.Pair = Pair{Blocked: Flag, Complained: Flag, For: 30 * day}
	service.Signals.Campaign.Mode, service.Signals.FollowUps.Mode = Off, Off

	return &Policy{
		Version: 1,
		Name:    "default",
		Classes: map[Class]*Rules{Member: member, Page: page, Business: business, Service: service, Staff: staffRules()},
		Strikes: Strikes{
			HalfLife: 45 * day, Forget: .05, Warned: .5, Offence: 1, AfterWarning: 1.5,
			Amount:       scoring.Curve{{X: 12, Y: 1}, {X: 40, Y: 1.25}, {X: 100, Y: 1.5}, {X: 300, Y: 1.75}, {X: 1000, Y: 2}},
			WarningFresh: 7 * day, Incident: day, Hysteresis: .4, ReadTime: hour, Tries: 10,
			Conduct: Conduct{Factor: 2, Lasts: 3 * day, Quiet: 7 * day, Answered: .2},
		},
		Complaints: Complaints{
			HalfLife: 90 * day, YoungAge: 7 * day, Young: .5, Least: .1, Most: 1.5,
			Burst: Duration(10 * time.Minute), BurstFrom: 3, Block: .5,
			GraveFrom: 3, GraveOver: day, GraveConfirmed: 1, PerReporter: 10,
		},
		Crowd: Crowd{
			Answer: Defer, Senders: 4, Doubt: 2, ReplyFloor: .10, ReplyPrior: scoring.Beta{A: 1, B: 6}, Sure: .85, SureOfFew: .90, Exposure: 25,
			Complaints: 2.5, ComplaintShare: .02, Probes: .3, ProbesUnwelcome: .05, ProbeContacts: 7,
			Retry: Duration(20 * time.Minute), RetryMost: hour,
		},
		Budget:                Budget{PerHour: 200, Share: .01},
		Appeals:               Appeals{Within: 184 * day, Again: 180 * day, Pledge: 90 * day},
		KeepSanctionsOnForget: true,
	}
}

// Observe returns a fresh copy of the policy to begin with: Default, except
// that it refuses and sanctions nothing.
func Observe() *Policy {
	p := Default()
	p.Name, p.Observe = "observe", true
	return p
}

// staffRules are those of the service's own people. They write to whom they have to,
// and those whom they sanction complain about them: neither says anything. What others
// were sanctioned for does, and an origin that was, and far more complaints than
// notices bring: then the account may be in other hands, and a person should look.
func staffRules() *Rules {
	r := memberRules()
	r.Person, r.Received, r.Requests, r.Silence = true, Received{}, Requests{}, Silence{}
	r.Pair = Pair{Blocked: Flag, Complained: Flag, For: 30 * day}
	r.Limits.Messages = []limiter.Limit{{N: 5000, Per: time.Hour}}
	r.Limits.People = []limiter.Limit{{N: 5000, Per: time.Hour}}
	r.Limits.Person, r.Limits.PersonUnknown = []limiter.Limit{{N: 100, Per: 24 * time.Hour}}, []limiter.Limit{{N: 100, Per: 24 * time.Hour}}
	r.Limits.YoungShare, r.Limits.TurnedAwayNew, r.Limits.TurnedAwayAll = 1, 0, 0
	r.Limits.OriginPeople, r.Limits.OriginShare = 0, 0
	s := &r.Signals
	eachSetting(func(k *setting) {
		if sig := k.of(s); sig != &s.Disguise && sig != &s.Flagged && sig != &s.RepeatOffence && sig != &s.Origin {
			sig.Mode = Off
		}
	})
	s.ComplaintRate = Signal{Curve: scoring.Curve{{X: .5, Y: 0}, {X: .9, Y: 3}}}
	s.ComplaintPrior, s.ComplaintFloor, s.ComplaintReach = scoring.Beta{A: .5, B: 4.5}, .10, 30
	s.SharedContacts = scoring.Curve{{X: 7, Y: 1}, {X: 14, Y: 1}} // many contacts are no excuse
	r.Score.Warn, r.Score.Act = .03, .05                          // one account was sanctioned for the text
	return r
}

// Strict returns a fresh copy of Default whose members have a shorter ladder: a block of
// Strict returns a fresh copy of Default whose members have a shorter ladder: a block of
// 48 hours that covers all messages, then a suspension of 30 days, then a person; and one
// of seven days for who deceives people, at which a person looks. Nobody rules on an
// appeal against what they imposed. It is for services on which a team would act as fast:
// honest people who are taken for abusers lose more.
func Strict() *Policy {
	p := Default()
	p.Name = "strict"
	p.Appeals.OtherPerson = true
	p.Classes[Member].Ladder = []Step{
		{Strikes: .4, Kind: Warning},
		{Strikes: .9, Kind: Block, Scope: Messaging, For: 48 * hour},
		{Strikes: 1.4, Kind: Suspension, Scope: WholeAccount, For: 30 * day, Review: 30 * day},
		{Strikes: 4, Kind: Suspension, Scope: WholeAccount, Review: 30 * day, Person: true},
	}
	// Who deceives people is back after two days, and goes on.
	p.Classes[Member].Deceived = Step{Kind: Block, Scope: Messaging, For: 7 * day, Review: 2 * day}
	return p
}

func memberRules() *Rules {
	curve := func(xy ...float64) Signal {
		var c scoring.Curve
		for i := 0; i+1 < len(xy); i += 2 {
			c = append(c, scoring.Point{X: xy[i], Y: xy[i+1]})
		}
		return Signal{Curve: c}
	}
	return &Rules{
		Limits: Limits{
			Messages:      []limiter.Limit{{N: 20, Per: time.Minute}, {N: 100, Per: time.Hour}, {N: 250, Per: 24 * time.Hour}},
			People:        []limiter.Limit{{N: 40, Per: time.Hour}, {N: 100, Per: 24 * time.Hour}, {N: 300, Per: 7 * 24 * time.Hour}},
			Person:        []limiter.Limit{{N: 10, Per: 24 * time.Hour}},
			PersonUnknown: []limiter.Limit{{N: 30, Per: 24 * time.Hour}},
			FollowUpGap:   Duration(5 * time.Minute),
			YoungAge:      7 * day, YoungShare: 1. / 3,
			TurnedAwayNew: 3.3, TurnedAwayAll: 8,
			Probation: .2, ProtectedShare: 1. / 3,
			OriginPeople: 3, OriginShare: .5,
		},
		Pair: Pair{Blocked: Reject, Complained: Hold, For: 30 * day, Unaccepted: Reject},
		Received: Received{
			Limits:   []limiter.Limit{{N: 30, Per: time.Hour}, {N: 100, Per: 24 * time.Hour}},
			Answered: .1, Young: 1. / 3, TurnedAway: 1.5,
		},
		Silence:  Silence{Turns: 10, For: 14 * day},
		Requests: Requests{Channel: "request", Outstanding: 300, Floor: .10, Sure: .95, Prior: scoring.Beta{A: 2, B: 6}, For: 7 * day},
		Channels: map[string][]limiter.Limit{
			"request": {{N: 30, Per: 24 * time.Hour}, {N: 100, Per: 7 * 24 * time.Hour}},
		},
		Weights: Weights{Contact: .01, Connection: .01, Follower: .1, Invited: .1, SecondDegree: .7, Stranger: 1, Unknown: 1, Earlier: .1, Protected: 2},
		Signals: Signals{
			Refused:           curve(.2, 0, .6, 1),
			TextFast:          curve(5, 0, 12, 3),
			TextSlow:          curve(3, 0, 8, 3),
			TextEcho:          curve(8, 0, 14, 1, 40, 2),
			TextMatch:         curve(.18, 0, .30, .35, .70, .45, .90, 1).Curve,
			TextMatchSlow:     curve(.18, .60, .30, .70, .90, 1).Curve,
			TextAnswered:      curve(.86, 1, .97, .25).Curve,
			SlowGate:          curve(.8, 0, .96, 1).Curve,
			Disguise:          curve(0, 0, 3, .5),
			Reach:             curve(5, 0, 12, 3),
			OutreachFast:      curve(6, 0, 12, 1, 30, 2, 45, 3),
			OutreachSlow:      curve(20, 0, 60, 1.5, 160, 2),
			FollowUps:         curve(6, 0, 12, .5),
			FollowUpsStranger: curve(8, 0, 20, 3),
			Persistence:       curve(16, 0, 20, .5),
			Deceived:          curve(2, 0, 2.6, 2),
			ComplaintOutreach: curve(0, 0, 1, .8, 2, 1.5, 3, 2),
			ReplyLow:          curve(.5, 0, .9, 1, .97, 1.5),
			ReplyGood:         curve(.86, 0, .97, -1, .99, -1.5),
			ReplyFloor:        .10,
			ReplyFloorBusy:    curve(50, 1, 75, 1.3).Curve,
			ReplyPrior:        scoring.Beta{A: 2, B: 6},
			Complaint:         curve(0, 0, 1, .5, 2, 1.2, 2.75, 3),
			ComplaintRate:     Signal{Mode: Off},
			ComplaintFloor:    .003,
			ComplaintPrior:    scoring.Beta{A: .3, B: 99.7},
			ComplaintReach:    1000,
			Timing:            curve(.42, 0, .55, 2),
			Clock:             curve(6, 0, 9, 2),
			Campaign:          curve(5, 0, 15, 3),
			Flagged:           curve(0, 0, 1, 1.2, 3, 3),
			SharedContacts:    curve(7, 1, 14, .2).Curve,
			RepeatOffence:     curve(0, 0, 1, 1.2),
			Origin:            curve(.5, 0, .9, 1.5),
			Young:             curve(.99, .7, 1, 0),
			Ignored:           curve(1, 0, 5, 1),
			Strikes:           curve(.5, 0, 1, 2, 2.5, 3.4),
			Cleared:           curve(.1, 0, 1, -1, 3, -1.5),
		},
		Score: Levels{Prior: .01, Cap: 3, Floor: .5, Warn: .20, Act: .35, Families: 2},
		Ladder: []Step{
			{Strikes: .4, Kind: Warning},
			{Strikes: .9, Kind: Block, Scope: Outreach, For: 24 * hour},
			{Strikes: 1.8, Kind: Block, Scope: Messaging, For: 48 * hour},
			{Strikes: 2.7, Kind: Restriction, Scope: Messaging, PerDay: 10, Review: 365 * day},
			{Strikes: 4, Kind: Suspension, Scope: WholeAccount, For: 30 * day, Review: 30 * day},
			{Strikes: 5.5, Kind: Suspension, Scope: WholeAccount, Review: 30 * day, Person: true},
		},
		Severe:           Step{Kind: Suspension, Scope: WholeAccount, Review: 2 * day},
		Deceived:         Step{Kind: Block, Scope: Messaging, For: 48 * hour},
		SevereCategories: []Category{Fraud, Unlawful},
		Confirmed: []Step{
			{Kind: Block, Scope: Messaging, For: 7 * day},
			{Kind: Suspension, Scope: WholeAccount, For: 30 * day, Review: 30 * day},
		},
		ConfirmedCategories: []Category{Harassment, Impersonation},
		Impersonated:        []Class{Staff, Page},
	}
}
