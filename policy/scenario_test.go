package policy_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/comparer"
	"github.com/decorum-go/decorum/scoring"
	"github.com/google/go-cmp/cmp"
)

// TestScenarios plays testdata/scenarios/*.txt: what happens, in words, line by
// line, each followed by what the engine made of it (lines that begin with "=").
// -update rewrites what the engine made of it.
//
//	# …                                     says what it shows
//	policy default|observe|strict|monthly|rules [shadow NAME] [budget N]
//	at 10:00                                a time of the first day
//	wait 2d                                 or 90m, 30s
//	sam writes to bea, carl [OPTIONS]: …    one message
//	sam writes to bea 3 times [OPTIONS]: …
//	sam writes to 12 strangers [OPTIONS]: … one message each; {n} counts,
//	                                        {words} are others each time
//	everybody writes to bea 9 times [OPTIONS]: … each from somebody else
//	bea answers sam                         3 of them answer sam
//	bea complains about sam [fraud]         3 of them complain about sam
//	told                                    what reporters were told since
//	bea blocks sam                          unblocks
//	3 of them accept sam                    their connection requests; sam takes back from bea
//	eve finds sam abusive                   or innocent; impersonating staff
//	sam appeals and eve overturns           or upholds, reduces
//	sam pledges and eve reduces             an appeal that offers a pledge, and a ruling with it
//	what is sam told                        the notice of the account
//	eve blocks sam for 2d                   warns, restricts … to 5 a day, suspends
//	eve lifts it from sam                   what stands
//	eve exempts sam for 1d                  holds; eve clears sam
//	eve rules hold for 1d: a text           fine, flag, reject, or none, which clears it
//	where is sam                            strikes, what stands, limits
//	forget sam
//
// Options of a message: every 30s (on the average, as people do), as connections (strangers, …), origin X, device X (an attribute),
// class X, channel X, accepting nobody (connections, second_degree), protected, joined 2d (ago), again (a retry), evidence 3 content.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/scenarios/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no scenarios: ", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			want := string(b)
			s := &scenario{names: map[string]string{}}
			s.town = newTown(t, policy.Config{Hooks: policy.Hooks{Reported: s.reported}, Compiler: comparer.Compiler{}})
			var got strings.Builder
			for n, l := range strings.Split(strings.TrimRight(want, "\n"), "\n") {
				if strings.HasPrefix(strings.TrimSpace(l), "=") {
					continue
				}
				got.WriteString(l + "\n")
				if l == "" || strings.HasPrefix(l, "#") {
					continue
				}
				out, err := s.play(l)
				if err != nil {
					t.Fatalf("%s:%d: %q: %v", file, n+1, l, err)
				}
				for _, o := range out {
					got.WriteString("    = " + o + "\n")
				}
			}
			if *update {
				if err := os.WriteFile(file, []byte(got.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if got.String() != want {
				t.Errorf("%s (-want +got; -update rewrites it)\n%s", file, cmp.Diff(strings.Split(want, "\n"), strings.Split(got.String(), "\n")))
			}
		})
	}
}

// A scenario is a town and whom was written to last.
type scenario struct {
	*town
	last   policy.Message
	them   []string // those who were written to last, and have not been called on
	serial int
	names  map[string]string // of reporters
	ruled  map[string]uint64 // rules on texts
	told   []string
}

// reported notes what a reporter is told.
func (s *scenario) reported(_ context.Context, o *policy.ReportOutcome) {
	if o.From != "" {
		s.names[o.Report] = o.From
	}
	s.told = append(s.told, fmt.Sprintf("%s, about %s: %v", s.names[o.Report], o.Against, o))
}

