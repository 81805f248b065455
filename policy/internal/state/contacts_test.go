package state

import (
	"fmt"
	"slices"
	"testing"

	"github.com/decorum-go/decorum/policy/internal/raced"
	"github.com/decorum-go/decorum/policy/internal/stamp"
)

// people is a life of many contacts and approaches, and the order in which they were
// last met.
type people struct {
	f     filler
	r     Record
	now   uint32
	met   []uint64          // contacts, the last one last
	known map[uint64]uint32 // everybody, and when they were met last
}

func newPeople(seed uint64) *people {
	return &people{f: newFiller(seed, 12, 1), now: stamp.Of(dawn), known: map[uint64]uint32{}}
}

func (p *people) meet(who uint64, contact bool) {
	k := p.r.Contacts.Lookup(who)
	if k.First == 0 {
		k.First = p.now
	}
	if contact {
		k.Flags |= IsContact
		if i := slices.Index(p.met, who); i >= 0 {
			p.met = slices.Delete(p.met, i, i+1)
		}
		p.met = append(p.met, who)
	} else {
		k.Flags |= WasStranger
	}
	p.r.Contacts.Put(p.now, k)
	p.known[who] = p.now
}

// store writes the record and reads it, as every message does.
func (p *people) store(t *testing.T) {
	t.Helper()
	p.r.Newest = int64(p.now) * 1000
	b := p.r.encode(nil)
	var again Record
	if err := again.Decode(b); err != nil {
		t.Fatal(err)
	}
	p.r.Contacts = again.Contacts
	p.r.Contacts.age(p.now)
}

// missed is how many of the last n contacts of 60 days are not known as such.
func (p *people) missed(n int) (missed int) {
	for _, who := range p.met[max(0, len(p.met)-n):] {
		if p.now-p.known[who] <= 60*day && p.r.Contacts.Lookup(who).Flags&IsContact == 0 {
			missed++
		}
	}
	return missed
}

// mistaken is the share of 300,000 people never met who are taken for a contact,
// and for somebody who was met.
func (p *people) mistaken() (contact, known float64) {
	const n = 300_000
	for range n {
		who := p.f.who()
		k := p.r.Contacts.Lookup(who)
		if p.known[who] != 0 {
			continue
		}
		if k.Flags&IsContact != 0 {
			contact++
		}
		if k.Flags&Known != 0 {
			known++
		}
	}
	return contact / n, known / n
}

// TestContactsSure: whatever the mix of new contacts, old ones met again and people
// who are approached, none of the last 400 contacts is missed at any time, and few who
// were never met are taken for one.
func TestContactsSure(t *testing.T) {
	raced.Skip(t)
	for _, test := range []struct {
		aMonth, approached int     // new contacts, and people approached
		again              float64 // messages to an old contact for each to a new one
	}{
		{100, 0, 0}, {400, 0, 0}, {400, 400, 0}, {400, 0, 4}, {400, 2000, 1}, {1000, 0, 0}, {50, 0, 20}, {200, 200, .5},
	} {
		t.Run(fmt.Sprint(test), func(t *testing.T) {
			p := newPeople(uint64(test.aMonth))
			all := 1 + test.again + float64(test.approached)/float64(test.aMonth)
			largest := 0
			for i := range int(4 * float64(test.aMonth) * all) {
				p.now += uint32(30 * day / (float64(test.aMonth) * all))
				switch x := p.f.Float64() * all; {
				case x < 1 || len(p.met) == 0:
					p.meet(p.f.who(), true)
				case x < 1+test.again:
					// The last hundreds more often than those long ago.
					back := int(float64(len(p.met)) * p.f.Float64() * p.f.Float64())
					p.meet(p.met[len(p.met)-1-back], true)
				default:
					p.meet(p.f.who(), false)
				}
				p.store(t)
				largest = max(largest, len(putApproached(&p.r, putBatches(&p.r, nil))))
				if i%97 == 0 {
					if n := p.missed(400); n > 0 {
						t.Fatalf("after %d: %d of the last 400 contacts are missed", i, n)
					}
				}
			}
			contact, known := p.mistaken()
			t.Logf("%.3f%% of strangers are taken for contacts, %.3f%% for people met; at most %d bytes", 100*contact, 100*known, largest)
			if contact > .0043 || known > .0090 { // those who were approached as strangers, or not, have two fingerprints
				t.Errorf("%.3f%% of strangers are taken for contacts, %.3f%% for people met, want at most .43 and .90", 100*contact, 100*known)
			}
		})
	}
}

// TestContactsForgotten: people are remembered for 60 days at least after they were
// last met, and for 90 at most.
func TestContactsForgotten(t *testing.T) {
	p := newPeople(1)
	for range 200 {
		p.now += hour
		p.meet(p.f.who(), true)
	}
	for range maxContacts { // who keep the exact list full
		p.meet(p.f.who(), true)
	}
	met := p.now
	for p.now-met < 100*day {
		p.now += 12 * hour
		p.store(t)
		known := 0
		for _, who := range p.met[:200] {
			if p.r.Contacts.Lookup(who).Flags&IsContact != 0 {
				known++
			}
		}
		if days := (p.now - met) / day; days < 60 && known < 200 || days > 90 && known > 0 {
			t.Fatalf("after %d days %d of 200 are known", days, known)
		}
	}
}

// TestContactsOfAnEarlierRelease: those in its filters are known until they are over,
// beside those met since.
func TestContactsOfAnEarlierRelease(t *testing.T) {
	p := newPeople(2)
	old, asked := p.f.who(), p.f.who()
	g := &p.r.Contacts.gen[0]
	g.from = p.now
	bloomAdd(g.members[:], old)
	bloomAdd(g.strangers[:], asked)
	for range 100 {
		p.now += hour
		p.meet(p.f.who(), true)
		p.store(t)
	}
	a, b := p.r.Contacts.Lookup(old), p.r.Contacts.Lookup(asked)
	if a.Flags&IsContact == 0 || b.Flags&(WasStranger|IsContact) != WasStranger || p.missed(400) > 0 {
		t.Errorf("the contact is %v, the one who was approached %v, %d of the new ones are missed", a, b, p.missed(400))
	}
	p.now += 91 * day
	p.store(t)
	if n := p.r.Contacts; n.gen.any() || n.contacts.n > 0 {
		t.Error("they are remembered for ever")
	}
}

// TestContactsOfAFullRecord: what a record sheds when it is full in every other way
// are not its last 400 contacts.
func TestContactsOfAFullRecord(t *testing.T) {
	p := newPeople(4)
	p.r = *busy(t)
	for range 800 {
		p.now += 30 * day / 400
		p.meet(p.f.who(), true)
	}
	p.r.Newest = int64(p.now) * 1000
	for range MaxReports {
		p.r.AddReport(Report{Who: p.f.who(), At: p.f.sec(), Weight: 100})
	}
	b := p.r.Encode(nil)
	if err := p.r.Decode(b); err != nil || len(b) > MaxSize {
		t.Fatalf("%d bytes: %v", len(b), err)
	}
	if n := p.missed(400); n > 0 {
		t.Errorf("%d of the last 400 contacts are missed", n)
	}
	t.Logf("%d bytes: %v", len(b), sectionSizes(b))
}
