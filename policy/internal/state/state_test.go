package state

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cespare/xxhash/v2"

	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/policy/internal/ladder"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/scoring"
	"github.com/decorum-go/decorum/similarity"
)

// noon is when the records of these tests end.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

var rules = ladder.Rules{
	HalfLife: 45 * 24 * time.Hour, Forget: .05, Warned: .5, Offence: 1, Defiant: 1.5, Hysteresis: .4, WarningFresh: 7 * 24 * 3600, Incident: 24 * 3600,
	Steps: []ladder.Step{
		{Strikes: .4, Kind: ladder.Warning}, {Strikes: .9, Kind: ladder.Block, Scope: ladder.Outreach, For: 24 * 3600},
		{Strikes: 2.7, Kind: ladder.Restriction, Scope: ladder.Messaging, PerDay: 10},
		{Strikes: 4, Kind: ladder.Suspension, Scope: ladder.WholeAccount, For: 30 * 24 * 3600},
	},
}

// A filler fills a record at random; share is how full it gets.
type filler struct {
	*rand.Rand
	share float64
}

func fill(seed uint64, share float64) *Record {
	return filler{rand.New(rand.NewPCG(seed, 4)), share}.record()
}

func (f filler) n(most int) int {
	if f.share >= 1 {
		return most
	}
	return f.IntN(int(f.share*float64(most)) + 1)
}

func (f filler) who() uint64 { return f.Uint64() & (1<<48 - 1) }

func (f filler) sec() uint32 { return stamp.Of(noon) - uint32(f.IntN(20*24*3600)) }

func (f filler) word(n int) string {
	b := make([]byte, f.n(n))
	for i := range b {
		b[i] = 'a' + byte(f.IntN(26))
	}
	return string(b)
}

func (f filler) windows() (w limiter.Windows) {
	t := noon.Add(-8 * 24 * time.Hour)
	for range f.n(3000) {
		t = t.Add(time.Duration(f.IntN(4*60)) * time.Second)
		if f.IntN(5) == 0 {
			w.Refuse(t, 1)
		} else {
			w.Add(t, 1+f.IntN(9))
		}
	}
	return w
}

func (f filler) decayed() (d scoring.Decayed) {
	for range 1 + f.n(30) {
		d.Add(stamp.Time(f.sec()), f.Float64()*9, time.Hour)
	}
	return d
}

func (f filler) responses() (r scoring.Responses) {
	for range 1 + f.n(40) {
		at := stamp.Time(f.sec())
		r.Add(at, 1)
		if f.IntN(3) == 0 {
			r.Answer(at, at.Add(time.Hour), 1)
		}
	}
	return r
}

// track has offences half a day to 10 days apart, and some sanctions by hand.
func (f filler) track(policy uint32) (t Track) {
	t.Policy = policy
	now := stamp.Of(noon) - 100*24*3600
	for i := range f.n(14) {
		now += uint32(12*3600 + f.IntN(9*24*3600))
		t.Ladder.Advance(now, &rules)
		id := f.Uint64() | 1
		switch {
		case i%4 == 3:
			t.Ladder.Impose(ladder.Entry{ID: id, At: now, Kind: ladder.Block, Scope: ladder.Messaging, Until: stamp.Forever}, &rules)
		default:
			if e := t.Ladder.Decide(ladder.Finding{Warn: true, Act: f.IntN(4) > 0}, now, &rules, ladder.Granted, id).Entry; e != nil {
				e.Cluster = f.Uint64()
				t.Ladder.Replace(e)
			}
		}
	}
	if t.Ladder.Blank() {
		t.Ladder = ladder.State{} // the rules that it saw last are not kept
	} else {
		t.Ladder.Ignored = uint16(f.IntN(9))
	}
	t.Baseline = Baseline{At: f.sec(), FanFast: f.decayed(), FanSlow: f.decayed(), Reached: f.decayed(), Complained: f.decayed(), Replies: f.responses()}
	for i := range f.n(MaxTexts) {
		t.Baseline.Texts[i] = TextBaseline{Fast: f.decayed(), Slow: f.decayed(), Strangers: uint16(f.Uint32())}
		t.SanctionedBy[i] = f.Uint32()
	}
	return t
}

func (f filler) details(id uint64) Details {
	d := Details{
		ID: id, Review: f.sec(), Policy: f.word(45), Message: f.word(64), By: f.word(64), Origin: strings.Repeat("o", 16),
		Appeal: Appeal{ID: f.Uint64() | 1, At: f.sec(), Ruled: f.sec(), Pending: true, By: f.word(64), Note: f.word(64)},
	}
	for range f.n(MaxReasons) {
		q := Reason{Index: uint8(f.IntN(3)), Value: f.Float32(), Limit: 3, N: int32(f.IntN(99)), Share: -f.Float32()}
		if q.Index == 0 {
			q.Code = "host." + f.word(60)
		}
		d.Reasons[d.NReasons] = q
		d.NReasons++
	}
	return d
}

