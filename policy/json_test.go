package policy_test

import (
	"encoding"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/scoring"
	"github.com/google/go-cmp/cmp"
)

// written is one of everything that a host may log, queue or show.
func written() []any {
	at := func(h int) time.Time { return dawn.Add(time.Duration(h) * time.Hour) }
	reasons := []policy.Reason{{Code: "own.classifier", Value: .98, Limit: .5, N: 12, K: 10, Share: 2.5, Text: "Hi {…}! You can double your income"}}
	ruling := &policy.Ruling{Outcome: policy.Reduced, Pledge: true, By: "mod", Note: "no spam", At: at(9)}
	appeal := policy.Appeal{ID: "00000000000000a1", Account: "sam", Sanction: "ffffffffffffff51", Statement: "They asked me to.", Pledge: true, At: at(8), Ruling: ruling}
	block := policy.Sanction{
		ID: "ffffffffffffff51", Account: "sam", Kind: policy.Block, Scope: policy.Outreach, From: at(1), Until: at(25),
		Reasons: reasons, Policy: "default@1f", Message: "m7",
	}
	byHand := policy.Sanction{
		ID: "ffffffffffffff52", Account: "sam", Kind: policy.Restriction, Scope: policy.Messaging, PerDay: 10, From: at(2), Until: at(50),
		Review: at(30), By: "mod", Appeal: &appeal, Pledge: at(2000), Lifted: &policy.Lifting{By: "mod", Note: "enough", At: at(9)},
	}
	order := policy.Override{Account: "sam", Verdict: policy.Hold, Until: at(48), By: "mod", Note: "looked at by the team"}
	return []any{
		policy.Message{
			ID: "m7", Sender: "sam", Recipients: []policy.Recipient{{ID: "bea", Relation: policy.Stranger, Accepts: policy.AcceptsConnections, Protected: true}, {ID: "carl"}}, Thread: "t1", Group: "choir",
			Reply: true, Channel: "inmail", Text: "Hi Bea!", At: at(1), Class: policy.Page, Joined: at(-500), Composed: 90 * time.Second, Origin: "device 4", Delayed: true, Edit: true, Media: []string{"9f8e", "77ab"}, Attributes: map[string]any{"app": "web", "paid": true, "level": 3.0, "links": []any{"a.example"}},
			Evidence: []scoring.Evidence{{Code: "classifier", Family: scoring.Content, LogOdds: 1.5, Value: .9, Limit: .5, N: 1, K: 1, Share: 1}},
		},
		policy.Decision{
			Message: "m7", Verdict: policy.Reject, Score: .93, Reasons: reasons, Imposed: []policy.Sanction{block},
			Standing: []policy.Sanction{block, byHand}, RetryAfter: 36*time.Hour + 30*time.Second, Pledge: at(2000), Cluster: 1<<64 - 1,
			Recipients: []policy.RecipientDecision{{ID: "vic", Verdict: policy.Reject, Reason: reasons[0], RetryAfter: 90 * time.Second}},
			Shadow:     []policy.Outcome{{Policy: "observe@2a", Verdict: policy.Flag, Score: .7, Reasons: reasons, Imposed: []policy.Sanction{{Account: "sam", Kind: policy.Warning, From: at(1)}}}},
			Policy:     "default@1f", At: at(1), Repeat: true, First: policy.Flag, Degraded: true,
		},
		policy.Notice{Code: policy.NoticeSanction, Kind: policy.Restriction, Scope: policy.Messaging, Until: at(25), PerDay: 10, Appeal: "ffffffffffffff51", Pledge: at(2000), Broken: true, At: at(1)},
		policy.Statement{
			Language: "es", Sanction: "ffffffffffffff51", Kind: policy.Block, Scope: policy.Outreach, From: at(1), Until: at(25), AppealBy: at(3000),
			Title: "Motivación", Decision: "No puede", Facts: []string{"Envió"}, Automation: "Se detectó", Source: "Actuamos", Ground: "Incumple", Territory: "Vale", Redress: []string{"Puede recurrir"},
		},
		policy.Transparency{
			PUID: "ffffffffffffff51", DecisionVisibility: []string{"DECISION_VISIBILITY_CONTENT_DISABLED"}, DecisionProvision: "DECISION_PROVISION_PARTIAL_SUSPENSION", DecisionAccount: "DECISION_ACCOUNT_SUSPENDED",
			EndDateService: "2026-03-03", EndDateAccount: "2026-03-03", DecisionFacts: "You sent", DecisionGround: "DECISION_GROUND_INCOMPATIBLE_CONTENT", DecisionGroundURL: "https://example.org/rules",
			IncompatibleGround: "our rules", IncompatibleReason: "Write", Category: "STATEMENT_CATEGORY_OTHER_VIOLATION_TC", ContentType: []string{"CONTENT_TYPE_TEXT"}, ContentDate: "2026-03-02",
			ApplicationDate: "2026-03-02", TerritorialScope: []string{"ES"}, SourceType: "SOURCE_VOLUNTARY", AutomatedDetection: "Yes", AutomatedDecision: "AUTOMATED_DECISION_FULLY",
		},
		byHand, order, appeal,
		policy.ReportOutcome{Report: "00000000000000b2", Against: "sam", From: "bea", Outcome: policy.ReportTaken, Limited: true, At: at(2)},
		policy.Account{
			ID: "sam", At: at(1), First: at(-500), Last: at(1), Policy: "default@1f", Strikes: 1.25,
			Offences: []policy.Offence{{At: at(0), Mass: 1, Left: .9, Fades: at(2000), Sanction: "ffffffffffffff51"}},
			Standing: []policy.Sanction{block}, History: []policy.Sanction{byHand}, Override: &order, Pledge: at(2000),
			Limits: []policy.Usage{{What: "messages", Used: 40, Limit: limiter.Limit{N: 40, Per: 24 * time.Hour}, Free: at(3)}},
			Pace:   2, Probation: .5, Approached: 12, Answered: 1, Reply: .2, ReplyLow: .1, ReplyHigh: .4, Unanswered: 11, Reached: 14, Strangers: 6.5,
			Texts:           []policy.TextUse{{People: 11, Strangers: 10, Answered: 1, Last: at(1), Weight: 9.5, Cluster: 1<<64 - 1}},
			Complaints:      []policy.ComplaintUse{{At: at(1), Category: policy.Spam, Weight: .75, Cold: true, Block: true, Ruled: "confirmed"}},
			ComplaintWeight: .75, Regularity: .6, Gaps: 30, Next: at(25),
		},
		policy.Reply{From: "bea", To: "sam", Message: "m7", At: at(2)},
		policy.Complaint{ID: "c1", From: "bea", Against: "sam", Message: "m7", Category: policy.Fraud, Joined: at(-900), At: at(2)},
		policy.BlockedBy{From: "bea", Against: "sam", At: at(2)},
		policy.Unblocked{From: "bea", Against: "sam", At: at(3)},
		policy.Accepted{From: "bea", To: "sam", At: at(3)},
		policy.Withdrawn{From: "sam", To: "carl", At: at(3)},
		policy.Review{Account: "sam", Message: "m7", Complaint: "c1", Abusive: true, Impersonated: policy.Staff, By: "mod", At: at(3)},
		policy.Retraction{Sender: "sam", Message: "m7", At: at(3)},
		policy.Contacts{Of: "sam", With: []string{"bea", "carl"}, At: at(3)},
		policy.Release{By: "mod", Note: "it is fine", At: at(4)}, policy.Discard{By: "mod", Note: "it is not", At: at(4)},
		policy.SanctionFilter{
			State: policy.Ended, OpenAppeal: true, ReviewBefore: at(30), Kinds: []policy.Kind{policy.Block}, Policy: "default", From: at(1), Before: at(9),
			By: "mod", Automatic: true, Cluster: 1<<64 - 1, Everybody: true, After: "0000000069a5a410-ffffffffffffff51", Limit: 50,
		},
		policy.TextRuling{Cluster: 1<<64 - 1, Finding: policy.TextAbusive, Accounts: []string{"sam", "tom"}, By: "mod", Force: true, Second: "lead", Note: "a scheme", At: at(4), DryRun: true},
		policy.TextEffect{Accounts: []string{"sam", "tom"}, Doubtful: []string{"tom"}, Second: true, Welcome: true, Sanctions: []policy.Sanction{byHand}, Lifted: 3},
		policy.Act{
			ID: "00000000000000a1", N: 12, Start: "00000000000000b2", Tenant: "north", At: at(4), What: policy.ActRuled, By: "mod", Key: "000102030405060708090a0b0c0d0e0f", Account: "sam", Sanction: "ffffffffffffff51", Appeal: "00000000000000a1",
			Message: "m7", Detail: "reduced", Why: "no spam", Reasons: []policy.Code{policy.CodeReach}, Policy: "default@1f",
			Before: policy.Footing{Standing: []policy.Sanction{{ID: "ffffffffffffff51", Kind: policy.Block, Scope: policy.Outreach, From: at(1), Until: at(25)}}, Strikes: 1.25, Pledge: at(2000), Override: policy.Hold, Until: at(48)},
			After:  policy.Footing{Strikes: 1.25},
		},
		policy.ActFilter{Account: "sam", Tenant: "north", Key: "000102030405060708090a0b0c0d0e0f", By: "mod", Automatic: true, What: policy.ActImposed, From: at(1), Before: at(9), Newest: true, After: 12, Limit: 50},
		policy.Health{At: at(4), Away: at(3), Brake: &policy.Brake{By: "mod", Why: "the new policy blocks everybody", At: at(2)}, Budget: 7},
		policy.Stats{Allow: 1, Flag: 2, Defer: 3, Hold: 4, Reject: 5, Duplicate: 6, Degraded: 7, Imposed: 8, Texts: 9, Bank: 10, Memory: &policy.MemoryStats{Records: 5, Bytes: 4096, Pinned: 1, Over: 2, Evictions: 7, Expired: 3}},
		policy.TextRule{ID: 1 << 60, Text: "buy now", Cluster: 7, Action: policy.TextEvidence, Nats: 1.5, Until: at(30), By: "mod", Note: "the sale", At: at(4), Force: true},
		policy.MemoryStats{Records: 5, Bytes: 4096, Pinned: 1, Over: 2, Evictions: 7, Expired: 3},
	}
}

