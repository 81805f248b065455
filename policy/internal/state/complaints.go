package state

import (
	"slices"
	"time"

	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/scoring"
)

// Complaints holds the latest reports against an account.
type Complaints struct {
	N       int
	Reports [MaxReports]Report // by time
}

// A Report is one complaint, or a block by another person.
type Report struct {
	Who     uint64
	At      uint32
	ID      uint16 // keyed hash of the complaint's ID; 0: none
	Message uint16 // keyed hash of the message's ID; 0: none
	Weight  uint8  // credibility of the reporter when it came, in hundredths
	About   uint8  // category and flags
}

// What Report.About holds.
const (
	ReportCategory uint8 = 7
	ReportStranger uint8 = 1 << 3 // the reporter was approached without a contact
	ReportContact  uint8 = 1 << 4 // the reporter had a contact
	ReportBlock    uint8 = 1 << 5 // a block, not a complaint
	ReportFound    uint8 = 1 << 6 // a moderator confirmed it
	ReportRejected uint8 = 1 << 7 // overturned: counts nothing
)

// ComplaintRules is what a policy says of reports, compiled.
type ComplaintRules struct {
	HalfLife           time.Duration
	Young, Least, Most float64
	Burst              uint32 // seconds
	BurstFrom          int
	Block              float64
	YoungAge           time.Duration
	GraveFrom          int    // complaints, and
	GraveOver          uint32 // seconds between first and last; or
	GraveFound         int    // complaints that a person confirmed
	PerReporter        int    // accounts about which one person's complaints weigh; 0: all
}

// Has reports whether all of the flags are set.
func (c *Report) Has(flags uint8) bool { return c.About&flags == flags }

// Weighs reports whether the report counts: nobody rejected it, and it had a weight or
// was confirmed.
func (c *Report) Weighs() bool {
	return !c.Has(ReportRejected) && (c.Weight > 0 || c.Has(ReportFound))
}

// AddReport keeps a report. Of one person's that nobody ruled on, only one counts,
// however often they report: within 24 hours the first, with what the latest says;
// later the latest, so that it counts again after a sanction. A complaint outweighs
// a block.
//
// It reports whether it is the first of that person.
func (r *Record) AddReport(e Report) (first bool) {
	c := &r.Complaints
	first = true
	for i := range c.N {
		old := &c.Reports[i]
		if old.Who != e.Who {
			continue
		}
		first = false
		today := e.At < stamp.After(old.At, 24*3600)
		if old.About&(ReportFound|ReportRejected) != 0 {
			if today {
				return false
			}
			continue
		}
		if e.Has(ReportBlock) && !old.Has(ReportBlock) {
			return false
		}
		r.uncount(old)
		e.About |= old.About & (ReportStranger | ReportContact)
		if today {
			e.At = old.At
		}
		if e.Weight == 0 { // one too many takes nothing back
			e.Weight = old.Weight
		}
		c.N = len(slices.Delete(c.Reports[:c.N], i, i+1))
		break
	}
	if c.add(e); e.Weight > 0 {
		r.complained(e.At)
	}
	r.Complained.Add(stamp.Time(e.At), float64(e.Weight)/100, ComplainedHalf)
	return first
}

// add puts a report in its place; the oldest makes room.
func (c *Complaints) add(e Report) {
	if c.N == MaxReports {
		c.N = len(slices.Delete(c.Reports[:], 0, 1))
	}
	i := c.N
	for ; i > 0 && c.Reports[i-1].At > e.At; i-- {
		c.Reports[i] = c.Reports[i-1]
	}
	c.Reports[i] = e
	c.N++
}

// sort puts the reports into the order of time.
func (c *Complaints) sort() {
	old := *c
	c.N = 0
	for i := range old.N {
		c.add(old.Reports[i])
	}
}

// uncount takes a report out of the sum of complaints.
func (r *Record) uncount(c *Report) {
	r.Complained.Remove(stamp.Time(c.At), float64(c.Weight)/100, ComplainedHalf)
}

// RejectReport makes a report count nothing.
func (r *Record) RejectReport(c *Report) {
	if !c.Has(ReportRejected) {
		c.About |= ReportRejected
		r.uncount(c)
	}
}

// Broadcast counts a person whom a broadcaster's message reaches. One that goes on to
// somebody who complained or blocked counts as another complaint.
func (r *Record) Broadcast(now time.Time, who uint64) {
	r.Audience.Reach(stamp.Of(now), who)
	for i := range r.Complaints.N {
		if c := &r.Complaints.Reports[i]; c.Who == who && !c.Has(ReportRejected) {
			r.Complained.Add(now, float64(c.Weight)/100, ComplainedHalf)
			return
		}
	}
}

// age drops reports that have faded.
func (c *Complaints) age(now uint32) {
	c.N = len(slices.DeleteFunc(c.Reports[:c.N], func(e Report) bool { return now >= stamp.After(e.At, complaintsLast) }))
}

// A ComplaintWeight is what reports weigh at a time.
type ComplaintWeight struct {
	Weight     float64 // credible weight, decayed
	Strangers  float64 // the part by people who were approached without a contact
	N          int     // reports
	NStrangers int
}

