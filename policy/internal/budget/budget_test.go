package budget

import (
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy/internal/keys"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// latest is when these tests end: nothing before is a wrong clock.
var latest = noon.AddDate(100, 0, 0)

// Whatever the moment, no hour has more than it may.
func TestBudget(t *testing.T) {
	var b Budget
	took := 0
	for i := range 10 {
		at := noon.Add(time.Duration(i) * time.Minute)
		can := b.Check(at, latest, 3, 0)
		if got := b.Take(at, latest, 3, 0); got != can {
			t.Errorf("Check says %t, Take %t", can, got)
		} else if got {
			took++
		}
	}
	if took != 3 {
		t.Errorf("took %d, want 3", took)
	}
	b.GiveBack(noon)
	if at := noon.Add(10 * time.Minute); !b.Take(at, latest, 3, 0) || b.Take(at, latest, 3, 0) {
		t.Error("one was given back: want one, not two")
	}
	if at := noon.Add(59 * time.Minute); b.Check(at, latest, 3, 0) {
		t.Error("an hour has four")
	}
	if at := noon.Add(2 * time.Hour); !b.Check(at, latest, 3, 0) || b.Check(at, latest, 0, 0) {
		t.Error("two hours later: want one, and none of a budget of none")
	}
}

// see has accounts be active, each under a hash of its number.
func see(b *Budget, from, to int, at time.Time) {
	for i := from; i < to; i++ {
		b.See(keys.Mix(uint64(i), 1), at, latest)
	}
}

// The accounts of this day or of the one before count, each once.
func TestActive(t *testing.T) {
	var b Budget
	day := 24 * time.Hour
	for _, c := range []struct {
		at       time.Time
		from, to int // seen
		want     float64
	}{
		{noon, 0, 1000, 1000},
		{noon, 0, 1000, 1000},
		{noon.Add(day), 1000, 1200, 1000},
		{noon.Add(2 * day), 0, 0, 200},
		{noon.Add(4 * day), 0, 0, 0},
		{noon.Add(4 * day), 0, 30_000, 30_000},
		{noon, 50_000, 50_100, 30_000}, // late
		{noon.Add(300 * day), 0, 5, 5},
	} {
		see(&b, c.from, c.to, c.at)
		if got := b.active.count(c.at, latest); got < .97*c.want || got > 1.03*c.want {
			t.Errorf("%v: counted %.0f, want %.0f", c.at, got, c.want)
		}
	}
	var full Budget
	see(&full, 0, 1_500_000, noon)
	if got := full.active.count(noon, latest); got < 300_000 {
		t.Errorf("counted %.0f of 1,500,000", got)
	}
}

// A share of the active accounts is allowed where that is more.
func TestShare(t *testing.T) {
	var b Budget
	see(&b, 0, 2000, noon)
	took := 0
	for b.Take(noon, latest, 3, .01) {
		took++
	}
	if took < 19 || took > 21 {
		t.Errorf("took %d, want 1%% of 2,000", took)
	}
}

func TestState(t *testing.T) {
	var b, c Budget
	see(&b, 0, 2000, noon)
	for range 5 {
		b.Take(noon, latest, 10, 0)
	}
	see(&c, 0, 9000, noon.Add(-24*time.Hour)) // goes
	form := b.Append([]byte("x"))[1:]
	var s State
	if err := s.Parse(form); err != nil {
		t.Fatal(err)
	}
	c.Restore(&s)
	if got := string(c.Append(nil)); got != string(form) {
		t.Error("another form after it was restored")
	}
	if b.active.count(noon, latest) != c.active.count(noon, latest) || !c.Check(noon, latest, 6, 0) || c.Check(noon, latest, 5, 0) {
		t.Errorf("%.0f active, want %.0f", c.active.count(noon, latest), b.active.count(noon, latest))
	}
	for _, bad := range [][]byte{nil, form[:1], form[:len(form)-1], append(form, 0)} {
		if s.Parse(bad) == nil {
			t.Errorf("%d bytes are taken, %d are right", len(bad), len(form))
		}
	}
}

// A clock that is wrong for a while, ahead or behind, leaves the budget as it was. So
// does silence, but for what is over.
func TestWrongClock(t *testing.T) {
	const skew = 5 * time.Minute
	for _, jump := range []time.Duration{30 * time.Minute, 3 * time.Hour, 24 * time.Hour, 30 * 24 * time.Hour, 365 * 24 * time.Hour, -3 * time.Hour, -365 * 24 * time.Hour} {
		var b Budget
		see(&b, 0, 1000, noon)
		take := func(at time.Time, n int) (took int) {
			for range n {
				if can := b.Check(at, at.Add(skew), 5, .005); can != b.Take(at, at.Add(skew), 5, .005) {
					t.Errorf("jump of %v: Check says %t, and Take does not", jump, can)
				} else if can {
					took++
				}
			}
			return took
		}
		if got := take(noon, 3); got != 3 {
			t.Fatalf("took %d of 3", got)
		}
		wrong := noon.Add(jump)
		b.See(1, wrong, wrong.Add(skew))
		take(wrong, 1)
		again := noon.Add(time.Minute)
		b.See(2, again, again.Add(skew))
		if got := take(again, 5); got > 2 || got < 1 {
			t.Errorf("a minute after a jump of %v automation may do %d, want what was left, 1 or 2", jump, got)
		}
		if got := b.active.count(again, again.Add(skew)); got < 970 || got > 1030 {
			t.Errorf("a minute after a jump of %v %.0f accounts are active, want 1000", jump, got)
		}
		if got := take(again.Add(61*time.Minute), 10); got < 4 || got > 5 {
			t.Errorf("an hour after a jump of %v automation may do %d, want 5", jump, got)
		}
		for _, silence := range []time.Duration{2 * time.Hour, 3 * 24 * time.Hour, 200 * 24 * time.Hour} {
			again = again.Add(2*time.Hour + silence)
			if got := take(again, 10); got != 5 {
				t.Errorf("after %v of silence automation may do %d, want 5", silence, got)
			}
		}
	}
}
