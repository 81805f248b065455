package state

import (
	"testing"

	"github.com/decorum-go/decorum/policy/internal/ladder"
	"github.com/decorum-go/decorum/policy/internal/stamp"
)

// TestRank says what goes before what in a store that is full, and what never does.
func TestRank(t *testing.T) {
	const now = 1_700_000_000
	account := func(days, contacts int, entries ...ladder.Entry) *Record {
		r := &Record{Newest: 1000 * now, Born: uint32(now - days*stamp.Day)}
		for i := range contacts {
			r.Contacts.Put(now, Contact{Who: uint64(i + 1), Flags: IsContact})
		}
		r.Enforced.Ladder.N = copy(r.Enforced.Ladder.Log[:], entries)
		return r
	}
	warned := ladder.Entry{At: now, Until: now + 1000, Kind: ladder.Warning, Flags: ladder.Counted | ladder.Warns, Mass: .5}
	rising := []*Record{
		account(0, 0), account(1, 0), account(1, 1), account(1, 1, warned), account(7, 0), account(30, 0), account(30, 20), account(365, 0),
		account(365, 400), {Reporter: Reporter{all: 1}},
	}
	for i := 1; i < len(rising); i++ {
		if a, b := rising[i-1].Rank(), rising[i].Rank(); a >= b {
			t.Errorf("record %d has rank %d, record %d has %d: want it to rise", i-1, a, i, b)
		}
	}
	for i, r := range []*Record{account(0, 400), account(0, 0, warned), account(0, 24, warned)} {
		if r.Rank() != firstDay || r.pinned() {
			t.Errorf("account %d of one day has rank %d, pinned %t", i, r.Rank(), r.pinned())
		}
	}
	if counter := (&Record{Tally: Tally{1}}); counter.Rank() >= firstDay {
		t.Errorf("a counter has rank %d, not below that of an account of one day", counter.Rank())
	}
	if n, want := account(365, 400).Rank(), uint8(2*9+9); n != want {
		t.Errorf("a year with 400 contacts is rank %d, want %d", n, want)
	}
	appealed, byHand, blocked := warned, warned, warned
	appealed.Flags |= ladder.Appealed
	byHand.Flags |= ladder.Hand
	blocked.Kind = ladder.Block
	for i, e := range []ladder.Entry{appealed, byHand, blocked} {
		if !account(0, 0, e).pinned() {
			t.Errorf("entry %d does not pin", i)
		}
	}
	held := account(0, 0)
	held.Order = Order{Verdict: Hold, Until: stamp.Forever}
	if carried := account(0, 0); !held.pinned() || carried.pinned() {
		t.Errorf("a standing order pins: %t; nothing does: %t", held.pinned(), carried.pinned())
	}
}
