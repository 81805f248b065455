package policy_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storetest"
	"github.com/decorum-go/decorum/scoring"
	"github.com/decorum-go/decorum/similarity"
)

// lived is a town in which there is something of everything to be lost.
func lived(t *testing.T) *town {
	t.Helper()
	w := newTown(t, policy.Config{Policy: policy.Default(), Shadow: []*policy.Policy{policy.Observe()}})
	w.say("ann", "bea", "Shall we meet at the library at six?")
	w.say("bea", "ann", "Yes, gladly")
	w.until("sam", spam, policy.Block)
	w.tell(policy.Complaint{ID: "c", From: "sam-prey1", Against: "sam", Message: "m1", Category: policy.Spam, At: w.now})
	return w
}

var (
	year1969  = time.Date(1969, 12, 31, 23, 59, 59, 0, time.UTC)
	year10000 = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
	long      = strings.Repeat("x", policy.MaxID+1)
)

// TestBadMessage: every fault of a message is a FieldError that names the
// field, and changes nothing, whatever it was handed to.
func TestBadMessage(t *testing.T) {
	w := lived(t)
	before := w.state()
	many := make([]policy.Recipient, policy.MaxRecipients+1)
	for i := range many {
		many[i].ID = fmt.Sprint(i)
	}
	good := policy.Message{ID: "m", Sender: "ann", Recipients: policy.To("bea"), Text: "hello", At: w.now}
	for _, c := range []struct {
		field string
		spoil func(*policy.Message)
	}{
		{"sender", func(m *policy.Message) { m.Sender = "" }},
		{"sender", func(m *policy.Message) { m.Sender = long }},
		{"recipients", func(m *policy.Message) { m.Recipients = nil }},
		{"recipients", func(m *policy.Message) { m.Recipients = []policy.Recipient{} }},
		{"recipients", func(m *policy.Message) { m.Recipients = many }},
		{"recipients[1].id", func(m *policy.Message) { m.Recipients = policy.To("bea", "") }},
		{"recipients[0].id", func(m *policy.Message) { m.Recipients = policy.To(long, "bea") }},
		{"recipients[0].accepts", func(m *policy.Message) { m.Recipients = []policy.Recipient{{ID: "bea", Accepts: 5}} }},
		{"recipients[0].relation", func(m *policy.Message) { m.Recipients = []policy.Recipient{{ID: "bea", Relation: 6}} }},
		{"id", func(m *policy.Message) { m.ID = long }},
		{"media", func(m *policy.Message) { m.Media = make([]string, 10_000) }},
		{"media", func(m *policy.Message) { m.Media = address(policy.MaxMedia + 1) }},
		{"media[1]", func(m *policy.Message) { m.Media = []string{"a", strings.Repeat("x", 1<<20)} }},
		{"media[0]", func(m *policy.Message) { m.Media = []string{""} }},
		{"edit", func(m *policy.Message) { m.ID, m.Edit = "", true }},
		{"thread", func(m *policy.Message) { m.Thread = long }},
		{"group", func(m *policy.Message) { m.Group = long }},
		{"channel", func(m *policy.Message) { m.Channel = long }},
		{"class", func(m *policy.Message) { m.Class = policy.Class(long) }},
		{"origin", func(m *policy.Message) { m.Origin = long }},
		{"composed", func(m *policy.Message) { m.Composed = -1 }},
		{"at", func(m *policy.Message) { m.At = year1969 }},
		{"at", func(m *policy.Message) { m.At = year10000 }},
		{"joined", func(m *policy.Message) { m.Joined = year1969 }},
		{"joined", func(m *policy.Message) { m.Joined = year10000 }},
	} {
		m := good
		c.spoil(&m)
		for name, call := range map[string]func() (policy.Decision, error){
			"Evaluate": func() (policy.Decision, error) { return w.e.Evaluate(t.Context(), m) },
			"Preview":  func() (policy.Decision, error) { return w.e.Preview(t.Context(), m) },
			"Learn":    func() (policy.Decision, error) { return policy.Decision{}, w.e.Learn(t.Context(), m) },
		} {
			d, err := call()
			wantField(t, name+" "+c.field, err, c.field)
			if d.Delivered() || d.Verdict != 0 {
				t.Errorf("%s with a bad %s answers %v, want no verdict", name, c.field, d.Verdict)
			}
		}
	}
	if w.state() != before {
		t.Error("a message that was refused changed something")
	}
	// At the bound everything is fine.
	m := good
	m.Recipients = many[:policy.MaxRecipients]
	m.ID, m.Thread, m.Channel, m.Origin = long[1:], long[1:], long[1:], long[1:]
	if _, err := w.e.Preview(t.Context(), m); err != nil {
		t.Errorf("at the bounds: %v", err)
	}
}

