package policy

import (
	"context"
	"fmt"
	"math"

	"github.com/decorum-go/decorum/policy/internal/judge"
	"github.com/decorum-go/decorum/policy/internal/keys"
	"github.com/decorum-go/decorum/policy/internal/ladder"
	"github.com/decorum-go/decorum/policy/internal/memtable"
	"github.com/decorum-go/decorum/similarity"
)

// read checks a message and reads it: keys, fold, sketch. history says that its time
// may be any that has come.
func (e *Engine) read(ctx context.Context, m *Message, history bool) (*work, error) {
	if err := e.ready(ctx); err != nil {
		return nil, err
	}
	if err := m.validate(); err != nil {
		return nil, err
	}
	w := e.begin()
	err := w.settings.checkClass(m.Class)
	if err == nil && history && m.At.After(w.latest()) {
		err = &FieldError{Field: "at", Problem: fmt.Sprintf("lies %v ahead of Now, by more than MaxSkew: history is of the past", m.At.Sub(w.now))}
	}
	if err == nil {
		err = w.readAttributes(m)
	}
	if err != nil {
		e.end(w)
		return nil, err
	}
	e.start(w, m)
	if w.in.Learn = history; history {
		w.in.At = e.bounded(m.At, w.in.Clock, math.MaxInt64)
	}
	e.common.Age(w.in.At)
	e.readSender(&w.in, m)
	e.fetchAhead((*memtable.Table).AheadIndex, w.in.Key)
	w.text.fine, w.text.seen = false, textOf(m)
	e.sketch(&w.in.Sketch, &w.text, m)
	e.fetchAhead((*memtable.Table).AheadRecord, w.in.Key)
	if w.text.banked {
		e.texts.bank.Begin(&w.text.look, &w.text.whole, func() { e.readRecipients(&w.in, m) })
	} else {
		e.readRecipients(&w.in, m)
	}
	e.readNames(&w.in, m)
	return w, nil
}

// start begins the judgement of a message that was read.
func (e *Engine) start(w *work, m *Message) {
	w.m = *m // the caller's need not outlive its stack
	if e.guard != nil {
		w.keep()
	}
	in := &w.in
	in.Message, in.Account, in.ID, in.Class = true, m.Sender, m.ID, string(m.Class)
	if m.Class == Member {
		in.Class = ""
	}
	in.Edit, in.Group, in.Reply, in.Channel, in.Joined, in.Evidence = m.Edit, m.toRoom(), m.Reply, m.Channel, m.Joined, w.m.Evidence
	e.date(w, m.At, e.delay(m))
	in.Reception, w.unseen = judge.Reception{}, false
	in.Asked.Seen, in.Asked.Whole = nil, nil
	in.Looked, in.Cluster, in.Beside, in.OriginMass, in.Grant, in.Learn, in.Release = false, similarity.Cluster{}, 0, 0, ladder.Unasked, false, false
}

// readSender fills in who sends a message.
func (e *Engine) readSender(in *judge.Input, m *Message) {
	in.Key = e.keys.Key(keys.Account, m.Sender)
	in.Me = keys.Person(in.Key)
}

// readNames fills in what the names of a message and its content say.
func (e *Engine) readNames(in *judge.Input, m *Message) {
	in.Subject, in.Content, in.ChannelHash, in.Origin = 0, 0, 0, Key{}
	if m.ID != "" {
		in.Subject, in.Content = e.keys.Hash32(keys.Message, m.ID), e.content(m)
	}
	if m.Channel != "" {
		in.ChannelHash = max(e.keys.Hash32('c', m.Channel), 1)
	}
	if m.Origin != "" {
		in.Origin = e.keys.Key(keys.Origin, m.Origin)
	}
}

// readRecipients fills in whom a message goes to.
func (e *Engine) readRecipients(in *judge.Input, m *Message) {
	in.To = in.To[:0]
	if m.toRoom() {
		// A room is one contact, as far as the farthest in it that the host knows:
		// one friend among strangers makes no room of friends.
		var far judge.Relation // Unknown is nearer than all others
		for i := range m.Recipients {
			if r := judge.Relation(m.Recipients[i].Relation); r.Distance() > far.Distance() {
				far = r
			}
		}
		k := e.keys.Key(keys.Group, m.Group)
		if len(m.Recipients) == 1 {
			// Invited into a room one by one, people are not one contact.
			who := e.keys.Key(keys.Account, m.Recipients[0].ID)
			for i := range k {
				k[i] ^= who[i]
			}
		}
		in.To = append(in.To, judge.Recipient{Who: keys.Person(k), Relation: far, Key: k})
		return
	}
	for i := range m.Recipients {
		k := e.keys.Key(keys.Account, m.Recipients[i].ID)
		in.To = append(in.To, judge.Recipient{Who: keys.Person(k), Relation: judge.Relation(m.Recipients[i].Relation), Key: k,
			Accepts: judge.Accepts(m.Recipients[i].Accepts), Protected: m.Recipients[i].Protected})
	}
	if len(in.To) > 1 {
		in.To = judge.Distinct(in.To)
	}
}

