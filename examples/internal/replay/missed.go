package replay

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/decorum-go/decorum/examples/internal/actors"
	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/policy"
)

// confirmed is how many seeds a bar is judged by before it counts as missed: with few,
// the plays of one decide.
const confirmed = 20

// check says of each bar that is missed clearly by how much it is, what brought that, and
// which of the policy's settings, put back to the default's, would meet it. It reports
// whether there is none.
func (z *zoo) check(out io.Writer, p *policy.Policy, plays []*play) (bool, error) {
	var b bytes.Buffer
	c := newCauses(z, p)
	missed, held, near, unbarred := 0, 0, 0, []string(nil)
	for i, role := range z.roles {
		bar, ok := z.bars[role.String()]
		if !ok {
			unbarred = append(unbarred, role.String())
			continue
		}
		held++
		o := outcomeOf(plays[i*z.o.zoo.seeds : (i+1)*z.o.zoo.seeds])
		if bar.met(o, 1) {
			continue
		}
		if !bar.met(o, clearly) && z.o.zoo.seeds < confirmed {
			more, err := z.play(p, []actors.Role{role}, confirmed)
			if err != nil {
				return false, err
			}
			o = outcomeOf(more)
		}
		if bar.met(o, clearly) {
			near++
			continue
		}
		missed++
		fmt.Fprintf(&b, "\n%s, %s, is to be: %s\n", role, truthName(events.TruthOf(role.Abuse), ""), bar.text)
		o.describe(&b, p, bar, role.Abuse)
		if err := c.write(&b, role, bar); err != nil {
			return false, err
		}
	}
	if held == 0 {
		return false, errors.New("-check: none of these actors has a bar; -actors @FILE gives them some")
	}
	fmt.Fprintf(out, "\n%s checked: %d missed clearly", count(held, "bar"), missed)
	if near > 0 {
		fmt.Fprintf(out, ", %d by no more than other seeds explain", near)
	}
	fmt.Fprintln(out)
	if len(unbarred) > 0 {
		fmt.Fprintf(out, "not checked, for want of a bar: %s\n", strings.Join(unbarred, ", "))
	}
	_, err := out.Write(b.Bytes())
	return missed == 0, err
}

// describe says how an actor that missed its bar fared.
func (o *outcome) describe(b *bytes.Buffer, p *policy.Policy, missed bar, abuse bool) {
	fmt.Fprintf(b, "    it is: warned %s, blocked %s; delivered %s of %s, by an account %s (median / 90%% / most)\n",
		share(o.warned, o.accounts), share(o.blocked, o.accounts), percent(o.delivered, o.sent), count(o.sent, "message"), spread(o.total))
	if by := missed.beyond(o); abuse && by > 0 {
		fmt.Fprintf(b, "    that is %.1f times what the bar allows\n", by)
	}
	var peaks []float64
	codes := map[string]int{}
	for _, play := range o.plays {
		for _, l := range play.lives {
			peaks = append(peaks, l.peak)
			if abuse && l.worst >= policy.Block {
				continue
			}
			for _, r := range l.why {
				if r.Share > 0 {
					codes[r.Code]++
				}
			}
		}
	}
	names := slices.SortedFunc(maps.Keys(codes), func(x, y string) int { return cmp.Or(-cmp.Compare(codes[x], codes[y]), cmp.Compare(x, y)) })
	for i, name := range names {
		names[i] = fmt.Sprintf("%s (%s)", name, count(codes[name], "account"))
	}
	if len(names) > 0 {
		fmt.Fprintf(b, "    reasons: %s\n", strings.Join(names[:min(len(names), 5)], ", "))
	}
	if member := p.Classes["member"]; member != nil && len(peaks) > 0 {
		slices.Sort(peaks)
		fmt.Fprintf(b, "    highest scores: %.2g at the median, %.2g at most; members are warned from %.2g and blocked from %.2g\n",
			peaks[len(peaks)/2], peaks[len(peaks)-1], member.Score.Warn, member.Score.Act)
	}
}

// beyond returns how many times as high as the bar allows the figures are, to a tenth;
// 0: no such factor tells.
func (b *bar) beyond(o *outcome) float64 {
	const farthest = 1000
	lo, hi := 10, 10*farthest
	if !b.met(o, farthest) {
		return 0
	}
	for hi-lo > 1 {
		if mid := (lo + hi) / 2; b.met(o, float64(mid)/10) {
			hi = mid
		} else {
			lo = mid
		}
	}
	return float64(hi) / 10
}
