package policy

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/decorum-go/decorum/policy/internal/keys"
)

// A gate is a store whose looks at the proof wait until they are let through.
type gate struct {
	*Memory
	mu    sync.Mutex
	looks int
	begun chan struct{} // one for each look
	pass  chan struct{}
}

func newGate() *gate {
	return &gate{Memory: NewMemory(0), begun: make(chan struct{}, 100), pass: make(chan struct{}, 100)}
}

func (g *gate) Update(ctx context.Context, key Key, fn func([]byte) (Record, error)) error {
	if key == proofKey {
		g.mu.Lock()
		g.looks++
		g.mu.Unlock()
		g.begun <- struct{}{}
		<-g.pass // whatever the context says
	}
	return g.Memory.Update(ctx, key, fn)
}

func (g *gate) guard() *guard {
	gd := newGuard(g)
	gd.proof.want = storeProof(keys.New([]byte("one")))
	return gd
}

// foreign puts the proof of another Secret into the store.
func (g *gate) foreign(t *testing.T) {
	t.Helper()
	other := newGuard(g.Memory)
	other.proof.want = storeProof(keys.New([]byte("two")))
	if err := g.Memory.Delete(t.Context(), proofKey); err != nil {
		t.Fatal(err)
	}
	if err := other.prove(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// However many wait for it, the proof is looked at once.
func TestProofOnce(t *testing.T) {
	g := newGate()
	gd := g.guard()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := gd.prove(ctx); err != nil {
			t.Error(err)
		}
	})
	<-g.begun
	for range 50 {
		wg.Go(func() {
			if err := gd.prove(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	g.pass <- struct{}{}
	wg.Wait()
	if g.looks != 1 {
		t.Errorf("%d looks, want 1", g.looks)
	}
}

// A look that began before the store went says nothing of what came back.
func TestProofOfAnotherTime(t *testing.T) {
	g := newGate()
	gd := g.guard()
	done := make(chan error)
	go func() { done <- gd.prove(t.Context()) }()
	<-g.begun
	for range breakAfter {
		gd.failed(errSlow)
	}
	g.pass <- struct{}{} // the old store has the proof
	<-g.begun
	g.foreign(t)
	g.pass <- struct{}{}
	if err := <-done; !errors.Is(err, ErrSecret) {
		t.Errorf("%v, want ErrSecret", err)
	}
}

// A look that the store does not give back keeps nobody beyond its deadline.
func TestProofStuck(t *testing.T) {
	g := newGate()
	gd := g.guard()
	short, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	first := make(chan error)
	go func() { first <- gd.prove(short) }()
	<-g.begun
	if err := gd.prove(short); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("who waits with the same deadline: %v", err)
	}
	second := make(chan error)
	go func() { second <- gd.prove(t.Context()) }()
	<-g.begun // the first one is still in the store
	g.pass <- struct{}{}
	g.pass <- struct{}{}
	if err := <-second; err != nil {
		t.Error(err)
	}
	if err := <-first; !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the one that was too slow: %v", err)
	}
}

// Where some calls fail all the time, those that do not wait for few looks.
func TestProofAmongFaults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		close(g.pass) // none waits
		gd := g.guard()
		if err := gd.prove(t.Context()); err != nil {
			t.Fatal(err)
		}
		const seconds = 30
		for range seconds * 100 {
			gd.failed(errSlow)
			if err := gd.prove(t.Context()); err != nil {
				t.Fatal(err)
			}
			gd.breaker.ok()
			gd.lookAgain()
			time.Sleep(10 * time.Millisecond)
			for len(g.begun) > 0 {
				<-g.begun
			}
		}
		if g.looks < seconds || g.looks > 3*seconds {
			t.Errorf("%d looks in %d seconds with 100 faults each", g.looks, seconds)
		}
	})
}

// That a store is another Secret's is not forgotten because it is slow.
func TestForeignStays(t *testing.T) {
	g := newGate()
	gd := g.guard()
	g.foreign(t)
	g.pass <- struct{}{}
	if err := gd.prove(t.Context()); !errors.Is(err, ErrSecret) {
		t.Fatalf("%v, want ErrSecret", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	g.pass <- struct{}{}
	if err := gd.prove(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want that of the context", err)
	}
	if !gd.proof.refuses() {
		t.Error("forgotten")
	}
}