// TestJSON pins the JSON of all that a host may log, queue or show, and reads it
// back. Every field of every type is there, in one style; what is zero is written,
// too, also where an enum has no name for it.
func TestJSON(t *testing.T) {
	all := written()
	seen := map[reflect.Type]bool{}
	for _, v := range all {
		typ := reflect.TypeOf(v)
		everyField(t, typ, reflect.ValueOf(v), seen)
		name := filepath.Join("testdata", "json", strings.ToLower(typ.Name())+".json")
		got, err := json.MarshalIndent(v, "", "\t")
		if err != nil {
			t.Errorf("%v: %v", typ, err)
			continue
		}
		got = append(got, '\n')
		if *update {
			if err := os.WriteFile(name, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		for _, v := range []any{v, reflect.Zero(typ).Interface()} {
			b, err := json.Marshal(v)
			if err != nil {
				t.Errorf("%+v: %v", v, err)
			}
			back := reflect.New(typ)
			if err := json.Unmarshal(b, back.Interface()); err != nil {
				t.Errorf("%s: %v", b, err)
			} else if diff := cmp.Diff(v, back.Elem().Interface()); diff != "" {
				t.Errorf("%s reads otherwise: %s", b, diff)
			}
		}
	}
	if left, _ := filepath.Glob("testdata/json/*"); len(left) != len(all) {
		t.Errorf("%d files in testdata/json, want %d", len(left), len(all))
	}
}

var snake = regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`)

// everyField requires that each field has a key in the one style, and that the
// value sets it: a key that is never written is not tested.
func everyField(t *testing.T, typ reflect.Type, v reflect.Value, seen map[reflect.Type]bool) {
	t.Helper()
	switch typ.Kind() {
	case reflect.Slice, reflect.Pointer:
		if e := typ.Elem(); !seen[e] && typ.Kind() == reflect.Pointer {
			everyField(t, e, v.Elem(), seen)
		} else if !seen[e] {
			everyField(t, e, v.Index(0), seen)
		}
	case reflect.Struct:
		if seen[typ] || typ == reflect.TypeFor[time.Time]() || typ == reflect.TypeFor[limiter.Limit]() {
			return
		}
		seen[typ] = true
		for f, x := range v.Fields() {
			key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if !snake.MatchString(key) {
				t.Errorf("%v.%s has the key %q", typ, f.Name, key)
			}
			if x.IsZero() && typ != reflect.TypeFor[policy.Sanction]() {
				t.Errorf("%v.%s is zero in the test", typ, f.Name)
				continue
			}
			if !x.IsZero() {
				everyField(t, f.Type, x, seen)
			}
		}
	}
}

// TestJSONStrict: what is written can be read by a decoder that refuses fields it
// does not know, and what is no JSON of a type is an error that leaves a duration as
// it was.
func TestJSONStrict(t *testing.T) {
	for _, v := range written() {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		d := json.NewDecoder(strings.NewReader(string(b)))
		d.DisallowUnknownFields()
		if err := d.Decode(reflect.New(reflect.TypeOf(v)).Interface()); err != nil {
			t.Errorf("%T: %v", v, err)
		}
	}
	d := policy.Decision{RetryAfter: time.Hour}
	for _, bad := range []string{`{"retry_after": 5}`, `{"retry_after": "5 minutes"}`, `{"retry_after": "-5m"}`, `{"verdict": "maybe"}`, `[]`} {
		if err := json.Unmarshal([]byte(bad), &d); err == nil || d.RetryAfter != time.Hour {
			t.Errorf("%s: %v, %v", bad, d, err)
		}
	}
}

// enumText writes and reads each value from first to last, and one more, which has
// no name.
func enumText[E interface {
	~uint8
	encoding.TextMarshaler
	String() string
}, P interface {
	*E
	encoding.TextUnmarshaler
}](t *testing.T, first, last E) {
	t.Helper()
	for v := first; v <= last; v++ {
		b, err := v.MarshalText()
		var back E
		if err != nil || string(b) != v.String() || !snake.Match(b) || P(&back).UnmarshalText(b) != nil || back != v {
			t.Errorf("%T %d: %q, %v, back %d", v, v, b, err, back)
		}
	}
	none := last + 1
	if b, err := none.MarshalText(); err == nil {
		t.Errorf("%T %d is %q", none, none, b)
	}
	v := last
	if err := P(&v).UnmarshalText([]byte(none.String())); err == nil || v != last {
		t.Errorf("%T: %s reads as %d, %v", v, none, v, err)
	}
}

func TestEnumText(t *testing.T) {
	enumText(t, policy.Allow, policy.Duplicate)
	enumText(t, policy.Warning, policy.Referral)
	enumText(t, policy.Scope(0), policy.WholeAccount)
	enumText(t, policy.Upheld, policy.Overturned)
	enumText(t, policy.Other, policy.Unlawful)
	enumText(t, policy.UnknownRelation, policy.Invited)
	enumText(t, policy.Static, policy.HoldAll)
}