func (s *scenario) play(l string) (out []string, err error) {
	what, text, _ := strings.Cut(l, ": ")
	w := strings.Fields(strings.ReplaceAll(what, ",", ""))
	at := func(i int) string {
		if i < len(w) {
			return w[i]
		}
		return ""
	}
	switch {
	case w[0] == "policy":
		return nil, s.policy(w[1:])
	case w[0] == "at":
		t, err := time.Parse("15:04", at(1))
		s.now = dawn.Truncate(24 * time.Hour).Add(time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute)
		return nil, err
	case w[0] == "wait":
		d, err := days(at(1))
		s.pass(d)
		return nil, err
	case w[0] == "where":
		return s.where(at(2)), nil
	case w[0] == "told":
		out, s.told = s.told, nil
		return out, nil
	case w[0] == "forget":
		return nil, forget(s.e, s.Context(), at(1))
	case at(1) == "writes":
		return s.writes(w[0], w[3:], text)
	case at(1) == "of": // 3 of them answer sam, 3 of them complain about sam
		n, err := strconv.Atoi(w[0])
		if err != nil || n > len(s.them) {
			return nil, fmt.Errorf("%d of %d, %v", n, len(s.them), err)
		}
		them := s.them[:n]
		s.them = s.them[n:]
		for _, who := range them {
			var o []string
			switch at(3) {
			case "answer":
				o, err = s.feedback(policy.Reply{From: who, To: at(4), At: s.now}, at(4))
			case "accept":
				o, err = s.feedback(policy.Accepted{From: who, To: at(4), At: s.now}, at(4))
			default:
				o, err = s.complains(who, at(5), at(6))
			}
			if out = append(out, o...); err != nil {
				return out, err
			}
			s.pass(20 * time.Minute)
		}
		return out, nil
	case at(1) == "answers":
		return s.feedback(policy.Reply{From: w[0], To: at(2), At: s.now}, at(2))
	case at(1) == "complains":
		return s.complains(w[0], at(3), at(4))
	case at(1) == "blocks" && at(3) == "": // a person does, for themselves
		return s.feedback(policy.BlockedBy{From: w[0], Against: at(2), At: s.now}, at(2))
	case at(1) == "takes": // back from bea
		return s.feedback(policy.Withdrawn{From: w[0], To: at(4), At: s.now}, w[0])
	case at(1) == "unblocks":
		return s.feedback(policy.Unblocked{From: w[0], Against: at(2), At: s.now}, at(2))
	case at(1) == "finds":
		return s.feedback(policy.Review{Account: at(2), Abusive: at(3) != "innocent", Impersonated: policy.Class(at(5)), By: w[0], At: s.now}, at(2))
	case at(1) == "appeals", at(1) == "pledges":
		return s.appeals(w[0], at(3), at(4), at(1) == "pledges")
	case w[0] == "what":
		a := s.account(at(2))
		n := a.Notice()
		n.Appeal = strings.Repeat("its ID", min(len(n.Appeal), 1))
		return []string{"told: " + n.String()}, nil
	case slices.Contains([]string{"warns", "blocks", "restricts", "suspends"}, at(1)):
		return s.imposes(w)
	case at(1) == "lifts":
		a := s.account(at(4))
		last := a.Standing[len(a.Standing)-1]
		return []string{"lifted: " + s.tellOf(last)}, s.e.Lift(s.Context(), at(4), last.ID, policy.Lifting{By: w[0], At: s.now})
	case at(1) == "exempts", at(1) == "holds":
		o := policy.Override{Account: at(2), Verdict: policy.Allow, By: w[0]}
		if at(1) == "holds" {
			o.Verdict = policy.Hold
		}
		if at(3) == "for" {
			d, err := days(at(4))
			if err != nil {
				return nil, err
			}
			o.Until = s.now.Add(d)
		}
		return nil, s.e.Override(s.Context(), o)
	case at(1) == "rules":
		return nil, s.rules(w, text)
	case at(1) == "clears":
		return nil, s.e.ClearOverride(s.Context(), at(2))
	}
	return nil, fmt.Errorf("not understood")
}

