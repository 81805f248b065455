package events

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// A scanner reads the lines that nearly all lines are: one flat object of
// strings, lists of strings and truth values. Whatever else JSON allows makes
// it give up, and encoding/json decides; a fuzz test holds the two together.
type scanner struct {
	s     string
	i     int
	lists *[]string // room for lists, which are parts of it
}

// scan fills w and reports true, or reports false and leaves w half full. Lists
// take up room in lists.
func scan(line string, w *wire, lists *[]string) bool {
	p := scanner{s: line, lists: lists}
	if !p.take('{') {
		return false
	}
	if p.take('}') {
		return p.end()
	}
	for {
		key, ok := p.str()
		if !ok || !p.take(':') || !p.value(key, w) {
			return false
		}
		if p.take(',') {
			continue
		}
		return p.take('}') && p.end()
	}
}

// space skips white space.
func (p *scanner) space() {
	for p.i < len(p.s) {
		switch p.s[p.i] {
		case ' ', '\t', '\r', '\n':
			p.i++
		default:
			return
		}
	}
}

// take skips white space, and c if it follows.
func (p *scanner) take(c byte) bool {
	p.space()
	if p.i < len(p.s) && p.s[p.i] == c {
		p.i++
		return true
	}
	return false
}

func (p *scanner) end() bool {
	p.space()
	return p.i == len(p.s)
}

// value reads what follows key.
func (p *scanner) value(key string, w *wire) bool {
	switch key {
	case "at":
		return p.into(&w.At)
	case "kind":
		return p.into(&w.Kind)
	case "from":
		return p.into(&w.From)
	case "to":
		return p.list(&w.To)
	case "text":
		return p.into(&w.Text)
	case "id":
		return p.into(&w.ID)
	case "relation":
		return p.into(&w.Relation)
	case "accepts":
		return p.into(&w.Accepts)
	case "protected":
		return p.truth(&w.Protected)
	case "class":
		return p.into(&w.Class)
	case "joined":
		return p.into(&w.Joined)
	case "origin":
		return p.into(&w.Origin)
	case "group":
		return p.into(&w.Group)
	case "channel":
		return p.into(&w.Channel)
	case "thread":
		return p.into(&w.Thread)
	case "reply":
		return p.truth(&w.Reply)
	case "delayed":
		return p.truth(&w.Delayed)
	case "edit":
		return p.truth(&w.Edit)
	case "against":
		return p.into(&w.Against)
	case "account":
		return p.into(&w.Account)
	case "sender":
		return p.into(&w.Sender)
	case "category":
		return p.into(&w.Category)
	case "message":
		return p.into(&w.Message)
	case "complaint":
		return p.into(&w.Complaint)
	case "by":
		return p.into(&w.By)
	case "abusive":
		return p.known(&w.Abusive)
	case "impersonated":
		return p.into(&w.Impersonated)
	case "outcome":
		return p.into(&w.Outcome)
	case "pledge":
		return p.truth(&w.Pledge)
	case "verdict":
		return p.into(&w.Verdict)
	case "until":
		return p.into(&w.Until)
	case "note":
		return p.into(&w.Note)
	case "abuse":
		return p.known(&w.Abuse)
	case "actor":
		return p.into(&w.Actor)
	case "of":
		return p.into(&w.Of)
	case "with":
		return p.list(&w.With)
	case "media":
		return p.list(&w.Media)
	case "composed", "nats", "attributes":
		return false
	}
	// A name that is not ours: skipped if it is a string. encoding/json takes
	// "From" for "from", so names that are not plain go there.
	for i := range len(key) {
		if c := key[i]; c >= utf8.RuneSelf || 'A' <= c && c <= 'Z' {
			return false
		}
	}
	var skipped string
	return p.into(&skipped)
}

func (p *scanner) into(s *string) bool {
	v, ok := p.str()
	*s = v
	return ok
}

func (p *scanner) truth(b *bool) bool {
	p.space()
	switch rest := p.s[p.i:]; {
	case strings.HasPrefix(rest, "true"):
		*b = true
		p.i += 4
	case strings.HasPrefix(rest, "false"):
		*b = false
		p.i += 5
	default:
		return false
	}
	return true
}

// known reads a truth value that may be missing. What it points to is shared.
func (p *scanner) known(b **bool) bool {
	var v bool
	if !p.truth(&v) {
		return false
	}
	*b = &no
	if v {
		*b = &yes
	}
	return true
}

var yes, no = true, false

func (p *scanner) list(to *names) bool {
	*to = nil // a second list replaces the first
	if !p.take('[') {
		return false
	}
	room := *p.lists
	begin := len(room)
	if p.take(']') {
		*to = names{}
		return true
	}
	for {
		name, ok := p.str()
		if !ok {
			return false
		}
		room = append(room, name)
		if p.take(',') {
			continue
		}
		*to, *p.lists = names(room[begin:len(room):len(room)]), room
		return p.take(']')
	}
}

// str reads a string. One without escapes is a part of the line.
func (p *scanner) str() (string, bool) {
	if !p.take('"') {
		return "", false
	}
	start, ascii := p.i, true
	for p.i < len(p.s) {
		switch c := p.s[p.i]; {
		case c == '"':
			v := p.s[start:p.i]
			p.i++
			return v, ascii || utf8.ValidString(v)
		case c == '\\':
			return p.escaped(start)
		case c < ' ':
			return "", false
		case c >= utf8.RuneSelf:
			ascii = false
		}
		p.i++
	}
	return "", false
}

// escaped reads on where the first backslash was found.
func (p *scanner) escaped(start int) (string, bool) {
	b := make([]byte, 0, len(p.s[start:p.i])+64)
	b = append(b, p.s[start:p.i]...)
	for p.i < len(p.s) {
		switch c := p.s[p.i]; {
		case c == '"':
			p.i++
			return string(b), utf8.Valid(b)
		case c < ' ':
			return "", false
		case c == '\\':
			ok := false
			if b, ok = p.escape(b); !ok {
				return "", false
			}
		default:
			b = append(b, c)
			p.i++
		}
	}
	return "", false
}

// escape appends what stands for an escape, and skips that.
func (p *scanner) escape(b []byte) ([]byte, bool) {
	if p.i+1 >= len(p.s) {
		return b, false
	}
	c := p.s[p.i+1]
	p.i += 2
	switch c {
	case '"', '\\', '/':
	case 'b':
		c = '\b'
	case 'f':
		c = '\f'
	case 'n':
		c = '\n'
	case 'r':
		c = '\r'
	case 't':
		c = '\t'
	case 'u':
		r, ok := p.unicode()
		return utf8.AppendRune(b, r), ok
	default:
		return b, false
	}
	return append(b, c), true
}

// unicode reads the digits of a character, or of the two halves of one.
func (p *scanner) unicode() (rune, bool) {
	r, ok := p.hex(p.i)
	if !ok {
		return 0, false
	}
	p.i += 4
	if !utf16.IsSurrogate(r) {
		return r, true
	}
	if strings.HasPrefix(p.s[p.i:], `\u`) {
		if low, ok := p.hex(p.i + 2); ok {
			if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
				p.i += 6
				return r, true
			}
		}
	}
	return utf8.RuneError, true
}

// hex reads the four digits at i.
func (p *scanner) hex(i int) (rune, bool) {
	if i+4 > len(p.s) {
		return 0, false
	}
	var r rune
	for _, c := range []byte(p.s[i : i+4]) {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}
