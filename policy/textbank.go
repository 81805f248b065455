package policy

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/decorum-go/decorum/policy/internal/bank"
	"github.com/decorum-go/decorum/policy/internal/judge"
	"github.com/decorum-go/decorum/policy/internal/keys"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/state"
)

// texts is the bank of texts as an engine has it. The bank itself lies in the store, in
// pages, each a record, with a head that says how often each was written: what other
// processes wrote is read from there.
type texts struct {
	bank  bank.Bank
	began time.Time     // of the engine
	due   atomic.Int64  // how long after that the head is looked at again
	seen  atomic.Uint64 // changes of a Memory's bank that are known here

	mu   sync.Mutex // one at a time reads or writes the pages
	head *bank.Head // what is in the bank here; nil: nothing has ever been
}

// headEvery is how often a process looks whether others have changed the bank.
const headEvery = time.Second

// recognise finds out what a person has said of the text of a message.
func (e *Engine) recognise(ctx context.Context, w *work) {
	w.in.Known = judge.Known{}
	e.freshenTexts(ctx, w)
	if w.m.Text == "" || e.texts.bank.Len() == 0 {
		return
	}
	if !w.text.banked { // it has come meanwhile
		e.sketch(&w.in.Sketch, &w.text, &w.m)
	}
	w.in.Known = e.texts.bank.Find(stamp.Of(w.in.At), &w.text.whole, &w.text.look, func() uint64 {
		if len(w.m.Text) > MaxText {
			return 0 // what is not looked at is not fine
		}
		return e.hasher.Wording(w.m.Text)
	})
	w.in.Known.Pictures = len(w.m.Media) > 0
	if w.in.Known.Action == judge.TextFine {
		w.text.fine = true
		e.sketch(&w.in.Sketch, &w.text, &w.m)
	}
}

// recogniseCluster does it where the text is known by its cluster alone.
func (e *Engine) recogniseCluster(w *work) {
	c := &w.in.Cluster
	if w.in.Known.Rule != 0 || e.texts.bank.Len() == 0 || c.ID == 0 {
		return
	}
	w.in.Known = e.texts.bank.OfCluster(stamp.Of(w.in.At), c.ID, c.Similarity)
	if w.in.Known.Rule != 0 && w.text.banked && w.text.whole.ID() == c.ID {
		e.texts.bank.Bind(&w.text.whole)
	}
}

// freshenTexts reads what others have changed, if it is time to look: a part at a time,
// so that a message does not wait for it. An outage is the business of the message.
func (e *Engine) freshenTexts(ctx context.Context, w *work) {
	t := &e.texts
	if mem, ok := e.store.(*Memory); ok {
		if mem.texts.Load() != t.seen.Load() {
			_ = e.readTexts(ctx)
		}
		return
	}
	at := int64(w.call.Deadline.Sub(t.began)) // by a clock that nobody sets
	if w.away || at < t.due.Load() || !t.mu.TryLock() {
		return
	}
	defer t.mu.Unlock()
	until := w.call.Deadline.Add(-e.cfg.Timeout / 2)
	whole, err := e.catchUp(ctx, until)
	if whole || err != nil {
		at += int64(headEvery)
	}
	t.due.Store(at)
	if errors.Is(err, ErrRecord) {
		e.fault(ctx, err)
	}
}

// loadTexts reads the bank when the engine begins. A store that is away is asked again.
func (e *Engine) loadTexts() {
	ctx, cancel := context.WithTimeout(context.Background(), keptWait)
	defer cancel()
	if err := e.readTexts(ctx); errors.Is(err, ErrRecord) {
		e.fault(ctx, err)
	}
}

// readTexts reads all that others have changed.
func (e *Engine) readTexts(ctx context.Context) error {
	e.texts.mu.Lock()
	defer e.texts.mu.Unlock()
	_, err := e.catchUp(ctx, time.Time{})
	return err
}

// catchUp reads the head, and the pages that are not as they are here, one at least, until
// a time; zero: all. It reports whether that was all.
func (e *Engine) catchUp(ctx context.Context, until time.Time) (whole bool, err error) {
	t := &e.texts
	if mem, ok := e.store.(*Memory); ok {
		t.seen.Store(mem.texts.Load())
	}
	var head bank.Head
	data, err := e.readBank(ctx, "", until)
	if err == nil && !head.Decode(data) {
		err = &FaultError{Op: "view", Err: fmt.Errorf("%w: the head of the bank of texts is malformed", ErrRecord)}
	}
	if err == nil && t.head == nil && len(data) > 0 {
		t.head = new(bank.Head)
	}
	for page := range head {
		switch {
		case err != nil:
			return false, err
		case t.head == nil:
			return true, nil
		case head[page] == t.head[page]:
			continue
		case !until.IsZero() && time.Now().After(until):
			return false, nil
		}
		var rules []bank.Rule
		if data, err = e.readBank(ctx, pageName(uint16(page)), until); err == nil {
			rules, err = pageOf(uint16(page), data)
		}
		if err == nil {
			t.bank.SetPage(uint16(page), rules)
			t.head[page] = head[page]
		}
	}
	return err == nil, err
}

