package similarity

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// What makes a template: at least this many messages, this many words that
// all have in common, and this share of all their words (percent).
const (
	templateMessages = 3
	templateWords    = 6
	templateShare    = 60
)

// A Template is what near-duplicates have in common: fixed words, and slots where
// they differ. Add the messages one by one; each is aligned with what was
// common so far. Only the first 256 words and signs of a message count.
//
// A Template keeps the common words as the first message has them, and hashes
// of what was in the slots. The zero Template is empty and ready to use. It is
// not safe for concurrent use.
type Template struct {
	key      uint64
	fixed    []token // what all messages have, in order
	slots    []slot  // slots[i] stands before fixed[i]; the last one at the end
	used     []bool  // whether slots[i] is there at all
	messages int
	words    int  // of all messages
	blind    bool // keeps no words, only their hashes
}

// Add aligns text with the template and reports whether it fits: whether
// enough stays in common. If not, the template is unchanged. Any text fits the
// empty template that has the words for one.
func (t *Template) Add(text string) bool {
	var room [128]token // for nearly all texts
	next := tokens(room[:0], text, t.key)
	words := countWords(next)
	if t.messages == 0 {
		if words < templateWords {
			return false
		}
		for i := range next {
			if t.blind {
				next[i].text = ""
			} else {
				next[i].text = strings.Clone(next[i].text) // not the whole message
			}
		}
		t.fixed, t.slots, t.used = slices.Clone(next), make([]slot, len(next)+1), make([]bool, len(next)+1)
		t.messages, t.words = 1, words
		return true
	}
	pairs := dropLoneSigns(align(t.fixed, next), t.fixed, next)
	common := 0
	for _, p := range pairs {
		if t.fixed[p[0]].word {
			common++
		}
	}
	if !enoughFixed(common, t.messages+1, t.words+words) {
		return false
	}
	t.merge(pairs, next)
	t.messages++
	t.words += words
	return true
}

func countWords(s []token) int {
	n := 0
	for i := range s {
		if s[i].word {
			n++
		}
	}
	return n
}

func enoughFixed(fixed, messages, words int) bool {
	return fixed >= templateWords && 100*fixed*messages >= templateShare*words
}

// merge keeps the tokens in pairs (their places in t.fixed and in next) and
// puts all others into slots.
func (t *Template) merge(pairs [][2]int, next []token) {
	fixed := make([]token, 0, len(pairs))
	slots := make([]slot, 0, len(pairs)+1)
	used := make([]bool, 0, len(pairs)+1)
	a, b := 0, 0
	gap := func(endA, endB int) {
		var s slot
		in := false
		if lost := t.fixed[a:endA]; len(lost) == 0 {
			s, in = t.slots[a], t.used[a]
		} else {
			// What was fixed becomes one value, or several slots become one.
			s.put(lost)
			for i := a; i <= endA; i++ {
				if t.used[i] {
					s.join(&t.slots[i])
				}
			}
			in = true
		}
		if value := next[b:endB]; in || len(value) > 0 {
			if !in {
				s.empty = true
			}
			s.put(value)
			in = true
		}
		slots, used = append(slots, s), append(used, in)
	}
	for _, p := range pairs {
		gap(p[0], p[1])
		fixed = append(fixed, t.fixed[p[0]])
		a, b = p[0]+1, p[1]+1
	}
	gap(len(t.fixed), len(next))
	t.fixed, t.slots, t.used = fixed, slots, used
}

// Messages is how many messages were added.
func (t *Template) Messages() int { return t.messages }

// Valid reports whether this is a template rather than texts that have
// something in common: three messages, at least six fixed words, and at least 60%
// of all words fixed.
func (t *Template) Valid() bool {
	return t.messages >= templateMessages && enoughFixed(countWords(t.fixed), t.messages, t.words)
}

// Slots returns the slots in the order of the text.
func (t *Template) Slots() []Slot {
	var out []Slot
	for i, s := range t.slots {
		if t.used[i] && s.known {
			out = append(out, Slot{Class: t.class(i), Distinct: s.values.count(), Optional: s.empty})
		}
	}
	return out
}

// class is the class of slot i; names are only where names are expected.
func (t *Template) class(i int) SlotClass {
	c := t.slots[i].class
	if c == SlotName && countWords(t.fixed[:i]) > 2 && countWords(t.fixed[i:]) > 0 {
		return SlotFree
	}
	return c
}

