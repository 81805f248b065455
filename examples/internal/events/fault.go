package events

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// A Fault is a line that could not be used, or that came too late to be put in
// order. The rest is read. After five equal ones of a file comes one without a
// line, which says what the file looks like.
type Fault struct {
	File string
	Line int // 0: the file as a whole
	Err  error
	Late bool // the event was read all the same
}

// Error implements error: "events.jsonl:7: at: missing".
func (f *Fault) Error() string {
	if f.Line == 0 {
		return fmt.Sprintf("%s: %v", f.File, f.Err)
	}
	return fmt.Sprintf("%s:%d: %v", f.File, f.Line, f.Err)
}

// Unwrap returns what is wrong with the line.
func (f *Fault) Unwrap() error { return f.Err }

// Lost reports whether the fault is of a line, and that was not used.
func (f *Fault) Lost() bool { return f.Line > 0 && !f.Late }

// hintAfter equal faults of a file a line says what the file looks like.
const hintAfter = 5

// A hint counts the faults of a file.
type hint struct {
	equal  map[string]int
	given  bool
	broken bool // the file ended early
}

// after returns what a file looks like once so many of its faults are equal; "" before,
// after, and where nobody knows.
func (h *hint) after(f *Fault, file *file) string {
	if h.given {
		return ""
	}
	kind, _, _ := strings.Cut(f.Err.Error(), `"`)
	if f.Late {
		kind = "late"
	}
	if h.equal == nil {
		h.equal = map[string]int{}
	}
	if len(h.equal) > 100 {
		clear(h.equal)
	}
	h.equal[kind]++
	if h.equal[kind] < hintAfter {
		return ""
	}
	if h.given = true; f.Late {
		return "its rows are not in order of time: sort them by it first"
	}
	return looksLike(file)
}

// end is after for the end of a file of which nothing could be read.
func (h *hint) end(file *file) string {
	if h.given || len(h.equal) == 0 && !h.broken {
		return ""
	}
	return looksLike(file)
}

// What exports begin with, in the order in which they are tried.
var exports = []struct {
	kind   string
	is     string // in words
	begins *regexp.Regexp
}{
	{"telegram", "an export of Telegram Desktop", regexp.MustCompile(`^\s*\{[^\[]*"type"\s*:\s*"(personal_chat|private_group|private_supergroup|public_supergroup|public_channel|private_channel|bot_chat|saved_messages)"|"date_unixtime"\s*:`)},
	{"discord", "an export of DiscordChatExporter", regexp.MustCompile(`^\s*\{\s*"guild"\s*:\s*\{`)},
	{"matrix", "an export of a Matrix room", regexp.MustCompile(`"origin_server_ts"\s*:|"type"\s*:\s*"m\.room\.`)},
	{"slack", "a Slack export", regexp.MustCompile(`"ts"\s*:\s*"\d{9,10}\.\d{6}"`)},
	{"whatsapp", "an export of WhatsApp", regexp.MustCompile(`^[\s\x{200e}]*(\[\d{1,4}[./-]\d{1,2}[./-]\d{1,4},? \d{1,2}[:.]\d{2}|\d{1,4}[./-]\d{1,2}[./-]\d{1,4},? \d{1,2}[:.]\d{2}[^\n]{0,6} - )`)},
	{"mbox", "an mbox", regexp.MustCompile(`^From \S+ +\S`)},
}

var (
	mail = regexp.MustCompile(`(?im)\A(?:[\w-]+:.*\r?\n(?:[ \t].*\r?\n)*)*?(?:from|received|message-id|return-path):`)
	dump = regexp.MustCompile(`(?im)^(insert into|create table|-- (mysql|postgresql|mariadb)[\w -]*dump)`)
)

// looksLike says what a file seems to be by how it begins, and how to read it.
func looksLike(f *file) string {
	head, name := f.head, f.name
	for _, x := range exports {
		if !x.begins.Match(head) {
			continue
		}
		if x.kind == "slack" { // a folder of days
			name = filepath.Dir(name)
		}
		return fmt.Sprintf("this looks like %s: import %s %s | replay -", x.is, x.kind, name)
	}
	begins := bytes.TrimSpace(head)
	switch {
	case f.table != nil:
		return ""
	case mail.Match(head):
		return "this looks like a mail: import maildir FOLDER | replay -"
	case dump.Match(head):
		return "this looks like a dump of SQL: export the tables as CSV, or import sql | replay -"
	case bytes.HasPrefix(begins, []byte("<")):
		return "this looks like HTML or XML: export CSV or JSON instead"
	case bytes.HasPrefix(begins, []byte("{")), bytes.HasPrefix(begins, []byte("[")):
		return otherFields(head)
	}
	first, _, _ := bytes.Cut(head, []byte("\n"))
	if n := max(bytes.Count(first, []byte(",")), bytes.Count(first, []byte(";")), bytes.Count(first, []byte("\t"))); n >= 2 {
		return "this looks like a table: name it .csv, or say which column is which with -map at=…,from=…,to=…"
	}
	return ""
}

// otherFields says which fields the first object of a file has.
func otherFields(head []byte) string {
	head = bytes.TrimLeft(head, " \t\r\n[")
	d := json.NewDecoder(bytes.NewReader(head))
	var row map[string]json.RawMessage
	if d.Decode(&row) != nil || len(row) == 0 || row["at"] != nil && row["from"] != nil {
		return ""
	}
	var names []string
	for name := range row {
		names = append(names, name)
	}
	slices.Sort(names)
	return "its objects have " + listed(names) + ": say which is which with -map at=…,from=…,to=…"
}
