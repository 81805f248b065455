package state

import (
	"bytes"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy/internal/ladder"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/wire"
	"github.com/decorum-go/decorum/similarity"
)

var update = flag.Bool("update", false, "rewrite testdata/records.txt: the form of a record is meant to change")

const goldenFile = "testdata/records.txt"

const goldenHead = `# What records are encoded as, section by section, little endian. TestGolden
# compares it, and reads it. A program in production has such bytes: a row that
# changes means a new major version. go test ./policy/internal/state -update
`

// A golden is a record made by hand.
type golden struct {
	name, says string
	r          *Record
}

func goldens() []golden {
	at := stamp.Of(dawn)
	r := func() *Record { return &Record{Newest: dawn.UnixMilli(), Born: at - 40*day} }
	reporter := r()
	for i := range uint32(5) {
		reporter.Reporter.Ruled(1000+2*i, i != 1)
	}
	origin := r()
	origin.OriginStrikes.Set(OriginStrike{Who: 0x0102030405, At: at, Mass: 1.5})
	origin.OriginStrikes.Set(OriginStrike{Who: 0x0a0b0c, At: at, Mass: .5})
	origin.OriginStrikes.See(0x0d0e0f)
	var proof, file Record
	if err := proof.Decode(EncodeProof(Key{0: 0xaa, 15: 0xbb}, Incarnation{5, 3}, nil)); err != nil {
		panic(err)
	}
	var rekeyed, copying, copied Record
	if err := rekeyed.Decode(EncodeProof(Key{0: 0xcc}, Incarnation{5, 3}, []byte{1, 2, 3})); err != nil {
		panic(err)
	}
	if err := errors.Join(copying.Decode(EncodeCopying(Key{0: 0xaa}, Incarnation{6, 5}, nil)), copied.Decode(EncodeCopied(Key{0: 0xaa}, Incarnation{6, 5}, nil))); err != nil {
		panic(err)
	}
	file.Touch(dawn)
	file.File([]Details{{ID: 7, Policy: "default@0011223344556677", By: "moderator", NReasons: 1, Reasons: [MaxReasons]Reason{{Index: 1, Value: 3, N: 2}}}}, func(uint64) bool { return true })
	returned := r()
	returned.AddReport(Report{Who: 0x0a0000000001, At: at - hour, Weight: 80})
	returned.Begin(dawn.AddDate(2, 0, 0), dawn.AddDate(2, 0, 0), time.Minute, &testRules)
	returned.DecayTo(at+2*365*day, &testRules, nil)
	returned.Touch(dawn.AddDate(2, 0, 0))
	returned.Enforced = Track{} // what rules were applied last is not kept of a clean log
	doubted := r()
	doubted.Enforced.Ladder.Impose(ladder.Entry{ID: 0x0b, At: at - hour, Until: at + 30*day, Kind: ladder.Suspension}, &testRules)
	for _, years := range []int{-2, 1, -1} {
		clock := dawn.AddDate(years, 0, 0)
		doubted.Begin(clock, clock, time.Minute, &testRules)
		doubted.Touch(clock)
	}
	pursued := r()
	pursued.TurnedAway.Add(dawn, 4, TurnedAwayHalf)
	pursued.Cleared.Add(dawn, 2, ClearedHalf)
	var s similarity.Sketch
	for i, text := range []string{"shall we meet at the harbour on Sunday and take the boat to the island", "please vote for my niece, it takes but a moment and helps her a lot"} {
		testHasher.Sketch(&s, text)
		pursued.Echoes.Send(dawn, &s, 3+i)
	}
	for i := range uint32(5) {
		pursued.Gone.Add(&RecentDecision{ID: 0x01020304 + i, Content: 0x0a0b, At: at - 2*hour*(i/3), Verdict: Allow + Verdict(i%2)})
	}
	pursued.Queue = Queue{3, at + 60}
	for i := range uint64(40) {
		pursued.Audience.Reach(at, 0x0a0000000000+i)
	}
	told := r()
	for i := range uint64(3) {
		told.Tell(0x0a0000000001+i, dawn)
	}
	refused := r()
	refused.RefusedBy.Put(Refusal{Who: 0x0a0000000001, At: refused.Born}, MaxRefusedBy, true)
	refused.RefusedBy.Put(Refusal{Who: 0x0a0000000002, At: refused.Born + 60, Block: true}, MaxRefusedBy, true)
	refused.Refuses.Put(Refusal{Who: 0x0a0000000003, At: refused.Born, Block: true}, MaxRefuses, false)
	month := r()
	month.Messages.KeepMonth(dawn.AddDate(0, 0, -30))
	for i := range 90 {
		month.Messages.Add(dawn.Add(time.Duration(i-90)*8*time.Hour), 1)
	}
	pest := month.Wait(dawn.AddDate(0, 0, -9), Attempt{Who: 0x0a0000000001, Asked: at - 9*day, Slot: NoSlot, Flags: WasDelivered})
	pest.BeginTurn(at-9*day, 1)
	month.TurnsOf(pest, true).Add(dawn, 1)
	shown := r()
	for i, text := range []string{"the sale ends tonight, come and see", "look at what I found by the river"} {
		testHasher.Sketch(&s, text)
		e := &shown.Texts.Ring[shown.BeginText(dawn, &s)]
		e.Last, e.Cluster, e.Beside = at, 0xc1, uint64(i)*0xd2
	}
	full := r()
	full.Full = Full{at + hour, hour, 30}
	asking := r()
	for i := range 5 {
		asking.Requests.Send(dawn.AddDate(0, 0, i/2-3))
	}
	asking.Requests.Warn(at - hour)
	asking.Requests.accept(at-2*day, dawn, 1)
	owing := r()
	owing.Owe(`{"what":"braked"}`)
	owing.Owe(`{}`)
	inbox := r()
	for i := range 3 {
		inbox.Inbox.Receive(dawn.Add(time.Duration(i)*time.Minute), i == 1)
	}
	inbox.Inbox.Answered.Add(dawn.Add(time.Hour), 1, InboxHalf)
	counted := r()
	for i := range uint32(3) {
		counted.Tally = counted.Tally.Add(nil, dawn.Add(time.Duration(i)*time.Minute), []Addition{
			{Sum: Sum{0xa1, time.Hour, false}}, {Sum: Sum{0xb2, 24 * time.Hour, true}, Who: []uint32{i / 2}},
		})
	}
	many := make([]uint32, 40)
	for i := range many {
		many[i] = uint32(i)
	}
	counted.Tally = counted.Tally.Add(nil, dawn.Add(time.Hour), []Addition{{Sum: Sum{0xc3, 7 * 24 * time.Hour, true}, Who: many}})
	return []golden{
		{"empty", "nothing but the header", &Record{}},
		{"member", "5 days: two who answered, one who was asked twice, one text, origins, three decisions", goldenMember(r())},
		{"sanctioned", "a Warning, then a Block that stands and is appealed against, an order, a shadow, a complaint", goldenSanctioned(r())},
		{"rekeyed", "that of a store whose Secret was changed", &rekeyed},
		{"reporter", "five findings, four of them right", reporter},
		{"origin", "two accounts with strikes, and one without", origin},
		{"proof", "of a Secret, and the incarnation of the store", &proof},
		{"copying", "of a store that is being copied into", &copying},
		{"copied", "of one that was, and is not used yet", &copied},
		{"file", "details of a past sanction", &file},
		{"known texts", "a part of the bank of texts, of the second edition", &Record{Newest: dawn.UnixMilli(), Born: at, Bank: []byte{2, 0, 0, 0, 1, 7}}},
		{"contacts", "5 contacts and 140 approached who fell out of the exact list", goldenContacts(r())},
		{"earlier", "Bloom filters of such people, as an earlier release wrote them", goldenGenerations(r())},
		{"pursued", "turned four away, sent two texts to some people, reached 40, has five fingerprints of what went out, and three messages that wait", pursued},
		{"returned", "came back after two years: a complaint of that time sleeps for a week", returned},
		{"doubted", "was suspended, and met clocks that were two years behind, one ahead, and one behind", doubted},
		{"told", "three contacts of whom the host told", told},
		{"month", "90 messages in as many thirds of a day, and 2 to one person in nine, both counted over a month", month},
		{"refused", "one complained, one blocked it, and it blocked another one", refused},
		{"shown", "two texts, with the second of which a picture came", shown},
		{"full", "it gets no more first letters for an hour", full},
		{"asking", "five connection requests in three days, one accepted, and a warning", asking},
		{"owing", "two acts of which nobody was told yet", owing},
		{"tally", "three messages, two people, and some 40 people", counted},
		{"inbox", "three letters, one of a young account, one answered", inbox},
	}
}

