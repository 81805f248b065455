package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/decorum-go/decorum/examples/internal/events"
)

// maxID is policy.MaxID: the bytes of an identifier.
const maxID = 256

// A job is one run: what is read goes through emit into the sorter, and comes out
// of write in order of time.
type job struct {
	*options
	report *report
	sorter *sorter

	owner   string                // who made the export, where it says so
	pairs   map[string][]string   // who was seen in a direct conversation
	twos    map[string]bool       // rooms that are one, if no third person is seen
	tables  bool                  // rows are events as they are
	letters map[[16]byte]struct{} // that were there
	rooms   map[string]firstWord  // while writing
	same    sameInstant           // while writing
}

// firstWord is who wrote in a room.
type firstWord struct {
	who  string
	many bool // others did, too
}

// other stands for the other person of a direct conversation until all is read:
// only then is it known who that is. No identifier begins so.
const other = "\x00"

// direct makes e a message to the other person of a conversation of two.
func (j *job) direct(e *events.Event, conversation string) {
	e.To = []string{other + conversation}
	j.meet(conversation, e.From)
}

// meet notes that somebody takes part in a conversation of two.
func (j *job) meet(conversation, who string) {
	if j.pairs == nil {
		j.pairs = map[string][]string{}
	}
	if pair := j.pairs[conversation]; who != "" && len(pair) < 4 && !slices.Contains(pair, who) {
		j.pairs[conversation] = append(pair, who)
	}
}

// private says that a room is a conversation of two, if no third person is seen there.
func (j *job) private(room string) {
	if j.twos == nil {
		j.twos = map[string]bool{}
	}
	j.twos[room] = true
}

// answered returns whom from wrote to in a conversation of two.
func (j *job) answered(conversation, from string) string {
	for _, who := range j.pairs[conversation] {
		if who != from {
			return who
		}
	}
	if j.owner != "" && j.owner != from {
		return j.owner
	}
	return conversation + ".other"
}

// room makes e a message to a room whose members are not known.
func room(e *events.Event, name string) {
	e.Group, e.To = name, []string{name + ".all"}
}

// emit takes an event, which is the caller's again afterwards. Its At must be
// set, and its From unless nobody knows who it was.
func (j *job) emit(e *events.Event, place string) error {
	if e.From == "" {
		j.report.leave("messages whose sender is not named, such as those of deleted accounts")
		return nil
	}
	if y := e.At.Year(); y < 1 || y > 9999 {
		j.report.fault(place, fmt.Errorf("a time in the year %d", y))
		return nil
	}
	for _, id := range []*string{&e.From, &e.ID, &e.Group, &e.Thread, &e.Message} {
		*id = clip(*id)
	}
	to := e.To[:0]
	for _, who := range e.To {
		if who = clip(who); who != "" && who != e.From && !slices.Contains(to, who) {
			to = append(to, who)
		}
	}
	if e.To = to; len(to) == 0 {
		j.report.leave("messages to nobody else")
		return nil
	}
	return j.sorter.add(e.At, events.AppendLine(nil, e))
}

// edited emits e, and where it was edited the text at the time of the edit: what
// it was before is not in the export.
func (j *job) edited(e *events.Event, at time.Time, place string) error {
	if !at.After(e.At) || e.From == "" {
		return j.emit(e, place)
	}
	text, sent := e.Text, e.At
	e.Text = ""
	if err := j.emit(e, place); err != nil {
		return err
	}
	e.Text, e.At, e.Edit, e.Message = text, at, true, ""
	err := j.emit(e, place)
	e.At, e.Edit = sent, false
	return err
}

// liked emits that somebody reacted to a message of a conversation of two, which
// is an answer.
func (j *job) liked(message *events.Event, who string, at time.Time, place string) error {
	if who == message.From || who == "" {
		return nil
	}
	return j.emit(&events.Event{At: at, Kind: events.Reply, From: who, To: []string{message.From}, Message: message.ID}, place)
}

// clip shortens an identifier that is longer than the engine takes, so that two
// do not become one.
func clip(s string) string {
	if len(s) <= maxID {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	return strings.ToValidUTF8(s[:128], "") + "~" + hex.EncodeToString(sum[:16])
}

// write writes all events in order of time.
func (j *job) write(out io.Writer) error {
	j.rooms = map[string]firstWord{}
	return j.sorter.each(func(at time.Time, line []byte) error {
		if !j.tables && !j.same.fresh(at, line) {
			j.report.leave("messages that were there twice")
			return nil
		}
		var e events.Event
		if err := events.Parse(strings.TrimSuffix(string(line), "\n"), &e); err != nil {
			return errors.Join(errors.New("an event that cannot be read back: please report it"), err)
		}
		if !j.tables {
			if j.finish(&e); len(e.To) == 0 {
				if e.Kind == events.Message {
					j.report.leave("messages to nobody else")
				}
				return nil
			}
		}
		j.report.count(&e)
		_, err := out.Write(events.AppendLine(line[:0], &e))
		return err
	})
}

// finish sets what is known only when all was read.
func (j *job) finish(e *events.Event) {
	if e.Group != "" && e.Channel != "invite" {
		switch {
		case j.twos[e.Group] && len(j.pairs[e.Group]) == 2:
			e.To, e.Group = []string{other + e.Group}, ""
		case e.Kind == events.Reply: // a reaction in a room is no answer
			e.To = nil
		case e.Kind == events.Message && !e.Edit:
			e.Answer = j.speaks(e.Group, e.From)
		}
	}
	for i, to := range e.To {
		if conversation, ok := strings.CutPrefix(to, other); ok {
			e.To[i] = j.answered(conversation, e.From)
		}
	}
	e.To = slices.DeleteFunc(e.To, func(to string) bool { return to == e.From })
}

// speaks notes that who wrote in a room, and reports whether somebody else did before.
func (j *job) speaks(room, who string) bool {
	first, known := j.rooms[room]
	if !known {
		first.who = who
	}
	before := first.many
	if first.who != who {
		before, first.many = true, true
	}
	j.rooms[room] = first
	return before
}

// sameInstant knows the lines of one instant.
type sameInstant struct {
	at    time.Time
	lines []string
}

func (s *sameInstant) fresh(at time.Time, line []byte) bool {
	if !at.Equal(s.at) {
		s.at, s.lines = at, s.lines[:0]
	}
	if len(s.lines) < 64 {
		if slices.Contains(s.lines, string(line)) {
			return false
		}
		s.lines = append(s.lines, string(line))
	}
	return true
}