// rules has a moderator say what is to be done with a text, or take that back.
func (s *scenario) rules(w []string, text string) (err error) {
	if w[2] == "none" {
		return s.e.ClearText(s.Context(), s.ruled[text], w[0], "as the scenario says")
	}
	t := policy.TextRule{Text: text, By: w[0]}
	if err := t.Action.UnmarshalText([]byte(w[2])); err != nil {
		return err
	}
	if len(w) > 4 && w[3] == "for" {
		d, err := days(w[4])
		if err != nil {
			return err
		}
		t.Until = s.now.Add(d)
	}
	t, err = s.e.SetText(s.Context(), t)
	if s.ruled == nil {
		s.ruled = map[string]uint64{}
	}
	s.ruled[text] = t.ID
	return err
}

// days parses a duration, with d for days.
func days(s string) (time.Duration, error) {
	if n, ok := strings.CutSuffix(s, "d"); ok {
		k, err := strconv.Atoi(n)
		return time.Duration(k) * 24 * time.Hour, err
	}
	return time.ParseDuration(s)
}

// examplesOfRules are those of docs/rules.md: one slows a crowded device, one looks after a
// person who is pursued, and one in shadow counts what comes in an hour.
func examplesOfRules() *policy.Policy {
	p := withRules(
		policy.Rule{Name: "crowded-device", When: "to.strangers > 0 && counters.device_accounts > 6", Verdict: policy.Defer, Retry: policy.Duration(30 * time.Minute), Why: "more accounts than a household write from one device"},
		policy.Rule{Name: "pursued", When: "to.strangers > 0 && counters.turned_away > 3", Verdict: policy.Hold, Why: "writes to somebody who turns strangers away"},
		policy.Rule{Name: "busy", When: "counters.hour > 2", Verdict: policy.Hold, Evidence: policy.RuleEvidence{Family: scoring.Volume, Points: 1}, Why: "many messages in an hour", Mode: policy.ShadowMode},
	)
	p.Name = "rules"
	p.Counters = []policy.Counter{
		{Name: "device_accounts", Key: "attr.device", Of: policy.CountSenders, Window: policy.Duration(24 * time.Hour)},
		{Name: "turned_away", Key: "recipient", Of: policy.CountBlockedSenders, Window: policy.Duration(7 * 24 * time.Hour)},
		{Name: "hour", Key: "sender", Of: policy.CountMessages, Window: policy.Duration(time.Hour)},
	}
	for _, c := range p.Classes { // the policy's own way of looking after them is off
		c.Limits.TurnedAwayNew, c.Limits.TurnedAwayAll, c.Received = 0, 0, policy.Received{}
	}
	return p
}

func (s *scenario) policy(w []string) error {
	monthly := policy.Default()
	monthly.Name = "monthly"
	l := &monthly.Classes[policy.Member].Limits
	l.People = append(l.People, limiter.Limit{N: 60, Per: limiter.MaxPer})
	named := map[string]*policy.Policy{"default": policy.Default(), "observe": policy.Observe(), "strict": policy.Strict(), "monthly": monthly, "rules": examplesOfRules()}
	p := named[w[0]]
	var shadow []*policy.Policy
	for i := 1; i+1 < len(w); i += 2 {
		switch w[i] {
		case "shadow":
			shadow = append(shadow, named[w[i+1]])
		case "budget":
			n, err := strconv.Atoi(w[i+1])
			if err != nil {
				return err
			}
			p.Budget = policy.Budget{PerHour: n}
		default:
			return fmt.Errorf("policy %s", w[i])
		}
	}
	return s.e.SetPolicy(p, shadow...)
}

