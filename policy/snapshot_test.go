package policy_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/similarity"
)

// TestRestoreRefuses: a snapshot that is cut short, damaged, of a newer
// version or taken under another Secret is refused with the reason, and the
// engine stays as it was.
func TestRestoreRefuses(t *testing.T) {
	t.Parallel()
	small := policy.Config{Index: similarity.IndexConfig{MaxClusters: 256}}
	source := newTown(t, small)
	run(t, source.e, &source.now, makeHistory(1, 300, true))
	good := source.state()

	w := newTown(t, small)
	w.until("sam", spam, policy.Block)
	before := w.state()
	refused := func(what string, data []byte, reason string) {
		t.Helper()
		err := w.e.Restore(t.Context(), bytes.NewReader(data))
		if !errors.Is(err, policy.ErrSnapshot) || !strings.Contains(err.Error(), reason) {
			t.Fatalf("%s: error %v, want ErrSnapshot with %q", what, err, reason)
		}
		if w.state() != before {
			t.Fatalf("%s: refused, and changed something: %v", what, err)
		}
	}

	for n := 0; n < len(good); n += 1 + n/12 {
		refused("cut short", []byte(good[:n]), "cut short")
	}
	for n := len(good) - 10; n < len(good); n++ {
		refused("cut short at the end", []byte(good[:n]), "cut short")
	}
	for bit := 0; bit < 8*len(good); bit += 1 + bit/20 {
		data := []byte(good)
		data[bit/8] ^= 1 << (bit % 8)
		refused("one bit flipped", data, "")
	}
	version := []byte(good)
	version[len("decorum\n")]++
	refused("a newer version", version, "version 3, this program reads up to 2")
	refused("no snapshot", []byte("decorumX and something else that is long enough to be read as a head"), "no snapshot")
	refused("nothing", nil, "cut short")

	other := newTown(t, policy.Config{Secret: []byte("another")})
	refused("another Secret", []byte(other.state()), "another Secret")

	// An error of the reader is handed on, and changes nothing either.
	err := w.e.Restore(t.Context(), iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader(good))))
	if !errors.Is(err, iotest.ErrTimeout) || w.state() != before {
		t.Errorf("a reader that fails: %v", err)
	}
	// And the whole one is taken, however slowly it comes.
	w.must(w.e.Restore(t.Context(), iotest.OneByteReader(strings.NewReader(good))))
	w.now = source.now // a snapshot says when it was heard last
	if w.state() != good {
		t.Error("a snapshot of what was restored is another one")
	}
}

// TestNilSecret: without a Secret nothing is written that nobody could read.
func TestNilSecret(t *testing.T) {
	e, err := policy.New(policy.Config{})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := e.Snapshot(t.Context(), &b); !errors.Is(err, policy.ErrSnapshot) || !strings.Contains(err.Error(), "Secret is nil") || b.Len() > 0 {
		t.Errorf("Snapshot without a Secret: %v, %d bytes", err, b.Len())
	}
	w := newTown(t, policy.Config{})
	err = e.Restore(t.Context(), strings.NewReader(w.state()))
	if !errors.Is(err, policy.ErrSnapshot) || !strings.Contains(err.Error(), "Config.Secret is nil") {
		t.Errorf("Restore without a Secret: %v", err)
	}
}

// TestSnapshotFaults: a writer that fails is told of.
func TestSnapshotFaults(t *testing.T) {
	w := lived(t)
	if err := w.e.Snapshot(t.Context(), fullDisk{}); !errors.Is(err, errFull) {
		t.Errorf("a full disk: %v", err)
	}
}

type fullDisk struct{}

var errFull = errors.New("no space left")

func (fullDisk) Write(b []byte) (int, error) { return 0, errFull }
