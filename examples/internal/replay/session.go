package replay

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/policy"
)

// A session is one run of the program over files.
type session struct {
	*options
	policy, against *policy.Policy
	trial           *trial // nil without -rule
	files           []string
	found           map[string]label // what people found; nil without -labels and -fit
	stdin           io.Reader
	stdout, stderr  io.Writer

	wanted  []string // whom -sample draws first
	passes  int      // over the files so far
	broken  *faults
	failed  bool
	spooled string // the copy of standard input
	signals chan os.Signal
}

func (s *session) complain(err error) {
	s.failed = true
	fmt.Fprintln(s.stderr, "replay:", err)
}

// run judges the files and writes what the flags ask for.
func (s *session) run() int {
	defer s.cleanUp()
	s.broken = &faults{w: s.stderr}
	fit, err := s.prepare()
	if err != nil {
		s.complain(err)
		refused, ok := errors.AsType[*refusal](err)
		if !ok || s.sample == 0 {
			return exitFailed
		}
		s.wanted = refused.ask
	}
	if err := s.find(fit); err != nil {
		s.complain(err)
	}
	if s.failed || s.strict && s.broken.n > 0 {
		return exitFailed
	}
	return exitOK
}

// find judges, or sums up, and writes what is found.
func (s *session) find(fit *fitting) error {
	if s.sharding.of > 0 {
		return s.runShard()
	}
	res, against, err := s.judgeAll()
	if err != nil {
		return err
	}
	if s.fit == "" { // which has told it
		s.tellAbsent(res.tally)
	}
	res.honesty = honestAmong(res, s.found, s.seed)
	res.rule = s.trial.report(res.tally.senders, s.found)
	s.write(res, against, fit)
	return nil
}

// prepare does what can fail before an hour of judging, and fits the policy if that is
// asked for.
func (s *session) prepare() (fit *fitting, err error) {
	for _, name := range []string{s.html, s.sampled(), s.fitted(), s.senders} {
		if name == "" || name == "-" {
			continue
		}
		if err := writable(name); err != nil {
			return nil, err
		}
	}
	if name := s.sampled(); name != "" && name != "-" {
		if err := unlabelled(name); err != nil {
			return nil, err
		}
	}
	if name := s.labels + s.fit; name != "" && name != "truth" {
		if s.found, err = readLabels(name); err != nil {
			return nil, err
		}
	}
	if err := s.spool(); err != nil || s.fit == "" {
		return nil, err
	}
	if fit, err = s.fitPolicy(); err == nil {
		s.against = fit.policy
	}
	return fit, err
}

// write writes what was found.
func (s *session) write(res, against *result, fit *fitting) {
	summary := s.stdout
	if s.decisions == "-" || s.sampled() == "-" || s.senders == "-" {
		summary = s.stderr
	}
	var diff *difference
	if against != nil {
		diff = compare(res, against)
	}
	if res.messages == 0 {
		what := "no messages in " + list(s.named())
		if res.feedback > 0 {
			what += ", only " + count(res.feedback, "event") + " of feedback and moderation"
		}
		s.complain(errors.New(what))
		if !s.json { // no table of zeros
			return
		}
	}
	format := writeSummary
	if s.json {
		format = writeJSON
	}
	if err := format(summary, res, diff, fit); err != nil {
		s.complain(err)
	}
	if res.messages == 0 { // files of an earlier run stay
		return
	}
	if err := s.writeSenders(res); err != nil {
		s.complain(err)
	}
	if err := s.second(res, diff, fit); err != nil {
		s.complain(err)
	}
}

// config is that of a runner.
func (s *session) config(p *policy.Policy) runnerConfig {
	return runnerConfig{policy: p, compiler: s.compiler, accounts: s.accounts, retry: s.retry}
}

// mainConfig is that of the runner on whose pass everything rests, or of a shard of it.
func (s *session) mainConfig(at *place) runnerConfig {
	c := s.config(s.policy)
	c.trial, c.snapshotAt, c.place = s.trial, s.snapshotAt, at
	c.listing, c.people = s.senders+s.html != "", s.senders != ""
	return c
}

