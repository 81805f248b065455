package replay

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/decorum-go/decorum/examples/internal/events"
)

// TestJSON compares the object with counts made here from -decisions.
func TestJSON(t *testing.T) {
	lines, list := mixture(t, 1)
	file := write(t, "mixture.jsonl", lines)
	decisions := filepath.Join(t.TempDir(), "decisions.jsonl")
	out := must(t, "-json", "-retry=false", file, "-decisions", decisions) // of those that are tried again: TestRetry

	// Exactly the keys of the format, at every level.
	var tree map[string]any
	if err := json.Unmarshal([]byte(out), &tree); err != nil {
		t.Fatal(err)
	}
	verdicts := []string{"allow", "defer", "duplicate", "flag", "hold", "reject"}
	kinds := []string{"block", "referral", "restriction", "suspension", "warning"}
	for path, want := range map[string][]string{
		"":       {"bytes_per_sender", "evaluations_per_second", "honest", "messages", "policy", "sanctioned_senders", "sanctions", "seconds", "senders", "truth", "unread_lines", "verdicts"},
		"honest": {"blocked", "chosen", "sanctioned"}, "honest/sanctioned": {"high", "honest", "known", "labels", "low", "missing", "of"},
		"verdicts": verdicts, "sanctions": kinds, "sanctioned_senders": kinds,
		"truth":        {"abusive_delivered", "abusive_messages", "abusive_senders", "caught", "delivered_before_block", "harmed", "honest_messages", "honest_not_delivered", "honest_senders"},
		"truth/caught": kinds, "truth/harmed": kinds, "truth/delivered_before_block": {"max", "median", "p90"},
	} {
		at := tree
		for key := range strings.SplitSeq(path, "/") {
			if key != "" {
				at = at[key].(map[string]any)
			}
		}
		var got []string
		for key := range at {
			got = append(got, key)
		}
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("keys under %q (-want +got)\n%s", path, diff)
		}
	}

	var got report
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	if got.Policy == "" || got.Seconds < 0 || got.Rate <= 0 || got.Bytes <= 0 {
		t.Errorf("policy %q, %v s, %v a second, %v bytes", got.Policy, got.Seconds, got.Rate, got.Bytes)
	}

	// The same from the decisions, by brute force.
	truth := map[string]bool{}
	known := map[string]bool{}
	for _, e := range list {
		if e.Truth != events.Unknown {
			known[e.From], truth[e.From] = true, e.Truth == events.Abusive
		}
	}
	want := report{Policy: got.Policy, Truth: &truthReport{}, Seconds: got.Seconds, Rate: got.Rate, Bytes: got.Bytes}
	order := []string{"warning", "block", "restriction", "suspension", "referral"}
	reached, delivered, before := map[string]int{}, map[string]int{}, map[string]int{}
	senders := map[string]bool{}
	add := func(k *kindCount, kind, n int) {
		for i, p := range []*int{&k.Warning, &k.Block, &k.Restriction, &k.Suspension, &k.Referral} {
			if i == kind {
				*p += n
			}
		}
	}
	for line := range strings.Lines(read(t, decisions)) {
		var d struct {
			ID, From, Verdict string
			At                time.Time
			Score             *float64
			Reasons           []map[string]any
			Imposed           []struct{ Kind string }
		}
		if err := json.Unmarshal([]byte(line), &d); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		if d.ID == "" || d.Score == nil || d.Reasons == nil || d.Imposed == nil || d.At.IsZero() {
			t.Fatalf("something is missing in %s", line)
		}
		want.Messages++
		senders[d.From] = true
		goes := d.Verdict == "allow" || d.Verdict == "flag"
		switch d.Verdict {
		case "allow":
			want.Verdicts.Allow++
		case "flag":
			want.Verdicts.Flag++
		case "defer":
			want.Verdicts.Defer++
		case "hold":
			want.Verdicts.Hold++
		case "reject":
			want.Verdicts.Reject++
		}
		for _, s := range d.Imposed {
			kind := slices.Index(order, s.Kind)
			add(&want.Sanctions, kind, 1)
			reached[d.From] = max(reached[d.From], kind+1)
			if _, ok := before[d.From]; !ok && kind >= 1 {
				before[d.From] = delivered[d.From]
			}
		}
		if goes {
			delivered[d.From]++
		}
		switch {
		case known[d.From] && truth[d.From]:
			want.Truth.AbusiveMessages++
			if goes {
				want.Truth.AbusiveDelivered++
			}
		case known[d.From]:
			want.Truth.HonestMessages++
			if !goes {
				want.Truth.HonestNotDelivered++
			}
		}
	}
	want.Senders = len(senders)
	var counts []int
	for name := range senders {
		for kind := range reached[name] {
			add(&want.Reached, kind, 1)
			if known[name] && truth[name] {
				add(&want.Truth.Caught, kind, 1)
			} else if known[name] {
				add(&want.Truth.Harmed, kind, 1)
			}
		}
		if n, ok := before[name]; ok && known[name] && truth[name] {
			counts = append(counts, n)
		}
		if known[name] && truth[name] {
			want.Truth.AbusiveSenders++
		} else if known[name] {
			want.Truth.HonestSenders++
		}
	}
	slices.Sort(counts)
	if n := len(counts); n > 0 {
		want.Truth.Before = quantiles{counts[(n+1)/2-1], counts[(9*n+9)/10-1], counts[n-1]}
	}
	told := func(reached, harmed int) howMany { // the truth of each is known
		return howMany{Known: true, Of: reached, Honest: float64(harmed), Lo: harmed, Hi: harmed, Labels: reached}
	}
	want.Honest = &honesty{All: told(want.Reached.Warning, want.Truth.Harmed.Warning), Blocked: told(want.Reached.Block, want.Truth.Harmed.Block)}
	// Sanctions that feedback brings are not in -decisions: this fixture has
	// none, see TestFeedback.
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-json and -decisions differ (-decisions +json)\n%s", diff)
	}
	if got.Truth.Caught.Block < 2 {
		t.Errorf("of two blasters and two harassers only %d were blocked", got.Truth.Caught.Block)
	}
	if got.Truth.Harmed.Block > 0 {
		t.Errorf("%d honest senders were blocked", got.Truth.Harmed.Block)
	}
}
