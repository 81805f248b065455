package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/decorum-go/decorum/examples/internal/events"
)

// telegram reads result.json, or the folder that it is in: one chat, or all chats of an
// account.
func (j *job) telegram(path string) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, "result.json")
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w := newWalker(path, &unescaper{r: f})
	t := &telegram{job: j, w: w}
	return w.wrap(w.object(func(key string) error {
		switch key {
		case "chats", "left_chats":
			return w.object(func(key string) error {
				if key != "list" {
					return w.skip()
				}
				return w.array(t.chat)
			})
		case "personal_information":
			var me struct {
				ID json.Number `json:"user_id"`
			}
			raw, err := w.value()
			if err == nil && json.Unmarshal(raw, &me) == nil && me.ID != "" {
				j.owner = "user" + me.ID.String()
			}
			return err
		}
		return t.field(key) // the file is one chat
	}))
}

// A telegram reads chats.
type telegram struct {
	*job
	w    *walker
	id   json.Number
	name string
	kind string
}

func (t *telegram) chat() error {
	t.id, t.name, t.kind = "", "", ""
	return t.w.object(t.field)
}

func (t *telegram) field(key string) error {
	var into any
	switch key {
	case "id":
		into = &t.id
	case "name":
		into = &t.name
	case "type":
		into = &t.kind
	case "messages":
		return t.messages()
	default:
		return t.w.skip()
	}
	place := t.w.place()
	raw, err := t.w.value()
	if err == nil && json.Unmarshal(raw, into) != nil {
		t.report.fault(place, fmt.Errorf("%s of a chat: %.40s is not expected here", key, raw))
	}
	return err
}

// A telegramMessage is a message as Telegram Desktop writes it. Its from_id was a
// number before 2021.
type telegramMessage struct {
	ID         json.Number     `json:"id"`
	Type       string          `json:"type"`
	Date       string          `json:"date"`
	Unix       string          `json:"date_unixtime"`
	Edited     string          `json:"edited"`
	EditedUnix string          `json:"edited_unixtime"`
	From       json.RawMessage `json:"from_id"`
	ReplyTo    json.Number     `json:"reply_to_message_id"`
	ReplyPeer  string          `json:"reply_to_peer_id"`
	Text       telegramText    `json:"text"`
	Reactions  []struct {
		Emoji  string `json:"emoji"`
		Recent []struct {
			From string `json:"from_id"`
			Date string `json:"date"`
		} `json:"recent"`
	} `json:"reactions"`
}

// A telegramText is text, or a list of texts and of objects with text.
type telegramText string

// UnmarshalJSON implements json.Unmarshaler.
func (t *telegramText) UnmarshalJSON(b []byte) error {
	if len(b) == 0 || b[0] != '[' {
		return json.Unmarshal(b, (*string)(t))
	}
	var parts []json.RawMessage
	if err := json.Unmarshal(b, &parts); err != nil {
		return err
	}
	var all strings.Builder
	for _, part := range parts {
		var piece struct {
			Text string `json:"text"`
		}
		var err error
		if part[0] == '"' {
			err = json.Unmarshal(part, &piece.Text)
		} else {
			err = json.Unmarshal(part, &piece)
		}
		if err != nil {
			return err
		}
		all.WriteString(piece.Text)
	}
	*t = telegramText(all.String())
	return nil
}

func (t *telegram) messages() error {
	key := t.key()
	if t.direct() {
		t.meet(key, key)
	}
	return each(t.w, t.report, func(m *telegramMessage, place string) error {
		place += ", message " + m.ID.String()
		switch {
		case m.Type == "service":
			t.report.leave("service messages, such as who joined")
			return nil
		case m.Type == "unsupported":
			t.report.leave("messages that Telegram Desktop could not write")
			return nil
		case t.kind == "saved_messages":
			t.report.leave("messages to oneself")
			return nil
		}
		e, shift, err := t.event(key, m)
		if err != nil {
			t.report.fault(place, err)
			return nil
		}
		edited, _, err := t.time(m.Edited, m.EditedUnix)
		if err != nil && m.Edited != "" {
			t.report.fault(place, fmt.Errorf("edited: %w", err))
		}
		if err := t.edited(e, edited, place); err != nil || !t.direct() {
			return err
		}
		return t.reactions(m, e, shift, place)
	})
}

// key names the chat as Telegram names those who write.
func (t *telegram) key() string {
	id := t.id.String()
	switch {
	case id == "":
		return "chat " + t.name
	case t.direct():
		return "user" + id
	case t.kind == "private_group":
		return "chat" + id
	}
	return "channel" + id
}

// direct reports whether the chat has two people.
func (t *telegram) direct() bool { return t.kind == "personal_chat" || t.kind == "bot_chat" }

