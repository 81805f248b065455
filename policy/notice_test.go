package policy

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Services hand notices on as JSON, and log decisions as JSON: neither may fail
// because there is no sanction, or no verdict.
func TestNoticeJSON(t *testing.T) {
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	stands := func(k Kind, s Scope) []Sanction {
		return []Sanction{{ID: "1f", Kind: k, Scope: s, Until: at.Add(time.Hour)}}
	}
	for _, tt := range []struct {
		d    Decision
		want string
	}{
		{Decision{Verdict: Allow}, `{}`},
		{Decision{Verdict: Defer, RetryAfter: time.Minute, At: at}, `{"Code":"later","Until":"2026-11-23T09:01:00Z"}`},
		{Decision{Verdict: Hold}, `{"Code":"held"}`},
		{Decision{Verdict: Reject}, `{"Code":"refused"}`},
		{Decision{}, `{"Code":"undecided"}`},
		{Decision{Verdict: Flag, Imposed: stands(Warning, 0), Standing: stands(Warning, 0)}, `{"Code":"warning","Kind":"warning","Appeal":"1f"}`},
		{Decision{Verdict: Reject, Standing: stands(Block, Outreach)}, `{"Code":"sanction","Kind":"block","Scope":"outreach","Until":"2026-11-23T10:00:00Z","Appeal":"1f"}`},
	} {
		n := tt.d.Notice()
		got, err := json.Marshal(n)
		if err != nil || string(got) != tt.want {
			t.Errorf("the notice of %v is %s, %v, want %s", tt.d.Verdict, got, err, tt.want)
		}
		var back Notice
		if err := json.Unmarshal(got, &back); err != nil || back != n {
			t.Errorf("%s reads as %+v, %v, want %+v", got, back, err, n)
		}
		got, err = json.Marshal(tt.d)
		if err != nil {
			t.Errorf("a decision to %v: %v", tt.d.Verdict, err)
			continue
		}
		var again Decision
		if err := json.Unmarshal(got, &again); err != nil || !cmp.Equal(again, tt.d) {
			t.Errorf("%s reads as %+v, %v", got, again, err)
		}
	}
}
