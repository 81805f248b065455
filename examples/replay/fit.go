package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"maps"
	"math"
	"slices"

	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/scoring"
)

// A fitting moves the levels of a policy to where labelled senders say that
// they belong. What is calibrated is the highest score that a sender reaches
// while nothing is refused: "of those who come so far, so many are abusive".
// The curve is Platt's. The new warn level is the score at which it says what
// the old level claimed to be, and so is the act level.
type fitting struct {
	policy      *policy.Policy
	calibration scoring.Calibration
	cases       int
	abusive     int
	absent      int // labels whose sender is not in the log
	before      quality
	after       quality // held out by sender
	levels      []movedLevel
	file        string
}

// A quality is how well probabilities agree with the truth.
type quality struct {
	Brier            float64 `json:"brier"`
	LogLoss          float64 `json:"log_loss"`
	CalibrationError float64 `json:"calibration_error"`
	bins             []scoring.Bin
}

// A movedLevel is a threshold before and after.
type movedLevel struct {
	Class policy.Class `json:"class"`
	Name  string       `json:"name"`
	From  float64      `json:"from"`
	To    float64      `json:"to"`
}

// A labelled sender.
type labelled struct {
	name    string
	score   float64 // log-odds of the highest
	abusive bool
	weight  float64
	fold    int
}

const (
	folds    = 5
	leastFit = 5    // labelled senders of either truth
	mostFit  = 2e5  // cases after weighing
	mostWarn = .90  // no level is moved beyond
	mostAct  = .95  //
	leastGap = 1e-3 // between prior, warn and act
	tableFit = 10   // bins
)

// fitPolicy reads the log once with nothing refused, fits, and writes the file.
func (s *session) fitPolicy() (*fitting, error) {
	watch, err := clone(s.policy)
	if err != nil {
		return nil, err
	}
	watch.Observe = true
	r := &runner{config: s.config(watch)}
	if _, err := s.pass("fitting: ", r); err != nil {
		return nil, err
	}
	if err := r.close(); err != nil {
		return nil, err
	}
	f := &fitting{file: s.fitTo}
	list := f.gather(r.tally, s.found)
	if err := f.fit(s.policy, list, s.options.share, s.seed); err != nil {
		return nil, fmt.Errorf("-fit: %w", err)
	}
	return f, writeFile(s.fitTo, func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(f.policy)
	})
}

// gather pairs labels, or the truth of the events, with highest scores.
func (f *fitting) gather(t *tally, labels map[string]label) (list []labelled) {
	found := 0
	for name, s := range t.senders {
		l := label{known: s.truth != events.Unknown, abusive: s.truth == events.Abusive}
		if labels != nil {
			l = labels[name]
		}
		if l.known && s.messages > 0 && s.peak > 0 {
			list = append(list, labelled{name: name, score: scoring.Logit(s.peak), abusive: l.abusive, weight: 1})
			found++
		}
	}
	if labels != nil {
		f.absent = len(labels) - found
	}
	return list
}

// fit fits, measures on senders that were held out, and moves the levels.
func (f *fitting) fit(p *policy.Policy, list []labelled, share float64, seed uint64) error {
	order := func(name string) uint64 {
		h := fnv.New64a()
		fmt.Fprint(h, seed, name)
		return h.Sum64()
	}
	slices.SortFunc(list, func(a, b labelled) int {
		return cmp.Or(cmp.Compare(bit(a.abusive), bit(b.abusive)), cmp.Compare(order(a.name), order(b.name)), cmp.Compare(a.name, b.name))
	})
	total := 0.0
	for i := range list {
		list[i].fold = i % folds
		total += list[i].weight
		f.abusive += bit(list[i].abusive)
	}
	f.cases = len(list)
	if f.abusive < leastFit || f.cases-f.abusive < leastFit {
		return fmt.Errorf("%d abusive and %d honest senders of the labels are in the log; at least %d of each are needed", f.abusive, f.cases-f.abusive, leastFit)
	}
	if err := f.cross(list, min(1, mostFit/total)); err != nil {
		return err
	}
	if f.calibration.Slope <= 0 {
		return fmt.Errorf("among the labelled senders a higher score means less abuse (slope %.2f): nothing is written; look at the labels", f.calibration.Slope)
	}
	if f.after.LogLoss >= f.before.LogLoss {
		return fmt.Errorf("on senders held out the scores are no better than before (log loss %.4f, before %.4f): nothing is written; the policy fits what people found, or it takes more labels", f.after.LogLoss, f.before.LogLoss)
	}
	if share > 0 {
		f.calibration = f.calibration.WithPrior(share)
	}
	return f.move(p)
}