// writes sends one message, or one to each of so many strangers, and tells what
// became of them.
func (s *scenario) writes(from string, w []string, text string) ([]string, error) {
	m := policy.Message{Sender: from, Joined: time.Time{}}
	every, again := time.Minute, false
	n, err := strconv.Atoi(w[0])
	each := err == nil
	var to []string
	if each {
		w = w[2:]
	} else {
		options := []string{"times", "every", "as", "origin", "device", "class", "channel", "joined", "again", "evidence", "accepting", "protected"}
		for len(w) > 0 && !slices.Contains(options, w[0]) {
			to, w = append(to, w[0]), w[1:]
		}
		if n = 1; len(w) > 0 && w[0] == "times" {
			if n, err = strconv.Atoi(to[len(to)-1]); err != nil {
				return nil, err
			}
			to, w = to[:len(to)-1], w[1:]
		}
	}
	var relation policy.Relation
	var accepts policy.Accepts
	protected := false
	for len(w) > 0 {
		arg := ""
		if len(w) > 1 {
			arg = w[1]
		}
		var err error
		switch w[0] {
		case "every":
			every, err = days(arg)
		case "as":
			err = relation.UnmarshalText([]byte(strings.TrimSuffix(arg, "s")))
		case "device":
			m.Attributes = map[string]any{"device": arg}
		case "origin":
			m.Origin = arg
		case "class":
			m.Class = policy.Class(arg)
		case "channel":
			m.Channel = arg
		case "joined":
			var d time.Duration
			d, err = days(arg)
			m.Joined = s.now.Add(-d)
		case "evidence":
			var e scoring.Evidence
			if e.LogOdds, err = strconv.ParseFloat(arg, 64); err == nil {
				err = e.Family.UnmarshalText([]byte(w[2]))
			}
			e.Code, e.Value, e.N = "host.evidence", 1, 1
			m.Evidence = append(m.Evidence, e)
			w = w[1:]
		case "accepting":
			err = accepts.UnmarshalText([]byte(arg))
		case "protected":
			protected, w = true, append([]string{""}, w...)
		case "again":
			again, w = true, append([]string{""}, w...)
		default:
			err = fmt.Errorf("option %s", w[0])
		}
		if err != nil {
			return nil, err
		}
		w = w[2:]
	}
	s.them = nil
	var out []string
	var runs streak
	for i := range n {
		m.ID = fmt.Sprint("m", s.serial)
		if from == "everybody" {
			m.Sender = fmt.Sprint("stranger", s.serial)
		}
		s.serial++
		m.Recipients = policy.To(to...)
		if each {
			m.Recipients = policy.To(fmt.Sprint("stranger", s.serial))
		}
		for k := range m.Recipients {
			m.Recipients[k].Relation, m.Recipients[k].Accepts, m.Recipients[k].Protected = relation, accepts, protected
		}
		m.Text = strings.ReplaceAll(text, "{n}", fmt.Sprint(s.serial))
		if strings.Contains(text, "{words}") {
			h := history{Rand: rand.New(rand.NewPCG(uint64(s.serial), 0))}
			m.Text = strings.ReplaceAll(m.Text, "{words}", h.text(12))
		}
		if again {
			m = s.last
		}
		m.At = s.now
		d, err := s.e.Evaluate(s.Context(), m)
		if err != nil {
			return out, err
		}
		s.last = m
		for _, r := range m.Recipients {
			if d.DeliveredTo(r.ID) {
				s.them = append(s.them, r.ID)
			}
		}
		runs.add(&out, i+1, s.verdict(&d), n)
		if len(d.Imposed) > 0 || len(d.Shadow) > 0 && len(d.Shadow[0].Imposed) > 0 {
			runs.flush(&out, n)
			for _, x := range d.Imposed {
				out = append(out, "  "+s.tellOf(x), "  because "+reasonsText(x.Reasons))
			}
			for _, o := range d.Shadow {
				for _, x := range o.Imposed {
					out = append(out, "  "+strings.Split(o.Policy, "@")[0]+" would have imposed: "+s.tellOf(x))
				}
			}
			if len(d.Imposed) > 0 {
				out = append(out, "  told: "+strings.ReplaceAll(d.Notice().String(), d.Notice().Appeal, "its ID"))
			}
		}
		if i+1 < n {
			s.pass(time.Second + time.Duration(-float64(every)*math.Log(1-math.Mod(float64(s.serial)*.618, 1))).Truncate(time.Second)) // as people do: nothing regular
		}
	}
	runs.flush(&out, n)
	return out, nil
}