func wantField(t *testing.T, what string, err error, field string) {
	t.Helper()
	var f *policy.FieldError
	switch {
	case !errors.As(err, &f):
		t.Errorf("%s: error %v, want a *FieldError that names %s", what, err, field)
	case f.Field != field:
		t.Errorf("%s: the error names %q (%v), want %q", what, f.Field, err, field)
	case f.Problem == "":
		t.Errorf("%s: the error says no problem", what)
	}
}

// TestBadEvent: the same for feedback and findings.
func TestBadEvent(t *testing.T) {
	w := lived(t)
	before := w.state()
	now := w.now
	for _, c := range []struct {
		field string
		ev    policy.Event
	}{
		{"event", nil},
		{"from", policy.Reply{To: "ann", At: now}},
		{"to", policy.Reply{From: "bea", At: now}},
		{"from", policy.Reply{From: long, To: "ann"}},
		{"message", policy.Reply{From: "bea", To: "ann", Message: long}},
		{"at", policy.Reply{From: "bea", To: "ann", At: year1969}},
		{"at", policy.Reply{From: "bea", To: "ann", At: year10000}},
		{"from", policy.Complaint{Against: "sam"}},
		{"against", policy.Complaint{From: "bea"}},
		{"id", policy.Complaint{ID: long, From: "bea", Against: "sam"}},
		{"message", policy.Complaint{From: "bea", Against: "sam", Message: long}},
		{"category", policy.Complaint{From: "bea", Against: "sam", Category: policy.Unlawful + 1}},
		{"joined", policy.Complaint{From: "bea", Against: "sam", Joined: year1969}},
		{"at", policy.Complaint{From: "bea", Against: "sam", At: year10000}},
		{"from", policy.BlockedBy{Against: "sam"}},
		{"against", policy.BlockedBy{From: "bea"}},
		{"from", policy.Unblocked{Against: "sam"}},
		{"from", policy.Accepted{To: "sam"}},
		{"to", policy.Accepted{From: "bea", To: long}},
		{"at", policy.Accepted{From: "bea", To: "sam", At: year1969}},
		{"from", policy.Withdrawn{To: "bea"}},
		{"to", policy.Withdrawn{From: "sam"}},
		{"at", policy.Withdrawn{From: "sam", To: "bea", At: year10000}},
		{"against", policy.Unblocked{From: "bea"}},
		{"at", policy.BlockedBy{From: "bea", Against: "sam", At: year1969}},
		{"account", policy.Review{Abusive: true}},
		{"by", policy.Review{Account: "sam", Abusive: true}},
		{"complaint", policy.Review{Account: "sam", Complaint: long}},
		{"message", policy.Review{Account: "sam", Message: long}},
		{"by", policy.Review{Account: "sam", By: long}},
		{"impersonated", policy.Review{Account: "sam", Impersonated: policy.Staff}},
		{"impersonated", policy.Review{Account: "sam", Abusive: true, Impersonated: policy.Class(long)}},
		{"at", policy.Review{Account: "sam", At: year1969}},
		{"sender", policy.Retraction{Message: "m1"}},
		{"message", policy.Retraction{Sender: "sam"}},
		{"at", policy.Retraction{Sender: "sam", Message: "m1", At: year10000}},
		{"of", policy.Contacts{With: []string{"bea"}}},
		{"of", policy.Contacts{With: make([]string, 1_000_000)}},
		{"of", policy.Contacts{Of: long, With: []string{""}}},
		{"with", policy.Contacts{Of: "sam"}},
		{"with", policy.Contacts{Of: "sam", With: address(policy.MaxContacts + 1)}},
		{"with[1]", policy.Contacts{Of: "sam", With: []string{"bea", "", "carl"}}},
		{"with[2]", policy.Contacts{Of: "sam", With: []string{"bea", "carl", long}}},
		{"at", policy.Contacts{Of: "sam", With: []string{"bea"}, At: year1969}},
	} {
		wantField(t, fmt.Sprintf("Record(%T)", c.ev), w.e.Record(t.Context(), c.ev), c.field)
	}
	if w.state() != before {
		t.Error("an event that was refused changed something")
	}
}

