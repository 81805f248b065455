package replay

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/decorum-go/decorum/examples/internal/events"
)

// shardOptions are the flags of a replay in shards.
type shardOptions struct {
	shards int    // of this process
	shard  string // "2/4": this process is one of several
	notes  string
	merge  string

	index, of int    // of shard, from 0; of is 0 without it
	opener    Opener // of addresses that are no directories; may be nil
}

// MaxShards is how many shards a replay may have.
const MaxShards = 256

// checkShards refuses what does not go with a replay in shards.
func (o *options) checkShards(files []string) error {
	s := &o.sharding
	if err := s.read(); err != nil {
		return err
	}
	switch {
	case s.merge != "":
		if s.several() || len(files) > 0 || o.zoo.on || o.ladder || o.decisions != "" {
			return errors.New("-merge sums up what shards found: leave out events, -shard, -shards, -zoo, -ladder and -decisions")
		}
	case o.zoo.on:
		return o.checkZooShards()
	case !s.several():
		return nil
	}
	if o.against+o.rule+o.fit != "" || o.sample > 0 || o.snapshotAt > 0 {
		return errors.New("-against, -rule, -fit, -sample and -snapshot-at judge in one shard: leave out -shard, -shards and -merge")
	}
	return cmp.Or(o.checkParts(), o.checkNotes(s.notes), o.checkNotes(s.merge))
}

// read reads -shard, and refuses numbers that make no sense.
func (s *shardOptions) read() error {
	if s.shard != "" {
		n, err := fmt.Sscanf(s.shard, "%d/%d", &s.index, &s.of)
		if err != nil || n != 2 || s.index < 1 || s.index > s.of || s.of > MaxShards || s.shard != fmt.Sprintf("%d/%d", s.index, s.of) {
			return fmt.Errorf("-shard wants which of how many, such as 1/4, of at most %d", MaxShards)
		}
		s.index--
	}
	switch {
	case s.shards < 1 || s.shards > MaxShards:
		return fmt.Errorf("-shards wants a number from 1 to %d", MaxShards)
	case s.shards > 1 && s.shard != "":
		return errors.New("-shards judges in shards here, -shard is one of several processes: give one of them")
	case (s.shard != "") != (s.notes != ""):
		return errors.New("-shard and -notes go together: the shards of one replay tell each other in the notes")
	}
	return nil
}

// several reports whether the log is judged in shards.
func (s *shardOptions) several() bool { return s.shards > 1 || s.shard != "" }

func (o *options) checkZooShards() error {
	switch {
	case o.sharding.shard != "":
		return errors.New("-zoo plays in one process: give -shards")
	case o.sharding.shards > 1 && o.zoo.moderator != "":
		return errors.New("-moderator rules on one engine's texts: leave out -shards")
	}
	return nil
}

// checkParts refuses what needs all senders.
func (o *options) checkParts() error {
	switch s := &o.sharding; {
	case s.merge != "":
		return nil
	case o.html != "" || o.labels != "" && s.shard != "":
		return errors.New("a shard sees a part alone: give -html and -labels with -merge")
	case s.shards > 1 && o.decisions != "":
		return errors.New("-decisions are written by each -shard, into a file of its own: leave out -shards")
	}
	return nil
}

// schemed is how an address begins that is no path; a letter alone is a drive.
var schemed = regexp.MustCompile(`^[a-z][a-z0-9+.-]+:`)

// checkNotes refuses an address that this program cannot open.
func (o *options) checkNotes(address string) error {
	kind, _, ok := strings.Cut(address, "://")
	switch {
	case !ok && schemed.MatchString(address):
		return fmt.Errorf("-notes and -merge %s: write nats://HOST:4222/STREAM, or ./ before the name of a directory", address)
	case ok && o.sharding.opener == nil:
		return fmt.Errorf("-notes and -merge %s:// need examples/replayx: go -C examples/replayx run . …; here they are directories", kind)
	}
	return nil
}

// openNotes opens the Log at an address.
func (s *session) openNotes(address string, index, of int) (Log, error) {
	open := Opener(openFolder)
	if strings.Contains(address, "://") {
		open = s.sharding.opener
	}
	return open(address, index, of, func(what string) { fmt.Fprintln(s.stderr, "replay:", what) })
}

// judgeAll judges, in shards or not, or sums up what shards found.
func (s *session) judgeAll() (res, against *result, err error) {
	switch {
	case s.sharding.merge != "":
		res, err = s.mergeNotes()
	case s.sharding.shards > 1:
		res, err = s.runShards()
	default:
		return s.judge()
	}
	return res, nil, err
}

// second does what another look at the messages is needed for; behind a merge there is none.
func (s *session) second(res *result, diff *difference, fit *fitting) error {
	if s.sharding.merge != "" && s.html != "" {
		return s.writeSums(res)
	}
	return s.again(res, diff, fit)
}

