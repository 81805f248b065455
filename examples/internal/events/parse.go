package events

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"time"
)

// A wire is one line as JSON has it, before times and kinds are read.
type wire struct {
	At           string   `json:"at"`
	Kind         string   `json:"kind"`
	From         string   `json:"from"`
	To           names    `json:"to"`
	Text         string   `json:"text"`
	ID           string   `json:"id"`
	Relation     string   `json:"relation"`
	Class        string   `json:"class"`
	Joined       string   `json:"joined"`
	Origin       string   `json:"origin"`
	Group        string   `json:"group"`
	Channel      string   `json:"channel"`
	Thread       string   `json:"thread"`
	Composed     *float64 `json:"composed"`
	Reply        bool     `json:"reply"`
	Delayed      bool     `json:"delayed"`
	Edit         bool     `json:"edit"`
	Against      string   `json:"against"`
	Account      string   `json:"account"` // of what a moderator does: the same as against; of an appeal: as from
	Sender       string   `json:"sender"`  // of a retraction: the same as from; of what a moderator does: as against
	Category     string   `json:"category"`
	Message      string   `json:"message"`
	Complaint    string   `json:"complaint"`
	By           string   `json:"by"`
	Abusive      *bool    `json:"abusive"`
	Abuse        *bool    `json:"abuse"`
	Actor        string   `json:"actor"`
	Of           string   `json:"of"`
	With         names    `json:"with"`
	Media        names    `json:"media"`
	Accepts      string   `json:"accepts"`
	Protected    bool     `json:"protected"`
	Impersonated string   `json:"impersonated"`
	Outcome      string   `json:"outcome"`
	Pledge       bool     `json:"pledge"`
	Verdict      string   `json:"verdict"`
	Until        string   `json:"until"`
	Note         string   `json:"note"`
	Nats         float64  `json:"nats"`

	Attributes attributes `json:"attributes"`
}

// names is a list of names, or one name by itself.
type names []string

// UnmarshalJSON implements json.Unmarshaler.
func (n *names) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		var one string
		err := json.Unmarshal(b, &one)
		*n = names{one}
		return err
	}
	return json.Unmarshal(b, (*[]string)(n))
}

var errNoObject = errors.New("not a JSON object")

// Parse reads one line into e, which it overwrites but for Line and File. The
// strings of e are parts of line wherever they can be. An error says which
// field is at fault.
func Parse(line string, e *Event) error {
	var lists []string
	return parse(line, e, &lists)
}

// parse is Parse of one line of many, whose lists are in one slice.
func parse(line string, e *Event, lists *[]string) error {
	var w wire
	if !scan(line, &w, lists) {
		w = wire{}
		if err := decode(line, &w); err != nil {
			return err
		}
	}
	return w.event(e)
}

// decode is the slow way, for the lines that scan leaves alone.
func decode(line string, w *wire) error {
	trimmed := strings.TrimLeft(line, " \t\r\n")
	if !strings.HasPrefix(trimmed, "{") {
		if strings.HasPrefix(trimmed, "[") {
			return fmt.Errorf("%w but an array: one event a line is expected", errNoObject)
		}
		return fmt.Errorf("%w: starts with %q", errNoObject, firstOf(trimmed, 12))
	}
	d := json.NewDecoder(strings.NewReader(line))
	if err := d.Decode(w); err != nil {
		if kind, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			return fmt.Errorf("%s: a JSON %s is not expected here", kind.Field, kind.Value)
		}
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return errors.New("ends in the middle of the object")
		}
		return err
	}
	rest, _ := io.ReadAll(d.Buffered())
	if rest := bytes.TrimSpace(rest); len(rest) > 0 {
		return fmt.Errorf("%q follows the object", firstOf(string(rest), 12))
	}
	return nil
}

func firstOf(s string, n int) string {
	if len(s) > n {
		return s[:n] + "…"
	}
	return s
}

// event checks a line and turns it into an Event.
func (w *wire) event(e *Event) error {
	kind, ok := kindOf(w.Kind)
	if !ok {
		return fmt.Errorf("kind: unknown value %q; it is one of %s, or missing", firstOf(w.Kind, 40), strings.Join(kindNames[:], ", "))
	}
	if w.At == "" {
		return errors.New("at: missing")
	}
	at, err := optional("at", w.At)
	if err != nil {
		return err
	}
	joined, err := optional("joined", w.Joined)
	if err != nil {
		return err
	}
	until, err := optional("until", w.Until)
	if err != nil {
		return err
	}
	*e = Event{
		At: at, Kind: kind, From: w.From, To: w.To,
		Text: w.Text, Media: w.Media, ID: w.ID, Relation: w.Relation, Class: w.Class, Origin: w.Origin,
		Group: w.Group, Channel: w.Channel, Thread: w.Thread, Joined: joined, Answer: w.Reply, Delayed: w.Delayed, Edit: w.Edit, Accepts: w.Accepts, Protected: w.Protected,
		Against: w.Against, Category: w.Category, Message: w.Message, Complaint: w.Complaint, By: w.By, Impersonated: w.Impersonated, Outcome: w.Outcome, Pledge: w.Pledge,
		Verdict: w.Verdict, Until: until, Note: w.Note, Nats: w.Nats, Attributes: w.Attributes, Actor: w.Actor, Line: e.Line, File: e.File,
	}
	if w.Composed != nil {
		s := *w.Composed
		if !(s >= 0 && s <= 1e9) {
			return fmt.Errorf("composed: %v is no number of seconds", s)
		}
		e.Composed = time.Duration(math.Round(s * 1e9))
	}
	return w.complete(e)
}

