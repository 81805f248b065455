package policy_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/policy"
)

// TestMonthlyLimits: limits for 31 days hold for messages, people, a person and a
// channel, over the days and through a restart of the store, say when to come back, and
// begin with what is known where the policy did not have them before. One for 32 days
// is refused by name.
func TestMonthlyLimits(t *testing.T) {
	const day = 24 * time.Hour
	ctx := context.Background()
	monthly := func(n int) []limiter.Limit { return []limiter.Limit{{N: n, Per: 31 * day}} }
	for _, tt := range []struct {
		name  string
		limit func(r *policy.Rules)
		send  func(m *policy.Message, i int)
		want  string
	}{
		{"messages", func(r *policy.Rules) { r.Limits.Messages = monthly(6) }, func(*policy.Message, int) {}, policy.CodeRate},
		{"people", func(r *policy.Rules) { r.Limits.People = monthly(6) }, func(m *policy.Message, i int) {
			m.Recipients = []policy.Recipient{{ID: fmt.Sprint("stranger", i), Relation: policy.Stranger}}
		}, policy.CodeRatePeople},
		{"channel", func(r *policy.Rules) { r.Channels = map[string][]limiter.Limit{"jobs": monthly(6)} }, func(m *policy.Message, i int) {
			m.Channel = "jobs"
		}, policy.CodeRateChannel},
		{"person", func(r *policy.Rules) { r.Limits.Person, r.Limits.PersonUnknown = monthly(6), monthly(6) }, func(m *policy.Message, i int) {
			m.Recipients = []policy.Recipient{{ID: "stranger", Relation: policy.Stranger}} // the first is no follow-up
		}, policy.CodeRatePerson},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := policy.Default()
			p.Name = "monthly"
			tt.limit(p.Classes[policy.Member])
			store := policy.NewMemory(0)
			now := monday
			open := func() *policy.Engine {
				e, err := policy.New(policy.Config{Policy: p, Store: store, Secret: []byte(strings.Repeat("month", 8)), Now: func() time.Time { return now }})
				if err != nil {
					t.Fatal(err)
				}
				return e
			}
			e := open()
			send := func(i int) policy.Decision {
				m := &policy.Message{ID: fmt.Sprint(i), Sender: "sam", Recipients: []policy.Recipient{{ID: "a friend", Relation: policy.Connection}}, Text: fmt.Sprint("number ", i*i, " of what I wanted to tell you ", strings.Repeat("x", i)), Joined: monday.AddDate(-1, 0, 0), At: now}
				tt.send(m, i)
				d, err := e.Evaluate(ctx, *m)
				if err != nil {
					t.Fatal(err)
				}
				return d
			}
			for i := range 6 {
				if d := send(i); d.Verdict > policy.Flag {
					t.Fatalf("message %d, of 6 in 31 days: %+v", i, d)
				}
				now = now.Add(4 * day)
			}
			e = open() // another process goes on
			now = monday.Add(29 * day)
			d := send(6)
			if d.Verdict != policy.Defer || len(d.Reasons) == 0 || d.Reasons[0].Code != tt.want || d.RetryAfter < 2*day || d.RetryAfter > 9*day {
				t.Fatalf("a seventh message after 29 days: %+v", d)
			}
			now = now.Add(d.RetryAfter)
			if d := send(6); d.Verdict > policy.Flag {
				t.Errorf("when it was told to come again: %+v", d)
			}
		})
	}
}

func TestMonthlyLimitsValidate(t *testing.T) {
	for per, want := range map[string]string{
		"31d": "", "720h": "", "744h": "",
		"32d":  `classes.member.limits.people[0]: must be for a time from 1s to 31d, is for 32d`,
		"745h": `classes.member.limits.people[0]: must be for a time from 1s to 31d, is for 31d1h`,
	} {
		p, l := policy.Default(), limiter.Limit{}
		if err := l.UnmarshalText([]byte("300/" + per)); err != nil {
			t.Fatal(err)
		}
		p.Classes[policy.Member].Limits.People[0] = l
		err := p.Validate()
		if got := fmt.Sprint(err); want == "" && err != nil || want != "" && !strings.Contains(got, want) {
			t.Errorf("%s: %v, want %s", per, err, want)
		}
	}
}
