package policy

import (
	"bytes"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/decorum-go/decorum/policy/internal/bank"
	"github.com/decorum-go/decorum/policy/internal/gossip"
	"github.com/decorum-go/decorum/policy/internal/guard"
	"github.com/decorum-go/decorum/policy/internal/judge"
	"github.com/decorum-go/decorum/policy/internal/rules"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/state"
	"github.com/decorum-go/decorum/scoring"
	"github.com/decorum-go/decorum/similarity"
)

// A work is what one call of the engine works in: pooled, with the functions that a
// store calls bound once, so that a call allocates nothing. One whose store did not
// come back is abandoned, never pooled again.
type work struct {
	settings *settings
	now      time.Time // when the call began
	m        Message   // that is judged; of an event the zero Message
	in       judge.Input
	out      judge.Output
	text     text
	scratch  judge.Scratch
	rec      state.Record // of the account
	change   judge.Change // of an event
	err      error        // that the change ended with

	buf     []byte // encoded records
	looking bool   // the judgement asked for a look, and buf holds the record that it read
	dry     bool   // change nothing
	unseen  bool   // the origin has strikes, and does not know the account
	away    bool   // the store is: work on what is known

	seen int64         // of the watch over the machine's clock, before now
	leap time.Duration // by which that clock has just moved
	call call          // of an outside store

	mu      sync.Mutex // of what follows, while several lookups run
	other   state.Record
	lookups []*lookup
	n       int // of these, how many are wanted
	credit  credit

	tallies []tally      // that count the message, or did
	counts  []rules.Seen // what they had counted
	adds    []state.Addition
	adding  []byte // a tally
	who     []uint32
	name    []byte // of an attribute, and its value

	said      word            // about a text, by an event
	contents  []judge.Content // of a message with pictures, where they were looked up
	strangers []uint64
	note      gossip.Note // to other processes
	told      []byte      // the same, encoded

	to       []Recipient // of the message, kept
	evidence []scoring.Evidence
	media    []string

	acting *acting // nil: nobody keeps or is told of acts

	judge func(old []byte) (Record, error) // the account's record
	view  func(data []byte) error          // the same, changing nothing
	host  judge.HostSignals
}

// A lookup is what a judgement does with the record of somebody else: a look, the credit
// of an answer, or the count of a letter in an inbox. Several go to an outside store at
// once, so that a message to many waits as long as one to one. It is reused with its
// work, whose lock its functions take.
type lookup struct {
	key    Key
	to     *judge.Recipient // nil: the origin of the message
	inbox  bool             // the record is the inbox of to, or of the sender
	tally  int              // the record is that of so many of the tallies, from 1; 0: it is none
	call   call
	buf    []byte
	look   func(data []byte) error
	answer func(old []byte) (Record, error)

	answered state.LastAnswer
	full     state.Full // what the inbox says now
	from     receiver   // whose inbox it is, where it is the sender's own
}

// A credit is an answer that the sender of the message gave to somebody.
type credit struct {
	at     time.Time
	weight float64
	says   float64 // the same, of a young account less
}

// A text is that of a message, sketched.
type text struct {
	seen    string            // what is looked at of it
	common  uint64            // the generation of what everybody writes
	asked   bool              // something was flagged, so that whole was asked for
	sampled bool              // a rule compares it with others, so that whole was made in any case
	banked  bool              // there were known texts, so that whole was made in any case
	fine    bool              // a person found the text fine: it is as if there were none
	cut     bool              // most of the text is what everybody writes
	whole   similarity.Sketch // of the text with that; where it is cut, and asked for
	look    bank.Look         // for that among known texts

	picture bool              // the message is judged by a picture of it instead
	shown   bool              // a picture comes with it
	first   similarity.Sketch // of that, the first that is not everybody's
}

// A word is what somebody let a text know: an answer, or a complaint.
type word struct {
	kind    gossip.Kind // 0: none
	cluster uint64
	beside  uint64 // what came with the text
	who     uint64
	origin  Key
	weight  float64
	asked   uint32 // of an answer
}

// A call is one of the guard. It is reused like that.
type call struct {
	guard.Call
	fn    func(old []byte) (Record, error)
	bound func(old []byte) (guard.Record, error)
}

// bind returns fn as the guard takes it; a call has one at a time.
func (c *call) bind(fn func(old []byte) (Record, error)) func(old []byte) (guard.Record, error) {
	c.fn = fn
	if c.bound == nil {
		c.bound = func(old []byte) (guard.Record, error) {
			r, err := c.fn(old)
			return guard.Record(r), err
		}
	}
	return c.bound
}

func newWork(a *acting) *work {
	w := &work{buf: make([]byte, 0, 1024), acting: a}
	w.judge, w.view, w.host = w.doJudge, w.doView, w.doHost
	return w
}

// begin returns a work for one call, and starts its time.
func (e *Engine) begin() *work {
	w := e.works.Get().(*work)
	w.settings = e.settings.Load()
	w.seen = e.watch.seen()
	w.now = e.cfg.Now()
	w.adds, w.tallies, w.counts, w.out.Want, w.out.Count = w.adds[:0], w.tallies[:0], w.counts[:0], judge.Counters{}, judge.Counters{}
	w.dry, w.away, w.looking, w.n, w.err, w.said = false, false, false, 0, nil, word{}
	w.contents = w.contents[:0]
	if w.acting != nil {
		w.acting.act, w.acting.lines = Act{}, nil
	}
	if e.guard != nil {
		w.call.Deadline = time.Now().Add(e.cfg.Timeout)
	}
	w.in.Policy, w.in.Shadows, w.in.Tracks = w.settings.enforced, w.settings.shadows, w.settings.tracks
	w.in.Resolution, w.in.Host = e.cfg.Resolution, nil
	w.in.Clock, w.in.Skew, w.leap = recordable(w.now), e.cfg.MaxSkew, 0
	if len(e.cfg.Signals) > 0 {
		w.in.Host = w.host
	}
	return w
}

