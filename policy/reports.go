package policy

import (
	"time"

	"github.com/decorum-go/decorum/scoring"
)

// complaints holds the latest reports against an account.
type complaints struct {
	n  int
	at [maxReports]report // by time
}

// report is one complaint, or a block by another person.
type report struct {
	who    uint64
	at     uint32
	id     uint16 // keyed hash of Complaint.ID; 0: none
	msg    uint16 // keyed hash of Complaint.Message; 0: none
	weight uint8  // credibility of the reporter when it came, in hundredths
	about  uint8  // Category and flags
}

const (
	reportCategory uint8 = 7
	reportCold     uint8 = 1 << 3 // the reporter was approached without a tie
	reportTied     uint8 = 1 << 4 // the reporter had a tie
	reportBlock    uint8 = 1 << 5 // a BlockedBy
	reportFound    uint8 = 1 << 6 // a moderator confirmed it
	reportVoid     uint8 = 1 << 7 // overturned: counts nothing
)

func (c *report) category() Category { return Category(c.about & reportCategory) }

// file keeps a report. Of one person's that nobody ruled on, only one counts,
// however often he reports: within 24 hours the first, with what the latest
// says; later the latest, so that it counts again after a sanction. A complaint
// outweighs a block.
func (r *record) file(e report) {
	c := &r.complaints
	for i := range c.n {
		old := &c.at[i]
		if old.who != e.who {
			continue
		}
		today := e.at < after(old.at, 24*3600)
		if old.about&(reportFound|reportVoid) != 0 {
			if today {
				return
			}
			continue
		}
		if e.about&reportBlock != 0 && old.about&reportBlock == 0 {
			return
		}
		r.uncount(old)
		e.about |= old.about & (reportCold | reportTied)
		if today {
			e.at = old.at
		}
		copy(c.at[i:c.n-1], c.at[i+1:c.n])
		c.n--
		break
	}
	c.add(e)
	if e.about&reportBlock == 0 {
		r.complained.Add(clock(e.at), float64(e.weight)/100, reachedHalf)
	}
}

// add puts a report in its place; the oldest makes room.
func (c *complaints) add(e report) {
	if c.n == maxReports {
		copy(c.at[:], c.at[1:])
		c.n--
	}
	i := c.n
	for i > 0 && c.at[i-1].at > e.at {
		c.at[i] = c.at[i-1]
		i--
	}
	c.at[i] = e
	c.n++
}

// uncount takes a report out of the sum of complaints.
func (r *record) uncount(c *report) {
	if c.about&reportBlock == 0 {
		r.complained.Remove(clock(c.at), float64(c.weight)/100, reachedHalf)
	}
}

// age drops reports that have faded.
func (c *complaints) age(now uint32) {
	k := 0
	for k < c.n && now >= after(c.at[k].at, complaintEnd) {
		k++
	}
	if k > 0 {
		copy(c.at[:], c.at[k:c.n])
		c.n -= k
	}
}

// A burden is what the reports after a mark weigh at a time.
type burden struct {
	weight float64 // credible weight, decayed
	cold   float64 // the part by people who were approached without a tie
	n      int     // reports
	nCold  int
}

// burden adds up the reports since mark. Of reports by people without a tie
// that come in a burst, n weigh 1 + ln n together: a crowd that was called is
// not n witnesses. Where their weights differ the heaviest come first, so that
// one more never makes the others weigh less.
func (c *complaints) burden(now time.Time, mark uint32, rules *Complaints) (b burden) {
	for i := 0; i < c.n; {
		first := c.at[i].at
		var all, cold witnesses
		var n, nCold int
		j := i
		for ; j < c.n && c.at[j].at-first <= uint32(rules.Burst.D()/time.Second); j++ {
			e := &c.at[j]
			if e.at <= mark && mark != 0 || e.about&reportVoid != 0 {
				continue
			}
			w := float64(e.weight) / 100
			if e.about&reportFound != 0 {
				w = confirmed
			}
			w = float64(w * scoring.HalfLife(now.Sub(clock(e.at)), rules.HalfLife.D()))
			if e.about&reportBlock != 0 {
				w = float64(w * rules.Block)
			}
			n++
			if e.about&reportTied != 0 {
				// They talked: a witness of its own, however the talk began.
				b.weight += w
				if e.about&reportCold != 0 {
					b.cold += w
					nCold++
				}
				continue
			}
			all.add(w)
			if e.about&reportCold != 0 {
				nCold++
				cold.add(w)
			}
		}
		b.weight += all.sum(rules.BurstFrom)
		b.cold += cold.sum(rules.BurstFrom)
		b.n += n
		b.nCold += nCold
		i = j
	}
	return b
}

// witnesses holds the weights of reports that came together, heaviest first.
type witnesses struct {
	n int
	w [maxReports]float64
}

func (c *witnesses) add(w float64) {
	i := c.n
	for ; i > 0 && c.w[i-1] < w; i-- {
		c.w[i] = c.w[i-1]
	}
	c.w[i] = w
	c.n++
}

// sum is what they weigh together: from so many on, n of weight 1 are 1 + ln n.
func (c *witnesses) sum(from int) float64 {
	var sum, last float64
	for i := range c.n {
		worth := float64(i + 1)
		if i+1 >= from {
			worth = max(last, min(worth, 1+scoring.Log(worth)))
		}
		sum += float64(c.w[i] * (worth - last))
		last = worth
	}
	return sum
}

// void makes a report count nothing.
func (r *record) void(c *report) {
	if c.about&reportVoid == 0 {
		c.about |= reportVoid
		r.uncount(c)
	}
}

// confirmed is what a complaint weighs that a moderator found right: as much as
// it takes for complaints to say all they can.
const confirmed = 3

// reporter is what became of a person's complaints; it is a record of its own,
// so that a finding can reach it by the hash that the report holds.
type reporter struct {
	all    uint16          // that a moderator ruled on
	agreed uint16          // of these, found right
	seen   [maxSeen]uint32 // the newest findings, so that each counts once
}

const maxSeen = 4

// ruled counts a finding on a complaint by this person, once; the contrary
// finding on the same complaint takes its place. It reports whether anything
// changed.
func (r *reporter) ruled(token uint32, right bool) bool {
	token = max(token&^1, 2) // the lowest bit says what was found
	if right {
		token |= 1
	}
	for i, t := range r.seen {
		switch {
		case t == token:
			return false
		case t == token^1:
			r.seen[i] = token
			if right {
				r.agreed = bump(r.agreed)
			} else {
				r.agreed -= min(r.agreed, 1)
			}
			return true
		}
	}
	copy(r.seen[1:], r.seen[:])
	r.seen[0] = token
	r.all = bump(r.all)
	if right {
		r.agreed = bump(r.agreed)
	}
	return true
}

// credibility is what a complaint by this person weighs: 1 for a newcomer.
func (r reporter) credibility(young bool, rules *Complaints) float64 {
	c := (1 + float64(r.agreed)) / (2 + float64(r.all)) * 2
	c = min(max(c, rules.Least), rules.Most)
	if young {
		c = float64(c * rules.Young)
	}
	return c
}
