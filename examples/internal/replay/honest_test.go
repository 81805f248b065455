package replay

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/policy"
)

// The exact limits are those that counting every sample finds.
func TestLimitsByCounting(t *testing.T) {
	const n = 9
	for drawn := range n + 1 {
		for k := range drawn + 1 {
			lo, hi := n+1, -1
			for m := range n + 1 {
				var all, below, above float64
				for set := range 1 << n { // the first m are honest
					size, honest := 0, 0
					for i := range n {
						size += set >> i & 1
						honest += set >> i & 1 * bit(i < m)
					}
					if size == drawn {
						all++
						below += float64(bit(honest <= k))
						above += float64(bit(honest >= k))
					}
				}
				if got := atMost(k, drawn, m, n); math.Abs(got-below/all) > 1e-12 {
					t.Fatalf("at most %d of %d drawn of %d with %d: %v, counted %v", k, drawn, n, m, got, below/all)
				}
				if below/all > .025 && above/all > .025 {
					lo, hi = min(lo, m), max(hi, m)
				}
			}
			if lower(k, drawn, n) != lo || upper(k, drawn, n) != hi {
				t.Errorf("%d of %d drawn of %d: %d to %d, counted %d to %d", k, drawn, n, lower(k, drawn, n), upper(k, drawn, n), lo, hi)
			}
		}
	}
	if got := atMost(1000, 1000, 1000, 10000); got != 1 {
		t.Error(got)
	}
	if got := atMost(900, 1000, 1000, 10000); math.Abs(got-1) > 1e-12 {
		t.Errorf("900 of 1000, of 10000 with 1000: %v", got)
	}
}

// The interval covers every truth in at least 95 of 100 draws: the chance of each draw
// is added up, for few senders and many, whatever number of them is honest.
func TestIntervalCovers(t *testing.T) {
	for _, n := range []int{1, 6, 19, 21, 32, 80, 135, 500, 3000} {
		drawn, worst, where := min(n, leastAsked), 1.0, 0
		for m := range n + 1 {
			covered := 0.0
			for k := range drawn + 1 {
				if lower(k, drawn, n) <= m && m <= upper(k, drawn, n) {
					covered += atMost(k, drawn, m, n) - atMost(k-1, drawn, m, n)
				}
			}
			if covered < worst {
				worst, where = covered, m
			}
		}
		if worst < .95 || n > 100 && worst > .98 { // wider than it must be
			t.Errorf("%d of %d drawn: covered %.3f with %d honest", drawn, n, worst, where)
		}
	}
}

// simulated makes a log's worth of senders, a share of whom are honest: those who were
// warned ten times as often as those who were blocked.
func simulated(rng *rand.Rand, warned, blocked int, share float64) (*result, map[string]bool) {
	res, honest := &result{tally: newTally()}, map[string]bool{}
	for i := range warned + blocked {
		s := &sender{name: fmt.Sprintf("sender.%d", i), messages: 3, worst: policy.Warning}
		p := share
		if i >= warned {
			s.worst, p = policy.Block, share/10
		}
		if rng.Float64() < p {
			honest[s.name] = true
		}
		res.tally.senders[s.name] = s
	}
	return res, honest
}

// TestHonestAmong: of 100 simulated logs each, the interval covers the truth in at least
// 93, whatever share is honest, and whatever people label beside those who were drawn.
func TestHonestAmong(t *testing.T) {
	if racing {
		t.Skip("takes long, and is one goroutine")
	}
	choose := map[string]func(honest bool, rng *rand.Rand) bool{
		"nobody by choice":         func(bool, *rand.Rand) bool { return false },
		"the obvious spammers":     func(honest bool, rng *rand.Rand) bool { return !honest && rng.IntN(10) > 0 },
		"whoever complained":       func(honest bool, rng *rand.Rand) bool { return honest && rng.IntN(2) > 0 },
		"half of all, as they are": func(_ bool, rng *rand.Rand) bool { return rng.IntN(2) > 0 },
	}
	sizes := [][2]int{{3, 0}, {14, 4}, {90, 30}}
	if os.Getenv("DECORUM_LONG") != "" {
		sizes = append(sizes, [2]int{400, 120})
	}
	for name, by := range choose {
		for _, size := range sizes {
			for _, share := range []float64{0, .02, .1, .5, 1} {
				covered, covers, width := 0, 0, 0
				for n := range 100 {
					rng := rand.New(rand.NewPCG(uint64(n), 21))
					res, honest := simulated(rng, size[0], size[1], share)
					labels := map[string]label{}
					for _, who := range slices.Sorted(maps.Keys(res.tally.senders)) {
						if by(honest[who], rng) {
							labels[who] = label{known: true, abusive: !honest[who]}
						}
					}
					// As a person would: label whom it asks for, until it says a figure.
					h := honestAmong(res, labels, uint64(n))
					for range 3 {
						for _, who := range h.Ask {
							labels[who] = label{known: true, abusive: !honest[who]}
						}
						h = honestAmong(res, labels, uint64(n))
					}
					if !h.All.Known || !h.Blocked.Known {
						t.Fatalf("%s, %v: still not known: %+v", name, size, h)
					}
					blocked := 0
					for who := range honest {
						blocked += bit(res.tally.senders[who].worst == policy.Block)
					}
					covered += bit(h.All.Lo <= len(honest) && len(honest) <= h.All.Hi)
					covers += bit(h.Blocked.Lo <= blocked && blocked <= h.Blocked.Hi)
					width += h.All.Hi - h.All.Lo
				}
				if covered < 93 || covers < 93 {
					t.Errorf("%s, %v, %g honest: the truth is covered in %d and %d of 100", name, size, share, covered, covers)
				}
				if size[0] == 90 && name == "nobody by choice" && width/100 > 75 {
					t.Errorf("%v, %g honest: the interval is %d wide on average", size, share, width/100)
				}
			}
		}
	}
}

