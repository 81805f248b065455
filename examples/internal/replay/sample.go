package replay

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/scoring"
)

// nearMiss is by how much the odds of a sender's highest score may be above a level, or
// below it, for a near miss: twice, or half.
const nearMiss = 2

// A pick is one sender for people to look at, or one that they looked at before.
type pick struct {
	*sender
	uses  []string
	label label
}

// draw draws what to label: near misses without a label, n of them shared out among the
// levels of the classes that write, as many below as above; and by chance those whom
// honestAmong will ask about. wanted come first. What labels say already stands in its
// row, so that nothing is asked twice.
func draw(res *result, p *policy.Policy, labels map[string]label, n int, seed uint64, wanted []string) []pick {
	var picks []*pick
	of := map[string]*pick{}
	use := func(s *sender, what string) {
		x := of[s.name]
		if x == nil {
			x = &pick{sender: s, label: labels[s.name]}
			picks, of[s.name] = append(picks, x), x
		}
		if what != "" && !slices.Contains(x.uses, what) {
			x.uses = append(x.uses, what)
		}
	}
	for _, name := range wanted {
		use(res.tally.senders[name], "fit")
	}
	all, blocked := inOrder(res, seed)
	for _, s := range all[:askedFor(len(all), leastAsked)] {
		use(s, forEstimate)
	}
	for _, s := range blocked[:askedFor(len(blocked), leastBlocked)] {
		use(s, forBlocked)
	}
	near, sizes := nearMisses(res, p, labels), []int{}
	for _, side := range near {
		sizes = append(sizes, len(side.senders))
	}
	for i, take := range allot(n, sizes) {
		for _, s := range near[i].senders[:take] {
			use(s, near[i].what)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		if s := res.tally.senders[name]; labels[name].known && of[name] == nil {
			if s == nil {
				s = &sender{name: name}
			}
			use(s, "")
		}
	}
	var out []pick
	for _, x := range picks {
		out = append(out, *x)
	}
	return out
}

// askedFor is how many of so many are drawn by chance.
func askedFor(of, least int) int {
	return min(of, max(least, int(math.Ceil(askedShare*float64(of)))))
}

// A side is the near misses on one side of a level.
type side struct {
	what    string // "below warn of member"
	senders []*sender
}

// nearMisses finds those without a label on either side of every level, the nearest
// first, each at the level that is nearest to them.
func nearMisses(res *result, p *policy.Policy, labels map[string]label) (sides []side) {
	at := map[string]int{}
	for _, class := range slices.Sorted(maps.Keys(p.Classes)) {
		for _, what := range []string{"below warn of ", "above warn of ", "below act of ", "above act of "} {
			at[what+string(class)] = len(sides)
			sides = append(sides, side{what: what + string(class)})
		}
	}
	far := map[*sender]float64{}
	for _, s := range res.tally.senders {
		class := s.class(p)
		score, level := scoring.Logit(s.peak), &p.Classes[class].Score
		name, d := "warn", score-scoring.Logit(level.Warn)
		if act := score - scoring.Logit(level.Act); math.Abs(act) < math.Abs(d) {
			name, d = "act", act
		}
		if s.messages == 0 || labels[s.name].known || math.Abs(d) > math.Log(nearMiss) {
			continue
		}
		where := "above "
		if d < 0 {
			where = "below "
		}
		i := at[where+name+" of "+string(class)]
		sides[i].senders, far[s] = append(sides[i].senders, s), math.Abs(d)
	}
	for _, side := range sides {
		slices.SortFunc(side.senders, func(a, b *sender) int {
			return cmp.Or(cmp.Compare(far[a], far[b]), cmp.Compare(a.name, b.name))
		})
	}
	return sides
}

// class is the class whose rules hold for the last message of a sender.
func (s *sender) class(p *policy.Policy) policy.Class {
	if c := policy.Class(s.as); p.Classes[c] != nil {
		return c
	}
	return policy.Member
}

// allot shares n out among groups: each gets as much as the others, or all
// that it has.
func allot(n int, sizes []int) []int {
	got := make([]int, len(sizes))
	for n > 0 {
		open := 0
		for i := range sizes {
			if got[i] < sizes[i] {
				open++
			}
		}
		if open == 0 {
			break
		}
		each := max(1, n/open)
		for i := range sizes {
			more := min(each, sizes[i]-got[i], n)
			got[i] += more
			n -= more
		}
	}
	return got
}

// sampleColumns are what -sample writes; sender, for and abusive are read again.
var sampleColumns = []string{"sender", "abusive", "for", "sanction", "first_sanction", "messages", "not_delivered", "score", "reasons", "template", "text"}

// unlabelled refuses to write over a file in which people have labelled somebody.
func unlabelled(name string) error {
	labels, _ := readLabels(name) // none: there is no such file, or it is something else
	n := 0
	for _, l := range labels {
		n += bit(l.known)
	}
	if n == 0 {
		return nil
	}
	return fmt.Errorf("-sample-to %s has %s, which would be lost: name another file, and -labels %s asks about others", name, count(n, "label"), name)
}

// writeSample writes CSV with an empty column for the finding.
func (s *session) writeSample(picked []pick, drawn *stories) error {
	if s.sampleTo == "-" {
		return sampleCSV(s.stdout, picked, drawn)
	}
	if err := writeFile(s.sampleTo, func(w io.Writer) error { return sampleCSV(w, picked, drawn) }); err != nil {
		return err
	}
	_, err := fmt.Fprintf(s.stderr, "replay: wrote %s: %s\n", s.sampleTo, whatFor(picked))
	return err
}

// whatFor says whom of those who were picked to label, and for what.
func whatFor(picked []pick) string {
	var estimate, near int
	for _, p := range picked {
		if p.label.known {
			continue
		}
		byChance := func(use string) bool { return use == forEstimate || use == forBlocked }
		estimate += bit(slices.ContainsFunc(p.uses, byChance))
		near += bit(slices.ContainsFunc(p.uses, func(use string) bool { return !byChance(use) }))
	}
	return fmt.Sprintf("%s for the estimate and %d near misses without a label; write yes or no into the column abusive", count(estimate, "sender"), near)
}

func sampleCSV(out io.Writer, picked []pick, drawn *stories) error {
	w := csv.NewWriter(out)
	if err := w.Write(sampleColumns); err != nil {
		return err
	}
	for _, p := range picked {
		first, reasons, template, text := "", p.why, "", ""
		if len(p.steps) > 0 {
			first = p.steps[0].at.UTC().Format(time.RFC3339)
			reasons = p.steps[len(p.steps)-1].reasons
		}
		var said []string
		for _, r := range reasons[:min(len(reasons), reasonsShown)] {
			said = append(said, r.String())
		}
		if t := drawn.of[p.name]; t != nil {
			text = t.example
			if list := t.valid(); len(list) > 0 {
				template = list[0].String()
			}
		}
		err := w.Write([]string{
			plain(p.name), p.label.finding(), strings.Join(p.uses, ", "), kindName(p.worst), first, strconv.Itoa(p.messages), strconv.Itoa(p.undelivered),
			strconv.FormatFloat(p.peak, 'f', 3, 64), strings.Join(said, "; "), plain(template), plain(text),
		})
		if err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// plain keeps a spreadsheet from taking what senders wrote for a formula, by an
// apostrophe before it, and a terminal from obeying it, by quoting as in Go behind
// that. bare takes both off again.
func plain(s string) string {
	switch {
	case s == "":
		return ""
	case s[0] == '"' || strings.ContainsFunc(s, obeyed) || !utf8.ValidString(s):
		return "'" + strconv.Quote(s)
	case strings.ContainsRune("=+-@\t'", rune(s[0])):
		return "'" + s
	}
	return s
}

// obeyed reports whether something that shows text does more with a rune than show
// it. A new line and a tab are harmless in a table.
func obeyed(r rune) bool { return r != '\n' && r != '\t' && events.Obeyed(r) }

// bare is what plain made s of.
func bare(s string) string {
	s, marked := strings.CutPrefix(s, "'")
	if name, err := strconv.Unquote(s); marked && err == nil && s[0] == '"' {
		return name
	}
	return s
}
