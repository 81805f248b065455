package policy_test

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/raced"
	"github.com/decorum-go/decorum/scoring"
)

const (
	oneHour = policy.Duration(time.Hour)
	oneDay  = 24 * oneHour
)

func TestValidateDefaults(t *testing.T) {
	for _, p := range []*policy.Policy{policy.Default(), policy.Observe()} {
		if err := p.Validate(); err != nil {
			t.Errorf("%s: %v", p.Name, err)
		}
	}
	if err := new(policy.Policy).Validate(); err == nil || !hasFault(fieldErrors(t, err), "classes.member", "is missing") {
		t.Error(err)
	}
	if err := (*policy.Policy)(nil).Validate(); err == nil {
		t.Error("nil is valid")
	}
}

// No number, length or name of a policy goes unchecked.
func TestValidateEveryValue(t *testing.T) {
	raced.Skip(t)
	t.Parallel()
	p := policy.Default()
	p.Classes["recruiter"] = policy.Default().Classes[policy.Member]
	p.Classes["recruiter"].Ladder[1].Review = oneHour
	for _, r := range p.Classes { // where a class has none nothing of it is looked at
		r.Requests = p.Classes[policy.Member].Requests
	}
	checked := 0
	refused := func(path string, x any) {
		t.Helper()
		checked++
		err := p.Validate()
		if err == nil {
			t.Errorf("%s = %v: accepted", path, x)
			return
		}
		for _, f := range fieldErrors(t, err) {
			if f.Field == path {
				return
			}
		}
		t.Errorf("%s = %v: %v", path, x, err)
	}
	eachLeaf(reflect.ValueOf(p), "", func(path string, v reflect.Value) {
		old := reflect.New(v.Type()).Elem()
		old.Set(v)
		switch v.Kind() {
		case reflect.Float64:
			for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), -2, 1e300} {
				if x == -2 && (strings.Contains(path, "reply_good") || strings.Contains(path, "signals.cleared")) && strings.HasSuffix(path, "[1]") && !strings.HasSuffix(path, "[0][1]") {
					continue // good evidence
				}
				v.SetFloat(x)
				refused(path, x)
			}
		case reflect.Int, reflect.Int64:
			for _, x := range []int64{-2, math.MinInt64, math.MaxInt64} {
				v.SetInt(x)
				refused(path, x)
			}
		case reflect.Uint8:
			v.SetUint(200)
			refused(path, 200)
		case reflect.String:
			for _, x := range []string{"", "\x00", "\xff", "a\nb", strings.Repeat("x", policy.MaxPolicyName+1)} {
				if x == "" && strings.HasSuffix(path, ".strangers") {
					continue // its own rules hold
				}
				v.SetString(x)
				refused(path, x)
			}
		case reflect.Bool: // either is right
		default:
			t.Errorf("%s is a %v", path, v.Kind())
		}
		v.Set(old)
	})
	if err := p.Validate(); err != nil || checked < 2000 {
		t.Errorf("%d checks; then %v", checked, err)
	}
}