// end gives a work back, unless the store has not.
func (e *Engine) end(w *work) {
	if w.call.Lost {
		return
	}
	if len(w.lookups) > lookupsAtOnce { // few messages go to so many
		w.lookups = slices.Clip(w.lookups[:lookupsAtOnce:lookupsAtOnce])
	}
	w.m, w.change, w.in.Evidence, w.text.seen = Message{}, nil, nil, ""
	clear(w.to)
	clear(w.evidence)
	clear(w.media)
	e.works.Put(w)
}

// keep makes copies of what the caller handed over: an outside store may call back
// after the caller has gone.
func (w *work) keep() {
	w.to = append(w.to[:0], w.m.Recipients...)
	w.evidence = append(w.evidence[:0], w.m.Evidence...)
	w.media = append(w.media[:0], w.m.Media...)
	w.m.Recipients, w.m.Evidence, w.m.Media = w.to, w.evidence, w.media
	if w.m.Attributes != nil {
		w.m.Attributes = maps.Clone(w.m.Attributes)
		w.keepAttributes()
	}
}

// doHost calls the host's own signals.
func (w *work) doHost(dst []scoring.Evidence, f *judge.Facts) []scoring.Evidence {
	for _, fn := range w.settings.signals {
		dst = fn(dst, &w.m, (*Facts)(f))
	}
	return dst
}

// doJudge is the update of the account's record.
func (w *work) doJudge(old []byte) (Record, error) {
	if err := w.doView(old); err != nil {
		return Record{}, err
	}
	acts := w.noteActs(&w.rec, w.out.Now)
	rec := w.encode(&w.rec, w.out.Durable || len(acts) > 0)
	rec.Acts = acts
	return rec, nil
}

// doView reads the account's record and judges. A judgement that asked for a look
// has changed nothing but the record's age: where the stored one is still the same,
// it need not be read again.
func (w *work) doView(data []byte) error {
	same := w.looking && bytes.Equal(data, w.buf)
	w.looking, w.err = false, nil
	if !same {
		if err := decode(&w.rec, data); err != nil {
			return err
		}
	}
	w.beginActs(&w.rec)
	if w.in.Message {
		judge.Message(&w.rec, &w.in, &w.scratch, &w.out)
		w.err = releaseErrors[w.out.Released]
	} else {
		judge.Event(&w.rec, w.change, &w.in, &w.scratch, &w.out)
	}
	switch {
	case w.err != nil:
		return w.err
	case w.out.Changed:
		return nil
	case w.out.Need == judge.Lookup:
		w.looking = true
		w.buf = append(w.buf[:0], data...)
	}
	return errUnchanged
}

// encode makes what a store keeps of a record.
func (w *work) encode(r *state.Record, durable bool) Record {
	w.buf = r.Encode(w.buf[:0])
	rec := recordOf(r, w.buf)
	rec.Now, rec.Durable = w.now, durable
	return rec
}

// doPeek asks a recipient's record about the sender.
func (w *work) doPeek(data []byte, to *judge.Recipient) error {
	if len(data) == 0 {
		return nil
	}
	r := &w.other
	if err := decoded(r.DecodeOnly(data, state.OnlyPeople)); err != nil {
		return err
	}
	to.Ask(&w.in, r, w.out.Now)
	return nil
}

// doOrigin reads the strike mass on other accounts of the origin.
func (w *work) doOrigin(data []byte) error {
	if len(data) == 0 {
		return nil
	}
	if err := decode(&w.other, data); err != nil {
		return err
	}
	w.in.OriginHeld = w.other.OriginStrikes.Share(w.in.Me)
	w.unseen = w.other.OriginStrikes.See(w.in.Me)
	w.in.OriginMass, w.in.OriginSince = w.other.OriginStrikes.Mass(w.in.Me, stamp.Of(w.out.Now), w.in.Policy.Member.Ladder.HalfLife)
	return nil
}

// doAnswer credits an account with an answer by the sender.
func (w *work) doAnswer(old []byte, q *lookup) (Record, error) {
	if len(old) == 0 {
		return Record{}, errUnchanged
	}
	r := &w.other
	if err := decode(r, old); err != nil {
		return Record{}, err
	}
	at := w.opens(r, w.credit.at)
	lifted := r.RefusedBy.Drop(w.in.Me)
	own := r.Origins.Has(w.in.Origin)
	if !r.Answer(w.in.Me, at, w.credit.weight, own) && !lifted {
		return Record{}, errUnchanged
	}
	r.DoesWell(at, w.credit.says, own, w.in.Origin, &w.in.Policy.Member.Ladder.Conduct)
	q.answered = r.LastAnswer
	r.PruneTexts(at)
	r.Touch(at)
	return w.encode(r, false), nil
}

// latest is the latest time that is no wrong clock.
func (w *work) latest() time.Time { return w.in.Clock.Add(w.in.Skew) }

// begins brings a record to an event at t, and returns when that is judged.
func (w *work) begins(r *state.Record, t time.Time) time.Time {
	return r.Begin(t, w.in.Clock, w.in.Skew, &w.in.Policy.Member.Ladder)
}

// opens is begins for an account's record: of one that means nothing any more only what is
// in doubt comes along.
func (w *work) opens(r *state.Record, t time.Time) time.Time {
	now := w.begins(r, t)
	if sec := stamp.Of(now); !r.Empty() && r.Expired(sec) {
		r.DecayTo(sec, &w.in.Policy.Member.Ladder, w.in.Tracks)
	}
	return now
}
