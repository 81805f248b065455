package main

import (
	"cmp"
	"encoding/csv"
	"io"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/policy"
)

// nearMiss is the share of the warn level from which a sender without a
// sanction may be drawn, so that people also see what was let through.
const nearMiss = .5

// A pick is one sender that was drawn for review.
type pick struct {
	*sender
	weight float64 // how many senders of its kind it stands for
}

// draw draws n sanctioned senders, as even as can be over the kinds of their
// gravest sanctions, and n/4 near misses. The same log and seed draw the same.
func draw(res *result, n int, seed uint64) []pick {
	strata := make([][]*sender, policy.Referral+1)
	for _, s := range res.tally.senders {
		switch {
		case s.messages == 0:
		case s.worst > 0:
			strata[s.worst] = append(strata[s.worst], s)
		case s.peak >= nearMiss*res.warn:
			strata[0] = append(strata[0], s)
		}
	}
	rng := rand.New(rand.NewPCG(seed, 0x5eed))
	for _, list := range strata {
		slices.SortFunc(list, func(a, b *sender) int { return cmp.Compare(a.name, b.name) })
		rng.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	}
	sizes := []int{}
	for _, list := range strata[1:] {
		sizes = append(sizes, len(list))
	}
	take := append([]int{min(n/4, len(strata[0]))}, allot(n, sizes)...)
	var picked []pick
	for kind := len(strata) - 1; kind >= 0; kind-- {
		list := strata[kind]
		for _, s := range list[:take[kind]] {
			picked = append(picked, pick{s, float64(len(list)) / float64(take[kind])})
		}
	}
	return picked
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

// sampleColumns are what -sample writes; -fit reads sender, abusive and weight.
var sampleColumns = []string{"sender", "abusive", "sanction", "first_sanction", "messages", "not_delivered", "score", "reasons", "template", "text", "weight"}

// writeSample writes CSV with an empty column for the finding.
func (s *session) writeSample(picked []pick, drawn *stories) error {
	if s.sampleTo == "-" {
		return sampleCSV(s.stdout, picked, drawn)
	}
	return writeFile(s.sampleTo, func(w io.Writer) error { return sampleCSV(w, picked, drawn) })
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
			plain(p.name), "", kindName(p.worst), first, strconv.Itoa(p.messages), strconv.Itoa(p.undelivered),
			strconv.FormatFloat(p.peak, 'f', 3, 64), strings.Join(said, "; "), plain(template), plain(text), strconv.FormatFloat(p.weight, 'g', 6, 64),
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