// streak folds equal answers in a row into one line.
type streak struct {
	from, to int
	what     string
}

func (r *streak) add(out *[]string, i int, what string, n int) {
	if r.what != what {
		r.flush(out, n)
		r.from = i
	}
	r.to, r.what = i, what
}

func (r *streak) flush(out *[]string, n int) {
	switch {
	case r.what == "":
	case n == 1:
		*out = append(*out, r.what)
	case r.from == r.to:
		*out = append(*out, fmt.Sprintf("%d: %s", r.from, r.what))
	default:
		*out = append(*out, fmt.Sprintf("%d to %d: %s", r.from, r.to, r.what))
	}
	r.what = ""
}

// verdict is what became of a message, and why, where it did not go out.
func (s *scenario) verdict(d *policy.Decision) string {
	v := d.Verdict.String()
	if d.Verdict == policy.Duplicate {
		v += " of " + d.First.String()
	} else if d.Repeat {
		v += ", as before"
	}
	if d.RetryAfter > 0 && d.Verdict == policy.Defer {
		v += ", try again later"
	}
	v += apart(d)
	if !d.Delivered() && len(d.Imposed) == 0 && len(d.Reasons) > 0 {
		switch r := d.Reasons[0]; r.Code {
		case policy.CodeSanction, policy.CodeBudget, policy.CodeOverride, policy.CodeRestricted, policy.CodeRate, policy.CodeRatePeople, policy.CodeRatePerson, policy.CodeRateChannel:
			r.Value = float64(int(r.Value))
			if r.Code != policy.CodeSanction && r.Code != policy.CodeBudget && r.Code != policy.CodeOverride {
				return v + ": " + string(r.Code) // the count differs from message to message
			}
			return v + ": " + r.String()
		default:
			return v + ": " + r.String()
		}
	}
	return v
}

// apart tells for whom something else holds.
func apart(d *policy.Decision) string {
	var b strings.Builder
	for _, r := range d.Recipients {
		fmt.Fprintf(&b, "; for %s %v: %v", r.ID, r.Verdict, r.Reason)
	}
	return b.String()
}

func reasonsText(reasons []policy.Reason) string {
	var parts []string
	for _, r := range reasons {
		parts = append(parts, r.String())
	}
	return strings.Join(parts, "; ")
}

// tellOf is a sanction in words.
func (s *scenario) tellOf(x policy.Sanction) string {
	b := x.Kind.String()
	if x.Scope != 0 {
		b += " of " + x.Scope.String()
	}
	if x.PerDay > 0 {
		b += fmt.Sprintf(", %d a day", x.PerDay)
	}
	switch {
	case x.Kind == policy.Warning || x.Kind == policy.Referral:
	case x.Until.IsZero():
		b += ", until lifted"
	default:
		b += fmt.Sprintf(", for %s", policy.Duration(x.Until.Sub(x.From)))
	}
	if x.By != "" {
		b += ", by " + x.By
	}
	return b
}

// feedback records an event, and tells what it brought.
func (s *scenario) feedback(ev policy.Event, about string) (out []string, err error) {
	known := map[string]bool{}
	for _, x := range s.sanctionsOf(about) {
		known[x.ID] = true
	}
	if err := s.e.Record(s.Context(), ev); err != nil {
		return []string{err.Error()}, nil
	}
	for _, x := range s.sanctionsOf(about) {
		if !known[x.ID] {
			out = append(out, s.tellOf(x), "  because "+reasonsText(x.Reasons))
		}
	}
	return out, nil
}

