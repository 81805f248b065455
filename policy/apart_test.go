package policy_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/decorum-go/decorum/policy"
)

// pursue makes somebody one whom many strangers write to, and who turns them away.
func (w *town) pursue(victim string) {
	for i := range 10 {
		w.evaluate(policy.Message{Sender: fmt.Sprint("pursuer", i), Recipients: policy.To(victim), Text: fmt.Sprint("hello there ", i)})
		w.tell(policy.Complaint{From: victim, Against: fmt.Sprint("pursuer", i)})
	}
	w.pass(time.Hour)
}

// places are the 40 and more whom a message goes to, the victim in a place from 1.
func places(n, place int) []policy.Recipient {
	to := make([]policy.Recipient, n)
	for i := range to {
		to[i].ID = fmt.Sprint("member", i)
	}
	if place > 0 {
		to = slices.Insert(to, place-1, policy.Recipient{ID: "vic"})
	}
	return to
}

// Whoever is looked after is so in any place of a list, and the others, and what is
// remembered of the sender, are as if the message had not been for that person.
func TestVictimInAList(t *testing.T) {
	const text = "The meeting is moved to Thursday at six in the large hall."
	told := func(n, place int) (policy.Decision, policy.Account) {
		w := newTown(t, policy.Config{})
		w.pursue("vic")
		d := w.evaluate(policy.Message{ID: "m", Sender: "ola", Recipients: places(n, place), Text: text})
		again := w.evaluate(policy.Message{ID: "m", Sender: "ola", Recipients: places(n, place), Text: text})
		if again.Verdict != policy.Duplicate || !cmp.Equal(again.Recipients, d.Recipients) {
			t.Errorf("place %d: a retry says %v %v, not a duplicate and %v", place, again.Verdict, again.Recipients, d.Recipients)
		}
		return d, w.account("ola")
	}
	for _, n := range []int{1, 39, 200} {
		d, without := told(n, 0)
		if !d.Delivered() || d.Recipients != nil {
			t.Fatalf("%d members: %v, and apart %v", n, d.Verdict, d.Recipients)
		}
		for _, place := range []int{1, 2, 16, 17, 40, 201} {
			if place > n+1 {
				continue
			}
			d, with := told(n, place)
			if !d.Delivered() || d.DeliveredTo("vic") || !d.DeliveredTo("member0") {
				t.Errorf("%d members, place %d: %v, the victim gets it: %v", n, place, d.Verdict, d.DeliveredTo("vic"))
			}
			if len(d.Recipients) != 1 || d.Recipients[0].ID != "vic" || d.Recipients[0].Verdict != policy.Hold || d.Recipients[0].Reason.Code != policy.CodeTurnedAway {
				t.Errorf("%d members, place %d: apart are %v", n, place, d.Recipients)
			}
			if diff := cmp.Diff(without, with); diff != "" {
				t.Errorf("%d members, place %d: (-without the victim, +with)\n%s", n, place, diff)
			}
		}
	}
}

// Where all are refused the message is, and nobody is apart from it.
func TestVictimAlone(t *testing.T) {
	w := newTown(t, policy.Config{})
	w.pursue("vic")
	w.pursue("val")
	d := w.evaluate(policy.Message{Sender: "ola", Recipients: policy.To("vic", "val"), Text: "good morning"})
	if d.Verdict != policy.Hold || d.Recipients != nil || len(d.Reasons) == 0 || d.Reasons[0].Code != policy.CodeTurnedAway {
		t.Errorf("two who are pursued: %v for %v, and apart %v", d.Verdict, d.Reasons, d.Recipients)
	}
}

// Of strangers more than are looked at the others wait, and get it in a message to them
// alone; those whom the host vouches for do not.
func TestMoreThanAreLookedAt(t *testing.T) {
	w := newTown(t, policy.Config{})
	m := policy.Message{ID: "m", Sender: "ola", Recipients: places(1100, 7)}
	for i := range 20 { // whom nobody knows has no announcement for a thousand
		w.say(fmt.Sprint("friend", i), "ola", "hi")
		w.say("ola", fmt.Sprint("friend", i), "hi")
		w.pass(5 * time.Minute)
	}
	w.pursue("vic")
	d := w.evaluate(m)
	var rest []policy.Recipient
	for _, r := range d.Recipients {
		if r.Verdict == policy.Defer && r.Reason.Code == policy.CodeUnchecked && r.RetryAfter == time.Minute {
			rest = append(rest, policy.Recipient{ID: r.ID})
		}
	}
	if len(rest) != 1101-1000 || !d.Delivered() {
		t.Fatalf("%v, and %d of 1101 wait", d.Verdict, len(rest))
	}
	for i := range d.Recipients {
		if b, err := json.Marshal(d.Recipients[i]); err != nil {
			t.Error(err)
		} else if got := (policy.RecipientDecision{}); json.Unmarshal(b, &got) != nil || got != d.Recipients[i] {
			t.Errorf("%s is read as %v", b, got)
		}
	}
	if w.evaluate(m).Verdict != policy.Duplicate {
		t.Error("a retry is none")
	}
	w.pass(time.Minute)
	m.Recipients = rest
	got := w.evaluate(m)
	if got.Repeat || slices.ContainsFunc(got.Recipients, func(r policy.RecipientDecision) bool { return r.ID != "vic" }) {
		t.Errorf("to those alone: %v, and apart %v", got.Verdict, got.Recipients)
	}
	if d.DeliveredTo("vic") || got.DeliveredTo("vic") && slices.Contains(rest, policy.Recipient{ID: "vic"}) {
		t.Error("the victim gets it")
	}
	fans := places(2000, 0)
	for i := range fans {
		fans[i].Relation = policy.Follower
	}
	if d := w.evaluate(policy.Message{Sender: "idol", Recipients: fans, Text: "A new picture!"}); !d.Delivered() || d.Recipients != nil {
		t.Errorf("to 2,000 followers: %v, and apart %d", d.Verdict, len(d.Recipients))
	}
}

// A message to a room has one verdict, whoever is in it.
func TestVictimInARoom(t *testing.T) {
	w := newTown(t, policy.Config{})
	w.pursue("vic")
	if d := w.evaluate(policy.Message{Sender: "ola", Group: "room", Recipients: places(3, 2), Text: "good morning"}); !d.Delivered() || d.Recipients != nil {
		t.Errorf("%v, and apart %v", d.Verdict, d.Recipients)
	}
}
