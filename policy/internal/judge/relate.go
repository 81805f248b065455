package judge

import (
	"slices"
	"time"

	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/state"
)

// MostLookups is how many recipients' records are looked at: of a message to more
// people without a contact, strangers who were not looked at have to wait.
const MostLookups = 1000

// mostAnswers is how many are credited with an answer that a message to many is.
const mostAnswers = 16

// earlierAfter is in how many seconds a first approach that nobody answered is an
// earlier one.
const earlierAfter = 24 * 3600

// Distinct puts recipients into an order that does not depend on the caller's, and
// drops those named twice; the nearest relation that was given stays, and the strictest
// settings.
func Distinct(to []Recipient) []Recipient {
	slices.SortFunc(to, func(a, b Recipient) int {
		switch {
		case a.Who < b.Who:
			return -1
		case a.Who > b.Who:
			return 1
		}
		return a.Relation.Distance() - b.Relation.Distance()
	})
	k := 0
	for i := range to {
		if k > 0 && to[k-1].Who == to[i].Who {
			last := &to[k-1]
			if last.Relation == Unknown {
				last.Relation = to[i].Relation
			}
			last.Accepts, last.Protected = max(last.Accepts, to[i].Accepts), last.Protected || to[i].Protected
			continue
		}
		to[k] = to[i]
		k++
	}
	return to[:k]
}

// relate fills in what the sender's record knows of each recipient. It reports
// whether what it does not know should be looked up: a look costs a record, and only
// outreach needs one.
func (c *call) relate() (look bool) {
	r, in := c.r, c.in
	c.to = c.to[:0]
	all := r.RefusedBy.Many()
	for i := range in.To {
		c.to = append(c.to, recipient{Recipient: in.To[i], at: i})
		a := &c.to[i]
		c.know(a, r.Contacts.Lookup(a.Who))
		look = look || !a.contact || a.quiet || all
	}
	return look || in.Origin != state.Key{}
}

// approaches has the rules for strangers hold where the message goes to one, if the
// class has any.
func (c *call) approaches() {
	if c.class.Strangers == nil || !c.any((*recipient).outside) {
		return
	}
	c.rules = c.class.Strangers
	c.relate()
}

// near reports whether a message to this person is expected, since the sender's class has
// other rules for strangers: it counts for no outreach, and what it sends them is no copy.
func (c *call) near(a *recipient) bool { return c.class.Strangers != nil && !a.outside() }

// spread fills in what rests on how many the message goes to.
func (c *call) spread() {
	n := len(c.to)
	c.announced = n
	c.later = n > 5 && c.r.People.Count(c.now, 7*24*time.Hour) >= 5
	for i := range c.to {
		if c.to[i].alone() {
			c.announced--
		}
	}
	// Of a message to more people than a record waits for, the same ones are waited
	// for from the first count to the last.
	room := state.MaxPending
	for i := len(c.to) - 1; i >= 0; i-- {
		if a := &c.to[i]; (!a.contact || a.lapsed) && room > 0 {
			a.kept = true
			room--
		}
	}
}

// know fills in what the sender's record knows of a recipient.
func (c *call) know(a *recipient, k state.Contact) {
	reply, known := c.in.Replies(), k.Flags&state.IsContact != 0
	a.fresh = k.Flags&state.Known == 0 || k.First == 0
	a.contact = known || a.Wrote || a.Who == c.in.Me || reply
	if a.enters = reply && c.in.Group && a.fresh && !known; a.enters {
		// Those who wrote there need not be those who read it.
		a.contact = false
	}
	a.credit = reply && !known
	c.lapse(a, &k)
	a.pending = c.r.Pending.Find(a.Who) >= 0
	a.earlier = !a.fresh && c.sec >= stamp.After(k.First, earlierAfter)
	if a.weight = c.rules.Weights.of(a); a.Protected && !a.contact && c.rules.Weights.Protected > 0 {
		a.weight *= c.rules.Weights.Protected
	}
}

// Replies reports whether the host says that the recipient, or somebody in the
// room, wrote first. Of several recipients it does not say who.
func (in *Input) Replies() bool { return in.Reply && len(in.To) == 1 }