// TestBadModeration: the same for what a moderator does.
func TestBadModeration(t *testing.T) {
	w := lived(t)
	a := w.account("sam")
	ap, err := w.e.Appeal(t.Context(), policy.Appeal{Account: "sam", Sanction: a.Standing[0].ID})
	if err != nil {
		t.Fatal(err)
	}
	before := w.state()
	now := w.now
	impose := func(s policy.Sanction) error { _, err := w.e.Impose(t.Context(), s); return err }
	appeal := func(a policy.Appeal) error { _, err := w.e.Appeal(t.Context(), a); return err }
	resolve := func(acc, id string, r policy.Ruling) error { return w.e.Resolve(t.Context(), acc, id, r) }
	lift := func(acc, id string, l policy.Lifting) error { return w.e.Lift(t.Context(), acc, id, l) }
	override := func(o policy.Override) error { return w.e.Override(t.Context(), o) }
	_, accErr := w.e.Account(t.Context(), "")
	for _, c := range []struct {
		what, field string
		err         error
	}{
		{"Impose", "account", impose(policy.Sanction{Kind: policy.Block, By: "m"})},
		{"Impose", "by", impose(policy.Sanction{Account: "sam", Kind: policy.Block})},
		{"Impose", "kind", impose(policy.Sanction{Account: "sam", By: "m"})},
		{"Impose", "kind", impose(policy.Sanction{Account: "sam", By: "m", Kind: policy.Referral + 1})},
		{"Impose", "scope", impose(policy.Sanction{Account: "sam", By: "m", Kind: policy.Block, Scope: policy.WholeAccount + 1})},
		{"Impose", "per_day", impose(policy.Sanction{Account: "sam", By: "m", Kind: policy.Restriction})},
		{"Impose", "per_day", impose(policy.Sanction{Account: "sam", By: "m", Kind: policy.Restriction, PerDay: -1})},
		{"Impose", "until", impose(policy.Sanction{Account: "sam", By: "m", Kind: policy.Block, From: now, Until: now})},
		{"Impose", "until", impose(policy.Sanction{Account: "sam", By: "m", Kind: policy.Block, From: now, Until: year10000})},
		{"Impose", "from", impose(policy.Sanction{Account: "sam", By: "m", Kind: policy.Block, From: year1969})},
		{"Impose", "review", impose(policy.Sanction{Account: "sam", By: "m", Kind: policy.Block, Review: year10000})},
		{"Impose", "message", impose(policy.Sanction{Account: "sam", By: "m", Kind: policy.Block, Message: long})},
		{"Lift", "account", lift("", "x", policy.Lifting{By: "m"})},
		{"Lift", "sanction", lift("sam", "", policy.Lifting{By: "m"})},
		{"Lift", "by", lift("sam", a.Standing[0].ID, policy.Lifting{})},
		{"Lift", "at", lift("sam", a.Standing[0].ID, policy.Lifting{By: "m", At: year1969})},
		{"Appeal", "account", appeal(policy.Appeal{Sanction: a.Standing[0].ID})},
		{"Appeal", "sanction", appeal(policy.Appeal{Account: "sam"})},
		{"Appeal", "at", appeal(policy.Appeal{Account: "sam", Sanction: a.Standing[0].ID, At: year10000})},
		{"Resolve", "account", resolve("", ap.ID, policy.Ruling{Outcome: policy.Upheld, By: "m"})},
		{"Resolve", "appeal", resolve("sam", "", policy.Ruling{Outcome: policy.Upheld, By: "m"})},
		{"Resolve", "by", resolve("sam", ap.ID, policy.Ruling{Outcome: policy.Upheld})},
		{"Resolve", "outcome", resolve("sam", ap.ID, policy.Ruling{By: "m"})},
		{"Resolve", "outcome", resolve("sam", ap.ID, policy.Ruling{By: "m", Outcome: policy.Overturned + 1})},
		{"Resolve", "pledge", resolve("sam", ap.ID, policy.Ruling{By: "m", Outcome: policy.Upheld, Pledge: true})},
		{"Resolve", "pledge", resolve("sam", ap.ID, policy.Ruling{By: "m", Outcome: policy.Overturned, Pledge: true})},
		{"Resolve", "pledge", resolve("sam", ap.ID, policy.Ruling{By: "m", Outcome: policy.Reduced, Pledge: true})}, // nobody offered one
		{"Resolve", "at", resolve("sam", ap.ID, policy.Ruling{By: "m", Outcome: policy.Upheld, At: year1969})},
		{"Override", "account", override(policy.Override{Verdict: policy.Hold, By: "m"})},
		{"Override", "by", override(policy.Override{Account: "sam", Verdict: policy.Hold})},
		{"Override", "verdict", override(policy.Override{Account: "sam", By: "m"})},
		{"Override", "verdict", override(policy.Override{Account: "sam", By: "m", Verdict: policy.Reject})},
		{"Override", "until", override(policy.Override{Account: "sam", By: "m", Verdict: policy.Hold, Until: now.Add(-time.Hour)})},
		{"ClearOverride", "account", w.e.ClearOverride(t.Context(), "")},
		{"EndOverride by nobody", "by", w.e.EndOverride(t.Context(), "sam", policy.Lifting{})},
		{"Forget", "account", forget(w.e, t.Context(), long)},
		{"Account", "account", accErr},
		{"SetPolicy", "policy", w.e.SetPolicy(nil)},
	} {
		wantField(t, c.what, c.err, c.field)
	}
	for what, c := range map[string]struct{ err, want error }{
		"Lift of nothing":                     {lift("sam", "0000000000000001", policy.Lifting{By: "m"}), policy.ErrNotFound},
		"Lift for nobody":                     {lift("nobody", a.Standing[0].ID, policy.Lifting{By: "m"}), policy.ErrNotFound},
		"a second appeal":                     {appeal(policy.Appeal{Account: "sam", Sanction: a.Standing[0].ID}), policy.ErrConflict},
		"an appeal against nothing":           {appeal(policy.Appeal{Account: "sam", Sanction: "1"}), policy.ErrNotFound},
		"a ruling on nothing":                 {resolve("sam", "1", policy.Ruling{Outcome: policy.Upheld, By: "m"}), policy.ErrNotFound},
		"a pledge on what was never appealed": {resolve("sam", a.Standing[0].ID, policy.Ruling{Outcome: policy.Reduced, Pledge: true, By: "m"}), policy.ErrNotFound},
		"an order that is not there":          {w.e.ClearOverride(t.Context(), "sam"), policy.ErrNotFound},
		"a review of nobody":                  {w.e.Record(t.Context(), policy.Review{Account: "nobody", Abusive: true, By: "m"}), policy.ErrNotFound},
		"a retraction of nothing":             {w.e.Record(t.Context(), policy.Retraction{Sender: "sam", Message: "never sent"}), policy.ErrNotFound},
		"a third shadow":                      {w.e.SetPolicy(policy.Default(), policy.Observe(), policy.Observe(), policy.Observe()), nil},
	} {
		if c.want != nil && !errors.Is(c.err, c.want) || c.err == nil {
			t.Errorf("%s: error %v, want %v", what, c.err, c.want)
		}
	}
	bad := policy.Default()
	bad.Classes[policy.Member].Score.Warn = math.NaN()
	if err := w.e.SetPolicy(bad); err == nil {
		t.Error("SetPolicy takes NaN")
	}
	if w.state() != before || w.e.Policy().Name != "default" {
		t.Error("what was refused changed something")
	}
}

