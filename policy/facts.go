package policy

import (
	"slices"
	"time"

	"github.com/decorum-go/decorum/policy/internal/keys"
	"github.com/decorum-go/decorum/similarity"
)

// facts is all that a judgement of one message knows besides the record:
// what the message says by itself, and what was looked up elsewhere.
type facts struct {
	reading
	m   *Message  // nil: an event is judged, not a message
	at  time.Time // of the message
	now time.Time // at which it is judged: not before the record's newest event
	sec uint32

	looked  bool               // what follows was looked up
	cluster similarity.Cluster // what the campaign index would say
	guilt   float64            // strike mass on other accounts of the origin
	permit  permit

	learn  bool // history: counted as delivered, no verdict
	static bool // the store is away: enforce and count, impose nothing
}

// reading is what a message says by itself, whenever and by whom it is judged.
type reading struct {
	key     Key
	me      uint64 // the sender, as others' records know him
	origin  Key    // zero without one
	id      uint32 // keyed hash of the message's ID; 0 without one
	content uint32 // keyed hash of recipients and text
	channel uint32 // keyed hash of the channel; 0: messages
	sketch  similarity.Sketch
	to      []addressee // by hash, each once

	announced int // addressees who are not known to be strangers
	whole     int // as how many these count: min(n, 5 + (n−5)/50), in 1/50
}

// permit says whether the sanction budget allows a sanction above Warning.
type permit uint8

const (
	unasked permit = iota
	granted
	denied
)

// addressee is one distinct recipient, or the group.
type addressee struct {
	who      uint64
	relation Relation
	wrote    bool // looked up: this person wrote to the sender
	waits    bool // looked up: this person waits for the sender's answer
	kin      bool // looked up: this person wrote from the origin of the message
	key      Key

	// From the sender's record:
	tied   bool    // wrote first, or answered
	credit bool    // the host says that this person wrote first: credit the answer
	fresh  bool    // never written to
	weight float64 // how much of a stranger
	enters bool    // a room where somebody wrote, but never the sender: a tie once it is delivered
	early  bool    // first written to over a day ago
	open   bool    // was written to, and has not answered
	kept   bool    // has a place among the open approaches, however many the message goes to
}

// cold reports whether a message to this person approaches somebody who has no
// reason to expect it.
func (a *addressee) cold() bool { return !a.tied && a.weight >= .5 }

const mostLooks = 16 // recipients whose records are looked at

// meet begins the judgement of a message that was read.
func (f *facts) meet(m *Message, now time.Time) {
	f.m, f.at, f.now, f.sec = m, now, now, seconds(now)
	f.looked, f.cluster, f.guilt, f.permit, f.learn, f.static = false, similarity.Cluster{}, 0, unasked, false, false
}

// content is the keyed hash of recipients and text.
func content(m *Message, keyer *keys.Keyer) uint32 {
	var sum uint64
	for i := range m.Recipients {
		sum += keyer.Member(m.Recipients[i].ID)
	}
	return keyer.Content(sum, m.Group, m.Text)
}

// read fills in all but the sketch.
func (f *reading) read(m *Message, keyer *keys.Keyer) {
	f.key = keyer.Key(keys.Account, m.Sender)
	f.me = keys.Person(f.key)
	f.id, f.content, f.channel, f.origin = 0, 0, 0, Key{}
	if m.ID != "" {
		f.id, f.content = keyer.Hash32(keys.Message, m.ID), content(m, keyer)
	}
	if m.Channel != "" {
		f.channel = max(keyer.Hash32('c', m.Channel), 1)
	}
	if m.Origin != "" {
		f.origin = keyer.Key(keys.Origin, m.Origin)
	}
	f.to = f.to[:0]
	if m.Group != "" {
		// A room is one contact, as far as the farthest in it that the host knows:
		// one friend among strangers makes no room of friends.
		far := m.Recipients[0].Relation
		for _, r := range m.Recipients[1:] {
			if r.Relation != UnknownRelation && (far == UnknownRelation || r.Relation > far) {
				far = r.Relation
			}
		}
		k := keyer.Key(keys.Group, m.Group)
		f.to = append(f.to, addressee{who: keys.Person(k), relation: far, key: k})
	} else {
		for i := range m.Recipients {
			k := keyer.Key(keys.Account, m.Recipients[i].ID)
			f.to = append(f.to, addressee{who: keys.Person(k), relation: m.Recipients[i].Relation, key: k})
		}
		if len(f.to) > 1 {
			f.sort()
		}
	}
	n := len(f.to)
	for i := range f.to {
		if f.to[i].relation == Stranger {
			n--
		}
	}
	f.announced, f.whole = n, 50*n
	if n > 5 {
		f.whole = min(f.whole, 250+n-5)
	}
}

