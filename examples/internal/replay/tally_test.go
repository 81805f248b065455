package replay

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestProgress(t *testing.T) {
	var b bytes.Buffer
	p := newProgress(&b, "", func() (int64, int64) { return 25, 100 })
	p.step(1)
	if b.Len() > 0 {
		t.Errorf("said at once: %s", &b)
	}
	if got, want := p.line(50_000, 10*time.Second), "replay: 50,000 messages, 5,000 a second, 25%, 30s left\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	p.begin = p.begin.Add(-time.Minute)
	p.next = p.begin
	for range 1024 {
		p.step(7)
	}
	if got := b.String(); !strings.HasPrefix(got, "replay: 7 messages, 0 a second, 25%, 3m0s left") || strings.Count(got, "\n") != 1 {
		t.Errorf("got %q", got)
	}
}

// TestTop compares the bounded list with a sort of everybody.
func TestTop(t *testing.T) {
	var list top
	all := []*sender{}
	for i := range 200 {
		all = append(all, &sender{name: fmt.Sprint(i)})
	}
	for i := range 5000 {
		s := all[i*i*31%len(all)]
		if i%7 == 0 && s.worst < 3 && i%len(all) < 40 {
			s.worst++
		} else {
			s.peak += float64(i*7919%101) / 1000
		}
		list.offer(s, nil)
	}
	slices.SortFunc(all, func(a, b *sender) int { return rank{b.worst, b.peak}.compare(rank{a.worst, a.peak}) })
	for i, got := range list.list {
		want := all[i]
		if got.rank != (rank{want.worst, want.peak}) {
			t.Fatalf("place %d: %v, want %v", i, got.rank, want)
		}
	}
	if len(list.list) != topSize {
		t.Errorf("%d in the list", len(list.list))
	}
}

func TestQuantile(t *testing.T) {
	one := []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	for q, want := range map[float64]int{.5: 5, .9: 9, 1: 10, 0: 1} {
		if got := quantile(one, q); got != want {
			t.Errorf("quantile(%v) = %d, want %d", q, got, want)
		}
	}
	if quantile([]int(nil), .5) != 0 || quantile([]int{7}, .9) != 7 {
		t.Error("of none 0, of one itself")
	}
}

func TestUndelivered(t *testing.T) {
	var u undelivered
	u.set("a", "1", true)
	u.set("a", "2", true)
	u.set("a", "2", false) // a retry
	if !u.has("a", "1") || u.has("a", "2") || u.has("b", "1") {
		t.Error("does not remember")
	}
	for i := range 3 * maxUndelivered {
		u.set("b", fmt.Sprint(i), true)
	}
	if u.has("a", "1") || !u.has("b", fmt.Sprint(3*maxUndelivered-1)) || len(u.known) > maxUndelivered || len(u.order) > maxUndelivered {
		t.Errorf("not bounded: %d", len(u.known))
	}
}