func goldenMember(r *Record) *Record {
	t := dawn.Add(-5 * 24 * time.Hour)
	for i := range uint64(3) {
		t = t.Add(24 * time.Hour)
		who := 0x0a0000000001 + i
		r.Messages.Add(t, 1)
		r.People.Add(t, 1)
		r.Reached.Add(t, 1, ReachedHalf)
		r.FanFast.Add(t, 1, FanFastHalf)
		r.FanSlow.Add(t, 1, FanSlowHalf)
		r.Replies.Add(t, 1)
		r.Rhythm.AddCoarse(t.Add(time.Duration(i)*17*time.Second), 0)
		r.Contacts.Put(stamp.Of(t), Contact{Who: who, First: stamp.Of(t), Flags: WasStranger})
		a := r.Wait(t, Attempt{Who: who, Asked: stamp.Of(t), Slot: NoSlot, Flags: WasDelivered | WasAsked, Fan: WeightUnit})
		a.BeginTurn(stamp.Of(t), 1)
		r.Origins.See(Key{byte(i + 1), 3: 9})
		r.Recent.Add(RecentDecision{ID: uint32(i), Content: 7, At: stamp.Of(t), Score: .01, Verdict: Allow, People: 1})
		if i < 2 {
			r.Answer(who, t.Add(time.Hour), 1, false)
		}
	}
	r.Recent.Add(RecentDecision{ID: 9, Content: 8, At: stamp.Of(t), Score: .25, Verdict: Defer, Retry: 60, Flags: OnChannel})
	a := &r.Pending.At[0]
	r.TurnsOf(a, false).Add(t.Add(time.Hour), 1)
	a.BeginTurn(stamp.Of(t)+hour, 2)
	var s similarity.Sketch
	testHasher.Sketch(&s, "shall we meet at the harbour on Sunday and take the boat to the island")
	k := r.BeginText(t, &s)
	e := &r.Texts.Ring[k]
	e.Last, e.People, e.Strangers = stamp.Of(t), 1, 1
	e.Fast.Add(t, .5, TextFastHalf)
	e.Slow.Add(t, .5, TextSlowHalf)
	e.Ask(stamp.Of(t), 1)
	a.Slot, a.Slots, a.Text, a.Slow = 0, 1, WeightUnit/2, WeightUnit/2
	r.Class, r.Channel = "page", 5
	r.Channels.Add(t, 2)
	return r
}