const (
	shownRunes = 160
	ellipsis   = "…"
)

// String shows the template as a person would write it, cut to 160 characters:
//
//	Hi {name}, I came across your profile at {free} and was …
func (t *Template) String() string { return t.format(false, shownRunes) }

// Detail shows all of the template, with the number of different values of each slot:
//
//	Hi {name·40}, I came across your profile at {free·38} and was impressed.
func (t *Template) Detail() string { return t.format(true, 1<<30) }

func (t *Template) format(cardinality bool, limit int) string {
	w := shown{room: limit}
	for i := range len(t.fixed) + 1 {
		slotted := i < len(t.slots) && t.used[i] && t.slots[i].known
		if slotted {
			s := "{" + t.class(i).String() + "}"
			if cardinality {
				s = fmt.Sprintf("{%v·%d}", t.class(i), t.slots[i].values.count())
			}
			w.write(i == 0 || spaced(t.fixed[i-1].text), s)
		}
		if i < len(t.fixed) {
			f := &t.fixed[i]
			text := cmp.Or(strings.ToValidUTF8(f.text, "\uFFFD"), ellipsis)
			w.write(f.space || slotted && f.word && spaced(text), text)
		}
	}
	return w.String()
}

// shown is the text of a template, cut where there is no more room.
type shown struct {
	strings.Builder
	room int // characters; negative once something was cut
}

func (w *shown) write(space bool, s string) {
	if w.room < 0 {
		return
	}
	if space && w.Len() > 0 {
		s = " " + s
	}
	if w.room -= utf8.RuneCountInString(s); w.room < 0 {
		s = " " + ellipsis
	}
	w.WriteString(s)
}

// spaced reports whether words written like this one have spaces between them.
func spaced(word string) bool {
	r, _ := utf8.DecodeRuneInString(word)
	return r < 0x0E00 || gramWidth(r) == 4
}

// fill returns a copy whose fixed words are written as text has them, for a
// template that was kept as hashes. What text does not have is an ellipsis.
func (t *Template) fill(text string) *Template {
	out := *t
	out.fixed, out.slots, out.used = slices.Clone(t.fixed), slices.Clone(t.slots), slices.Clone(t.used)
	next := tokens(nil, text, t.key)
	for _, p := range align(t.fixed, next) {
		out.fixed[p[0]].text = next[p[1]].text
		out.fixed[p[0]].space = next[p[1]].space
	}
	return &out
}

// appendBinary appends all but the words themselves.
func (t *Template) appendBinary(b []byte) []byte {
	le := binary.LittleEndian
	b = le.AppendUint64(b, t.key)
	b = le.AppendUint32(b, uint32(t.messages))
	b = le.AppendUint32(b, uint32(t.words))
	b = le.AppendUint16(b, uint16(len(t.fixed)))
	for i := range t.fixed {
		f := &t.fixed[i]
		b = le.AppendUint64(b, f.hash)
		b = append(b, boolByte(f.space)|boolByte(f.word)<<1, byte(f.class))
	}
	for i := range t.slots {
		s := &t.slots[i]
		b = append(b, boolByte(t.used[i])|boolByte(s.known)<<1|boolByte(s.empty)<<2, byte(s.class))
		if t.used[i] {
			b = s.values.appendBinary(b)
		}
	}
	return b
}

func readTemplate(r *reader) *Template {
	t := &Template{blind: true, key: r.u64(), messages: int(r.u32()), words: int(r.u32())}
	n := r.less(int(r.u16()), maxTokens+1)
	for range n {
		f := token{hash: r.u64()}
		flags := r.u8()
		f.space, f.word = flags&1 != 0, flags&2 != 0
		f.class = SlotClass(r.less(int(r.u8()), len(slotNames)))
		t.fixed = append(t.fixed, f)
	}
	t.slots, t.used = make([]slot, n+1), make([]bool, n+1)
	for i := range t.slots {
		s := &t.slots[i]
		flags := r.u8()
		t.used[i], s.known, s.empty = flags&1 != 0, flags&2 != 0, flags&4 != 0
		s.class = SlotClass(r.less(int(r.u8()), len(slotNames)))
		if t.used[i] {
			s.values.read(r)
		}
	}
	return t
}