func TestValidate(t *testing.T) {
	member := "classes.member"
	many := func(n int) (limits []limiter.Limit) {
		for i := range n {
			limits = append(limits, limiter.Limit{N: 1, Per: time.Hour + time.Duration(i)*time.Second})
		}
		return limits
	}
	knots := func(n int) (c scoring.Curve) {
		for i := range n {
			c = append(c, scoring.Point{X: float64(i), Y: float64(i)})
		}
		return c
	}
	for _, c := range []struct {
		change         func(p *policy.Policy, r *policy.Rules)
		field, problem string // "": valid
	}{
		{func(p *policy.Policy, r *policy.Rules) {}, "", ""},
		{func(p *policy.Policy, r *policy.Rules) { p.Name = strings.Repeat("ü", 32) }, "", ""},
		{func(p *policy.Policy, r *policy.Rules) { p.Name += "@1" }, "name", "@"},
		{func(p *policy.Policy, r *policy.Rules) { delete(p.Classes, policy.Member) }, member, "is missing"},
		{func(p *policy.Policy, r *policy.Rules) { p.Classes[policy.Member] = nil }, member, "is missing"},
		{func(p *policy.Policy, r *policy.Rules) { p.Classes[policy.Page] = nil }, "classes.page", "nil"},
		{func(p *policy.Policy, r *policy.Rules) {
			for i := range policy.MaxClasses {
				p.Classes[policy.Class(fmt.Sprint(i))] = r
			}
		}, "classes", "at most 64"},
		{func(p *policy.Policy, r *policy.Rules) { r.Channels["a b"] = many(1) }, "", ""},
		{func(p *policy.Policy, r *policy.Rules) { r.Channels["a b"] = []limiter.Limit{{N: -1, Per: time.Hour}} }, member + `.channels["a b"][0]`, "from 0"},
		{func(p *policy.Policy, r *policy.Rules) {
			for i := range policy.MaxClasses {
				r.Channels[fmt.Sprint(i)] = nil
			}
		}, member + ".channels", "at most 64"},
		{func(p *policy.Policy, r *policy.Rules) { r.Limits.Messages = many(policy.MaxLimits) }, "", ""},
		{func(p *policy.Policy, r *policy.Rules) { r.Limits.Messages = many(policy.MaxLimits + 1) }, member + ".limits.messages", "at most 16"},
		{func(p *policy.Policy, r *policy.Rules) { r.Limits.Person = nil }, "", ""},
		{func(p *policy.Policy, r *policy.Rules) { r.Limits.People[1].Per = time.Hour }, member + ".limits.people[1]", "same time (1h) as " + member + ".limits.people[0]"},
		{func(p *policy.Policy, r *policy.Rules) { r.Limits.YoungShare = 0 }, member + ".limits.young_share", "more than 0"},

		{func(p *policy.Policy, r *policy.Rules) { r.Score.Families = 1 }, member + ".score.families", "from 2 to 5"},
		{func(p *policy.Policy, r *policy.Rules) { r.Score.Families = 5 }, "", ""},
		{func(p *policy.Policy, r *policy.Rules) { r.Score.Families = 6 }, member + ".score.families", "from 2 to 5"},
		{func(p *policy.Policy, r *policy.Rules) { r.Score.Floor = .49 }, member + ".score.floor", "two families"},
		{func(p *policy.Policy, r *policy.Rules) { r.Score.Floor = 3 }, member + ".score.floor", "less than cap (3)"},
		{func(p *policy.Policy, r *policy.Rules) { r.Score.Warn = .35 }, member + ".score.warn", "less than act (0.35)"},
		{func(p *policy.Policy, r *policy.Rules) { r.Score.Prior = .2 }, member + ".score.prior", "less than warn (0.2)"},

		{func(p *policy.Policy, r *policy.Rules) { r.Signals.Refused.Mode = policy.ShadowMode }, "", ""},
		{func(p *policy.Policy, r *policy.Rules) { r.Signals.Refused.Curve = nil }, member + ".signals.refused.curve", "two points"},
		{func(p *policy.Policy, r *policy.Rules) { r.Signals.Refused = policy.Signal{Mode: policy.ShadowMode} }, member + ".signals.refused.curve", "two points"},
		{func(p *policy.Policy, r *policy.Rules) { r.Signals.Refused = policy.Signal{Mode: policy.Off} }, "", ""},
		{func(p *policy.Policy, r *policy.Rules) {
			r.Signals.Refused = policy.Signal{Mode: policy.Off, Curve: knots(3)}
		}, member + ".signals.refused.curve[2][0]", "from 0 to 1"},
		{func(p *policy.Policy, r *policy.Rules) { r.Signals.OutreachFast.Curve = knots(policy.MaxKnots) }, "", ""},
		{func(p *policy.Policy, r *policy.Rules) { r.Signals.OutreachFast.Curve = knots(policy.MaxKnots + 1) }, member + ".signals.outreach_fast.curve", "at most 64"},
		{func(p *policy.Policy, r *policy.Rules) { r.Signals.OutreachFast.Curve[1].X = 6 }, member + ".signals.outreach_fast.curve[1][0]", "more than the point before (6)"},
		{func(p *policy.Policy, r *policy.Rules) { r.Signals.OutreachFast.Curve[2].Y = .5 }, member + ".signals.outreach_fast.curve[2][1]", "not be less than the point before (1)"},
		{func(p *policy.Policy, r *policy.Rules) { r.Signals.OutreachFast.Curve[0].Y = .5 }, member + ".signals.outreach_fast.curve[0][1]", "must be 0"},
		{func(p *policy.Policy, r *policy.Rules) { r.Signals.ReplyGood.Curve[1].Y = .5 }, member + ".signals.reply_good.curve[1][1]", "to 0"},
		{func(p *policy.Policy, r *policy.Rules) { r.Signals.ReplyGood.Curve[2].Y = -.5 }, member + ".signals.reply_good.curve[2][1]", "not be more than the point before (-1)"},
		{func(p *policy.Policy, r *policy.Rules) { r.Signals.Young.Curve[1].Y = .5 }, member + ".signals.young.curve[1][1]", "must be 0"},
		{func(p *policy.Policy, r *policy.Rules) { r.Signals.TextAnswered[1].Y = 1 }, "", ""},
		{func(p *policy.Policy, r *policy.Rules) { r.Signals.TextAnswered[0].Y = .1 }, member + ".signals.text_answered[1][1]", "not be more"},
		{func(p *policy.Policy, r *policy.Rules) { r.Signals.SlowGate[1].Y = 1.1 }, member + ".signals.slow_gate[1][1]", "from 0 to 1"},
		{func(p *policy.Policy, r *policy.Rules) { r.Signals.TextMatch = nil }, member + ".signals.text_match", "two points"},

		{func(p *policy.Policy, r *policy.Rules) { r.Ladder = nil }, "", ""},
		{func(p *policy.Policy, r *policy.Rules) { r.Ladder = make([]policy.Step, policy.MaxSteps+1) }, member + ".ladder", "at most 32"},
		{func(p *policy.Policy, r *policy.Rules) { r.Ladder[2].Strikes = .9 }, member + ".ladder[2].strikes", "more than the step before (0.9), is 0.9"},
		{func(p *policy.Policy, r *policy.Rules) { r.Ladder[0].Strikes = 0 }, member + ".ladder[0].strikes", "more than 0"},
		{func(p *policy.Policy, r *policy.Rules) { r.Ladder[0].Scope = policy.Outreach }, member + ".ladder[0].scope", "covers nothing"},
		{func(p *policy.Policy, r *policy.Rules) { r.Ladder[0].For = oneHour }, member + ".ladder[0].for", "no length"},
		{func(p *policy.Policy, r *policy.Rules) { r.Ladder[0].PerDay = 1 }, member + ".ladder[0].per_day", "has none"},
		{func(p *policy.Policy, r *policy.Rules) { r.Ladder[0].Kind = 0 }, member + ".ladder[0].kind", "missing"},
		{func(p *policy.Policy, r *policy.Rules) { r.Ladder[1].Scope = 0 }, member + ".ladder[1].scope", "missing"},
		{func(p *policy.Policy, r *policy.Rules) { r.Ladder[1].For = 0 }, member + ".ladder[1].for", "missing"},
		{func(p *policy.Policy, r *policy.Rules) { r.Ladder[1].For = oneHour - 1 }, member + ".ladder[1].for", "from 1h to 30d"},
		{func(p *policy.Policy, r *policy.Rules) { r.Ladder[1].For = 30*oneDay + 1 }, member + ".ladder[1].for", "from 1h to 30d"},
		{func(p *policy.Policy, r *policy.Rules) { r.Ladder[1].Review = 25 * oneHour }, member + ".ladder[1].review", "after its end (1d)"},
		{func(p *policy.Policy, r *policy.Rules) { r.Ladder[3].PerDay = 0 }, member + ".ladder[3].per_day", "from 1"},
		{func(p *policy.Policy, r *policy.Rules) { r.Ladder[3].Review = 0 }, member + ".ladder[3].review", "looks again"},
		{func(p *policy.Policy, r *policy.Rules) { r.Ladder[4].Kind = policy.Referral }, member + ".ladder[4].kind", "only a person"},
		{func(p *policy.Policy, r *policy.Rules) { r.Ladder[4].Scope = policy.Outreach }, member + ".ladder[4].scope", "messaging or account"},
		{func(p *policy.Policy, r *policy.Rules) { r.Ladder[4].For = 0 }, member + ".ladder[4].person", "must be true"},
		{func(p *policy.Policy, r *policy.Rules) { r.Ladder[5].Person = false }, member + ".ladder[5].person", "must be true"},
		{func(p *policy.Policy, r *policy.Rules) { r.Ladder[5].For = 29 * oneDay; r.Ladder[5].Review = 0 }, member + ".ladder[5].for", "not be shorter"},
		{func(p *policy.Policy, r *policy.Rules) { r.Ladder[2].Person = true }, member + ".ladder[3].person", "as in the step before"},
		{func(p *policy.Policy, r *policy.Rules) { r.Ladder[3], r.Ladder[2] = r.Ladder[2], r.Ladder[3] }, member + ".ladder[3].kind", "not be milder"},
		{func(p *policy.Policy, r *policy.Rules) {
			r.Ladder[2].Scope = policy.Outreach
			r.Ladder[2].For = 12 * oneHour
		}, member + ".ladder[2].for", "not be shorter than the step before (1d)"},

		{func(p *policy.Policy, r *policy.Rules) { r.Severe = policy.Step{} }, member + ".severe.kind", "missing"},
		{func(p *policy.Policy, r *policy.Rules) { r.Severe.Person = true }, member + ".severe.person", "must not be set"},
		{func(p *policy.Policy, r *policy.Rules) { r.Severe.Strikes = 1 }, member + ".severe.strikes", "must not be set"},
		{func(p *policy.Policy, r *policy.Rules) { r.Severe = policy.Step{Kind: policy.Warning} }, member + ".severe.kind", "is warning"},
		{func(p *policy.Policy, r *policy.Rules) { r.SevereCategories = nil }, "", ""},
		{func(p *policy.Policy, r *policy.Rules) { r.Confirmed, r.ConfirmedCategories = nil, nil }, "", ""},
		{func(p *policy.Policy, r *policy.Rules) { r.Confirmed = nil }, member + ".confirmed_categories", "must go with confirmed"},
		{func(p *policy.Policy, r *policy.Rules) { r.ConfirmedCategories = nil }, member + ".confirmed_categories", "must go with confirmed"},
		{func(p *policy.Policy, r *policy.Rules) { r.ConfirmedCategories[1] = policy.Fraud }, member + ".confirmed_categories[1]", "one of severe_categories"},
		{func(p *policy.Policy, r *policy.Rules) { r.ConfirmedCategories[1] = policy.Harassment }, member + ".confirmed_categories[1]", "confirmed_categories[0]"},
		{func(p *policy.Policy, r *policy.Rules) { r.Confirmed[1] = policy.Step{Kind: policy.Warning} }, member + ".confirmed[1].kind", "warning"},
		{func(p *policy.Policy, r *policy.Rules) {
			r.Confirmed[0], r.Confirmed[1] = r.Confirmed[1], r.Confirmed[0]
		}, member + ".confirmed[1].kind", "milder"},
		{func(p *policy.Policy, r *policy.Rules) { r.Confirmed[0].Strikes = 1 }, member + ".confirmed[0].strikes", "follows from a finding"},
		{func(p *policy.Policy, r *policy.Rules) { r.Confirmed[1].Person = true }, member + ".confirmed[1].person", "found it already"},
		{func(p *policy.Policy, r *policy.Rules) { r.Impersonated[0] = "" }, member + ".impersonated[0]", "must be member, page"},
		{func(p *policy.Policy, r *policy.Rules) {
			r.SevereCategories = []policy.Category{policy.Spam, policy.Fraud, policy.Spam}
		}, member + ".severe_categories[2]", "spam is severe_categories[0]"},

		{func(p *policy.Policy, r *policy.Rules) { p.Strikes.HalfLife = 0 }, "strikes.half_life", "from 1h"},
		{func(p *policy.Policy, r *policy.Rules) { p.Strikes.Forget = .5 }, "strikes.forget", "less than warned (0.5)"},
		{func(p *policy.Policy, r *policy.Rules) { p.Strikes.Warned = 1 }, "strikes.warned", "less than offence (1)"},
		{func(p *policy.Policy, r *policy.Rules) { p.Strikes.AfterWarning = 1 }, "strikes.offence", "less than after_warning (1)"},
		{func(p *policy.Policy, r *policy.Rules) { p.Complaints.BurstFrom = 1 }, "complaints.burst_from", "from 2"},
		{func(p *policy.Policy, r *policy.Rules) { p.Complaints.Most = .9 }, "complaints.most", "from 1"},
		{func(p *policy.Policy, r *policy.Rules) { p.Budget = policy.Budget{} }, "", ""},
		{func(p *policy.Policy, r *policy.Rules) { p.Budget.Share = 1.01 }, "budget.share", "from 0 to 1"},
		{func(p *policy.Policy, r *policy.Rules) { p.Appeals.Within = oneDay - 1 }, "appeals.within", "from 1d"},
		{func(p *policy.Policy, r *policy.Rules) { p.Appeals.Within = 184*oneDay + 1 }, "appeals.within", "to 184d"},
		{func(p *policy.Policy, r *policy.Rules) { p.Appeals.Again = oneDay - 1 }, "appeals.again", "from 1d"},
		{func(p *policy.Policy, r *policy.Rules) { p.Appeals.Again, p.Appeals.OtherPerson = 0, true }, "", ""},
		{func(p *policy.Policy, r *policy.Rules) { p.Appeals.Pledge = oneDay - 1 }, "appeals.pledge", "from 1d to 366d"},
		{func(p *policy.Policy, r *policy.Rules) { p.Appeals.Pledge = -1 }, "appeals.pledge", "from 1d"},
		{func(p *policy.Policy, r *policy.Rules) { p.Appeals.Pledge = 0 }, "", ""},
	} {
		p := policy.Default()
		c.change(p, p.Classes[policy.Member])
		err := p.Validate()
		switch {
		case c.field == "" && err != nil:
			t.Error(err)
		case c.field == "":
			roundTrip(t, p)
		case err == nil:
			t.Errorf("%s (%s): accepted", c.field, c.problem)
		case !hasFault(fieldErrors(t, err), c.field, c.problem):
			t.Errorf("%s (%s): %v", c.field, c.problem, err)
		}
	}
}
