package policy

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"github.com/decorum-go/decorum/policy/internal/audit"
	"github.com/decorum-go/decorum/policy/internal/ladder"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/state"
)

// What an update does to what an account may do is written in the update: for an Auditor
// beside the record (Record.Acts), and for Hooks.Acted in it (state.Record.Owed), until
// the hook was told. So no crash comes between an act and its entry, and an update that
// runs twice counts once. Where nobody asks nothing is made.

// An auditing is what an engine has for the audit. The zero auditing has nobody to tell.
type auditing struct {
	store  Auditor // nil: the store keeps none
	hook   bool    // Hooks.Acted is to be told
	start  string
	tenant string
	teller audit.Teller
}

// asked reports whether anybody wants to know.
func (a *auditing) asked() bool { return a.store != nil || a.hook }

// acting is what a work needs.
func (a *auditing) acting() *acting {
	if !a.asked() {
		return nil
	}
	return &acting{keeps: a.store != nil, owes: a.hook, tenant: a.tenant}
}

func (e *Engine) startAudit() {
	e.acts.tenant = e.cfg.Tenant
	e.acts.store, _ = e.cfg.Store.(Auditor)
	e.acts.hook = e.cfg.Hooks.Acted != nil
	var b [8]byte
	rand.Read(b[:])
	e.acts.start = hex64(binary.LittleEndian.Uint64(b[:]))
}

// acting is what a work has for the audit.
type acting struct {
	keeps, owes bool // for the store, for the hook
	tenant      string
	act         Act          // of a person: what the call does, if it changes anything
	was         ladder.State // of the record before the update
	order       state.Order
	lines       [][]byte // of what the update did, for the store, as it ran last
}

// did notes what a person does by a change of the account's record. The change may run
// again, and then says it again.
func (w *work) did(a Act) {
	if w.acting != nil {
		w.acting.act = a
	}
}

// acted reports whether the update, which was carried out, did anything of which the hook
// is to be told.
func (w *work) acted() bool {
	return w.acting != nil && w.acting.owes && w.out.Changed && (w.acting.act.What != 0 || len(w.out.Imposed) > 0)
}

// beginActs notes where the account stands before an update.
func (w *work) beginActs(r *state.Record) {
	a := w.acting
	if a == nil {
		return
	}
	a.lines = nil
	a.was, a.order = r.Enforced.Ladder, r.Order
}

// noteActs writes down what an update did at a time to an account's record: what a
// person did first. It returns what an Auditor is to keep.
func (w *work) noteActs(r *state.Record, now time.Time) [][]byte {
	a := w.acting
	if a == nil || a.act.What == 0 && len(w.out.Imposed) == 0 {
		return nil
	}
	rules, sec := &w.in.Policy.Member.Ladder, stamp.Of(now)
	a.was.Advance(sec, rules)
	whole := Act{At: now, Key: hexKey(w.in.Key), Account: w.in.Account, Policy: w.in.Policy.ID}
	if whole.Key != "" {
		whole.Before, whole.After = footingOf(&a.was, &a.order, sec, rules), footingOf(&r.Enforced.Ladder, &r.Order, sec, rules)
	}
	if a.act.What != 0 {
		w.noteAct(r, &whole, a.act)
	}
	for _, id := range w.out.Imposed {
		if _, d := r.Find(id); d != nil {
			w.noteAct(r, &whole, Act{What: ActImposed, By: d.By, Sanction: hex64(id), Message: d.Message, Reasons: codesOf(d)})
		}
	}
	return a.lines
}

// noteAct writes one act down, with what all of an update have in common.
func (w *work) noteAct(r *state.Record, whole *Act, a Act) {
	a.At, a.Key, a.Before, a.After, a.Policy, a.Tenant = whole.At, whole.Key, whole.Before, whole.After, whole.Policy, w.acting.tenant
	if a.What != ActForgotten {
		a.Account = whole.Account
	}
	a.ID = hex64(state.NewID(w.in.Key, string(lineOf(&a)), 0, 0))
	if w.acting.keeps {
		w.acting.lines = append(w.acting.lines, lineOf(&a))
	}
	if w.acting.owes {
		r.Touch(a.At)
		r.Owe(string(a.short(mostOwed - r.Owing())))
	}
}

// lineOf is an act as stores and records have it.
func lineOf(a *Act) []byte {
	b, err := json.Marshal(a)
	if err != nil {
		panic(err) // all of it can be written
	}
	return b
}

// mostOwed is how many bytes of a record acts may take, as long as they can be shortened.
const mostOwed = 1200

// short is the line of an act with what there is room for.
func (a Act) short(room int) []byte {
	line := lineOf(&a)
	if len(line) > room {
		a.Before.Standing, a.After.Standing, a.Why = nil, nil, state.Kept(a.Why)
		line = lineOf(&a)
	}
	if len(line) > max(room, mostOwed/2) {
		a.Account, a.By, a.Message, a.Detail, a.Reasons = "", state.Kept(a.By), state.Kept(a.Message), state.Kept(a.Detail), nil
		line = lineOf(&a)
	}
	return line
}

