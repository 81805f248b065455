package state

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/policy/internal/ladder"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/wire"
	"github.com/decorum-go/decorum/scoring"
	"github.com/decorum-go/decorum/similarity"
)

// dawn is when the records of these tests are of.
var dawn = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

const (
	hour = 3600
	day  = 24 * hour
)

// testRules is a ladder as the default policy has it.
var testRules = ladder.Rules{
	HalfLife: 45 * 24 * time.Hour, Forget: .05, Warned: .5, Offence: 1, AfterWarning: 1.5, Hysteresis: .25,
	WarningFresh: 30 * day, Incident: day,
	Steps: []ladder.Step{
		{Strikes: .5, Kind: ladder.Warning, Scope: ladder.Outreach},
		{Strikes: 1, Kind: ladder.Block, Scope: ladder.Outreach, For: day},
		{Strikes: 2, Kind: ladder.Restriction, Scope: ladder.Messaging, PerDay: 10, For: 7 * day},
		{Strikes: 4, Kind: ladder.Suspension, Scope: ladder.WholeAccount, For: 30 * day, Review: 7 * day},
	},
}

// filler fills a record at random; share is how full it gets.
type filler struct {
	*rand.Rand
	share float64
	now   time.Time
}

func newFiller(seed, stream uint64, share float64) filler {
	return filler{rand.New(rand.NewPCG(seed, stream)), share, dawn}
}

func (f filler) n(most int) int {
	if f.share >= 1 {
		return most
	}
	return f.IntN(int(f.share*float64(most)) + 1)
}
func (f filler) who() uint64 { return f.Uint64() & (1<<48 - 1) }
func (f filler) sec() uint32 { return uint32(f.now.Unix()) - uint32(f.IntN(20*day)) }
func (f filler) word(n int) string {
	b := make([]byte, f.n(n))
	for i := range b {
		b[i] = 'a' + byte(f.IntN(26))
	}
	return string(b)
}

