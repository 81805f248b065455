package replay

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"github.com/cespare/xxhash/v2"

	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/policy"
)

// A honesty tells how many of the senders with a sanction are honest, as far as labels
// tell it.
//
// It rests on chance alone. All sanctioned senders stand in an order that a hash of
// their name and the seed makes, and the first of them are those asked about; nobody who
// labels can choose who stands there. A label of anybody else, such as people give to
// whom they happen to know, narrows the interval by one and says nothing of the rest.
// Who is asked about and has no label counts as honest for the upper end, and as abusive
// for the lower. Another policy sanctions others, in the same order.
type honesty struct {
	All     howMany  `json:"sanctioned"`
	Blocked howMany  `json:"blocked"` // block or worse: a part of All
	Chosen  int      `json:"chosen"`  // labels of sanctioned senders that were given by choice
	Ask     []string `json:"-"`       // whom to label first, where something is not known
}

// A howMany is how many of so many senders are honest, and the exact 95% interval.
type howMany struct {
	Known   bool    `json:"known"` // there are labels enough; Honest means nothing if not
	Of      int     `json:"of"`
	Honest  float64 `json:"honest"` // the best guess
	Lo      int     `json:"low"`
	Hi      int     `json:"high"`
	Labels  int     `json:"labels"`  // that it rests on
	Missing int     `json:"missing"` // asked about as well, without a label
}

const (
	leastAsked   = 20  // senders with a sanction, if there are so many
	leastBlocked = 10  // those blocked or worse
	askedShare   = .1  // of either: what -sample draws
	askedOf      = .75 // share of them that must have a label
)

// honestAmong estimates how many of the sanctioned senders are honest. Labels may be
// nil; who has none there is what the log itself says.
func honestAmong(res *result, labels map[string]label, seed uint64) *honesty {
	all, blocked := inOrder(res, seed)
	h, asked := &honesty{}, map[string]bool{}
	for _, x := range []struct {
		into   *howMany
		list   []*sender
		least  int
		marked func(label) bool
	}{
		{&h.All, all, leastAsked, func(l label) bool { return l.drawn }},
		{&h.Blocked, blocked, leastBlocked, func(l label) bool { return l.drawn || l.drawnBlocked }},
	} {
		drawn := askedAbout(x.list, labels, x.least, x.marked)
		*x.into = estimated(x.list, drawn, labels)
		for _, s := range x.list[:drawn] {
			if _, ok := truthOf(s, labels); !ok && !x.into.Known && len(h.Ask) < leastAsked && !slices.Contains(h.Ask, s.name) {
				h.Ask = append(h.Ask, s.name)
			}
			asked[s.name] = true
		}
	}
	for _, s := range all {
		if _, ok := truthOf(s, labels); ok && !asked[s.name] {
			h.Chosen++
		}
	}
	return h
}

// inOrder returns the senders with a sanction, and those blocked or worse, in the order
// of a hash of name and seed.
func inOrder(res *result, seed uint64) (all, blocked []*sender) {
	for _, s := range res.tally.senders {
		if s.messages > 0 && s.worst > 0 {
			all = append(all, s)
		}
	}
	byChance(all, seed)
	for _, s := range all {
		if s.worst >= policy.Block {
			blocked = append(blocked, s)
		}
	}
	return all, blocked
}

// byChance sorts senders by a hash of name and seed.
func byChance(list []*sender, seed uint64) {
	hashes := make(map[*sender]uint64, len(list))
	for _, s := range list {
		d := xxhash.NewWithSeed(seed)
		d.WriteString(s.name)
		hashes[s] = d.Sum64()
	}
	slices.SortFunc(list, func(a, b *sender) int {
		return cmp.Or(cmp.Compare(hashes[a], hashes[b]), cmp.Compare(a.name, b.name))
	})
}

// askedAbout returns how many of a list in order are asked about: least, or as many as a
// sample asked about, most of whom are marked, whether they have a label or not. Which
// labels there are says nothing of it, but where all have one.
func askedAbout(list []*sender, labels map[string]label, least int, marked func(label) bool) (drawn int) {
	among, known := 0, 0
	for i, s := range list {
		_, ok := truthOf(s, labels)
		known += bit(ok)
		if i < least || marked(labels[s.name]) {
			if among++; float64(among) >= askedOf*float64(i+1) {
				drawn = i + 1
			}
		}
	}
	if known == len(list) {
		return known
	}
	return drawn
}

// truthOf is what is known of a sender: what people found, or else what the log says.
func truthOf(s *sender, labels map[string]label) (honest, known bool) {
	if l := labels[s.name]; l.known {
		return !l.abusive, true
	}
	return s.truth == events.Honest, s.truth != events.Unknown
}

