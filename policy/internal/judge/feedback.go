package judge

import (
	"time"

	"github.com/decorum-go/decorum/policy/internal/ladder"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/state"
)

// Report counts a report against the account of a record. It reports whether it counts,
// and whether it is the first of somebody who has no contact with the account. message is
// the hash of the message that it is about. A block holds for the two from then on, also
// where it counts nothing; of an account that never wrote only the other record tells.
func Report(in *Input, r *state.Record, rep *state.Report, refusal state.Refusal, message uint32) (counts, turned bool) {
	if counts = admit(in, r, rep, message); counts || refusal.Block && !r.Empty() {
		r.RefusedBy.DropComplaints(rep.At - min(rep.At, MaxPairFor))
		r.RefusedBy.Put(refusal, state.MaxRefusedBy, true)
	}
	if !counts {
		return false, false
	}
	k := r.Contacts.Lookup(rep.Who)
	if k.Flags&state.WasStranger != 0 {
		rep.About |= state.ReportStranger
	}
	if k.Flags&state.IsContact != 0 {
		rep.About |= state.ReportContact
	}
	return true, r.AddReport(*rep) && k.Flags&state.IsContact == 0
}

// admit reports whether the account can have sent the reporter a message. Where
// nothing but the host's word says so the report weighs half.
func admit(in *Input, r *state.Record, rep *state.Report, message uint32) bool {
	if r.Empty() {
		return false // an account that has never written
	}
	if d := r.Recent.ByID(message, rep.At); rep.Message != 0 && d != nil && d.Flags&state.Discarded != 0 {
		return false // nobody got it
	}
	broadcasts := len(in.Policy.Rules(r.Class).Rates) > 0
	switch k, p := r.Contacts.Lookup(rep.Who), r.Pending.Find(rep.Who); {
	case k.Flags&state.Known != 0 && k.First != 0 || p >= 0 && r.Pending.At[p].Flags&state.WasDelivered != 0:
	case rep.Message == 0 && !(rep.Has(state.ReportBlock) && broadcasts):
		return false
	case rep.Message != 0 && (broadcasts || r.Recent.ByID(message, rep.At) != nil):
		// A broadcaster's record cannot hold all whom it reached.
	default:
		rep.Weight /= 2
	}
	return true
}

// Settle confirms the complaints that a finding is about, or rejects them; 0 is about
// all. It returns those that were not ruled on before, and whether the record holds any.
func Settle(r *state.Record, id, message uint16, abusive bool) (ruled []state.Report, any bool) {
	for i := range r.Complaints.N {
		c := &r.Complaints.Reports[i]
		if id != 0 && c.ID != id || message != 0 && c.Message != 0 && c.Message != message || c.Has(state.ReportBlock) {
			continue
		}
		any = true
		if c.About&(state.ReportFound|state.ReportRejected) != 0 {
			continue
		}
		ruled = append(ruled, *c)
		if abusive {
			c.About |= state.ReportFound
		} else {
			r.RejectReport(c)
			r.Pardon(c)
		}
	}
	return ruled, any
}

// Thanked is whose complaints, on which nobody ruled, came between what was imposed
// before a sanction and that sanction.
func Thanked(r *state.Record, id uint64) (who []uint64) {
	s, before := &r.Enforced.Ladder, uint32(0)
	for i := range s.N {
		if e := &s.Log[i]; e.Kind != 0 && e.ID != id {
			before = max(before, e.At)
		}
	}
	for i := range r.Complaints.N {
		c := &r.Complaints.Reports[i]
		if c.At > before && c.Weighs() && c.About&(state.ReportBlock|state.ReportFound) == 0 {
			who = append(who, c.Who)
		}
	}
	return who
}

// Reported is about how many accounts, but for one, the account of a record complained
// within an hour.
func Reported(r *state.Record, but uint64, now uint32) (n int) {
	for i := range r.Refuses.N {
		if e := &r.Refuses.At[i]; !e.Block && e.Who != but && now < stamp.After(e.At, 3600) {
			n++
		}
	}
	return n
}

// strikeDiscount is the weight of an answer by an account with strikes.
const strikeDiscount = .25

// YoungAnswer is what the answer of a young account says of a text that many send: a
// campaign may have made the account to answer itself.
const YoungAnswer = .25

// AnswerWeight is what an answer by the account of a record counts for those who get it.
func AnswerWeight(r *state.Record, now uint32, rules *ladder.Rules) float64 {
	if r.Enforced.Ladder.Mass(now, rules) > 0 {
		return strikeDiscount
	}
	return 1
}

// Ask asks a recipient's own record whether that person wrote to the sender, and waits
// for the sender's answer.
func (to *Recipient) Ask(in *Input, r *state.Record, now time.Time) {
	if e := r.Refuses.Find(in.Me); e != nil {
		to.Refused = *e
	}
	to.Full, to.Open = r.Full, r.Class != "" && len(in.Policy.Rules(r.Class).Received.Limits) == 0
	if r.Faded(stamp.Of(now)) {
		return
	}
	to.Same = r.Origins.Has(in.Origin)
	to.LastWrote = r.Contacts.Wrote(in.Me)
	to.TurnedAway = r.TurnedAway.At(now, state.TurnedAwayHalf)
	if k := r.Pending.Find(in.Me); k >= 0 && r.Pending.At[k].Flags&state.WasDelivered != 0 {
		to.Wrote, to.Waits, to.Asked = true, true, r.Pending.At[k].Flags&state.WasAsked != 0
	} else if c := r.Contacts.Lookup(in.Me); c.Flags&state.Known != 0 {
		to.Wrote = true
		to.Waits = c.Flags&state.IsContact == 0 && r.Evicted.Has(in.Me)
		to.Asked = to.Waits
	}
}
