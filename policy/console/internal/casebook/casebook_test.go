package casebook

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

var t0 = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// A clock goes when it is told to.
type clock struct{ at atomic.Int64 }

func newClock(at time.Time) *clock {
	c := new(clock)
	c.at.Store(at.UnixNano())
	return c
}

func (c *clock) Now() time.Time      { return time.Unix(0, c.at.Load()).UTC() }
func (c *clock) add(d time.Duration) { c.at.Add(int64(d)) }

// decide tells a Book of a decision.
func decide(b *Book, v policy.Verdict, from, id, text string, cluster uint64) {
	b.Hooks().Decided(context.Background(), &policy.Message{ID: id, Sender: from, Recipients: policy.To("bob", "eve"), Text: text, At: t0},
		&policy.Decision{Message: id, Verdict: v, Score: .8, Cluster: cluster, At: t0, Reasons: []policy.Reason{{Code: policy.CodeReach, Value: 4, Text: "buy {} now"}}})
}

func flush(t testing.TB, b *Book) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := b.Flush(ctx); err != nil {
		t.Fatal(err)
	}
}

// queue is the open cases.
func queue(t testing.TB, b *Book) []Case {
	t.Helper()
	flush(t, b)
	all, err := b.Cases(t.Context(), Filter{})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// only is the only open case.
func only(t testing.TB, b *Book) Case {
	t.Helper()
	all := queue(t, b)
	if len(all) != 1 {
		t.Fatalf("%d cases are open, want 1: %+v", len(all), all)
	}
	return all[0]
}

func act(b *Book, what policy.ActKind, account, message, by, detail string) {
	b.Hooks().Acted(context.Background(), &policy.Act{ID: fmt.Sprint(what, account, message), What: what, Account: account, Message: message, By: by, Detail: detail, At: t0})
}

// One case a cluster: a campaign of forty messages is one, and each message is in it
// once, however often it is told of.
func TestCampaign(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		b := p.open(t, Options{Spool: t.TempDir()})
		for range 2 {
			for i := range 40 {
				decide(b, policy.Hold, fmt.Sprint("spammer", i%4), fmt.Sprint("m", i), "buy it now", 1<<63+7)
			}
		}
		c := only(t, b)
		if c.Kind != Held || c.Messages != 40 || c.Accounts != 4 || c.Held != 40 || c.Cluster != 1<<63+7 || c.Title != "buy {} now" || c.Severity != 300+42 {
			t.Errorf("%+v", c)
		}
		m, err := b.Message(t.Context(), "spammer1", "m1")
		if err != nil || m.ID != "m1" || len(m.Recipients) != 2 || m.Text != "buy it now" || !m.At.Equal(t0) {
			t.Errorf("%+v %v", m, err)
		}
		var ids []string
		for after := Cursor(""); ; {
			page, err := b.Messages(t.Context(), c.ID, after, 7)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			for _, e := range page {
				ids = append(ids, e.Message)
			}
			after = page[len(page)-1].Cursor
		}
		if len(ids) != 40 || ids[0] != "m0" || ids[39] != "m39" {
			t.Errorf("pages: %v", ids)
		}
		decide(b, policy.Hold, "anna", "other", "", 0)
		b.Hooks().Appealed(t.Context(), &policy.Appeal{ID: "a", Account: "otto", Sanction: "s", Statement: "Ärger mit 100% ÄPFELN", At: t0})
		flush(t, b)
		for q, want := range map[string]string{
			"BUY {": c.subject, "ärger": "a:otto", "äpfel": "a:otto", "100%": "a:otto", "1_0": "", "annas": "", fmt.Sprint(c.ID): c.subject, fmt.Sprint(uint64(1<<63 + 7)): c.subject,
		} {
			f, err := b.Search(t.Context(), q, 0)
			got := ""
			for _, c := range f.Cases {
				got = c.subject
			}
			if got != want || err != nil {
				t.Errorf("%q finds %q, want %q: %v", q, got, want, err)
			}
		}
		if f, err := b.Search(t.Context(), "m7", 0); err != nil || len(f.Entries) != 1 || f.Entries[0].Message != "m7" {
			t.Errorf("%+v %v", f, err)
		}
		if f, err := b.Search(t.Context(), "spammer", 3); err != nil || fmt.Sprint(f.Accounts) != "[spammer0 spammer1 spammer2]" {
			t.Errorf("%+v %v", f, err)
		}
		f, err := b.Figures(t.Context(), t0, t0)
		if err != nil || f.Total.N["verdict.hold"] != 41 || f.Total.N["opened.held"] != 2 {
			t.Errorf("%+v %v", f.Total, err)
		}
	})
}

