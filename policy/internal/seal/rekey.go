package seal

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/decorum-go/decorum/policy/internal/guard"
	"github.com/decorum-go/decorum/policy/internal/state"
)

// Progress counts what Rekey has done, in records.
type Progress struct {
	Read, Moved, Removed, Verified int
	Bytes                          int64
}

// ErrStopped says that step wanted no more.
var ErrStopped = errors.New("stopped")

// ErrLeft says that Rekey found what is not under the newest Secret.
var ErrLeft = errors.New("something does not lie under the newest Secret")

// ErrNotBegun says that a Secret waits to be the newest, and no process has it first.
var ErrNotBegun = errors.New("a Secret that the store was never under is not the first")

const (
	rekeyBatch  = 512
	rekeyAtOnce = 4
	rekeyWait   = 10 * time.Second // for one record
	verifyTries = 4                // while a process still writes elsewhere
)

// A rekeying is one call of Rekey.
type rekeying struct {
	s    *Store
	step func(Progress) bool
	p    Progress
}

// Rekey moves what still lies under an older Secret, and removes what says where it was.
// In the end every record lies under the newest one. Of what is done already nothing is
// done again.
func (s *Store) Rekey(ctx context.Context, step func(Progress) bool) (Progress, error) {
	k := &rekeying{s: s, step: step}
	r, err := s.look(ctx)
	if err == nil && r.waits(s.cfg.Known) {
		err = ErrNotBegun
	}
	if err == nil && r.phase == changing {
		err = k.changing(ctx, r)
	}
	if err == nil {
		if r = s.ring.Load(); r.phase == cleaning {
			err = k.cleaning(ctx, r)
		}
	}
	if err == nil {
		err = k.verify(ctx)
	}
	return k.p, err
}

// changing moves all records. Once every process knows of the change nothing new comes
// under the older Secret, and a pass that finds nothing is the last.
func (k *rekeying) changing(ctx context.Context, r *ring) error {
	sure := time.Now().Add(2 * k.s.cfg.Lease)
	for {
		late := time.Now().After(sure)
		n, err := k.pass(ctx, r, func(ctx context.Context, at Key, c *content) (bool, error) {
			if c.kind == record && at == r.at(c.key, k.s.cfg.Prefix) || c.kind == deleted || c.kind == moved && c.data == nil {
				return false, nil
			}
			err := k.s.move(ctx, r, c.key)
			if err == nil && at != r.prev.at(c.key, k.s.cfg.Prefix) {
				err = k.s.stray(ctx, r, at, c.key)
			}
			return true, err
		})
		k.p.Moved += n
		switch {
		case err != nil:
			return err
		case n == 0 && late:
			return k.becomes(ctx, r, cleaning)
		case n == 0:
			if err := k.wait(ctx, time.Until(sure)+time.Millisecond); err != nil {
				return err
			}
		}
	}
}

// cleaning removes the markers, once nobody leaves any.
func (k *rekeying) cleaning(ctx context.Context, r *ring) error {
	if err := k.wait(ctx, 2*k.s.cfg.Lease); err != nil {
		return err
	}
	n, err := k.pass(ctx, r, func(ctx context.Context, at Key, c *content) (bool, error) {
		if c.kind == record {
			return false, nil
		}
		return true, k.s.change(ctx, at, func(c *content) (Record, error) {
			if c.kind == record {
				return Record{}, guard.ErrUnchanged
			}
			return Record{Durable: true}, nil
		})
	})
	k.p.Removed += n
	if err != nil {
		return err
	}
	return k.becomes(ctx, r, whole)
}

func (k *rekeying) wait(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// becomes notes in the store how far the change is.
func (k *rekeying) becomes(ctx context.Context, r *ring, p phase) error {
	next := *r
	next.phase = p
	err := k.s.cfg.Inner.Update(ctx, guard.ProofKey, func(old []byte) (Record, error) {
		var rec state.Record
		if err := rec.Decode(old); err != nil || rec.Proof != r.cur.Proof || rec.Copied.Phase == state.Copying {
			return Record{}, fmt.Errorf("%w: the proof of the Secret", k.s.cfg.Refused)
		}
		rec.Ring = next.encode()
		return Record{Data: rec.Encode(nil), Durable: true, Pinned: true}, nil
	})
	if err == nil {
		_, err = k.s.look(ctx)
	}
	return err
}

// pass has do look at all that there is, some at once. It counts what do says that it did.
func (k *rekeying) pass(ctx context.Context, r *ring, do func(context.Context, Key, *content) (bool, error)) (n int, err error) {
	type found struct {
		at Key
		c  content
	}
	var batch []found
	flush := func() error {
		var wg sync.WaitGroup
		var mu sync.Mutex
		var failed error
		for i := range rekeyAtOnce {
			wg.Go(func() {
				for j := i; j < len(batch); j += rekeyAtOnce {
					ctx, cancel := context.WithTimeout(ctx, rekeyWait)
					did, err := do(ctx, batch[j].at, &batch[j].c)
					cancel()
					mu.Lock()
					if did && err == nil {
						n++
					}
					if failed == nil {
						failed = err
					}
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		batch = batch[:0]
		if failed == nil && !k.step(k.p) {
			failed = ErrStopped
		}
		return failed
	}
	for e, err := range k.s.cfg.Inner.All(ctx, nil, false) {
		if e.Key == guard.ProofKey {
			continue
		}
		var c content
		if err == nil {
			if c, err = open(k.s.cfg.Known, e.Key, e.Data); err != nil {
				err = k.s.refuse(e.Key, err)
			}
		}
		if err != nil {
			return n, err
		}
		k.p.Read++
		k.p.Bytes += int64(len(e.Data))
		if batch = append(batch, found{e.Key, c}); len(batch) == rekeyBatch {
			if err := flush(); err != nil {
				return n, err
			}
		}
	}
	return n, flush()
}

// verify reads all that there is, again where something had strayed. Without the newest
// Secret nothing of it can be read.
func (k *rekeying) verify(ctx context.Context) error {
	r := k.s.ring.Load()
	if r.cur == nil {
		return nil // there was no change
	}
	for range verifyTries {
		var strays atomic.Int64
		n, err := k.pass(ctx, r, func(ctx context.Context, at Key, c *content) (bool, error) {
			if c.kind == record && at == r.at(c.key, k.s.cfg.Prefix) {
				return true, nil
			}
			strays.Add(1)
			if now, err := k.s.look(ctx); err != nil || now != r {
				return false, cmp.Or(err, fmt.Errorf("%w: key %x, and it changes", ErrLeft, at))
			}
			return false, k.s.stray(ctx, r, at, c.key)
		})
		k.p.Verified, k.p.Moved = n, k.p.Moved+int(strays.Load())
		if err != nil || strays.Load() == 0 {
			return err
		}
	}
	return fmt.Errorf("%w: a process still writes there", ErrLeft)
}