// content is a keyed hash of a message's recipients, group, text and media.
func (e *Engine) content(m *Message) uint32 {
	var sum uint64
	for i := range m.Recipients {
		sum += e.keys.Member(m.Recipients[i].ID)
	}
	for _, f := range m.Media {
		sum += keys.Mix(e.keys.Member(f), mediaKey)
	}
	text := m.Text[:min(len(m.Text), MaxText)]
	if rest := m.Text[len(text):]; rest != "" { // not all of it, however long it is
		sum += e.keys.Member(rest[max(0, len(rest)-tailOfText):]) + uint64(len(rest))
	}
	return e.keys.Content(sum, m.Group, text)
}

// tailOfText is how much of what is behind MaxText tells a message from another one
// under the same ID, besides its length.
const tailOfText = 4 << 10

// mediaKey tells a fingerprint in a content from a recipient.
const mediaKey = 0x6d65646961

// sketch makes the sketch of a message's text into dst; where that is too short to be
// nearly anything, of its first picture.
func (e *Engine) sketch(dst *similarity.Sketch, x *text, m *Message) {
	x.common, x.asked, x.banked, x.cut = e.common.Generation(), e.index.AnyFlagged(), m.Text != "" && e.texts.bank.Len() > 0, false // before they are used
	x.sampled = m.Text != "" && e.settings.Load().sampled
	x.look.Forget()
	x.picture = false
	switch {
	case m.Text == "" || x.fine:
		*dst = similarity.Sketch{}
	case x.banked || x.sampled:
		x.cut = e.hasher.SketchAll(dst, &x.whole, x.seen, &e.common)
	case x.asked:
		x.cut = e.hasher.SketchBoth(dst, &x.whole, x.seen, &e.common)
	default:
		e.hasher.SketchWithout(dst, x.seen, &e.common)
	}
	if x.shown = len(m.Media) > 0 && e.firstPicture(&x.first, m.Media); x.shown && dst.Grams < leastText {
		x.first.Obfuscation = dst.Obfuscation // what was done to the text stays
		*dst, x.picture, x.shown = x.first, true, false
	}
}

// textOf is as much of the text as is looked at: all of it up to MaxText. Of a longer one
// it is a copy, which is made once.
func textOf(m *Message) string { return similarity.Abridge(m.Text, MaxText) }

// A Prepared is a message that was read before it is judged: its keys are made,
// its text is folded and sketched, which is a third of the work of an Evaluate
// and rests on no earlier message. The zero Prepared is ready for
// Engine.Prepare, and may be used again and again: it then allocates nothing. It
// must not be used by two goroutines at once, and not be copied.
type Prepared struct {
	e    *Engine // nil: nothing was prepared
	m    Message
	in   judge.Input
	text text
}

// Prepare reads a message into p, on any goroutine, before EvaluatePrepared
// judges it: so a log whose messages are judged one after the other, as they were
// sent, uses two processors. A service that calls Evaluate from many goroutines
// gains nothing by it. An invalid message is a *FieldError, and p is then empty.
// What m refers to must stay as it is until the message was judged.
func (e *Engine) Prepare(p *Prepared, m Message) error {
	if p == nil {
		return errNotPrepared
	}
	p.e, p.m, p.text.seen = nil, Message{}, ""
	if err := e.ready(context.Background()); err != nil {
		return err
	}
	if err := firstError(m.validate(), e.settings.Load().checkClass(m.Class)); err != nil {
		return err
	}
	p.e, p.m = e, m
	e.readSender(&p.in, &p.m)
	e.readRecipients(&p.in, &p.m)
	e.readNames(&p.in, &p.m)
	p.text.fine, p.text.seen = false, textOf(&p.m)
	e.sketch(&p.in.Sketch, &p.text, &p.m)
	return nil
}

var errNotPrepared = &FieldError{Field: "prepared", Problem: "is empty, or was prepared by another Engine"}
