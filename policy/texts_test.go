package policy_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// TestOrdinaryTexts: what many people write to many, and what services send, is
// no campaign, whoever else writes it.
func TestOrdinaryTexts(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		class    policy.Class
		relation policy.Relation
		senders  int
		each     int // recipients of each sender
		every    time.Duration
		text     func(sender, k int) string
	}{
		{"birthdays", policy.Member, policy.Connection, 40, 20, 40 * time.Second, func(int, int) string { return "Happy birthday!" }},
		{"thanks", policy.Member, policy.UnknownRelation, 40, 4, 20 * time.Minute, func(int, int) string { return "Thanks for connecting" }},
		{"festival", policy.Member, policy.Connection, 30, 60, 30 * time.Second, func(int, int) string {
			return "Happy Diwali to you and your whole family, may the year bring you health, joy and success!"
		}},
		{"passcodes", policy.Service, policy.UnknownRelation, 1, 3000, 2 * time.Second, func(_, k int) string {
			return fmt.Sprintf("%06d is your code for Example Bank. It is valid for ten minutes. Do not share it with anybody.", k*7919%1000000)
		}},
		{"order notices", policy.Service, policy.UnknownRelation, 3, 800, 5 * time.Second, func(s, k int) string {
			return fmt.Sprintf("Your order %d-%05d has left our warehouse and will arrive on Tuesday between 9 and 12.", s, k)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newTown(t, policy.Config{})
			step := test.every / time.Duration(test.senders)
			for k := range test.each {
				for s := range test.senders {
					w.pass(step + time.Duration((s*31+k*17)%11)*step/20)
					d := w.evaluate(policy.Message{
						Sender: fmt.Sprint("sender ", s), Class: test.class, Text: test.text(s, k),
						Recipients: []policy.Recipient{{ID: fmt.Sprintf("recipient %d of %d", k, s), Relation: test.relation}},
					})
					if len(d.Imposed) > 0 || d.Verdict != policy.Allow {
						t.Fatalf("message %d of sender %d: %v, imposed %v, because %v", k, s, d.Verdict, d.Imposed, d.Reasons)
					}
				}
			}
		})
	}
}

// TestReasonNamesTheTemplate: a moderator reads what was sent, with its slots,
// and nothing of it is stored.
func TestReasonNamesTheTemplate(t *testing.T) {
	w := newTown(t, policy.Config{})
	names := []string{"Anna", "Boris", "Carla", "Dmitri", "Elena", "Farid", "Greta", "Hassan", "Ines", "Jonas", "Kim", "Lena", "Mirko", "Nadia", "Otto", "Paula"}
	last := ""
	for i, name := range names {
		w.pass(40 * time.Second)
		text := fmt.Sprintf("Hi %s, I came across your profile and I think that our seminar on passive income is made for people like you", name)
		d := w.evaluate(policy.Message{ID: fmt.Sprint(i), Sender: "filler", Recipients: policy.To(name), Text: text})
		if r, _ := reasonOf(d, policy.CodeDuplicate); r.Text != "" {
			last = r.String()
		}
	}
	if !strings.Contains(last, "I came across your profile") || !strings.Contains(last, "Hi {") || !strings.Contains(last, "strangers") {
		t.Errorf("the reason reads %q", last)
	}
	for _, s := range w.sanctionsOf("filler") {
		for _, r := range s.Reasons {
			if r.Text != "" {
				t.Errorf("a stored reason holds text: %q", r.Text)
			}
		}
	}
	for _, data := range w.records() {
		if strings.Contains(strings.ToLower(data), "profile") {
			t.Error("a record holds text")
		}
	}
}