// sort puts recipients into an order that does not depend on the caller's, and
// drops those named twice; the nearest relation that was given stays.
func (f *reading) sort() {
	slices.SortFunc(f.to, func(a, b addressee) int {
		switch {
		case a.who < b.who:
			return -1
		case a.who > b.who:
			return 1
		}
		return int(a.relation) - int(b.relation)
	})
	k := 0
	for i := range f.to {
		if k > 0 && f.to[k-1].who == f.to[i].who {
			if f.to[k-1].relation == UnknownRelation {
				f.to[k-1].relation = f.to[i].relation
			}
			continue
		}
		f.to[k] = f.to[i]
		k++
	}
	f.to = f.to[:k]
}

// scale is what a recipient of this message counts: one message to many is an
// announcement, not as many approaches. Nobody has announcements for people whom
// the host knows to be strangers.
func (f *facts) scale(a *addressee) float64 {
	if a.relation == Stranger {
		return 1
	}
	return float64(f.whole) / float64(50*max(1, f.announced))
}

// relate fills in what the sender's record knows of each recipient. It reports
// whether what it does not know should be looked up: a look costs a record, and
// only outreach needs one.
func (f *facts) relate(r *record, w *Weights) (look bool) {
	reply := f.replies()
	for i := range f.to {
		a := &f.to[i]
		k := r.contacts.lookup(a.who)
		a.fresh = k.flags&isKnown == 0 || k.first == 0
		a.tied = k.flags&hasTie != 0 || a.wrote || a.who == f.me || reply
		if a.enters = reply && f.m.Group != "" && a.fresh && k.flags&hasTie == 0; a.enters {
			// Whoever wrote there need not be those who read it.
			a.tied = false
		}
		a.credit = reply && k.flags&hasTie == 0
		a.open = r.open.find(a.who) >= 0
		a.early = !a.fresh && f.sec >= after(k.first, settledAfter)
		a.weight = w.of(a)
		if !a.tied {
			look = true
		}
	}
	// Of a message to more people than a record waits for, the same ones are
	// waited for from the first count to the last.
	room := maxOpen
	for i := len(f.to) - 1; i >= 0; i-- {
		a := &f.to[i]
		a.kept = !a.tied && room > 0
		if a.kept {
			room--
		}
	}
	return look && !f.looked
}

// replies reports whether the host says that the recipient, or somebody in the
// room, wrote first. Of several recipients it does not say who.
func (f *facts) replies() bool { return f.m.Reply && len(f.to) == 1 }

// of is how much of a stranger an addressee is.
func (w *Weights) of(a *addressee) float64 {
	if a.tied {
		return w.Tie
	}
	switch a.relation {
	case Connection:
		return w.Connection
	case Follower:
		return w.Follower
	case SecondDegree:
		return w.SecondDegree
	case Stranger:
		return w.Stranger
	}
	return w.Unknown
}

// tied reports whether the message goes only to people with a tie.
func (f *facts) tied() bool {
	for i := range f.to {
		if !f.to[i].tied {
			return false
		}
	}
	return true
}

// outreach reports whether the message approaches somebody without a tie.
func (f *facts) outreach() bool {
	for i := range f.to {
		if f.to[i].cold() {
			return true
		}
	}
	return false
}

// newPeople is how many the message takes from the window of new people.
func (f *facts) newPeople() int {
	n, strangers := 0, 0
	for i := range f.to {
		if a := &f.to[i]; a.fresh && a.cold() {
			if a.relation == Stranger {
				strangers++
			} else {
				n++
			}
		}
	}
	if n > 5 {
		n = 5 + (n-5)/50
	}
	return n + strangers
}
