package policy

import (
	"bytes"
	"sync"
	"time"

	"github.com/decorum-go/decorum/policy/internal/gossip"
	"github.com/decorum-go/decorum/scoring"
)

// A space is what one call works in: pooled, with the functions that a store
// calls bound once, so that a call allocates nothing. One whose store did not
// come back is abandoned, never pooled again.
type space struct {
	m     Message // that is judged
	j     judgement
	other record // of somebody else
	buf   []byte
	dry   bool // change nothing
	away  bool // the store is: work on what is known
	call  call // of an outside store

	asker  uint64     // who asks about other records
	asked  *addressee // about whom
	at     time.Time
	worth  float64 // of an answer
	from   Key     // the origin of it; zero: none
	guilty guilt
	cold   []uint64
	asking bool // the judgement asked for a look, and buf holds the record that it read

	mu        sync.Mutex // of other, asked and buf, while several inquiries run
	inquiries []*inquiry
	asks      int // of these, how many are wanted

	note gossip.Note // to other processes
	told []byte      // the same, encoded

	to       []Recipient // of the message, kept
	evidence []scoring.Evidence

	judge  func(old []byte) (Record, error) // the sender's record
	view   func(data []byte) error          // the same, changing nothing
	accuse func(old []byte) (Record, error)
}

// keep makes copies of what the caller handed over: an outside store may call
// back after the caller has gone.
func (s *space) keep() {
	s.to = append(s.to[:0], s.m.Recipients...)
	s.evidence = append(s.evidence[:0], s.m.Evidence...)
	s.m.Recipients, s.m.Evidence = s.to, s.evidence
}

func newSpace() *space {
	s := &space{buf: make([]byte, 0, 1024)}
	s.judge, s.view, s.accuse = s.doJudge, s.doView, s.doAccuse
	return s
}

// doJudge is the update of the sender's record.
func (s *space) doJudge(old []byte) (Record, error) {
	if err := s.decide(old); err != nil {
		return Record{}, err
	}
	return s.encode(&s.j.r, s.j.durable), nil
}

// decide reads the sender's record and judges. A judgement that asked for a look
// has changed nothing: where the record is still the same, it need not be read
// again.
func (s *space) decide(data []byte) error {
	same := s.asking && bytes.Equal(data, s.buf)
	s.asking = false
	if !same {
		if err := s.j.r.decode(data); err != nil {
			return err
		}
	}
	err := s.j.run()
	if s.asking = err == errLook; s.asking {
		s.buf = append(s.buf[:0], data...)
	}
	return err
}

// doView judges without an update.
func (s *space) doView(data []byte) error {
	return s.decide(data)
}

// encode makes what a store keeps of a record.
func (s *space) encode(r *record, durable bool) Record {
	s.buf = r.appendTo(s.buf[:0])
	expires, listed, pinned := r.meta()
	return Record{Data: s.buf, Expires: expires, Durable: durable, Listed: listed, Pinned: pinned}
}

// Sections that say who wrote to whom, and from where.
const tieSections = 1<<tagContacts | 1<<tagGenerations | 1<<tagOpen | 1<<tagLate | 1<<tagOrigins

// doPeek asks a recipient's record whether that person wrote to the sender, and
// waits for the sender's answer.
func (s *space) doPeek(data []byte) error {
	if len(data) == 0 {
		return nil
	}
	r := &s.other
	if err := r.decodeOnly(data, tieSections); err != nil {
		return err
	}
	life := uint32(rememberRest)
	if r.contacts.ties() {
		life = rememberTies
	}
	if s.j.f.sec >= after(uint32(r.newest/1000), life) {
		return nil
	}
	s.asked.kin = r.origins.has(s.j.f.origin)
	if k := r.open.find(s.asker); k >= 0 && r.open.at[k].flags&wasDelivered != 0 {
		s.asked.wrote, s.asked.waits = true, true
	} else if c := r.contacts.lookup(s.asker); c.flags&isKnown != 0 {
		s.asked.wrote = true
		s.asked.waits = c.flags&hasTie == 0 && r.late.find(s.asker) != nil
	}
	return nil
}

// doOrigin reads the strike mass on other accounts of the origin.
func (s *space) doOrigin(data []byte) error {
	if len(data) == 0 {
		return nil
	}
	if err := s.other.decode(data); err != nil {
		return err
	}
	s.j.f.guilt = s.other.origin.mass(s.asker, s.j.f.sec, s.j.e.policy.Strikes.HalfLife.D())
	return nil
}

// doAnswer credits an account with an answer.
func (s *space) doAnswer(old []byte) (Record, error) {
	if len(old) == 0 {
		return Record{}, errIdle
	}
	r := &s.other
	if err := r.decode(old); err != nil {
		return Record{}, err
	}
	if !r.answer(s.asker, r.now(s.at), s.worth, r.origins.has(s.from)) {
		return Record{}, errIdle
	}
	r.pruneTexts(r.now(s.at))
	return s.encode(r, false), nil
}

// doAccuse notes a sanctioned account in its origin's record.
func (s *space) doAccuse(old []byte) (Record, error) {
	r := &s.other
	if err := r.decode(old); err != nil {
		return Record{}, err
	}
	t := clock(s.guilty.at)
	if s.guilty.at == 0 {
		t = time.UnixMilli(max(r.newest, 1)) // nothing new: taken back
	}
	r.touch(t)
	r.origin.set(s.guilty)
	rec := s.encode(r, true)
	if r.origin.n == 0 {
		rec.Data = nil
	}
	return rec, nil
}
