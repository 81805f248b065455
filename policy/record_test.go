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
	"github.com/decorum-go/decorum/policy/internal/keys"
	"github.com/decorum-go/decorum/scoring"
	"github.com/decorum-go/decorum/similarity"
)

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
		f := filler{rand.New(rand.NewPCG(seed, 1)), .4, dawn}
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
		f := filler{rand.New(rand.NewPCG(seed, 2)), 1, dawn}
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
		standing := len(r.standing(nil, "x", uint32(dawn.Unix())))
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
		if n := len(got.standing(nil, "x", uint32(dawn.Unix()))); n != standing || got.name != r.name {
			t.Errorf("seed %d: %d of %d sanctions stand, of %q", seed, n, standing, got.name)
		}
		if again := got.appendTo(nil); !bytes.Equal(again, b) {
			t.Errorf("seed %d: what was shed once is shed again", seed)
		}
	}
}

// TestRecordUnknownSection: a section of a newer minor version is carried
// through, byte for byte, by a judgement too.
func TestRecordUnknownSection(t *testing.T) {
	w := lived(t)
	b := w.raw("ann")
	extra := append([]byte{lastTag + 1, 5}, "hello"...)
	extra = append(append(extra, 200, 0), lastTag+7, 2, 0xff, 0xfe)
	b = reseal(append(b, extra...))
	key := w.e.keys.Key(keys.Account, "ann")
	if err := w.e.store.Update(t.Context(), key, func([]byte) (Record, error) { return Record{Data: b}, nil }); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		w.pass(time.Hour)
		w.say("ann", "carl", "How do you do?")
	}
	if got := w.raw("ann"); !bytes.HasSuffix(got, extra) {
		t.Errorf("unknown sections were not carried through: …%x, want …%x", got[len(got)-len(extra):], extra)
	}
	if w.account("ann").Limits[2].Used != 4 {
		t.Error("what is known is not counted beside what is not")
	}
}

// reseal makes the checksum of a record right again.
func reseal(b []byte) []byte {
	binary.LittleEndian.PutUint32(b[1:], uint32(xxhash.Sum64(b[5:])))
	return b
}

// TestRecordRefused: a newer major version and any damage are refused, never
// taken for an empty record, and what is stored stays.
func TestRecordRefused(t *testing.T) {
	w := lived(t)
	good := w.raw("sam")
	key := w.e.keys.Key(keys.Account, "sam")
	put := func(b []byte) {
		t.Helper()
		if err := w.e.store.Update(t.Context(), key, func([]byte) (Record, error) { return Record{Data: b}, nil }); err != nil {
			t.Fatal(err)
		}
	}
	spoilt := map[string][]byte{"a newer major version": append([]byte{recordVersion + 1}, good[1:]...)}
	for n := 1; n < len(good); n += 7 {
		spoilt[fmt.Sprint("cut to ", n)] = good[:n]
	}
	for bit := 8; bit < 8*len(good); bit += 37 {
		b := bytes.Clone(good)
		b[bit/8] ^= 1 << (bit % 8)
		spoilt[fmt.Sprint("bit ", bit)] = b
	}
	m := Message{ID: "x", Sender: "sam", Recipients: To("bea"), Text: "hello", At: w.now}
	for what, b := range spoilt {
		put(b)
		d, err := w.e.Evaluate(t.Context(), m)
		if !errors.Is(err, ErrRecord) {
			t.Fatalf("%s: error %v, want ErrRecord", what, err)
		}
		if d.Verdict != Hold || !d.Degraded {
			t.Errorf("%s: %v, degraded %v; want it held", what, d.Verdict, d.Degraded)
		}
		if !bytes.Equal(w.raw("sam"), b) {
			t.Errorf("%s: what is stored was changed", what)
		}
		if err := w.e.Record(t.Context(), Complaint{From: "bea", Against: "sam", Message: "m"}); !errors.Is(err, ErrRecord) {
			t.Errorf("%s: a complaint: %v", what, err)
		}
	}
	put(good)
	if d, err := w.e.Evaluate(t.Context(), m); err != nil || d.Verdict != Reject {
		t.Errorf("whole again: %v, %v; want the block to stand", d.Verdict, err)
	}
}

// TestRecordSize: what the record of a typical member takes: 14 messages to 7
// people, of whom he wrote to two first, and one of these never answered (real
// people: the median share is .51).
func TestRecordSize(t *testing.T) {
	for _, c := range []struct {
		name  string
		texts bool
		most  int
	}{{"without text", false, 400}, {"with text", true, 750}} {
		t.Run(c.name, func(t *testing.T) {
			var sum, worst, n, ring int
			for seed := range uint64(20) {
				h := &history{Rand: rand.New(rand.NewPCG(seed, 3))}
				w := newTown(t, Config{})
				text := func() string {
					if c.texts {
						return h.text(6 + h.IntN(12))
					}
					return ""
				}
				for i := range 14 {
					w.pass(time.Duration(h.IntN(24)) * time.Hour)
					k := i % 7
					friend := fmt.Sprint("friend", k)
					if i < 7 && k > 1 {
						w.say(friend, "ann", text())
					}
					w.say("ann", friend, text())
					if k > 0 {
						w.pass(time.Duration(h.IntN(300)) * time.Minute)
						w.say(friend, "ann", text())
					}
				}
				size := len(w.raw("ann"))
				sum, worst, n, ring = sum+size, max(worst, size), n+1, ring+w.record("ann").texts.n
			}
			t.Logf("%s: mean %d bytes, worst %d, %.1f texts in the ring", c.name, sum/n, worst, float64(ring)/float64(n))
			if sum/n > c.most {
				t.Errorf("a typical member takes %d bytes, want at most %d", sum/n, c.most)
			}
		})
	}
}

