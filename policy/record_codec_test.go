package policy

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/cespare/xxhash/v2"

	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/scoring"
	"github.com/decorum-go/decorum/similarity"
)

// The form of a record, from the inside: that it is read as it was written, keeps
// to its size, and that no bytes harm whoever reads them. What a host sees of it is
// in record_test.go.

var codecDawn = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

// filler fills a record at random; share is how full it gets.
type filler struct {
	*rand.Rand
	share float64
	now   time.Time
}

func (f filler) n(most int) int {
	if f.share >= 1 {
		return most
	}
	return f.IntN(int(f.share*float64(most)) + 1)
}
func (f filler) who() uint64 { return f.Uint64() & (1<<48 - 1) }
func (f filler) sec() uint32 { return uint32(f.now.Unix()) - uint32(f.IntN(20*24*3600)) }
func (f filler) word(n int) string {
	b := make([]byte, f.n(n))
	for i := range b {
		b[i] = 'a' + byte(f.IntN(26))
	}
	return string(b)
}

func (f filler) windows() (w limiter.Windows) {
	t := f.now.Add(-8 * 24 * time.Hour)
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
		d.Add(clock(f.sec()), f.Float64()*9, time.Hour)
	}
	return d
}

func (f filler) responses() (r scoring.Responses) {
	for range 1 + f.n(40) {
		at := clock(f.sec())
		r.Add(at, 1)
		if f.IntN(3) == 0 {
			r.Answer(at, at.Add(time.Hour), 1)
		}
	}
	return r
}

func (f filler) course() (c course) {
	c = course{policy: f.Uint32(), halfLife: 45 * 24 * 3600, forget: .05}
	for range f.n(maxStrikes) {
		c.add(strike{at: f.sec(), mass: 1 + f.Float32(), id: f.Uint32(), wasAt: f.sec(), wasMass: .5, wasID: f.Uint32()})
	}
	for range f.n(maxTaints) {
		c.addTaint(taint{cluster: f.Uint64(), id: f.Uint32()})
	}
	c.opened, c.acted, c.struck, c.found = f.sec(), f.sec(), f.IntN(2) == 0, f.IntN(2) == 0
	c.warned, c.ignored = f.sec(), uint16(f.Uint32())
	c.released, c.probe = f.sec(), 3600
	c.stay = stay{kind: Restriction, scope: Messaging, perDay: 10, until: f.sec()}
	c.mark = mark{at: f.sec(), fanFast: f.decayed(), fanSlow: f.decayed(), replies: f.responses()}
	for i := range f.n(maxTexts) {
		c.mark.texts[i] = textMark{fast: f.decayed(), slow: f.decayed(), cold: uint16(f.Uint32())}
	}
	return c
}

func (f filler) sanction(past bool) (s sanction) {
	s = sanction{
		id: f.Uint64() | 1, kind: Kind(1 + f.IntN(5)), scope: Scope(f.IntN(4)), perDay: uint16(f.Uint32()),
		from: f.sec(), until: uint32(f.now.Unix()) + 3600, review: f.sec(), policy: f.word(45), message: f.word(keptName), by: f.word(keptName),
		origin: strings.Repeat("o", 16),
		appeal: appeal{id: f.Uint64() | 1, at: f.sec(), outcome: RulingOutcome(f.IntN(4)), pending: 1, ruled: f.sec(), by: f.word(keptName), note: f.word(keptName)},
	}
	if past {
		s.until = s.from + 1
		s.lifted = lifting{at: f.sec(), by: f.word(keptName), note: f.word(keptName)}
	}
	var rs []Reason
	for range f.n(keptReasons) {
		rs = append(rs, Reason{Code: []Code{"host." + Code(f.word(60)), CodeDuplicate}[f.IntN(2)], Value: f.Float64(), Limit: 3, N: f.IntN(99), Share: -f.Float64()})
	}
	s.keep(rs)
	return s
}

