package policy_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// TestSerialOffender: an account that offends anew as soon as a sanction has ended never
// gets less than before, and is a person's case by the sixth offence: strikes don't fade
// while a sanction refuses its messages.
func TestSerialOffender(t *testing.T) {
	w := newTown(t, policy.Config{})
	mass, asked, last := 0., 0, policy.Sanction{}
	for n := 1; n <= 12; n++ {
		d := w.send(policy.Message{Sender: "sam", Recipients: policy.To(fmt.Sprint("prey", n)), Evidence: damning})
		if len(d.Imposed) != 1 {
			t.Fatalf("offence %d: imposed %v, verdict %v", n, d.Imposed, d.Verdict)
		}
		s := d.Imposed[0]
		if s.Kind < last.Kind || s.Kind == last.Kind && s.Scope < last.Scope {
			t.Errorf("offence %d brings a %v of %v, the one before a %v of %v", n, s.Kind, s.Scope, last.Kind, last.Scope)
		}
		if a := w.account("sam"); a.Strikes < mass*(1-1e-6) {
			t.Errorf("offence %d: strikes %v, %v before", n, a.Strikes, mass)
		} else {
			mass = a.Strikes
		}
		if asked == 0 && slices.ContainsFunc(d.Reasons, func(r policy.Reason) bool { return r.Code == policy.CodePerson }) {
			asked = n
		}
		last = s
		if w.pass(25 * time.Hour); s.Until.After(w.now) {
			w.now = s.Until.Add(time.Minute)
		}
	}
	if asked == 0 || asked > 6 {
		t.Errorf("a person is asked at offence %d, want the sixth at the latest", asked)
	}
}

// TestLiftedAndAgain: an account whose block a person lifted, or reduced, is judged as one
// whose block has ended, but for probation: the next blast is stopped as soon, and not
// punished for what the block answered.
func TestLiftedAndAgain(t *testing.T) {
	const other = "Earn three thousand a week from home with the method that banks do not want you to know, write back today"
	again := func(text string, end func(*town, policy.Sanction)) (delivered int) {
		trusting := policy.Default()
		trusting.Classes[policy.Member].Limits.Probation = 1
		w := newTown(t, policy.Config{Policy: trusting})
		s := w.until("sam", spam, policy.Block)
		w.pass(time.Hour)
		end(w, s)
		if d := w.say("sam", "sam-prey1", "sorry for that"); !d.Delivered() {
			t.Errorf("the first message after it: %v because %v", d.Verdict, d.Reasons)
		}
		for range 100 {
			for _, d := range w.blast("sam", 1, text) {
				if d.Delivered() {
					delivered++
				}
				if harsh(worst(d)) {
					return delivered
				}
			}
		}
		return delivered
	}
	for _, text := range []string{spam, other} {
		expired := again(text, func(w *town, s policy.Sanction) { w.now = s.Until.Add(time.Minute) })
		for name, end := range map[string]func(*town, policy.Sanction){
			"lifted":  func(w *town, s policy.Sanction) { w.lift("sam", s.ID) },
			"reduced": func(w *town, s policy.Sanction) { w.ruled("sam", s.ID, policy.Reduced) },
		} {
			if got := again(text, end); got > expired+2 {
				t.Errorf("%s: %d delivered before the next block, after one that ended %d", name, got, expired)
			}
		}
	}
}

// TestWarmingUp: 280 messages that say "Hi", to whomever, and a year asleep after
// them, buy a blaster nothing, and a drip hardly anything. Those that are answered buy a drip what answers buy
// anybody.
func TestWarmingUp(t *testing.T) {
	t.Parallel()
	hi := func(w *town, r policy.Relation) {
		for i := range 280 {
			w.pass(144 * time.Minute)
			w.send(policy.Message{Sender: "sam", Recipients: []policy.Recipient{{ID: fmt.Sprint("known", i), Relation: r}}, Text: "Hi"})
		}
	}
	friends := func(w *town) {
		for i := range 280 {
			w.pass(144 * time.Minute)
			f := fmt.Sprint("friend", i%14)
			w.say("sam", f, "Hi")
			w.pass(time.Minute)
			w.say(f, "sam", "Hi")
		}
	}
	reach := func(warm func(*town), every time.Duration, perDay int, text func(*history) string) (reached int) {
		w := newTown(t, policy.Config{})
		h := &history{Rand: rand.New(rand.NewPCG(3, 1))}
		if warm != nil {
			warm(w)
		}
		for i := range 400 {
			w.pass(time.Duration(h.ExpFloat64()*float64(every)) + time.Second)
			if i%perDay == 0 {
				w.pass(24*time.Hour - min(24*time.Hour, time.Duration(perDay)*every))
			}
			d := w.say("sam", fmt.Sprint("stranger", i), text(h))
			if d.Delivered() {
				reached++
			}
			if harsh(worst(d)) {
				return reached
			}
		}
		return reached
	}
	same := func(*history) string { return spam }
	blast, slow := reach(nil, time.Minute, 400, same), reach(nil, 30*time.Minute, 12, pitch)
	for _, c := range []struct {
		name string
		warm func(*town)
		slow int // more strangers by a drip, at most
	}{
		{"connections", func(w *town) { hi(w, policy.Connection) }, 5},
		{"followers", func(w *town) { hi(w, policy.Follower) }, 5},
		{"friends who answer", friends, 30},
		{"friends, and a year asleep", func(w *town) { friends(w); w.pass(365 * 24 * time.Hour) }, 0},
	} {
		gotBlast, gotSlow := reach(c.warm, time.Minute, 400, same), reach(c.warm, 30*time.Minute, 12, pitch)
		t.Logf("%s: a blast reaches %d (cold %d), a drip %d (cold %d)", c.name, gotBlast, blast, gotSlow, slow)
		if gotBlast > blast+1 || gotSlow > slow+c.slow {
			t.Errorf("%s: a blast reaches %d, cold %d; a drip %d, cold %d", c.name, gotBlast, blast, gotSlow, slow)
		}
	}
}

