package replay

import (
	"bufio"
	"cmp"
	"fmt"
	"slices"
	"text/tabwriter"

	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/policy"
)

// A difference is what a second policy changes. Both were played over the same
// events, each in an engine of its own with all that follows from it: its own
// sanctions, refusals and unanswered messages.
type difference struct {
	a, b    *result
	moves   [policy.Referral + 1][policy.Referral + 1]int // senders, by the gravest kind under a and under b
	changes []change                                      // gravest first
}

// A change is a sender whom the policies treat differently.
type change struct {
	a, b *sender
}

func compare(a, b *result) *difference {
	d := &difference{a: a, b: b}
	for name, x := range a.tally.senders {
		y := b.tally.senders[name]
		if x.messages == 0 || y == nil {
			continue
		}
		d.moves[x.worst][y.worst]++
		if x.worst != y.worst || x.undelivered != y.undelivered {
			d.changes = append(d.changes, change{x, y})
		}
	}
	slices.SortFunc(d.changes, func(x, y change) int {
		return cmp.Or(
			-cmp.Compare(abs(x.moved()), abs(y.moved())),
			-cmp.Compare(max(x.a.worst, x.b.worst), max(y.a.worst, y.b.worst)),
			-cmp.Compare(abs(x.a.undelivered-x.b.undelivered), abs(y.a.undelivered-y.b.undelivered)),
			cmp.Compare(x.a.name, y.a.name))
	})
	return d
}

// moved is by how many kinds of sanction the sender is worse off under b.
func (c change) moved() int { return int(c.b.worst) - int(c.a.worst) }

func abs(n int) int { return max(n, -n) }

// moves counts the senders whom b sanctions more, and less, gravely.
func (d *difference) count() (harder, milder, refused int) {
	for _, c := range d.changes {
		switch m := c.moved(); {
		case m > 0:
			harder++
		case m < 0:
			milder++
		default:
			refused++
		}
	}
	return harder, milder, refused
}

const changesShown = 20

// write prints what people read.
func (d *difference) write(b *bufio.Writer) {
	harder, milder, refused := d.count()
	fmt.Fprintf(b, "\nagainst policy %s\n%s sanctioned more gravely, %s less; of %s other senders another number of messages is not delivered\n",
		d.b.policy, count(harder, "sender"), thousands(milder), thousands(refused))
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\tpolicy\tagainst\t")
	for v := policy.Defer; v <= policy.Reject; v++ {
		fmt.Fprintf(w, "messages: %v\t%s\t%s\t\n", v, thousands(d.a.verdicts[v]), thousands(d.b.verdicts[v]))
	}
	for k := policy.Warning; k <= policy.Referral; k++ {
		fmt.Fprintf(w, "senders that reached a %v\t%s\t%s\t\n", k, thousands(d.a.sanctioned[k]), thousands(d.b.sanctioned[k]))
	}
	if d.a.truth {
		fmt.Fprintf(w, "abusive senders blocked\t%s\t%s\t\n", thousands(d.a.caught[policy.Block]), thousands(d.b.caught[policy.Block]))
		fmt.Fprintf(w, "honest senders blocked\t%s\t%s\t\n", thousands(d.a.harmed[policy.Block]), thousands(d.b.harmed[policy.Block]))
		fmt.Fprintf(w, "abusive messages delivered\t%s\t%s\t\n", thousands(d.a.abusiveDelivered), thousands(d.b.abusiveDelivered))
	}
	w.Flush()
	for i, c := range d.changes {
		if i == changesShown {
			fmt.Fprintf(b, "… and %s more\n", thousands(len(d.changes)-i))
			break
		}
		fmt.Fprintf(b, "%s: %s → %s, not delivered %s → %s of %s%s\n", shorten(c.a.name), kindName(c.a.worst), kindName(c.b.worst),
			thousands(c.a.undelivered), thousands(c.b.undelivered), count(c.a.messages, "message"), truthName(c.a.truth, ", in truth "))
	}
}

// kindName names a kind of sanction; 0 is none.
func kindName(k policy.Kind) string {
	if k == 0 {
		return "none"
	}
	return k.String()
}

// truthName names what is known of a sender, after before; nothing if nothing.
func truthName(t events.Truth, before string) string {
	switch t {
	case events.Honest:
		return before + "honest"
	case events.Abusive:
		return before + "abusive"
	}
	return ""
}

// againstReport is what -json has of a difference.
type againstReport struct {
	Policy    string       `json:"policy"`
	Verdicts  verdictCount `json:"verdicts"`
	Sanctions kindCount    `json:"sanctions"`
	Reached   kindCount    `json:"sanctioned_senders"`
	Truth     *truthReport `json:"truth,omitempty"`
	Harder    int          `json:"harder"` // senders sanctioned more gravely
	Milder    int          `json:"milder"`
	Refused   int          `json:"refused"` // other senders with another number of messages not delivered
}

func (d *difference) report() *againstReport {
	if d == nil {
		return nil
	}
	r := reportOf(d.b)
	a := &againstReport{Policy: r.Policy, Verdicts: r.Verdicts, Sanctions: r.Sanctions, Reached: r.Reached, Truth: r.Truth}
	a.Harder, a.Milder, a.Refused = d.count()
	return a
}
