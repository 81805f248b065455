package policy_test

import (
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/google/go-cmp/cmp"
)

// typical is a reason of each code as it comes up; of a code that is missing here
// the figures are made up.
var typical = []policy.Reason{
	{Code: policy.CodeRate, Value: 21, Limit: 20, N: 60},
	{Code: policy.CodeRatePeople, Value: 41, Limit: 40, N: 3600},
	{Code: policy.CodeRatePerson, Value: 11, Limit: 10, N: 86400},
	{Code: policy.CodeRateChannel, Value: 31, Limit: 30, N: 86400},
	{Code: policy.CodeRestricted, Value: 11, Limit: 10, N: 86400},
	{Code: policy.CodeRefused, Value: .4375, Limit: .2, N: 32},
	{Code: policy.CodeDuplicate, Value: 10.817, Limit: 5, N: 12, K: 11},
	{Code: policy.CodeDuplicate, Value: 10.817, Limit: 5, N: 12, K: 12, Text: "Hi {name}, win a new telephone"},
	{Code: policy.CodeDuplicateSlow, Value: 6.4, Limit: 3, N: 40, K: 36},
	{Code: policy.CodeDisguise, Value: 2, N: 12},
	{Code: policy.CodeReach, Value: 340, Limit: 3, N: 12},
	{Code: policy.CodeStrangers, Value: 7.541, Limit: 6, N: 8},
	{Code: policy.CodeUnanswered, Value: 34.2, Limit: 20, N: 41},
	{Code: policy.CodeFollowUps, Value: 9, Limit: 6, N: 9},
	{Code: policy.CodePersistence, Value: 17, Limit: 16, N: 17},
	{Code: policy.CodeDeceived, Value: 2.6, Limit: 2, N: 3},
	{Code: policy.CodeComplaintOutreach, Value: 2.5, N: 3},
	{Code: policy.CodeReplyLow, Value: .9734, Limit: .1, N: 60, K: 2},
	{Code: policy.CodeReplyGood, Value: .9966, Limit: .1, N: 60, K: 22},
	{Code: policy.CodeComplaints, Value: 2.5, N: 3},
	{Code: policy.CodeComplaintRate, Value: .99995, Limit: .001, N: 12000},
	{Code: policy.CodeTiming, Value: .87, Limit: .42, N: 40},
	{Code: policy.CodeClock, Value: 12.4, Limit: 6, N: 22},
	{Code: policy.CodeCampaign, Value: 8, Limit: 5, N: 96},
	{Code: policy.CodeFlagged, Value: 2, N: 96},
	{Code: policy.CodeRepeatOffence, Value: 1, N: 4},
	{Code: policy.CodeOrigin, Value: 1.2, Limit: .5, N: 1},
	{Code: policy.CodeYoung, Value: .25, Limit: .99},
	{Code: policy.CodeIgnored, Value: 4, Limit: 1, N: 4},
	{Code: policy.CodeStrikes, Value: 1.31, Limit: .5, N: 2},
	{Code: policy.CodeUnread, Value: 4, Limit: 56, N: 3},
	{Code: policy.CodeInDoubt, Value: 12, Limit: 34, N: 31, K: 1},
	{Code: policy.CodeUnwelcome, Value: 40, N: 212, K: 3},
	{Code: policy.CodeWelcome, Value: 57, N: 212, K: 48},
	{Code: policy.CodeModerator, Value: 1, N: 1},
	{Code: policy.CodeSanction, Value: float64(policy.Restriction)},
	{Code: policy.CodeOverride, Value: float64(policy.Hold)},
	{Code: policy.CodeBudget},
	{Code: policy.CodePerson},
	{Code: policy.CodeFault},
	{Code: "host.spam", Value: 2.5, Limit: 1, N: 7},
}

