package judge

import (
	"slices"

	"github.com/decorum-go/decorum/policy/internal/ladder"
	"github.com/decorum-go/decorum/policy/internal/state"
)

// Overturn undoes what a sanction did to its own account: its entry in the log, the
// texts that are marked for it, and the complaints that it rested on.
func Overturn(in *Input, r *state.Record, s *ladder.Entry, d *state.Details, now uint32) {
	Cancel(in, r, s, d, now)
	if d.By == "" && restsOnReports(d) {
		for i := range r.Complaints.N {
			if q := &r.Complaints.Reports[i]; q.At <= max(s.At, s.Was) && !q.Has(state.ReportBlock) {
				q.About &^= state.ReportFound
				r.RejectReport(q)
			}
		}
	}
}

// Cancel is Overturn of a sanction that was the policy's fault, and not the reporters'.
func Cancel(in *Input, r *state.Record, s *ladder.Entry, d *state.Details, now uint32) {
	t := &r.Enforced
	if t.Ladder.Overturn(s, now, &in.Policy.Rules(r.Class).Ladder) {
		r.SetBaseline(t, now)
	}
	t.Acquit(s.ID)
}

// An Undoing is what must follow elsewhere once a sanction was overturned.
type Undoing struct {
	Cluster uint64             // to be unflagged; 0: none
	Debit   []state.Report     // whose reporters are debited
	Origin  string             // key of the origin to be told; "": none
	Strike  state.OriginStrike // what it is told of the account
}

// Undo lists what an overturned sanction did elsewhere.
func Undo(in *Input, r *state.Record, s *ladder.Entry, d *state.Details, now uint32) Undoing {
	u := Undoing{Origin: d.Origin}
	if s.Cluster != 0 && !r.Enforced.Ladder.Flagged(s.Cluster) {
		u.Cluster = s.Cluster // no other sanction is for the same text
	}
	if restsOnReports(d) {
		for i := range r.Complaints.N {
			if q := r.Complaints.Reports[i]; q.At <= max(s.At, s.Was) && !q.Has(state.ReportBlock) && q.Has(state.ReportRejected) {
				u.Debit = append(u.Debit, q)
			}
		}
	}
	rules := &in.Policy.Rules(r.Class).Ladder
	left := r.Enforced.Ladder.Mass(now, rules)
	other := slices.ContainsFunc(r.Details, func(o state.Details) bool {
		e := r.Enforced.Ladder.Find(o.ID)
		return o.ID != d.ID && e != nil && e.Kind.Above(ladder.Warning) && o.Origin == d.Origin && e.Outcome != ladder.Overturned
	})
	if left < rules.Forget || !other {
		left = 0
	}
	u.Strike = state.OriginStrike{Who: in.Me, At: now, Mass: float32(left)}
	return u
}

// restsOnReports reports whether complaints are among the reasons of a sanction.
func restsOnReports(d *state.Details) bool {
	return slices.ContainsFunc(d.Reasons[:d.NReasons], func(q state.Reason) bool {
		switch CodeOf(&q) {
		case Signals[Complaint].Code, Signals[ComplaintOutreach].Code, codeComplaintRate, codeModerator:
			return true
		}
		return false
	})
}

// confirmed is the step that follows from complaints which a person found right: the
// first, or the next after one that had ended when the newest of them was made. It is nil
// where what they are about is answered already, or brings nothing by itself.
func (c *call) confirmed() *ladder.Step {
	n, newest := 0, uint32(0)
	for i := range c.r.Complaints.N {
		q := &c.r.Complaints.Reports[i]
		if q.Has(state.ReportFound) && c.rules.ConfirmedAbout>>(q.About&state.ReportCategory)&1 != 0 {
			newest = max(newest, q.At)
		}
	}
	s := &c.r.Enforced.Ladder
	for i := range s.N {
		e := &s.Log[i]
		if e.Flags&ladder.Found == 0 || e.Outcome == ladder.Overturned {
			continue
		}
		if e.Stands(c.sec) || newest < e.End() {
			return nil
		}
		n++
	}
	if len(c.rules.Confirmed) == 0 || newest == 0 {
		return nil
	}
	return &c.rules.Confirmed[min(n, len(c.rules.Confirmed)-1)]
}
