package policy_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/decorum-go/decorum/policy"
)

// A shelf is a store outside the process that keeps the state beside the
// records when the test says so.
type shelf struct {
	*policy.Memory
	kept  []byte
	away  error // nil: it is there
	save  func(io.Writer) error
	stops int
}

func newShelf() *shelf { return &shelf{Memory: policy.NewMemory(0)} }

func (s *shelf) Update(ctx context.Context, key policy.Key, fn func([]byte) (policy.Record, error)) error {
	if s.away != nil {
		return s.away
	}
	return s.Memory.Update(ctx, key, fn)
}

func (s *shelf) Kept(context.Context) (io.ReadCloser, error) {
	if s.away != nil || s.kept == nil {
		return nil, s.away
	}
	return io.NopCloser(bytes.NewReader(s.kept)), nil
}

func (s *shelf) Keep(save func(io.Writer) error) func() error {
	s.save = save
	return func() error { s.stops++; return s.turn() }
}

// turn saves.
func (s *shelf) turn() error {
	var b bytes.Buffer
	if err := s.save(&b); err != nil {
		return err
	}
	s.kept = b.Bytes()
	return nil
}

func shelfConfig(s *shelf) policy.Config {
	cfg := withShadows()
	cfg.Store, cfg.Timeout = s, time.Minute
	return cfg
}

// An engine that is closed, and another one on the same store, decide as one
// that was never closed; and saving changes nothing.
func TestCloseInTheMiddle(t *testing.T) {
	t.Parallel()
	for seed := range seeds(2, 10) {
		acts := makeHistory(seed, historySize, true)
		want, whole := play(t, shelfConfig(newShelf()), acts)
		s := newShelf()
		var got []string
		now := dawn
		for part := range 3 {
			w := newTown(t, shelfConfig(s))
			w.now = now
			from, to := part*len(acts)/3, (part+1)*len(acts)/3
			half := (from + to) / 2
			got = append(got, run(t, w.e, &w.now, acts[from:half])...)
			if err := s.turn(); err != nil {
				t.Fatal(err)
			}
			got = append(got, run(t, w.e, &w.now, acts[half:to])...)
			for range 2 {
				w.must(w.e.Close())
			}
			now = w.now
		}
		differ(t, "with two restarts", want, got)
		if s.stops != 3 {
			t.Errorf("stopped %d times, want 3", s.stops)
		}
		whole.must(whole.e.Close())
		if last := whole.store.(*shelf); !bytes.Equal(last.kept, s.kept) {
			t.Error("what is kept in the end differs")
		}
	}
}

// A state that cannot be used keeps the engine from starting, and stays.
func TestKeptRefused(t *testing.T) {
	s := newShelf()
	w := newTown(t, shelfConfig(s))
	run(t, w.e, &w.now, makeHistory(1, 100, true))
	w.must(w.e.Close())
	good := s.kept
	other := newShelf()
	if err := newTown(t, func() policy.Config { c := shelfConfig(other); c.Secret = []byte("another"); return c }()).e.Close(); err != nil {
		t.Fatal(err)
	}
	newer := bytes.Clone(good)
	newer[len("decorum\n")]++
	flipped := bytes.Clone(good)
	flipped[len(flipped)/2] ^= 4
	for _, test := range []struct {
		name, why string
		kept      []byte
	}{
		{"empty", "cut short", []byte{}},
		{"half", "cut short", good[:len(good)/2]},
		{"a bit", "", flipped},
		{"newer", "version 3", newer},
		{"another Secret's", "another Secret", other.kept},
		{"something else", "no snapshot", []byte(strings.Repeat("x", 100))},
	} {
		s.kept = test.kept
		cfg := shelfConfig(s)
		cfg.Secret = []byte("town")
		_, err := policy.New(cfg)
		if !errors.Is(err, policy.ErrSnapshot) || !strings.Contains(err.Error(), test.why) || !strings.Contains(err.Error(), "remove it") {
			t.Errorf("%s: %v, want ErrSnapshot with %q and what to do", test.name, err, test.why)
		}
		if !bytes.Equal(s.kept, test.kept) {
			t.Errorf("%s: it was replaced", test.name)
		}
	}
}

// A store that is away at the start: the engine begins without the state, takes
// it up before it saves for the first time, and saves nothing in its place.
func TestKeptLate(t *testing.T) {
	s := newShelf()
	clock := func() time.Time { return peerClock.Add(24 * time.Hour) }
	cfg := shelfConfig(s)
	var seen witness
	cfg.Now, cfg.Signals = clock, []policy.SignalFunc{seen.signal}
	first := newTown(t, cfg)
	for i := range 20 {
		first.send(pitched(i, i, 0))
	}
	first.preview(pitched(50, 50, time.Hour))
	campaign := seen.cluster
	if campaign.Senders < 12 {
		t.Fatalf("no campaign: %+v", campaign)
	}
	first.must(first.e.Close())
	good := s.kept

	s.away = errors.New("away")
	var faults []error
	late := func(secret string) *town {
		cfg.Secret = []byte(secret)
		cfg.Hooks.Fault = func(_ context.Context, err error) { faults = append(faults, err) }
		return newTown(t, cfg)
	}
	w := late("town")
	if len(faults) != 2 || !errors.Is(faults[1], s.away) {
		t.Errorf("told of %v, want one for the records and one for the state", faults)
	}
	if err := s.turn(); !errors.Is(err, s.away) || !bytes.Equal(s.kept, good) {
		t.Errorf("a turn while it is away: %v", err)
	}
	s.away = nil
	if err := s.turn(); err != nil {
		t.Fatal(err)
	}
	if w.preview(pitched(50, 50, time.Hour)); !cmp.Equal(seen.cluster, campaign) {
		t.Errorf("taken up late: %+v, want %+v", seen.cluster, campaign)
	}
	if !bytes.Equal(s.kept, good) {
		t.Error("what was saved then differs from what was kept")
	}

	// Under another Secret it never is.
	s.away = errors.New("away")
	w = late("another")
	s.away = nil
	faults = nil
	for range 2 {
		if err := s.turn(); !errors.Is(err, policy.ErrSecret) {
			t.Errorf("under another Secret: %v, want ErrSecret", err)
		}
	}
	if err := w.e.Close(); !errors.Is(err, policy.ErrSecret) || !bytes.Equal(s.kept, good) {
		t.Errorf("closed under another Secret: %v", err)
	}
	if len(faults) != 3 {
		t.Errorf("told of %v", faults)
	}

	// What is damaged by then is not replaced either.
	s.away = errors.New("away")
	late("town")
	s.away, s.kept = nil, good[:100]
	faults = nil
	if err := s.turn(); !errors.Is(err, policy.ErrSnapshot) || len(s.kept) != 100 || len(faults) != 1 {
		t.Errorf("damaged meanwhile: %v, told of %v", err, faults)
	}
	s.kept = good
	if err := s.turn(); err != nil {
		t.Errorf("once it is whole: %v", err)
	}
}
