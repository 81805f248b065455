package casebook

import (
	"context"
	"database/sql"
	"math"
	"strconv"
	"strings"
	"time"
)

// Figures are what happened on some days.
type Figures struct {
	Days      []Day // in order, those without anything left out
	Total     Day   // their sum
	Sent      []int // Sent[i]: how often automation sanctioned an account (above a warning) after i messages of it were delivered, the last as many or more; as far as the process saw them, of the 65,536 accounts and more that sent last
	Precision Share // of what was flagged, held, or brought a sanction: how much was abuse
	Missed    Share // of what was allowed
}

// A Day is one day's counts, by what is counted:
//
//	verdict.V                 decisions, by verdict
//	imposed.automatic.K       sanctions, by kind
//	imposed.by_hand.K
//	lifted.automatic, lifted.by_hand
//	appealed, ruled.O         appeals, rulings by outcome
//	complained                complaints
//	act.A                     acts of persons, by kind
//	rule.R.V                  decisions on messages that a rule of the policy was true of, by verdict
//	opened.K, closed.O        cases, by kind and by outcome
type Day struct {
	Day time.Time // its beginning
	N   map[string]int64
}

// Sum is the sum of what is counted under names that begin so.
func (d *Day) Sum(prefix string) (n int64) {
	for what, k := range d.N {
		if strings.HasPrefix(what, prefix) {
			n += k
		}
	}
	return n
}

// Overturned returns how many appeals were granted, and of how many that were ruled on.
func (d *Day) Overturned() (n, of int64) { return d.N["ruled.overturned"], d.Sum("ruled.") }

// A Share is an estimate from a random sample that people labelled, with the interval in
// which the truth is with 95 in 100: Clopper and Pearson's, widened by what they were not
// sure of.
type Share struct {
	Abusive, Fine, Unsure int
	Drawn                 int     // labelled or not
	Estimate, Low, High   float64 // 0, 0, 1 where nothing was labelled
}

// Figures returns what happened from a day to another, both included.
func (b *Book) Figures(ctx context.Context, from, to time.Time) (f Figures, err error) {
	first, last := dayOf(micros(from)), dayOf(micros(to))
	f.Total.N, f.Sent = make(map[string]int64), make([]int, mostSent+1)
	t := b.read(ctx)
	err = t.each(func(rows *sql.Rows) error {
		var day, n int64
		var what string
		if err := rows.Scan(&day, &what, &n); err != nil {
			return err
		}
		if sent, ok := strings.CutPrefix(what, "sent."); ok {
			i, _ := strconv.Atoi(sent)
			f.Sent[min(i, mostSent)] += int(n)
			return nil
		}
		if f.Precision.add("acted.", what, n) || f.Missed.add("allowed.", what, n) {
			return nil
		}
		at := time.Unix(day*24*60*60, 0).UTC()
		if k := len(f.Days); k == 0 || !f.Days[k-1].Day.Equal(at) {
			f.Days = append(f.Days, Day{at, make(map[string]int64)})
		}
		f.Days[len(f.Days)-1].N[what] = n
		f.Total.N[what] += n
		return nil
	}, `SELECT day, what, n FROM %days WHERE day >= $1 AND day <= $2 ORDER BY day, what`, first, last)
	if err != nil {
		return f, err
	}
	f.Total.Day = time.Unix(first*24*60*60, 0).UTC()
	f.Precision.estimate()
	f.Missed.estimate()
	return f, nil
}

// add adds a count of what was drawn, if it is one of those that begin so.
func (s *Share) add(prefix, what string, n int64) bool {
	label, ok := strings.CutPrefix(what, prefix)
	switch label {
	case LabelAbusive.String():
		s.Abusive += int(n)
	case LabelFine.String():
		s.Fine += int(n)
	case LabelUnsure.String():
		s.Unsure += int(n)
	}
	if ok {
		s.Drawn += int(n)
	}
	return ok
}

// estimate computes the share and its interval.
func (s *Share) estimate() {
	s.Estimate, s.Low, s.High = 0, 0, 1
	n := s.Abusive + s.Fine + s.Unsure
	if s.Abusive+s.Fine > 0 {
		s.Estimate = float64(s.Abusive) / float64(s.Abusive+s.Fine)
	}
	if n == 0 {
		return
	}
	const tail = .025
	s.Low = solve(func(p float64) bool { return atLeast(s.Abusive, n, p) < tail })
	s.High = solve(func(p float64) bool { return 1-atLeast(s.Abusive+s.Unsure+1, n, p) > tail })
}

// solve returns where a condition that holds for small p ends to.
func solve(holds func(p float64) bool) float64 {
	low, high := 0., 1.
	for range 50 {
		if p := (low + high) / 2; holds(p) {
			low = p
		} else {
			high = p
		}
	}
	return low
}

// atLeast is the probability of k or more of n, each with p.
func atLeast(k, n int, p float64) (sum float64) {
	if k <= 0 {
		return 1
	}
	if k > n {
		return 0
	}
	all, _ := math.Lgamma(float64(n + 1))
	for i := k; i <= n; i++ {
		in, _ := math.Lgamma(float64(i + 1))
		out, _ := math.Lgamma(float64(n - i + 1))
		sum += math.Exp(all - in - out + float64(i)*math.Log(p) + float64(n-i)*math.Log1p(-p))
	}
	return min(1, sum)
}