func (f filler) windows() (w limiter.Windows) {
	t := f.now.Add(-8 * 24 * time.Hour)
	if f.share < 1 && f.IntN(4) == 0 {
		w.KeepMonth(t)
	}
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

// log is a ladder that was lived: what comes out of its own functions.
func (f filler) log() (s ladder.State) {
	now := uint32(f.now.Unix()) - 60*day
	for range f.n(ladder.MaxEntries) {
		now += uint32(f.IntN(3 * day))
		s.Advance(now, &testRules)
		if f.IntN(4) == 0 {
			s.Impose(ladder.Entry{ID: f.Uint64() | 1, At: now, Until: now + 90*day, Kind: ladder.Restriction, Scope: ladder.Messaging, PerDay: 9}, &testRules)
			continue
		}
		res := s.Decide(ladder.Finding{Act: f.IntN(4) > 0, Warn: true}, now, &testRules, ladder.Granted, f.Uint64()|1)
		if res.Entry == nil {
			continue
		}
		res.Entry.Cluster = f.Uint64() & -uint64(f.IntN(2))
		switch f.IntN(5) {
		case 0:
			s.Lift(res.Entry, now+hour)
		case 1:
			res.Entry.Flags |= ladder.Appealed
		case 2:
			s.Overturn(res.Entry, now+hour, &testRules)
		}
	}
	if s.N > 0 {
		s.Ignored, s.Confirmed = uint16(f.Uint32()), f.IntN(2) == 0
	}
	return s
}

func (f filler) track(policy uint32) (t Track) {
	t = Track{Policy: policy, Ladder: f.log()}
	if f.n(1) == 0 {
		return t
	}
	b := &t.Baseline
	*b = Baseline{At: f.sec(), FanFast: f.decayed(), FanSlow: f.decayed(), Reached: f.decayed(), Complained: f.decayed(), Replies: f.responses()}
	for i := range f.n(MaxTexts) {
		e := f.text()
		b.Texts[i] = TextBaseline{Fast: e.Fast, Slow: e.Slow, Strangers: uint16(f.Uint32())}
		t.SanctionedBy[i] = f.Uint32()
	}
	return t
}

func (f filler) details(id uint64) (d Details) {
	d = Details{
		ID: id, Review: f.sec(), Policy: f.word(45), Message: f.word(64), By: f.word(64), Origin: strings.Repeat("o", 16),
		EndedBy: f.word(64), Note: f.word(64),
		Appeal: Appeal{ID: f.Uint64() | 1, At: f.sec(), Ruled: f.sec(), Pending: f.IntN(2) == 0, By: f.word(64), Note: f.word(64)},
	}
	for range f.n(MaxReasons) {
		q := Reason{Index: uint8(f.IntN(3)), Value: f.Float32(), Limit: 3, Share: -f.Float32(), N: int32(f.IntN(99)), K: int32(f.IntN(9))}
		if q.Index == 0 {
			q.Code = f.word(64)
		}
		d.Reasons[d.NReasons] = q
		d.NReasons++
	}
	return d
}

var testHasher = similarity.NewHasher([]byte("key"))

func (f filler) text() Text {
	var s similarity.Sketch
	testHasher.Sketch(&s, fmt.Sprint(f.Uint64(), "a text with some words", f.Uint64(), "in it", f.Uint64(), f.Uint64()))
	e := Text{
		Sketch: s.Compact(), Cluster: f.Uint64() & -uint64(f.IntN(2)), Last: f.sec(), Mean: f.sec(),
		Asked: uint16(f.IntN(300)), Answered: 3, People: uint16(f.Uint32()), Strangers: 9,
	}
	e.Beside = 3 * e.Cluster
	// A record keeps these sums in single precision.
	e.Fast.Ref = f.sec()
	e.Slow.Ref = e.Fast.Ref
	e.Fast.Sum, e.Slow.Sum = float64(f.Float32()*9), float64(f.Float32()*9)
	return e
}

func (f filler) fillPeople(r *Record) {
	for range f.n(MaxTurns) {
		if w := f.windows(); !w.IsZero() {
			r.Turns[r.NTurns] = TurnCounts{Who: f.who(), Turns: w}
			r.NTurns++
		}
	}
	for range f.n(300) {
		r.Contacts.Put(uint32(f.now.Unix())-40*day+uint32(f.IntN(30)), Contact{Who: f.who(), First: f.sec(), Flags: ContactFlags(f.IntN(int(storedFlags) + 1))})
	}
	for range f.n(150) {
		r.Contacts.tell(f.sec(), fingerprint(f.who()))
	}
	if f.n(1) == 1 {
		r.Contacts.gen[0].from = f.sec()
		bloomAdd(r.Contacts.gen[0].members[:], f.who())
	}
	for range f.n(maxEarlier) {
		r.Origins.See(Key{byte(f.Uint32()), byte(f.Uint32()), byte(f.Uint32()), 1})
	}
	for range f.n(MaxPending) {
		r.Pending.add(Attempt{
			Who: f.who(), Asked: f.sec(), Minutes: uint16(f.Uint32()), Turns: uint8(f.Uint32()), Slot: uint8(f.IntN(MaxTexts)), Slots: uint8(f.Uint32()),
			Flags: AttemptFlags(f.IntN(4)), Fan: uint16(f.Uint32()), Text: uint16(f.Uint32()), Slow: uint16(f.Uint32()),
		})
		if a := &r.Pending.At[r.Pending.N-1]; f.IntN(2) == 0 { // as most are
			a.Turns, a.Minutes, a.Slots, a.Fan, a.Slow = 1, 0, 1<<a.Slot, WeightUnit, a.Text
		} else if f.IntN(2) == 0 {
			a.Slot, a.Slots, a.Text, a.Slow = NoSlot, 0, 0, 0
		}
	}
	for range f.n(200) {
		r.Evicted.put(&Attempt{Who: f.who(), Asked: f.sec(), Fan: uint16(f.Uint32())})
	}
	for range f.n(MaxRecent) {
		r.Recent.Add(RecentDecision{
			ID: f.Uint32(), Content: f.Uint32(), At: f.sec(), Score: f.Float64(), Retry: f.Uint32() & maxRetry, People: uint16(f.Uint32()),
			Verdict: Verdict(1 + f.IntN(int(Reject))), Flags: OnChannel,
		})
		if f.IntN(2) == 0 { // as most are
			r.Recent.Add(RecentDecision{ID: f.Uint32(), Content: f.Uint32(), At: f.sec(), Score: .01, Verdict: Allow})
		}
	}
	for range f.n(MaxRefusedBy) {
		r.RefusedBy.Put(Refusal{f.who(), f.sec(), f.IntN(2) == 0}, MaxRefusedBy, true)
	}
	for range f.n(MaxRefuses) {
		r.Refuses.Put(Refusal{f.who(), f.sec(), f.IntN(2) == 0}, MaxRefuses, false)
	}
	for range f.n(MaxReports) {
		r.Complaints.add(Report{Who: f.who(), At: f.sec(), ID: uint16(f.Uint32()), Message: uint16(f.Uint32()), Weight: uint8(f.Uint32()), About: uint8(f.IntN(6))})
	}
}

// record makes a record with something of everything.
func (f filler) record() *Record {
	r := &Record{Name: f.word(256), Newest: f.now.UnixMilli(), Born: f.sec(), Class: f.word(20)}
	r.Messages, r.People = f.windows(), f.windows()
	if f.share >= 1 {
		r.People.KeepMonth(f.now)
	}
	if r.Channels = f.windows(); !r.Channels.IsZero() {
		r.Channel = f.Uint32()
	}
	f.fillPeople(r)
	r.Reached, r.Complained, r.FanFast, r.FanSlow, r.Replies = f.decayed(), f.decayed(), f.decayed(), f.decayed(), f.responses()
	at := stamp.Time(f.sec())
	for range f.n(64) {
		at = at.Add(time.Duration(f.IntN(90_000)) * time.Millisecond)
		r.Rhythm.AddCoarse(at, 0)
	}
	for range f.n(MaxTexts) {
		r.Texts.Ring[r.Texts.N] = f.text()
		r.Texts.N++
	}
	if r.Enforced = f.track(0); r.Enforced.blank() {
		r.Enforced = Track{}
	}
	for i := range f.n(MaxShadows) {
		r.Shadows[i] = f.track(f.Uint32() | 1)
		r.NShadows++
	}
	if !r.Enforced.Ladder.Blank() && f.n(1) == 1 {
		for i := range uint32(8) {
			r.Enforced.Ladder.Conduct.Answer(stamp.Of(f.now)-2*day*i, byte(i))
		}
		r.Enforced.Ladder.Conduct.Complain(stamp.Of(f.now) - 9*day)
		r.shareConduct()
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
	for range f.n(maxBehind) {
		r.OriginStrikes.Seen[r.OriginStrikes.NSeen] = f.Uint32()
		r.OriginStrikes.NSeen++
	}
	for range f.n(maxOrigin) {
		r.OriginStrikes.Set(OriginStrike{Who: f.who(), At: f.sec(), Mass: f.Float32() + 1})
	}
	if f.n(1) == 1 {
		r.Proof, r.Incarnation = Key{1, byte(f.Uint32())}, Incarnation{f.Uint64(), 1}
		r.Ring = []byte{1, 2, 3}
		r.Copied = [3]Copied{{}, {Copying, Key{2}}, {Phase: Unused}}[f.n(2)]
	}
	if f.n(1) == 1 {
		r.Bank = wire.Put64(nil, f.Uint64())
	}
	for range f.n(3) {
		r.Filed = append(r.Filed, f.details(f.Uint64()|1))
	}
	if f.n(1) == 1 {
		r.TurnedAway.Add(time.Unix(int64(f.sec()), 0), 3, TurnedAwayHalf)
		r.Cleared.Add(time.Unix(int64(f.sec()), 0), 2, ClearedHalf)
		for range 2 {
			var s similarity.Sketch
			testHasher.Sketch(&s, fmt.Sprint(f.Uint64(), "a text with some words", f.Uint64(), "in it", f.Uint64(), f.Uint64()))
			r.Echoes.Send(time.Unix(int64(f.sec()), 0), &s, 3)
		}
		for range 300 {
			r.Audience.Reach(f.sec(), f.who())
		}
		for i := range uint32(3 * MaxGone) {
			r.Gone.Add(&RecentDecision{ID: f.Uint32(), Content: f.Uint32(), At: stamp.Of(f.now) - 80_000 + 200*i, Verdict: Allow + Verdict(i%2)})
		}
		r.Queue.Join(stamp.Of(f.now), 90)
		at := f.sec()
		r.Leap, r.Back, r.asleep = Leap{From: at, Mid: at + 2*day, To: at + 9*day, N: 1}, Leap{From: at, Mid: at + day, To: f.sec()}, new(Record).encode(nil)
		r.Full = Full{f.sec(), hour, 30}
		r.Inbox = Inbox{f.windows(), f.windows(), f.decayed(), f.decayed()}
		for i := range 50 {
			r.Requests.Send(f.now.Add(time.Duration(i-50) * 30 * time.Hour))
		}
		r.Requests.Warn(f.sec())
		r.Owe("{")
		r.Tally = f.tally()
	}
	return r
}

// tally makes one of messages, of some people, and of a crowd.
func (f filler) tally() (t Tally) {
	for i := range 60 {
		now := f.now.Add(time.Duration(i-60) * time.Hour)
		few := Addition{Sum: Sum{2, 20 * time.Hour, true}, Who: []uint32{f.Uint32()}}
		t = t.Add(nil, now, []Addition{{Sum: Sum{1, 24 * time.Hour, false}}, few, {Sum: Sum{3, 48 * time.Hour, true}, Who: []uint32{f.Uint32()}}})
	}
	return t
}

// account makes the record of an account: what else there is has records of its own.
func (f filler) account() *Record {
	r := f.record()
	r.Reporter, r.OriginStrikes, r.Proof, r.Incarnation, r.Copied, r.Ring, r.Filed, r.Inbox, r.Bank, r.Tally = Reporter{}, OriginStrikes{}, Key{}, Incarnation{}, Copied{}, nil, nil, Inbox{}, nil, nil
	return r
}
