package replay

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// A crowded is a fitting whose candidates are made by hand.
type crowded struct{ *fitting }

func newCrowded() crowded {
	return crowded{&fitting{base: &candidate{wrong: 100}, index: map[string]int{}, despite: map[string]bool{}}}
}

// add adds people with one sanction and one label, an hour apart.
func (c crowded) add(n int, name string, class policy.Class, worst policy.Kind, l label) (list []int) {
	for range n {
		i := len(c.people)
		at := time.Unix(0, 0).Add(time.Duration(i*37%101) * time.Hour)
		c.people = append(c.people, &person{name: fmt.Sprintf("%s.%d", name, i), class: class, worst: worst, label: l, at: at, fold: i % folds})
		list = append(list, i)
	}
	return list
}

// offer adds a candidate that gives people another gravest sanction.
func (c crowded) offer(kind policy.Kind, people ...int) *candidate {
	x := &candidate{lever: levers()[len(c.candidates)], by: 4. / 3, changes: map[int]policy.Kind{}, wrong: 100}
	for _, i := range people {
		x.changes[i] = kind
	}
	c.candidates = append(c.candidates, x)
	return x
}

// TestFitGates: what a fitting refuses, and what not, each by decisions made by hand.
func TestFitGates(t *testing.T) {
	honest, abusive, unknown := label{known: true}, label{known: true, abusive: true}, label{}
	block := policy.Block
	for name, c := range map[string]struct {
		build func(c crowded)
		want  string // of the refusal; "" writes
	}{
		"twenty honest are let go": {func(c crowded) {
			c.offer(0, c.add(20, "ann", policy.Member, block, honest)...)
		}, ""},
		"twenty abusers are caught": {func(c crowded) {
			c.offer(block, c.add(20, "bob", policy.Member, 0, abusive)...)
		}, ""},
		"a labelled abuser would be freed": {func(c crowded) {
			c.offer(0, append(c.add(20, "ann", policy.Member, block, honest), c.add(1, "bob", policy.Member, block, abusive)...)...)
		}, "would free labelled abusers: bob.20"},
		"a labelled abuser would be freed, by name": {func(c crowded) {
			c.offer(0, append(c.add(20, "ann", policy.Member, block, honest), c.add(1, "bob", policy.Member, block, abusive)...)...)
			c.despite["bob.20"] = true
		}, ""},
		"a labelled honest sender would be sanctioned": {func(c crowded) {
			c.offer(block, append(c.add(20, "bob", policy.Member, 0, abusive), c.add(1, "ann", policy.Member, 0, honest)...)...)
		}, "would sanction labelled honest senders: ann.20 ("},
		"a labelled honest sender would be sanctioned, by name": {func(c crowded) {
			c.offer(block, append(c.add(30, "bob", policy.Member, 0, abusive), c.add(1, "ann", policy.Member, 0, honest)...)...)
			c.despite["ann.30"] = true
		}, ""},
		"one who is warned would be blocked": {func(c crowded) {
			c.offer(block, append(c.add(20, "bob", policy.Member, 0, abusive), c.add(1, "ann", policy.Member, policy.Warning, honest)...)...)
		}, "ann.20"},
		"without labels": {func(c crowded) {
			c.add(5, "eve", policy.Member, block, abusive)
			c.offer(0, c.add(20, "ann", policy.Member, block, unknown)...)
		}, "too few labels of near misses: of 0 senders whom a level or weight moved by a third at most would sanction more gravely 0 have one, of 20 whom one would sanction less 0"},
		"six of a hundred have a label": {func(c crowded) {
			c.offer(0, append(c.add(6, "ann", policy.Member, block, honest), c.add(94, "zoe", policy.Member, block, unknown)...)...)
		}, "too few have one"},
		"ninety by choice of a thousand, and not the first": {func(c crowded) {
			c.offer(0, append(c.add(910, "zoe", policy.Member, block, unknown), c.add(90, "ann", policy.Member, block, honest)...)...)
		}, "label these 20: zoe.0, zoe.1, "},
		"the first twenty of a thousand": {func(c crowded) {
			c.offer(0, append(c.add(20, "ann", policy.Member, block, honest), c.add(980, "zoe", policy.Member, block, unknown)...)...)
		}, ""},
		"nineteen of the first twenty of a thousand": {func(c crowded) {
			c.offer(0, append(c.add(19, "ann", policy.Member, block, honest), c.add(981, "zoe", policy.Member, block, unknown)...)...)
		}, "label these 20: zoe.19, "},
		"most of all, by choice": {func(c crowded) {
			c.offer(0, append(c.add(20, "zoe", policy.Member, block, unknown), c.add(80, "ann", policy.Member, block, honest)...)...)
		}, ""},
		"nobody would be treated otherwise": {func(c crowded) {
			c.add(20, "ann", policy.Member, block, honest)
			c.offer(0)
		}, "moved by a third at most treats anybody otherwise"},
		"more abuse would go out": {func(c crowded) {
			c.offer(0, c.add(20, "ann", policy.Member, block, honest)...).wrong = 111
		}, "would let more messages of abusers out"},
		"the policy is right": {func(c crowded) {
			c.offer(0, c.add(20, "bob", policy.Member, block, abusive)...)
		}, "moved by a third at most treats the labelled senders better"},
		"one sender": {func(c crowded) {
			c.offer(0, c.add(1, "ann", policy.Member, block, honest)...)
		}, "on senders held out it is no better: steps too many or too few 2 → 2 by sender"},
		"more than the share": {func(c crowded) {
			c.add(80, "zoe", policy.Member, 0, unknown)
			c.offer(block, c.add(20, "bob", policy.Member, 0, abusive)...)
			c.share = .19
		}, "no level or weight that is moved"},
		"not more than the share": {func(c crowded) {
			c.add(80, "zoe", policy.Member, 0, unknown)
			c.offer(block, c.add(20, "bob", policy.Member, 0, abusive)...)
			c.share = .2
		}, ""},
		"right at first, wrong later": {func(c crowded) {
			early := c.add(20, "ann", policy.Member, block, honest)
			late := c.add(10, "bob", policy.Member, policy.Warning, abusive)
			for n, i := range append(early, late...) {
				c.people[i].at = time.Unix(int64(n), 0)
				c.despite[c.people[i].name] = true
			}
			c.offer(0, append(early, late...)...)
		}, "10 → 20 by time"},
	} {
		f := newCrowded()
		c.build(f)
		_, err := f.choose(policy.Default(), f.classes())
		if c.want == "" && (err != nil || len(f.moves) != 1) || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, %v, want %q", name, f.moves, err, c.want)
		}
	}
}

