package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"

	"github.com/decorum-go/decorum/policy"
)

// A simStore is the store of a simulation, under the Faulty that makes its calls
// fail: a map, of which a crash, a failover or an operator may take something away.
// In front of a store under test it sees to it that the two stay the same.
type simStore struct {
	inner   policy.Store  // nil: the map alone
	turn    chan struct{} // a lock that a bubble of virtual time can wait for
	now     map[policy.Key]policy.Record
	durable map[policy.Key]policy.Record // what survives a crash
	before  map[policy.Key][]byte        // each record as it was before it was written last
	weather *weather

	careless bool // Durable means nothing to it

	kept    []byte // of a Keeper
	save    func(io.Writer) error
	hear    map[int]func([]byte) // of a Broadcaster, by engine
	notes   []note               // under way
	engines int
	cut     bool // a save fails in the middle
}

type note struct {
	from int
	data []byte
}

var errAway = errors.New("storetest: the store is away")

func newSimStore(inner policy.Store, w *weather) *simStore {
	return &simStore{
		inner: inner, weather: w, turn: make(chan struct{}, 1), hear: map[int]func([]byte){},
		now: map[policy.Key]policy.Record{}, durable: map[policy.Key]policy.Record{}, before: map[policy.Key][]byte{},
	}
}

func (s *simStore) lock() func() {
	s.turn <- struct{}{}
	return func() { <-s.turn }
}

// Update implements policy.Store.
func (s *simStore) Update(ctx context.Context, key policy.Key, fn func([]byte) (policy.Record, error)) error {
	defer s.lock()()
	var rec policy.Record
	wrote := false
	update := func(old []byte) (policy.Record, error) {
		s.compare(key, old)
		if s.weather.stale(key) {
			_, _ = fn(clone(s.before[key])) // a conflict follows
		}
		r, err := fn(clone(old))
		if wrote = err == nil; wrote {
			rec = r
			rec.Data = clone(r.Data)
		}
		return r, err
	}
	var err error
	if s.inner != nil {
		err = s.inner.Update(ctx, key, update)
	} else if err = ctx.Err(); err == nil {
		_, err = update(s.now[key].Data)
	}
	if err == nil && wrote {
		s.put(key, rec)
	}
	return err
}

func (s *simStore) put(key policy.Key, rec policy.Record) {
	s.before[key] = s.now[key].Data
	if rec.Data == nil {
		delete(s.now, key)
	} else {
		s.now[key] = rec
	}
	switch {
	case !rec.Durable || s.careless:
	case rec.Data == nil:
		delete(s.durable, key)
	default:
		s.durable[key] = rec
	}
}

func (s *simStore) compare(key policy.Key, data []byte) {
	if s.weather.compare(key, data, s.now[key]) {
		delete(s.now, key)
		delete(s.durable, key)
	}
}