// runShards judges in shards of this process, and sums up.
func (s *session) runShards() (*result, error) {
	h, runners := newHub(s.sharding.shards), []*runner(nil)
	for i := range s.sharding.shards {
		runners = append(runners, &runner{config: s.mainConfig(&place{i, s.sharding.shards, &seat{h, i}})})
	}
	took, err := s.pass("", runners...)
	if err != nil {
		return nil, err
	}
	var sums []*sum
	for _, r := range runners {
		sums = append(sums, r.sum())
		if err := r.close(); err != nil {
			return nil, err
		}
		r.tally, r.store, r.engine = nil, nil, nil
		runtime.GC() // the sums are a log's worth of senders, too
	}
	res, err := merge(sums)
	if err == nil {
		res.seconds = took.Seconds()
	}
	return res, err
}

// runShard judges one shard of several, and leaves its sum in the notes.
func (s *session) runShard() error {
	o := &s.sharding
	log, err := s.openNotes(o.notes, o.index, o.of)
	if err != nil {
		return err
	}
	defer log.Close()
	c := s.mainConfig(&place{o.index, o.of, log})
	closed, err := s.decisionsTo(&c)
	if err != nil {
		return err
	}
	r := &runner{config: c}
	took, err := s.pass(ShardName(o.index, o.of)+": ", r)
	var res *result
	if err == nil {
		res = r.result(took)
		err = r.leave()
	}
	if r.engine != nil {
		err = errors.Join(err, r.close())
	}
	if err = errors.Join(err, closed()); err == nil {
		err = s.writeSenders(res)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(s.stderr, "replay: %s judged %s from %s in %v; replay -merge %s sums up when all have\n",
		ShardName(o.index, o.of), count(res.messages, "message"), count(res.senders, "sender"), rounded(took), o.notes)
	return nil
}

// leave puts the sum of a shard into the notes, behind everything else.
func (r *runner) leave() error {
	body, err := r.sum().encode()
	if err != nil {
		return err
	}
	f := frame{kind: frameSum, round: r.shard.round, until: r.shard.next, events: r.shard.events, body: body}
	return r.shard.log.Append(f.append(nil))
}

// mergeNotes sums up what shards have left in their notes.
func (s *session) mergeNotes() (*result, error) {
	log, err := s.openNotes(s.sharding.merge, -1, 0)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	last, err := log.Last()
	if err != nil {
		return nil, err
	}
	if len(last) == 0 {
		return nil, fmt.Errorf("no shard has told anything in %s", s.sharding.merge)
	}
	var missing []error
	var sums []*sum
	events := 0
	for i, data := range last {
		x, read, err := lastSum(i, len(last), data)
		switch {
		case errors.Is(err, errMissing):
			missing = append(missing, err)
			continue
		case err != nil:
			return nil, err
		case len(sums) == 0:
			events = read
		case events != read:
			return nil, fmt.Errorf("%s read %s, others %s: they did not read the same log", ShardName(i, len(last)), count(read, "event"), count(events, "event"))
		default:
			if err := sums[0].Header.differs(i, len(last), &x.Header); err != nil {
				return nil, err
			}
		}
		sums = append(sums, x)
	}
	if len(missing) > 0 {
		return nil, errors.Join(missing...)
	}
	if (s.senders != "" || s.html != "") && !sums[0].Header.Senders {
		return nil, errors.New("the shards did not count what -senders and -html need: start each with -senders FILE")
	}
	return merge(sums)
}

// errMissing is of a shard that has not come to its end.
var errMissing = errors.New("is missing")

// lastSum returns the sum that is in the last frame of a shard, and how many events it read.
func lastSum(i, of int, data []byte) (x *sum, events int, err error) {
	name := ShardName(i, of)
	if data == nil {
		return nil, 0, fmt.Errorf("%s %w: it has told nothing", name, errMissing)
	}
	f, err := readFrame(data)
	switch {
	case err != nil:
		return nil, 0, fmt.Errorf("%s: %w", name, err)
	case f.kind == frameHeader:
		return nil, 0, fmt.Errorf("%s %w: it has only begun", name, errMissing)
	case f.kind == frameNotes:
		return nil, 0, fmt.Errorf("%s %w: it runs, or ended, at %s of the log", name, errMissing, f.until.Format(time.RFC3339))
	}
	if x, err = readSum(f.body); err != nil {
		return nil, 0, fmt.Errorf("%s: %w", name, err)
	}
	return x, f.events, nil
}

// writeSums writes a page of what shards found, which has all but what needs another look at the
// messages.
func (s *session) writeSums(res *result) error {
	p := newPage(s, res, nil, nil)
	p.Skipped = true
	p.Answers = newAnswers(res, &facts{})
	p.Answers.Prevented, p.Answers.Work = nil, nil
	fmt.Fprintf(s.stderr, "replay: wrote %s: it shows names of your log; what the policy would have prevented, and messages, need a replay in one shard\n", s.html)
	return writePage(s.html, "page.html", p)
}

// tellLate tells what shards behind the first found, in the order of the log.
func tellLate(late [][]*events.Fault, add func(*events.Fault)) {
	all := slices.Concat(late...)
	slices.SortStableFunc(all, func(a, b *events.Fault) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	for _, f := range all {
		add(f)
	}
}
