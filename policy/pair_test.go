package policy_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// A block holds in any place of a list, for contacts too, whatever else is in the records
// of the two, and in a room it does not.
func TestBlocked(t *testing.T) {
	for _, n := range []int{0, 39} {
		for _, place := range []int{1, 16, 17, 40} {
			if place > n+1 {
				continue
			}
			for _, contact := range []bool{false, true} {
				w := newTown(t, policy.Config{})
				if contact {
					w.say("sam", "vic", "hello")
					w.say("vic", "sam", "hello to you")
				}
				w.tell(policy.BlockedBy{From: "vic", Against: "sam"})
				m := policy.Message{ID: "m", Sender: "sam", Recipients: places(n, place), Text: "I moved: this is my new number."}
				d := w.evaluate(m)
				if d.DeliveredTo("vic") || n > 0 && !d.DeliveredTo("member0") {
					t.Errorf("place %d of %d, contact %v: %v, and apart %v", place, n+1, contact, d.Verdict, d.Recipients)
				}
				again := w.evaluate(m)
				if again.DeliveredTo("vic") || again.Verdict != policy.Duplicate && n > 0 || n == 0 && again.Verdict != policy.Reject {
					t.Errorf("place %d of %d, contact %v: again %v, and apart %v", place, n+1, contact, again.Verdict, again.Recipients)
				}
				if n == 0 && d.Notice().Code != policy.NoticeRefused {
					t.Errorf("told %v", d.Notice())
				}
				m = policy.Message{Sender: "sam", Group: "choir", Recipients: places(n, place), Text: "We sing on Friday."}
				if d := w.evaluate(m); !d.Delivered() || d.Recipients != nil {
					t.Errorf("in a room: %v, and apart %v", d.Verdict, d.Recipients)
				}
			}
		}
	}
}

// Of 200 people who block one sender, contacts of theirs and others, none gets another
// message, and none of 200 senders whom one person blocks reaches that person.
func TestManyBlocks(t *testing.T) {
	w := newTown(t, policy.Config{Policy: noSanctions()})
	for i := range 200 {
		who := fmt.Sprint("person", i)
		if i%2 == 0 {
			w.say(who, "sam", "good morning")
		}
		w.say("sam", who, fmt.Sprint("Hello number ", i))
		w.tell(policy.BlockedBy{From: who, Against: "sam"})
		w.say(fmt.Sprint("stranger", i), "vic", fmt.Sprint("Hello again ", i))
		w.tell(policy.BlockedBy{From: "vic", Against: fmt.Sprint("stranger", i)})
		w.pass(time.Hour)
	}
	for i := range 200 {
		if d := w.say("sam", fmt.Sprint("person", i), "are you there?"); d.Delivered() {
			t.Fatalf("person %d gets another message: %v %v", i, d.Verdict, d.Reasons)
		}
		if d := w.say(fmt.Sprint("stranger", i), "vic", "are you there?"); d.Delivered() {
			t.Fatalf("stranger %d reaches who blocked them: %v %v", i, d.Verdict, d.Reasons)
		}
		w.pass(time.Hour)
	}
	if d := w.say("sam", "somebody", "good morning"); !d.Delivered() {
		t.Errorf("to somebody else: %v %v", d.Verdict, d.Reasons)
	}
}

// noSanctions is the default policy without ladder and signals that act.
func noSanctions() *policy.Policy {
	p := policy.Default()
	m := p.Classes[policy.Member]
	m.Score.Warn, m.Score.Act = .99, .995
	m.Limits.TurnedAwayNew, m.Limits.TurnedAwayAll = 0, 0
	return p
}

// Who is blocked and goes on is not sanctioned for it, and nothing of it stays against
// them but that they were refused.
func TestBlockedIsNoOffence(t *testing.T) {
	w := newTown(t, policy.Config{})
	w.say("sam", "vic", "hello")
	w.say("vic", "sam", "hello to you")
	w.tell(policy.BlockedBy{From: "vic", Against: "sam"})
	for i := range 60 {
		if d := w.say("sam", "vic", fmt.Sprint("please answer me ", i)); d.Verdict != policy.Reject || d.Score != 0 || len(d.Imposed) > 0 {
			t.Fatalf("message %d: %v %v %v", i, d.Verdict, d.Score, d.Imposed)
		}
		w.pass(20 * time.Minute)
	}
	if d := w.say("sam", "carl", "good morning"); d.Verdict != policy.Allow {
		t.Errorf("to somebody else: %v %v", d.Verdict, d.Reasons)
	}
	if a := w.account("sam"); a.Strikes != 0 {
		t.Errorf("strikes %v", a.Strikes)
	}
}

// A Reply takes a refusal back in both records, also where nobody waited for it.
func TestReplyUnblocks(t *testing.T) {
	w := newTown(t, policy.Config{})
	w.tell(policy.BlockedBy{From: "vic", Against: "sam"}) // only vic's record tells
	w.say("sam", "carl", "hello")
	w.tell(policy.BlockedBy{From: "vic", Against: "sam"})
	if d := w.say("sam", "vic", "hello"); d.Delivered() {
		t.Fatal(d.Verdict)
	}
	w.tell(policy.Reply{From: "vic", To: "sam"})
	if d := w.say("sam", "vic", "hello"); !d.Delivered() {
		t.Errorf("after a reply: %v %v", d.Verdict, d.Reasons)
	}
}
