package policy

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"
)

// keptWait is how long New waits for the state that a store keeps.
const keptWait = 10 * time.Second

// remember restores what the store keeps of the state beside the records, and
// has it kept from now on. A store that is away is no error: the engine begins
// without it, as it would with a store that keeps nothing.
func (e *Engine) remember() error {
	k, ok := e.store.(Keeper)
	if !ok {
		return nil
	}
	if err := e.recall(k); err != nil {
		return err
	}
	e.unkeep = sync.OnceValue(k.Keep(e.save))
	return nil
}

func (e *Engine) recall(k Keeper) error {
	ctx, cancel := context.WithTimeout(context.Background(), keptWait)
	defer cancel()
	r, err := k.Kept(ctx)
	if err != nil {
		e.fault(ctx, &FaultError{Op: "kept", Err: err})
		return nil
	}
	if r == nil {
		return nil
	}
	defer r.Close()
	if _, err := e.load(ctx, r); err != nil {
		return fmt.Errorf("the state that the store keeps beside the records cannot be used; remove it to begin with an empty campaign index: %w", err)
	}
	return nil
}

// save writes the state beside the records: a snapshot without them.
func (e *Engine) save(w io.Writer) error {
	return e.dump(w, func(func(Entry, error) bool) {})
}