// footingOf is where an account stands at a time.
func footingOf(log *ladder.State, o *state.Order, now uint32, rules *ladder.Rules) (f Footing) {
	for i := range log.N {
		if e := &log.Log[i]; e.Stands(now) {
			s := entryOf(e, "")
			s.ID = hex64(e.ID)
			f.Standing = append(f.Standing, s)
		}
	}
	f.Strikes = log.Mass(now, rules)
	if _, until := log.Pledge(now); until != 0 {
		f.Pledge = stamp.Time(until)
	}
	if v := o.At(now); v != 0 {
		f.Override, f.Until = Verdict(v), endOf(o.Until)
	}
	return f
}

// codesOf is why a sanction was imposed.
func codesOf(d *state.Details) (all []Code) {
	for i := range d.NReasons {
		all = append(all, reasonOf(&d.Reasons[i]).Code)
	}
	return all
}

// hexKey is a key as an act has it; that of nobody is "".
func hexKey(k Key) string {
	if k == (Key{}) {
		return ""
	}
	return hex.EncodeToString(k[:])
}

func isHexKey(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == len(Key{})
}

// acted sees to it that the hook is told of what an update did that was carried out.
func (e *Engine) acted(ctx context.Context, key Key) {
	if !e.acts.hook {
		return
	}
	e.acts.teller.Tell(key, func(key [16]byte, next func() uint64) {
		_, err := e.tellOwed(context.WithoutCancel(ctx), key, next)
		e.fault(ctx, err)
	})
}

// tellActs is acted, and says what came of it where nobody else is about it.
func (e *Engine) tellActs(ctx context.Context, key Key) (n int, err error) {
	e.acts.teller.Tell(key, func(k [16]byte, next func() uint64) {
		told, failed := e.tellOwed(ctx, k, next)
		if n += told; failed != nil {
			err = failed
			e.fault(ctx, failed)
		}
	})
	return n, err
}

// tellOwed tells the hook what a record owes, and strikes it out.
func (e *Engine) tellOwed(ctx context.Context, key Key, next func() uint64) (n int, err error) {
	w := e.begin()
	defer func() { e.end(w) }()
	var owed []string
	err = e.viewWith(ctx, w, key, func(data []byte) error {
		err := decoded(w.other.DecodeOnly(data, state.OnlyOwed))
		owed = slices.Clone(w.other.Owed)
		return err
	})
	if err != nil || len(owed) == 0 {
		return 0, err
	}
	for _, line := range owed {
		a := new(Act)
		if json.Unmarshal([]byte(line), a) != nil {
			continue // of a release to come
		}
		a.Start, a.N = e.acts.start, next()
		e.cfg.Hooks.Acted(ctx, a)
		n++
	}
	e.end(w)
	w = e.begin() // the hook may have taken its time
	err = e.updateWith(ctx, w, key, func(old []byte) (Record, error) {
		r := &w.other
		switch err := decode(r, old); {
		case err != nil:
			return Record{}, err
		case !r.Told(owed):
			return Record{}, errUnchanged
		case r.Bare():
			return Record{}, nil
		}
		return w.encode(r, false), nil
	})
	if err == errUnchanged {
		err = nil
	}
	return n, err
}

// owes reports whether a record owes an act.
func owes(data []byte) bool {
	var r state.Record
	return r.DecodeOnly(data, state.OnlyOwed) == nil && len(r.Owed) > 0
}

// act carries out what a person does that is about no account, a change of the record
// under a key of its own; or ActForgotten, in the account's. change reports whether it
// changed anything, and may run more than once. Where it leaves the record empty that is
// deleted.
func (e *Engine) act(ctx context.Context, w *work, key Key, a Act, change func(r *state.Record) bool) error {
	err := e.actQuietly(ctx, w, key, a, change)
	if err == nil {
		e.acted(ctx, key)
	}
	return err
}

// actQuietly is act for a caller with a lock, who calls acted without it.
func (e *Engine) actQuietly(ctx context.Context, w *work, key Key, a Act, change func(r *state.Record) bool) error {
	w.in.Key, w.in.Account = Key{}, ""
	if a.What == ActForgotten {
		w.in.Key = key
	}
	w.did(a)
	err := e.updateWith(ctx, w, key, func(old []byte) (Record, error) {
		r := &w.other
		if err := decode(r, old); err != nil {
			return Record{}, err
		}
		if w.beginActs(r); !change(r) {
			return Record{}, errUnchanged
		}
		w.out.Imposed = nil
		acts := w.noteActs(r, w.in.Clock)
		rec := Record{Durable: true}
		if !r.Empty() {
			rec = w.encode(r, true)
		}
		rec.Acts = acts
		return rec, nil
	})
	if err == errUnchanged {
		return nil
	}
	return err
}
