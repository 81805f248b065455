package console

import (
	"context"
	"encoding"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/rulekit"
	"github.com/decorum-go/decorum/scoring"
)

// A rulesView is the body of the page of rules.
type rulesView struct {
	Policy   string // its ID: what is changed is that one
	Edits    bool   // the host takes changes
	Rules    []ruleRow
	Form     ruleForm
	Faults   []string
	Said     string
	Families []string
	Reads    []readable
}

// A ruleRow is a rule as the page lists it.
type ruleRow struct {
	policy.Rule
	Follows, Ends string
	Today, Week   string
}

// A ruleForm is a rule as it is written on the page.
type ruleForm struct {
	Name, When, Family, Points, Verdict, Retry, Why, Until, Note string
}

// A readable is something that a rule can read.
type readable struct{ Name, Type, Doc string }

// rulesPage shows the rules of the policy in force, what they were true of, and a form.
func (c *Console) rulesPage(w http.ResponseWriter, r *http.Request, m *Moderator) (*page, error) {
	var f ruleForm
	name := r.URL.Query().Get("rule")
	for _, rule := range c.engine.Load().Policy().Rules {
		if rule.Name == name {
			f = formOf(&rule)
		}
	}
	return c.rulesWith(r.Context(), &rulesView{Form: f, Said: ruleSaid[r.URL.Query().Get("said")]})
}

// ruleSaid is what the page says after a change.
var ruleSaid = map[string]string{
	"on": "The rule is on.", "shadow": "The rule runs in shadow: below is what it was true of, as it comes.",
	"off": "The rule is off.", "remove": "The rule is removed.",
}

func (c *Console) rulesWith(ctx context.Context, v *rulesView) (*page, error) {
	p := c.engine.Load().Policy()
	v.Policy, v.Edits = p.ID(), c.cfg.Apply != nil && c.cfg.Compiler != nil
	to := c.now().UTC()
	f, err := c.book.Figures(ctx, to.AddDate(0, 0, -6), to)
	if err != nil {
		return nil, err
	}
	today := map[string]int64{}
	if n := len(f.Days); n > 0 && f.Days[n-1].Day.Equal(to.Truncate(24*time.Hour)) {
		today = f.Days[n-1].N
	}
	for i := range p.Rules {
		r := &p.Rules[i]
		row := ruleRow{Rule: *r, Follows: follows(r), Today: hits(today, r.Name), Week: hits(f.Total.N, r.Name)}
		if !r.Until.IsZero() {
			if row.Ends = "until " + c.plain(r.Until); !r.Until.After(c.now()) {
				row.Ends = "ended " + c.plain(r.Until)
			}
		}
		v.Rules = append(v.Rules, row)
	}
	for f := scoring.Volume; f.String() != "" && !strings.HasPrefix(f.String(), "Family("); f++ {
		v.Families = append(v.Families, f.String())
	}
	v.Reads = readables(p)
	return &page{name: "rules", Title: "Rules", Body: v}, nil
}