// decisionsTo has the decisions of a runner written, and returns what closes their file.
func (s *session) decisionsTo(c *runnerConfig) (closed func() error, err error) {
	w := s.stdout
	closed = func() error { return nil }
	switch s.decisions {
	case "":
		return closed, nil
	case "-":
	default:
		file, err := os.Create(s.decisions)
		if err != nil {
			return nil, err
		}
		w, closed = file, file.Close
	}
	c.decisions = &decisionWriter{w: bufio.NewWriterSize(w, 1<<20)}
	return closed, nil
}

// judge is the pass that everything rests on.
func (s *session) judge() (res, against *result, err error) {
	c := s.mainConfig(nil)
	closed, err := s.decisionsTo(&c)
	if err != nil {
		return nil, nil, err
	}
	runners := []*runner{{config: c}}
	if s.against != nil {
		runners = append(runners, &runner{config: s.config(s.against)})
	}
	took, err := s.pass("", runners...)
	switch {
	case err != nil && runners[len(runners)-1].engine == nil:
		return nil, nil, err
	case err != nil:
		s.complain(err) // what was judged so far is printed all the same
	}
	for i, r := range runners {
		if i == 0 {
			res = r.result(took)
		} else {
			against = r.result(took)
		}
		if err := r.close(); err != nil {
			s.complain(err)
		}
	}
	if err := closed(); err != nil {
		s.complain(err)
	}
	return res, against, nil
}

// again reads the files again, for what needs to know how it ended.
func (s *session) again(res *result, diff *difference, fit *fitting) error {
	if s.html == "" && s.sample == 0 {
		return nil
	}
	var told, drawn *stories
	var runners []*runner
	tell := func(of []*sender, f *facts) *stories {
		t := newStories(of)
		c := s.config(s.policy)
		c.observe, c.imposed = t.observe, t.imposed
		if f != nil {
			c.observe = func(e *events.Event, d *policy.Decision) { t.observe(e, d); f.observe(e, d) }
			c.imposed = func(p *policy.Sanction) { t.imposed(p); f.imposed(p) }
		}
		runners = append(runners, &runner{config: c})
		return t
	}
	var picked []pick
	if s.sample > 0 {
		picked = draw(res, s.policy, s.found, s.sample, s.seed, s.wanted)
		of := make([]*sender, len(picked))
		for i := range picked {
			of[i] = picked[i].sender
		}
		drawn = tell(of, nil)
	}
	var sens *sensitivity
	var found *facts
	if s.html != "" {
		found = newFacts(res)
		told = tell(worthTelling(res, s.details), found)
		if s.sensitivity {
			sens = newSensitivity(s.policy)
			runners = append(runners, sens.runners(s, res)...)
		}
	}
	if err := s.passesOf(runners); err != nil {
		return err
	}
	if drawn != nil {
		if err := s.writeSample(picked, drawn); err != nil {
			return err
		}
	}
	if told == nil {
		return nil
	}
	p := newPage(s, res, diff, fit)
	if err := p.answer(res, found, told, sens, s.details); err != nil {
		return err
	}
	if err := writePage(s.html, "page.html", p); err != nil {
		return err
	}
	fmt.Fprintf(s.stderr, "replay: wrote %s: it shows names and texts of your log\n", s.html)
	return nil
}

// resolve settles the resolution of the times by how the log begins.
func (s *session) resolve(first []*events.Event) {
	if s.resolution >= 0 {
		return
	}
	if s.resolution = events.Resolution(first); s.resolution > 0 {
		fmt.Fprintf(s.stderr, "replay: the first %s times are whole multiples of %v: taken as the resolution (-resolution 0 says otherwise)\n", thousands(len(first)), s.resolution)
	}
}

// rounded is a length of time for people.
func rounded(d time.Duration) time.Duration { return d.Round(100 * time.Millisecond) }
