package policy_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/raced"
)

// blocked makes an account that was blocked for a day, and has just come back.
func (w *town) blocked(account string) {
	w.Helper()
	if d := w.send(policy.Message{Sender: account, Recipients: policy.To("prey"), Evidence: damning}); len(d.Imposed) != 1 {
		w.Fatal("there is no block:", d.Imposed)
	}
	w.pass(24*time.Hour + time.Minute)
}

// approach has an account write to somebody new.
func (w *town) approach(account, to string) {
	w.Helper()
	d := w.send(policy.Message{Sender: account, Recipients: []policy.Recipient{{ID: to, Relation: policy.Stranger}}, Text: fmt.Sprint("Hello ", to, ", ", prose(uint64(len(to)*131+w.n)))})
	if !d.Delivered() {
		w.Fatal("to somebody new: ", d.Verdict, d.Reasons)
	}
}

// back is after how many days an account has all of its limits, and after how many its
// strikes are gone, as it stands on each of so many days.
func back(t *testing.T, days int, day func(w *town, day int)) (limits, strikes int) {
	w := newTown(t, policy.Config{})
	w.blocked("sam")
	begun := w.now
	for d := range days {
		day(w, d)
		w.now = begun.AddDate(0, 0, d+1)
		a := w.account("sam")
		if a.ID == "" {
			break // all is forgotten
		}
		if a.Probation < 1 {
			limits = d + 2
		}
		if len(a.Offences) > 0 {
			strikes = d + 2
		}
		if a.Pace != 0 && (a.Pace < 1 || a.Pace > 2) {
			t.Fatal("strikes fade", a.Pace, "times as fast")
		}
	}
	return limits, strikes
}

// TestGoodConduct: who writes to somebody new every other day, half of whom answer, is
// back in clearly less time than one who waits. What says nothing brings nothing: many
// answers by accounts of one's own, by young ones, by who has strikes or a contact, by few
// of those who were written to, and any while complaints come.
func TestGoodConduct(t *testing.T) {
	raced.Skip(t)
	nobody := func(*town, int) {}
	limits, strikes := back(t, 240, nobody)
	if limits != 7 || strikes < 190 || strikes > 200 {
		t.Fatalf("who waits has all limits after %d days, and no strike after %d", limits, strikes)
	}
	someone := func(d int) string { return fmt.Sprint("new ", d) }
	for name, c := range map[string]struct {
		day                  func(w *town, day int)
		leastLimits, leastOf float64 // of what waiting takes
		mostLimits, mostOf   float64
	}{
		"well": {func(w *town, d int) {
			if w.approach("sam", someone(d)); d%2 == 0 {
				w.tell(policy.Reply{From: someone(d), To: "sam"})
			}
		}, .5, .5, .75, .6},
		"well, by messages": {func(w *town, d int) {
			if w.approach("sam", someone(d)); d%2 == 0 {
				w.send(policy.Message{Sender: someone(d), Recipients: policy.To("sam"), Text: "thank you", Reply: true, Joined: w.now.AddDate(-1, 0, 0), Origin: someone(d)})
			}
		}, .5, .5, .75, .6},
		"once a fortnight": {func(w *town, d int) {
			if d%14 == 3 {
				w.approach("sam", someone(d))
				w.tell(policy.Reply{From: someone(d), To: "sam"})
			}
		}, .7, .75, 1, .95},
		"young": {func(w *town, d int) {
			w.approach("sam", someone(d))
			w.send(policy.Message{Sender: someone(d), Recipients: policy.To("sam"), Text: "thank you", Reply: true, Joined: w.now.Add(-24 * time.Hour)})
		}, 1, 1, 1, 1},
		"one origin": {func(w *town, d int) {
			w.approach("sam", someone(d))
			w.send(policy.Message{Sender: someone(d), Recipients: policy.To("sam"), Text: "thank you", Reply: true, Joined: w.now.AddDate(-1, 0, 0), Origin: "farm"})
		}, .5, .97, 1, 1},
		"own origin": {func(w *town, d int) {
			w.send(policy.Message{Sender: "sam", Recipients: []policy.Recipient{{ID: someone(d), Relation: policy.Stranger}}, Text: prose(uint64(d)), Origin: "home"})
			w.send(policy.Message{Sender: someone(d), Recipients: policy.To("sam"), Text: "thank you", Reply: true, Joined: w.now.AddDate(-1, 0, 0), Origin: "home"})
		}, 1, 1, 1, 1},
		"with strikes": {func(w *town, d int) {
			w.approach("sam", someone(d))
			w.send(policy.Message{Sender: someone(d), Recipients: policy.To("prey"), Evidence: damning})
			w.tell(policy.Reply{From: someone(d), To: "sam"})
		}, 1, 1, 1, 1},
		"contacts": {func(w *town, d int) {
			w.say(someone(d), "sam", "Hello Sam")
			w.say("sam", someone(d), "Hello")
			w.tell(policy.Reply{From: someone(d), To: "sam"})
		}, 1, 1, 1, 1},
		"connections": {func(w *town, d int) {
			w.send(policy.Message{Sender: "sam", Recipients: []policy.Recipient{{ID: someone(d), Relation: policy.Connection}}, Text: prose(uint64(d))})
			w.tell(policy.Reply{From: someone(d), To: "sam"})
		}, 1, 1, 1, 1},
		"few answer": {func(w *town, d int) {
			for i := range 2 {
				w.pass(time.Hour + time.Duration((7*i+1)*d*d%431)*time.Minute)
				w.approach("sam", fmt.Sprint(someone(d), " ", i))
			}
			if d%6 == 3 {
				w.tell(policy.Reply{From: someone(d) + " 0", To: "sam"})
			}
		}, .8, .97, 1, 1}, // as long as most have not had the time
		"complaints come": {func(w *town, d int) {
			w.approach("sam", someone(d))
			w.tell(policy.Reply{From: someone(d), To: "sam"})
			if d%7 == 0 {
				w.approach("sam", fmt.Sprint("angry ", d))
				w.tell(policy.Complaint{From: fmt.Sprint("angry ", d), Against: "sam", Category: policy.Spam})
			}
		}, 1, 1, 1, 1.02}, // and warned
	} {
		t.Run(name, func(t *testing.T) {
			l, s := back(t, strikes+1, c.day)
			t.Logf("all limits after %d days of %d, no strike after %d of %d", l, limits, s, strikes)
			for _, x := range [][3]float64{{float64(l) / float64(limits), c.leastLimits, c.mostLimits}, {float64(s) / float64(strikes), c.leastOf, c.mostOf}} {
				if x[0] < x[1] || x[0] > x[2] {
					t.Errorf("%.2f of the time of who waits, want from %v to %v", x[0], x[1], x[2])
				}
			}
		})
	}
}