// WeightAfter adds up the reports since a baseline; 0 is all of them. Of reports by
// people without a contact that come in a burst, n weigh 1 + ln n together: a crowd
// that was called is not n witnesses. Where their weights differ the heaviest come
// first, so that one more never makes the others weigh less.
func (c *Complaints) WeightAfter(baseline uint32, now time.Time, rules *ComplaintRules) (w ComplaintWeight) {
	for i := 0; i < c.N; {
		first := c.Reports[i].At
		var all, strangers burst
		j := i
		for ; j < c.N && c.Reports[j].At-first <= rules.Burst; j++ {
			e := &c.Reports[j]
			if e.At <= baseline && baseline != 0 || !e.Weighs() {
				continue
			}
			weighs := e.weight(now, rules)
			w.N++
			if e.Has(ReportStranger) {
				w.NStrangers++
			}
			if e.Has(ReportContact) {
				// They talked: a witness of its own, however the talk began.
				w.Weight += weighs
				if e.Has(ReportStranger) {
					w.Strangers += weighs
				}
				continue
			}
			all.add(weighs)
			if e.Has(ReportStranger) {
				strangers.add(weighs)
			}
		}
		w.Weight += all.sum(rules.BurstFrom)
		w.Strangers += strangers.sum(rules.BurstFrom)
		i = j
	}
	return w
}

func (c *Report) weight(now time.Time, rules *ComplaintRules) float64 {
	w := float64(c.Weight) / 100
	if c.Has(ReportFound) {
		w = confirmed
	}
	w = float64(w * scoring.HalfLife(now.Sub(stamp.Time(c.At)), rules.HalfLife))
	if c.Has(ReportBlock) {
		w = float64(w * rules.Block)
	}
	return w
}

// confirmed is what a complaint weighs that a moderator found right: as much as it
// takes for complaints to say all they can.
const confirmed = 3

// A burst holds the weights of reports that came together, heaviest first.
type burst struct {
	n int
	w [MaxReports]float64
}

func (c *burst) add(w float64) {
	i := c.n
	for ; i > 0 && c.w[i-1] < w; i-- {
		c.w[i] = c.w[i-1]
	}
	c.w[i] = w
	c.n++
}

// sum is what they weigh together: from so many on, n of weight 1 are 1 + ln n.
func (c *burst) sum(from int) float64 {
	var sum, last float64
	for i := range c.n {
		together := float64(i + 1)
		if i+1 >= from {
			together = max(last, min(together, 1+scoring.Log(together)))
		}
		sum += float64(c.w[i] * (together - last))
		last = together
	}
	return sum
}

// A Reporter is what became of a person's complaints; it is a record of its own, so
// that a finding can reach it by the hash that the report holds.
type Reporter struct {
	all    uint16          // that a moderator ruled on
	agreed uint16          // of these, found right
	seen   [maxSeen]uint32 // the newest findings, so that each counts once
}

const maxSeen = 4

// Findings is how many complaints by this person were ruled on, and how many of them were
// right.
func (r *Reporter) Findings() (ruled, right int) { return int(r.all), int(r.agreed) }

// Ruled counts a finding on a complaint by this person, once; the contrary finding
// on the same complaint takes its place. It reports whether anything changed.
func (r *Reporter) Ruled(finding uint32, right bool) bool {
	finding = max(finding&^1, 2) // the lowest bit says what was found
	if right {
		finding |= 1
	}
	for i, t := range r.seen {
		switch {
		case t == finding:
			return false
		case t == finding^1:
			r.seen[i] = finding
			if right {
				r.agreed = Bump(r.agreed)
			} else {
				r.agreed -= min(r.agreed, 1)
			}
			return true
		}
	}
	copy(r.seen[1:], r.seen[:])
	r.seen[0] = finding
	r.all = Bump(r.all)
	if right {
		r.agreed = Bump(r.agreed)
	}
	return true
}

// Credibility is what a complaint by this person weighs: 1 for a newcomer.
func (r Reporter) Credibility(young bool, rules *ComplaintRules) float64 {
	c := (1 + float64(r.agreed)) / (2 + float64(r.all)) * 2
	c = min(max(c, rules.Least), rules.Most)
	if young {
		c = float64(c * rules.Young)
	}
	return c
}

// Deceived is the weight of complaints about fraud, what is unlawful, or harassment,
// by people whom the account approached and who then talked with it, and how many they
// are. They weigh nothing if none of them came after a baseline, nor without so many
// over so long a time, or confirmed, as the rules want: a crowd that was called comes at
// once.
func (c *Complaints) Deceived(baseline uint32, now time.Time, rules *ComplaintRules) (w float64, n int) {
	var first, last uint32
	found := 0
	for i := range c.N {
		e := &c.Reports[i]
		if !e.Weighs() || e.Has(ReportBlock) || !e.Has(ReportStranger|ReportContact) || !e.grave() {
			continue
		}
		if n++; n == 1 {
			first = e.At
		}
		if e.Has(ReportFound) {
			found++
		}
		w, last = w+e.weight(now, rules), e.At
	}
	witnessed := rules.GraveFrom > 0 && n >= rules.GraveFrom && last >= stamp.After(first, rules.GraveOver)
	confirmed := rules.GraveFound > 0 && found >= rules.GraveFound
	if last <= baseline || !witnessed && !confirmed {
		return 0, 0
	}
	return w, n
}

// grave reports whether the complaint is about fraud, harassment or what is unlawful.
func (c *Report) grave() bool {
	switch c.About & ReportCategory {
	case aboutFraud, aboutHarassment, aboutUnlawful:
		return true
	}
	return false
}

// Categories of complaints that a deceived person files. The numbers are
// policy.Category.
const (
	aboutHarassment uint8 = 2
	aboutFraud      uint8 = 3
	aboutUnlawful   uint8 = 5
)
