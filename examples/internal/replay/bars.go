package replay

import (
	"fmt"
	"slices"

	"github.com/decorum-go/decorum/policy"
)

// A bar is what a policy should do to an actor.
type bar struct {
	text string
	// met reports whether it was done, with counts that may be slack times as
	// high; slack is 1 for the bar itself.
	met func(o *outcome, slack float64) bool
}

// clearly is the slack beyond which -check fails: another seed may miss a bar
// that a policy meets.
const clearly = 1.15

// all reports whether every account was blocked.
func (o *outcome) all() bool { return o.accounts > 0 && o.blocked == o.accounts }

// most reports whether a quantile of a sorted list is within a limit.
func most(list []int, q, limit, slack float64) bool { return float64(quantile(list, q)) <= limit*slack }

// few reports whether k of n is at most a share: exactly, or with slack as far
// as the 95% interval can tell.
func few(k, n int, share, slack float64) bool {
	if slack > 1 && share > 0 {
		lo, _ := wilson(k, n)
		return lo <= share
	}
	return float64(k) <= share*float64(n)
}

// spared is the bar of honest actors: at most these shares of accounts.
func spared(warned, blocked float64) bar {
	return bar{fmt.Sprintf("warned ≤ %.0f%%, blocked ≤ %.0f%%", 100*warned, 100*blocked), func(o *outcome, slack float64) bool {
		return few(o.warned, o.accounts, warned, slack) && few(o.blocked, o.accounts, blocked, slack)
	}}
}

// heard is the bar of honest people in a crowd: at most these shares of
// accounts, and at least this one of messages delivered.
func heard(warned, blocked, delivered float64) bar {
	b := spared(warned, blocked)
	return bar{fmt.Sprintf("%s, delivered ≥ %.0f%%", b.text, 100*delivered), func(o *outcome, slack float64) bool {
		return b.met(o, slack) && few(o.sent-o.delivered, o.sent, 1-delivered, slack)
	}}
}

// stopped is the bar of accounts each of which is to be blocked after so many
// messages in all.
func stopped(delivered float64) bar {
	return bar{fmt.Sprintf("blocked, in all ≤ %.0f", delivered), func(o *outcome, slack float64) bool {
		return o.all() && most(o.total, 1, delivered, slack)
	}}
}

// suspended is the bar of accounts each of which is to get a kind of sanction, a
// suspension or worse, and may deliver so many messages in all.
func suspended(kind policy.Kind, delivered float64) bar {
	text := fmt.Sprintf("suspended, in all ≤ %.0f", delivered)
	if kind == policy.Referral {
		text = fmt.Sprintf("suspended and referred, in all ≤ %.0f", delivered)
	}
	return bar{text, func(o *outcome, slack float64) bool {
		return part(1, kind).met(o, 1) && most(o.total, 1, delivered, slack)
	}}
}

// part is the bar of accounts a share of which is to get a kind of sanction, or
// worse.
func part(share float64, kind policy.Kind) bar {
	return bar{fmt.Sprintf("≥ %.0f%% got a %s or worse", 100*share, kind), func(o *outcome, slack float64) bool {
		n := 0
		for _, p := range o.plays {
			for _, l := range p.lives {
				if l.worst >= kind {
					n++
				}
			}
		}
		return float64(n)*slack >= share*float64(o.accounts)
	}}
}

// together is the bar of accounts that are many at one person: so much of what
// they send arrives at most. Some may be blocked, or none.
func together(share float64, blocks bool) bar {
	text := fmt.Sprintf("≤ %.0f%% delivered", 100*share)
	if !blocks {
		text += ", blocked 0%"
	}
	return bar{text, func(o *outcome, slack float64) bool {
		return float64(o.delivered) <= share*slack*float64(o.sent) && (blocks || o.blocked == 0)
	}}
}

// barred are the actors that have a bar.
const barred = "all,recruiter:hours=2:longest=2,recruiter:wait=24,rotator:letters=0,campaign:days=1,campaign:days=7," +
	"campaign:puppets=10,nuisance:doubt=0.05,button:long=1,bulletin:doubt=0.003,constituents:invited=1,constituents:offices=22,feast:known=0,completer:same=0,flyers:captions=0,flyers:decoys=3,lifted:same=1,socks:old=1," +
	"agents:told=1,throwaways:accounts=35:complaints=0,barker:complaints=0,swapper:complaints=0.03"

