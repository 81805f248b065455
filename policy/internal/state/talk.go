package state

import "github.com/decorum-go/decorum/policy/internal/stamp"

// A talk says when an account wrote to a contact last, to the day, and how many turns it
// took since, as far as it knows, the contact last did. It is kept in the place of
// Contact.First, which nobody asks for after a day, and so takes no byte: the day of the
// newest message, over how many days, how many turns, and which part of that day. Read as
// a time it is one of long ago.
type talk uint32

// Bounds on what a talk counts.
const (
	MostSilentDays  = 1<<6 - 1
	MostSilentTurns = 1<<5 - 1
	talkPart        = 45 * 60 // seconds: what goes out within one is a turn
)

func talkOf(day, days, turns, part uint32) uint32 {
	return day<<16 | min(days, MostSilentDays)<<10 | min(turns, MostSilentTurns)<<5 | part
}

func (t talk) day() uint32   { return uint32(t >> 16) }
func (t talk) days() uint32  { return uint32(t >> 10 & MostSilentDays) }
func (t talk) turns() uint32 { return uint32(t >> 5 & MostSilentTurns) }
func (t talk) part() uint32  { return uint32(t & 31) }

// FirstAfter reports whether the account first wrote to the person after a time of the
// last day.
func (k *Contact) FirstAfter(t uint32) bool { return k.Flags&Talked == 0 && k.First > t }

// Write notes that the account writes to a contact. What it wrote on the day on which it
// first did is no turn yet.
func (k *Contact) Write(now uint32) {
	day, part := now/stamp.Day, now%stamp.Day/talkPart
	t := talk(k.First)
	switch {
	case k.Flags&Talked == 0 && now < stamp.After(k.First, stamp.Day):
	case k.Flags&Talked == 0 || t.turns()+t.days() == 0 || day < t.day():
		k.Flags |= Talked
		k.First = talkOf(day, 0, 1, part)
	case day != t.day() || part != t.part():
		k.First = talkOf(day, t.days()+day-t.day(), t.turns()+1, part)
	}
}

// Heard notes that the contact wrote on a day since 1970: what the account writes next is
// the first turn since.
func (k *Contact) Heard(day uint32) {
	if k.Flags&Talked == 0 {
		return
	}
	if t := talk(k.First); day <= t.day() {
		k.First = talkOf(t.day(), t.day()-day, 0, t.part())
	} else {
		k.First = talkOf(t.day(), 0, 0, t.part())
	}
}

// Unanswered is since which day the contact has not written, as far as the account knows,
// and in how many turns. Without turns there is no such day.
func (k *Contact) Unanswered() (since, turns uint32) {
	if k.Flags&Talked == 0 {
		return 0, 0
	}
	t := talk(k.First)
	return t.day() - min(t.day(), t.days()), t.turns()
}

// Wrote is the day on which the account wrote to somebody last, or a later one; 0: it is
// not known.
func (c *Contacts) Wrote(who uint64) (day uint32) {
	if i := c.find(who); i >= 0 {
		switch k := &c.at[i]; {
		case k.Flags&Talked != 0:
			return talk(k.First).day()
		case k.First != 0:
			return stamp.After(k.First, stamp.Day) / stamp.Day
		}
		return 0
	}
	if i, _ := c.contacts.find(fingerprint(who)); i >= 0 {
		return stamp.After(c.contacts.at[i].from, batchSpan) / stamp.Day
	}
	return 0
}