// TestEndedContext: nothing happens for a caller who has gone.
func TestEndedContext(t *testing.T) {
	w := lived(t)
	before := w.state()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	m := policy.Message{ID: "late", Sender: "ann", Recipients: policy.To("bea"), Text: "hello", At: w.now}
	d, err := w.e.Evaluate(ctx, m)
	if !errors.Is(err, context.Canceled) || d.Delivered() {
		t.Errorf("Evaluate: %v, %v", d.Verdict, err)
	}
	_, e1 := w.e.Preview(ctx, m)
	_, e2 := w.e.Impose(ctx, policy.Sanction{Account: "ann", Kind: policy.Block, By: "m"})
	_, e3 := w.e.Appeal(ctx, policy.Appeal{Account: "sam", Sanction: w.account("sam").Standing[0].ID})
	_, e4 := w.e.Account(ctx, "ann")
	for i, err := range []error{
		e1, e2, e3, e4, w.e.Learn(ctx, m), w.e.Record(ctx, policy.Reply{From: "a", To: "b"}), w.e.Lift(ctx, "a", "b", policy.Lifting{By: "m"}),
		w.e.Resolve(ctx, "a", "b", policy.Ruling{Outcome: policy.Upheld, By: "m"}), w.e.Override(ctx, policy.Override{Account: "a", Verdict: policy.Hold, By: "m"}),
		w.e.ClearOverride(ctx, "a"), forget(w.e, ctx, "sam"),
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("call %d: error %v, want the context's", i, err)
		}
	}
	if w.state() != before {
		t.Error("a call whose context had ended changed something")
	}
}