// bars are what is promised of actors, by Role.String.
func bars() map[string]bar {
	named := bar{"named by rhythm by message 40", func(o *outcome, slack float64) bool {
		return len(o.flagged) == o.accounts && most(o.flagged, 1, 40, slack)
	}}
	campaign := bar{"≥ 80% blocked, ≤ 35% delivered", func(o *outcome, slack float64) bool {
		return float64(o.blocked)*slack >= .8*float64(o.accounts) && float64(o.delivered) <= .35*slack*float64(o.sent)
	}}
	before := func(limit float64) func(*outcome, float64) bool {
		return func(o *outcome, slack float64) bool { return o.all() && most(o.before, 1, limit, slack) }
	}
	all := map[string]bar{
		"member": spared(.01, 0), "recruiter": spared(.01, 0), "greeter": spared(.01, 0), "victim": spared(.01, 0),
		"organiser": spared(.01, 0), "page": spared(.01, 0), "newcomer": spared(.01, 0), "returner": spared(.01, 0), "pledger": spared(.01, 0),
		"retries": spared(.01, 0), "backlog": spared(.01, 0), "target": spared(.01, 0),
		"cascade": heard(0, 0, .9), "button": heard(.04, 0, .9), "button:long=1": heard(.04, 0, .9), "school": heard(.08, 0, .9),
		"feast": heard(.10, 0, .85), "joiners": heard(.04, .04, .8), "completer": heard(0, 0, 1), "completer:same=0": heard(0, 0, .9), "feast:known=0": heard(1, .10, .85), "teachers": heard(1, 0, .7), "constituents": heard(.04, 0, .9), "constituents:offices=22": heard(.04, 0, .9), "constituents:invited=1": heard(.04, 0, .9), "bulletin": heard(0, 0, .99), "bulletin:doubt=0.003": heard(0, 0, .99), "codes": heard(0, 0, .99), "sticker": heard(0, 0, .95), "moderators": heard(0, 0, .99), "popular": heard(0, 0, 1), "networker": heard(0, 0, .99), "penfriend": heard(0, 0, 1), "reminder": heard(0, 0, 1),
		"nuisance": part(1, policy.Restriction), "nuisance:doubt=0.05": part(1, policy.Restriction),
		"hawker": {"in all ≤ 40", func(o *outcome, slack float64) bool { return most(o.total, 1, 40, slack) }},
		"outage": {"warned 0, blocked 0, delivered ≥ 95%, nothing twice", func(o *outcome, slack float64) bool {
			return heard(0, 0, .95).met(o, slack) && o.twice == 0
		}},
		"jobseeker": spared(.10, .01), "copied": spared(.10, .01), "recruiter:hours=2:longest=2": spared(.03, 0), "recruiter:wait=24": spared(.05, .02),
		"blaster": {"blocked after ≤ 15", before(15)},
		"filler": {"blocked after ≤ 35 people", func(o *outcome, slack float64) bool {
			return o.all() && most(o.strangers, 1, 35, slack)
		}},
		"disguiser": {"blocked after ≤ 40 (median), ≤ 60 (90%)", func(o *outcome, slack float64) bool {
			return o.all() && most(o.before, .5, 40, slack) && most(o.before, .9, 60, slack)
		}},
		"drip": {"in all ≤ 90 (median), ≤ 130", func(o *outcome, slack float64) bool {
			return most(o.total, .5, 90, slack) && most(o.total, 1, 130, slack)
		}},
		"rotator": {"in all ≤ 160 (median), ≤ 300", func(o *outcome, slack float64) bool {
			return o.all() && most(o.total, .5, 160, slack) && most(o.total, 1, 300, slack)
		}},
		"rotator:letters=0": {"blocked after ≤ 160 (median), ≤ 250", func(o *outcome, slack float64) bool {
			return o.all() && most(o.before, .5, 160, slack) && most(o.before, 1, 250, slack)
		}},
		"lister":   {"nothing delivered", func(o *outcome, _ float64) bool { return most(o.total, 1, 0, 1) }},
		"campaign": campaign, "campaign:days=1": campaign, "campaign:days=7": campaign,
		"breaker": {"in all ≤ 15 and then 12", func(o *outcome, slack float64) bool {
			return o.all() && most(o.total, 1, 27, slack)
		}},
		"reformed": sooner(75, 90), "socks": stopped(23), "socks:old=1": stopped(23), // 12, 1 or 2 more of the first text, and 9 of the second
		"lifted": stopped(24), "lifted:same=1": stopped(15), // 12, and what goes out after a block that has ended, give or take two
		"serial": suspended(policy.Suspension, 30),
		// What goes out before the first finding, and before the second; nothing else.
		"stalker": suspended(policy.Suspension, 2*8), "impostor": suspended(policy.Referral, 6),
		"evader": {"second account ≤ half of the first", func(o *outcome, slack float64) bool {
			for _, p := range o.plays {
				if len(p.lives) < 2 || p.lives[0].blocked < 0 || p.lives[1].blocked < 0 || float64(2*p.lives[1].blocked) > slack*float64(p.lives[0].blocked) {
					return false
				}
			}
			return true
		}},
		"switcher": {"second account ≤ 5 delivered", func(o *outcome, slack float64) bool {
			for _, p := range o.plays {
				if len(p.lives) < 2 || float64(p.lives[1].delivered) > 5*slack {
					return false
				}
			}
			return o.accounts > 0
		}},
		"cron": named, "sleepbot": named,
		"harasser": {"warned by run 12 of a day or 20 in all, blocked as the complaint is confirmed", func(o *outcome, slack float64) bool {
			for _, p := range o.plays {
				for _, l := range p.lives {
					if l.warned < 0 || float64(l.warnedToday) > 12*slack && float64(l.warnedTurn) > 20*slack || !l.confirmed {
						return false
					}
				}
			}
			return o.accounts > 0
		}},
		"scammer": third(), "roomer": part(.7, policy.Block), "hijacker": part(.7, policy.Block),
		"throwaways": together(1.0/3, true), "dogpile": together(.6, false), "swarm": together(100./500, false), "campaign:puppets=10": together(.35, true), "mentioner": stopped(3), "inviter": stopped(40), "flyers": together(.35, true), "flyers:captions=0": together(.35, true), "flyers:decoys=3": together(.35, true), "waver": stopped(130),
		"pod": {"≤ 60 people each in all", func(o *outcome, slack float64) bool {
			return o.all() && most(o.reached, 1, 60, slack)
		}},
		"sleeper": {"blocked after ≤ 22", before(22)},
		"collector": {"warned by request 70, ≤ 200 of 300 go out, no more than warned", func(o *outcome, slack float64) bool {
			return o.warned == o.accounts && o.blocked == 0 && most(o.strangers, 1, 75, slack) && most(o.reached, 1, 205, slack) // with friends
		}},
		"pesterer": {"warned within 18 days of the answers", func(o *outcome, slack float64) bool {
			return o.warned == o.accounts && most(o.warning, 1, 2+2*18*10, slack)
		}},
		"keyflood": {"blocked after ≤ 15, and stays so", func(o *outcome, slack float64) bool {
			return o.all() && most(o.before, 1, 15, slack) && slices.Equal(o.before, o.total)
		}},
		// The text of an edit counts as a message: half of what is delivered are questions.
		"swapper": stopped(100), "swapper:complaints=0.03": stopped(130), "barker": stopped(30), "barker:complaints=0": stopped(30),
		"mover":  spared(.02, 0), // what a young account sends to all at once may take an hour or two
		"eraser": stopped(20), "farm": campaign, "phisher": part(.7, policy.Block), "throwaways:accounts=35:complaints=0": together(1.0/3, true),
	}
	for _, name := range untouched {
		all[name] = heard(.02, 0, .95)
	}
	return all
}

