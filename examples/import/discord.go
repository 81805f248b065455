package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/decorum-go/decorum/examples/internal/events"
)

// discord reads JSON of DiscordChatExporter: the file of a channel, or a folder of
// many.
func (j *job) discord(name string) error {
	return j.within(name, isJSON, func(name string, open opener) error {
		d := &discord{job: j}
		return open.json(name, func(w *walker, key string) error {
			switch key {
			case "channel":
				place := w.place()
				raw, err := w.value()
				if err == nil && json.Unmarshal(raw, &d.channel) != nil {
					j.report.fault(place, fmt.Errorf("channel: %.40s is not expected here", raw))
				}
				return err
			case "messages":
				return each(w, j.report, d.message)
			}
			return w.skip()
		})
	})
}

// A discord reads one channel.
type discord struct {
	*job
	channel struct {
		ID     string `json:"id"`
		Type   string `json:"type"`
		Parent string `json:"categoryId"`
	}
}

// A discordMessage is a message as DiscordChatExporter writes it.
type discordMessage struct {
	ID        string      `json:"id"`
	Type      string      `json:"type"`
	Time      time.Time   `json:"timestamp"`
	Edited    *time.Time  `json:"timestampEdited"`
	Content   string      `json:"content"`
	Author    discordUser `json:"author"`
	Reference *struct {
		Type      string `json:"type"`
		MessageID string `json:"messageId"`
	} `json:"reference"`
	Forwarded *struct {
		Content string `json:"content"`
	} `json:"forwardedMessage"`
	Reactions []struct {
		Emoji struct {
			Name string `json:"name"`
		} `json:"emoji"`
		Users []discordUser `json:"users"`
	} `json:"reactions"`
}

type discordUser struct {
	ID  string `json:"id"`
	Bot bool   `json:"isBot"`
}

// Who stands for all accounts that were deleted long ago.
const discordNobody = "456226577798135808"

// discordWritten are the types of what somebody wrote; the others tell what
// happened.
var discordWritten = map[string]bool{"Default": true, "Reply": true, "ChatInputCommand": true, "ContextMenuCommand": true, "ThreadStarterMessage": true, "20": true, "21": true, "23": true}

func (d *discord) message(m *discordMessage, place string) error {
	place += ", message " + m.ID
	if !discordWritten[m.Type] {
		d.report.leave("service messages, such as who joined")
		return nil
	}
	if m.Time.IsZero() {
		d.report.fault(place, fmt.Errorf("timestamp: missing"))
		return nil
	}
	e := &events.Event{At: m.Time.UTC(), From: m.Author.ID, ID: m.ID, Thread: d.channel.ID, Text: m.Content}
	if e.From == discordNobody {
		e.From = ""
	}
	if m.Author.Bot {
		e.Class = "service"
	}
	switch {
	case m.Forwarded != nil:
		e.Text = strings.TrimSpace(e.Text + "\n" + m.Forwarded.Content)
	case m.Reference != nil && m.Reference.Type != "Forward":
		e.Message = m.Reference.MessageID
	}
	d.address(e)
	var edited time.Time
	if m.Edited != nil {
		edited = m.Edited.UTC()
	}
	if err := d.edited(e, edited, place); err != nil || e.Group != "" {
		return err
	}
	return d.reactions(m, e, place)
}

// address says to whom a message goes. A thread is part of the channel in which
// it was begun.
func (d *discord) address(e *events.Event) {
	switch {
	case d.channel.Type == "DirectTextChat":
		d.direct(e, d.channel.ID)
	case strings.HasSuffix(d.channel.Type, "Thread"):
		room(e, cmp.Or(d.channel.Parent, d.channel.ID))
	default:
		room(e, d.channel.ID)
	}
}

// reactions emits those to a message of a conversation of two. When they were made
// is not known, so they count from the message on.
func (d *discord) reactions(m *discordMessage, e *events.Event, place string) error {
	for _, r := range m.Reactions {
		if refusals[strings.TrimSuffix(r.Emoji.Name, "\ufe0f")] {
			continue
		}
		for _, who := range r.Users {
			if err := d.liked(e, who.ID, e.At, place); err != nil {
				return err
			}
		}
	}
	return nil
}
