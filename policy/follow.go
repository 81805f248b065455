package policy

import (
	"context"
	"encoding/binary"
	"time"

	"github.com/decorum-go/decorum/policy/internal/gossip"
	"github.com/decorum-go/decorum/policy/internal/judge"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/state"
	"github.com/decorum-go/decorum/similarity"
)

// afterDecision does what a counted message means for others: the campaign index,
// the people who waited for an answer, the origin. None of it fails the decision.
func (e *Engine) afterDecision(ctx context.Context, w *work) {
	in, out := &w.in, &w.out
	if out.Repeat {
		return
	}
	if out.Verdict.Delivered() {
		if out.Observe {
			if w.strangers = w.scratch.Strangers(in, w.strangers[:0]); len(w.strangers) > 0 {
				c := e.observe(w, &in.Sketch)
				if c.Senders >= crowd {
					e.received.Delivered(&in.Policy.Crowd, in.Cluster.ID, out.Now, out.Asked, c.Recipients)
				}
				e.received.Delivered(&in.Policy.Crowd, in.Beside, out.Now, out.Asked, in.BesideTo)
				e.learnText(w, c)
				e.observeRest(w)
			}
		}
		e.learnPictures(w)
		w.scratch.Answered(in, func(to *judge.Recipient) { w.want(to.Key, to) })
		e.wantInboxes(w)
	}
	e.wantCounts(w)
	if w.n > 0 {
		e.creditAnswers(ctx, w)
	}
	e.flagText(w)
	e.seeAtOrigin(ctx, w)
	e.strikeOrigin(ctx, w)
	e.file(ctx, w)
}

// creditAnswers tells those who are wanted that the sender answered them, or wrote to
// them. The answer of somebody with strikes of their own counts less.
func (e *Engine) creditAnswers(ctx context.Context, w *work) {
	w.credit = credit{at: w.out.Now, weight: judge.AnswerWeight(&w.rec, stamp.Of(w.out.Now), &w.in.Policy.Member.Ladder)}
	for _, q := range w.lookups[:w.n] {
		q.answered, q.full = state.LastAnswer{}, state.Full{}
	}
	n, weight := w.n, w.credit.weight
	if !w.m.Joined.IsZero() && w.out.Now.Sub(w.m.Joined) < w.in.Policy.Member.Complaints.YoungAge {
		weight *= judge.YoungAnswer
	}
	w.credit.says = weight
	_ = e.lookUp(ctx, w, true, func(err error) error {
		if err != errUnchanged {
			e.fault(ctx, err)
		}
		return nil
	})
	for _, q := range w.lookups[:n] {
		a := &q.answered
		for _, cluster := range [...]uint64{a.Cluster, a.Beside} {
			if !w.rec.Sent(cluster) {
				e.takeWord(w, &word{gossip.Answered, cluster, 0, w.in.Me, w.in.Origin, weight, a.Asked}, w.out.Now)
			}
		}
	}
	e.noteFull(ctx, w, w.lookups[:n])
}

// seeAtOrigin notes that the account writes from an origin with strikes, too.
func (e *Engine) seeAtOrigin(ctx context.Context, w *work) {
	if !w.unseen || w.call.Lost {
		return
	}
	e.fault(ctx, e.revise(ctx, w, w.in.Origin, false, func(r *state.Record) bool { return r.OriginStrikes.See(w.in.Me) }))
}

// strikeOrigin notes a sanction at the origin that it came of.
func (e *Engine) strikeOrigin(ctx context.Context, w *work) {
	if !w.out.Punished || w.out.NoteAt == (state.Key{}) || w.call.Lost {
		return
	}
	e.fault(ctx, e.noteStrike(ctx, w, w.out.NoteAt, w.out.Strike))
	e.tellStrike(w.out.Now, w.out.NoteAt, w.out.Strike)
}

// noteStrike notes a sanctioned account in its origin's record, or takes that back.
func (e *Engine) noteStrike(ctx context.Context, w *work, origin Key, s state.OriginStrike) error {
	return e.revise(ctx, w, origin, true, func(r *state.Record) bool {
		at := stamp.Time(s.At)
		if s.At == 0 {
			at = time.UnixMilli(max(r.Newest, 1)) // nothing new
		}
		r.Touch(w.begins(r, at))
		if r.OriginStrikes.Set(s); r.OriginStrikes.N == 0 {
			r.Reset()
		}
		return true
	})
}

// learnText shows a text to what remembers texts: the template of its cluster from
// the second message on, and what everybody writes.
func (e *Engine) learnText(w *work, c similarity.Cluster) {
	text := w.text.seen
	if c.ID != 0 && c.Messages > 1 && c.Messages <= templateTexts && !w.text.picture {
		e.index.AddText(e.hasher, c.ID, text)
	}
	if w.teaches(&c) {
		e.learnPhrases(w, text)
	}
}

// teaches reports whether what everybody writes is learned from the message: nothing
// speaks against its text, nobody else sent it, and its sender is settled.
func (w *work) teaches(c *similarity.Cluster) bool {
	return c.Flagged == 0 && c.Senders <= 1 && w.settled(w.rec.Contacts.Count())
}

// settled reports whether nothing speaks against a message, and its sender is of some
// age and has so many contacts. Accounts that are made for it must answer each other and wait.
func (w *work) settled(contacts float64) bool {
	switch {
	case w.out.Verdict != state.Allow || !w.out.Mild && !w.in.Learn:
	case w.rec.Born == 0 || stamp.Of(w.out.Now) < stamp.After(w.rec.Born, learnAfter):
	default:
		return contacts >= learnContacts
	}
	return false
}

// An account teaches what is common from so many seconds and contacts on, those of
// its own origins not counted.
const (
	learnAfter    = 48 * 3600
	learnContacts = 3
)

// templateTexts is how many messages of a cluster its template is made of.
const templateTexts = 64

// takeWord counts a word about a text, here and elsewhere.
func (e *Engine) takeWord(w *work, said *word, at time.Time) {
	for _, cluster := range [...]uint64{said.cluster, said.beside} {
		if said.kind == 0 || cluster == 0 {
			continue
		}
		n := &w.note
		n.Kind, n.Who, n.Cluster, n.At = said.kind, said.who, cluster, at.UnixNano()
		n.Origin, n.Weight, n.Asked = binary.LittleEndian.Uint64(said.origin[:]), uint8(100*min(said.weight, 1)+.5), said.asked
		e.hear(n)
		if e.peers != nil {
			e.tellPeers(w)
		}
	}
}
