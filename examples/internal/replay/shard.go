package replay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/cespare/xxhash/v2"

	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/examples/internal/translate"
	"github.com/decorum-go/decorum/policy"
)

// A log of any size is judged in shards. Each reads all of it and judges the messages of
// its own senders, those whose names hash to it. What touches another account goes to that
// account's shard: it reads the event itself, so that only what the log does not say must be
// told, and a shard tells it at the end of five minutes of the log's time, in one frame of
// an ordered Log: what the engine tells other engines (texts, origins, findings), and which
// messages did not go out, or did after all. Then it waits for the frames of all
// others, and takes them in in the order of the shards. So the same log brings the same
// verdicts, whichever shard is faster.
//
// A message of another shard's sender to an account of this one is learned, without its
// text: it went out unless it is told otherwise, and who got it may answer.

// A place is which shard a runner is, and what it tells the others by.
type place struct {
	index, of int // from 0
	log       exchange
}

// barrier is how much of the log's time lies between two exchanges.
const barrier = 5 * time.Minute

// A shard is what a runner has that judges a part of the log.
type shard struct {
	place
	header header

	hear      func(note []byte) // of the engine; nil: it does not listen
	telling   []byte            // of this round
	lost      [][2]string       // sender and ID of its messages that did not go out; none: it did after all
	lostAt    map[[2]string]int // where
	next      time.Time         // when the round ends; zero: nothing has happened yet
	round     int
	events    int // so far, of all shards
	messages  int // of them
	published bool
	met       []bool // whose header was read

	crowds  crowds
	learned map[string]bool // messages of others, of this round: they went out unless it is told otherwise
	to      []string        // of learn
}

// takePlace makes the runner a shard, if it is to be one, and says by which options.
func (r *runner) takePlace() error {
	c := &r.config
	if c.place == nil {
		return nil
	}
	if c.snapshotAt > 0 {
		return errors.New("a shard takes no snapshot")
	}
	p, err := json.Marshal(c.policy)
	if err != nil {
		return err
	}
	s := &shard{place: *c.place, met: make([]bool, c.place.of), lostAt: map[[2]string]int{}, learned: map[string]bool{}, header: header{
		Version: headerVersion, Shards: c.place.of, Policy: fmt.Sprintf("%s (%x)", c.policy.Name, xxhash.Sum64(p)), Retry: c.retry,
		Resolution: c.resolution.String(), Accounts: c.accounts, Senders: c.people, Begins: c.begins,
	}}
	r.shard = s
	for i := range s.of { // before the others hear of this one, which may be the wrong one
		if err := s.greet(i, false); err != nil {
			return err
		}
	}
	body, err := json.Marshal(s.header)
	if err != nil {
		return err
	}
	f := frame{kind: frameHeader, body: body}
	return s.log.Append(f.append(nil))
}

// ordinal is the place of the message in hand in the merged input, from 1.
func (r *runner) ordinal() int {
	if r.shard != nil {
		return r.shard.messages
	}
	return r.tally.messages
}

// own reports whether an account is this shard's.
func (s *shard) own(account string) bool {
	return account != "" && xxhash.Sum64String(account)%uint64(s.of) == uint64(s.index)
}

// primary is the account whose shard counts an event, and whose record it changes.
func primary(e *events.Event) string {
	switch e.Kind {
	case events.Reply, events.Accepted:
		if len(e.To) > 0 {
			return e.To[0]
		}
	case events.Complaint, events.Blocked, events.Unblocked, events.Review, events.Ruling, events.Release, events.Discard, events.Lift, events.Override:
		return e.Against
	}
	return e.From
}

// attend has a shard meet the others where a round is over, and reports whether the event is
// its own to judge. Of another's it takes in what concerns its accounts.
func (r *runner) attend(e *events.Event) (mine bool, err error) {
	s := r.shard
	if err := r.meet(e.At); err != nil {
		return false, err
	}
	s.events++
	if e.Kind == events.Message {
		if s.messages++; s.messages == 1 {
			r.tally.history.at(e.At) // all shards count from the same day
		}
		if e.Group == "" {
			s.crowds.wrote(e.From, e.To, e.At)
		}
	}
	switch account := primary(e); {
	case e.Kind == events.Text:
		mine = s.index == 0
	default:
		mine = s.own(account) || account == "" && s.index == 0
	}
	if mine {
		return true, nil
	}
	if err := r.tryAgain(e.At); err != nil {
		return false, err
	}
	r.now = e.At
	if e.Message != "" && len(r.lost.known) > 0 && r.neverArrived(e) {
		return false, nil
	}
	if e.Kind == events.Message {
		return false, r.learn(e, e.ID, e.At, true)
	}
	return false, harmless(r.attendFeedback(e))
}