// Labels by choice say nothing of others, marks make the sample larger, and what was
// drawn without a label counts either way.
func TestHonestAmongKinds(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	res, honest := simulated(rng, 300, 100, .2)
	find := func(who string, drawn bool) label { return label{known: true, abusive: !honest[who], drawn: drawn} }
	none := honestAmong(res, nil, 1)
	if none.All.Known || none.Blocked.Known || len(none.Ask) != leastAsked || none.All.Labels != 0 || none.All.Hi != 400 ||
		!strings.Contains(none.String(), "with a sanction: not known; among the 100 blocked or worse: not known; label these 20 first: sender.") {
		t.Errorf("without labels: %v", none)
	}
	labels := map[string]label{}
	all, blocked := inOrder(res, 1)
	for _, s := range all[leastAsked:] {
		if !honest[s.name] {
			labels[s.name] = find(s.name, false)
		}
	}
	if chosen := honestAmong(res, labels, 1); chosen.All.Known || chosen.All.Labels != 0 || chosen.All.Hi != 400-len(labels) {
		t.Errorf("all abusers but those asked for: %+v", chosen)
	}
	labels = map[string]label{}
	for range 2 { // it asks for those blocked as well, in the second round
		for _, who := range honestAmong(res, labels, 1).Ask {
			labels[who] = find(who, false)
		}
	}
	h := honestAmong(res, labels, 1)
	if !h.All.Known || !h.Blocked.Known || h.All.Labels != 20 || h.Blocked.Labels != 10 || h.All.Missing != 0 || h.Ask != nil || h.Chosen != 0 || h.All.Lo > len(honest) || h.All.Hi < len(honest) {
		t.Errorf("asked for: %+v", h)
	}
	labels[all[3].name], labels[all[7].name] = label{}, label{}
	if gaps := honestAmong(res, labels, 1); !gaps.All.Known || gaps.All.Labels != 18 || gaps.All.Missing != 2 || gaps.All.Hi < h.All.Hi || gaps.All.Lo > h.All.Lo || !strings.Contains(gaps.String(), "by 18 labels of 20 asked for") {
		t.Errorf("two without label: %+v, with %+v", gaps, h)
	}
	for _, s := range all[:80] { // a sample drew as many
		labels[s.name] = find(s.name, true)
	}
	large := honestAmong(res, labels, 1)
	if !large.All.Known || large.All.Labels != 80 || large.All.Hi-large.All.Lo >= h.All.Hi-h.All.Lo {
		t.Errorf("80 drawn: %+v", large)
	}
	for _, s := range blocked[:50] {
		labels[s.name] = label{known: true, abusive: true, drawnBlocked: true}
	}
	if more := honestAmong(res, labels, 1); more.Blocked.Labels != 50 || more.All.Labels != 80 {
		t.Errorf("50 of those blocked drawn: %+v", more)
	}
	for _, s := range res.tally.senders { // a log that knows the truth
		s.truth = events.Abusive
		if honest[s.name] {
			s.truth = events.Honest
		}
	}
	if all := honestAmong(res, nil, 1); !all.All.Known || all.All.Lo != len(honest) || all.All.Hi != len(honest) || !strings.Contains(all.String(), "each is labelled") {
		t.Errorf("all are known: %v", all)
	}
	if empty := honestAmong(&result{tally: newTally()}, nil, 1); empty.String() != "" || empty.All.Hi != 0 || !empty.All.Known {
		t.Errorf("nobody: %+v", empty)
	}
}

// Labels that were given by choice can refute what was drawn: an interval is left.
func TestLabelsRefuteDrawn(t *testing.T) {
	list, labels := make([]*sender, 100), map[string]label{}
	for i := range list {
		list[i] = &sender{name: fmt.Sprint(i)}
		if i < 99 { // of 20 who were drawn 10 are honest, and of 79 more nobody
			labels[list[i].name] = label{known: true, abusive: i >= 10}
		}
	}
	if h := estimated(list, 20, labels); h.Lo != 10 || h.Hi != 11 || h.Honest < 10 || h.Honest > 11 {
		t.Errorf("%+v", h)
	}
}
