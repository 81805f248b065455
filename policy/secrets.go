package policy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/decorum-go/decorum/policy/internal/guard"
	"github.com/decorum-go/decorum/policy/internal/keys"
	"github.com/decorum-go/decorum/policy/internal/seal"
	"github.com/decorum-go/decorum/policy/internal/state"
)

// A Secret keys what leaves the process: 32 random bytes, see Config.Secrets. It does not
// print.
type Secret []byte

// String returns no part of the Secret.
func (Secret) String() string { return "(secret)" }

// GoString returns no part of the Secret.
func (Secret) GoString() string { return "policy.Secret(…)" }

const (
	maxSecret  = 1024
	mostOld    = 8
	secretsFor = 10 * time.Second // New waits for a store whose Secret may have changed
	ringLease  = 250 * time.Millisecond
)

// checkSecrets says what is wrong with Config.Secrets.
func (c *Config) checkSecrets() (errs []error) {
	wrong := func(i int, problem string) {
		errs = append(errs, &FieldError{Field: fmt.Sprintf("config.secrets[%d]", i), Problem: problem})
	}
	for i, s := range c.Secrets {
		switch {
		case len(s) == 0:
			wrong(i, "must not be empty")
		case len(s) > maxSecret:
			wrong(i, fmt.Sprintf("has %d bytes, at most %d are allowed", len(s), maxSecret))
		}
		for k := range i {
			if len(s) > 0 && string(c.Secrets[k]) == string(s) {
				wrong(i, fmt.Sprintf("is the same as secrets[%d]", k))
			}
		}
	}
	_, inside := c.Store.(*Memory)
	for _, x := range []struct {
		wrong   bool
		problem string
	}{
		{len(c.Secrets) > mostOld, fmt.Sprintf("has %d, at most %d are allowed", len(c.Secrets), mostOld)},
		{len(c.Secret) > 0, "excludes secret: put that among them"},
		{c.Store == nil || inside, "needs a store outside the process: a Memory ends with it. Set secret"},
	} {
		if x.wrong && len(c.Secrets) > 0 {
			errs = append(errs, &FieldError{Field: "config.secrets", Problem: x.problem})
		}
	}
	return errs
}

// openSealed puts the border around the store of an engine with Config.Secrets, and
// returns the Secret that keys and hashes are made with.
func (e *Engine) openSealed() (first []byte, err error) {
	label, prefix := "store", 0
	if e.cfg.Tenant != "" {
		label, prefix = "tenants", keys.TagSize
	}
	var known []*seal.Secret
	for _, s := range e.cfg.Secrets {
		known = append(known, seal.NewSecret(s, label, proofsOf(keys.New(s), e.cfg.Tenant).mine))
	}
	ctx, cancel := context.WithTimeout(context.Background(), max(secretsFor, e.cfg.Timeout))
	defer cancel()
	s, err := seal.Open(ctx, seal.Config{
		Inner: inner{e.cfg.Store}, Known: known, Prefix: prefix, Now: e.cfg.Now, Fill: !e.cfg.ExpectRecords, Refused: ErrRecord, Lease: ringLease,
	})
	switch err = secretError(err); {
	case errors.Is(err, ErrSecret), errors.Is(err, ErrRecord), errors.Is(err, ErrChanging):
		return nil, err
	case err != nil:
		return nil, &FaultError{Op: "update", Err: err}
	}
	e.sealed, e.store = s, &sealedStore{s, e.cfg.Store, e}
	return s.First(), nil
}

// fits says why a store cannot hold what is copied from another one.
func fits(from *proof, to Store) error {
	if _, inside := to.(*Memory); inside && from.ring != nil {
		return fmt.Errorf("%w: the Secret of the source was changed, and a Memory does not hold what is sealed", ErrSecret)
	}
	return nil
}

// secretError is an error of the border in the words of this package.
func secretError(err error) error {
	switch {
	case errors.Is(err, seal.ErrUnknown), errors.Is(err, seal.ErrOlder):
		return fmt.Errorf("%w: %w", ErrSecret, err)
	case errors.Is(err, seal.ErrChanging):
		return fmt.Errorf("%w: %w", ErrChanging, err)
	case errors.Is(err, seal.ErrMalform):
		return fmt.Errorf("%w: %w", ErrRecord, err)
	}
	return err
}

// proven is the proof of the newest Secret.
func (e *Engine) proven() Key {
	if e.sealed == nil {
		return e.proof.mine
	}
	return e.sealed.Proof()
}

// ring is what the record of the proof holds beside it.
func (e *Engine) ring() []byte {
	if e.sealed == nil {
		return nil
	}
	return e.sealed.Ring()
}

// compare reads the proof in an outside store.
func (e *Engine) compare(data []byte) (guard.Incarnation, error) {
	if e.sealed == nil {
		return compareProof(data, &e.proof)
	}
	var r state.Record
	if decode(&r, data) == nil && r.Copied.Phase != state.Copying && r.Proof != (Key{}) && r.Proof != e.proof.other {
		if err := secretError(e.sealed.See(&r)); err != nil {
			return guard.Incarnation{}, err
		}
	}
	return compareProof(data, &proofs{e.sealed.Proof(), e.proof.other})
}