// greet has an account write one text to n strangers, one a minute, and says with how many
// tries it was warned, and got more.
func (w *town) greet(from string, n int) (warned, more int) {
	for i := 1; i <= n; i++ {
		w.pass(time.Minute)
		switch d := w.say(from, fmt.Sprint(from, " greets ", i), "A peaceful feast and a good new year to you and your family, from all of us at home"); {
		case harsh(worst(d)) && more == 0:
			more = i
		case worst(d) == policy.Warning && warned == 0:
			warned = i
		}
	}
	return warned, more
}

// Who has friends is warned of what goes to many strangers as soon as who has none, and
// then what they write waits: it brings a block only if they still go on after the hour.
func TestWarnedAmongFriends(t *testing.T) {
	w := newTown(t, policy.Config{})
	w.befriend("old", 14)
	warned, more := w.greet("old", 50)
	if warned == 0 || more != 0 {
		t.Errorf("with friends: warned at %d, more at %d; want a warning alone", warned, more)
	}
	w.pass(25 * time.Minute)
	if _, more := w.greet("old", 5); more == 0 {
		t.Error("with friends: nothing comes of going on after the hour")
	}
	if warned, more := w.greet("new", 50); warned == 0 || more == 0 || more > warned+12 {
		t.Errorf("with none: warned at %d, more at %d", warned, more)
	}
}

// TestWaitedForASanction: copies of the text that brought a block, which waited meanwhile,
// don't go out once a person has ended it, and are no new offence; unless it was
// overturned. One that waited for a limit, to a friend, goes out.
func TestWaitedForASanction(t *testing.T) {
	for _, c := range []struct {
		name   string
		end    func(w *town, id string)
		copies bool
	}{
		{"lifted", func(w *town, id string) { w.lift("sam", id) }, false},
		{"reduced", func(w *town, id string) { w.ruled("sam", id, policy.Reduced) }, false},
		{"overturned", func(w *town, id string) { w.overturned("sam", id) }, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newTown(t, policy.Config{})
			w.say("ann", "sam", "hello")
			var waiting []policy.Message
			var block policy.Sanction
			due := w.now
			try := func(id, to string) policy.Decision {
				m := policy.Message{ID: id, Sender: "sam", Recipients: policy.To(to), Text: spam}
				d := w.evaluate(m)
				if d.Verdict == policy.Defer {
					waiting = append(waiting, m)
					if at := w.now.Add(d.RetryAfter); at.After(due) {
						due = at
					}
				}
				return d
			}
			for k := 0; len(waiting) == 0 && k < 100; k++ { // more than go to one person in a minute
				try(fmt.Sprint("ann", k), "ann")
			}
			for i := 0; block.ID == "" && i < 100; i++ {
				w.pass(time.Minute)
				if d := try(fmt.Sprint(i), fmt.Sprint("prey", i)); worst(d) == policy.Block {
					block = d.Imposed[0]
				}
			}
			w.pass(time.Minute)
			c.end(w, block.ID)
			w.now = due
			copies := 0
			for _, m := range waiting {
				w.pass(time.Minute)
				d := w.evaluate(m)
				if len(d.Imposed) > 0 {
					t.Errorf("a copy that waited brings %v", d.Imposed)
				}
				if m.Recipients[0].ID == "ann" {
					if !d.Delivered() {
						t.Errorf("the copy to a friend: %v because %v", d.Verdict, d.Reasons)
					}
					continue
				}
				if d.Delivered() {
					copies++
				} else if _, ok := reasonOf(d, policy.CodeRepeatOffence); !ok && !c.copies {
					t.Errorf("a copy: %v because %v", d.Verdict, d.Reasons)
				}
			}
			if len(waiting) < 5 || copies > 0 != c.copies {
				t.Errorf("%d of %d copies that waited went out", copies, len(waiting)-1)
			}
		})
	}
}

// TestHeeded: a warning is heeded by who makes few tries until it is read, or stops before
// the last ten minutes, though what waited is tried again in them; who made most of the
// tries that end it, to the last minutes, has not, and is judged by what they did before
// as well.
func TestHeeded(t *testing.T) {
	for _, c := range []struct {
		tries  int
		last   time.Duration // after the warning
		heeded bool
	}{{0, 0, true}, {7, 58 * time.Minute, true}, {9, 49 * time.Minute, true}, {8, 58 * time.Minute, false}, {9, 58 * time.Minute, false}} {
		w := newTown(t, policy.Config{})
		w.until("sam", spam, policy.Warning)
		warned := w.now
		for i := range c.tries {
			w.now = warned.Add(c.last * time.Duration(i+1) / time.Duration(c.tries))
			w.evaluate(policy.Message{ID: fmt.Sprint(i), Sender: "sam", Recipients: policy.To(fmt.Sprint("more", i)), Text: spam})
		}
		if c.heeded && c.tries > 0 {
			w.now = warned.Add(58 * time.Minute)
			w.say("sam", fmt.Sprint("more", c.tries-1), spam)
		}
		w.now = warned.Add(61 * time.Minute)
		d := w.say("sam", "last", spam)
		if heeded := d.Verdict == policy.Allow; heeded != c.heeded || harsh(worst(d)) == heeded {
			t.Errorf("%d tries, the last after %v: %v, brings %v because %v", c.tries, c.last, d.Verdict, d.Imposed, d.Reasons)
		}
	}
}
