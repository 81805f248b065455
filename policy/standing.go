package policy

import (
	"github.com/decorum-go/decorum/policy/internal/wire"
	"math"
	"strconv"
	"time"
)

// sanction is a Sanction as a record keeps it: those in force, and the latest
// past ones as long as they can be appealed against.
type sanction struct {
	id      uint64
	kind    Kind
	scope   Scope
	perDay  uint16
	from    uint32
	until   uint32 // forever: until lifted
	review  uint32 // 0: not fixed
	reasons [keptReasons]Reason
	n       int
	policy  string
	message string
	by      string
	origin  string // of the message that brought it, as the bytes of its Key; "": none
	lifted  lifting
	appeal  appeal
}

type lifting struct {
	at   uint32 // 0: not lifted
	by   string
	note string
}

type appeal struct {
	id      uint64 // 0: none
	at      uint32
	outcome RulingOutcome // 0: open
	pending uint8         // consequences of the ruling that are still to be carried out
	ruled   uint32
	by      string
	note    string
}

const (
	keptReasons = 4  // of a sanction, the weightiest
	keptName    = 64 // bytes of a name or note that a record keeps
	appealable  = 180 * 24 * 3600
)

// stands reports whether the sanction is in force at a time.
func (s *sanction) stands(now uint32) bool {
	return s.lifted.at == 0 && now < s.until && now >= s.from
}

// covers reports whether the sanction refuses a message: tied says that it goes
// only to people who wrote first or answered.
func (s *sanction) covers(now uint32, tied bool) bool {
	if !s.stands(now) {
		return false
	}
	switch s.kind {
	case Block:
		return s.scope > Outreach || !tied
	case Suspension:
		return true
	}
	return false
}

// ends is when the sanction means nothing any more, in force or not.
func (s *sanction) ends() uint32 {
	end := after(s.from, appealable)
	if s.lifted.at != 0 {
		return end
	}
	return max(end, s.until)
}

// public is the sanction as the host sees it.
func (s *sanction) public(account string) Sanction {
	p := Sanction{
		ID: hex64(s.id), Account: account, Kind: s.kind, Scope: s.scope, PerDay: int(s.perDay),
		From: clock(s.from), Policy: s.policy, Message: s.message, By: s.by,
	}
	if s.until != forever {
		p.Until = clock(s.until)
	}
	if s.review != 0 {
		p.Review = clock(s.review)
	}
	if s.n > 0 {
		p.Reasons = append([]Reason(nil), s.reasons[:s.n]...)
	}
	if s.lifted.at != 0 {
		p.Lifted = &Lifting{By: s.lifted.by, Note: s.lifted.note, At: clock(s.lifted.at)}
	}
	if s.appeal.id != 0 {
		p.Appeal = s.appeal.public(account, p.ID)
	}
	return p
}

func (a *appeal) public(account, sanction string) *Appeal {
	p := &Appeal{ID: hex64(a.id), Account: account, Sanction: sanction, At: clock(a.at)}
	if a.outcome != 0 {
		p.Ruling = &Ruling{Outcome: a.outcome, By: a.by, Note: a.note, At: clock(a.ruled)}
	}
	return p
}

// keep stores the weightiest reasons, in the precision of a record.
func (s *sanction) keep(reasons []Reason) {
	s.n = 0
	for _, r := range reasons {
		if s.n == keptReasons {
			return
		}
		s.reasons[s.n] = Reason{
			Code: wire.Clip(r.Code, keptName), N: max(0, min(r.N, 1<<31-1)), K: max(0, min(r.K, 1<<31-1)),
			Value: narrow(r.Value), Limit: narrow(r.Limit), Share: narrow(r.Share),
		}
		s.n++
	}
}

// narrow is v in the precision of a record.
func narrow(v float64) float64 { return float64(float32(finite(v))) }

// finite is v within what a record can keep and JSON can write: a host's
// evidence may measure anything. What is no number is 0.
func finite(v float64) float64 {
	if v != v {
		return 0
	}
	return min(max(v, -math.MaxFloat32), math.MaxFloat32)
}

// standing appends those in force to dst.
func (r *record) standing(dst []Sanction, account string, now uint32) []Sanction {
	for i := range r.sanctions {
		if s := &r.sanctions[i]; s.stands(now) {
			dst = append(dst, s.public(account))
		}
	}
	return dst
}

// impose adds a sanction; the oldest past one makes room. It reports whether
// there was room.
func (r *record) impose(s sanction, now uint32) bool {
	if len(r.sanctions) >= maxStanding {
		past := -1
		for i := range r.sanctions {
			if !r.sanctions[i].stands(now) {
				past = i
				break
			}
		}
		if past < 0 {
			return false
		}
		r.sanctions = append(r.sanctions[:past], r.sanctions[past+1:]...)
	}
	r.sanctions = append(r.sanctions, s)
	r.ordinal++
	return true
}

// find returns the sanction with that ID, nil if there is none.
func (r *record) find(id string) *sanction {
	for i := range r.sanctions {
		if hex64(r.sanctions[i].id) == id {
			return &r.sanctions[i]
		}
	}
	return nil
}

// forgetPast drops sanctions that can no longer be appealed against.
func (r *record) forgetPast(now uint32) {
	k := 0
	for i := range r.sanctions {
		if s := &r.sanctions[i]; s.stands(now) || now < s.ends() {
			if k != i {
				r.sanctions[k] = *s
			}
			k++
		}
	}
	clear(r.sanctions[k:])
	r.sanctions = r.sanctions[:k]
}

func hex64(v uint64) string {
	s := strconv.FormatUint(v, 16)
	return "0000000000000000"[len(s):] + s
}

// until is the end of a stay that begins now; 0 lasts until lifted.
func until(now uint32, d time.Duration) uint32 {
	if d <= 0 {
		return forever
	}
	return after(now, uint32(min(d/time.Second, forever-1)))
}