// Rekey moves what lies in an outside store under an older one of Config.Secrets under the
// newest, and yields its Progress after each some hundred records: Read and Bytes count what
// was looked at, once in each of three passes or more; Written what was moved, Deleted the
// markers of where it lay, and Verified what in the end was read under the newest. The last
// has Done set: then no record lies under an older Secret, and Config.Secrets may hold
// the newest alone.
//
// Engines may use the store meanwhile; a record that one uses is moved by that. Of two
// processes, or of two calls after each other, each goes on with what is left: call it
// again after a crash or an error, which is a *FaultError, ErrSecret, ErrRecord of a record
// that cannot be read, a *FieldError without Config.Secrets, or where one of them that the
// store was never under is not the first, or the context's. Where nothing is to be done all
// records are read, and it is Done. What a process that was left at an older Secret wrote
// after a change is moved where the account is new, and removed where it is not, but for
// sanctions that people imposed. It takes a second at least, for every process must have
// heard of the change. What a Keeper keeps beside the records is
// saved under the newest Secret then, or, where another process is on duty for that, within
// a minute: keep the older one configured as long.
//
// With tenants it is for all who share the store.
func (e *Engine) Rekey(ctx context.Context) iter.Seq2[Progress, error] {
	return func(yield func(Progress, error) bool) {
		err := e.ready(ctx)
		if err == nil && e.sealed == nil {
			err = &FieldError{Field: "config.secrets", Problem: "is not set: it has the new Secret and the older one"}
		}
		if err != nil {
			yield(Progress{}, err)
			return
		}
		progress := func(p seal.Progress) Progress {
			return Progress{Read: p.Read, Written: p.Moved, Deleted: p.Removed, Verified: p.Verified, Bytes: p.Bytes}
		}
		p, err := e.sealed.Rekey(ctx, func(p seal.Progress) bool { return yield(progress(p), nil) })
		if err == nil {
			err = e.saveAnew()
		}
		done := progress(p)
		switch err = secretError(err); {
		case errors.Is(err, seal.ErrStopped):
			return
		case errors.Is(err, seal.ErrNotBegun):
			err = &FieldError{Field: "config.secrets", Problem: "the first is already that of the store: put the new one first (docs/stores.md, step 2)"}
		case err != nil && ctx.Err() == nil && !errors.Is(err, ErrSecret):
			err = &FaultError{Op: "rekey", Err: err}
			e.fault(ctx, err)
		}
		done.Done = err == nil
		yield(done, err)
	}
}

// inner is a Store as the border sees it.
type inner struct{ store Store }

// Update implements seal.Inner.
func (s inner) Update(ctx context.Context, key seal.Key, fn func([]byte) (seal.Record, error)) error {
	return s.store.Update(ctx, key, func(old []byte) (Record, error) {
		r, err := fn(old)
		return Record(r), err
	})
}

// View implements seal.Inner.
func (s inner) View(ctx context.Context, key seal.Key, fn func([]byte) error) error {
	return s.store.View(ctx, key, fn)
}

// All implements seal.Inner.
func (s inner) All(ctx context.Context, prefix []byte, listed bool) iter.Seq2[seal.Entry, error] {
	return func(yield func(seal.Entry, error) bool) {
		for e, err := range within(ctx, s.store, prefix, listed) {
			if !yield(seal.Entry{Key: e.Key, Data: e.Data, Meta: e}, err) {
				return
			}
		}
	}
}

// A sealedStore is a store behind the border, as an engine works on it.
type sealedStore struct {
	*seal.Store
	store Store
	e     *Engine
}

// Update implements Store.
func (s *sealedStore) Update(ctx context.Context, key Key, fn func([]byte) (Record, error)) error {
	return secretError(s.Store.Update(ctx, key, func(old []byte) (seal.Record, error) {
		r, err := fn(old)
		return seal.Record(r), err
	}))
}

// View implements Store.
func (s *sealedStore) View(ctx context.Context, key Key, fn func([]byte) error) error {
	return secretError(s.Store.View(ctx, key, fn))
}

// Delete implements Store.
func (s *sealedStore) Delete(ctx context.Context, key Key) error {
	return s.Update(ctx, key, func([]byte) (Record, error) { return Record{Durable: true}, nil })
}

// All implements Store.
func (s *sealedStore) All(ctx context.Context, listed bool) iter.Seq2[Entry, error] {
	return s.Range(ctx, nil, listed)
}

// Range implements Ranger.
func (s *sealedStore) Range(ctx context.Context, prefix []byte, listed bool) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for e, err := range s.Store.All(ctx, prefix, listed) {
			entry, _ := e.Meta.(Entry)
			if r, moved := e.Meta.(seal.Record); moved {
				entry = Entry{Expires: r.Expires, Rank: r.Rank, Listed: r.Listed, Pinned: r.Pinned}
			}
			entry.Key, entry.Data = e.Key, e.Data
			if !yield(entry, secretError(err)) {
				return
			}
		}
	}
}

// Kept opens what a Keeper keeps.
func (s *sealedStore) Kept(ctx context.Context) (io.ReadCloser, error) {
	r, err := s.store.(Keeper).Kept(ctx)
	if err != nil || r == nil {
		return r, err
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	if b, err = s.OpenStream(b); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSnapshot, err)
	}
	return io.NopCloser(bytes.NewReader(b)), nil
}

// Keep has the store keep what save writes, sealed.
func (s *sealedStore) Keep(save func(io.Writer) error) (stop func() error) {
	return s.store.(Keeper).Keep(func(w io.Writer) error {
		var b bytes.Buffer
		if err := save(&b); err != nil {
			return err
		}
		_, err := w.Write(s.SealStream(b.Bytes()))
		return err
	})
}

// Broadcast queues a note, sealed.
func (s *sealedStore) Broadcast(note []byte) { s.store.(Broadcaster).Broadcast(s.SealNote(note)) }

// Listen opens the notes of others. What is none of theirs is refused where it is read.
func (s *sealedStore) Listen(fn func([]byte)) (stop func()) {
	return s.store.(Broadcaster).Listen(func(note []byte) { fn(s.OpenNote(note)) })
}