// TestWorthNothing: what proves nothing is accepted, and counts nothing.
func TestWorthNothing(t *testing.T) {
	w := lived(t)
	before := w.state()
	for _, ev := range []policy.Event{
		policy.Complaint{From: "ann", Against: "ann", Category: policy.Spam, At: w.now},      // of oneself
		policy.Complaint{From: "bea", Against: "nobody", Category: policy.Spam, At: w.now},   // about an unknown account
		policy.Complaint{From: "stranger", Against: "ann", Category: policy.Spam, At: w.now}, // by someone who never got a message
		policy.Complaint{From: "c", Against: "nobody", Message: "m", Category: policy.Fraud}, // not even with a message
		policy.Unblocked{From: "bea", Against: "nobody", At: w.now},                          // nothing to take back
		policy.Accepted{From: "nobody", To: "ann", At: w.now},                                // was never asked
		policy.Withdrawn{From: "ann", To: "nobody", At: w.now},                               // likewise
		policy.BlockedBy{From: "ann", Against: "ann", At: w.now},                             // likewise
		policy.Reply{From: "carl", To: "ann", At: w.now},                                     // nobody waits for it
		policy.Reply{From: "bea", To: "nobody", At: w.now},                                   // unknown
		policy.Reply{From: "ann", To: "ann", At: w.now},                                      // to oneself
	} {
		w.tell(ev)
	}
	if w.state() != before {
		t.Error("feedback that is worth nothing changed something")
	}
}