// A class without near misses that have a label stays; another moves, and the whole is
// judged once more.
func TestFitClasses(t *testing.T) {
	f := newCrowded()
	ann := f.add(20, "ann", policy.Member, policy.Block, label{known: true})
	f.add(20, "shop", policy.Business, policy.Block, label{})
	f.add(20, "page", policy.Page, policy.Block, label{known: true, abusive: true})
	f.offer(0, append(slices.Clone(ann), 20, 21, 22)...)
	p := policy.Default()
	if got := f.classes(); !slices.Equal(got, []policy.Class{policy.Member, policy.Page}) {
		t.Errorf("classes %v", got)
	}
	last, err := f.choose(p, f.classes())
	if err != nil || len(f.moves) != 1 || f.moves[0].Class != policy.Member {
		t.Fatalf("%+v, %v", f.moves, err)
	}
	for class, rules := range f.policy.Classes {
		if moved := rules.Score != p.Classes[class].Score; moved != (class == policy.Member) {
			t.Errorf("%s has moved: %v", class, moved)
		}
	}
	last.changes = map[int]policy.Kind{ann[0]: 0, 45: 0} // an abuser of another class is freed
	if err := f.verify(last); err == nil || !strings.Contains(err.Error(), "page.45") {
		t.Errorf("verified: %v", err)
	}
	last.changes = map[int]policy.Kind{ann[0]: 0}
	if err := f.verify(last); err != nil {
		t.Error(err)
	}
	last.changes = nil
	if err := f.verify(last); err == nil {
		t.Error("what changes nothing is written")
	}
}

// The levers stay within the band, and what is no policy is left out.
func TestCandidates(t *testing.T) {
	p := policy.Default()
	list := candidatesOf(p, []policy.Class{policy.Member})
	if len(list) != len(levers())*len(band) {
		t.Errorf("%d candidates", len(list))
	}
	was := p.Classes[policy.Member]
	for _, c := range list {
		now := c.policy.Classes[policy.Member]
		for _, pair := range [][2]float64{{was.Score.Warn, now.Score.Warn}, {was.Score.Act, now.Score.Act}} {
			if pair[1] < pair[0]*2/3 || pair[1] > pair[0]*4/3 {
				t.Errorf("%s ×%v: %v → %v", c.name, c.by, pair[0], pair[1])
			}
		}
		for i, at := range was.Signals.TextFast.Curve {
			if y := now.Signals.TextFast.Curve[i].Y; y < at.Y*2/3 || y > at.Y*4/3+1e-9 {
				t.Errorf("%s ×%v: %v → %v", c.name, c.by, at.Y, y)
			}
		}
		if now.Score == was.Score && now.Signals.TextFast.Curve[1] == was.Signals.TextFast.Curve[1] && now.Signals.OutreachFast.Curve[1] == was.Signals.OutreachFast.Curve[1] && now.Signals.Complaint.Curve[1] == was.Signals.Complaint.Curve[1] {
			t.Errorf("%s ×%v changes nothing", c.name, c.by)
		}
	}
	if p.ID() != policy.Default().ID() {
		t.Error("the policy itself has moved")
	}
}
