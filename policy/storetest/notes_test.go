package storetest

import (
	"bytes"
	"os"
	"sync"
	"testing"

	"github.com/decorum-go/decorum/policy"
)

// A wire brings notes to all processes but the one that sends, unless it has a flaw.
type wire struct {
	flaw string

	mu     sync.Mutex
	made   int
	hear   map[int]func([]byte) // by listener
	of     map[int]*teller
	behind []byte // a note that is overtaken
}

// A teller is the store of one process on a wire.
type teller struct {
	policy.Store
	w *wire
}

func (p *teller) Broadcast(note []byte) {
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	if p.w.flaw == "swaps notes" && p.w.behind == nil && len(note) > 100 {
		p.w.behind = bytes.Clone(note)
		return
	}
	p.send(note)
	if p.w.behind != nil {
		p.send(p.w.behind)
		p.w.behind = nil
	}
}

func (p *teller) send(note []byte) {
	for id, fn := range p.w.hear {
		if p.w.of[id] != p || p.w.flaw == "hears itself" {
			fn(bytes.Clone(note))
		}
	}
}

func (p *teller) Listen(fn func([]byte)) (stop func()) {
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	id := p.w.made
	p.w.made++
	p.w.hear[id], p.w.of[id] = fn, p
	return func() {
		p.w.mu.Lock()
		defer p.w.mu.Unlock()
		delete(p.w.hear, id)
	}
}

func wired(flaw string) func(t *testing.T) (open func() policy.Store) {
	return func(*testing.T) func() policy.Store {
		w, records := &wire{flaw: flaw, hear: map[int]func([]byte){}, of: map[int]*teller{}}, newPlain("")
		return func() policy.Store { return &teller{records, w} }
	}
}

func TestNotesPassPlain(t *testing.T) { Notes(t, wired("")) }

func TestNotesFindFlaws(t *testing.T) {
	for flaw, check := range map[string]string{
		"swaps notes":  "each_reaches_all_others_in_order",
		"hears itself": "the_last_are_sent",
	} {
		t.Run(flaw, func(t *testing.T) {
			t.Parallel()
			finds(t, flaw, "TestNotesFlawed/notes/"+check)
		})
	}
}

// TestNotesFlawed is what TestNotesFindFlaws runs.
func TestNotesFlawed(t *testing.T) {
	flaw := os.Getenv("STORETEST_FLAW")
	if flaw == "" {
		t.Skip("run by TestNotesFindFlaws")
	}
	Notes(t, wired(flaw))
}
