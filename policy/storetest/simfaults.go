package storetest

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// What happens to processes, stores and clocks.

// accounts is what an engine says of everybody, while nothing fails.
func (w *walk) accounts(p *process) (all []policy.Account) {
	for _, a := range append(slices.Clone(simAccounts), "p1", "p2") {
		x, err := p.engine.Account(w.ctx, a)
		if err != nil && !errors.Is(err, policy.ErrNotFound) {
			return nil
		}
		x.Policy = ""
		all = append(all, x)
	}
	return all
}

// unchanged does something that must change nothing that is known of anybody.
func (w *walk) unchanged(p *process, what string, do func()) {
	w.say("%s", what)
	before := w.accounts(p)
	do()
	if before == nil || !w.calm(p) {
		return
	}
	w.stake(invRestart, true)
	after := w.accounts(p)
	for i := range after {
		if a, b := string(marshal(before[i])), string(marshal(after[i])); a != b {
			w.fail(invRestart, "%s changed\n%s\nto\n%s", what, a, b)
		}
	}
}

// opRestart ends a process, which may have no time to close its engine, and starts
// it again.
func (w *walk) opRestart() {
	p := w.any()
	if w.memory > 0 {
		w.unchanged(p, "snapshot, restart, restore", func() { w.resnapshot(p) })
		w.hit("a process restarted")
		return
	}
	crash := w.r.IntN(2) == 0 && w.second != moved // which saves its state
	what := map[bool]string{true: "a process crashed", false: "a process restarted"}[crash]
	w.unchanged(p, what, func() {
		w.stop(p, crash)
		w.start(p)
	})
	w.hit(what)
}

// stop ends a process. What it knew beside the records may be gone.
func (w *walk) stop(p *process, crash bool) {
	if crash {
		delete(w.store.hear, p.n)
		if w.keeper {
			w.store.save = nil
		}
	} else {
		_ = p.engine.Close()
		w.count("Close")
	}
	w.forgetful(p)
}

func (w *walk) forgetful(p *process) {
	for id, by := range w.model.knows {
		delete(by, p.n)
		if len(by) == 0 && p.refuses { // nobody is left to say it to the emptied store
			delete(w.model.held, id)
		}
	}
}

// resnapshot goes on with a new engine and a new Memory, and what a snapshot holds.
func (w *walk) resnapshot(p *process) {
	var b, again bytes.Buffer
	if err := p.engine.Snapshot(w.ctx, &b); err != nil {
		w.fail(invRestart, "Snapshot: %v", err)
	}
	_ = p.engine.Close()
	w.open()
	w.start(p)
	if err := p.engine.Restore(w.ctx, bytes.NewReader(b.Bytes())); err != nil {
		w.fail(invRestart, "Restore: %v", err)
	}
	if err := p.engine.Snapshot(w.ctx, &again); err != nil || !bytes.Equal(b.Bytes(), again.Bytes()) {
		w.fail(invRestart, "a snapshot of what was restored is another one: %v, %d bytes after %d", err, again.Len(), b.Len())
	}
	w.count("Snapshot")
	w.count("Restore")
	w.count("Close")
}

// opMove copies the store, and goes on with the copy.
func (w *walk) opMove() {
	if w.memory > 0 || !w.calm(w.processes[0]) || w.refused() || w.sim.Open != nil {
		return
	}
	w.unchanged(w.processes[0], "moved", w.move)
	w.hit("another store")
}

// move goes on with a copy of the store, or of all that a Memory holds, and
// everything started anew.
func (w *walk) move() {
	if w.memory > 0 {
		w.resnapshot(w.processes[0])
		return
	}
	for _, p := range w.processes {
		w.stop(p, false)
	}
	old := w.store
	w.open()
	w.store.notes, w.older = old.notes, nil // a backup of the old store is one of another store
	w.copy(old)
	for _, p := range w.processes {
		w.start(p)
	}
}

// copy fills the store from the old one. It may be cut short, and goes on.
func (w *walk) copy(old *simStore) {
	dst := &tornStore{simStore: w.store, left: 1 << 30}
	if w.r.IntN(2) == 0 {
		dst.left = w.r.IntN(1 + len(old.now))
	}
	var o policy.CopyOptions
	done := false
	for range 3 {
		for p, err := range policy.Copy(w.ctx, dst, old, o) {
			if done = p.Done; err != nil && (!errors.Is(err, errTorn) || done) {
				w.fail(invAnswer, "Copy: %v", err)
			}
		}
		if dst.left = 1 << 30; done {
			o.Since = simStart // a second pass, with nothing to do
		}
	}
	if !done {
		w.fail(invAnswer, "Copy does not get done")
	}
	w.copied(old)
	w.store.sync()
}

// copied checks that the store holds what the old one does, but for the proof.
func (w *walk) copied(old *simStore) {
	isProof := func(key policy.Key, _ policy.Record) bool { return string(key[:13]) == "decorum proof" }
	from, to := old.contents(), w.store.contents()
	maps.DeleteFunc(from, isProof)
	maps.DeleteFunc(to, isProof)
	same := func(a, b policy.Record) bool {
		return bytes.Equal(a.Data, b.Data) && a.Expires.Equal(b.Expires) && a.Rank == b.Rank && a.Listed == b.Listed && a.Pinned == b.Pinned
	}
	if w.stake(invRestart, true); !maps.EqualFunc(from, to, same) {
		for key, rec := range from {
			if !same(rec, to[key]) {
				w.fail(invRestart, "Copy of %x: %+v became %+v", key, rec, to[key])
			}
		}
		w.fail(invRestart, "Copy made %d records of %d", len(to), len(from))
	}
}

// A tornStore fails after some updates.
type tornStore struct {
	*simStore
	left int
}

