package judge

import (
	"time"

	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/policy/internal/ladder"
	"github.com/decorum-go/decorum/policy/internal/state"
	"github.com/decorum-go/decorum/scoring"
)

const (
	hour = 3600
	day  = 24 * hour
)

func curve(xy ...float64) (c scoring.Curve) {
	for i := 0; i+1 < len(xy); i += 2 {
		c = append(c, scoring.Point{X: xy[i], Y: xy[i+1]})
	}
	return c
}

// testPolicy is about the default policy. warn and act are its levels.
func testPolicy(id string, warn, act float64) *Policy {
	r := &Rules{
		Limits: Limits{
			Messages:      []limiter.Limit{{N: 20, Per: time.Minute}, {N: 250, Per: 24 * time.Hour}},
			People:        []limiter.Limit{{N: 40, Per: time.Hour}, {N: 100, Per: 24 * time.Hour}},
			Person:        []limiter.Limit{{N: 10, Per: 24 * time.Hour}},
			PersonUnknown: []limiter.Limit{{N: 30, Per: 24 * time.Hour}},
			FollowUpGap:   300, YoungAge: 7 * 24 * time.Hour, YoungShare: 1. / 3, Probation: .5,
		},
		Channels:  map[string][]limiter.Limit{"request": {{N: 5, Per: 24 * time.Hour}}},
		Weights:   Weights{Contact: .01, Connection: .01, Follower: .1, Invited: .1, SecondDegree: .7, Stranger: 1, Unknown: 1, Earlier: .1},
		TextMatch: curve(.18, 0, .30, .35, .70, .45, .90, 1), TextMatchSlow: curve(.18, .60, .30, .70, .90, 1), TextAnswered: curve(.86, 1, .97, .25),
		SlowGate: curve(.8, 0, .96, 1), ReplyFloorBusy: curve(50, 1, 75, 1.3), SharedContacts: curve(7, 1, 14, .2),
		ReplyFloor: .10, ComplaintFloor: .003, ReplyPrior: scoring.Beta{A: 2, B: 6}, ComplaintPrior: scoring.Beta{A: .3, B: 99.7}, ComplaintReach: 1000,
		Score: scoring.Scorecard{Prior: .01, Cap: 3, Floor: .5}, Warn: warn, Act: act, Families: 2,
		Complaints: state.ComplaintRules{HalfLife: 60 * 24 * time.Hour, Young: .3, Least: .1, Most: 1.5, Burst: hour, BurstFrom: 3, Block: .3, YoungAge: 48 * time.Hour, GraveFrom: 3, GraveOver: day, GraveFound: 1},
		Ladder: ladder.Rules{
			HalfLife: 45 * 24 * time.Hour, Forget: .05, Warned: .5, Offence: 1, AfterWarning: 1.5, Hysteresis: .4, WarningFresh: 7 * day, Incident: day, ReadTime: hour, Tries: 10,
			Steps: []ladder.Step{
				{Strikes: .4, Kind: ladder.Warning},
				{Strikes: .9, Kind: ladder.Block, Scope: ladder.Outreach, For: day},
				{Strikes: 1.8, Kind: ladder.Block, Scope: ladder.Messaging, For: 2 * day},
				{Strikes: 2.7, Kind: ladder.Restriction, Scope: ladder.Messaging, PerDay: 10, Review: 365 * day},
				{Strikes: 4, Kind: ladder.Suspension, Scope: ladder.WholeAccount, For: 30 * day, Review: 30 * day},
			},
		},
		Deceived: ladder.Step{Kind: ladder.Block, Scope: ladder.Messaging, For: 2 * day},
		Severe:   ladder.Step{Kind: ladder.Suspension, Scope: ladder.WholeAccount, Review: 2 * day},
	}
	for sig, c := range map[Signal]scoring.Curve{
		Refused: curve(.2, 0, .6, 1), TextFast: curve(5, 0, 12, 3), TextSlow: curve(3, 0, 8, 3), Disguise: curve(0, 0, 3, .5), Reach: curve(5, 0, 12, 3),
		OutreachFast: curve(6, 0, 12, 1, 30, 2), OutreachSlow: curve(20, 0, 60, 1.5, 160, 2), FollowUps: curve(6, 0, 12, .5),
		FollowUpsStranger: curve(8, 0, 20, 3), Persistence: curve(16, 0, 20, .5), ComplaintOutreach: curve(0, 0, 3, 1.5),
		ReplyLow: curve(.5, 0, .9, 1, .97, 1.5), ReplyGood: curve(.86, 0, .97, -1, .99, -1.5), Complaint: curve(0, 0, 1, .5, 2, 1.2, 2.75, 3),
		Timing: curve(.42, 0, .55, 2), Clock: curve(6, 0, 9, 2), Campaign: curve(5, 0, 15, 3), Flagged: curve(0, 0, 1, 1.2, 3, 3),
		RepeatOffence: curve(0, 0, 1, 1.2), Origin: curve(.5, 0, .9, 1.5), Young: curve(.99, .7, 1, 0), Ignored: curve(1, 0, 5, 1),
		Deceived: curve(2, 0, 2.6, 2), Strikes: curve(.5, 0, 1, 1.4, 2.5, 2.8),
	} {
		r.Signals[sig].Curve = c
	}
	r.Signals[ComplaintRate].Mode = Off
	p := &Policy{ID: id, Member: r, Classes: map[string]*Rules{"member": r}, Crowd: CrowdRules{
		Answer: state.Defer, Senders: 4, Doubt: 2, ReplyFloor: .10, ReplyPrior: scoring.Beta{A: 1, B: 6}, Sure: .85, SureOfFew: .90,
		Exposure: 25, Complaints: 2.5, ComplaintShare: .02, Probes: .2, ProbesUnwelcome: .05, ProbeContacts: 7, Retry: hour / 3, RetryMost: hour,
	}}
	r.Crowd = &p.Crowd
	return p
}