// untouched are honest actors of whom hardly any may notice anything.
var untouched = []string{
	"furnisher", "guest", "askers", "caller", "scribe", "cheerer", "clerk", "appeal", "clickers", "confirmers", "wardens", "announcer",
	"chatterers", "carrier", "agents", "agents:told=1", "salon", "welcomer", "siren", "fixer", "walker", "comeback",
}

// third is the bar of those who talk with people and then harm them. Complaints by
// people who talked with somebody bring a block when a day lies between them.
func third() bar {
	return bar{"blocked by the message after the third complaint over a day", func(o *outcome, _ float64) bool {
		for _, p := range o.plays {
			for _, l := range p.lives {
				if l.doubts >= 3 && (l.blocked < 0 || l.after > 1) {
					return false
				}
			}
		}
		return true
	}}
}

// sooner is the bar of two who come back from a block, of whom one does well and the other
// waits: in how much of the other's time the one has all limits again, in percent, for the
// median and for 90%. Nobody is warned again.
func sooner(median, most float64) bar {
	b := spared(.01, 0)
	return bar{fmt.Sprintf("%s, back in ≤ %.0f%% of the time of who waits (median), ≤ %.0f%% (90%%)", b.text, median, most), func(o *outcome, slack float64) bool {
		var percents []int
		for _, p := range o.plays {
			if len(p.lives) != 2 || p.lives[0].back == 0 || p.lives[1].back == 0 {
				return false
			}
			well, waits := p.lives[0], p.lives[1]
			if len(well.people) < len(waits.people) {
				well, waits = waits, well
			}
			percents = append(percents, int(100*well.back/waits.back))
		}
		slices.Sort(percents)
		return b.met(o, slack) && len(percents) > 0 && float64(quantile(percents, .5)) <= median*slack && float64(quantile(percents, .9)) <= most*slack
	}}
}