// scale is what a recipient of this message counts: one message to many is an
// announcement, not as many approaches. Nobody has announcements for people whom the host
// knows to be strangers, or protected.
func (c *call) scale(a *recipient) float64 {
	n := c.announced
	if a.alone() {
		return 1
	}
	return float64(counts(n, n, c.later || !c.in.Joined.IsZero() && c.isNew())) / float64(fiftieths*max(1, n))
}

// counts is what an announcement to n people counts, in fiftieths of an approach: five in
// full, and one in fifty of the others; one in five of a later announcement of a week, and
// of those beyond most.
func counts(n, most int, later bool) int {
	switch {
	case n <= 5:
		return fiftieths * n
	case later:
		return fiftieths*5 + fiftieths/5*(n-5)
	}
	return fiftieths*5 + min(n, most) - 5 + fiftieths/5*max(0, n-most)
}

const fiftieths = 50

// ContactsOnly reports whether the message goes only to contacts.
func (w *Scratch) ContactsOnly() bool {
	return !w.any(func(a *recipient) bool { return !a.contact || a.lapsed })
}

// FriendsOnly reports whether the message goes only to contacts, and to those with whom
// the host says that the sender is connected.
func (w *Scratch) FriendsOnly() bool {
	return !w.any(func(a *recipient) bool { return !a.contact && a.Relation != Connection })
}

// outreach reports whether the message approaches a stranger, or goes on to who lapsed.
func (w *Scratch) outreach() bool {
	return w.any(func(a *recipient) bool { return a.stranger() || a.lapsed })
}

// any reports whether something is so of any recipient.
func (w *Scratch) any(is func(*recipient) bool) bool {
	for i := range w.to {
		if is(&w.to[i]) {
			return true
		}
	}
	return false
}

// newPeople is how many the message takes from the window of new people. Whom nobody has
// answered has no thousand people to make an announcement to.
func (c *call) newPeople() int {
	n, strangers := 0, 0
	for i := range c.to {
		if a := &c.to[i]; a.fresh && a.stranger() {
			if a.alone() {
				strangers++
			} else {
				n++
			}
		}
	}
	if n > 5 {
		n = counts(n, announceable+perContact*int(c.r.Contacts.Count()), c.later) / fiftieths
	}
	return n + strangers
}

// How many people an announcement is for: so many, and so many more for each contact.
const (
	announceable = 300
	perContact   = 50
)

// Unknown yields those recipients of the message judged last whose records may say
// that they wrote first, at most MostLookups; strangers first.
func (w *Scratch) Unknown(in *Input, yield func(*Recipient)) {
	all := w.call.r.RefusedBy.Many()
	if in.Replies() && !all || in.Group {
		return
	}
	n := 0
	for _, strangers := range [...]bool{true, false} {
		for i := range w.to {
			if a := &w.to[i]; (!a.contact || a.quiet || all) && a.stranger() == strangers && n < MostLookups {
				to := &in.To[a.at]
				to.Looked = true
				yield(to)
				n++
			}
		}
	}
}

// Answered yields those who waited for an answer that the message judged last is,
// at most mostAnswers.
func (w *Scratch) Answered(in *Input, yield func(*Recipient)) {
	if w.call.edit {
		return
	}
	n := 0
	for i := range w.to {
		if a := &w.to[i]; (a.Waits || a.credit || a.lifts) && n < mostAnswers {
			yield(&in.To[a.at])
			n++
		}
	}
}

// Strangers appends the recipients that a campaign index should know of: those whom
// the message is not refused for, if there are any.
func (w *Scratch) Strangers(in *Input, dst []uint64) []uint64 {
	all := len(dst)
	for _, refused := range [...]bool{false, true} {
		for i := range w.to {
			a := w.to[i]
			a.Recipient = in.To[a.at]
			if a.contact || a.Wrote || a.Relation != Unknown && a.Relation.Distance() < SecondDegree.Distance() {
				continue
			}
			if _, out := w.call.own(&a); out == refused {
				dst = append(dst, a.Who)
			}
		}
		if len(dst) > all {
			break
		}
	}
	return dst
}
