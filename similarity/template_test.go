package similarity

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestTemplate(t *testing.T) {
	var p Template
	g := grammar{rand.New(rand.NewPCG(1, 2))}
	for i := range 40 {
		s := fmt.Sprintf("Hi %s, I came across your profile at %s and was impressed. Call me on +44 7911 %06d or see https://x%d.example/%d today!", g.name(), g.company(), 100000+i, i, i)
		if !p.Add(s) {
			t.Fatalf("refused %q by %v", s, &p)
		}
		if p.Valid() != (i >= 2) {
			t.Errorf("after %d: valid %v", i+1, p.Valid())
		}
	}
	const want = "Hi {name}, I came across your profile at {free} and was impressed. Call me on {phone} or see {url} today!"
	if got := p.String(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for i, s := range p.Slots() {
		if want := []SlotClass{SlotName, SlotFree, SlotPhone, SlotURL}[i]; s.Class != want || s.Distinct < 18 || s.Distinct > 50 || s.Optional {
			t.Errorf("slot %d: %+v, want %v", i, s, want)
		}
	}
	before := p.Detail()
	for _, s := range []string{"", "Could you send me the minutes of the meeting we had on Thursday with the board?", "Hi Anna, I came across"} {
		if p.Add(s) || p.Detail() != before {
			t.Errorf("took %q", s)
		}
	}
}

func TestTemplateCases(t *testing.T) {
	for _, c := range []struct {
		name  string
		texts []string
		want  string
		valid bool
	}{
		{"two are not enough", []string{"one two three four five six seven", "one two three four five six eight"}, "one two three four five six {free}", false},
		{"identical", []string{"your parcel is ready for you to collect", "your parcel is ready for you to collect", "Your parcel is ready for you to collect!"}, "your parcel is ready for you to collect", true},
		{"passcodes", []string{"Your login code is 482913. Do not share it with anyone.", "Your login code is 102938. Do not share it with anyone.", "Your login code is 7731. Do not share it with anyone."}, "Your login code is {number}. Do not share it with anyone.", true},
		{"optional", []string{"please have a look at our new offer today", "please have a look at our brand new offer today", "please have a look at our new offer today"}, "please have a look at our {free} new offer today", true},
		{"disguised", []string{"please have a look at our new offer today", "pleаse hаve a l00k at our new offer today", "ｐｌｅａｓｅ have a look at our new offer today, Bob"}, "please have a look at our new offer today {name}", true},
		{"too short", []string{"happy birthday", "happy birthday"}, "", false},
		{"Russian", []string{"Привет, Анна! Посмотрите наше новое предложение по ипотеке сегодня", "Привет, Иван! Посмотрите наше новое предложение по ипотеке сегодня", "Привет, Ольга! Посмотрите наше новое предложение по ипотеке сегодня"}, "Привет, {name}! Посмотрите наше новое предложение по ипотеке сегодня", true},
		{"Chinese", []string{"王先生您好我们公司的新产品非常适合您", "李先生您好我们公司的新产品非常适合您", "张先生您好我们公司的新产品非常适合您"}, "{free}先生您好我们公司的新产品非常适合您", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			var p Template
			for _, s := range c.texts {
				p.Add(s)
			}
			if p.String() != c.want || p.Valid() != c.valid {
				t.Errorf("%q valid %v, want %q valid %v", p.String(), p.Valid(), c.want, c.valid)
			}
		})
	}
}

// The Index keeps hashes; the words come from the message at hand. A snapshot
// has the templates only on demand, and text in the clear never.
func TestIndexTemplate(t *testing.T) {
	h := NewHasher([]byte("key"))
	for _, keep := range []bool{false, true} {
		cfg := IndexConfig{MaxClusters: 100, MaxTemplates: 5, SnapshotText: keep}
		x := NewIndex(cfg)
		g := grammar{rand.New(rand.NewPCG(1, 2))}
		var c Cluster
		var text string
		for i := range 20 {
			text = fmt.Sprintf("Hi %s, I came across your profile at %s and was impressed by your work.", g.name(), g.company())
			c = x.Observe(t0, sketch(h, text), uint64(i), 1)
			x.AddText(h, c.ID, text)
		}
		p, ok := x.Template(c.ID, text)
		if want := "Hi {name}, I came across your profile at {free} and was impressed by your work."; !ok || p.String() != want {
			t.Fatalf("%v %v, want %s", p, ok, want)
		}
		if p, _ := x.Template(c.ID, "HI BOB, I CAME ACROSS YOUR FACE"); p.String() != "HI {name}, I CAME ACROSS … … … {free} … … … … YOUR ……" {
			t.Error(p.String())
		}
		var b bytes.Buffer
		x.Snapshot(&b)
		if bytes.Contains(b.Bytes(), []byte("profile")) || bytes.Contains(b.Bytes(), Fold(nil, "profile")) {
			t.Error("text in the clear")
		}
		y := NewIndex(cfg)
		if err := y.Restore(bytes.NewReader(b.Bytes())); err != nil {
			t.Fatal(err)
		}
		q, ok := y.Template(c.ID, text)
		if ok != keep {
			t.Errorf("template restored: %v, want %v", ok, keep)
		}
		if keep {
			if d := cmp.Diff(p.Detail(), q.Detail()); d != "" {
				t.Error(d)
			}
		}
		// The number of templates is bounded.
		for i := range 50 {
			s := words(g.r, 30)
			o := x.Observe(t0, sketch(h, s), uint64(i))
			x.AddText(h, o.ID, s)
		}
		if n := len(x.templates.list); n != 5 || len(x.templates.where) != 5 {
			t.Errorf("%d templates", n)
		}
	}
}

// TestAlignOracle compares the alignment with every common subsequence.
func TestAlignOracle(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var longest func(a, b []token) int
	longest = func(a, b []token) int {
		if len(a) == 0 || len(b) == 0 {
			return 0
		}
		n := max(longest(a[1:], b), longest(a, b[1:]))
		if a[0].hash == b[0].hash {
			n = max(n, 1+longest(a[1:], b[1:]))
		}
		return n
	}
	for range 300 {
		var s [2][]token
		for k := range s {
			for range r.IntN(9) {
				s[k] = append(s[k], token{hash: uint64(r.IntN(4)), word: true})
			}
		}
		pairs := align(s[0], s[1])
		if want := longest(s[0], s[1]); len(pairs) != want {
			t.Fatalf("%v and %v: %d pairs, want %d", s[0], s[1], len(pairs), want)
		}
		for i, p := range pairs {
			if s[0][p[0]].hash != s[1][p[1]].hash || i > 0 && (p[0] <= pairs[i-1][0] || p[1] <= pairs[i-1][1]) {
				t.Fatalf("not a common subsequence: %v", pairs)
			}
		}
	}
}

// TestWordRune: what is told of ASCII without a look into tables is what they say.
func TestWordRune(t *testing.T) {
	for r := range rune(utf8.RuneSelf) {
		if want := r == '_' || unicode.In(r, unicode.L, unicode.N, unicode.M); wordRune(r) != want {
			t.Errorf("%q: %v", r, !want)
		}
	}
}
