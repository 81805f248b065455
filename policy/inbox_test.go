package policy_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/raced"
)

// letters has so many strangers write to one person, one each, over a time, and returns
// how many were delivered in the fullest hour and day, in all, and the last decision. Each
// who is told to come again does so. old says which have an old account.
func letters(w *town, n int, over time.Duration, to policy.Recipient, old func(i int) bool, each func(i int, d policy.Decision)) (hour, day, all int) {
	type try struct {
		at time.Time
		i  int
	}
	begin := w.now
	var tries []try
	for i := range n {
		tries = append(tries, try{begin.Add(over * time.Duration(i) / time.Duration(n)), i})
	}
	var got []time.Time
	for len(tries) > 0 {
		next := 0
		for k := range tries {
			if tries[k].at.Before(tries[next].at) {
				next = k
			}
		}
		x := tries[next]
		tries = append(tries[:next], tries[next+1:]...)
		if x.at.Sub(begin) > max(over, 7*aDay) {
			continue
		}
		if w.now.Before(x.at) {
			w.now = x.at
		}
		joined := w.now.Add(-aDay)
		if old(x.i) {
			joined = w.now.Add(-400 * aDay)
		}
		d := w.evaluate(policy.Message{
			ID: fmt.Sprint("letter ", x.i), Sender: fmt.Sprint("stranger ", x.i), Recipients: []policy.Recipient{to},
			Text: fmt.Sprint(x.i, x.i*7, " words of their own ", x.i*x.i), Joined: joined,
		})
		switch {
		case d.Delivered():
			got = append(got, w.now)
		case d.RetryAfter > 0:
			tries = append(tries, try{w.now.Add(d.RetryAfter), x.i})
		}
		if each != nil {
			each(x.i, d)
		}
	}
	most := func(per time.Duration) (most int) {
		from := 0
		for i := range got {
			for got[i].Sub(got[from]) >= per {
				from++
			}
			most = max(most, i-from+1)
		}
		return most
	}
	return most(time.Hour), most(aDay), len(got)
}

func half(i int) bool { return i%2 == 0 }

// A crowd of strangers, half of them new, gets through to one person by 30 an hour and 100
// a day, and whoever waits is told when their turn is.
func TestInboxCrowd(t *testing.T) {
	raced.Skip(t)
	for name, over := range map[string]time.Duration{"hour": time.Hour, "week": 7 * aDay} {
		w := newTown(t, policy.Config{})
		n := 500
		if name == "week" {
			n = 2000
		}
		said := false
		hour, day, all := letters(w, n, over, policy.Recipient{ID: "vic", Relation: policy.Stranger}, half, func(_ int, d policy.Decision) {
			if r, ok := reasonOf(d, policy.CodeReceived); ok && !said {
				said = true
				if d.Verdict != policy.Defer || d.RetryAfter <= 0 || d.RetryAfter > 36*time.Hour || r.Limit != 30 && r.Limit != 100 || d.Notice().Code != policy.NoticeBusy {
					t.Errorf("%s: %v after %v: %v, %v", name, d.Verdict, d.RetryAfter, r, d.Notice())
				}
			}
		})
		t.Logf("%d within one %s: at most %d in an hour and %d in a day were delivered, %d within a week", n, name, hour, day, all)
		if hour > 30 || day > 100 || all < 300 || !said && name == "hour" {
			t.Errorf("%s: %d in an hour, %d in a day, %d in all", name, hour, day, all)
		}
	}
}

