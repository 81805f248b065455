package replay

import (
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/decorum-go/decorum/examples/internal/actors"
	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/policy"
)

var update = flag.Bool("update", false, "rewrite testdata/decisions.txt: a change means to change decisions")

const goldenFile = "testdata/decisions.txt"

const goldenHead = `# What the default policy decides, as counts and a hash of every decision with
# its reasons, and what the records look like. TestDecisions compares it.
# A change that means to change a row rewrites it with .ci/decisions -update,
# and its commit says which rows, and what that does to honest and abusive
# senders. The rows of records change with the form of the record alone.

`

// TestDecisions holds every decision to what testdata/decisions.txt has: of all
// actors, of the real streams where they are there, and of random histories.
func TestDecisions(t *testing.T) {
	if racing {
		t.Skip("takes too long under the race detector; see TestSameDecisions")
	}
	want := map[string]string{}
	var before, names []string
	for line := range strings.Lines(read(t, goldenFile)) {
		if name, row, ok := strings.Cut(strings.TrimSpace(line), ": "); ok && !strings.HasPrefix(line, "#") {
			want[name] = row
			before = append(before, name)
		}
	}
	check := func(name string, now func(*testing.T) string) {
		names = append(names, name) // one that is not checked stays
		t.Run(name, func(t *testing.T) {
			is := now(t)
			if was := want[name]; was != is && !*update {
				t.Errorf("was %s\nis  %s\nif that is meant: .ci/decisions -update, and say in the commit which rows, and what it does to whom", was, is)
			}
			want[name] = is
		})
	}
	check("all actors, 60 days", func(t *testing.T) string { return decisionsOf(t, allActors(t, 60)) })
	for _, name := range streams {
		check(name, func(t *testing.T) string { return decisionsOf(t, data(t, name)) })
	}
	for _, h := range []struct {
		name   string
		n      uint64
		shadow []*policy.Policy
	}{{"100 histories", 100, nil}, {"20 histories with a shadow", 20, []*policy.Policy{sharper()}}} {
		var records string
		check(h.name+", decisions", func(t *testing.T) (decisions string) {
			decisions, records = histories(t, h.n, h.shadow)
			return decisions
		})
		check(h.name+", records", func(*testing.T) string { return records })
	}
	if *update {
		var b strings.Builder
		b.WriteString(goldenHead)
		for _, name := range names {
			fmt.Fprintf(&b, "%s: %s\n", name, want[name])
		}
		if err := os.WriteFile(goldenFile, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if diff := cmp.Diff(before, names); diff != "" {
		t.Errorf("rows (-%s +here)\n%s", goldenFile, diff)
	}
}

// allActors writes what simulate -actors all -days N writes.
func allActors(t *testing.T, days int) string {
	t.Helper()
	roles, err := actors.Parse("all")
	if err != nil {
		t.Fatal(err)
	}
	world := actors.World{From: time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)}
	world.Until = world.From.AddDate(0, 0, days)
	var all []events.Event
	for _, role := range roles {
		all = append(all, role.Play(world, 1, 1)...)
	}
	slices.SortStableFunc(all, func(a, b events.Event) int { return a.At.Compare(b.At) })
	var lines []byte
	for i := range all {
		lines = events.AppendLine(lines, &all[i])
	}
	return write(t, "all.jsonl", lines)
}

// decisionsOf replays a file, and tells what was decided.
func decisionsOf(t *testing.T, file string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "decisions")
	var r report
	if err := json.Unmarshal([]byte(must(t, "-retry=false", "-strict", "-json", "-decisions", name, file)), &r); err != nil {
		t.Fatal(err)
	}
	v, s := r.Verdicts, r.Sanctions
	return fmt.Sprintf("%d messages: %d allow, %d flag, %d defer, %d hold, %d reject, %d duplicate; %d warnings, %d graver; %x", r.Messages,
		v.Allow, v.Flag, v.Defer, v.Hold, v.Reject, v.Duplicate, s.Warning, s.Block+s.Restriction+s.Suspension+s.Referral, sha256.Sum256([]byte(read(t, name))))
}

// histories walks, and tells what came out and what the records are.
func histories(t *testing.T, n uint64, shadow []*policy.Policy) (decisions, records string) {
	t.Helper()
	out, kept, count := sha256.New(), sha256.New(), 0
	for seed := range n {
		w := walk{out: out, shadow: shadow}
		if err := w.play(seed); err != nil {
			t.Fatalf("history %d: %v", seed, err)
		}
		n, err := w.records(kept)
		if err != nil {
			t.Fatal(err)
		}
		count += n
	}
	return fmt.Sprintf("%x", out.Sum(nil)), fmt.Sprintf("%d records; %x", count, kept.Sum(nil))
}
