package ladder

import (
	"bytes"
	"encoding/hex"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/wire"
)

var update = flag.Bool("update", false, "write the golden logs anew")

func read(b []byte) (s State, ok bool) {
	d := wire.Reader{B: b}
	s.Read(&d)
	return s, !d.Bad
}

// logs are those of testdata.
func logs() map[string]*State {
	r, now := rulebooks[0], uint32(1_700_000_000)
	out := map[string]*State{"clean": {}, "week": {}, "full": {}}
	s := out["week"]
	s.Advance(now, r)
	s.Decide(Finding{Warn: true}, now, r, Granted, 0xa1)
	e := s.Decide(Finding{Act: true}, now+hour, r, Granted, 0xa2).Entry
	e.Cluster, s.Ignored = 0xc1, 3
	s.Impose(Entry{ID: 0xa3, At: now + 2*hour, Kind: Restriction, Scope: Messaging, PerDay: 20, Until: stamp.Forever}, r)
	s.Lift(s.Find(0xa2), now+3*hour)
	s.Find(0xa2).Flags |= Appealed
	s.Confirmed = true

	s = out["full"]
	for i := range uint32(20) {
		at := now + i*9*day
		s.Advance(at, r)
		if e := s.Decide(Finding{Act: true}, at, r, Granted, uint64(i)+1).Entry; e != nil {
			s.Replace(e)
			if s.Lift(e, at+day); i == 17 {
				s.Overturn(e, at+2*day, r)
			}
		}
	}
	return out
}

// TestGolden compares the encoded logs with those in testdata. These are kept: what
// this version wrote, every later one reads.
func TestGolden(t *testing.T) {
	for name, s := range logs() {
		b, _ := s.AppendBinary(nil)
		file := filepath.Join("testdata", name+".hex")
		golden, err := os.ReadFile(file)
		if *update {
			head, _, _ := strings.Cut(string(golden), "\n")
			text := head + "\n" + strings.TrimSpace(hex.Dump(b)) + "\n"
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		_, dump, _ := strings.Cut(string(golden), "\n")
		if want := undump(t, dump); !bytes.Equal(b, want) {
			t.Errorf("%s: encoded as\n%swant\n%s", name, hex.Dump(b), dump)
		} else if back, ok := read(want); !ok || back != *s {
			t.Errorf("%s: read back as %+v, want %+v", name, back, s)
		}
	}
}

// undump is the reverse of hex.Dump.
func undump(t *testing.T, dump string) (b []byte) {
	for line := range strings.Lines(dump) {
		if len(line) < 60 {
			continue
		}
		part, err := hex.DecodeString(strings.ReplaceAll(line[10:58], " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		b = append(b, part...)
	}
	return b
}

// TestNewer: what a newer version appended to an entry is carried through, as long
// as there is room for it; what it can't know is refused.
func TestNewer(t *testing.T) {
	b, _ := logs()["week"].AppendBinary(nil)
	const entries = 12 // where those of this log begin: after parts, count, half-life, forget, ignored
	with := func(n int) []byte {
		size := int(b[entries])
		c := append(bytes.Clone(b[:entries+1+size]), bytes.Repeat([]byte{0xee}, n)...)
		c[entries] = byte(size + n)
		return append(c, b[entries+1+size:]...)
	}
	for n := 4; n <= 12; n++ { // the first 4 of them are of this version, too
		s, ok := read(with(n))
		if !ok {
			t.Fatalf("%d more bytes: refused", n)
		}
		if back, _ := s.AppendBinary(nil); !bytes.Equal(back, with(n)) {
			t.Errorf("%d more bytes are lost", n)
		}
		s.Log[0], s.Log[1] = s.Log[1], s.Log[0]
		if s.remove(0); s.Log[0].nRest != uint8(n-4) {
			t.Errorf("%d more bytes are lost when another entry goes", n)
		}
	}
	for what, c := range map[string][]byte{
		"13 more bytes of an entry": with(13), "3 more bytes of an entry": with(3), "more bytes of the log": append(bytes.Clone(b), 0),
		"a part more": append([]byte{b[0] | 1<<4}, b[1:]...), "too many entries": append([]byte{b[0], MaxEntries + 1}, b[2:]...),
	} {
		if _, ok := read(c); ok {
			t.Error(what, "is not refused")
		}
	}
	for n := range b {
		if _, ok := read(b[:n]); ok {
			t.Errorf("the first %d of %d bytes are not refused", n, len(b))
		}
	}
}

// FuzzRead reads any bytes: what is read is written as it was, and nothing that is
// done with it panics or makes it unreadable.
func FuzzRead(f *testing.F) {
	for _, s := range logs() {
		b, _ := s.AppendBinary(nil)
		f.Add(b, uint64(1))
	}
	f.Fuzz(func(t *testing.T, b []byte, seed uint64) {
		s, ok := read(b)
		if !ok {
			return
		}
		if back, _ := s.AppendBinary(nil); !bytes.Equal(back, b) {
			t.Fatalf("%x is written as %x", b, back)
		}
		rng := rand.New(rand.NewPCG(seed, 1))
		now := rng.Uint32()
		if s.N > 0 {
			now = s.Log[rng.IntN(s.N)].At
		}
		for range 12 {
			now += uint32(rng.IntN(3 * day))
			anything(rng, &s, now)
		}
		c, _ := s.AppendBinary(nil)
		if back, ok := read(c); !ok || back != s {
			t.Fatalf("%x is not read back", c)
		}
	})
}

// anything calls one of the methods.
func anything(rng *rand.Rand, s *State, now uint32) {
	r := rulebooks[rng.IntN(len(rulebooks))]
	e := pick(rng, s, func(*Entry) bool { return true })
	id := rng.Uint64()
	switch k := rng.IntN(10); {
	case k == 0:
		s.Advance(now, r)
	case k == 1:
		s.Severe(&Step{Kind: Suspension, Scope: WholeAccount}, now, r, id, id+1)
	case k == 2:
		s.Impose(Entry{ID: id, At: now, Kind: Block, Scope: Messaging, Until: now + 1}, r)
	case k == 3 && rng.IntN(4) == 0:
		s.Forget(now, r)
	case k < 6 && e != nil:
		s.Replacer(e)
		s.Overturn(e, now, r)
	case k == 6 && e != nil:
		s.Lift(e, now)
	default:
		f := Finding{Warn: rng.IntN(2) == 0, Act: rng.IntN(2) == 0}
		if n := len(r.Steps); n > 0 && rng.IntN(4) == 0 {
			f.Rated = &r.Steps[rng.IntN(n)]
		}
		if got := s.Decide(f, now, r, Grant(rng.IntN(3)), id); got.Entry != nil {
			s.Replace(got.Entry)
		}
	}
	s.Mass(now, r)
	s.Opened(r)
	s.Warned(now, r)
	s.Probation(now, .5, r)
	s.Flagged(id)
	s.Expires()
	s.Standing(now)
}
