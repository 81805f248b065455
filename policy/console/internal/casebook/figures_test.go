package casebook

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// The figures are those that one computes from what the engine said.
func TestFigures(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		now := newClock(t0)
		dir, ctx := t.TempDir(), t.Context()
		b := p.open(t, Options{Spool: dir, Now: now.Now, Sample: -1})
		want, sent, out := make(map[string]int64), make(map[int]int), make(map[string]int)
		e, err := policy.New(policy.Config{Now: now.Now, Hooks: policy.JoinHooks(b.Hooks(), policy.Hooks{
			Imposed: func(_ context.Context, s *policy.Sanction) {
				if s.By == "" {
					want["imposed.automatic."+s.Kind.String()]++
					if s.Kind != policy.Warning {
						sent[out[s.Account]]++
						out[s.Account] = 0
					}
				}
			},
		})})
		if err != nil {
			t.Fatal(err)
		}
		defer e.Close()
		say := func(from, to, text string, i int) policy.Decision {
			d, err := e.Evaluate(ctx, policy.Message{ID: fmt.Sprint(from, i), Sender: from, Recipients: policy.To(to), Text: text, Joined: t0.Add(-time.Hour)})
			if err != nil {
				t.Fatal(err)
			}
			if d.Verdict != policy.Duplicate && !d.Repeat {
				want["verdict."+d.Verdict.String()]++
			}
			if d.Delivered() {
				out[from]++
			}
			return d
		}
		for i := range 60 {
			now.add(20 * time.Second)
			say("blaster", fmt.Sprint("victim", i), "Cheap watches for you today only, look at watches dot example", i)
			say("ann", "ben", fmt.Sprint("shall we meet at ", i, " tomorrow?"), i)
			say("ben", "ann", fmt.Sprint("yes, at ", i, ", and bring the book"), i)
		}
		if err := e.Override(ctx, policy.Override{Account: "dan", Verdict: policy.Hold, By: "mod"}); err != nil {
			t.Fatal(err)
		}
		for i := range 3 {
			say("dan", "ann", fmt.Sprint("hello, I am Dan ", i), i)
		}
		say("blaster", "victim0", "Cheap watches for you today only, look at watches dot example", 0) // a retry
		flush(t, b)
		f, err := b.Figures(ctx, t0, now.Now())
		if err != nil {
			t.Fatal(err)
		}
		got := make(map[string]int64)
		for what, n := range f.Total.N {
			if len(what) > 8 && (what[:8] == "verdict." || what[:8] == "imposed.") {
				got[what] = n
			}
		}
		if !maps.Equal(got, want) || want["verdict.allow"] < 50 || want["verdict.hold"] == 0 || want["imposed.automatic.block"] == 0 {
			t.Errorf("figures %v, want %v", got, want)
		}
		for n, k := range sent {
			if f.Sent[n] != k {
				t.Errorf("%d accounts were acted on after %d messages, want %d", f.Sent[n], n, k)
			}
		}
		story, err := b.Story(ctx, "blaster", "", 500)
		if err != nil || len(story) == 0 {
			t.Fatal(story, err)
		}
		// The engine can release what the Book kept of a held message.
		for _, c := range queue(t, b) {
			page, err := b.Messages(ctx, c.ID, "", 500)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range page {
				if m.State != Waiting {
					continue
				}
				kept, err := b.Message(ctx, m.Account, m.Message)
				if err != nil {
					t.Fatal(err)
				}
				if d, err := e.Release(ctx, kept, policy.Release{By: "mod"}); err != nil || d.Verdict != policy.Allow {
					t.Fatal(d, err)
				}
			}
		}
		for _, c := range queue(t, b) {
			if c.Held > 0 {
				t.Errorf("all was released: %+v", c)
			}
		}
		// What is in the spool still is not counted again.
		if f, err = b.Figures(ctx, t0, now.Now()); err != nil {
			t.Fatal(err)
		}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		b = p.open(t, Options{Spool: dir})
		flush(t, b)
		if again, err := b.Figures(ctx, t0, now.Now()); err != nil || !maps.Equal(again.Total.N, f.Total.N) {
			t.Errorf("after a start %v, before %v, %v", again.Total.N, f.Total.N, err)
		}
	})
}

// The interval of the precision has the truth in at least 93 of 100 months, in which some
// of what was drawn is labelled, and some of that by people who are not sure.
func TestPrecision(t *testing.T) {
	p := newPlace(t, true)
	b := p.open(t, Options{Sample: .01})
	months, rng, width := 0, rand.New(rand.NewPCG(1, 2)), 0.
	for month := range 100 {
		var s Share
		truth, all := rng.Float64()*.5+.5, 0
		abusive := 0
		for i := range 800 {
			bad := rng.Float64() < truth
			all++
			if bad {
				abusive++
			}
			m := policy.Message{ID: fmt.Sprint(month, "-", i), Sender: fmt.Sprint(i % 50)}
			if !b.draws(&m, policy.Hold) || rng.Float64() < .2 {
				continue
			}
			switch {
			case rng.Float64() < .05:
				s.Unsure++
			case bad:
				s.Abusive++
			default:
				s.Fine++
			}
		}
		s.estimate()
		width += s.High - s.Low
		if p := float64(abusive) / float64(all); s.Low <= p && p <= s.High {
			months++
		}
	}
	t.Logf("%d of 100 months, mean width %.3f", months, width/100)
	if months < 93 || width/100 > .3 {
		t.Errorf("the truth is within in %d of 100 months, of a mean width of %.2f", months, width/100)
	}
}

// What is drawn is the share that was asked for, of what was allowed a twentieth of it.
func TestSample(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		b, ctx := p.open(t, Options{Sample: .04, Now: func() time.Time { return t0 }}), t.Context()
		for i := range 400 {
			decide(b, policy.Allow, "ann", fmt.Sprint("a", i), "hello", 0)
			decide(b, policy.Flag, "ben", fmt.Sprint("f", i), "buy", 1)
			decide(b, policy.Allow, "ann", "", "no ID", 0)
		}
		flush(t, b)
		var drawn []Entry
		for after := int64(0); ; {
			page, err := b.Unlabelled(ctx, after, 100)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			drawn = append(drawn, page...)
			after = page[len(page)-1].ID
		}
		flagged := 0
		for _, e := range drawn {
			l := LabelFine
			if e.Verdict == policy.Flag {
				if flagged++; flagged%2 == 0 {
					l = LabelAbusive
				}
			}
			if err := b.Label(ctx, e.ID, "mod", l); err != nil {
				t.Fatal(err)
			}
		}
		f, err := b.Figures(ctx, t0, t0)
		if err != nil {
			t.Fatal(err)
		}
		if n := f.Missed.Drawn; n < 3 || n > 36 || f.Missed.Fine != n {
			t.Errorf("of 400 that were allowed: %+v, want about 16", f.Missed)
		}
		if n := f.Precision.Drawn; n < 280 || n > 360 || f.Precision.Abusive != n/2 || f.Precision.Low > .5 || f.Precision.High < .5 || f.Precision.Low < .4 {
			t.Errorf("of 400 that were flagged: %+v, want about 320", f.Precision)
		}
		if f.Total.N["verdict.allow"] != 800 {
			t.Errorf("%v", f.Total)
		}
		if left, err := b.Unlabelled(ctx, 0, 10); err != nil || len(left) > 0 {
			t.Error(left, err)
		}
		if err := b.Label(ctx, 1<<40, "mod", LabelFine); !isNotFound(err) {
			t.Error(err)
		}
	})
}