// TestStrangeText: any bytes are judged; what is over 64 KiB is judged by its
// beginning and its end.
func TestStrangeText(t *testing.T) {
	w := newTown(t, policy.Config{})
	for name, text := range map[string]string{
		"invalid":   "\xff\xfe\x80 broken \xc3( bytes \xed\xa0\x80",
		"nul":       strings.Repeat("\x00", 5000),
		"combining": "e" + strings.Repeat("\u0301", 30000),
		"joiners":   strings.Repeat("\u200d\ufeff", 20000),
		"cut rune":  strings.Repeat("x", policy.MaxText-1) + "é",
		"huge":      strings.Repeat("All work and no play makes Jack a dull boy. ", 1<<18),
	} {
		for i := range 3 {
			if d := w.say("jack "+name, fmt.Sprint("wendy", i), text); !d.Delivered() {
				t.Errorf("%s: %v %v", name, d.Verdict, d.Reasons)
			}
		}
	}
	// Long texts that differ only at their end are one text to the sketch.
	long := strings.Repeat("Here is a long letter, number after number: 1 2 3 4 5 6 7. ", policy.MaxText/40)[:policy.MaxText]
	for i := range 20 {
		w.pass(time.Minute)
		w.say("writer", fmt.Sprint("reader", i), fmt.Sprint(long, i, i*i))
	}
	if a := w.account("writer"); len(a.Texts) == 0 || a.Texts[0].People < 10 {
		t.Errorf("letters that differ only after %d bytes count as %+v, want one text", policy.MaxText, a.Texts)
	}
}

// TestHostileEvidence: the host's own evidence cannot break the sum.
func TestHostileEvidence(t *testing.T) {
	w := newTown(t, policy.Config{})
	for _, nats := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e308, -1e308} {
		many := make([]scoring.Evidence, 5000)
		for i := range many {
			many[i] = scoring.Evidence{Code: "host", Family: scoring.Family(i % (scoring.NumFamilies + 1)), LogOdds: nats, Value: nats, Limit: nats}
		}
		d := w.send(policy.Message{Sender: "ann", Recipients: policy.To("bea"), Text: "hello there", Evidence: many})
		if !(d.Score >= 0 && d.Score <= 1) {
			t.Errorf("evidence of %v nats makes a score of %v", nats, d.Score)
		}
	}
	if w.account("ann").ID == "" { // its record can be read
		t.Error("the account is gone")
	}
	// What says nothing is no reason; what cannot be meant is refused by name.
	quiet := policy.Message{Sender: "abe", Recipients: policy.To("bea"), Text: "hello there"}
	for _, nats := range []float64{0, math.Copysign(0, -1), math.NaN(), 1} {
		quiet.Evidence = append(quiet.Evidence, scoring.Evidence{Code: "host", Family: scoring.Content, LogOdds: nats, Value: 1, N: 1})
	}
	if d := w.send(quiet); strings.Count(fmt.Sprint(d.Reasons), "host") != 1 {
		t.Errorf("%v, want the one piece that says something", d.Reasons)
	}
	for field, wrong := range map[string]scoring.Evidence{"evidence[4].code": {Family: scoring.Content, LogOdds: 1}, "evidence[4].family": {Code: "host", Family: scoring.Standing + 1, LogOdds: 1}} {
		m := quiet
		m.Evidence = append(slices.Clone(quiet.Evidence), wrong)
		_, err := w.e.Evaluate(t.Context(), m)
		if f, ok := errors.AsType[*policy.FieldError](err); !ok || f.Field != field {
			t.Errorf("%+v: %v, want what is wrong with %s", wrong, err, field)
		}
	}
}

