package state

import (
	"github.com/decorum-go/decorum/policy/internal/wire"
	"github.com/decorum-go/decorum/scoring"
)

func putSums(r *Record, b []byte) []byte {
	fan := r.FanFast.Sum != 0 || r.FanSlow.Sum != 0
	if r.Reached.Sum == 0 && !fan {
		return b
	}
	b = wire.PutDecayed(b, r.Reached)
	if fan {
		b = wire.PutDecayed(wire.PutDecayed(b, r.FanFast), r.FanSlow)
	}
	return b
}

func getSums(r *Record, d *wire.Reader) {
	r.Reached = d.Decayed()
	if len(d.B) > 0 {
		r.FanFast, r.FanSlow = d.Decayed(), d.Decayed()
	}
}

func putComplained(r *Record, b []byte) []byte {
	if r.Complained.Sum == 0 {
		return b
	}
	return wire.PutDecayed(b, r.Complained)
}

func getComplained(r *Record, d *wire.Reader) { r.Complained = d.Decayed() }

func putReplies(r *Record, b []byte) []byte {
	b, _ = r.Replies.AppendBinary(b)
	return b
}

func getReplies(r *Record, d *wire.Reader) { d.Into(&r.Replies, d.Take(len(d.B))) }

func putRhythm(r *Record, b []byte) []byte {
	b, _ = r.Rhythm.AppendBinary(b)
	return b
}

func getRhythm(r *Record, d *wire.Reader) { d.Into(&r.Rhythm, d.Take(len(d.B))) }

func putTurnedAway(r *Record, b []byte) []byte { return putSum(b, &r.TurnedAway) }
func getTurnedAway(r *Record, d *wire.Reader)  { getSum(d, &r.TurnedAway) }
func putCleared(r *Record, b []byte) []byte    { return putSum(b, &r.Cleared) }
func getCleared(r *Record, d *wire.Reader)     { getSum(d, &r.Cleared) }

// putSum writes a sum in 8 bytes.
func putSum(b []byte, s *scoring.Decayed) []byte {
	if s.Sum == 0 {
		return b
	}
	return putFloat(wire.Put32(b, s.Ref), s.Sum)
}

func getSum(d *wire.Reader, s *scoring.Decayed) {
	*s = scoring.Decayed{Ref: d.U32(), Sum: float64(d.F32())}
	d.Bad = d.Bad || !(s.Sum >= 0)
}
