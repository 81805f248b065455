package policy

import (
	"math"

	"github.com/decorum-go/decorum/policy/internal/wire"
	"github.com/decorum-go/decorum/scoring"
)

// imposeStep puts a sanction of the ladder into the record.
func (j *judgement) imposeStep(st *Step, id uint64, message string, person bool) {
	r, f := &j.r, &j.f
	s := sanction{
		id: id, kind: st.Kind, scope: st.Scope, perDay: uint16(min(st.PerDay, math.MaxUint16)),
		from: f.sec, until: until(f.sec, st.For.D()), policy: j.e.id, message: wire.Clip(message, keptName),
	}
	if st.Kind == Warning {
		s.until = after(f.sec, secs(j.e.policy.Strikes.WarningFresh))
	}
	if st.Review > 0 {
		s.review = after(f.sec, secs(st.Review))
	}
	if person {
		s.review = f.sec
	}
	s.keep(j.reasons)
	j.accused = f.origin
	if f.m == nil {
		j.accused = r.origins.last
	}
	if j.accused != (Key{}) {
		s.origin = string(j.accused[:])
	}
	r.replace(&s, f.sec)
	j.addSanction(s)
	if st.Kind > Warning {
		if k := j.l.slot; k >= 0 && j.score.Family(scoring.Content) > 0 {
			r.course.blameTexts(&j.l, r.texts.n, uint32(id))
			if j.taint = r.texts.at[k].cluster; j.taint != 0 {
				r.course.addTaint(taint{cluster: j.taint, id: uint32(id)})
			}
		}
		j.mass = guilt{who: f.me, at: f.sec, mass: float32(r.course.mass(f.sec, j.e.policy.Strikes.HalfLife.D()))}
		j.guilt = &j.mass
	}
}

// addSanction stores a sanction and notes it as imposed.
func (j *judgement) addSanction(s sanction) bool {
	if !j.r.impose(s, j.f.sec) {
		return false
	}
	j.r.name = j.account()
	j.imposed = append(j.imposed, s)
	j.durable = true
	return true
}

// blameTexts marks the text of a sanction in the ring, and its kin. One that
// brought a sanction before stays marked for that.
func (c *course) blameTexts(l *likeness, n int, id uint32) {
	for i := range n {
		if c.blame[i] == 0 && (i == l.slot || l.j[i] > 0) {
			c.blame[i] = max(id, 1)
		}
	}
}

func (c *course) addTaint(t taint) {
	if c.tainted(t.cluster) {
		return
	}
	if c.nTaints == maxTaints {
		copy(c.taints[:], c.taints[1:])
		c.nTaints--
	}
	c.taints[c.nTaints] = t
	c.nTaints++
}