// sentences are all that people read: reasons, with usual and with odd figures,
// and notices.
func sentences() string {
	var b strings.Builder
	b.WriteString(`Every sentence that people read. go test ./policy -run Sentences -update rewrites
this file; read it from top to bottom when it changes.

REASONS, which a moderator reads. Each has the account for its subject, or says why
the verdict is what it is. "one" and "none" are figures of 1 and 0, "unknown" is not
a number, "huge" is more than anybody counts.
`)
	all := slices.Clone(typical)
	for _, c := range policy.RowCodes() {
		if !slices.ContainsFunc(all, func(r policy.Reason) bool { return r.Code == c }) {
			all = append(all, policy.Reason{Code: c, Value: 3.5, Limit: 2, N: 7, K: 3})
		}
	}
	last := policy.Code("")
	for _, r := range all {
		if r.Code != last {
			fmt.Fprintf(&b, "\n%s\n", r.Code)
		}
		fmt.Fprintf(&b, "    usual    %v\n", r)
		last = r.Code
		if r.Text != "" {
			continue
		}
		nan, huge := math.NaN(), math.MaxFloat64
		seen := map[string]bool{r.String(): true}
		for _, odd := range []struct {
			name string
			r    policy.Reason
		}{
			{"one", policy.Reason{Value: 1, Limit: 1, N: 1, K: 1}}, {"none", policy.Reason{}},
			{"unknown", policy.Reason{Value: nan, Limit: nan}}, {"huge", policy.Reason{Value: huge, Limit: huge, N: math.MaxInt, K: math.MaxInt}},
			{"below 0", policy.Reason{Value: -huge, Limit: -huge, N: math.MinInt, K: math.MinInt}},
		} {
			odd.r.Code = r.Code
			if s := odd.r.String(); !seen[s] { // a sentence without figures is said once
				fmt.Fprintf(&b, "    %-8s %s\n", odd.name, s)
				seen[s] = true
			}
		}
	}
	b.WriteString("\nNOTICES, which the sender reads.\n")
	until := time.Date(2026, 11, 23, 9, 5, 0, 0, time.UTC)
	notice := func(name string, n policy.Notice) { fmt.Fprintf(&b, "    %-37s %v\n", name, n) }
	b.WriteString("\n")
	notice("later", policy.Notice{Code: policy.NoticeLater, Until: until})
	for _, later := range []time.Duration{1, time.Second, time.Minute - 1, time.Minute} {
		notice(fmt.Sprintf("later, and %v", later), policy.Notice{Code: policy.NoticeLater, Until: until.Add(later)})
	}
	notice("later, not fixed", policy.Notice{Code: policy.NoticeLater})
	notice("rate, never", policy.Notice{Code: policy.NoticeRate})
	notice("held", policy.Notice{Code: policy.NoticeHeld})
	notice("refused", policy.Notice{Code: policy.NoticeRefused})
	notice("undecided", policy.Notice{Code: policy.NoticeUndecided})
	notice("warning", policy.Notice{Code: policy.NoticeWarning, Kind: policy.Warning, Appeal: "1f"})
	for k := policy.Block; k <= policy.Suspension; k++ {
		b.WriteString("\n")
		for s := policy.Outreach; s <= policy.WholeAccount; s++ {
			if k == policy.Suspension && s == policy.Outreach {
				continue // no such step
			}
			n := policy.Notice{Code: policy.NoticeSanction, Kind: k, Scope: s, Until: until, Appeal: "1f"}
			if k == policy.Restriction {
				n.PerDay = 10
			}
			notice(fmt.Sprintf("%v of %v", k, s), n)
			n.Until, n.Appeal, n.PerDay = time.Time{}, "", min(n.PerDay, 1)
			notice(fmt.Sprintf("%v of %v, no end, no appeal", k, s), n)
		}
	}
	b.WriteString("\n")
	n := policy.Notice{Code: policy.NoticeSanction, Kind: policy.Block, Scope: policy.Outreach, Until: until, Appeal: "1f", Broken: true}
	for _, before := range []time.Duration{time.Second, 2*time.Hour - time.Minute, 24 * time.Hour, 30 * 24 * time.Hour} {
		n.At = until.Add(-before)
		notice(fmt.Sprintf("%v before the end", before), n)
	}
	n = policy.Notice{Code: policy.NoticePledge, Pledge: until}
	notice("pledge", n)
	for _, code := range []policy.NoticeCode{policy.NoticeLater, policy.NoticeRate, policy.NoticeBusy, policy.NoticeRequests} {
		notice(string(code)+", in 40 s", policy.Notice{Code: code, Until: until, At: until.Add(-40 * time.Second)})
	}
	b.WriteString("\nSTATEMENTS OF REASONS, which the sender reads.\n\n")
	for _, s := range stated(until) {
		b.WriteString("    " + strings.ReplaceAll(s.Statement(policy.Language{}).String(), "\n\n", "\n    ") + "\n\n")
	}
	b.WriteString("SANCTIONS and an account that is not known, which a moderator reads.\n\n")
	sanction := func(name string, s policy.Sanction) { fmt.Fprintf(&b, "    %-37s %v\n", name, s) }
	s := policy.Sanction{ID: "1f", Kind: policy.Block, Scope: policy.Outreach, Until: until.Add(time.Second)}
	sanction("in force", s)
	s.Lifted = &policy.Lifting{By: "mo"}
	sanction("lifted", s)
	s.Lifted.At = until.Add(-time.Hour)
	sanction("lifted at a time", s)
	sanction("no end", policy.Sanction{ID: "1f", Kind: policy.Suspension, Scope: policy.WholeAccount})
	sanction("of a shadow policy", policy.Sanction{Kind: policy.Restriction, Scope: policy.Messaging, PerDay: 10, Until: until})
	sanction("none", policy.Sanction{})
	fmt.Fprintf(&b, "    %-37s %v\n", "account, zero", policy.Account{})
	return b.String()
}

// TestSentences: what people read is in testdata/sentences.txt, word for word.
func TestSentences(t *testing.T) {
	t.Parallel()
	sameFile(t, "testdata/sentences.txt", sentences())
	if s := sentences(); strings.Contains(s, "{") && strings.Count(s, "{") != 1 || strings.Contains(s, "NaN") || strings.Contains(s, "%!") {
		t.Error("a slot was not filled")
	}
}

// sameFile compares with a file, or rewrites it with -update.
func sameFile(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-file +now); -update rewrites it\n%s", file, diff)
	}
}
