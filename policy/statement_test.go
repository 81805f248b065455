package policy_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/decorum-go/decorum/policy"
)

// stated is one sanction for each thing that a statement may say.
func stated(until time.Time) []policy.Sanction {
	block := policy.Sanction{ID: "1f", Account: "sam", Kind: policy.Block, Scope: policy.Outreach, From: until.AddDate(0, 0, -1), Until: until, Policy: "default@2a", Message: "m7"}
	block.Reasons = []policy.Reason{
		{Code: policy.CodeDuplicate, Value: 10.8, Limit: 5, N: 12, Share: 3}, {Code: policy.CodeStrangers, Value: 31, Limit: 6, N: 40, Share: 2},
		{Code: policy.CodeComplaints, Value: 2.5, N: 3, Share: 1}, {Code: policy.CodeReplyLow, Value: .97, Limit: .1, N: 60, Share: 1}, {Code: policy.CodeYoung, Value: .2, Share: .5},
	}
	warning := policy.Sanction{ID: "2f", Account: "sam", Kind: policy.Warning, From: until, Reasons: []policy.Reason{{Code: policy.CodeTiming, Value: .8, Limit: .4, Share: 2}, {Code: policy.CodeReplyGood, Share: -1}}}
	found := policy.Sanction{ID: "3f", Account: "sam", Kind: policy.Suspension, Scope: policy.WholeAccount, From: until, Reasons: []policy.Reason{{Code: policy.CodeModerator, Value: 1, Share: 3}}}
	found.Appeal = &policy.Appeal{At: until.Add(time.Hour)}
	byHand := policy.Sanction{ID: "4f", Account: "sam", Kind: policy.Restriction, Scope: policy.Messaging, PerDay: 10, From: until, By: "mo", Lifted: &policy.Lifting{By: "mo", At: until.Add(2 * time.Hour)}}
	byHand.Appeal = &policy.Appeal{At: until, Ruling: &policy.Ruling{Outcome: policy.Reduced, By: "mo", At: until.Add(2 * time.Hour)}}
	broken := policy.Sanction{ID: "5f", Account: "sam", Kind: policy.Block, Scope: policy.Messaging, From: until, Until: until.Add(48 * time.Hour), Reasons: []policy.Reason{
		{Code: policy.CodePledge, Value: 3, Limit: 90}, {Code: policy.CodeRefused, Share: 1}, {Code: policy.CodeCampaign, Share: 1}, {Code: policy.CodeIgnored, Share: 1}, {Code: "host.spam", Share: 1}, {Code: policy.CodeKnown, Value: float64(policy.TextReject), Share: 1}, {Code: policy.CodeDeceived, Share: 1},
	}}
	return []policy.Sanction{block, warning, found, byHand, broken}
}

// TestStatementTellsNothing: no statement tells a figure of what was measured, a
// threshold, a name, or whether people complained rather than did not answer.
func TestStatementTellsNothing(t *testing.T) {
	until := time.Date(2026, 11, 23, 9, 5, 0, 0, time.UTC)
	plain := policy.Sanction{ID: "1f", Account: "yosemite", Kind: policy.Block, Scope: policy.Messaging, From: until, Until: until.Add(time.Hour), Message: "m777"}
	digits := func(s policy.Sanction) []string {
		return regexp.MustCompile(`\d+`).FindAllString(s.Statement(policy.Language{}).String(), -1)
	}
	want := digits(plain)
	for _, r := range typical {
		for _, by := range []string{"", "mo777"} {
			s := plain
			r.Share, s.By, s.Reasons = 1, by, []policy.Reason{r}
			b, err := json.Marshal(s.Statement(policy.Language{}))
			if said := string(b); err != nil || strings.Contains(said, "777") || strings.Contains(said, "yosemite") || strings.Contains(said, string(r.Code)) || !slices.Equal(digits(s), want) {
				t.Errorf("%s, by %q: %s, %v", r.Code, by, said, err)
			}
		}
	}
	of := func(codes ...policy.Code) string {
		s := plain
		for _, c := range codes {
			s.Reasons = append(s.Reasons, policy.Reason{Code: c, Share: 1})
		}
		return s.Statement(policy.Language{}).String()
	}
	silent := of(policy.CodeReplyLow)
	for _, c := range []policy.Code{policy.CodeComplaints, policy.CodeComplaintOutreach, policy.CodeComplaintRate, policy.CodeDeceived} {
		if said := of(c); said != silent || of(policy.CodeReplyLow, c) != silent {
			t.Errorf("%s tells that somebody complained: %s", c, said)
		}
	}
}