func goldenContacts(r *Record) *Record {
	for i := range uint64(29 + 140) {
		k := Contact{Who: i * 0x9e3779b97f4a7c15 >> 16, First: r.Born + uint32(i)*hour, Flags: WasStranger}
		if i < 29 {
			k.Flags = IsContact
		}
		r.Contacts.Put(k.First, k)
	}
	return r
}

func goldenGenerations(r *Record) *Record {
	for i := range r.Contacts.gen {
		g := &r.Contacts.gen[i]
		g.from = r.Born + uint32(1-i)*day
		for k := range uint64(3) {
			bloomAdd(g.members[:], (k+1)*0x9e3779b97f4a>>uint(i))
			bloomAdd(g.strangers[:], (k+1)*0x5851f42d4c95>>uint(i))
		}
	}
	return r
}

func goldenSanctioned(r *Record) *Record {
	at := stamp.Of(dawn)
	r.Name = "sam"
	r.AddReport(Report{Who: 0x0a0000000001, At: at - hour, Message: 3, Weight: 80, About: 2 | ReportStranger})
	s := &r.Enforced.Ladder
	s.Advance(at-9*day, &testRules)
	for i, f := range []ladder.Finding{{Warn: true}, {Act: true}} {
		now := at - uint32(9-9*i)*day
		if s.Advance(now, &testRules) {
			panic("a Warning is no baseline")
		}
		id := NewID(Key{1}, fmt.Sprint(i), r.Ordinal, 0)
		e := s.Decide(f, now, &testRules, ladder.Granted, id).Entry
		e.Cluster = uint64(i) * 0xc1
		d := Details{ID: id, Review: uint32(i) * (at + day), Policy: "default@0011223344556677", Message: fmt.Sprint("m", i), Origin: "0123456789abcdef"}
		d.Reasons = [MaxReasons]Reason{{Index: 2, Value: 9.5, Limit: 6, Share: .5, N: 12, K: 3}, {Code: "host.links", Value: 1}}
		d.NReasons = 1 + i
		r.AddDetails(d)
	}
	s.Log[1].Flags |= ladder.Appealed
	r.Details[1].Appeal = Appeal{ID: 5, At: at, Note: "It was not me"}
	r.SetBaseline(&r.Enforced, at-2*day)
	s.Ignored = 4
	s.Conduct.Answer(at-3*day, 9)
	s.Conduct.Complain(at - day)
	r.Enforced.SanctionedBy[2] = 6
	r.Order = Order{Verdict: Hold, Until: at + day, By: "moderator", Note: "wait"}
	r.Shadows[0], r.NShadows = Track{Policy: 0xabcd}, 1
	r.Shadows[0].Ladder.Advance(at, &testRules)
	r.Shadows[0].Ladder.Decide(ladder.Finding{Warn: true}, at, &testRules, ladder.Granted, 3)
	return r
}