// TestTimes: out of order, repeated, far past and far future times are judged,
// never before the record's newest event, never more than MaxSkew ahead.
func TestTimes(t *testing.T) {
	w := newTown(t, policy.Config{})
	at := func(when time.Time) policy.Decision {
		t.Helper()
		return w.send(policy.Message{Sender: "ann", Recipients: policy.To("bea"), At: when})
	}
	if d := at(w.now); !d.At.Equal(w.now) {
		t.Errorf("now is judged at %v", d.At)
	}
	if d := at(w.now.Add(-time.Hour)); !d.At.Equal(w.now) {
		t.Errorf("an hour ago is judged at %v, want the record's %v", d.At, w.now)
	}
	if d := at(time.Unix(0, 0)); !d.At.Equal(w.now) {
		t.Errorf("1970 is judged at %v", d.At)
	}
	limit := w.now.Add(5 * time.Minute)
	for _, when := range []time.Time{w.now.Add(time.Hour), time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)} {
		if d := at(when); !d.At.Equal(limit) {
			t.Errorf("%v is judged at %v, want %v", when, d.At, limit)
		}
	}
	if got := w.account("ann").Limits[1].Used; got != 6 {
		t.Errorf("%d of 6 messages count in this hour", got)
	}
	// A clock at the very end of what a record can keep.
	w.now = time.Date(9000, 1, 1, 0, 0, 0, 0, time.UTC)
	if d := at(w.now); d.Verdict != policy.Allow {
		t.Errorf("in the year 9000: %v", d.Verdict)
	}
	w.account("ann")
}

// TestBadConfig: New reports every fault at once.
func TestBadConfig(t *testing.T) {
	_, err := policy.New(policy.Config{Timeout: -1, MaxSkew: -1, Resolution: -1, OnFault: policy.HoldAll + 1, Signals: []policy.SignalFunc{nil}, Policy: &policy.Policy{}, Shadow: []*policy.Policy{nil, nil, {Name: "second"}}})
	if err == nil {
		t.Fatal("New takes it")
	}
	for _, field := range []string{"config.timeout", "config.max_skew", "config.resolution", "config.on_fault", "config.signals", "shadow", " version:", " name:", "shadow[0]", "shadow[2].version", "shadow[2].strikes.half_life"} {
		if !strings.Contains(err.Error(), field) {
			t.Errorf("the error does not name %s: %v", field, err)
		}
	}
}

// TestForgottenUnits: a Config that is valid to the compiler, and can't be meant, is
// refused field by field, with what to do.
func TestForgottenUnits(t *testing.T) {
	for _, test := range []struct {
		cfg  policy.Config
		says string
	}{
		{policy.Config{Timeout: 50}, "config.timeout: must be a millisecond or more: a number without a unit is nanoseconds"},
		{policy.Config{MaxSkew: 300}, "config.max_skew: must be a millisecond or more"},
		{policy.Config{MaxDelay: 300}, "config.max_delay: must be a millisecond or more"},
		{policy.Config{Index: similarity.IndexConfig{Window: 7}}, "config.index.window: must be a minute or more"},
		{policy.Config{Index: similarity.IndexConfig{MinSimilarity: 35}}, "config.index.min_similarity: must lie between 0 and 1"},
		{policy.Config{Notes: (*link)(nil), Secret: []byte("s")}, "config.notes: must not be a nil pointer"},
		{policy.Config{Notes: new(link)}, "config.secret: is required with notes"},
		{policy.Config{Notes: new(link), Store: policy.NewMemory(0)}, "config.secret: is required with notes"},
		{policy.Config{Store: (*policy.Memory)(nil)}, "config.store: must not be a nil pointer"},
		{policy.Config{Store: (*storetest.Faulty)(nil), Secret: []byte("s")}, "config.store: must not be a nil pointer"},
	} {
		_, err := policy.New(test.cfg)
		if _, ok := errors.AsType[*policy.FieldError](err); !ok || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%v, want %q", err, test.says)
		}
	}
	if _, err := policy.New(policy.Config{Timeout: time.Millisecond, MaxSkew: time.Millisecond, Store: policy.NewMemory(0)}); err != nil {
		t.Error(err)
	}
}

