package casebook

import (
	"bytes"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// holds reports whether a word is anywhere in the database or the spool.
func holds(t *testing.T, b *Book, p place, dir, word string) (where string) {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(dir, "*.spool"))
	if b.lite {
		files = append(files, p.url, p.url+"-wal")
	} else {
		for _, table := range []string{"cases", "entries", "reviews", "labels", "days", "intents", "spools", "meta"} {
			n := 0
			if err := b.read(t.Context()).row(`SELECT COUNT(*) FROM %`+table+` AS t WHERE POSITION($1 IN t::text) > 0`, word).Scan(&n); err != nil {
				t.Fatal(err)
			}
			if n > 0 {
				where += " " + table
			}
		}
	}
	for _, f := range files {
		if data, err := os.ReadFile(f); err == nil && bytes.Contains(data, []byte(word)) {
			where += " " + f
		}
	}
	return where
}

// Of an account that was erased there is no name and no text, in no table and no file,
// also where it was to get what others sent. What others sent stays.
func TestErase(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		dir := t.TempDir()
		if p.tenant == "" { // as a host opens it that knows nothing of a Book
			db, err := sql.Open("sqlite", p.url[:len(p.url)-len("?.db")])
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			p.db, p.url = db, p.url[:len(p.url)-len("?.db")]
		}
		b, ctx := p.open(t, Options{Spool: dir, Sample: 1}), t.Context()
		const name, text = "erasable-ann", "erasable text of ann"
		for i := range 30 {
			decide(b, policy.Hold, name, fmt.Sprint("m", i), text, uint64(i%3))
		}
		decide(b, policy.Allow, name, "allowed", text, 0)
		b.Hooks().Decided(ctx, &policy.Message{ID: "to", Sender: "ben", Recipients: policy.To(name), Text: "kept text"}, &policy.Decision{Verdict: policy.Hold, At: t0, Cluster: 1})
		b.Hooks().Recorded(ctx, policy.Complaint{From: name, Against: "ben", At: t0})
		b.Hooks().Imposed(ctx, &policy.Sanction{ID: "s", Account: name, Kind: policy.Block, From: t0, Review: t0.Add(time.Hour)})
		b.Hooks().Appealed(ctx, &policy.Appeal{ID: "a", Account: name, Sanction: "s", Statement: text, At: t0})
		act(b, policy.ActReleased, name, "m1", "mod", "")
		act(b, policy.ActLiftedAll, "", "", "mod", `{"account":"`+name+`"}`)
		flush(t, b)
		if holds(t, b, p, dir, name) == "" || holds(t, b, p, dir, text) == "" {
			t.Fatal("this test looks for what is never there")
		}
		if err := b.Erase(ctx, name); err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{name, text} {
			if where := holds(t, b, p, dir, word); where != "" {
				t.Errorf("%q is left in%s", word, where)
			}
		}
		cases := queue(t, b)
		if len(cases) != 2 || cases[0].Account != "ben" && cases[1].Account != "ben" {
			t.Errorf("what others sent: %+v", cases)
		}
		for _, c := range cases {
			if c.Cluster == 1 && (c.Messages != 1 || c.Accounts != 1 || c.Held != 1) {
				t.Errorf("%+v", c)
			}
		}
		if f, err := b.Figures(ctx, t0, t0); err != nil || f.Total.N["verdict.hold"] != 31 {
			t.Errorf("%+v %v", f.Total, err)
		}
		if err := b.Erase(ctx, "unknown"); err != nil {
			t.Error(err)
		}
	})
}

// Texts go after 30 days, cases after 180 from when they were closed; what is open stays.
func TestSweep(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		now, dir := newClock(t0), t.TempDir()
		b, ctx := p.open(t, Options{Spool: dir, Now: now.Now}), t.Context()
		decide(b, policy.Hold, "open-ann", "m1", "text of open", 0)
		decide(b, policy.Hold, "closed-ben", "m2", "text of closed", 0)
		decide(b, policy.Reject, "rejected-cat", "m3", "text of rejected", 0)
		act(b, policy.ActDiscarded, "closed-ben", "m2", "mod", "")
		flush(t, b)
		for _, step := range []struct {
			days int
			left string
		}{
			{29, "open-ann text of open closed-ben text of closed rejected-cat text of rejected"},
			{31, "open-ann text of open closed-ben rejected-cat"},
			{179, "open-ann text of open closed-ben rejected-cat"},
			{181, "open-ann text of open"},
		} {
			now.add(t0.Add(time.Duration(step.days) * 24 * time.Hour).Sub(now.Now()))
			if err := b.Sweep(ctx); err != nil {
				t.Fatal(err)
			}
			var left []string
			for _, word := range []string{"open-ann", "text of open", "closed-ben", "text of closed", "rejected-cat", "text of rejected"} {
				if holds(t, b, p, dir, word) != "" {
					left = append(left, word)
				}
			}
			if got := strings.Join(left, " "); got != step.left {
				t.Errorf("after %d days: %q, want %q", step.days, got, step.left)
			}
		}
		if c := only(t, b); c.Held != 1 {
			t.Errorf("%+v", c)
		}
	})
}