// FuzzRecordDecode: bytes from anywhere never make decode panic, and what it
// takes is stable: decoded, encoded, decoded and encoded it is the same. The
// checksum is made right, or the fuzzer would never get behind it.
func FuzzRecordDecode(f *testing.F) {
	for seed := range uint64(6) {
		for _, share := range []float64{0, .1, .5, 1} {
			f.Add(filler{rand.New(rand.NewPCG(seed, 4)), share, dawn}.record().appendTo(nil))
		}
	}
	f.Add([]byte{recordVersion})
	f.Fuzz(func(t *testing.T, data []byte) {
		data = bytes.Clone(data)
		if len(data) >= headerSize {
			reseal(data)
		}
		var r, again record
		if err := r.decode(data); err != nil {
			if !errors.Is(err, ErrRecord) {
				t.Fatalf("error %v, want ErrRecord", err)
			}
			if len(data) > 0 && !r.empty() {
				t.Fatal("refused, and not empty")
			}
			return
		}
		b := r.encode(nil)
		if err := again.decode(b); err != nil {
			t.Fatalf("what was decoded and encoded is refused: %v", err)
		}
		if c := again.encode(nil); !bytes.Equal(b, c) {
			t.Fatalf("not stable:\n%x\n%x", b, c)
		}
		// Whatever it holds can be judged and described.
		e := fuzzEngine()
		defer func() {
			if p := recover(); p != nil {
				t.Fatalf("judging it panics: %v", p)
			}
		}()
		e.judgeRecord(t, b)
	})
}

// judger judges one message against any record.
type judger struct {
	e   *Engine
	now time.Time
}

func fuzzEngine() *judger {
	j := &judger{now: dawn}
	e, err := New(Config{Secret: []byte("fuzz"), Store: NewMemory(16), Shadow: []*Policy{Observe()}, Now: func() time.Time { return j.now },
		Index: similarity.IndexConfig{MaxClusters: 64}})
	if err != nil {
		panic(err)
	}
	j.e = e
	return j
}

func (j *judger) judgeRecord(t *testing.T, data []byte) {
	key := j.e.keys.Key(keys.Account, "ann")
	if err := j.e.store.Update(t.Context(), key, func([]byte) (Record, error) { return Record{Data: data}, nil }); err != nil {
		t.Fatal(err)
	}
	m := Message{ID: "x", Sender: "ann", Recipients: To("bea", "carl"), Text: "A text of some length that goes to several people at once", At: j.now}
	for range 2 {
		if d, err := j.e.Evaluate(t.Context(), m); err != nil || !(d.Score >= 0 && d.Score <= 1) {
			t.Fatalf("Evaluate: %v, score %v", err, d.Score)
		}
		if _, err := j.e.Account(t.Context(), "ann"); err != nil && !errors.Is(err, ErrNotFound) { // a record of the year 3000 has expired
			t.Fatalf("Account: %v", err)
		}
		for _, ev := range []Event{
			Complaint{From: "bea", Against: "ann", Message: "x", At: j.now}, Reply{From: "carl", To: "ann", At: j.now},
			Review{Account: "ann", Abusive: true, At: j.now},
		} {
			if err := j.e.Record(t.Context(), ev); err != nil && !errors.Is(err, ErrNotFound) {
				t.Fatalf("Record(%T): %v", ev, err)
			}
		}
		j.now = j.now.Add(time.Hour)
		m.ID += "y"
	}
}

// TestRecordMutations: records with a few bytes changed and the checksum made
// right are refused, or stable and judged like any other.
func TestRecordMutations(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	var seeds [][]byte
	for seed := range uint64(6) {
		for _, share := range []float64{0, .1, .5, 1} {
			seeds = append(seeds, filler{rand.New(rand.NewPCG(seed, 4)), share, dawn}.record().appendTo(nil))
		}
	}
	taken := 0
	for i := range 600 / slowdown {
		b := bytes.Clone(seeds[rng.IntN(len(seeds))])
		for range 1 + rng.IntN(4) {
			b[5+rng.IntN(len(b)-5)] = []byte{0, 255, byte(rng.Uint32())}[rng.IntN(3)]
		}
		reseal(b)
		var r, again record
		if err := r.decode(b); err != nil {
			if !errors.Is(err, ErrRecord) || !r.empty() {
				t.Fatalf("mutation %d: %v", i, err)
			}
			continue
		}
		taken++
		c := r.encode(nil)
		if err := again.decode(c); err != nil || !bytes.Equal(again.encode(nil), c) {
			t.Fatalf("mutation %d is not stable: %v", i, err)
		}
		fuzzEngine().judgeRecord(t, c)
	}
	if taken < 300/slowdown {
		t.Errorf("only %d mutations were taken: the test shows little", taken)
	}
}
