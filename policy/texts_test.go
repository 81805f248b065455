package policy_test

import (
	"fmt"
	"slices"
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

// A reason about a text quotes it from the first decision on that rests on it: there is no
// template yet of one message to many, of a text of few words, of one that others send.
func TestQuotedAtOnce(t *testing.T) {
	about := []policy.Code{policy.CodeDuplicate, policy.CodeDuplicateSlow, policy.CodeEcho, policy.CodeReach, policy.CodeCampaign, policy.CodeFlagged, policy.CodeRepeatOffence, policy.CodeInDoubt, policy.CodeUnwelcome}
	for _, c := range []struct {
		name, text, shown string
		senders, people   int
		code              policy.Code
	}{
		{"one message to many", "I can get you the newest telephone at half of its price, write to me today", "I can get you the newest telephone at half of its price, write to me today", 1, 12, policy.CodeDuplicate},
		{"few words", "unbelievable opportunities guaranteed, telegram cryptomillionaire", "unbelievable opportunities guaranteed, telegram cryptomillionaire", 30, 1, policy.CodeDuplicate},
		{"no spaces", strings.Repeat("在家工作每月可赚两千请联系我们的经理", 12), string([]rune(strings.Repeat("在家工作每月可赚两千请联系我们的经理", 12))[:160]) + " …", 1, 12, policy.CodeDuplicate},
		{"many accounts", "Our app finds you work in a day, install it and earn with every friend whom you invite", "Our app finds you work in a day", -40, 1, policy.CodeInDoubt},
	} {
		w, quoted := newTown(t, policy.Config{}), 0
		for i := range max(c.senders, -c.senders) {
			m := policy.Message{ID: fmt.Sprint(i), Sender: "sam", Text: c.text}
			if c.senders < 0 {
				m.Sender = fmt.Sprint("sam", i)
			}
			for k := range c.people {
				m.Recipients = append(m.Recipients, policy.Recipient{ID: fmt.Sprint("p", i, ".", k), Relation: policy.Stranger})
			}
			for _, r := range w.evaluate(m).Reasons {
				switch {
				case !slices.Contains(about, r.Code):
				case !strings.HasPrefix(r.Text, c.shown) || len([]rune(r.Text)) > 162:
					t.Fatalf("%s, message %d: %s quotes %q", c.name, i+1, r.Code, r.Text)
				case r.Code == c.code:
					quoted++
				}
			}
			w.pass(time.Minute)
		}
		if quoted == 0 {
			t.Errorf("%s: no reason %s", c.name, c.code)
		}
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