// estimated counts who is honest among those drawn, and among all as far as it is known.
func estimated(list []*sender, drawn int, labels map[string]label) howMany {
	h := howMany{Of: len(list)}
	honest, surely, abusive := 0, 0, 0 // of those drawn, and of all
	for i, s := range list {
		is, ok := truthOf(s, labels)
		surely += bit(ok && is)
		abusive += bit(ok && !is)
		if i < drawn {
			honest += bit(is)
			h.Labels += bit(ok)
		}
	}
	h.Missing = drawn - h.Labels
	h.Known = float64(h.Labels) >= askedOf*float64(drawn)
	h.Lo, h.Hi = limits(honest, h.Missing, drawn, h.Of)
	if h.Lo, h.Hi = max(h.Lo, surely), min(h.Hi, h.Of-abusive); h.Lo > h.Hi { // all labels together refute what was drawn
		h.Lo, h.Hi = surely, h.Of-abusive
	}
	if h.Labels > 0 {
		h.Honest = float64(h.Of) * float64(honest) / float64(h.Labels)
	}
	h.Honest = min(max(h.Honest, float64(h.Lo)), float64(h.Hi))
	return h
}

// limits are those of what is drawn without putting it back (Clopper and Pearson, "The
// Use of Confidence or Fiducial Limits", 1934, for the hypergeometric distribution): of
// n of whom so many were drawn, yes of them were, and missing of them may have been.
func limits(yes, missing, drawn, n int) (lo, hi int) {
	return lower(yes, drawn, n), upper(yes+missing, drawn, n)
}

// upper is the largest number of honest among n of whom k of drawn were, that chance
// allows: with more, so few are drawn in less than one case of 40.
func upper(k, drawn, n int) int {
	lo, hi := k, n-(drawn-k)
	for lo < hi {
		if m := (lo + hi + 1) / 2; atMost(k, drawn, m, n) > .025 {
			lo = m
		} else {
			hi = m - 1
		}
	}
	return lo
}

// lower is the smallest number.
func lower(k, drawn, n int) int { return n - upper(drawn-k, drawn, n) }

// atMost is the chance that of drawn senders, out of n of whom m are honest, at most k
// are.
func atMost(k, drawn, m, n int) (sum float64) {
	switch {
	case k >= min(m, drawn):
		return 1
	case k < max(0, drawn-(n-m)):
		return 0
	case float64(k)*float64(n) > float64(drawn)*float64(m): // the shorter tail is exact
		return 1 - atMost(drawn-k-1, drawn, n-m, n)
	}
	choose := func(n, k int) float64 {
		a, _ := math.Lgamma(float64(n + 1))
		b, _ := math.Lgamma(float64(k + 1))
		c, _ := math.Lgamma(float64(n - k + 1))
		return a - b - c
	}
	p := math.Exp(choose(m, k) + choose(n-m, drawn-k) - choose(n, drawn))
	for ; k >= 0 && p > 0; k-- {
		sum += p
		p *= float64(k) * float64(n-m-drawn+k) / (float64(m-k+1) * float64(drawn-k+1))
	}
	return min(sum, 1)
}

// MarshalJSON implements json.Marshaler. Names are written as everywhere.
func (h *honesty) MarshalJSON() ([]byte, error) {
	type plain honesty
	ask := make([]said, len(h.Ask))
	for i, name := range h.Ask {
		ask[i] = said(name)
	}
	return json.Marshal(struct {
		*plain
		Ask []said `json:"ask,omitempty"`
	}{(*plain)(h), ask})
}

// String is one sentence; "" if nobody was sanctioned.
func (h *honesty) String() string {
	if h == nil || h.All.Of == 0 {
		return ""
	}
	s := fmt.Sprintf("honest among the %s with a sanction: %v", count(h.All.Of, "sender"), &h.All)
	if h.Blocked.Of > 0 {
		s += fmt.Sprintf("; among the %s blocked or worse: %v", thousands(h.Blocked.Of), &h.Blocked)
	}
	if len(h.Ask) > 0 {
		which := "this one"
		if len(h.Ask) > 1 {
			which = fmt.Sprintf("these %d", len(h.Ask))
		}
		s += fmt.Sprintf("; label %s first: %s", which, firstNames(h.Ask))
	}
	return s
}

// String writes "an estimated 3 (0 to 12), by 20 labels".
func (h *howMany) String() string {
	switch {
	case !h.Known:
		return "not known"
	case h.Labels == h.Of:
		return thousands(h.Lo) + ", each is labelled"
	}
	s := fmt.Sprintf("an estimated %s (%s to %s), by %s", thousands(int(math.Round(h.Honest))), thousands(h.Lo), thousands(h.Hi), count(h.Labels, "label"))
	if h.Missing > 0 {
		s += fmt.Sprintf(" of %s asked for", thousands(h.Labels+h.Missing))
	}
	return s
}