// readables are what a rule under a policy can read.
func readables(p *policy.Policy) (all []readable) {
	for _, v := range rulekit.Variables() {
		all = append(all, readable{v.Name, v.Type.String(), v.Doc})
	}
	for name, t := range p.Attributes {
		all = append(all, readable{"attr." + name, t.Type.String(), "An attribute that the host gives."})
	}
	for name, entries := range p.Lists {
		all = append(all, readable{"lists." + name, rulekit.Texts.String(), fmt.Sprintf("A list of %d entries; text.like('%s') tells how much the text is like one.", len(entries), name)})
	}
	for _, k := range p.Counters {
		all = append(all, readable{"counters." + k.Name, rulekit.Int.String(), fmt.Sprintf("%v by %s, within %v.", k.Of, k.Key, k.Window)})
	}
	n := len(rulekit.Variables())
	slices.SortFunc(all[n:], func(a, b readable) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// follows says what follows from a rule.
func follows(r *policy.Rule) string {
	var all []string
	if r.Evidence != (policy.RuleEvidence{}) {
		all = append(all, fmt.Sprintf("%+g points, %v", r.Evidence.Points, r.Evidence.Family))
	}
	if r.Verdict != 0 {
		all = append(all, r.Verdict.String())
	}
	return strings.Join(all, "; ")
}

// hits says of how many messages a rule was true, and what became of them.
func hits(n map[string]int64, rule string) string {
	var all int64
	var parts []string
	for _, v := range []policy.Verdict{policy.Allow, policy.Flag, policy.Defer, policy.Hold, policy.Reject} {
		if k := n["rule."+rule+"."+v.String()]; k > 0 {
			all += k
			parts = append(parts, fmt.Sprintf("%s %v", thousands(int(k)), v))
		}
	}
	if all == 0 {
		return "none"
	}
	return thousands(int(all)) + ": " + strings.Join(parts, ", ")
}

func formOf(r *policy.Rule) ruleForm {
	f := ruleForm{Name: r.Name, When: r.When, Why: r.Why}
	if r.Evidence != (policy.RuleEvidence{}) {
		f.Family, f.Points = r.Evidence.Family.String(), fmt.Sprint(r.Evidence.Points)
	}
	if r.Verdict != 0 {
		f.Verdict = r.Verdict.String()
	}
	if r.Retry != 0 {
		f.Retry = r.Retry.String()
	}
	if !r.Until.IsZero() {
		f.Until = r.Until.UTC().Format(time.RFC3339)
	}
	return f
}

// rule is what the form says, and what of it can't be read.
func (f *ruleForm) rule() (r policy.Rule, faults []string) {
	r = policy.Rule{Name: f.Name, When: f.When, Why: f.Why}
	read := func(field, s string, v encoding.TextUnmarshaler) {
		if s == "" {
			return
		}
		if err := v.UnmarshalText([]byte(s)); err != nil {
			faults = append(faults, field+": "+strings.TrimPrefix(err.Error(), "policy: "))
		}
	}
	read("family", f.Family, &r.Evidence.Family)
	read("verdict", f.Verdict, &r.Verdict)
	read("retry", f.Retry, &r.Retry)
	read("until", f.Until, &r.Until)
	if f.Points != "" {
		var rest string
		if n, err := fmt.Sscanf(f.Points+" .", "%g %s", &r.Evidence.Points, &rest); err != nil || n != 2 || rest != "." {
			faults = append(faults, "points: must be a number, is "+f.Points)
		}
	}
	return r, faults
}

// changeRule checks the rule of the form, or puts it in force in a mode, or changes the
// mode of one that there is.
func (c *Console) changeRule(w http.ResponseWriter, r *http.Request, m *Moderator) (*page, error) {
	value := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	v := &rulesView{}
	if v.Form.Name = value("name"); r.PostForm.Has("when") {
		v.Form = ruleForm{value("name"), value("when"), value("family"), value("points"), value("verdict"), value("retry"), value("why"), value("until"), value("note")}
	}
	c.rules.Lock() // one change after another
	defer c.rules.Unlock()
	action := value("action")
	p, rule, faults := c.changed(action, &v.Form, r.PostForm.Has("when"))
	if len(faults) == 0 && action != "check" {
		switch {
		case c.cfg.Apply == nil:
			faults = []string{"this host takes no changes: Config.Apply is missing"}
		case value("policy") != c.engine.Load().Policy().ID():
			faults = []string{"somebody changed the policy meanwhile: look at what holds now, and do it again"}
		case value("note") == "":
			faults = []string{"why you do this is missing: it is kept in the audit"}
		}
	}
	if len(faults) > 0 || action == "check" {
		if v.Faults = faults; len(faults) == 0 {
			v.Said = "Nothing is wrong with the rule. Run it in shadow first: then the page says what it is true of."
		}
		return c.rulesWith(r.Context(), v)
	}
	detail := clipped(fmt.Sprintf("rule %s: %s", v.Form.Name, action) + rule)
	if err := c.engine.Load().NotePolicy(r.Context(), m.ID, clipped(value("note")), detail); err != nil {
		return nil, err
	}
	if err := c.cfg.Apply(r.Context(), p); err != nil {
		v.Faults = []string{"it was not put in force: " + err.Error()}
		note := c.engine.Load().NotePolicy(r.Context(), m.ID, clipped("it was not put in force: "+err.Error()), detail)
		if note != nil {
			return nil, note
		}
		return c.rulesWith(r.Context(), v)
	}
	return c.back(w, r, "/rules?said="+action)
}

// clipped is what fits into an act.
func clipped(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	for len(s) > policy.MaxID {
		s = strings.TrimSpace(strings.ToValidUTF8(s[:policy.MaxID-4], "")) + "…"
	}
	return s
}

// changed is the policy in force with a change, checked as a whole; rule is what the audit
// keeps of the rule.
func (c *Console) changed(action string, f *ruleForm, whole bool) (p *policy.Policy, rule string, faults []string) {
	var mode policy.Mode
	switch err := mode.UnmarshalText([]byte(action)); {
	case c.cfg.Compiler == nil:
		return nil, "", []string{"this host has no rules: Config.Compiler is missing"}
	case err != nil && action != "check" && action != "remove":
		return nil, "", []string{"there is no such action"}
	}
	p = c.engine.Load().Policy().Clone()
	at := slices.IndexFunc(p.Rules, func(r policy.Rule) bool { return r.Name == f.Name })
	switch {
	case at < 0 && !whole:
		return nil, "", []string{"there is no rule " + f.Name}
	case action == "remove":
		p.Rules = slices.Delete(p.Rules, at, at+1)
		return p, "", nil
	case whole:
		var x policy.Rule
		if x, faults = f.rule(); len(faults) > 0 {
			return nil, "", faults
		}
		if at < 0 {
			at, p.Rules = len(p.Rules), append(p.Rules, policy.Rule{})
		}
		p.Rules[at] = x
		rule = fmt.Sprintf("; %s; when %s", follows(&x), x.When)
	}
	p.Rules[at].Mode = mode
	return p, rule, ruleFaults(p.CheckRules(c.cfg.Compiler), fmt.Sprintf("rules[%d].", at))
}

// ruleFaults are what is wrong with a policy, of the rule at hand without its path.
func ruleFaults(err error, at string) (all []string) {
	if err == nil {
		return nil
	}
	var joined interface{ Unwrap() []error }
	faults := []error{err}
	if errors.As(err, &joined) {
		faults = joined.Unwrap()
	}
	for _, err := range faults {
		var f *policy.FieldError
		if errors.As(err, &f) {
			all = append(all, strings.TrimPrefix(f.Field, at)+": "+f.Problem)
		} else {
			all = append(all, err.Error())
		}
	}
	return all
}
