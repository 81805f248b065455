package bank

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/decorum-go/decorum/policy/internal/judge"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/similarity"
)

var hasher = similarity.NewHasher([]byte("bank"))

// words makes texts out of 20,000 words.
func words(seed uint64) func(n int) string {
	r := rand.New(rand.NewPCG(1, 1))
	all := make([]string, 20_000)
	for i := range all {
		b := make([]byte, 3+r.IntN(6))
		for k := range b {
			b[k] = "etaoinshrdlucmfwypvbgkqjxz"[min(r.IntN(26), r.IntN(26))]
		}
		all[i] = string(b)
	}
	r = rand.New(rand.NewPCG(seed, 2))
	z := rand.NewZipf(r, 1.1, 4, uint64(len(all)-1))
	return func(n int) string {
		out := make([]string, n)
		for i := range out {
			out[i] = all[z.Uint64()]
		}
		return strings.Join(out, " ")
	}
}

func ruleOn(text string, a judge.Action) Rule {
	r := Rule{Action: a, At: 1, Until: stamp.Forever, By: "ada"}
	hasher.Sketch(&r.Sketch, text)
	if a == judge.TextFine {
		r.Wording = hasher.Wording(text)
	}
	r.ID = NameOf(a, &r.Sketch, r.Wording)
	if a == judge.TextEvidence {
		r.Nats = -1.5
	}
	return r
}

func (b *Bank) find(at uint32, text string) judge.Known {
	var s similarity.Sketch
	hasher.Sketch(&s, text)
	return b.Find(at, &s, new(Look), func() uint64 { return hasher.Wording(text) })
}

// TestNearest: the most similar sample speaks, and what is fine first where it is that.
func TestNearest(t *testing.T) {
	const bad, fine = "Win a new telephone today, answer within the hour and tell us your address in town", "Hi Anna, win a new telephone today at the party of our school, tickets are at the door, see you"
	var b Bank
	b.Put(ruleOn(bad, judge.TextReject))
	b.Put(ruleOn(fine, judge.TextFine))
	for text, want := range map[string]judge.Action{
		bad: judge.TextReject, fine: judge.TextFine, strings.Replace(fine, "Anna", "Bob", 1): judge.TextFine, fine + " and bring money": 0, "W1n a n3w telephone t0day! " + bad[27:]: judge.TextReject,
		"the minutes of the meeting are in the usual place": 0, "": 0,
	} {
		if got := b.find(5, text); got.Action != want {
			t.Errorf("%q: %+v, want action %d", text, got, want)
		}
	}
	r := ruleOn(bad, judge.TextHold)
	r.Until = 5
	b.Put(r)
	if got := b.find(4, bad); got.Action != judge.TextHold || got.Alike != 1 || got.Rule != r.ID {
		t.Errorf("before its end: %+v", got)
	}
	if got := b.find(5, bad); got.Rule != 0 {
		t.Errorf("at its end: %+v", got)
	}
}

// TestLook: a look finds what was put into the bank after it was begun, and nothing that
// was removed; one that serves for another text, and was made to forget, is of that.
func TestLook(t *testing.T) {
	text := words(6)
	var b Bank
	b.Put(ruleOn(text(30), judge.TextHold))
	r := ruleOn(text(30), judge.TextReject)
	other := ruleOn(text(30), judge.TextFlag)
	none := func() uint64 { return 0 }
	var l Look
	b.Begin(&l, &r.Sketch, func() {})
	if got := b.Find(2, &r.Sketch, &l, none); got.Rule != 0 {
		t.Errorf("found %+v in a bank without it", got)
	}
	b.Put(r)
	if got := b.Find(2, &r.Sketch, &l, none); got.Rule != r.ID {
		t.Errorf("put after the look began: %+v", got)
	}
	between := false
	b.Begin(&l, &r.Sketch, func() { between = true })
	if got := b.Find(2, &r.Sketch, &l, none); got.Rule != r.ID || !between {
		t.Errorf("%+v, between %t", got, between)
	}
	b.SetPage(PageOf(r.ID), nil)
	if got := b.Find(2, &r.Sketch, &l, none); got.Rule != 0 {
		t.Errorf("removed after the look began: %+v", got)
	}
	b.Put(other)
	b.Begin(&l, &r.Sketch, func() {})
	l.Forget()
	if got := b.Find(2, &other.Sketch, &l, none); got.Rule != other.ID {
		t.Errorf("of another text: %+v", got)
	}
}

