package policy

import (
	"context"

	"github.com/decorum-go/decorum/similarity"
)

// look finds out what the sender's record does not know: who wrote first, what
// the campaign index would say, what is known of the origin.
func (e *Engine) look(ctx context.Context, s *space) error {
	f := &s.j.f
	f.looked = true
	if !f.replies() {
		n := 0
		for i := range f.to {
			a := &f.to[i]
			if a.tied || f.m.Group != "" {
				continue
			}
			if n++; n > mostLooks {
				break
			}
			s.ask(a.key, a)
		}
	}
	if f.m.Origin != "" {
		s.ask(f.origin, nil)
	}
	s.asker = f.me
	if err := e.inquire(ctx, s, false, func(err error) error { return e.others(ctx, err) }); err != nil {
		return err
	}
	if f.sketch.Grams > 0 {
		s.cold = f.coldOnes(s.cold[:0])
		if len(s.cold) > 0 {
			f.cluster, _ = e.index.Preview(f.now, &f.sketch, f.me, s.cold...)
			if e.peers != nil {
				f.cluster.ID = e.peers.names.Get(f.cluster.ID)
			}
		}
	}
	return nil
}

// coldOnes appends the recipients that an index should know of.
func (f *facts) coldOnes(dst []uint64) []uint64 {
	for i := range f.to {
		if a := &f.to[i]; !a.tied && !a.wrote && (a.relation == UnknownRelation || a.relation >= SecondDegree) {
			dst = append(dst, a.who)
		}
	}
	return dst
}

// follow does what a counted message means for others: the campaign index, the
// people who waited for an answer, the origin. None of it fails the decision.
func (e *Engine) follow(ctx context.Context, s *space) {
	j := &s.j
	f := &j.f
	if j.d.Delivered() {
		if j.observe {
			if s.cold = f.coldOnes(s.cold[:0]); len(s.cold) > 0 {
				e.learn(s, e.observe(s))
			}
		}
		n := 0
		for i := range f.to {
			a := &f.to[i]
			if !a.waits && !a.credit {
				continue
			}
			if n++; n > mostLooks {
				break
			}
			s.ask(a.key, a)
		}
		if s.asks > 0 {
			e.credit(ctx, s)
		}
	}
	if j.taint != 0 {
		e.taint(s)
	}
	e.accuse(ctx, s)
}

// accuse notes a sanction at the origin that it came of.
func (e *Engine) accuse(ctx context.Context, s *space) {
	j := &s.j
	if j.guilt == nil || j.accused == (Key{}) || s.call.lost {
		return
	}
	s.guilty = *j.guilt
	e.fault(ctx, e.updateWith(ctx, s, j.accused, s.accuse))
}

// learn shows a text to what remembers texts: the template of its cluster from
// the second message on, and what everybody writes, where the sender is of some
// age and nothing speaks against the text.
func (e *Engine) learn(s *space, c similarity.Cluster) {
	j := &s.j
	f := &j.f
	text := f.m.Text[:min(len(f.m.Text), MaxText)]
	if c.ID != 0 && c.Messages > 1 && c.Messages <= templateTexts {
		e.index.AddText(e.hasher, c.ID, text)
	}
	aged := j.r.born != 0 && f.sec >= after(j.r.born, learnAfter)
	if aged && j.d.Verdict == Allow && j.score.Probability < j.e.policy.rules(f.m.Class).Score.Warn && c.Flagged == 0 && c.Senders <= 1 {
		e.familiar(s, text)
	}
}

// learnAfter is the age in seconds from which an account teaches what is common.
const learnAfter = 48 * 3600

// templateTexts is how many messages of a cluster its template is made of.
const templateTexts = 64

// quote puts the template of the text into the reasons that are about it.
func (e *Engine) quote(s *space) {
	j := &s.j
	for i := range j.d.Reasons {
		switch r := &j.d.Reasons[i]; r.Code {
		case CodeDuplicate, CodeDrip:
			if k := j.l.slot; k >= 0 && j.f.m != nil && j.r.texts.at[k].cluster != 0 {
				if t, ok := e.template(j.r.texts.at[k].cluster, j.f.m.Text[:min(len(j.f.m.Text), MaxText)]); ok {
					r.Text = t.String()
				}
			}
		}
	}
}

// credit tells those whom the space asks for that the sender answered them. The
// answer of somebody with strikes of his own counts less.
func (e *Engine) credit(ctx context.Context, s *space) {
	s.asker, s.at, s.worth, s.from = s.j.f.me, s.j.f.now, 1, s.j.f.origin
	if s.j.r.course.n > 0 {
		s.worth = doubtful
	}
	_ = e.inquire(ctx, s, true, func(err error) error {
		if err != errIdle {
			e.fault(ctx, err)
		}
		return nil
	})
}
