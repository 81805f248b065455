package replay

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
	twice     int   // delivered a second time
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
			o.twice += l.twice
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

// writeZoo prints a line a role, and with each a paragraph an account.
func writeZoo(out io.Writer, roles []actors.Role, plays []*play, bars map[string]bar, each bool) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\t\t\twarned\tblocked\tbefore the\tbefore the first block\t\tin all\t\tby rhythm\tothers\t")
	fmt.Fprintln(w, "actor\ttruth\taccounts\tor worse\tor worse\tfirst warning\tdelivered\tpeople\tdelivered\tof sent\tat message\tblocked\t  bar")
	var sum zooSum
	for i, role := range roles {
		o := outcomeOf(plays[i*len(plays)/len(roles) : (i+1)*len(plays)/len(roles)])
		sum.add(role.Abuse, o)
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
			verdict += bar.text
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", role, truth, o.accounts, share(o.warned, o.accounts), share(o.blocked, o.accounts),
			spread(o.warning), spread(o.before), spread(o.strangers), spread(o.total), percent(o.delivered, o.sent), spread(o.flagged), others, verdict)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(out, "\nmedian / 90th percentile / most, over the accounts that got there; people: those reached\n\n%v", &sum)
	if !each {
		return nil
	}
	for _, p := range plays {
		for _, l := range p.lives {
			worst := "none"
			if l.worst > 0 {
				worst = l.worst.String()
			}
			fmt.Fprintf(out, "%s seed %d %s: %s, sent %d, delivered %d, warned after %d, blocked after %d (people: %d), peak %.2f%s\n",
				p.role.Name, p.seed, l.name, worst, l.sent, l.delivered, l.warned, l.blocked, l.strangers, l.peak, l.returned())
			for _, r := range l.why {
				fmt.Fprintf(out, "     %+5.2f %s: %s\n", r.Share, r.Code, r)
			}
		}
	}
	return nil
}

// A zooSum is what became of all actors together.
type zooSum struct {
	abusive, sent, delivered   int
	shares                     float64 // of each abusive actor, delivered of sent
	honest, warned, sanctioned int
}

func (s *zooSum) add(abuse bool, o *outcome) {
	if !abuse {
		s.honest, s.warned, s.sanctioned = s.honest+o.accounts, s.warned+o.warned, s.sanctioned+o.blocked
		return
	}
	s.abusive++
	s.sent, s.delivered = s.sent+o.sent, s.delivered+o.delivered
	s.shares += float64(o.delivered) / float64(max(1, o.sent))
}

// String returns a line for each truth. Actors weigh alike, however much they send.
func (s *zooSum) String() (text string) {
	if s.abusive > 0 {
		text = fmt.Sprintf("abuse delivered: %.1f%%, the mean of %s (%s of their %s)\n", 100*s.shares/float64(s.abusive), count(s.abusive, "actor"), percent(s.delivered, s.sent), count(s.sent, "message"))
	}
	if s.honest > 0 {
		text += fmt.Sprintf("honest accounts: %s of %s warned or worse, %s blocked or worse\n", thousands(s.warned), thousands(s.honest), thousands(s.sanctioned))
	}
	return text
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