// attendFeedback takes in feedback that another shard counts.
func (r *runner) attendFeedback(e *events.Event) error {
	ctx, s := context.Background(), r.shard
	switch e.Kind {
	case events.Text:
		return r.text(ctx, e)
	case events.Erased:
		_, err := r.engine.Forget(ctx, e.From)
		return err
	case events.Review, events.Ruling, events.Release, events.Discard, events.Lift, events.Override, events.Appeal:
		return nil
	case events.Retraction: // whoever learned of the message
	default:
		if !s.own(e.From) && !slices.ContainsFunc(e.To, s.own) && !s.crowds.around(e.From, e.At) {
			return nil
		}
	}
	list, err := translate.Feedback(e)
	for i := 0; i < len(list) && err == nil; i++ {
		err = harmless(r.engine.Record(ctx, list[i]))
	}
	return err
}

// harmless passes on what is an error of the engine, not of an event: those are told by the shard
// that counts it.
func harmless(err error) error {
	if _, ok := errors.AsType[*policy.FieldError](err); ok {
		return nil
	}
	for _, known := range []error{policy.ErrNotFound, policy.ErrHistory, policy.ErrConflict, policy.ErrSettled} {
		if errors.Is(err, known) {
			return nil
		}
	}
	return err
}

// learn takes in a message of another shard's sender, as far as it reaches accounts of this
// one, or accounts around whom there is a crowd. Whether it gets through a crowd, and when if it is
// tried again, is judged here, too: how many do counts within minutes.
func (r *runner) learn(e *events.Event, id string, at time.Time, first bool) error {
	s := r.shard
	if e.Group != "" || e.Edit { // a room has no record; an edit reaches nobody new
		return nil
	}
	s.to = s.to[:0]
	for _, to := range e.To {
		if s.own(to) || s.crowds.around(to, e.At) {
			s.to = append(s.to, to)
		}
	}
	if len(s.to) == 0 || id != "" && s.learned[learnedName(e.From, id)] {
		return nil
	}
	short := stripped(e)
	short.ID, short.At, short.To = id, at, s.to
	if valid := translate.Message(&r.again, &short) == nil; !valid {
		return nil // the shard of the sender says why
	}
	r.name(&r.again, e)
	if slices.ContainsFunc(s.to, func(to string) bool { return s.crowds.around(to, e.At) }) {
		d, err := r.engine.Preview(context.Background(), r.again)
		if err != nil || !d.Delivered() {
			if first && err == nil {
				short.ID, short.To = r.again.ID, slices.Clone(s.to)
				r.wait(&short, nil, &d)
			}
			return harmless(err)
		}
	}
	s.learned[learnedName(e.From, r.again.ID)] = true
	return harmless(r.engine.Learn(context.Background(), r.again))
}

func learnedName(from, id string) string { return from + "\x00" + id }

// tell notes what the others are to know of a decision: was says that an earlier one was that the
// message does not go out.
func (r *runner) tell(e *events.Event, id string, d *policy.Decision, was bool) {
	s := r.shard
	switch {
	case s == nil || id == "" || e.Edit || d.Verdict == policy.Duplicate: // an edit has the ID of what it replaces
	case was && d.Delivered():
		if i, ok := s.lostAt[[2]string{e.From, id}]; ok {
			s.lost[i] = [2]string{} // they take it for delivered
			delete(s.lostAt, [2]string{e.From, id})
			return
		}
		s.telling = appendArrived(s.telling, e, id)
	case !was && !d.Delivered():
		s.lostAt[[2]string{e.From, id}] = len(s.lost)
		s.lost = append(s.lost, [2]string{e.From, id})
	}
}

// Broadcast implements policy.Notes. One goroutine drives the engine of a shard, and the engine
// calls it in that one alone, so that it takes no lock.
func (s *shard) Broadcast(note []byte) { s.telling = appendEngine(s.telling, note) }

// Listen implements policy.Notes.
func (s *shard) Listen(fn func([]byte)) (stop func()) {
	s.hear = fn
	return func() { s.hear = nil }
}

// fail has the shards of the same process wait for this one no more.
func (r *runner) fail(err error) {
	if r.shard == nil {
		return
	}
	if at, ok := r.shard.log.(*seat); ok {
		at.fail(err)
	}
}

// reasons leaves out what shards failed with because another one failed.
func reasons(failed []error) []error {
	why := slices.DeleteFunc(slices.Clone(failed), func(err error) bool { return err == nil || errors.Is(err, errOther) })
	if len(why) == 0 {
		return failed
	}
	return why
}

// begins is a hash of how a log begins: files, mappings and dates that differ show in it.
func begins(first []*events.Event) string {
	h, line := xxhash.New(), []byte(nil)
	for _, e := range first {
		line = events.AppendLine(line[:0], e)
		h.Write(line)
	}
	return fmt.Sprintf("%x", h.Sum64())
}