// TestModel: pages that are set, as a process reads them from others, leave what a map
// holds; a text that is known by its cluster alone is bound when it is seen.
func TestModel(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	text := words(3)
	var b Bank
	model, texts := map[uint64]Rule{}, map[uint64]string{}
	pages := map[uint16][]Rule{}
	for range 3000 {
		s := text(12 + r.IntN(30))
		x := ruleOn(s, judge.Action(1+r.IntN(5)))
		texts[x.ID] = s
		if r.IntN(5) == 0 && x.Action != judge.TextFine {
			x.Sketch = similarity.Sketch{}
		}
		if r.IntN(3) == 0 && len(model) > 0 {
			for id := range model {
				x.ID = id
				break
			}
			page := PageOf(x.ID)
			pages[page], _ = Without(pages[page], x.ID)
			delete(model, x.ID)
			b.SetPage(page, pages[page])
			continue
		}
		page := PageOf(x.ID)
		pages[page] = With(pages[page], x)
		model[x.ID] = x
		data := AppendPage(nil, 1, pages[page])
		read, ok := DecodePage(page, data)
		if !ok || !bytes.Equal(AppendPage(nil, 1, read), data) {
			t.Fatal("a page is not read as it was written")
		}
		b.SetPage(page, read)
	}
	if b.Len() != len(model) || len(b.All()) != len(model) {
		t.Fatalf("%d rules, want %d", b.Len(), len(model))
	}
	unbound := 0
	for id, x := range model {
		if x.Sketch.Filled == 0 {
			unbound++
			if got := b.find(2, texts[id]); got.Rule == id {
				t.Fatalf("found %+v before it was seen", got)
			}
			if got := b.OfCluster(2, id, .6); got.Rule != id || got.Alike != .6 {
				t.Fatalf("by its cluster: %+v", got)
			}
			var s similarity.Sketch
			hasher.Sketch(&s, texts[id])
			b.Bind(&s)
		}
		if got := b.find(2, texts[id]); got.Rule != id || got.Action != x.Action || got.Nats != x.Nats || got.Alike != 1 {
			t.Errorf("%+v, want %+v", got, x)
		}
		if got := b.OfCluster(2, id, .6); got.Rule != 0 {
			t.Errorf("by its cluster, when it is bound: %+v", got)
		}
	}
	if unbound == 0 || b.unbound != 0 {
		t.Errorf("%d were known by their cluster, %d are", unbound, b.unbound)
	}
}

// TestEnded: the one that ended first gives way, and none that has not.
func TestEnded(t *testing.T) {
	var b Bank
	text := words(4)
	for i := range uint32(20) {
		r := ruleOn(text(30), judge.TextHold)
		r.Until = 100 + i
		b.Put(r)
	}
	if _, ok := b.Ended(99); ok {
		t.Error("one that has not ended gives way")
	}
	id, ok := b.Ended(105)
	if r, _ := b.Get(id); !ok || r.Until != 100 {
		t.Errorf("%+v gives way", r)
	}
}

// TestAlloc: to ask a bank allocates nothing.
func TestAlloc(t *testing.T) {
	var b Bank
	const text = "Hi Anna, win a new telephone today at the party of our school, tickets are at the door, see you"
	b.Put(ruleOn(text, judge.TextReject))
	var s similarity.Sketch
	hasher.Sketch(&s, strings.Replace(text, "Anna", "Roberta", 1))
	var l Look
	if a := testing.AllocsPerRun(100, func() { b.Begin(&l, &s, func() {}); b.Find(2, &s, &l, func() uint64 { return s.Exact }) }); a > 0 {
		t.Errorf("%v allocations", a)
	}
}