// describe writes a record as its sections, a line each.
func describe(b []byte) string {
	var s strings.Builder
	fmt.Fprintf(&s, "header %x\n", b[:headerSize])
	d := wire.Reader{B: b[headerSize:]}
	for len(d.B) > 0 && !d.Bad {
		before := d.B
		tag := d.U8()
		d.Sized()
		fmt.Fprintf(&s, "%s %x\n", sections[tag].name, before[:len(before)-len(d.B)])
	}
	return s.String()
}

// TestGolden: these records have these bytes, and these bytes are these records.
func TestGolden(t *testing.T) {
	var text strings.Builder
	text.WriteString(goldenHead)
	known := map[string]bool{}
	for _, g := range goldens() {
		b := g.r.Encode(nil)
		for name := range sectionSizes(b) {
			known[name] = true
		}
		text.WriteString(fmt.Sprintf("\n%s: %s; %d bytes\n%s", g.name, g.says, len(b), describe(b)))
	}
	for tag := 1; tag < len(sections); tag++ {
		if name := sections[tag].name; !known[name] && tag != tagEvicted {
			t.Errorf("no record has a section %s", name)
		}
	}
	if *update {
		if err := os.WriteFile(goldenFile, []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	file, err := os.ReadFile(goldenFile)
	if err != nil {
		t.Fatal(err)
	}
	if string(file) != text.String() {
		t.Errorf("%s is\n%s\nand should be\n%s", goldenFile, file, text.String())
	}
	blocks := strings.Split(string(file), "\n\n")[1:]
	for i, g := range goldens() {
		var b []byte
		for _, line := range strings.Split(strings.TrimSpace(blocks[i]), "\n")[1:] {
			part, err := hex.DecodeString(line[strings.LastIndexByte(line, ' ')+1:])
			if err != nil {
				t.Fatal(err)
			}
			b = append(b, part...)
		}
		var got Record
		if err := got.Decode(b); err != nil {
			t.Errorf("%s: %v", g.name, err)
		} else if !bytes.Equal(got.Encode(nil), b) || got.Newest != g.r.Newest || got.Pending != g.r.Pending || got.Enforced.Ladder != g.r.Enforced.Ladder {
			t.Errorf("%s is not read as it was written", g.name)
		}
	}
}
