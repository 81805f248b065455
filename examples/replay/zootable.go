package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"text/tabwriter"

	"github.com/decorum-go/decorum/examples/internal/actors"
	"github.com/decorum-go/decorum/policy"
)

// An outcome is what became of all plays of one role. The lists are sorted.
type outcome struct {
	plays     []*play
	accounts  int
	warned    int
	blocked   int // a Block or worse
	sent      int
	delivered int
	warning   []int // delivered before the first Warning, of those that got one
	before    []int // delivered before the first Block or worse, of those that got one
	strangers []int // people reached before it
	total     []int // delivered in all, of all
	reached   []int // people reached in all, of all
	flagged   []int // the first message with a timing reason, of those that had one
	other     int   // accounts outside the plays that were blocked
}

func outcomeOf(plays []*play) *outcome {
	o := &outcome{plays: plays}
	for _, p := range plays {
		o.other += p.other
		for _, l := range p.lives {
			o.accounts++
			o.sent += l.sent
			o.delivered += l.delivered
			o.total = append(o.total, l.delivered)
			o.reached = append(o.reached, len(l.people))
			if l.worst >= policy.Warning {
				o.warned++
				o.warning = append(o.warning, l.warned)
			}
			if l.worst >= policy.Block {
				o.blocked++
				o.before = append(o.before, l.blocked)
				o.strangers = append(o.strangers, l.strangers)
			}
			if l.flagged > 0 {
				o.flagged = append(o.flagged, l.flagged)
			}
		}
	}
	for _, list := range [][]int{o.warning, o.before, o.strangers, o.total, o.reached, o.flagged} {
		slices.Sort(list)
	}
	return o
}

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

// barred are the actors that have a bar.
const barred = "all,recruiter:hours=2:longest=2,recruiter:wait=24,rotator:letters=0,campaign:days=1,campaign:days=7"

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
	return map[string]bar{
		"member": spared(.01, 0), "recruiter": spared(.01, 0), "greeter": spared(.01, 0), "victim": spared(.01, 0),
		"organiser": spared(.01, 0), "page": spared(.01, 0), "newcomer": spared(.01, 0), "returner": spared(.01, 0),
		"retries": spared(.01, 0), "backlog": spared(.01, 0), "target": spared(.01, 0),
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
		"evader": {"second account ≤ half of the first", func(o *outcome, slack float64) bool {
			for _, p := range o.plays {
				if len(p.lives) < 2 || p.lives[0].blocked < 0 || p.lives[1].blocked < 0 || float64(2*p.lives[1].blocked) > slack*float64(p.lives[0].blocked) {
					return false
				}
			}
			return true
		}},
		"cron": named, "sleepbot": named,
		"harasser": {"warned by turn 12 of a day or 20 in all, blocked as the complaint is confirmed", func(o *outcome, slack float64) bool {
			for _, p := range o.plays {
				for _, l := range p.lives {
					if l.warned < 0 || float64(l.warnedToday) > 12*slack && float64(l.warnedTurn) > 20*slack || !l.confirmed {
						return false
					}
				}
			}
			return o.accounts > 0
		}},
		"scammer": {"blocked by the message after the third complaint", func(o *outcome, _ float64) bool {
			for _, p := range o.plays {
				for _, l := range p.lives {
					if l.doubts >= 3 && (l.blocked < 0 || l.after > 1) {
						return false
					}
				}
			}
			return true
		}},
		"pod": {"≤ 60 people each in all", func(o *outcome, slack float64) bool {
			return o.all() && most(o.reached, 1, 60, slack)
		}},
		"sleeper": {"blocked after ≤ 22", before(22)},
		"keyflood": {"blocked after ≤ 15, and stays so", func(o *outcome, slack float64) bool {
			return o.all() && most(o.before, 1, 15, slack) && slices.Equal(o.before, o.total)
		}},
	}
}

// writeZoo prints a line a role, and with each a paragraph an account. It
// reports whether no bar was missed clearly.
func writeZoo(out io.Writer, roles []actors.Role, plays []*play, each bool) (all bool, err error) {
	all = true
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\t\t\twarned\tblocked\tbefore the\tbefore the first block\t\tin all\t\tby rhythm\tothers\t")
	fmt.Fprintln(w, "actor\ttruth\taccounts\tor worse\tor worse\tfirst warning\tdelivered\tpeople\tdelivered\tof sent\tat message\tblocked\t  bar")
	bars := bars()
	for i, role := range roles {
		o := outcomeOf(plays[i*len(plays)/len(roles) : (i+1)*len(plays)/len(roles)])
		truth, others, verdict := "honest", "", ""
		if role.Abuse {
			truth = "abusive"
		}
		if o.other > 0 {
			others = strconv.Itoa(o.other)
		}
		if bar, ok := bars[role.String()]; ok {
			verdict = "  ok    "
			if !bar.met(o, 1) {
				verdict = "  MISSED  "
			}
			all = all && bar.met(o, clearly)
			verdict += bar.text
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", role, truth, o.accounts, share(o.warned, o.accounts), share(o.blocked, o.accounts),
			spread(o.warning), spread(o.before), spread(o.strangers), spread(o.total), percent(o.delivered, o.sent), spread(o.flagged), others, verdict)
	}
	if err := w.Flush(); err != nil {
		return all, err
	}
	fmt.Fprintln(out, "\nmedian / 90th percentile / most, over the accounts that got there; people: those reached")
	if !each {
		return all, nil
	}
	for _, p := range plays {
		for _, l := range p.lives {
			worst := "none"
			if l.worst > 0 {
				worst = l.worst.String()
			}
			fmt.Fprintf(out, "%s seed %d %s: %s, sent %d, delivered %d, warned after %d, blocked after %d (%d people), peak %.2f\n",
				p.role.Name, p.seed, l.name, worst, l.sent, l.delivered, l.warned, l.blocked, l.strangers, l.peak)
			for _, r := range l.why {
				fmt.Fprintf(out, "     %+5.2f %s: %s\n", r.Share, r.Code, r)
			}
		}
	}
	return all, nil
}

func share(n, of int) string { return fmt.Sprintf("%d (%s)", n, percent(n, of)) }

// spread writes three quantiles of a sorted list.
func spread(list []int) string {
	if len(list) == 0 {
		return "–"
	}
	q := quantilesOf(list)
	return fmt.Sprintf("%d / %d / %d", q.Median, q.P90, q.Max)
}
