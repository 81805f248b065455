package judge

import "github.com/decorum-go/decorum/policy/internal/state"

// edits reports whether the message replaces the text of one that was delivered, is
// remembered, and reached everybody whom this one goes to. Any other edit is a new
// message, or it would be a way around the limits.
func (c *call) edits() bool {
	d := c.r.Recent.ByID(c.in.Subject, c.sec)
	if d == nil || !d.Verdict.Delivered() || d.Flags&state.Retracted != 0 {
		return false
	}
	return !c.any(func(a *recipient) bool {
		k := c.r.Contacts.Lookup(a.Who)
		return a.Who != c.in.Me && (a.fresh || k.FirstAfter(d.At))
	})
}

// replace counts a delivered edit: for its text, which others may send too, and as no
// delivery to anybody: an answer is one to the text that was delivered. The message
// keeps its place, its time and what it took.
func (c *call) replace() {
	c.out.Observe = c.match.Slot >= 0
	if d := c.r.Recent.ByID(c.in.Subject, c.sec); d != nil && d.Content != c.in.Content {
		was := *d // a late retry of the old text is not another message
		was.At = c.sec
		c.r.Gone.Add(&was)
	}
	c.r.Recent.Edit(c.in.Subject, c.in.Content, c.sec, c.out.Score, c.out.Verdict)
}
