package policy_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

const invitation = "We would be glad to see you at the summer party of the neighbourhood on Saturday at three, in the yard behind the school"

// clear has a moderator find a message harmless.
func (w *town) clear(account, message string) {
	w.Helper()
	w.tell(policy.Review{Account: account, Message: message, By: "ada", At: w.now})
}

func (w *town) invite(from string, i int) policy.Decision {
	w.Helper()
	w.n++
	d := w.evaluate(policy.Message{
		ID: fmt.Sprint(from, i, "-", w.n), Sender: from, Recipients: []policy.Recipient{{ID: fmt.Sprint(from, "-guest", i), Relation: policy.Stranger}}, Text: invitation, At: w.now,
	})
	return d
}

// TestCleared: an organiser who invites 22 strangers, and of whom a moderator finds
// everything harmless that was not simply allowed, is never blocked, whatever the pace;
// their warning goes without an offence, and the same text speaks again only after it
// has grown by as much. Without the moderator they are blocked.
func TestCleared(t *testing.T) {
	for _, gap := range []time.Duration{20 * time.Second, 3 * time.Minute, 40 * time.Minute} {
		for _, cleared := range []bool{false, true} {
			w := newTown(t, policy.Config{})
			var worst policy.Kind
			found, last := 0, -1
			for i := range 22 {
				w.pass(gap + time.Duration(i*i%7)*time.Second)
				d := w.invite("org", i)
				for _, s := range d.Imposed {
					worst = max(worst, s.Kind)
				}
				if d.Verdict == policy.Allow || !cleared {
					continue
				}
				if last >= 0 && i-last < 6 {
					t.Errorf("%v apart: invitation %d was cleared, and %d is %v: %v", gap, last, i, d.Verdict, d.Reasons)
				}
				w.pass(10 * time.Second)
				w.clear("org", d.Message)
				found, last = found+1, i
				if a := w.account("org"); len(a.Offences) != 0 || len(a.Standing) != 0 || a.Strikes != 0 {
					t.Errorf("%v apart: after a finding %v", gap, a)
				}
			}
			if cleared && (worst > policy.Warning || gap < time.Hour/2 && found == 0 || found > 3) || !cleared && gap < time.Hour/2 && worst < policy.Warning {
				t.Errorf("%v apart, cleared %t: %v, %d findings", gap, cleared, worst, found)
			}
		}
	}
}

// TestClearedHelpsNobodyElse: what was found harmless of one sender changes nothing for
// others who send it, nor for another text of the same sender.
func TestClearedHelpsNobodyElse(t *testing.T) {
	cfg := policy.Config{Secret: []byte("cleared")}
	a, b := newTown(t, cfg), newTown(t, cfg)
	for _, w := range []*town{a, b} {
		for i := range 14 {
			w.pass(time.Minute)
			d := w.invite("org", i)
			if w == a && d.Verdict != policy.Allow {
				w.clear("org", d.Message)
			}
		}
	}
	for i := range 20 {
		x, y := a.invite("spammer", i), b.invite("spammer", i)
		if x.Verdict != y.Verdict || x.Score != y.Score {
			t.Errorf("message %d by another sender: %v %g, where nothing was cleared %v %g", i, x.Verdict, x.Score, y.Verdict, y.Score)
		}
	}

	w := newTown(t, policy.Config{})
	for i := range 10 {
		w.pass(time.Minute)
		w.say("mal", fmt.Sprint("stranger", i), "Cheap watches, buy yours today at our shop in the old town, first come first served")
	}
	d := w.say("mal", "a friend", "see you at eight, bring the keys")
	w.clear("mal", d.Message)
	for i := 10; ; i++ {
		w.pass(time.Minute)
		if d := w.say("mal", fmt.Sprint("stranger", i), "Cheap watches, buy yours today at our shop in the old town, first come first served"); d.Verdict != policy.Allow {
			break
		} else if i == 15 {
			t.Fatal("somebody who had a harmless message cleared spams freely")
		}
	}
}

// TestClearedFades: after two months a finding says nothing. One about a message that
// was simply allowed never does.
func TestClearedFades(t *testing.T) {
	w := newTown(t, policy.Config{})
	says := func() bool {
		d := w.invite("org", 100)
		for _, r := range d.Reasons {
			if r.Code == policy.CodeCleared {
				return true
			}
		}
		return false
	}
	d := w.invite("org", 0)
	if w.clear("org", d.Message); d.Verdict != policy.Allow || says() {
		t.Errorf("a finding about a message with the verdict %v speaks", d.Verdict)
	}
	for i := 1; d.Verdict == policy.Allow; i++ {
		w.pass(time.Minute)
		d = w.invite("org", i)
	}
	if w.clear("org", d.Message); !says() {
		t.Error("a finding says nothing the next minute")
	}
	if w.pass(60 * 24 * time.Hour); says() {
		t.Error("a finding speaks two months later")
	}
}