// A retry brings a case where the process ended before the first try did, and only there.
func TestRetry(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		b, ctx := p.open(t, Options{}), t.Context()
		for _, d := range []policy.Decision{
			{Message: "held", Verdict: policy.Hold, Repeat: true, At: t0},
			{Message: "held", Verdict: policy.Hold, Repeat: true, At: t0.Add(time.Second)},
			{Message: "flagged", Verdict: policy.Duplicate, First: policy.Flag, Repeat: true, At: t0},
			{Message: "allowed", Verdict: policy.Duplicate, First: policy.Allow, Repeat: true, At: t0},
			{Message: "rejected", Verdict: policy.Reject, Repeat: true, At: t0},
			{Message: "deferred", Verdict: policy.Defer, At: t0},
			{Message: "deferred", Verdict: policy.Hold, At: t0.Add(time.Hour)}, // judged anew
		} {
			b.Hooks().Decided(ctx, &policy.Message{ID: d.Message, Sender: "ann", Recipients: policy.To("bob"), Text: "text"}, &d)
		}
		if c := only(t, b); c.Messages != 3 || c.Held != 2 || c.Flagged != 1 {
			t.Errorf("%+v", c)
		}
		if m, err := b.Message(ctx, "ann", "held"); err != nil || !m.At.Equal(t0) {
			t.Errorf("%+v %v", m, err)
		}
		if story, err := b.Story(ctx, "ann", "", 0); err != nil || len(story) != 3 {
			t.Errorf("%+v %v", story, err)
		}
	})
}

// Each kind of case opens, and closes when what was open in it is settled elsewhere.
func TestKinds(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		b := p.open(t, Options{Now: func() time.Time { return t0.Add(time.Hour) }})
		h, ctx := b.Hooks(), t.Context()
		decide(b, policy.Flag, "ann", "f", "hm", 0)
		decide(b, policy.Hold, "ben", "h", "hm", 0)
		h.Recorded(ctx, policy.Complaint{ID: "c", From: "eve", Against: "cat", Category: policy.Harassment, At: t0})
		h.Recorded(ctx, policy.Complaint{ID: "c", From: "eve", Against: "cat", Category: policy.Harassment, At: t0})
		h.Recorded(ctx, policy.Complaint{From: "eve", Against: "dan", Message: "unknown", At: t0})
		s := &policy.Sanction{ID: "s1", Account: "eli", Kind: policy.Suspension, From: t0, Reasons: []policy.Reason{{Code: policy.CodeReach}}}
		h.Imposed(ctx, s)
		h.Imposed(ctx, s)
		h.Appealed(ctx, &policy.Appeal{ID: "a1", Account: "eli", Sanction: "s1", Statement: "I did nothing", At: t0})
		h.Imposed(ctx, &policy.Sanction{ID: "s2", Account: "fay", Kind: policy.Suspension, From: t0, Review: t0.Add(time.Minute), By: "mod"})
		h.Imposed(ctx, &policy.Sanction{ID: "s3", Account: "gus", Kind: policy.Referral, From: t0})
		flush(t, b)
		if err := b.fall(ctx); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range queue(t, b) {
			got = append(got, fmt.Sprint(c.Account, " ", c.Kind))
		}
		if want := "[cat reports eli appeal dan reports ben held gus review fay review ann flagged]"; fmt.Sprint(got) != want {
			t.Errorf("the queue is %v, want %v", got, want)
		}
		if n, err := b.Counts(ctx); err != nil || n[Reports] != 2 || n[Review] != 2 || n[Appeal] != 1 || n[Held] != 1 || n[Flagged] != 1 {
			t.Error(n, err)
		}
		// The act of the same sanction adds nothing.
		h.Acted(ctx, &policy.Act{ID: "x1", What: policy.ActImposed, Account: "eli", Sanction: "s1", At: t0, After: policy.Footing{Standing: []policy.Sanction{{ID: "s1", Kind: policy.Suspension, From: t0}}}})
		act(b, policy.ActReviewed, "ann", "f", "mod", "harmless")
		act(b, policy.ActReleased, "ben", "h", "mod", "")
		act(b, policy.ActReviewed, "cat", "", "mod", "abusive")
		act(b, policy.ActReviewed, "dan", "", "mod", "harmless")
		h.Resolved(ctx, &policy.Appeal{ID: "a1", Account: "eli", Sanction: "s1", At: t0, Ruling: &policy.Ruling{Outcome: policy.Overturned, By: "mod", Note: "a mistake", At: t0}})
		h.Lifted(ctx, &policy.Sanction{ID: "s2", Account: "fay", Kind: policy.Suspension, From: t0, Lifted: &policy.Lifting{By: "mod", At: t0}})
		h.Lifted(ctx, &policy.Sanction{ID: "s3", Account: "gus", Kind: policy.Referral, From: t0, Lifted: &policy.Lifting{By: "mod", At: t0}})
		if left := queue(t, b); len(left) > 0 {
			t.Errorf("still open: %+v", left)
		}
		closed, err := b.Cases(ctx, Filter{Which: ClosedCases, By: "mod", Account: "eli"})
		if err != nil || len(closed) != 1 || closed[0].Outcome != Overturn || closed[0].Note != "a mistake" {
			t.Errorf("%+v %v", closed, err)
		}
		story, err := b.Story(ctx, "eli", "", 0)
		if err != nil || len(story) != 3 || story[0].What != Ruled || story[1].Text != "I did nothing" || story[2].Data == nil {
			t.Errorf("%+v %v", story, err)
		}
		f, err := b.Figures(ctx, t0, t0)
		if n, of := f.Total.Overturned(); err != nil || n != 1 || of != 1 || f.Total.Sum("opened.") != 7 || f.Total.Sum("closed.") != 7 ||
			f.Total.N["imposed.automatic.suspension"] != 1 || f.Total.N["imposed.by_hand.suspension"] != 1 {
			t.Errorf("%+v %v", f.Total, err)
		}
	})
}

