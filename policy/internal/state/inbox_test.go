package state

import (
	"testing"
	"time"
)

// An inbox has room in a kilobyte whatever was in it, and lasts a month.
func TestInboxSize(t *testing.T) {
	f := newFiller(4, 11, 1)
	most := 0
	for range 50 {
		r := Record{Inbox: Inbox{f.windows(), f.windows(), f.decayed(), f.decayed()}}
		r.Touch(dawn)
		b := r.Encode(nil)
		most = max(most, len(b))
		var got Record
		if err := got.Decode(b); err != nil || got.Inbox != r.Inbox {
			t.Fatalf("%v: %+v", err, got.Inbox)
		}
		expires, listed, pinned := got.Meta()
		if listed || pinned || expires.Sub(dawn) != 30*24*time.Hour || got.Rank() != firstDay {
			t.Fatalf("expires %v, listed %v, pinned %v, rank %d", expires, listed, pinned, got.Rank())
		}
	}
	t.Logf("%d bytes at most", most)
	if most > 1024 {
		t.Errorf("%d bytes", most)
	}
}

// What a wrong clock says of a full inbox holds no longer than any limit is, and not at
// all once the record is brought back.
func TestFullAt(t *testing.T) {
	f := Full{Until: 10*day + hour, Per: hour, N: 30}
	for now, want := range map[uint32]Full{10 * day: f, 10*day + hour: {}, 4 * day: f, day: {}} {
		if got := f.At(now); got != want {
			t.Errorf("at %d: %v", now, got)
		}
	}
	r := Record{Full: f, Inbox: Inbox{Got: newFiller(5, 11, 1).decayed()}}
	r.Touch(dawn)
	r.Begin(dawn.Add(-time.Hour), dawn.Add(-time.Hour), time.Minute, &testRules)
	if r.Full != (Full{}) || int64(r.Inbox.Got.Ref) > dawn.Add(-time.Hour).Unix() {
		t.Errorf("after the clock was put right: %v, %v", r.Full, r.Inbox.Got)
	}
}