// View implements policy.Store.
func (s *simStore) View(ctx context.Context, key policy.Key, fn func([]byte) error) error {
	defer s.lock()()
	if s.inner != nil {
		return s.inner.View(ctx, key, func(data []byte) error {
			s.compare(key, data)
			return fn(data)
		})
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return fn(clone(s.now[key].Data))
}

// Delete implements policy.Store.
func (s *simStore) Delete(ctx context.Context, key policy.Key) error {
	defer s.lock()()
	if s.inner != nil {
		if err := s.inner.Delete(ctx, key); err != nil {
			return err
		}
	}
	s.put(key, policy.Record{Durable: true})
	return nil
}

// All implements policy.Store.
func (s *simStore) All(ctx context.Context, listed bool) iter.Seq2[policy.Entry, error] {
	return func(yield func(policy.Entry, error) bool) {
		if s.inner != nil {
			s.inner.All(ctx, listed)(yield)
			return
		}
		now := s.contents()
		for _, key := range sortedKeys(now) {
			if err := ctx.Err(); err != nil {
				yield(policy.Entry{}, err)
				return
			}
			if rec := now[key]; (rec.Listed || !listed) && !yield(policy.Entry{Key: key, Data: clone(rec.Data)}, nil) {
				return
			}
		}
	}
}

func sortedKeys(m map[policy.Key]policy.Record) []policy.Key {
	return slices.SortedFunc(maps.Keys(m), func(a, b policy.Key) int { return bytes.Compare(a[:], b[:]) })
}

// contents is a copy of what is there.
func (s *simStore) contents() map[policy.Key]policy.Record {
	defer s.lock()()
	return maps.Clone(s.now)
}

// afterCrash is a copy of what a crash leaves.
func (s *simStore) afterCrash() map[policy.Key]policy.Record {
	defer s.lock()()
	return maps.Clone(s.durable)
}

// sync makes all that was written durable.
func (s *simStore) sync() {
	defer s.lock()()
	s.durable = maps.Clone(s.now)
}

// become makes the contents those of a crash, of an older copy, or none.
func (s *simStore) become(contents map[policy.Key]policy.Record) error {
	defer s.lock()()
	if s.inner != nil {
		ctx := context.Background()
		for _, key := range sortedKeys(s.now) {
			if _, stays := contents[key]; !stays {
				if err := s.inner.Delete(ctx, key); err != nil {
					return fmt.Errorf("Delete: %w", err)
				}
			}
		}
		for _, key := range sortedKeys(contents) {
			if err := s.inner.Update(ctx, key, func([]byte) (policy.Record, error) { return contents[key], nil }); err != nil {
				return fmt.Errorf("Update: %w", err)
			}
		}
	}
	s.now, s.durable = maps.Clone(contents), maps.Clone(contents)
	clear(s.before)
	return nil
}

// Kept implements policy.Keeper.
func (s *simStore) Kept(context.Context) (io.ReadCloser, error) {
	switch {
	case s.weather.gone():
		return nil, errAway
	case s.kept == nil:
		return nil, nil
	}
	return io.NopCloser(bytes.NewReader(s.kept)), nil
}

// Keep implements policy.Keeper: it saves when the walk says so.
func (s *simStore) Keep(save func(io.Writer) error) (stop func() error) {
	s.save = save
	s.engines++
	mine := s.engines
	return func() error {
		if mine != s.engines || s.save == nil {
			return nil
		}
		err := s.saveNow()
		s.save = nil
		return err
	}
}

func (s *simStore) saveNow() error {
	if s.save == nil {
		return nil
	}
	if s.weather.gone() {
		return errAway
	}
	var b bytes.Buffer
	to := io.Writer(&b)
	if s.cut {
		to = &cutWriter{to: to, left: 200}
	}
	err := s.save(to)
	if err == nil {
		s.kept = b.Bytes()
	}
	return err
}

// A cutWriter fails after some bytes, as a full disk does.
type cutWriter struct {
	to   io.Writer
	left int
}

func (w *cutWriter) Write(b []byte) (int, error) {
	if len(b) > w.left {
		return 0, ErrFault
	}
	w.left -= len(b)
	return w.to.Write(b)
}

// A simProcess is the store as the engine of one process sees it.
type simProcess struct {
	*Faulty
	*simStore
	me int
}

func (p *simProcess) Update(ctx context.Context, key policy.Key, fn func([]byte) (policy.Record, error)) error {
	return p.Faulty.Update(ctx, key, fn)
}

func (p *simProcess) View(ctx context.Context, key policy.Key, fn func([]byte) error) error {
	return p.Faulty.View(ctx, key, fn)
}

func (p *simProcess) Delete(ctx context.Context, key policy.Key) error {
	return p.Faulty.Delete(ctx, key)
}

func (p *simProcess) All(ctx context.Context, listed bool) iter.Seq2[policy.Entry, error] {
	return p.Faulty.All(ctx, listed)
}

// Broadcast implements policy.Broadcaster: the walk delivers.
func (p *simProcess) Broadcast(data []byte) {
	if len(p.notes) < 64 {
		p.notes = append(p.notes, note{p.me, clone(data)})
	}
}

// Listen implements policy.Broadcaster.
func (p *simProcess) Listen(fn func([]byte)) (stop func()) {
	p.hear[p.me] = fn
	return func() { delete(p.hear, p.me) }
}

// deliver brings the notes that are under way to all other engines; some are lost,
// some come twice.
func (s *simStore) deliver(times func(n int) int) (lost, twice int) {
	notes := s.notes
	s.notes = nil
	for i, n := range notes {
		k := times(i)
		switch {
		case k == 0:
			lost++
		case k > 1:
			twice++
		}
		for range k {
			for _, to := range slices.Sorted(maps.Keys(s.hear)) {
				if to != n.from {
					s.hear[to](n.data)
				}
			}
		}
	}
	return lost, twice
}
