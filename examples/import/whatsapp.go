package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/decorum-go/decorum/examples/internal/events"
)

// An order is that of the parts of a date.
type order string

// Orders that WhatsApp's locales have.
const (
	dmy order = "dmy"
	mdy order = "mdy"
	ymd order = "ymd"
)

// whatsapp reads the text of an exported chat, or the zip in which it comes.
func (j *job) whatsapp(name string) error {
	return j.within(name, func(base string) bool { return strings.EqualFold(path.Ext(base), ".txt") }, func(name string, open opener) error {
		c := &whatsapp{job: j, name: name, chat: chatName(name)}
		var seen survey
		if err := c.lines(open, seen.line); err != nil {
			return err
		}
		if err := c.decide(&seen); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := c.lines(open, c.line); err != nil {
			return err
		}
		return c.flush()
	})
}

// chatName is the name of a chat by that of its file: _chat.txt says nothing.
func chatName(name string) string {
	base := path.Base(name)
	if dir := path.Base(path.Dir(name)); base == "_chat.txt" && dir != "." && dir != "/" {
		base = dir
	}
	return strings.TrimSuffix(base, path.Ext(base))
}

// A whatsapp reads one chat.
type whatsapp struct {
	*job
	name, chat string
	style      style
	order      order
	room       bool

	held  *events.Event // the last message, which may go on
	first int           // its line
}

// lines calls f with every line of the file. Of one that is too long the rest is
// left out.
func (c *whatsapp) lines(open opener, f func(n int, line string) error) error {
	in, err := open()
	if err != nil {
		return err
	}
	defer in.Close()
	r := bufio.NewReaderSize(in, 1<<20)
	if head, _ := r.Peek(2); bytes.Equal(head, []byte("\xff\xfe")) || bytes.Equal(head, []byte("\xfe\xff")) {
		return fmt.Errorf("%s: it is UTF-16: save it as UTF-8", c.name)
	}
	for n := 1; ; n++ {
		line, err := r.ReadSlice('\n')
		text := strings.ToValidUTF8(strings.TrimRight(string(line), "\r\n"), "\ufffd")
		for err == bufio.ErrBufferFull {
			_, err = r.ReadSlice('\n')
		}
		if err == io.EOF && text == "" {
			return nil
		}
		if err != nil && err != io.EOF {
			return fmt.Errorf("%s:%d: %w", c.name, n, err)
		}
		if err := f(n, text); err != nil {
			return err
		}
		if err == io.EOF {
			return nil
		}
	}
}

// A survey is what all lines of a file say about how its dates are meant.
type survey struct{ styles []*dates }

// dates are the dates of one style.
type dates struct {
	style
	n        int
	first    int // line
	readings []*reading
	differ   bool // the readings do
	writers  []string
}

// A reading is one order of the parts of the dates.
type reading struct {
	order
	wrong int // the line that it does not fit; 0: it fits all
	back  int // how often time would jump back by more than a day
	last  time.Time
}

func (v *survey) line(n int, line string) error {
	t, rest, ok := stamped(line)
	if !ok {
		return nil
	}
	i := slices.IndexFunc(v.styles, func(d *dates) bool { return d.style == t.style })
	if i < 0 {
		if len(v.styles) == 64 {
			return nil
		}
		d := &dates{style: t.style, first: n}
		switch {
		case t.year:
			d.readings = []*reading{{order: ymd}}
		case t.sep == '/':
			d.readings = []*reading{{order: dmy}, {order: mdy}}
		default: // no locale has 31.12. or 31-12- the other way round
			d.readings = []*reading{{order: dmy}}
		}
		i, v.styles = len(v.styles), append(v.styles, d)
	}
	v.styles[i].add(n, &t, rest)
	return nil
}

func (d *dates) add(n int, t *stamp, rest string) {
	d.n++
	var at []time.Time
	for _, r := range d.readings {
		when, ok := t.time(r.order, time.UTC)
		if !ok && r.wrong == 0 {
			r.wrong = n
		}
		if ok && when.Before(r.last.Add(-26*time.Hour)) {
			r.back++
		}
		if ok {
			r.last = when
		}
		at = append(at, when)
	}
	d.differ = d.differ || len(at) == 2 && !at[0].Equal(at[1])
	if who, _, ok := author(rest); ok && len(d.writers) < 3 && !slices.Contains(d.writers, who) {
		d.writers = append(d.writers, who)
	}
}

// time reads the stamp in an order, in a zone.
func (t *stamp) time(o order, zone *time.Location) (time.Time, bool) {
	y, m, d := t.part[2], t.part[1], t.part[0]
	switch o {
	case mdy:
		m, d = d, m
	case ymd:
		y, d = d, y
	}
	switch {
	case y < 100:
		y += 2000
	case y > 2400: // as Thais count
		y -= 543
	}
	if m < 1 || m > 12 || d < 1 || d > time.Date(y, time.Month(m)+1, 0, 0, 0, 0, 0, time.UTC).Day() {
		return time.Time{}, false
	}
	return time.Date(y, time.Month(m), d, t.clock24(), t.minute, t.second, 0, zone), true
}

