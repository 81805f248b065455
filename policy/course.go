package policy

import (
	"math"
	"time"

	"github.com/decorum-go/decorum/scoring"
)

// course is where an account stands on the ladder of one policy: the one that
// is enforced, or a shadow, which keeps strikes of its own.
type course struct {
	policy   uint32 // shadows: hash of the policy's name
	n        int
	strikes  [maxStrikes]strike // oldest first
	halfLife uint32             // seconds, as the strikes were counted last
	forget   float32

	opened  uint32 // the incident; 0: quiet
	acted   uint32 // end of the sanction above Warning of this incident; 0: none yet
	struck  bool   // the newest strike is this incident's
	found   bool   // a moderator confirmed this incident
	warned  uint32 // newest Warning
	ignored uint16 // people approached since

	released uint32           // end of the newest sanction above Warning
	probe    uint32           // seconds of probation from then
	mark     mark             // what has been spent
	stay     stay             // shadows: the sanction that would stand
	taints   [maxTaints]taint // texts that brought a sanction
	nTaints  int
	blame    [maxTexts]uint32 // the sanction that each text of the ring brought; 0: none
}

const maxTaints = 4

// stay is a sanction that a shadow policy would have imposed.
type stay struct {
	kind   Kind // 0: none
	scope  Scope
	perDay uint16
	until  uint32
}

// strike is one counted offence.
type strike struct {
	at   uint32
	mass float32
	id   uint32 // of the sanction that it brought, its low half

	// What it was before it was raised within its incident; mass 0: nothing.
	wasAt   uint32
	wasMass float32
	wasID   uint32
}

// raised is the strike after an offence in the same incident.
func (s strike) raised(at uint32, mass float64, id uint32) strike {
	return strike{at: at, mass: float32(mass), id: id, wasAt: s.at, wasMass: s.mass, wasID: s.id}
}

// taint is a cluster of the campaign index that a sanction was imposed for.
type taint struct {
	cluster uint64
	id      uint32 // of the sanction
}

// mark says what evidence was answered by a sanction: judgement reads what came
// after it. Sums are kept as they stood, and taken off.
type mark struct {
	at                  uint32 // 0: nothing spent
	fanFast             scoring.Decayed
	fanSlow             scoring.Decayed
	reached, complained scoring.Decayed
	replies             scoring.Responses
	texts               [maxTexts]textMark
}

type textMark struct {
	fast, slow scoring.Decayed
	cold       uint16 // strangers whom the text had reached
}

// mass is the sum of strikes at a time.
func (c *course) mass(now uint32, half time.Duration) float64 {
	var sum float64
	for i := range c.n {
		s := &c.strikes[i]
		sum += float64(float64(s.mass) * scoring.HalfLife(time.Duration(now-min(now, s.at))*time.Second, half))
	}
	return sum
}

// fade drops strikes that have faded.
func (c *course) fade(now uint32, rules *Strikes) {
	c.halfLife, c.forget = uint32(rules.HalfLife.D()/time.Second), float32(rules.Forget)
	k := 0
	for i := range c.n {
		s := c.strikes[i]
		left := float64(s.mass) * scoring.HalfLife(time.Duration(now-min(now, s.at))*time.Second, rules.HalfLife.D())
		if left < rules.Forget && !(c.struck && i == c.n-1) {
			continue
		}
		c.strikes[k] = s
		k++
	}
	c.n = k
	if c.released != 0 && now >= after(c.released, c.probe) {
		c.released, c.probe = 0, 0
	}
	if c.warned != 0 && now >= after(c.warned, secs(rules.WarningFresh)) && c.opened == 0 {
		c.warned, c.ignored = 0, 0
	}
}

// add counts an offence.
func (c *course) add(s strike) {
	if c.n == maxStrikes {
		// The two oldest become one, so that no mass is lost.
		c.strikes[1].mass += c.strikes[0].mass
		copy(c.strikes[:], c.strikes[1:])
		c.n--
	}
	c.strikes[c.n] = s
	c.n++
}

// expires is when the course means nothing any more.
func (c *course) expires() uint32 {
	end := max(c.opened, c.acted)
	if c.stay.kind != 0 {
		end = max(end, c.stay.until)
	}
	for i := range c.n {
		s := &c.strikes[i]
		life := float64(c.halfLife) * math.Ceil(math.Log2(max(2, float64(s.mass)/max(float64(c.forget), .001))))
		end = max(end, after(s.at, uint32(min(life, 1e9))))
	}
	if c.released != 0 {
		end = max(end, after(c.released, c.probe))
	}
	return end
}

// blank reports whether there is nothing to keep.
func (c *course) blank() bool {
	return c.n == 0 && c.opened == 0 && c.warned == 0 && c.released == 0 && c.mark.at == 0 && c.stay.kind == 0 && c.nTaints == 0
}
