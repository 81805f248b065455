package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/decorum-go/decorum/examples/internal/events"
)

// matrix reads what Element exports as JSON: a file of a room, the zip with its
// attachments, or a folder of many. Other tools write the same events as a list
// named chunk, as the API has it.
func (j *job) matrix(name string) error {
	return j.within(name, isJSON, func(name string, open opener) error {
		x := &matrix{job: j, invited: map[string]string{}}
		return open.json(name, func(w *walker, key string) error {
			switch key {
			case "room_name", "exported_by":
				x.element = true
			case "messages", "chunk":
				return each(w, j.report, x.event)
			}
			return w.skip()
		})
	})
}

// A matrix reads one room.
type matrix struct {
	*job
	element bool              // texts are those after the last edit
	invited map[string]string // who is invited, by whom
}

// A matrixEvent is an event of a room, as far as it matters.
type matrixEvent struct {
	Type    string `json:"type"`
	Sender  string `json:"sender"`
	Room    string `json:"room_id"`
	ID      string `json:"event_id"`
	TS      int64  `json:"origin_server_ts"`
	State   string `json:"state_key"`
	Content struct {
		Kind     string `json:"msgtype"`
		Body     string `json:"body"`
		Filename string `json:"filename"`
		Relates  struct {
			Kind  string `json:"rel_type"`
			ID    string `json:"event_id"`
			Key   string `json:"key"`
			Reply struct {
				ID string `json:"event_id"`
			} `json:"m.in_reply_to"`
			Fallback bool `json:"is_falling_back"`
		} `json:"m.relates_to"`
		New *struct {
			Body string `json:"body"`
		} `json:"m.new_content"`
		Membership string `json:"membership"`
		Direct     bool   `json:"is_direct"`
	} `json:"content"`
	Unsigned struct {
		Redacted  json.RawMessage `json:"redacted_because"`
		Relations struct {
			Replace struct {
				TS int64 `json:"origin_server_ts"`
			} `json:"m.replace"`
		} `json:"m.relations"`
	} `json:"unsigned"`
}

func (x *matrix) event(m *matrixEvent, place string) error {
	place += ", message " + m.ID
	if m.TS <= 0 || m.Room == "" {
		x.report.fault(place, fmt.Errorf("room_id or origin_server_ts: missing"))
		return nil
	}
	e := &events.Event{At: time.UnixMilli(m.TS).UTC(), From: m.Sender, ID: m.ID, Thread: m.Room}
	room(e, m.Room)
	switch m.Type {
	case "m.room.message", "m.room.encrypted", "m.sticker":
		x.meet(m.Room, m.Sender)
		return x.message(m, e, place)
	case "m.reaction":
		if refusals[strings.TrimSuffix(m.Content.Relates.Key, "\ufe0f")] {
			return nil
		}
		// Whose message it was is not said; in a room of two it can only be one.
		e.Kind, e.ID, e.Thread, e.Message = events.Reply, "", "", m.Content.Relates.ID
		e.To = []string{other + m.Room}
		return x.emit(e, place)
	case "m.room.member":
		return x.member(m, e, place)
	}
	x.report.leave("events that are no messages, such as changes of the room")
	return nil
}

func (x *matrix) message(m *matrixEvent, e *events.Event, place string) error {
	c := &m.Content
	e.Text = matrixText(m)
	switch {
	case m.Type == "m.room.encrypted" || c.Kind == "m.bad.encrypted":
		e.Text = ""
		x.report.leave("texts that were not decrypted: the messages count without them")
	case len(m.Unsigned.Redacted) > 0:
		x.report.leave("texts that were deleted: the messages count without them")
	case c.Kind == "m.notice":
		e.Class = "service"
	}
	switch relates := &c.Relates; {
	case relates.Kind == "m.replace" && c.New != nil:
		e.ID, e.Text, e.Edit = relates.ID, c.New.Body, true
		return x.emit(e, place)
	case relates.Kind == "m.thread":
		e.Thread = relates.ID
		if e.Message = relates.ID; relates.Reply.ID != "" && !relates.Fallback {
			e.Message = relates.Reply.ID
		}
	default:
		e.Message = relates.Reply.ID
	}
	if edited := m.Unsigned.Relations.Replace.TS; x.element && edited > 0 {
		return x.edited(e, time.UnixMilli(edited).UTC(), place)
	}
	return x.emit(e, place)
}

// matrixText is what the sender wrote: not the name of a file, nor what is quoted
// for programs that do not know replies.
func matrixText(m *matrixEvent) string {
	c := &m.Content
	switch c.Kind {
	case "m.image", "m.file", "m.audio", "m.video":
		if c.Filename == "" || c.Filename == c.Body {
			return ""
		}
	}
	if m.Type != "m.room.message" {
		return ""
	}
	text := c.Body
	if c.Relates.Reply.ID != "" && strings.HasPrefix(text, "> ") {
		for strings.HasPrefix(text, ">") {
			_, text, _ = strings.Cut(text, "\n")
		}
		text = strings.TrimPrefix(text, "\n")
	}
	return text
}

// member reads who was invited, and who then came, which is an answer.
func (x *matrix) member(m *matrixEvent, e *events.Event, place string) error {
	switch m.Content.Membership {
	case "invite":
		x.meet(m.Room, m.Sender)
		x.meet(m.Room, m.State)
		if m.Content.Direct {
			x.private(m.Room)
		}
		x.invited[m.State] = m.Sender
		e.To, e.Channel, e.Thread = []string{m.State}, "invite", ""
		return x.emit(e, place)
	case "join":
		x.meet(m.Room, m.State)
		if by := x.invited[m.State]; by != "" {
			delete(x.invited, m.State)
			return x.emit(&events.Event{At: e.At, Kind: events.Reply, From: m.State, To: []string{by}}, place)
		}
	}
	x.report.leave("events that are no messages, such as changes of the room")
	return nil
}