// cross fits to all, and measures on each fold what is fitted to the others.
func (f *fitting) cross(list []labelled, scale float64) (err error) {
	var raw, held []float64
	var truth []bool
	for fold := range folds {
		c, err := platt(list, fold, scale)
		if err != nil {
			return err
		}
		for _, l := range list {
			if l.fold == fold {
				for range copies(l, scale) {
					truth = append(truth, l.abusive)
					raw, held = append(raw, scoring.Logistic(l.score)), append(held, c.At(l.score))
				}
			}
		}
	}
	f.before, f.after = qualityOf(raw, truth), qualityOf(held, truth)
	f.calibration, err = platt(list, folds, scale)
	return err
}

// platt fits to all folds but one.
func platt(list []labelled, without int, scale float64) (scoring.Calibration, error) {
	var x []float64
	var y []bool
	for _, c := range list {
		if c.fold != without {
			for range copies(c, scale) {
				x, y = append(x, c.score), append(y, c.abusive)
			}
		}
	}
	return scoring.FitPlatt(x, y)
}

// copies is how often a sender counts: its weight.
func copies(c labelled, scale float64) int { return max(1, int(math.Round(c.weight*scale))) }

func qualityOf(p []float64, truth []bool) quality {
	return quality{scoring.Brier(p, truth), scoring.LogLoss(p, truth), scoring.CalibrationError(p, truth, tableFit), scoring.Reliability(p, truth, tableFit)}
}

// move writes the levels of the new policy.
func (f *fitting) move(p *policy.Policy) (err error) {
	if f.policy, err = clone(p); err != nil {
		return err
	}
	f.policy.Name = cut(p.Name, policy.MaxPolicyName/2) + " fitted"
	for _, class := range slices.Sorted(maps.Keys(f.policy.Classes)) {
		l := &f.policy.Classes[class].Score
		warn, act := l.Warn, l.Act
		l.Warn = min(max(f.inverse(warn), l.Prior+leastGap), mostWarn)
		l.Act = min(max(f.inverse(act), l.Warn+leastGap), mostAct)
		f.levels = append(f.levels, movedLevel{class, "warn", warn, l.Warn}, movedLevel{class, "act", act, l.Act})
	}
	return f.policy.Validate()
}

// inverse returns the score whose calibrated probability is p, to a thousandth.
func (f *fitting) inverse(p float64) float64 {
	lo, hi := scoring.Logit(1e-4), scoring.Logit(1-1e-4)
	for range 60 {
		if middle := (lo + hi) / 2; f.calibration.At(middle) >= p {
			hi = middle
		} else {
			lo = middle
		}
	}
	return math.Round(scoring.Logistic(hi)*1e3) / 1e3
}

// write prints what people read.
func (f *fitting) write(b *bufio.Writer) {
	fmt.Fprintf(b, "\nfitted to %s, %s of them abusive", count(f.cases, "labelled sender"), thousands(f.abusive))
	if f.absent > 0 {
		fmt.Fprintf(b, "; %s not in the log", thousands(f.absent))
	}
	fmt.Fprintf(b, "\non senders held out:   before  after\n  Brier score        %8.4f %8.4f\n  log loss           %8.4f %8.4f\n  calibration error  %8.4f %8.4f\n",
		f.before.Brier, f.after.Brier, f.before.LogLoss, f.after.LogLoss, f.before.CalibrationError, f.after.CalibrationError)
	for _, t := range []struct {
		name string
		bins []scoring.Bin
	}{{"before", f.before.bins}, {"after", f.after.bins}} {
		fmt.Fprintf(b, "%s: said → was abusive, of so many\n", t.name)
		for _, bin := range t.bins {
			if bin.N > 0 {
				fmt.Fprintf(b, "  %5.1f%% → %5.1f%%  %s\n", 100*bin.Predicted, 100*bin.Observed, thousands(bin.N))
			}
		}
	}
	for _, l := range f.levels {
		fmt.Fprintf(b, "%s: %s %.3f → %.3f\n", l.Class, l.Name, l.From, l.To)
	}
	fmt.Fprintf(b, "wrote %s\n", f.file)
}

// A fitReport is what -json has of a fitting.
type fitReport struct {
	Senders int                 `json:"senders"`
	Abusive int                 `json:"abusive"`
	Before  quality             `json:"before"`
	After   quality             `json:"after"`
	Levels  []movedLevel        `json:"levels"`
	Fit     scoring.Calibration `json:"calibration"`
	File    string              `json:"file"`
}

func (f *fitting) report() *fitReport {
	if f == nil {
		return nil
	}
	return &fitReport{f.cases, f.abusive, f.before, f.after, f.levels, f.calibration, f.file}
}
