package ladderpage

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/scoring"
)

func drawn(t *testing.T, p *policy.Policy) (text, svg string) {
	t.Helper()
	if err := p.Validate(); err != nil {
		t.Fatal(err)
	}
	var a, b bytes.Buffer
	page := Of(p)
	if err := errors.Join(page.WriteText(&a), page.WriteSVG(&b)); err != nil {
		t.Fatal(err)
	}
	for d := xml.NewDecoder(bytes.NewReader(b.Bytes())); ; {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("the drawing is no XML: %v", err)
		}
	}
	for _, s := range []string{a.String(), b.String()} {
		for _, bad := range []string{"%!", "NaN", "Inf", "<nil>", "  \n"} {
			if strings.Contains(s, bad) {
				t.Errorf("%q in\n%s", bad, s)
			}
		}
	}
	return a.String(), b.String()
}

// What a policy says is what the page says: each field that is changed changes it.
func TestFollowsPolicy(t *testing.T) {
	base, _ := drawn(t, policy.Default())
	day := policy.Duration(24 * time.Hour)
	for _, c := range []struct {
		change func(*policy.Policy, *policy.Rules)
		says   string
	}{
		{func(_ *policy.Policy, r *policy.Rules) { r.Score.Warn = .19 }, "score of 19%"},
		{func(_ *policy.Policy, r *policy.Rules) { r.Score.Act = .42 }, "From 42% on"},
		{func(_ *policy.Policy, r *policy.Rules) { r.Score.Families = 3 }, "if 3 families"},
		{func(p *policy.Policy, _ *policy.Rules) { p.Budget.PerHour = 77 }, "(77, or"},
		{func(_ *policy.Policy, r *policy.Rules) { r.Limits.TurnedAwayAll = 9 }, "about 9 accounts"},
		{func(p *policy.Policy, _ *policy.Rules) { p.Strikes.Incident = 2 * day }, "lasts 2 days"},
		{func(p *policy.Policy, _ *policy.Rules) { p.Strikes.Offence = 1.25 }, "1.25 An offence."},
		{func(p *policy.Policy, _ *policy.Rules) { p.Strikes.AfterWarning = 1.7 }, "1.7 An aggravated"},
		{func(p *policy.Policy, _ *policy.Rules) { p.Strikes.Amount = nil }, "aggravated 1st block of new conversations; 2nd restriction to 10 messages a day; 3rd suspension of the account; 4th a person decides from then on. A WARNING"},
		{func(p *policy.Policy, _ *policy.Rules) { p.Strikes.HalfLife = 44 * day }, "Within 44 days"},
		{func(p *policy.Policy, _ *policy.Rules) { p.Strikes.ReadTime = day / 12 }, "For 2 hours"},
		{func(p *policy.Policy, _ *policy.Rules) { p.Strikes.WarningFresh = 8 * day }, "given in 8 days"},
		{func(p *policy.Policy, _ *policy.Rules) { p.Strikes.Hysteresis = .3 }, "0.3 under it"},
		{func(p *policy.Policy, _ *policy.Rules) { p.Appeals.Within = 100 * day }, "within 100 days"},
		{func(p *policy.Policy, _ *policy.Rules) { p.Appeals.Again = 90 * day }, "again after 90 days"},
		{func(p *policy.Policy, _ *policy.Rules) { p.Appeals.OtherPerson = true }, "another one than who imposed it"},
		{func(_ *policy.Policy, r *policy.Rules) { r.Ladder[1].For = 3 * day }, "conversations for 3 days"},
		{func(_ *policy.Policy, r *policy.Rules) { r.Ladder = r.Ladder[1:] }, "the ladder has no warning"},
		{func(_ *policy.Policy, r *policy.Rules) { r.Ladder[3].PerDay = 1 }, "restriction to 1 message a day"},
		{func(_ *policy.Policy, r *policy.Rules) { r.Severe.Review = day }, "again after 1 day."},
		{func(_ *policy.Policy, r *policy.Rules) { r.Pair.Blocked = policy.Hold }, "blocked the sender are held"},
		{func(_ *policy.Policy, r *policy.Rules) { r.Limits.Probation = .25 }, "approach 25%"},
		{func(p *policy.Policy, _ *policy.Rules) { p.Classes["bot"] = p.Clone().Classes[policy.Member] }, "CLASS BOT As members."},
		{func(p *policy.Policy, _ *policy.Rules) { p.Appeals.Pledge = 80 * day }, "holds for 80 days"},
		{func(_ *policy.Policy, r *policy.Rules) { r.Received.Answered = .22 }, "answers under 22%"},
		{func(_ *policy.Policy, r *policy.Rules) { r.Received.TurnedAway = 2.5 }, "turned 2.5 senders away"},
		{func(p *policy.Policy, _ *policy.Rules) { p.Classes[policy.Page].Strangers = policy.Member }, "judged as of class member"},
		{func(p *policy.Policy, _ *policy.Rules) { p.Complaints.PerReporter = 1 }, "more than 1 account within"},
		{func(p *policy.Policy, _ *policy.Rules) { p.Observe = true }, "only measures"},
	} {
		p := policy.Default()
		c.change(p, p.Classes[policy.Member])
		text, _ := drawn(t, p)
		if !strings.Contains(flat(text), c.says) || strings.Contains(flat(base), c.says) {
			t.Errorf("the page should say %q, and that of the default policy not", c.says)
		}
	}
}

// flat is a text without its lines.
func flat(s string) string { return strings.Join(strings.Fields(s), " ") }

// A policy's name is the host's: nothing of it is markup.
func TestNames(t *testing.T) {
	p := policy.Default()
	p.Name = `</title><script>&"`
	if _, svg := drawn(t, p); strings.Contains(svg, "<script") {
		t.Error("a name is markup")
	}
}

// What the page says of offences in a row is what an engine does.
func TestPace(t *testing.T) {
	for _, p := range []*policy.Policy{policy.Default(), policy.Strict()} {
		r := p.Classes[policy.Member]
		now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		e, err := policy.New(policy.Config{Policy: p, Secret: make([]byte, 32), Now: func() time.Time { return now }})
		if err != nil {
			t.Fatal(err)
		}
		defer e.Close()
		for n, step := range paces(p, r)[0].Steps {
			d, err := e.Evaluate(t.Context(), policy.Message{
				ID: fmt.Sprint(n), Sender: "sam", Recipients: policy.To(fmt.Sprint("prey", n)),
				Evidence: []scoring.Evidence{{Code: "host.a", Family: scoring.Content, LogOdds: 9}, {Code: "host.b", Family: scoring.Contact, LogOdds: 9}},
			})
			if err != nil || len(d.Imposed) != 1 {
				t.Fatalf("%s, offence %d: %v, %v", p.Name, n+1, d.Verdict, err)
			}
			asked := slices.ContainsFunc(d.Reasons, func(r policy.Reason) bool { return r.Code == policy.CodePerson })
			q := &r.Ladder[step]
			if asked {
				q = &r.Ladder[step-1]
			}
			s := d.Imposed[0]
			if asked != r.Ladder[step].Person || s.Kind != q.Kind || s.Scope != q.Scope || s.PerDay != q.PerDay {
				t.Errorf("%s, offence %d: the page says %s, and it brings %v, a person asked %v", p.Name, n+1, name(&r.Ladder[step]), s, asked)
			}
			if now = s.Until.Add(time.Minute); s.Until.IsZero() {
				now = s.From.Add(p.Strikes.Incident.D())
			}
		}
	}
}