// decide finds out how the file is written, from all of it.
func (c *whatsapp) decide(v *survey) error {
	var most *dates
	for _, d := range v.styles {
		if most == nil || d.n > most.n {
			most = d
		}
	}
	if most == nil {
		return errors.New("no line begins with a date, a time and a name, as WhatsApp writes them")
	}
	c.style, c.room = most.style, c.grouped || len(most.writers) > 2
	switch c.order = c.dates; c.order {
	case dmy, mdy, ymd:
		return nil
	case "":
	default:
		return fmt.Errorf("-dates %s: dmy, mdy or ymd is expected", c.order)
	}
	var fit []*reading
	for _, r := range most.readings {
		if r.wrong == 0 {
			fit = append(fit, r)
		}
	}
	if len(fit) == 0 {
		r := most.readings[0]
		return fmt.Errorf("line %d: its date does not go with the others, in any order of day and month", r.wrong)
	}
	if len(fit) == 2 && most.differ {
		if (fit[0].back == 0) == (fit[1].back == 0) {
			return fmt.Errorf("dates such as in line %d are a day and a month, or a month and a day: both fit the whole file. Say which with -dates dmy or -dates mdy", most.first)
		}
		if fit[0].back > 0 {
			fit[0], fit[1] = fit[1], fit[0]
		}
		c.report.note(fmt.Sprintf("%s: dates are read as %s: the other way round time would jump back %d times; -dates says otherwise", c.name, fit[0].order, fit[1].back))
	}
	c.order = fit[0].order
	return nil
}

// author parts who wrote from what they wrote. What tells of the chat, as "Ann
// added Bea", has no author.
func author(rest string) (who, text string, ok bool) {
	who, text, ok = strings.Cut(rest, ": ")
	if !ok {
		who, ok = strings.CutSuffix(rest, ":")
	}
	who = strings.TrimFunc(strings.Map(func(r rune) rune {
		if isMark(r) {
			return -1
		}
		return r
	}, who), unicode.IsSpace)
	return who, text, ok && who != "" && len(who) <= 200 && !strings.ContainsAny(who, "\"“”„«»")
}

// line reads a line: of a new message, or more of the last.
func (c *whatsapp) line(n int, line string) error {
	t, rest, ok := stamped(line)
	if ok && t.style == c.style {
		if err := c.flush(); err != nil {
			return err
		}
		return c.message(n, &t, rest)
	}
	if c.held != nil && len(c.held.Text) < 1<<20 {
		c.held.Text += "\n" + line
	}
	return nil
}

func (c *whatsapp) message(n int, t *stamp, rest string) error {
	at, ok := t.time(c.order, c.zone)
	if !ok {
		c.report.fault(fmt.Sprintf("%s:%d", c.name, n), fmt.Errorf("no date in the order %s", c.order))
		return nil
	}
	if !c.zoned {
		c.report.note(unzoned)
	}
	who, text, ok := author(rest)
	if !ok || told(text) {
		c.report.leave("lines that tell of the chat, such as who joined")
		return nil
	}
	c.first = n
	c.held = &events.Event{At: at.UTC(), From: who, ID: fmt.Sprintf("%s/%d", c.chat, n), Thread: c.chat, Text: text}
	return nil
}

// flush emits the message that is held.
func (c *whatsapp) flush() error {
	e := c.held
	if e == nil {
		return nil
	}
	c.held = nil
	e.Text = c.said(e.Text)
	if c.room {
		room(e, c.chat)
	} else {
		c.direct(e, c.chat)
	}
	return c.emit(e, fmt.Sprintf("%s:%d", c.name, c.first))
}

// omitted are the words for a picture that was not exported, as far as iOS does
// not put it into angle brackets.
var omitted = []string{"omitted", "weggelassen", "ausgelassen", "omitido", "omitida", "omis", "omise", "omesso", "omessa", "weggelaten", "pominięto", "utelämnad", "udeladt", "utelatt", "пропущено", "dahil edilmedi"}

// told reports whether iOS marks a text as its own, and it is no attachment.
func told(text string) bool {
	if !strings.HasPrefix(text, "\u200e") {
		return false
	}
	text = strings.TrimSpace(unmarked(text))
	return !strings.HasPrefix(text, "<") && !slices.ContainsFunc(omitted, func(word string) bool { return strings.HasSuffix(text, word) })
}

// said is what somebody wrote: no word of WhatsApp's for a picture, and no note
// that the text was edited.
func (c *whatsapp) said(text string) string {
	if strings.HasPrefix(text, "\u200e") {
		return ""
	}
	if i := strings.LastIndex(text, "<"); i >= 0 && strings.HasSuffix(text, ">") && len(text)-i < 60 && !strings.Contains(text[i:], "\n") {
		if i == 0 {
			return "" // <Media omitted>
		}
		if before := text[:i]; strings.HasSuffix(before, "\u200e") || strings.HasPrefix(text[i:], "<This message was edited") {
			if !strings.Contains(text[i:], ": ") { // <attached: picture.jpg>
				c.report.note("it says that messages were edited, and not when: the text counts from the beginning")
			}
			text = strings.TrimSuffix(strings.TrimRight(strings.TrimSuffix(before, "\u200e"), " "), "\u200e")
		}
	}
	return text
}