// complete takes what a line of the kind has, under all of its names, and reports what
// is missing.
func (w *wire) complete(e *Event) error {
	switch e.Kind {
	case Message:
		return w.message(e)
	case Reply, Accepted, Withdrawn:
		return missing(need{"from", e.From != ""}, need{"to", len(e.To) > 0})
	case Complaint, Blocked, Unblocked:
		if e.Against == "" && len(e.To) == 1 {
			e.Against, e.To = e.To[0], nil
		}
		return missing(need{"from", e.From != ""}, need{"against", e.Against != ""})
	case Review:
		e.Against = first(e.Against, w.Account)
		finding := w.Abusive
		if finding == nil {
			finding = w.Abuse
		}
		e.Abusive = finding != nil && *finding
		return missing(need{"against", e.Against != ""}, need{"abusive", finding != nil})
	case Contacts:
		if e.From = first(e.From, w.Of); len(e.To) == 0 {
			e.To = w.With
		}
		return missing(need{"from", e.From != ""}, need{"to", len(e.To) > 0})
	case Appeal, Erased:
		e.From = first(e.From, w.Account)
		return missing(need{"from", e.From != ""})
	case Ruling, Release, Discard, Lift, Override, Text:
		return w.act(e)
	case Retraction:
		e.From, e.Message, e.ID = first(e.From, w.Sender), first(e.Message, e.ID), ""
		return missing(need{"from", e.From != ""}, need{"message", e.Message != ""})
	}
	return nil
}

// message is complete of a message.
func (w *wire) message(e *Event) error {
	if w.Abuse != nil {
		e.Truth = TruthOf(*w.Abuse)
	}
	if len(e.To) == 0 && e.Group != "" && e.Channel != "invite" {
		e.To = []string{e.Group + ".all"} // the log does not say who is in the room
	}
	return missing(need{"from", e.From != ""}, need{"to", len(e.To) > 0})
}

// act is complete of what a moderator does to an account, or says of a text.
func (w *wire) act(e *Event) error {
	if e.Kind == Text {
		return missing(need{"text", e.Text != ""}, need{"verdict", e.Verdict != ""}, need{"by", e.By != ""})
	}
	e.Against = first(e.Against, first(w.Account, w.Sender))
	return missing(need{"against", e.Against != ""},
		need{"outcome", e.Outcome != "" || e.Kind != Ruling},
		need{"message", e.Message != "" || e.Kind != Release && e.Kind != Discard},
		need{"verdict", e.Verdict != "" || e.Kind != Override},
		need{"by", e.By != ""})
}

// A need is a field that a line must have.
type need struct {
	field string
	there bool
}

func missing(all ...need) error {
	for _, n := range all {
		if !n.there {
			return errors.New(n.field + ": missing")
		}
	}
	return nil
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// optional reads a time that may be missing.
func optional(field, s string) (t time.Time, err error) {
	if s == "" {
		return t, nil
	}
	if t, err = parseTime(s); err != nil || t.Year() < 0 || t.Year() > 9999 { // which no line can say
		err = fmt.Errorf("%s: %q is no time such as 2026-11-23T12:00:00Z", field, firstOf(s, 40))
	}
	return t, err
}

// parseTime reads RFC 3339, as UTC. The usual form, whole seconds and Z, is
// read by hand: time.Parse takes four times as long.
func parseTime(s string) (time.Time, error) {
	if usual(s) {
		month, day, hour, minute, second := two(s, 5), two(s, 8), two(s, 11), two(s, 14), two(s, 17)
		if month >= 1 && month <= 12 && day >= 1 && day <= 28 && hour < 24 && minute < 60 && second < 60 {
			return time.Date(100*two(s, 0)+two(s, 2), time.Month(month), day, hour, minute, second, 0, time.UTC), nil
		}
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return time.Time{}, err
	}
	return t.UTC(), nil
}

// usual reports whether a time has the usual form.
func usual(s string) bool {
	const form = "0000-00-00T00:00:00Z"
	if len(s) != len(form) {
		return false
	}
	for i := range len(form) {
		if digit := s[i] >= '0' && s[i] <= '9'; digit != (form[i] == '0') || !digit && s[i] != form[i] {
			return false
		}
	}
	return true
}

// two is the number of two digits.
func two(s string, i int) int { return 10*int(s[i]-'0') + int(s[i+1]-'0') }