// Whom many write to and who wants it gets all of it: the senders are not new, or they
// are answered, or the host says so, or it is a page; and a new class at school is none.
func TestInboxHonest(t *testing.T) {
	raced.Skip(t)
	young, old := func(int) bool { return false }, func(int) bool { return true }
	for _, c := range []struct {
		name    string
		n, days int
		to      policy.Recipient
		old     func(int) bool
		answers int // one in so many, 0: none
	}{
		{"clinic", 300, 3, policy.Recipient{}, half, 2},
		{"school", 242, 3, policy.Recipient{}, old, 0},
		{"help desk", 200, 3, policy.Recipient{}, half, 1},
		{"help desk that is marked", 500, 1, policy.Recipient{Accepts: policy.AcceptsAnyone}, young, 0},
		{"office", 500, 1, policy.Recipient{Relation: policy.Invited}, young, 0},
		{"teacher", 26, 1, policy.Recipient{}, young, 0},
		{"popular", 60, 7, policy.Recipient{}, half, 20},
	} {
		w := newTown(t, policy.Config{})
		c.to.ID = "vic"
		sent, got := 0, 0
		for day := range c.days {
			for i := range c.n {
				joined := w.now.Add(-aDay)
				if c.old(i) {
					joined = w.now.Add(-400 * aDay)
				}
				from := fmt.Sprint("stranger ", day, " ", i)
				d := w.evaluate(policy.Message{Sender: from, Recipients: []policy.Recipient{c.to}, Text: fmt.Sprint(day, i*7, " words of their own ", i*i), Joined: joined})
				if sent++; d.Delivered() {
					got++
				}
				if c.answers > 0 && i%c.answers == 0 {
					w.pass(30 * time.Second)
					w.say("vic", from, "thank you, we look into it")
				}
				w.pass(time.Duration(8*3600/c.n) * time.Second)
			}
			w.pass(16 * time.Hour)
		}
		if got < sent {
			t.Errorf("%s: %d of %d were delivered", c.name, got, sent)
		}
	}
	w := newTown(t, policy.Config{})
	w.evaluate(policy.Message{Sender: "vic", Class: policy.Page, Recipients: policy.To("ann"), Text: "hello"})
	if hour, _, _ := letters(w, 200, time.Hour, policy.Recipient{ID: "vic"}, young, nil); hour < 190 {
		t.Errorf("a page got %d of 200", hour)
	}
}

// Two who were turned away are as much as many who are new; and an answer opens what is
// full for all who write at that moment.
func TestInboxOpens(t *testing.T) {
	old := func(int) bool { return true }
	w := newTown(t, policy.Config{})
	hour, _, _ := letters(w, 200, time.Hour, policy.Recipient{ID: "vic"}, old, func(i int, d policy.Decision) {
		if i < 2 {
			w.tell(policy.BlockedBy{From: "vic", Against: fmt.Sprint("stranger ", i)})
		}
	})
	if hour > 30 {
		t.Errorf("who turned two away got %d in an hour", hour)
	}
	w = newTown(t, policy.Config{})
	write := func(i int) policy.Decision {
		return w.evaluate(policy.Message{Sender: fmt.Sprint("stranger ", i), Recipients: policy.To("vic"), Text: fmt.Sprint("letter ", i*i), Joined: w.now.Add(-aDay)})
	}
	for i := range 30 {
		if d := write(i); !d.Delivered() {
			t.Fatalf("letter %d: %v", i, d.Reasons)
		}
	}
	if d := write(30); d.Verdict != policy.Defer {
		t.Fatalf("letter 31: %v", d.Verdict)
	}
	for i := range 2 {
		w.say("vic", fmt.Sprint("stranger ", i), "hello")
	}
	if d := write(31); d.Verdict != policy.Defer {
		t.Errorf("after two answers: %v", d.Verdict)
	}
	w.tell(policy.Reply{From: "vic", To: "stranger 2"})
	if d := write(32); !d.Delivered() {
		t.Errorf("after three answers: %v", d.Reasons)
	}
	d := write(0)
	if !d.Delivered() {
		t.Errorf("who was answered: %v", d.Reasons)
	}
}

// What is full is full for one of several alone.
func TestInboxApart(t *testing.T) {
	w := newTown(t, policy.Config{})
	for i := range 30 {
		w.evaluate(policy.Message{Sender: fmt.Sprint("stranger ", i), Recipients: policy.To("vic"), Text: fmt.Sprint("letter ", i*i), Joined: w.now.Add(-aDay)})
	}
	m := policy.Message{Sender: "sam", Recipients: append(places(9, 0), policy.Recipient{ID: "vic"}), Text: "The meeting is on Thursday."}
	for _, d := range []policy.Decision{w.preview(m), w.evaluate(m)} {
		if !d.DeliveredTo("member0") || d.DeliveredTo("vic") || len(d.Recipients) != 1 || d.Recipients[0].Reason.Code != policy.CodeReceived {
			t.Errorf("%v, and apart %v", d.Verdict, d.Recipients)
		}
	}
}

// TestInboxOfHistory: history that an inbox has forgotten by now leaves no record, and
// younger history does.
func TestInboxOfHistory(t *testing.T) {
	for age, want := range map[time.Duration]int{31 * aDay: 1, 29 * aDay: 2} { // the sender, and whom they wrote to
		w := newTown(t, policy.Config{})
		w.must(w.e.Learn(t.Context(), policy.Message{ID: "a", Sender: "carl", Recipients: policy.To("dora"), Text: "hello", At: w.now.Add(-age), Joined: w.now.Add(-100 * aDay)}))
		if n := len(w.records()); n != want {
			t.Errorf("%v ago: %d records, want %d", age, n, want)
		}
	}
}
