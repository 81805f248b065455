package events

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
)

// froms are the senders of events, and the lines where they stand.
func froms(list []Event) string {
	var all []string
	for _, e := range list {
		all = append(all, fmt.Sprint(e.From, e.Line))
	}
	return strings.Join(all, " ")
}

// TestJSON: arrays and objects over several lines are read as lines are; what is broken is
// named by its place, and the rest is read.
func TestJSON(t *testing.T) {
	one := func(from string) string { return `{"at":"2024-02-01T10:00:00Z","from":"` + from + `","to":"x"}` }
	spread := func(from string) string { return strings.ReplaceAll(one(from), ",", ",\n") }
	long := `{"at":"2024-02-01T10:00:00Z","from":"l","to":"x","text":"` + strings.Repeat("\\\"", 3<<20) + `"}`
	mapping := mapped(t, "from=user.id,at=ts,to=room")
	for name, test := range map[string]struct {
		text   string
		maps   *Mappings
		want   string
		faults []string
	}{
		"lines":                   {one("a") + "\n" + one("b") + "\n", nil, "a1 b2", nil},
		"an array":                {"[" + one("a") + "," + one("b") + "]", nil, "a1 b1", nil},
		"an array of lines":       {"[\n" + one("a") + ",\n" + one("b") + "\n]\n", nil, "a2 b3", nil},
		"indented":                {"[\n  " + spread("a") + ",\n  " + spread("b") + "\n]\n", nil, "a2 b5", nil},
		"objects of several":      {spread("a") + "\n" + spread("b"), nil, "a1 b4", nil},
		"two arrays":              {"[" + one("a") + "]\n[" + one("b") + "]", nil, "a1 b2", nil},
		"an array of nothing":     {"[]", nil, "", nil},
		"an array cut off":        {"[\n" + one("a") + ",\n" + one("b")[:30], nil, "a2", []string{"m.json: cut off in what begins in line 3: cut short"}},
		"an array not closed":     {"[\n" + one("a") + ",\n", nil, "a2", []string{"m.json: cut off in line 3: the array is not closed"}},
		"a line cut off":          {one("a") + "\n" + one("b")[:30], nil, "a1", []string{"m.json:2: ends in the middle of the object"}},
		"what is no object":       {"[1,\"x,]\",null,[" + one("a") + "]\n," + one("b") + "]", nil, "b2", []string{`m.json:1: not a JSON object: starts with "1"`, `m.json:1: not a JSON object: starts with "\"x,]\""`, `m.json:1: not a JSON object: starts with "null"`, "m.json:1: not a JSON object but an array: one event a line is expected"}},
		"a long element":          {"[" + one("a") + ",\n" + long + ",\n" + one("b") + "]", nil, "a1 b3", []string{"m.json:2: a line of more than 4 MB: skipped"}},
		"mapped lines":            {`{"ts":1706781600,"user":{"id":"a"},"room":"r"}` + "\n" + `{"ts":1706781601,"user":{"id":2},"room":["r"]}`, mapping, "a1 22", nil},
		"a mapped array":          {"[" + `{"ts":1706781600,"user":{"id":"a"},"room":"r"}` + ",\n" + `{"ts":1.706781601e9,"user":{"id":2},"room":["r"]}]`, mapping, "a1 22", nil},
		"of the format, mapped":   {one("a"), mapping, "a1", nil},
		"mapped and broken":       {`{"ts":1706781600,"user":{"id":"a"},"room":"r"}` + "\n{\n[1]\n7\n" + `{"ts":1706781600,"user":{"id":{"x":1}},"room":"r"}` + "\n" + `{"ts":1706781600,"user":{"id":[1,2]},"room":"r"}` + "\n" + `{"ts":1706781600,"user":"x","room":"r"} x`, mapping, "a1", []string{"m.json:2: ends in the middle of the object", "m.json:3: not a JSON object but an array: one event a line is expected", `m.json:4: not a JSON object: starts with "7"`, "m.json:5: from: a JSON object is not expected here: go on with a dot and a name in it", "m.json:6: from: a list of 2 is not expected here", `m.json:7: "x" follows the object`}},
		"a mapped array cut off":  {`[{"ts":1706781600,"user":{"id":"a"},"room":"r"},{"ts":1706781600,"us`, mapping, "a1", []string{"m.json: cut off in what begins in line 1: cut short"}},
		"a room without members":  {`{"at":"2024-02-01T10:00:00Z","from":"a","group":"g"}`, nil, "a1", nil},
		"an invitation of nobody": {`{"at":"2024-02-01T10:00:00Z","from":"a","group":"g","channel":"invite"}`, nil, "", []string{"m.json:1: to: missing"}},
	} {
		if test.maps == nil {
			test.maps = &Mappings{}
		}
		got, faults, _, err := readFiles(t, test.maps, [2]string{"m.json", test.text})
		if err != nil || froms(got) != test.want {
			t.Errorf("%s: %s, want %s; %v", name, froms(got), test.want, err)
		}
		if diff := cmp.Diff(test.faults, faults); diff != "" {
			t.Errorf("%s: faults (-want +got)\n%s", name, diff)
		}
		if name == "a room without members" && (len(got) != 1 || got[0].To[0] != "g.all") {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// TestUTF16: what Windows saves as Unicode is read, with its mark and without.
func TestUTF16(t *testing.T) {
	text := "at,from,to,text\n2024-02-23T10:00:00Z,a,b,grüße 😀\n"
	lines := `{"at":"2024-02-01T10:00:00Z","from":"a","to":["b"],"text":"grüße 😀"}` + "\n"
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		for _, mark := range []string{"\ufeff", ""} {
			for name, text := range map[string]string{"m.csv": text, "m.jsonl": lines} {
				var b bytes.Buffer
				binary.Write(&b, order, utf16.Encode([]rune(mark+text)))
				got, faults, _, err := readFiles(t, &Mappings{}, [2]string{name, b.String()})
				if err != nil || faults != nil || len(got) != 1 || !strings.HasPrefix(got[0].Text, "grüße 😀") {
					t.Errorf("%s, %v, %q: %+v, %v, %v", name, order, mark, got, faults, err)
				}
			}
		}
	}
}

// TestHints: after five equal faults a line says what a file looks like.
func TestHints(t *testing.T) {
	for name, test := range map[string]struct{ file, text, want string }{
		"slack":    {"m.json", "[" + strings.Repeat("\n"+`{"client_msg_id":"x","type":"message","text":"hi","user":"U1","ts":"1706781600.000200"},`, 6), "this looks like a Slack export: import slack "},
		"telegram": {"m.json", "{\n \"name\": \"Ann\",\n \"type\": \"personal_chat\",\n \"id\": 1,\n \"messages\": [\n  {\n   \"id\": 1,\n   \"date_unixtime\": \"1706781600\"", "an export of Telegram Desktop: import telegram m.json | replay -"},
		"discord":  {"m.json", "{\n  \"guild\": {\n    \"id\": \"1\"\n  },\n  \"channel\": {\n \"id\": \"2\"\n },\n", "DiscordChatExporter: import discord"},
		"matrix":   {"m.json", "{\n\"room_name\": \"r\",\n\"messages\": [\n{\n\"type\": \"m.room.message\",\n", "import matrix"},
		"whatsapp": {"m.txt", strings.Repeat("[01.02.24, 10:00:00] Ann: hi\n", 6), "an export of WhatsApp: import whatsapp"},
		"android":  {"m.txt", strings.Repeat("01/02/2024, 10:00 - Ann: hi\n", 6), "an export of WhatsApp: import whatsapp"},
		"mbox":     {"m", "From a@b Thu Feb  1 10:00:00 2024\nFrom: a@b\nTo: c@d\n\nhi\n\nyou\n", "an mbox: import mbox"},
		"mail":     {"m", "Received: x\n\ty\nFrom: a@b\nTo: c@d\nSubject: x\n\nhi\nhi\n", "a mail: import maildir"},
		"sql":      {"m.sql", "-- MySQL dump 10.13\n" + strings.Repeat("INSERT INTO m VALUES (1);\n", 6), "a dump of SQL"},
		"html":     {"m", strings.Repeat("<p>hi\n", 6), "HTML or XML"},
		"a table":  {"m", "sent;who;whom\n" + strings.Repeat("2024-02-01;a;b\n", 6), "this looks like a table: name it .csv"},
		"others":   {"m", strings.Repeat(`{"when":"2024-02-01","who":"a"}`+"\n", 6), "its objects have when, who: say which is which with -map"},
		"nothing":  {"m", strings.Repeat("hi\n", 6), ""},
		"late": {"m", func() (s string) {
			for i := range Window {
				s += line(1000+i, "a")
			}
			for i := range 10 {
				s += line(10-i, "a")
			}
			return s + line(1, "a")
		}(), "not in order of time: sort them"},
	} {
		_, faults, _, err := readFiles(t, &Mappings{}, [2]string{test.file, test.text})
		hints := 0
		for i, f := range faults {
			if strings.HasPrefix(f, test.file+": ") && !strings.Contains(f, "cut off") {
				if hints++; i != hintAfter && !strings.Contains(faults[len(faults)-1], "cut off") && i != len(faults)-1 {
					t.Errorf("%s: a hint in the place %d", name, i)
				}
				if !strings.Contains(f, test.want) || test.want == "" {
					t.Errorf("%s: %s, want %s", name, f, test.want)
				}
			}
		}
		if err != nil || (hints == 1) != (test.want != "") {
			t.Errorf("%s: %d hints, %v, %.300q", name, hints, err, faults)
		}
	}
	for what, want := range map[string]string{"PAR1xxxxxxxxxxxx": "a Parquet file: import parquet", "SQLite format 3\x00xx": "an SQLite database: import sql", "PK\x03\x04xxxxxxxxxxxxx": "packed as zip"} {
		if _, _, _, err := readFiles(t, &Mappings{}, [2]string{"m", what}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", what, err, want)
		}
	}
}

// FuzzElements: however an array is cut and spread, its objects come out whole, one after
// the other.
func FuzzElements(f *testing.F) {
	for _, s := range []string{"[{},{}]", "[1,\"a\\\"]\",{\"a\":[{}]}]", "{\n}\n{\n}", "[[", "[\"", "]]][", "abc{d", "[{\"a\":\"}\n\"}\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := OpenWith([]string{"-"}, strings.NewReader(text), mapped(t, "-:at:=0,from=a,to:=x"))
		if err == nil {
			for err == nil {
				_, err = s.Next()
			}
			s.Close()
		}
		e := elements{r: bufio.NewReader(strings.NewReader(text)), line: 1}
		for n := 0; ; n++ {
			one, err := e.next()
			if err != nil {
				if n > len(text) || err == io.EOF && e.opened > 0 {
					t.Fatalf("%d elements of %q, %v", n, text, err)
				}
				return
			}
			if len(one) == 0 || e.began < 1 || e.began > 1+strings.Count(text, "\n") {
				t.Fatalf("%q in line %d of %q", one, e.began, text)
			}
		}
	})
}