func pageOf(page uint16, data []byte) ([]bank.Rule, error) {
	rules, ok := bank.DecodePage(page, data)
	if !ok {
		return nil, &FaultError{Op: "view", Err: fmt.Errorf("%w: a page of the bank of texts is malformed", ErrRecord)}
	}
	return rules, nil
}

func pageName(page uint16) string { return string(binary.LittleEndian.AppendUint16(nil, page)) }

// readBank reads a page, or the head, whose name is "".
func (e *Engine) readBank(ctx context.Context, name string, until time.Time) (data []byte, err error) {
	w := e.begin()
	defer e.end(w)
	if !until.IsZero() {
		w.call.Deadline = until
	}
	err = e.viewWith(ctx, w, e.keys.Key(keys.Text, name), func(stored []byte) error {
		if err := decode(&w.other, stored); err != nil {
			return err
		}
		data = append([]byte(nil), w.other.Bank...)
		return nil
	})
	if err != nil {
		return nil, err // it may still be written to
	}
	return data, nil
}

// writeText changes the page of a rule, and says so in the head. change gets the rules of
// the page, and whether the rule is in the bank here; it may run more than once. One that
// adds takes the place of what has ended, where there is no other.
func (e *Engine) writeText(ctx context.Context, id uint64, now time.Time, adds bool, a Act, change func(rules []bank.Rule, known bool) ([]bank.Rule, error)) error {
	err := e.writeLocked(ctx, id, now, adds, a, change)
	if err == nil {
		e.acted(ctx, e.keys.Key(keys.Text, pageName(bank.PageOf(id))))
	}
	return err
}

func (e *Engine) writeLocked(ctx context.Context, id uint64, now time.Time, adds bool, a Act, change func(rules []bank.Rule, known bool) ([]bank.Rule, error)) error {
	t := &e.texts
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, err := e.catchUp(ctx, time.Time{}); err != nil {
		return err
	}
	_, known := t.bank.Get(id)
	if adds && !known && t.bank.Len() >= MaxTexts {
		ended, ok := t.bank.Ended(stamp.Of(now))
		if !ok {
			return because(ErrConflict, fmt.Sprintf("the bank holds %d texts, as many as it can: ClearText what is not needed", MaxTexts))
		}
		if err := e.writePage(ctx, ended, Act{}, func(rules []bank.Rule) ([]bank.Rule, error) {
			left, _ := bank.Without(rules, ended)
			return left, nil
		}); err != nil {
			return err
		}
	}
	return e.writePage(ctx, id, a, func(rules []bank.Rule) ([]bank.Rule, error) { return change(rules, known) })
}

// writePage changes the page of a rule, in the store first.
func (e *Engine) writePage(ctx context.Context, id uint64, a Act, change func([]bank.Rule) ([]bank.Rule, error)) error {
	page := bank.PageOf(id)
	var rules []bank.Rule
	var written []byte
	err := e.reviseBank(ctx, pageName(page), a, func(b []byte) (out []byte, err error) {
		defer func() { written = out }()
		if rules, err = pageOf(page, b); err == nil {
			rules, err = change(rules)
		}
		if err != nil || len(rules) == 0 {
			return nil, err
		}
		if out = bank.AppendPage(nil, bank.Edition(b)+1, rules); len(out) > bank.MaxPage {
			err = because(ErrConflict, "the page of the bank that the text belongs to is full: clear others, or write shorter notes")
		}
		return out, err
	})
	if err != nil {
		return err
	}
	var head bank.Head
	err = e.reviseBank(ctx, "", Act{}, func(b []byte) ([]byte, error) {
		if !head.Decode(b) {
			return nil, fmt.Errorf("%w: the head of the bank of texts is malformed", ErrRecord)
		}
		head[page] = bank.Differs(head[page], written)
		return head.Append(nil, bank.Edition(b)+1), nil
	})
	if err != nil {
		return err
	}
	e.texts.bank.SetPage(page, rules)
	if e.texts.head == nil {
		e.texts.head = new(bank.Head)
	}
	e.texts.head[page] = head[page]
	if mem, ok := e.store.(*Memory); ok {
		n := mem.texts.Add(1)
		e.texts.seen.CompareAndSwap(n-1, n) // or others have changed it, too
	}
	return nil
}

// reviseBank changes a page, or the head. Of one that becomes nothing no record is kept.
func (e *Engine) reviseBank(ctx context.Context, name string, a Act, change func(old []byte) ([]byte, error)) error {
	w := e.begin()
	defer e.end(w)
	var failed error
	err := e.actQuietly(ctx, w, e.keys.Key(keys.Text, name), a, func(r *state.Record) bool {
		var left []byte
		if left, failed = change(r.Bank); failed != nil {
			return false
		}
		if r.Bank = append(r.Bank[:0], left...); len(left) == 0 {
			r.Clean()
		} else {
			r.Touch(w.in.Clock)
		}
		return true
	})
	if err != nil {
		return err
	}
	return failed
}
