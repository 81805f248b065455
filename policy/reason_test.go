package policy_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/decorum-go/decorum/policy"
)

// Every built-in code has a sentence of its own, for one as for many.
func TestReasonString(t *testing.T) {
	never := []policy.Code{ // of these there is never one
		policy.CodeRate, policy.CodeRatePeople, policy.CodeRatePerson, policy.CodeRateChannel, policy.CodeRestricted,
		policy.CodeReplyLow, policy.CodeReplyGood, policy.CodeComplaintRate, policy.CodeClock,
	}
	one := regexp.MustCompile(`(^|\s)1 (other )?\w*(unanswered |disguised )?(complaints|people|accounts|messages|turns|words|days|ones)\b`)
	for _, c := range codesDeclared(t) {
		for _, r := range []policy.Reason{{Code: c, Value: 1, Limit: 5, N: 1, K: 1}, {Code: c, Value: 3.456, Limit: 5, N: 60, K: 3}} {
			s := r.String()
			if s == "" || strings.Contains(s, string(c)) || strings.Contains(s, "%!") {
				t.Errorf("%s has no sentence: %q", c, s)
			}
			if !slices.Contains(never, c) && one.MatchString(s) {
				t.Errorf("%s: %q", c, s)
			}
		}
	}
	for want, r := range map[string]policy.Reason{
		"1 complaint, worth 1 credible one":                                                {Code: policy.CodeComplaints, Value: 1, N: 1},
		"3 complaints by people approached without a tie, worth 0 credible ones":           {Code: policy.CodeComplaintOutreach, Value: 0, N: 3},
		"strangers approached within hours: 7.54 by weight (speaks from 6)":                {Code: policy.CodeStrangers, Value: 7.541, Limit: 6, N: 8},
		"approached 1 person after a warning":                                              {Code: policy.CodeIgnored, Value: 1},
		"1 other account was sanctioned for this text":                                     {Code: policy.CodeFlagged, Value: 1},
		"21 messages within a minute, 20 allowed":                                          {Code: policy.CodeRate, Value: 21, Limit: 20, N: 60},
		`"Hi {name}" to 1 person, worth 1 who did not answer within hours (speaks from 5)`: {Code: policy.CodeDuplicate, Value: 1, Limit: 5, N: 1, Text: "Hi {name}"},
		"host.spam: 2 (limit 1, n 7)":                                                      {Code: "host.spam", Value: 2, Limit: 1, N: 7},
	} {
		if got := r.String(); got != want {
			t.Errorf("%+v is %q, want %q", r, got, want)
		}
	}
}