// A message that comes while a moderator decides is not closed with the case, and a case
// that is reopened has it again.
func TestCloseReopen(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		b, ctx := p.open(t, Options{}), t.Context()
		decide(b, policy.Hold, "ann", "m1", "one", 9)
		flush(t, b)
		c, err := b.Next(ctx, "mod")
		if err != nil {
			t.Fatal(err)
		}
		act(b, policy.ActDiscarded, "ann", "m1", "mod", "")
		if k := only(t, b); k.Kind != settled || k.Holder != "mod" {
			t.Errorf("a case is closed under the moderator: %+v", k)
		}
		decide(b, policy.Hold, "ben", "m2", "two", 9)
		rest, err := b.CloseCase(ctx, c.ID, "mod", Abusive, "spam")
		if err != nil || rest == 0 || rest == c.ID {
			t.Fatal(rest, err)
		}
		if k := only(t, b); k.ID != rest || k.Held != 1 || k.Messages != 1 || k.Kind != Held {
			t.Errorf("what came meanwhile: %+v", k)
		}
		if _, err := b.CloseCase(ctx, c.ID, "mod", Abusive, "spam"); err == nil {
			t.Error("a case was closed twice")
		}
		if err := b.Reopen(ctx, c.ID, "other"); err == nil {
			t.Error("somebody else took it back")
		}
		if err := b.Reopen(ctx, c.ID, "mod"); err != nil {
			t.Fatal(err)
		}
		if k := only(t, b); k.ID != c.ID || k.Held != 1 || k.Messages != 2 || k.HeldBy(time.Now()) != "mod" || k.Outcome != 0 {
			t.Errorf("reopened: %+v", k)
		}
		if f, err := b.Figures(ctx, t0, time.Now()); err != nil || f.Total.Sum("closed.") != 0 {
			t.Error(f.Total, err)
		}
		act(b, policy.ActDiscarded, "ben", "m2", "mod", "")
		flush(t, b)
		if err := b.Leave(ctx, c.ID, "mod"); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Next(ctx, "mod"); !isNotFound(err) {
			t.Errorf("a case of which nothing is open: %v", err)
		}
		if err := b.fall(ctx); err != nil {
			t.Fatal(err)
		}
		if left := queue(t, b); len(left) > 0 {
			t.Errorf("nothing is open in it: %+v", left)
		}
	})
}

func isNotFound(err error) bool { return errors.Is(err, ErrNotFound) }