// TestPointerEvent: a pointer is an Event to the compiler, as it has the
// methods of its value. It is refused with what to do instead, nil or not.
func TestPointerEvent(t *testing.T) {
	w := lived(t)
	before := w.state()
	for _, ev := range []policy.Event{
		(*policy.Reply)(nil), &policy.Reply{From: "ann", To: "bea"},
		(*policy.Complaint)(nil), &policy.Complaint{From: "ann", Against: "sam"},
		(*policy.BlockedBy)(nil), &policy.BlockedBy{From: "ann", Against: "sam"},
		(*policy.Review)(nil), &policy.Review{Account: "sam"},
		(*policy.Retraction)(nil), &policy.Retraction{Sender: "sam", Message: "m1"},
	} {
		field, ok := errors.AsType[*policy.FieldError](w.e.Record(t.Context(), ev))
		if !ok || field.Field != "event" || !strings.Contains(field.Problem, "pass the value") {
			t.Errorf("%T: %v", ev, field)
		}
	}
	if w.state() != before {
		t.Error("something has changed")
	}
}

// TestReasonsAreFinite: a Decision can be written as JSON whatever the host's
// evidence measured, by itself and in shadow.
func TestReasonsAreFinite(t *testing.T) {
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		mine := func(dst []scoring.Evidence, m *policy.Message, f *policy.Facts) []scoring.Evidence {
			return append(dst, scoring.Evidence{Code: "signal", Family: scoring.Contact, LogOdds: 2, Value: v, Limit: v})
		}
		w := newTown(t, policy.Config{Policy: policy.Default(), Shadow: []*policy.Policy{policy.Observe()}, Signals: []policy.SignalFunc{mine}})
		m := policy.Message{Sender: "ann", Recipients: policy.To("bea"), At: w.now, Evidence: []scoring.Evidence{{Code: "own", Family: scoring.Content, LogOdds: 2, Value: v, Limit: v}}}
		d, err := w.e.Evaluate(t.Context(), m)
		if err != nil || len(d.Reasons) != 2 || len(d.Shadow) != 1 || len(d.Shadow[0].Reasons) != 2 {
			t.Fatalf("%v: %+v, %v", v, d, err)
		}
		if _, err := json.Marshal(d); err != nil {
			t.Errorf("%v: %v", v, err)
		}
	}
}

// TestImposeAhead: a sanction that is to begin later is refused, and does not
// begin at once; one within the skew of the clocks is taken.
func TestImposeAhead(t *testing.T) {
	w := lived(t)
	before := w.state()
	_, err := w.e.Impose(t.Context(), policy.Sanction{Account: "ann", Kind: policy.Block, By: "m", From: w.now.Add(24 * time.Hour), Until: w.now.Add(48 * time.Hour)})
	if field, ok := errors.AsType[*policy.FieldError](err); !ok || field.Field != "from" {
		t.Errorf("%v", err)
	}
	if w.state() != before {
		t.Error("something has changed")
	}
	w.impose(policy.Sanction{Account: "ann", Kind: policy.Block, By: "m", From: w.now.Add(time.Minute)})
}

// TestTimesThatCannotBeMeant: an operator who feeds history to Evaluate, or times of
// another zone, is told what to do; what is only a little late, waited in a queue, or
// goes to Learn is right.
func TestTimesThatCannotBeMeant(t *testing.T) {
	var log bytes.Buffer
	w := newTown(t, policy.Config{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	m := policy.Message{Sender: "ann", Recipients: policy.To("bea")}
	for _, by := range []time.Duration{0, -6 * time.Minute, -50 * time.Minute, 50 * time.Minute} {
		m.At = w.now.Add(by)
		w.evaluate(m)
	}
	m.At, m.Delayed = w.now.Add(-3*time.Hour), true
	w.evaluate(m)
	m.At, m.Delayed = w.now.AddDate(-1, 0, 0), false
	learned := m
	learned.Sender = "dora"
	w.must(w.e.Learn(t.Context(), learned))
	if log.Len() > 0 {
		t.Errorf("told of what is right:\n%s", log.String())
	}
	for range 100 { // half a year of history
		w.evaluate(m)
	}
	if lines := strings.Count(log.String(), "\n"); lines != 1 || !strings.Contains(log.String(), "level=WARN") || !strings.Contains(log.String(), "history goes to Learn") || strings.Contains(log.String(), "ann") {
		t.Errorf("%d lines:\n%s", lines, log.String())
	}
}
