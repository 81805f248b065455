package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/decorum-go/decorum/examples/internal/events"
)

// slack reads an export of a workspace: a folder, or the zip of it.
func (j *job) slack(name string) error {
	files, closed, err := openFolder(name)
	if err != nil {
		return err
	}
	defer closed()
	s := &slack{job: j, files: files, name: name, users: map[string]bool{}, rooms: map[string]*slackRoom{}}
	if s.root, err = s.find(); err != nil {
		return err
	}
	if err := s.lists(); err != nil {
		return err
	}
	return s.folders()
}

// A slack reads one export.
type slack struct {
	*job
	files fs.FS
	name  string
	root  string
	users map[string]bool // whether they are bots
	rooms map[string]*slackRoom
}

// A slackRoom is a channel or a conversation.
type slackRoom struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	Members []string `json:"members"`
	few     bool     // the members are those who were asked into it, and stay so
}

var slackLists = []string{"channels.json", "groups.json", "dms.json", "mpims.json"}

// find returns the folder in which the lists lie: the export may lie in a folder
// of the zip.
func (s *slack) find() (root string, err error) {
	err = fs.WalkDir(s.files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := path.Base(name)
		if !d.IsDir() && base != "users.json" && base != "channels.json" && base != "dms.json" {
			return nil
		}
		if d.IsDir() && (strings.Count(name, "/") > 1 || base == "__MACOSX") {
			return fs.SkipDir
		}
		if !d.IsDir() && (root == "" || len(path.Dir(name)) < len(root)) {
			root = path.Dir(name)
		}
		return nil
	})
	if err == nil && root == "" {
		err = errors.New("no channels.json, dms.json or users.json in it: is this an export of Slack?")
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", s.name, err)
	}
	return root, err
}

// open opens a file of the export as JSON; nil if it is not there.
func (s *slack) open(file string) (*walker, func() error, error) {
	f, err := openIn(s.files, file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%s/%s: %w", s.name, file, err)
	}
	return newWalker(s.name+"/"+file, f), f.Close, nil
}

