package storekit_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storekit"
)

// TestDays has a store that begins anew every day keep its Days, through a clock that
// jumps.
func TestDays(t *testing.T) {
	now := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	var d storekit.Days
	anew := func() {
		b, err := d.AppendBinary(nil)
		if err != nil || d.UnmarshalBinary(b) != nil {
			t.Fatal(err)
		}
	}
	for day := range 30 {
		if over := d.Over(); day < 10 && !over.IsZero() || day >= 10 && now.Sub(over) > 11*24*time.Hour {
			t.Fatalf("on day %d what expired before %v is over", day, over)
		}
		for range 24 {
			d.See(now)
			now = now.Add(time.Hour)
			anew()
		}
	}
	d.See(now)
	before := d.Over()
	for range 60 {
		d.See(now.AddDate(1, 0, 0))
		anew()
	}
	if over := d.Over(); over.After(now.AddDate(0, 0, -7)) {
		t.Errorf("a clock a year ahead for an hour: %v is over at %v", over, now)
	}
	d.See(now)
	if d.Over().After(before) {
		t.Errorf("after it %v is over; before, %v was", d.Over(), before)
	}
	if d.See(time.Time{}) {
		t.Error("the zero Time says something")
	}
	for _, b := range [][]byte{nil, make([]byte, 39), append(make([]byte, 32), 2, 0, 0, 0, 1, 0, 0, 0)} {
		if err := d.UnmarshalBinary(b); err == nil || d != (storekit.Days{}) {
			t.Errorf("%x is read as %v, %v", b, d, err)
		}
	}
}

// TestDropName takes a record of an engine's as a store does.
func TestDropName(t *testing.T) {
	now := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	store := policy.NewMemory(0)
	e, err := policy.New(policy.Config{Store: store, Secret: []byte("secret"), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Impose(t.Context(), policy.Sanction{Account: "some name", Kind: policy.Block, By: "moderator", Until: now.AddDate(0, 0, 1)}); err != nil {
		t.Fatal(err)
	}
	for entry, err := range store.All(t.Context(), false) {
		if err != nil {
			t.Fatal(err)
		}
		for _, days := range []int{0, 184, 186} {
			r, less := storekit.DropName(entry.Data, now.AddDate(0, 0, days))
			if less != (days > 185) || less && (bytes.Contains(r.Data, []byte("some name")) || len(r.Data) == 0 || r.Expires.IsZero()) {
				t.Errorf("after %d days: less %t, %q", days, less, r.Data)
			}
			if _, less := storekit.DropName(r.Data, now.AddDate(0, 0, days)); less {
				t.Error("it went twice")
			}
		}
	}
	if _, less := storekit.DropName([]byte("what is no record"), now); less {
		t.Error("a name went out of what is no record")
	}
}
