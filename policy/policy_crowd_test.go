package policy_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// passOn has so many accounts send one text to two strangers each, whatever becomes of
// it, and returns the decisions.
func (w *town) passOn(from, senders int, text string) (all []policy.Decision) {
	w.Helper()
	for i := from; i < from+senders; i++ {
		for k := range 2 {
			w.pass(time.Minute)
			all = append(all, w.send(policy.Message{
				Sender: fmt.Sprint("passer ", i), Text: text,
				Recipients: []policy.Recipient{{ID: fmt.Sprint("neighbour ", i, k), Relation: policy.Stranger}},
			}))
		}
	}
	return all
}

// count says how many decisions have a reason, and how many of these a verdict.
func countOf(ds []policy.Decision, c policy.Code, v policy.Verdict) (with, verdicts int) {
	for _, d := range ds {
		if _, ok := reasonOf(d, c); ok {
			with++
			if d.Verdict == v {
				verdicts++
			}
		}
	}
	return with, verdicts
}

// TestCrowdAnswers: what is done with a copy of a text in doubt is what the policy
// says, with the reason first and nobody sanctioned; SetPolicy holds from the next copy
// on.
func TestCrowdAnswers(t *testing.T) {
	w := newTown(t, policy.Config{})
	w.passOn(0, 20, notices[0])
	for i, answer := range []policy.Verdict{policy.Defer, policy.Hold, policy.Flag, policy.Allow} {
		p := policy.Default()
		p.Crowd.Answer = answer
		w.must(w.e.SetPolicy(p))
		ds := w.passOn(100+20*i, 20, notices[0])
		with, verdicts := countOf(ds, policy.CodeInDoubt, answer)
		if answer == policy.Allow {
			if with > 0 {
				t.Errorf("allow: %d of %d copies are in doubt", with, len(ds))
			}
			continue
		}
		if with < 20 || with == len(ds) || verdicts != with { // probes go out
			t.Errorf("%v: %d of %d copies are in doubt, %d with that verdict", answer, with, len(ds), verdicts)
		}
		for _, d := range ds {
			r, ok := reasonOf(d, policy.CodeInDoubt)
			if !ok {
				continue
			}
			minutes := float64(d.RetryAfter / time.Minute)
			if d.Reasons[0] != r || r.Limit != minutes || r.Value < 4 || r.N == 0 || answer == policy.Defer != (minutes >= 20 && minutes < 60) {
				t.Fatalf("%v after %v: %+v", d.Verdict, d.RetryAfter, d.Reasons)
			}
			if says := strings.Contains(r.String(), "tried again in"); says != (answer == policy.Defer) {
				t.Fatalf("%v: %q", d.Verdict, r)
			}
		}
	}
}

// TestCrowdKnobs: how many senders are a crowd, and how much doubt makes a copy wait,
// is the policy's; none at all knows no crowds.
func TestCrowdKnobs(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*policy.Crowd)
		waits  bool
	}{
		"default":      {func(*policy.Crowd) {}, true},
		"fifty":        {func(c *policy.Crowd) { c.Senders = 50 }, false},
		"more doubt":   {func(c *policy.Crowd) { c.Doubt = 20 }, false},
		"every one":    {func(c *policy.Crowd) { c.Probes = 1 }, false},
		"no crowds":    {func(c *policy.Crowd) { *c = policy.Crowd{} }, false},
		"less answers": {func(c *policy.Crowd) { c.ReplyFloor = .02 }, true},
	} {
		p := policy.Default()
		c.change(&p.Crowd)
		w := newTown(t, policy.Config{Policy: p})
		ds := w.passOn(0, 40, notices[1])
		if with, _ := countOf(ds, policy.CodeInDoubt, policy.Defer); with > 0 != c.waits {
			t.Errorf("%s: %d copies wait", name, with)
		}
	}
}

// TestCrowdWords: what is said of a text that nobody answers, and of one that people
// answer.
func TestCrowdWords(t *testing.T) {
	w := newTown(t, policy.Config{})
	for range 3 {
		w.passOn(0, 60, scheme)
		w.pass(24 * time.Hour)
	}
	d := w.passOn(200, 30, scheme)
	if with, deferred := countOf(d, policy.CodeUnwelcome, policy.Defer); with < 10 || deferred < 10 {
		t.Errorf("%d of %d copies are unwelcome, %d deferred", with, len(d), deferred)
	}
	w = newTown(t, policy.Config{})
	for i := range 40 {
		for _, d := range w.passOn(i, 1, notices[2]) {
			if d.Delivered() && i < 20 {
				w.say(fmt.Sprint("neighbour ", i, 0), fmt.Sprint("passer ", i), "thank you, I have seen it")
			}
		}
	}
	d = w.passOn(100, 10, notices[2])
	if with, delivered := countOf(d, policy.CodeWelcome, policy.Allow); with < 5 || with != delivered {
		t.Errorf("%d of %d copies are welcome, %d delivered", with, len(d), delivered)
	}
}
