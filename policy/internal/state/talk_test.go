package state

import (
	"math/rand/v2"
	"testing"

	"github.com/decorum-go/decorum/policy/internal/stamp"
)

// TestTalk compares a talk with all that was written and heard, within its bounds, and with
// what an earlier release takes it for.
func TestTalk(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 2000 {
		now := stamp.Of(dawn) + rng.Uint32N(365*stamp.Day)
		k := Contact{Who: 7, First: now, Flags: IsContact}
		first, since := now, uint32(0) // the day; 0: of the next turn
		turns := map[[2]uint32]bool{}  // days, and parts of them
		for range 60 {
			now += rng.Uint32N(2 * stamp.Day)
			day := now / stamp.Day
			if k.Flags&Talked != 0 && rng.IntN(12) == 0 {
				clear(turns)
				heard, last := day-rng.Uint32N(3), talk(k.First).day() // looked up, it may be old
				if since = 0; heard < last {
					since = heard
				}
				k.Heard(heard)
				continue
			}
			if k.Write(now); now < first+stamp.Day {
				continue
			}
			if since == 0 {
				since = day
			}
			turns[[2]uint32{day, now % stamp.Day / (45 * 60)}] = true
			since = max(since, day-MostSilentDays)
			if gotSince, got := k.Unanswered(); gotSince != since || got != uint32(min(len(turns), MostSilentTurns)) {
				t.Fatalf("since day %d in %d turns, want %d and %d", gotSince, got, since, len(turns))
			}
			var c Contacts
			if c.Put(now, k); c.Wrote(7) != day {
				t.Fatalf("wrote on day %d, want %d", c.Wrote(7), day)
			}
			if k.First >= now-stamp.Day || k.FirstAfter(0) {
				t.Fatalf("an earlier release takes it for a first message at %d, now is %d", k.First, now)
			}
		}
	}
}

// TestTalkWrote: what is not known exactly is taken for later, what is not known at all for
// nothing.
func TestTalkWrote(t *testing.T) {
	var c Contacts
	at := stamp.Of(dawn)
	c.Put(at, Contact{Who: 7, First: at, Flags: IsContact})
	if got, want := c.Wrote(7), (at+stamp.Day)/stamp.Day; got != want || c.Wrote(8) != 0 {
		t.Errorf("wrote on day %d, want %d; to somebody unknown on %d", got, want, c.Wrote(8))
	}
	for i := range uint64(maxContacts) {
		c.Put(at+stamp.Day, Contact{Who: 100 + i, First: at, Flags: IsContact})
	}
	if got, want := c.Wrote(7), (at+31*stamp.Day)/stamp.Day; got != want {
		t.Errorf("who gave way: wrote on day %d, want %d", got, want)
	}
}