// lists reads who there is, and which conversations.
func (s *slack) lists() error {
	for _, file := range []string{"users.json", "org_users.json"} {
		err := list(s, file, func(u *struct {
			ID  string `json:"id"`
			Bot bool   `json:"is_bot"`
		}) {
			s.users[u.ID] = u.Bot
		})
		if err != nil {
			return err
		}
	}
	for _, file := range slackLists {
		err := list(s, file, func(r *slackRoom) {
			r.few = file == "dms.json" || file == "mpims.json"
			s.rooms[cmp.Or(r.Name, r.ID)] = r
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// list reads one of the lists, if it is there. A broken one is a fault: messages
// can be read without it.
func list[T any](s *slack, file string, f func(*T)) error {
	w, closed, err := s.open(path.Join(s.root, file))
	if w == nil {
		return err
	}
	defer closed()
	if err := each(w, s.report, func(v *T, _ string) error { f(v); return nil }); err != nil {
		s.report.fault(w.name, err)
	}
	return nil
}

// folders reads the days of every conversation.
func (s *slack) folders() error {
	dirs, err := fs.ReadDir(s.files, s.root)
	if err != nil {
		return fmt.Errorf("%s: %w", s.name, err)
	}
	var broken error
	for _, d := range dirs {
		if !d.IsDir() {
			continue
		}
		dir := path.Join(s.root, d.Name())
		days, err := fs.ReadDir(s.files, dir)
		if err != nil {
			return fmt.Errorf("%s/%s: %w", s.name, dir, err)
		}
		r := s.rooms[d.Name()]
		if r == nil {
			r = &slackRoom{ID: d.Name()}
		}
		for _, day := range days {
			if _, err := time.Parse("2006-01-02.json", day.Name()); err != nil {
				continue // canvases, lists, attachments
			}
			if err := s.day(r, path.Join(dir, day.Name())); errors.Is(err, errSpill) {
				return err
			} else if err != nil {
				s.report.failed(err)
				broken = fmt.Errorf("%s: not all of its files could be read", s.name)
			}
		}
	}
	return broken
}

// A slackMessage is a message as the export has it.
type slackMessage struct {
	Type       string `json:"type"`
	Subtype    string `json:"subtype"`
	User       string `json:"user"`
	Bot        string `json:"bot_id"`
	BotProfile *struct {
		ID string `json:"id"`
	} `json:"bot_profile"`
	Text   string `json:"text"`
	TS     string `json:"ts"`
	Thread string `json:"thread_ts"`
	Edited *struct {
		TS string `json:"ts"`
	} `json:"edited"`
	Reactions []struct {
		Name  string   `json:"name"`
		Users []string `json:"users"`
	} `json:"reactions"`
}

// written are the subtypes of what somebody wrote; the others tell what happened.
var written = map[string]bool{"": true, "me_message": true, "file_share": true, "thread_broadcast": true, "bot_message": true, "file_comment": true, "reply_broadcast": true}

func (s *slack) day(r *slackRoom, file string) error {
	w, closed, err := s.open(file)
	if err != nil || w == nil {
		return err
	}
	defer closed()
	return each(w, s.report, func(m *slackMessage, place string) error {
		place += ", message " + m.TS
		if m.Type != "message" || !written[m.Subtype] {
			s.report.leave("service messages, such as who joined")
			return nil
		}
		return s.message(r, m, place)
	})
}

func (s *slack) message(r *slackRoom, m *slackMessage, place string) error {
	at, err := slackTime(m.TS)
	if err != nil {
		s.report.fault(place, fmt.Errorf("ts: %w", err))
		return nil
	}
	e := &events.Event{At: at, From: cmp.Or(m.User, m.Bot), ID: r.ID + "/" + m.TS, Thread: r.ID, Text: slackText(m.Text)}
	if m.Thread != "" {
		e.Thread = r.ID + "/" + m.Thread
		if m.Thread != m.TS {
			e.Message = e.Thread
		}
	}
	if s.users[e.From] || m.Bot != "" || m.BotProfile != nil || e.From == "USLACKBOT" {
		e.Class = "service"
	}
	r.address(e)
	var edited time.Time
	if m.Edited != nil {
		if edited, err = slackTime(m.Edited.TS); err != nil {
			s.report.fault(place, fmt.Errorf("edited: %w", err))
		}
	}
	if err := s.edited(e, edited, place); err != nil || e.Group != "" {
		return err
	}
	return s.reactions(m, e, place)
}

// reactions emits those to a message of a conversation of two. When they were made
// is not known, so they count from the message on.
func (s *slack) reactions(m *slackMessage, e *events.Event, place string) error {
	for _, reaction := range m.Reactions {
		name, _, _ := strings.Cut(reaction.Name, "::") // its skin tone
		if refusals[name] {
			continue
		}
		for _, who := range reaction.Users {
			if err := s.liked(e, who, e.At, place); err != nil {
				return err
			}
		}
	}
	return nil
}

// address says to whom a message goes.
func (r *slackRoom) address(e *events.Event) {
	if !r.few {
		room(e, r.ID)
		return
	}
	e.To = append(e.To, r.Members...)
	if len(r.Members) > 2 {
		e.Group = r.ID
	}
}

// slackTime reads seconds with six digits behind the point, of which the last
// only tell messages apart.
func slackTime(s string) (time.Time, error) {
	whole, part, _ := strings.Cut(s, ".")
	sec, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || sec < 0 || len(part) > 9 {
		return time.Time{}, fmt.Errorf("%.40q are no seconds since 1970", s)
	}
	nsec, err := strconv.ParseUint((part + "000000000")[:9], 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("%.40q are no seconds since 1970", s)
	}
	return time.Unix(sec, int64(nsec)).UTC(), nil
}

// slackText turns what Slack marks up in its texts into what people see:
// <https://example.org|there> is a link, &lt; a sign.
func slackText(s string) string {
	if strings.ContainsRune(s, '<') {
		var b strings.Builder
		for s != "" {
			before, rest, open := strings.Cut(s, "<")
			b.WriteString(before)
			mark, after, closed := strings.Cut(rest, ">")
			if !open {
				break
			}
			if !closed {
				b.WriteString("<" + rest)
				break
			}
			target, _, _ := strings.Cut(mark, "|")
			b.WriteString(target)
			s = after
		}
		s = b.String()
	}
	return slackEntities.Replace(s)
}

var slackEntities = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")