// TestMalformed: a page or a head that says something else than one form of it is refused.
func TestMalformed(t *testing.T) {
	x := ruleOn("Win a new telephone today, answer within the hour and tell us your address in town", judge.TextEvidence)
	page := PageOf(x.ID)
	good := AppendPage(nil, 3, []Rule{x})
	if got, ok := DecodePage(page, good); !ok || len(got) != 1 || got[0].Nats != x.Nats || Edition(good) != 3 {
		t.Fatalf("%+v, %t", got, ok)
	}
	if _, ok := DecodePage(page+1, good); ok {
		t.Error("of another page")
	}
	if _, ok := DecodePage(page, AppendPage(nil, 3, []Rule{x, x})); ok {
		t.Error("twice the same")
	}
	for _, wrong := range []func(r *Rule){
		func(r *Rule) { r.Action = 0 }, func(r *Rule) { r.Action = 6 }, func(r *Rule) { r.Nats = 0 }, func(r *Rule) { r.Action = judge.TextHold },
		func(r *Rule) { r.Sketch.Exact++ },
	} {
		bad := x
		wrong(&bad)
		if _, ok := DecodePage(page, AppendPage(nil, 3, []Rule{bad})); ok {
			t.Errorf("%+v is read", bad)
		}
	}
	for n := range good {
		if got, ok := DecodePage(page, good[:n]); ok && n != 0 && n != 5 {
			t.Errorf("the first %d bytes: %d rules", n, len(got))
		}
	}
}

func FuzzPage(f *testing.F) {
	text := words(9)
	var all []Rule
	for i := range 6 {
		r := ruleOn(text(30), judge.Action(1+i%5))
		r.ID = r.ID&^(Pages-1) | 5 // a page for all
		r.Sketch = similarity.Sketch{}
		all = With(all, r)
	}
	f.Add(uint16(5), AppendPage(nil, 7, all))
	x := ruleOn(text(30), judge.TextFine)
	f.Add(PageOf(x.ID), AppendPage(nil, 1, []Rule{x}))
	f.Fuzz(func(t *testing.T, page uint16, data []byte) {
		rules, ok := DecodePage(page, data)
		if !ok || len(data) == 0 {
			return
		}
		if again := AppendPage(nil, Edition(data), rules); !bytes.Equal(again, data) {
			t.Errorf("%x is read, and written as %x", data, again)
		}
		var b Bank
		b.SetPage(page, rules)
		for _, r := range rules {
			b.Bind(&r.Sketch)
		}
		if b.Len() != len(rules) {
			t.Errorf("%d rules, %d in the bank", len(rules), b.Len())
		}
	})
}

func FuzzHead(f *testing.F) {
	var h Head
	f.Add(h.Append(nil, 1))
	h[0], h[5], h[Pages-1] = 7, 1, 65535
	f.Add(h.Append(nil, 9))
	f.Fuzz(func(t *testing.T, data []byte) {
		var h, again Head
		if !h.Decode(data) || len(data) == 0 {
			return
		}
		b := h.Append(nil, Edition(data))
		if !again.Decode(b) || !reflect.DeepEqual(h, again) {
			t.Errorf("%x is read, and written as %x", data, b)
		}
	})
}

// TestFull: a head of all pages fits into a record, and so do 40 rules with long notes: a
// page of a full bank has more than that once in two million.
func TestFull(t *testing.T) {
	var h Head
	for i := range h {
		h[i] = 40_000
	}
	if n := len(h.Append(nil, 1<<31)); n > MaxPage {
		t.Errorf("a full head has %d bytes", n)
	}
	text := words(8)
	var rules []Rule
	for i := range uint64(40) {
		x := ruleOn(fmt.Sprint(text(20), i), judge.TextEvidence)
		x.By, x.Note = strings.Repeat("y", 64), strings.Repeat("x", 64)
		rules = With(rules, x)
	}
	if n := len(AppendPage(nil, 1, rules)); n > MaxPage {
		t.Errorf("%d rules have %d bytes", len(rules), n)
	}
}
