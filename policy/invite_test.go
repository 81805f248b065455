package policy_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// TestInvite: those who are invited into a room are written to, whatever the room: as
// if it was not named. Under another channel several are one room.
func TestInvite(t *testing.T) {
	invite := func(group, channel string, to func(i int) policy.Recipient, others ...policy.Recipient) (delivered int, use string) {
		w := newTown(t, policy.Config{})
		for i := range 60 {
			w.pass(10 * time.Second)
			m := policy.Message{Sender: "sam", Group: group, Channel: channel, Recipients: append(others, to(i))}
			if d := w.send(m); d.Delivered() {
				delivered++
			}
		}
		return delivered, used(w, "sam")
	}
	strangers := func(i int) policy.Recipient {
		return policy.Recipient{ID: fmt.Sprint("person", i), Relation: policy.Stranger}
	}
	friends := func(i int) policy.Recipient {
		return policy.Recipient{ID: fmt.Sprint("friend", i%20), Relation: policy.Connection}
	}
	plain, plainUse := invite("", "", strangers)
	n, use := invite("choir", "invite", strangers)
	if n != plain || use != plainUse || n > 30 {
		t.Errorf("%d invitations to strangers delivered (%s), of messages %d (%s)", n, use, plain, plainUse)
	}
	if room, _ := invite("choir", "", strangers, policy.Recipient{ID: "owner"}); room <= n {
		t.Errorf("%d delivered to the room, %d invitations: the test shows nothing", room, n)
	}
	plain, plainUse = invite("", "", friends)
	if n, use := invite("choir", "invite", friends); n != plain || use != plainUse || n < 45 {
		t.Errorf("%d invitations to friends delivered (%s), of messages %d (%s)", n, use, plain, plainUse)
	}
}

// TestInviteAccepted: who accepts an invitation has answered, and is a contact; the room
// is not, nor is it another one's.
func TestInviteAccepted(t *testing.T) {
	w := newTown(t, policy.Config{})
	w.send(policy.Message{Sender: "sam", Group: "choir", Channel: "invite", Recipients: stranger("ann")})
	w.pass(time.Hour)
	w.tell(policy.Reply{From: "ann", To: "sam"})
	if a := w.account("sam"); a.Unanswered != 0 || a.Answered < .9 {
		t.Errorf("%d unanswered, %v answered after the invitation was accepted", a.Unanswered, a.Answered)
	}
	w.send(policy.Message{Sender: "sam", Group: "choir", Recipients: stranger("ann")})
	if a := w.account("sam"); a.Unanswered != 1 || a.Reached < 1.9 {
		t.Errorf("%d unanswered, %v reached: the room is not the person who was invited into it", a.Unanswered, a.Reached)
	}
}
