package natsnotes

import (
	"bytes"
	"context"
	"io"
	"iter"

	"github.com/decorum-go/decorum/policy"
)

// Wrap returns a store that is a policy.Broadcaster by these notes, and in all else the
// one that is given: a policy.Keeper, Auditor or Loader if that is one, and always a
// Ranger. Notes that the store has itself are not used any more. Whoever made the store
// closes it. Engine.Snapshot wants a policy.Memory that is not wrapped.
func (n *Notes) Wrap(s policy.Store) policy.Store {
	w := wrapped{s, n}
	k, keeps := s.(keeping)
	a, audits := s.(auditing)
	l, loads := s.(loading)
	switch {
	case keeps && audits && loads:
		return struct {
			wrapped
			keeping
			auditing
			loading
		}{w, k, a, l}
	case keeps && audits:
		return struct {
			wrapped
			keeping
			auditing
		}{w, k, a}
	case keeps && loads:
		return struct {
			wrapped
			keeping
			loading
		}{w, k, l}
	case audits && loads:
		return struct {
			wrapped
			auditing
			loading
		}{w, a, l}
	case keeps:
		return struct {
			wrapped
			keeping
		}{w, k}
	case audits:
		return struct {
			wrapped
			auditing
		}{w, a}
	case loads:
		return struct {
			wrapped
			loading
		}{w, l}
	}
	return w
}

// What a store may do beside policy.Store.
type (
	keeping interface {
		Kept(ctx context.Context) (io.ReadCloser, error)
		Keep(save func(io.Writer) error) (stop func() error)
	}
	auditing interface {
		Acts(ctx context.Context, f policy.ActFilter) iter.Seq2[policy.Act, error]
	}
	loading interface {
		Load(ctx context.Context, entries []policy.Entry) error
	}
)

var _ interface {
	policy.Broadcaster
	policy.Ranger
} = wrapped{}

// wrapped is a store with notes.
type wrapped struct {
	policy.Store
	notes *Notes
}

// Broadcast implements policy.Broadcaster. Notes are sent while somebody listens, every
// 80 ms or 32 KB of them.
func (w wrapped) Broadcast(note []byte) { w.notes.post.Broadcast(note) }

// Listen implements policy.Broadcaster. It begins with the notes of Config.Past. All who
// listen share one goroutine that hears and one that sends.
func (w wrapped) Listen(fn func(note []byte)) (stop func()) { return w.notes.post.Listen(fn) }

// Range implements policy.Ranger, by All where the store is none.
func (w wrapped) Range(ctx context.Context, prefix []byte, listed bool) iter.Seq2[policy.Entry, error] {
	if r, ok := w.Store.(policy.Ranger); ok {
		return r.Range(ctx, prefix, listed)
	}
	return func(yield func(policy.Entry, error) bool) {
		for e, err := range w.All(ctx, listed) {
			if !bytes.HasPrefix(e.Key[:], prefix) && (err == nil || e.Key != (policy.Key{})) {
				continue
			}
			if !yield(e, err) {
				return
			}
		}
	}
}