func (f filler) record() *Record {
	r := &Record{Name: f.word(256), Newest: noon.UnixMilli(), Born: f.sec(), Class: f.word(20)}
	r.Messages, r.People, r.Channel, r.Channels = f.windows(), f.windows(), f.Uint32(), f.windows()
	for range f.n(MaxTurns) {
		r.Turns[r.NTurns] = TurnCounts{Who: f.who(), Turns: f.windows()}
		r.NTurns++
	}
	for range f.n(300) {
		r.Contacts.Put(stamp.Of(noon)-40*24*3600+uint32(f.IntN(30)), Contact{Who: f.who(), First: f.sec(), Flags: ContactFlags(f.IntN(4))})
	}
	for range f.n(1 + maxEarlier) {
		r.Origins.See(Key{byte(f.Uint32()), byte(f.Uint32()), byte(f.Uint32()), 1})
	}
	for range f.n(250) {
		r.Wait(noon, Attempt{
			Who: f.who(), Asked: f.sec(), Minutes: uint16(f.Uint32()), Turns: uint8(f.Uint32()), Slot: uint8(f.IntN(MaxTexts)), Slots: uint8(f.Uint32()),
			Flags: AttemptFlags(f.IntN(4)), Fan: uint16(f.Uint32()), Text: uint16(f.Uint32()), Slow: uint16(f.Uint32()),
		})
	}
	r.Reached, r.Complained, r.FanFast, r.FanSlow, r.Replies = f.decayed(), f.decayed(), f.decayed(), f.decayed(), f.responses()
	at := stamp.Time(f.sec())
	for range f.n(64) {
		at = at.Add(time.Duration(f.IntN(90_000)) * time.Millisecond)
		r.Rhythm.AddCoarse(at, 0)
	}
	h := similarity.NewHasher([]byte("key"))
	for range f.n(MaxTexts) {
		var s similarity.Sketch
		h.Sketch(&s, fmt.Sprint(f.Uint64(), "a text with some words", f.Uint64(), "in it", f.Uint64(), f.Uint64()))
		e := &r.Texts.Ring[r.Texts.N]
		*e = Text{Sketch: s.Compact(), Cluster: f.Uint64(), Last: f.sec(), Mean: f.sec(), Asked: 9, Answered: 3, People: 12, Strangers: 9}
		e.Fast.Add(noon, 3, TextFastHalf)
		e.Slow.Add(noon, 3, TextSlowHalf)
		r.Texts.N++
	}
	for range f.n(MaxRecent) {
		r.Recent.Add(RecentDecision{
			ID: f.Uint32(), Content: f.Uint32(), At: f.sec(), Score: f.Float64(), Retry: f.Uint32() & maxRetry, People: uint16(f.Uint32()),
			Verdict: Verdict(1 + f.IntN(5)), Flags: RecentFlags(f.IntN(4)),
		})
	}
	for range f.n(MaxReports) {
		r.Complaints.add(Report{Who: f.who(), At: f.sec(), ID: uint16(f.Uint32()), Weight: uint8(f.Uint32()), About: uint8(f.IntN(6))})
	}
	r.Enforced = f.track(0)
	for range f.n(MaxShadows) {
		r.Shadows[r.NShadows] = f.track(f.Uint32() | 1)
		r.NShadows++
	}
	for i := range r.Enforced.Ladder.N {
		if e := &r.Enforced.Ladder.Log[i]; e.Kind != 0 {
			r.AddDetails(f.details(e.ID))
		}
	}
	r.Order = Order{Verdict: Hold, Until: f.sec(), By: f.word(64), Note: f.word(64)}
	r.Reporter = Reporter{all: 9, agreed: 3}
	for i := range r.Reporter.seen {
		r.Reporter.seen[i] = f.Uint32()
	}
	for range f.n(maxOrigin) {
		r.OriginStrikes.Set(OriginStrike{Who: f.who(), At: f.sec(), Mass: f.Float32() + 1})
	}
	r.Proof = Key{byte(f.Uint32())}
	return r
}

// What is encoded is what is decoded, field by field.
func TestRoundTrip(t *testing.T) {
	for seed := range uint64(200) {
		r := fill(seed, .4)
		b := r.encode(nil)
		var got Record
		if err := got.Decode(b); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if again := got.encode(nil); !bytes.Equal(again, b) {
			t.Fatalf("seed %d: encoded again it is %d bytes, first %d", seed, len(again), len(b))
		}
		got.unknown = nil
		x, y := reflect.ValueOf(*r), reflect.ValueOf(got)
		for i := range x.NumField() {
			// In words an empty slice is like none.
			if p, q := fmt.Sprintf("%#v", x.Field(i)), fmt.Sprintf("%#v", y.Field(i)); p != q {
				t.Fatalf("seed %d: %s comes back as\n%s, was\n%s", seed, x.Type().Field(i).Name, q, p)
			}
		}
	}
}

// A full record has every section, and reads them one by one as all at once.
func TestSections(t *testing.T) {
	b := fill(1, 1).encode(nil)
	sizes := SectionSizes(b)
	for tag := 1; tag < len(sections); tag++ {
		s := sections[tag]
		if sizes[s.name] == 0 {
			t.Errorf("a full record has no section %s", s.name)
		}
		t.Logf("%-15s %5d bytes", s.name, sizes[s.name])
		var one Record
		if err := one.DecodeOnly(b, 1<<tag); err != nil {
			t.Fatal(err)
		}
		if again := one.encode(nil); SectionSizes(again)[s.name] != sizes[s.name] || len(SectionSizes(again)) != 2 {
			t.Errorf("%s by itself: %v", s.name, SectionSizes(again))
		}
	}
}