var errTorn = errors.New("storetest: the copy is cut short")

// Update implements policy.Store.
func (s *tornStore) Update(ctx context.Context, key policy.Key, fn func([]byte) (policy.Record, error)) error {
	if s.left--; s.left < 0 {
		return errTorn
	}
	return s.simStore.Update(ctx, key, fn)
}

// opSave has the store write to the disk, the engines save their state, notes
// arrive, and a copy made to go back to.
func (w *walk) opSave() {
	if w.memory > 0 {
		return
	}
	w.say("sync")
	w.store.sync()
	w.model.synced = maps.Clone(w.model.wrote)
	if w.keeper {
		w.store.cut = w.faulty && w.r.IntN(3) == 0
		if err := w.store.saveNow(); err != nil {
			w.hit("state beside the records that could not be saved")
		} else if w.store.cut {
			w.fail(invAnswer, "a save that was cut short is no error")
		}
		w.store.cut = false
	}
	if w.peers {
		lost, twice := w.store.deliver(func(int) int {
			if !w.faulty {
				return 1
			}
			return []int{0, 1, 1, 1, 2}[w.r.IntN(5)]
		})
		w.weather.hit("a note lost", lost)
		w.weather.hit("a note that came twice", twice)
	}
	if w.faulty && !w.refused() && w.r.IntN(2) == 0 {
		w.say("copy")
		w.older = &copied{w.store.contents(), w.store.kept, w.model.clone()}
	}
}

// opAway takes the store away for some steps.
func (w *walk) opAway() {
	w.awayTill = w.played + 2 + w.r.IntN(6)
	w.say("the store is away for %d steps", w.awayTill-w.played)
}

// replace makes the store hold something else.
func (w *walk) replace(what string, contents map[policy.Key]policy.Record) {
	w.say("%s", what)
	time.Sleep(time.Second) // calls that are under way end
	if err := w.store.become(contents); err != nil {
		w.fail(invAnswer, "the store under test: %v", err)
	}
	w.hit(what)
}

// opStoreCrash loses what was not durable.
func (w *walk) opStoreCrash() {
	w.replace("a crash of the store", w.store.afterCrash())
	w.model.wrote = maps.Clone(w.model.synced)
}

// opEmptied loses everything. What a process knew it must not pass over.
func (w *walk) opEmptied() {
	w.replace("an emptied store", map[policy.Key]policy.Record{})
	w.store.kept, w.older = nil, nil
	for _, p := range w.processes {
		p.refuses = true
	}
	m := newModel()
	m.above, m.aged, m.orders, m.knows, m.twice, m.count = w.model.above, w.model.aged, w.model.orders, w.model.knows, w.model.twice, w.model.count
	m.taken, m.unsure, m.undone = w.model.taken, w.model.unsure, w.model.undone // who complained keeps what they were told
	for id, s := range w.model.held {
		if _, undone := m.undone[id]; len(m.knows[id]) > 0 && !undone {
			m.held[id] = s
		}
	}
	w.model = m
	w.forgetPast("")
}

// opAccept has somebody look at a store that was emptied: what is known comes back.
func (w *walk) opAccept() {
	if !w.refused() && w.r.IntN(3) > 0 {
		return
	}
	for _, p := range w.processes {
		err := ErrFault
		for i := 0; i < 3 && err != nil; i++ { // the engine may be at it by itself
			_, err = p.engine.AcceptEmptied(w.ctx)
			time.Sleep(time.Second)
		}
		w.came("AcceptEmptied", err == nil, nil)
		if w.say("%d accepts the store: %v", p.n, err); err == nil {
			p.refuses, w.older = false, nil
		}
	}
}

// opOlder puts a copy in the place of the store, and says so to nobody.
func (w *walk) opOlder() {
	if w.older == nil {
		return
	}
	w.replace("an older copy of the store", w.older.contents)
	w.store.kept = w.older.kept
	above, aged, undone := w.model.above, w.model.aged, maps.Clone(w.model.gone)
	maps.Copy(undone, w.model.undone)
	w.model = w.older.model.clone()
	w.model.above, w.model.aged, w.model.undone = above, aged, undone
	clear(w.model.knows)
}

// opSkew sets a clock wrong, within bounds.
func (w *walk) opSkew() {
	p := w.any()
	skew := time.Duration(w.r.Int64N(int64(2*simSkew))) - simSkew
	w.setClock(func() { p.skew = skew })
	w.say("the clock of %d is off by %v", p.n, p.skew)
	w.hit("a clock off within MaxSkew")
}

// opJump sets a clock wrong, beyond all bounds, for a call or for some steps.
func (w *walk) opJump() {
	p := w.any()
	kinds := []struct {
		name  string
		by    time.Duration
		steps int
	}{
		{"a clock ahead by hours", time.Duration(3+w.r.IntN(20)) * time.Hour, 1 + w.r.IntN(4)},
		{"a clock a year ahead for one call", 365 * 24 * time.Hour, 0},
		{"a clock behind by hours", -time.Duration(3+w.r.IntN(20)) * time.Hour, 1 + w.r.IntN(4)},
		{"a clock a year behind for one call", -365 * 24 * time.Hour, 0},
	}
	k := kinds[w.r.IntN(len(kinds))]
	w.say("%s (%v)", k.name, k.by)
	w.hit(k.name)
	w.setClock(func() { p.jump, p.jumpEnd = k.by, w.played+k.steps })
	if k.steps == 0 {
		m := w.message()
		if w.r.IntN(2) == 0 {
			m.Sender = w.sanctioned()
		}
		m.At = time.Time{}
		w.evaluate(p, m)
		w.setClock(func() { p.jump = 0 })
		w.observe(m.Sender)
	}
}
