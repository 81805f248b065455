package replay

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/policy"
)

// A trial is a rule that is tried on a log: it is in shadow, and changes nothing.
type trial struct {
	when string
	code policy.Code

	messages  int
	delivered int                 // of them, as the policy is
	senders   map[string]int      // messages of each
	also      map[policy.Code]int // what else is said of these messages
	alone     int                 // of which nothing else is said
}

// checkRule refuses what does not go with -rule.
func (o *options) checkRule() error {
	switch {
	case o.rule == "":
		return nil
	case o.compiler == nil:
		return errors.New("-rule needs a compiler of rules: examples/replayx has one, go -C examples/replayx run . -rule '…'")
	case o.fit != "" || o.zoo.on || o.ladder:
		return errors.New("-rule tries a rule on events: leave out -fit, -zoo and -ladder")
	}
	return nil
}

// tryRule returns the policy with the rule in shadow beside its own, and what counts
// of which messages it is true.
func tryRule(p *policy.Policy, when string) (*policy.Policy, *trial) {
	name := "tried"
	for slices.ContainsFunc(p.Rules, func(r policy.Rule) bool { return r.Name == name }) {
		name += "-too"
	}
	with := *p
	with.Rules = append(slices.Clone(p.Rules), policy.Rule{Name: name, When: when, Verdict: policy.Hold, Why: "it is tried with -rule", Mode: policy.ShadowMode})
	return &with, &trial{when: when, code: "rule." + name, senders: map[string]int{}, also: map[policy.Code]int{}}
}

// observe counts a message at its first try.
func (t *trial) observe(s *sender, d *policy.Decision) {
	if t == nil || !slices.ContainsFunc(d.Reasons, func(r policy.Reason) bool { return r.Code == t.code }) {
		return
	}
	t.messages++
	t.delivered += bit(d.Delivered())
	t.senders[s.name]++
	if len(d.Reasons) == 1 {
		t.alone++
	}
	seen := map[policy.Code]bool{t.code: true}
	for _, r := range d.Reasons {
		if !seen[r.Code] {
			seen[r.Code] = true
			t.also[r.Code]++
		}
	}
}

// A ruleReport tells of a trial.
type ruleReport struct {
	When      string       `json:"when"`
	Messages  int          `json:"messages"`
	Delivered int          `json:"delivered"` // of them, as the policy is
	Senders   int          `json:"senders"`
	Abusive   int          `json:"abusive_senders"` // by labels, else by the log
	Honest    int          `json:"honest_senders"`
	Unknown   int          `json:"unknown_senders"`
	Names     []string     `json:"honest"` // those with the most messages
	Also      []alsoReport `json:"also"`   // what else is said of the messages
	Alone     int          `json:"nothing_else"`
}

type alsoReport struct {
	Code     policy.Code `json:"code"`
	Messages int         `json:"messages"`
}

// ruleNames is how many honest senders are named.
const ruleNames = 20

// report tells of a trial that is over; nil is none.
func (t *trial) report(senders map[string]*sender, labels map[string]label) *ruleReport {
	if t == nil {
		return nil
	}
	rep := &ruleReport{When: t.when, Messages: t.messages, Delivered: t.delivered, Senders: len(t.senders), Alone: t.alone, Names: []string{}, Also: []alsoReport{}}
	for name := range t.senders {
		truth := events.Unknown
		if s := senders[name]; s != nil {
			truth = s.truth
		}
		if l := labels[name]; l.known {
			truth = events.Honest
			if l.abusive {
				truth = events.Abusive
			}
		}
		switch truth {
		case events.Abusive:
			rep.Abusive++
		case events.Honest:
			rep.Honest++
			rep.Names = append(rep.Names, name)
		default:
			rep.Unknown++
		}
	}
	slices.SortFunc(rep.Names, func(a, b string) int {
		return cmp.Or(cmp.Compare(t.senders[b], t.senders[a]), cmp.Compare(a, b))
	})
	rep.Names = rep.Names[:min(len(rep.Names), ruleNames)]
	for _, code := range slices.Sorted(maps.Keys(t.also)) {
		rep.Also = append(rep.Also, alsoReport{code, t.also[code]})
	}
	slices.SortStableFunc(rep.Also, func(a, b alsoReport) int { return cmp.Compare(b.Messages, a.Messages) })
	return rep
}

// write prints the report for people.
func (r *ruleReport) write(b *bufio.Writer, messages int) {
	if r == nil {
		return
	}
	fmt.Fprintf(b, "\nthe rule %s\n", plain(r.When))
	if r.Messages == 0 {
		b.WriteString("is true of no message\n")
		return
	}
	fmt.Fprintf(b, "is true of %s (%s), of which %s without it, from %s: %s honest, %s abusive, %s unknown\n",
		count(r.Messages, "message"), percent(r.Messages, messages), goOut(r.Delivered), count(r.Senders, "sender"), thousands(r.Honest), thousands(r.Abusive), thousands(r.Unknown))
	if len(r.Names) > 0 {
		names := make([]string, len(r.Names))
		for i, name := range r.Names {
			names[i] = shorten(name)
		}
		if rest := r.Honest - len(names); rest > 0 {
			names = append(names, "and "+thousands(rest)+" more")
		}
		fmt.Fprintf(b, "honest: %s\n", strings.Join(names, ", "))
	}
	b.WriteString("what else is said of these messages:\n")
	for i, also := range r.Also {
		if i == reasonsShown {
			fmt.Fprintf(b, "       and %s\n", count(len(r.Also)-i, "other reason"))
			break
		}
		fmt.Fprintf(b, "  %6s %s\n", percent(also.Messages, r.Messages), also.Code)
	}
	fmt.Fprintf(b, "  %6s nothing\n", percent(r.Alone, r.Messages))
}

func goOut(n int) string {
	if n == 1 {
		return "1 goes out"
	}
	return thousands(n) + " go out"
}