func (f filler) record() *record {
	r := &record{name: f.word(MaxID), newest: f.now.UnixMilli(), born: f.sec()}
	r.messages, r.people, r.channel, r.channels = f.windows(), f.windows(), f.Uint32(), f.windows()
	for range f.n(maxPersons) {
		r.persons[r.nPersons] = person{who: f.who(), turns: f.windows()}
		r.nPersons++
	}
	for range f.n(300) {
		r.contacts.put(uint32(f.now.Unix())-40*24*3600+uint32(f.IntN(30)), contact{who: f.who(), first: f.sec(), flags: uint8(f.IntN(4))})
	}
	for range f.n(maxEarlier) {
		r.origins.see(Key{byte(f.Uint32()), byte(f.Uint32()), byte(f.Uint32()), 1})
	}
	for range f.n(maxOpen) {
		r.open.add(approach{
			who: f.who(), asked: f.sec(), last: uint16(f.Uint32()), turns: uint8(f.Uint32()), slot: uint8(f.IntN(maxTexts)), slots: uint8(f.Uint32()),
			flags: uint8(f.IntN(4)), fan: uint16(f.Uint32()), text: uint16(f.Uint32()),
		})
	}
	for range f.n(200) {
		r.late.put(&approach{who: f.who(), asked: f.sec(), fan: uint16(f.Uint32())})
	}
	r.reached, r.fanFast, r.fanSlow, r.replies = f.decayed(), f.decayed(), f.decayed(), f.responses()
	at := clock(f.sec())
	for range f.n(64) {
		at = at.Add(time.Duration(f.IntN(90_000)) * time.Millisecond)
		r.rhythm.AddCoarse(at, 0)
	}
	h := similarity.NewHasher([]byte("key"))
	for range f.n(maxTexts) {
		var s similarity.Sketch
		h.Sketch(&s, fmt.Sprint(f.Uint64(), "a text with some words", f.Uint64(), "in it", f.Uint64(), f.Uint64()))
		e := &r.texts.at[r.texts.n]
		*e = text{sketch: s.Compact(), cluster: f.Uint64(), last: f.sec(), mean: f.sec(), asked: 9, answered: 3, people: 12, cold: 9}
		e.fast.Add(f.now, 3, textFastHalf)
		e.slow.Add(f.now, 3, textSlowHalf)
		r.texts.n++
	}
	for range f.n(maxPrints) {
		r.prints.add(print{id: f.Uint32(), content: f.Uint32(), at: f.sec(), score: f.Float64(), retry: f.Uint32() & retryMask, people: uint16(f.Uint32()), verdict: Verdict(1 + f.IntN(5)), flags: 1})
	}
	for range f.n(maxReports) {
		r.complaints.add(report{who: f.who(), at: f.sec(), id: uint16(f.Uint32()), weight: uint8(f.Uint32()), about: uint8(f.IntN(6))})
	}
	r.course = f.course()
	for range f.n(maxShadows) {
		r.shadows[r.nShadows] = f.course()
		r.nShadows++
	}
	for i := range f.n(maxStanding) {
		r.sanctions = append(r.sanctions, f.sanction(i%2 == 0))
	}
	r.ordinal, r.kind = uint16(f.Uint32()), Class(f.word(20))
	r.order = order{verdict: Hold, until: f.sec(), by: f.word(keptName), note: f.word(keptName)}
	r.reporter = reporter{all: 9, agreed: 3}
	for i := range r.reporter.seen {
		r.reporter.seen[i] = f.Uint32()
	}
	for range f.n(maxOrigin) {
		r.origin.set(guilt{who: f.who(), at: f.sec(), mass: f.Float32() + 1})
	}
	return r
}

// TestRecordRoundTrip: what is encoded is what is decoded, field by field.
func TestRecordRoundTrip(t *testing.T) {
	for seed := range uint64(200) {
		f := filler{rand.New(rand.NewPCG(seed, 1)), .4, codecDawn}
		r := f.record()
		b := r.encode(nil)
		var got record
		if err := got.decode(b); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if again := got.encode(nil); !bytes.Equal(again, b) {
			t.Fatalf("seed %d: encoded again it is %d bytes, first %d", seed, len(again), len(b))
		}
		got.unknown = nil
		x, y := reflect.ValueOf(*r), reflect.ValueOf(got)
		for i := range x.NumField() {
			if !reflect.DeepEqual(fieldOf(x, i), fieldOf(y, i)) {
				t.Errorf("seed %d: %s comes back as\n%+v, was\n%+v", seed, x.Type().Field(i).Name, y.Field(i), x.Field(i))
			}
		}
		if t.Failed() {
			return
		}
	}
}

