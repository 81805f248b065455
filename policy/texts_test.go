package policy

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestOrdinaryTexts: what many people write to many, and what services send, is
// no campaign, whoever else writes it.
func TestOrdinaryTexts(t *testing.T) {
	for _, test := range []struct {
		name     string
		class    Class
		relation Relation
		senders  int
		each     int // recipients of each sender
		every    time.Duration
		text     func(sender, k int) string
	}{
		{"birthdays", Member, Connection, 40, 20, 40 * time.Second, func(int, int) string { return "Happy birthday!" }},
		{"thanks", Member, UnknownRelation, 40, 4, 20 * time.Minute, func(int, int) string { return "Thanks for connecting" }},
		{"festival", Member, Connection, 30, 60, 30 * time.Second, func(int, int) string {
			return "Happy Diwali to you and your whole family, may the year bring you health, joy and success!"
		}},
		{"passcodes", Service, UnknownRelation, 1, 3000, 2 * time.Second, func(_, k int) string {
			return fmt.Sprintf("%06d is your code for Example Bank. It is valid for ten minutes. Do not share it with anybody.", k*7919%1000000)
		}},
		{"order notices", Service, UnknownRelation, 3, 800, 5 * time.Second, func(s, k int) string {
			return fmt.Sprintf("Your order %d-%05d has left our warehouse and will arrive on Tuesday between 9 and 12.", s, k)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			now := time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)
			e, err := New(Config{Secret: []byte("texts"), Now: func() time.Time { return now }})
			if err != nil {
				t.Fatal(err)
			}
			step := test.every / time.Duration(test.senders)
			for k := range test.each {
				for s := range test.senders {
					now = now.Add(step + time.Duration((s*31+k*17)%11)*step/20)
					d, err := e.Evaluate(t.Context(), Message{
						Sender: fmt.Sprint("sender ", s), Class: test.class, Text: test.text(s, k),
						Recipients: []Recipient{{ID: fmt.Sprintf("recipient %d of %d", k, s), Relation: test.relation}},
					})
					if err != nil {
						t.Fatal(err)
					}
					if len(d.Imposed) > 0 || d.Verdict != Allow {
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
	now := time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)
	e, err := New(Config{Secret: []byte("texts"), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"Anna", "Boris", "Carla", "Dmitri", "Elena", "Farid", "Greta", "Hassan", "Ines", "Jonas", "Kim", "Lena", "Mirko", "Nadia", "Otto", "Paula"}
	var last Decision
	for i, name := range names {
		now = now.Add(40 * time.Second)
		text := fmt.Sprintf("Hi %s, I came across your profile and I think that our seminar on passive income is made for people like you", name)
		d, err := e.Evaluate(t.Context(), Message{ID: fmt.Sprint(i), Sender: "filler", Recipients: To(name), Text: text})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range d.Reasons {
			if r.Code == CodeDuplicate && r.Text != "" {
				last = d
			}
		}
	}
	if len(last.Reasons) == 0 {
		t.Fatal("no reason names the template")
	}
	for _, r := range last.Reasons {
		if r.Code != CodeDuplicate {
			continue
		}
		got := r.String()
		if !strings.Contains(got, "I came across your profile") || !strings.Contains(got, "Hi {") || !strings.Contains(got, "strangers") {
			t.Errorf("the reason reads %q", got)
		}
		t.Log(got)
	}
	a, err := e.Account(t.Context(), "filler")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range append(a.Standing, a.History...) {
		for _, r := range s.Reasons {
			if r.Text != "" {
				t.Errorf("a stored reason holds text: %q", r.Text)
			}
		}
	}
	for entry, err := range e.store.All(t.Context(), false) {
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(strings.ToLower(string(entry.Data)), "profile") {
			t.Error("a record holds text")
		}
	}
}