// TestStatement: what is told of a sanction that the engine imposed, and until when an
// appeal may be filed: until then, and not from then on.
func TestStatement(t *testing.T) {
	w := newTown(t, policy.Config{})
	w.pass(7 * time.Second)
	w.blast("sam", 40, spam)
	all := w.sanctionsOf("sam")
	block := all[len(all)-1]
	if block.Kind != policy.Block {
		t.Fatalf("%v: the test shows nothing", all)
	}
	st, err := w.e.Statement(t.Context(), "sam", block.ID, policy.Language{})
	w.must(err)
	if st.Sanction != block.ID || st.Kind != block.Kind || !st.Until.Equal(block.Until) || len(st.Facts) < 2 || !strings.Contains(st.Automation, "No person") || !strings.Contains(st.Decision, "for 24 hours") {
		t.Errorf("%+v", st)
	}
	if want := block.From.Add(policy.Default().Appeals.Within.D()); !st.AppealBy.Equal(want) || !strings.Contains(st.String(), "appeal until ") {
		t.Errorf("an appeal may be filed until %v, want %v: %s", st.AppealBy, want, st)
	}
	if named := regexp.MustCompile(`appeal until (.*?);`).FindStringSubmatch(st.Redress[0]); named == nil {
		t.Error(st.Redress)
	} else if at, err := time.Parse("2 January 2006, 15:04 MST", named[1]); err != nil || at.After(st.AppealBy) || st.AppealBy.Sub(at) >= time.Minute || at.Equal(st.AppealBy) {
		t.Errorf("%s names %v, %v, which is not the minute before %v", st.Redress, at, err, st.AppealBy)
	}
	for _, x := range []struct {
		at    time.Time
		after bool
	}{{st.AppealBy.Add(-time.Second), false}, {st.AppealBy, true}} {
		w.now = x.at
		got, err := w.e.Statement(t.Context(), "sam", block.ID, policy.Language{})
		if err == nil && strings.Contains(got.String(), "appeal until") == x.after {
			t.Errorf("at %v: %v", x.at, got)
		}
		_, err = w.e.Appeal(t.Context(), policy.Appeal{Account: "sam", Sanction: block.ID})
		if errors.Is(err, policy.ErrNotFound) != x.after {
			t.Errorf("appeal at %v: %v", x.at, err)
		}
	}

	referral := w.impose(policy.Sanction{Account: "mal", Kind: policy.Referral, By: "mo"})
	byHand := w.impose(policy.Sanction{Account: "mal", Kind: policy.Suspension, By: "mo"})
	st, err = w.e.Statement(t.Context(), "mal", byHand.ID, policy.Language{})
	if err != nil || !strings.Contains(st.Automation, "made by a person") || !strings.Contains(st.Automation, "without automated means") || !st.AppealBy.IsZero() {
		t.Errorf("%+v, %v", st, err)
	}
	for _, x := range [][2]string{{"mal", referral.ID}, {"mal", block.ID}, {"nobody", block.ID}, {"mal", "no ID"}} {
		if st, err := w.e.Statement(t.Context(), x[0], x[1], policy.Language{}); !errors.Is(err, policy.ErrNotFound) || st.String() != "" {
			t.Errorf("%v: %v, %v", x, st, err)
		}
	}
	if _, err := w.e.Statement(t.Context(), "", block.ID, policy.Language{}); err == nil {
		t.Error("a statement for nobody")
	}
	for _, none := range []policy.Sanction{{}, referral} {
		if st := none.Statement(policy.Language{}); !cmp.Equal(st, policy.Statement{}) || st.String() != "" || !cmp.Equal(none.Transparency(policy.Language{}), policy.Transparency{}) {
			t.Errorf("%v: %+v", none, st)
		}
	}
}