// fieldOf is a field in words, in which an empty slice is like none, and NaN
// would be like itself.
func fieldOf(v reflect.Value, i int) string { return fmt.Sprintf("%#v", v.Field(i)) }

// TestRecordCap: with everything at its maximum a record sheds what it can do
// without, keeps to 4,096 bytes, and loses nothing that a sanction rests on.
func TestRecordCap(t *testing.T) {
	for seed := range uint64(20) {
		f := filler{rand.New(rand.NewPCG(seed, 2)), 1, codecDawn}
		r := f.record()
		// An account's record: origins and reporters have records of their own.
		r.reporter, r.origin.n = reporter{}, 0
		if seed%2 == 0 { // all that it can have at once stand
			for i := range r.sanctions {
				r.sanctions[i].lifted, r.sanctions[i].until = lifting{}, forever
			}
		}
		raw := len(r.encode(nil))
		if raw <= maxRecord {
			t.Fatalf("seed %d: %d bytes need no shedding; the test shows nothing", seed, raw)
		}
		strikes, reports := r.course.strikes, r.complaints
		standing := len(r.standing(nil, "x", uint32(codecDawn.Unix())))
		b := r.appendTo(nil)
		t.Logf("%d bytes, from %d", len(b), raw)
		if len(b) > maxRecord {
			t.Errorf("seed %d: %d bytes, from %d", seed, len(b), raw)
		}
		var got record
		if err := got.decode(b); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if got.course.strikes != strikes || got.complaints != reports {
			t.Errorf("seed %d: strikes or complaints were shed", seed)
		}
		if n := len(got.standing(nil, "x", uint32(codecDawn.Unix()))); n != standing || got.name != r.name {
			t.Errorf("seed %d: %d of %d sanctions stand, of %q", seed, n, standing, got.name)
		}
		if again := got.appendTo(nil); !bytes.Equal(again, b) {
			t.Errorf("seed %d: what was shed once is shed again", seed)
		}
	}
}

// reseal makes the checksum of a record right again.
func reseal(b []byte) []byte {
	binary.LittleEndian.PutUint32(b[1:], uint32(xxhash.Sum64(b[5:])))
	return b
}

// seedRecords are records of all sizes.
func seedRecords() (all [][]byte) {
	for seed := range uint64(6) {
		for _, share := range []float64{0, .1, .5, 1} {
			all = append(all, filler{rand.New(rand.NewPCG(seed, 4)), share, codecDawn}.record().appendTo(nil))
		}
	}
	return all
}

// stable makes the checksum right, or nobody would get behind it, and decodes:
// what is taken is the same when it is encoded, decoded and encoded again. It
// reports whether it is taken.
func stable(t *testing.T, data []byte) bool {
	t.Helper()
	data = bytes.Clone(data)
	if len(data) >= headerSize {
		reseal(data)
	}
	var r, again record
	if err := r.decode(data); err != nil {
		if !errors.Is(err, ErrRecord) || !r.empty() {
			t.Fatalf("%v, want ErrRecord and an empty record", err)
		}
		return false
	}
	b := r.encode(nil)
	if err := again.decode(b); err != nil {
		t.Fatalf("what was decoded and encoded is refused: %v", err)
	}
	if c := again.encode(nil); !bytes.Equal(b, c) {
		t.Fatalf("not stable:\n%x\n%x", b, c)
	}
	return true
}

// FuzzRecordDecode: bytes from anywhere never make decode panic.
func FuzzRecordDecode(f *testing.F) {
	for _, data := range seedRecords() {
		f.Add(data)
	}
	f.Add([]byte{recordVersion})
	f.Fuzz(func(t *testing.T, data []byte) { stable(t, data) })
}

// TestRecordMutations: nor do records with a few bytes changed.
func TestRecordMutations(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	seeds, taken := seedRecords(), 0
	for range 2000 {
		b := bytes.Clone(seeds[rng.IntN(len(seeds))])
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