// With everything at its maximum a record sheds what it can do without, keeps to
// its size, and loses nothing that a sanction rests on.
func TestSize(t *testing.T) {
	for seed := range uint64(20) {
		r := fill(seed, 1)
		// An account's record: origins and reporters have records of their own.
		r.Reporter, r.OriginStrikes.N, r.Proof = Reporter{}, 0, Key{}
		raw := len(r.encode(nil))
		if raw <= MaxSize {
			t.Fatalf("seed %d: %d bytes need no shedding; the test shows nothing", seed, raw)
		}
		log, reports := r.Enforced.Ladder, r.Complaints
		var standing []uint64
		for i := range log.N {
			if e := &log.Log[i]; e.Stands(stamp.Of(noon)) {
				standing = append(standing, e.ID)
			}
		}
		b := r.Encode(nil)
		if len(b) > MaxSize {
			t.Errorf("seed %d: %d bytes, from %d", seed, len(b), raw)
		}
		var got Record
		if err := got.Decode(b); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if got.Enforced.Ladder != log || got.Complaints != reports || got.Name != r.Name {
			t.Errorf("seed %d: the ladder, complaints or the name were shed", seed)
		}
		for _, id := range standing {
			if got.DetailsOf(id) == nil {
				t.Errorf("seed %d: the details of a sanction that stands were shed", seed)
			}
		}
		if again := got.Encode(nil); !bytes.Equal(again, b) {
			t.Errorf("seed %d: what was shed once is shed again", seed)
		}
	}
}

// reseal makes the checksum of a record right again.
func reseal(b []byte) {
	binary.LittleEndian.PutUint32(b[1:], uint32(xxhash.Sum64(b[5:])))
}

// stable makes the checksum right, or nobody would get behind it, and decodes: what
// is taken is the same when it is encoded, decoded and encoded again. It reports
// whether it is taken.
func stable(t *testing.T, data []byte) bool {
	t.Helper()
	data = bytes.Clone(data)
	if len(data) >= headerSize {
		reseal(data)
	}
	Enforces(data)
	var r, again Record
	if err := r.Decode(data); err != nil {
		if _, ok := errors.AsType[*Malformed](err); !ok || !r.Empty() {
			t.Fatalf("%v, want *Malformed and an empty record", err)
		}
		return false
	}
	b := r.encode(nil)
	if err := again.Decode(b); err != nil {
		t.Fatalf("what was decoded and encoded is refused: %v", err)
	}
	if c := again.encode(nil); !bytes.Equal(b, c) {
		t.Fatalf("not stable:\n%x\n%x", b, c)
	}
	return true
}

// seeds are encoded records of all sizes.
func seeds() (all [][]byte) {
	for seed := range uint64(6) {
		for _, share := range []float64{0, .1, .5, 1} {
			all = append(all, fill(seed, share).Encode(nil))
		}
	}
	return all
}

// Bytes from anywhere never make Decode panic.
func FuzzDecode(f *testing.F) {
	for _, data := range seeds() {
		f.Add(data)
	}
	f.Add([]byte{version})
	f.Fuzz(func(t *testing.T, data []byte) { stable(t, data) })
}

// Nor do records with a few bytes changed.
func TestMutations(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	all, taken := seeds(), 0
	for range 2000 {
		b := bytes.Clone(all[rng.IntN(len(all))])
		for range 1 + rng.IntN(4) {
			b[5+rng.IntN(len(b)-5)] = []byte{0, 255, byte(rng.Uint32())}[rng.IntN(3)]
		}
		if stable(t, b) {
			taken++
		}
	}
	if taken < 1000 {
		t.Errorf("only %d mutations were taken: the test shows little", taken)
	}
}

// Another version, another sum and another order of sections are refused; a section
// that is not known is carried through.
func TestRefused(t *testing.T) {
	good := fill(2, .3).Encode(nil)
	for what, spoil := range map[string]func(b []byte) []byte{
		"version": func(b []byte) []byte { b[0]++; return b },
		"sum":     func(b []byte) []byte { b[2]++; return b },
		"order":   func(b []byte) []byte { b = append(b, tagName, 0x80, 0); reseal(b); return b },
		"cut":     func(b []byte) []byte { b = b[:len(b)-1]; reseal(b); return b },
	} {
		var r Record
		if _, ok := errors.AsType[*Malformed](r.Decode(spoil(slices.Clone(good)))); !ok || !r.Empty() {
			t.Errorf("another %s is taken", what)
		}
	}
	b := append(slices.Clone(good), 250, 2, 'h', 'i')
	reseal(b)
	var r Record
	if err := r.Decode(b); err != nil || !bytes.Equal(r.Encode(nil), b) {
		t.Errorf("a section of a newer version: %v", err)
	}
}
