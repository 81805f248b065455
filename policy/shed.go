package policy

import (
	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/policy/internal/wire"
)

// appendTo appends the encoded record. A record that would pass maxRecord sheds
// what it can best do without, and so never does.
func (r *record) appendTo(b []byte) []byte {
	start := len(b)
	for round := 0; ; round++ {
		b = r.encode(b[:start])
		if len(b)-start <= maxRecord || !r.shed(round) {
			return b
		}
	}
}

// shed drops the least valuable part; it reports whether there was any. Strikes,
// complaints and standing sanctions are never dropped: only what is said of
// them besides.
func (r *record) shed(round int) bool {
	switch round {
	case 0:
		r.prints.drop(min(r.prints.n, maxPrints/2))
	case 1:
		r.contacts.gen[1], r.late[1] = generation{}, lateOnes{}
	case 2:
		r.open.drop(r.open.n / 2)
	case 3:
		r.nPersons = 0
	case 4:
		for i := range r.sanctions {
			if s := &r.sanctions[i]; int64(s.until)*1000 <= r.newest {
				s.n, s.message = min(s.n, 1), ""
			}
		}
	case 5:
		r.contacts.gen[0], r.late = generation{}, late{}
	case 6:
		r.prints.n = 0
	case 7:
		r.unknown = r.unknown[:0]
	case 8, 9, 10, 11, 12, 13:
		if r.texts.n > 2 {
			r.dropText(r.texts.n - 1)
		}
	case 14:
		r.order.note = ""
		for i := range r.sanctions {
			s := &r.sanctions[i]
			s.lifted.note, s.appeal.note = "", ""
			s.n = min(s.n, 2)
		}
	case 15:
		for i := range r.nShadows {
			r.shadows[i].mark.texts = [maxTexts]textMark{}
		}
	case 16, 17, 18, 19, 20, 21:
		r.forgetOldest()
	case 22:
		r.open.drop(r.open.n)
		r.channels = limiter.Windows{}
	case 23:
		for i := range r.sanctions {
			s := &r.sanctions[i]
			s.message, s.lifted.by, s.appeal.by = "", "", ""
			s.by, s.n = wire.Clip(s.by, 16), 0
		}
	case 24:
		r.nShadows = 0
	default:
		return false
	}
	return true
}

// drop forgets the oldest n.
func (p *prints) drop(n int) {
	copy(p.at[:], p.at[n:p.n])
	p.n -= n
}

// drop forgets the n least recently written to.
func (o *outreach) drop(n int) {
	copy(o.at[:], o.at[n:o.n])
	o.n -= n
}

// forgetOldest drops the oldest past sanction about which nothing is open.
func (r *record) forgetOldest() {
	for i := range r.sanctions {
		s := &r.sanctions[i]
		past := s.lifted.at != 0 || int64(s.until)*1000 <= r.newest
		if past && (s.appeal.id == 0 || s.appeal.outcome != 0) && s.appeal.pending == 0 {
			r.sanctions = append(r.sanctions[:i], r.sanctions[i+1:]...)
			return
		}
	}
}