func (s *scenario) complains(who, about, category string) ([]string, error) {
	c := policy.Spam
	if category != "" {
		if err := c.UnmarshalText([]byte(category)); err != nil {
			return nil, err
		}
	}
	s.n++
	return s.feedback(policy.Complaint{ID: fmt.Sprint("c", s.n), From: who, Against: about, Category: c, At: s.now}, about)
}

func (s *scenario) appeals(account, judge, ruling string, pledge bool) ([]string, error) {
	outcome := map[string]policy.RulingOutcome{"upholds": policy.Upheld, "reduces": policy.Reduced, "overturns": policy.Overturned}[ruling]
	a := s.account(account)
	all := append(slices.Clone(a.History), a.Standing...)
	slices.SortStableFunc(all, func(x, y policy.Sanction) int {
		if x.From.Equal(y.From) {
			return int(x.Kind) - int(y.Kind)
		}
		return x.From.Compare(y.From)
	})
	for _, x := range slices.Backward(all) {
		if x.Appeal != nil && x.Appeal.Ruling != nil && x.Appeal.Ruling.Outcome != policy.Upheld || x.Kind == policy.Referral {
			continue
		}
		ap, err := x.Appeal, error(nil)
		if ap == nil || ap.Ruling != nil {
			var filed policy.Appeal
			filed, err = s.e.Appeal(s.Context(), policy.Appeal{Account: account, Sanction: x.ID, Pledge: pledge, At: s.now})
			ap = &filed
		}
		if err == nil {
			err = s.e.Resolve(s.Context(), account, ap.ID, policy.Ruling{Outcome: outcome, Pledge: pledge, By: judge, At: s.now})
		}
		if err != nil {
			return []string{err.Error()}, nil
		}
		under := ""
		if pledge {
			under = ", under a pledge"
		}
		return []string{outcome.String() + under + ": " + s.tellOf(x)}, nil
	}
	return nil, fmt.Errorf("nothing to appeal against")
}

func (s *scenario) imposes(w []string) ([]string, error) {
	x := policy.Sanction{Account: w[2], By: w[0], From: s.now, Kind: map[string]policy.Kind{"warns": policy.Warning, "blocks": policy.Block, "restricts": policy.Restriction, "suspends": policy.Suspension}[w[1]]}
	for i := 3; i+1 < len(w); i++ {
		switch w[i] {
		case "for":
			d, err := days(w[i+1])
			if err != nil {
				return nil, err
			}
			x.Until = s.now.Add(d)
		case "to":
			n, err := strconv.Atoi(w[i+1])
			if err != nil {
				return nil, err
			}
			x.PerDay = n
		}
	}
	got, err := s.e.Impose(s.Context(), x)
	return []string{s.tellOf(got)}, err
}

// where is where an account stands.
func (s *scenario) where(name string) (out []string) {
	a := s.account(name)
	if a.ID == "" {
		return []string{"nothing is known"}
	}
	out = append(out, fmt.Sprintf("strikes %.2f in %d", a.Strikes, len(a.Offences)))
	if a.Pace > 1 {
		out = append(out, fmt.Sprintf("which fade %v times as fast", a.Pace))
	}
	for _, x := range a.Standing {
		out = append(out, "standing: "+s.tellOf(x))
	}
	for _, x := range a.History {
		out = append(out, "past: "+s.tellOf(x))
	}
	if a.Probation < 1 {
		out = append(out, fmt.Sprintf("on probation with %.0f%% of the limits", 100*a.Probation))
	}
	if !a.Pledge.IsZero() {
		out = append(out, fmt.Sprintf("a pledge holds for %s", policy.Duration(a.Pledge.Sub(s.now).Round(time.Hour))))
	}
	if o := a.Override; o != nil {
		out = append(out, fmt.Sprintf("order: %v, by %s", o.Verdict, o.By))
	}
	return out
}