// TestTransparency: the fields and values of the database's API.
func TestTransparency(t *testing.T) {
	until := time.Date(2026, 11, 23, 9, 5, 0, 0, time.UTC)
	var got []string
	for _, s := range stated(until) {
		x := s.Transparency(policy.Language{})
		got = append(got, fmt.Sprint(x.DecisionAccount, x.DecisionProvision, " ", x.EndDateAccount, x.EndDateService, " ", x.SourceType, " ", x.AutomatedDetection, " ", x.AutomatedDecision))
		if s.Kind != policy.Warning && (x.DecisionFacts != strings.Join(s.Statement(policy.Language{}).Facts, " ") || x.IncompatibleGround == "" || x.IncompatibleReason == "" || x.PUID != s.ID) {
			t.Errorf("%+v", x)
		}
	}
	want := []string{
		"DECISION_PROVISION_PARTIAL_SUSPENSION 2026-11-23 SOURCE_TYPE_OTHER_NOTIFICATION Yes AUTOMATED_DECISION_FULLY",
		"    ",
		"DECISION_ACCOUNT_SUSPENDED  SOURCE_VOLUNTARY No AUTOMATED_DECISION_PARTIALLY",
		"DECISION_PROVISION_PARTIAL_SUSPENSION  SOURCE_VOLUNTARY No AUTOMATED_DECISION_NOT_AUTOMATED",
		"DECISION_PROVISION_PARTIAL_SUSPENSION 2026-11-25 SOURCE_TYPE_OTHER_NOTIFICATION Yes AUTOMATED_DECISION_FULLY",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	long := policy.Messages{"rule": strings.Repeat("é", 2001), "title": strings.Repeat("é", 501)}
	x := stated(until)[0].Transparency(policy.Language{Messages: long})
	if x.IncompatibleReason != strings.Repeat("é", 2000) || x.IncompatibleGround != strings.Repeat("é", 500) {
		t.Errorf("too long: %d, %d", len(x.IncompatibleReason), len(x.IncompatibleGround))
	}
}

// TestLanguage: what is wrong with a table is said by key, and what a table lacks, or
// has wrong, is said in English.
func TestLanguage(t *testing.T) {
	polish := func(n float64) string {
		switch {
		case n == 1:
			return "one"
		case n == float64(int(n)) && int(n)%10 >= 2 && int(n)%10 <= 4 && (int(n)%100 < 12 || int(n)%100 > 14):
			return "few"
		case n == float64(int(n)):
			return "many"
		}
		return "other"
	}
	for _, x := range []struct {
		key, text, problem string
	}{
		{"notice.held", "Człowiek sprawdzi tę wiadomość.", ""},
		{"notice.held", "", ""},
		{"notice.held", "{until}", "has the hole {until}: it must have none"},
		{"notice.later", "Spróbuj {after}, {after}.", ""},
		{"notice.later", "Spróbuj później.", "lacks the hole {after}"},
		{"notice.later", "Spróbuj {After}.", "has the hole {After}: it must be one of {after}"},
		{"notice.later", "Spróbuj {after.", "has a { or a } that stands alone"},
		{"notice.later", "Spróbuj after}.", "has a { or a } that stands alone"},
		{"notice.later", "Spróbuj {after|raz|razy}.", "counts {after}, which is no number"},
		{"span.hours", "{n|godzina|godziny}", `has no form "many" in {n|…}: the language needs many, other, one, few`},
		{"span.hours", "{n|one:godzina|few:godziny|many:godzin|other:godziny}", ""},
		{"span.hours", "{n} h", ""},
		{"notice.heldd", "x", "is no key of the table: see English"},
		{"fact.host.spam", "Twoje wiadomości to reklama.", ""},
		{"fact.host.spam", "{n}", "has the hole {n}: it must have none"},
		{"rule.strict", "Pisz tylko do znajomych.", ""},
		{"rule.", "x", "is no key of the table: see English"},
	} {
		l := policy.Language{Messages: policy.Messages{x.key: x.text}, Plural: polish}
		err := l.Validate()
		field, _ := errors.AsType[*policy.FieldError](err)
		if (err != nil) != (x.problem != "") || err != nil && (field == nil || field.Field != "messages."+x.key || field.Problem != x.problem) {
			t.Errorf("%s %q: %v, want %s", x.key, x.text, err, x.problem)
		}
	}
	if err := (policy.Language{Messages: policy.English()}).Validate(); err != nil || len(policy.English().Missing()) > 0 {
		t.Error(err)
	}
	if got := (policy.Messages{"notice.held": "x", "notice.later": ""}).Missing(); len(got) != len(policy.English())-1 || !slices.Contains(got, "notice.later") {
		t.Errorf("%d missing of %d", len(got), len(policy.English()))
	}
	english := policy.English()
	delete(english, "statement")
	if len(policy.English().Missing()) > 0 {
		t.Error("English hands out the table itself")
	}

	until := time.Date(2026, 11, 23, 9, 5, 0, 0, time.UTC)
	n := policy.Notice{Code: policy.NoticeLater, Until: until.Add(time.Second), At: until.Add(-3 * time.Minute)}
	for want, l := range map[string]policy.Language{
		"We cannot deliver this message yet. Please try again in 4 minutes, after 23 November 2026, 09:06 UTC.":    {Messages: policy.Messages{"notice.later": "{wrong}", "span.minutes": "{n|minuta|minuty}"}},
		"We cannot deliver this message yet. Please try again in 4 minutes, after 23 November 2026, 10:06 UTC+01.": {Location: time.FixedZone("+01", 3600)},
		"We cannot deliver this message yet. Please try again in 4 minutes, after 24 November 2026, 00:06 Later.":  {Location: time.FixedZone("Later", 15*3600)},
		"Wait 4 minuty. Come in 4 minutes, after 23 November 2026, 09:06 UTC.":                                     {Messages: policy.Messages{"notice.later": "Wait 4 minuty. Come {after}."}},
		"Za 4,0 minuty: 23 November 2026, 09:06 UTC":                                                               {Messages: policy.Messages{"notice.later": "{after}", "after.span": "Za {span}: {moment}", "span.minutes": "{n|one:minuta|few:minuty|many:minut|other:minuty}"}, Plural: polish, Number: func(v float64) string { return strings.Replace(fmt.Sprintf("%.1f", v), ".", ",", 1) }},
	} {
		if got := n.In(l); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	for _, s := range stated(until) { // a host's own texts
		s.Policy = "strict@1"
		own := policy.Messages{"rule.strict": "Write to friends only.", "rule.default": "no", "fact.host.spam": "You advertise.", "redress": "Ask the ombudsman."}
		said := s.Statement(policy.Language{Tag: "en-GB", Messages: own})
		text := said.String()
		if said.Language != "en-GB" || !strings.Contains(text, "Write to friends only.") || !strings.Contains(text, "Ask the ombudsman.") || strings.Contains(text, "You advertise.") != (s.ID == "5f") {
			t.Errorf("%s", text)
		}
	}
}
