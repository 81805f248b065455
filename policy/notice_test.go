package policy_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/google/go-cmp/cmp"
)

// Services hand notices on as JSON, and log decisions as JSON: neither may fail
// because there is no sanction, or no verdict.
func TestNoticeJSON(t *testing.T) {
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	stands := func(k policy.Kind, s policy.Scope) []policy.Sanction {
		return []policy.Sanction{{ID: "1f", Kind: k, Scope: s, Until: at.Add(time.Hour)}}
	}
	for _, tt := range []struct {
		d    policy.Decision
		want string
	}{
		{policy.Decision{Verdict: policy.Allow}, `{}`},
		{policy.Decision{Verdict: policy.Defer, RetryAfter: time.Minute, At: at}, `{"code":"later","until":"2026-11-23T09:01:00Z","at":"2026-11-23T09:00:00Z"}`},
		{policy.Decision{Verdict: policy.Defer, RetryAfter: time.Minute, At: at, Reasons: []policy.Reason{{Code: policy.CodeInDoubt}}}, `{"code":"later","until":"2026-11-23T09:01:00Z","at":"2026-11-23T09:00:00Z"}`},
		{policy.Decision{Verdict: policy.Defer, Reasons: []policy.Reason{{Code: policy.CodeRatePeople}}}, `{"code":"rate"}`},
		{policy.Decision{Verdict: policy.Hold}, `{"code":"held"}`},
		{policy.Decision{Verdict: policy.Reject}, `{"code":"refused"}`},
		{policy.Decision{}, `{"code":"undecided"}`},
		{policy.Decision{Verdict: policy.Flag, Imposed: stands(policy.Warning, 0), Standing: stands(policy.Warning, 0)}, `{"code":"warning","kind":"warning","appeal":"1f"}`},
		{policy.Decision{Verdict: policy.Reject, Standing: stands(policy.Block, policy.Outreach)}, `{"code":"sanction","kind":"block","scope":"outreach","until":"2026-11-23T10:00:00Z","appeal":"1f"}`},
	} {
		n := tt.d.Notice()
		got, err := json.Marshal(n)
		if err != nil || string(got) != tt.want {
			t.Errorf("the notice of %v is %s, %v, want %s", tt.d.Verdict, got, err, tt.want)
		}
		var back policy.Notice
		if err := json.Unmarshal(got, &back); err != nil || back != n {
			t.Errorf("%s reads as %+v, %v, want %+v", got, back, err, n)
		}
		got, err = json.Marshal(tt.d)
		if err != nil {
			t.Errorf("a decision to %v: %v", tt.d.Verdict, err)
			continue
		}
		var again policy.Decision
		if err := json.Unmarshal(got, &again); err != nil || !cmp.Equal(again, tt.d) {
			t.Errorf("%s reads as %+v, %v", got, again, err)
		}
	}
}

// Waiting as long as the notice says is long enough: a try at the minute it names is
// not refused again.
func TestNoticeMinute(t *testing.T) {
	w := newTown(t, policy.Config{})
	w.now = w.now.Truncate(time.Minute).Add(7 * time.Second)
	var d policy.Decision
	for k := range 100 {
		if d = w.say("ann", fmt.Sprint("friend", k), ""); d.Verdict == policy.Defer {
			break
		}
	}
	n := d.Notice()
	if n.Code != policy.NoticeRate || n.Until.Truncate(time.Minute).Equal(n.Until) {
		t.Fatalf("%+v: the test shows nothing", n)
	}
	_, named, _ := strings.Cut(strings.TrimSuffix(n.String(), "."), " after ")
	at, err := time.Parse("2 January 2006, 15:04 MST", named)
	if err != nil || at.Before(n.Until) || at.Sub(n.Until) >= time.Minute {
		t.Errorf("%v for %v, %v", n, n.Until, err)
	}
	w.now = at
	if d := w.say("ann", "friend again", ""); d.Verdict == policy.Defer {
		t.Errorf("deferred at the minute that the notice names: %v", d.Reasons)
	}
}