// event turns a message into an event; shift is how far local times of the
// export are ahead of UTC then.
func (t *telegram) event(key string, m *telegramMessage) (e *events.Event, shift time.Duration, err error) {
	e = &events.Event{From: telegramID(m.From), ID: key + "/" + m.ID.String(), Thread: key, Text: string(m.Text)}
	if e.At, shift, err = t.time(m.Date, m.Unix); err != nil {
		return nil, 0, fmt.Errorf("date: %w", err)
	}
	if m.ReplyTo != "" {
		peer := key
		if m.ReplyPeer != "" {
			peer = m.ReplyPeer
		}
		e.Message = peer + "/" + m.ReplyTo.String()
	}
	switch {
	case strings.HasPrefix(e.From, "channel"):
		e.Class = "page"
	case t.kind == "bot_chat" && e.From == key:
		e.Class = "service"
	}
	if t.direct() {
		t.job.direct(e, key)
		if pair := t.pairs[key]; t.owner == "" && len(pair) == 2 {
			t.owner = pair[1]
		}
	} else {
		room(e, key)
	}
	return e, shift, nil
}

// time reads the seconds since 1970 or, in files from before 2021, a local time.
func (t *telegram) time(local, unix string) (at time.Time, shift time.Duration, err error) {
	if unix != "" {
		sec, err := strconv.ParseInt(unix, 10, 64)
		if err != nil {
			return at, 0, fmt.Errorf("%.40q are no seconds", unix)
		}
		at = time.Unix(sec, 0).UTC()
		if there, err := time.Parse("2006-01-02T15:04:05", local); err == nil {
			shift = there.Sub(at)
		}
		return at, shift, nil
	}
	at, err = t.local("2006-01-02T15:04:05", local)
	_, offset := at.Zone()
	return at.UTC(), time.Duration(offset) * time.Second, err
}

const unzoned = "its times name no zone and are taken as UTC: say which with -zone, such as -zone Europe/Berlin"

// local reads a time of a zone that is not said.
func (j *job) local(layout, s string) (time.Time, error) {
	at, err := time.ParseInLocation(layout, s, j.zone)
	if err != nil {
		return at, fmt.Errorf("%.40q is no time such as %s", s, layout)
	}
	if !j.zoned {
		j.report.note(unzoned)
	}
	return at, nil
}

// reactions emits the reactions of which the time is known; those that refuse are
// no answer.
func (t *telegram) reactions(m *telegramMessage, e *events.Event, shift time.Duration, place string) error {
	for _, r := range m.Reactions {
		if refusals[strings.TrimSuffix(r.Emoji, "\ufe0f")] {
			continue
		}
		for _, by := range r.Recent {
			at, err := time.Parse("2006-01-02T15:04:05", by.Date)
			if err != nil {
				t.report.fault(place, fmt.Errorf("reaction: %.40q is no time", by.Date))
				continue
			}
			if err := t.liked(e, by.From, at.Add(-shift), place); err != nil {
				return err
			}
		}
	}
	return nil
}

// refusals are reactions that are no friendly answer: as signs, and as Slack calls them.
var refusals = map[string]bool{
	"👎": true, "💩": true, "🤮": true, "🤬": true, "🖕": true, "😡": true, "🚫": true,
	"-1": true, "thumbsdown": true, "hankey": true, "poop": true, "face_vomiting": true, "face_with_symbols_on_mouth": true, "middle_finger": true, "rage": true, "no_entry_sign": true,
}

// telegramID reads who wrote: "user12", or 12 in old files; "" is nobody.
func telegramID(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	if n, err := strconv.ParseUint(string(raw), 10, 64); err == nil && n > 0 {
		return "user" + strconv.FormatUint(n, 10)
	}
	return ""
}

// An unescaper makes JSON of what Telegram Desktop writes: control characters in
// texts are there as \x0F, which JSON does not know. They become blanks, so that
// places in the file stay.
type unescaper struct {
	r    io.Reader
	held []byte // after a backslash at the end of a read
	err  error
}

func (u *unescaper) Read(p []byte) (int, error) {
	if len(p) < 8 {
		return 0, io.ErrShortBuffer
	}
	n := copy(p, u.held)
	u.held = u.held[:0]
	for n < 8 && u.err == nil {
		var m int
		m, u.err = u.r.Read(p[n:])
		n += m
	}
	end := n
	for i := 0; i < n; i++ {
		if p[i] != '\\' {
			continue
		}
		if i+4 > n && u.err == nil { // the rest comes with the next read
			end = i
			break
		}
		if i+4 <= n && p[i+1] == 'x' {
			copy(p[i:], "    ")
		}
		i++
	}
	u.held = append(u.held, p[end:n]...)
	if end == 0 && u.err != nil {
		return 0, u.err
	}
	if errors.Is(u.err, io.EOF) || u.err == nil {
		return end, nil
	}
	return end, u.err
}
