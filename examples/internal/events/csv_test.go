package events

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// readCSV reads a table in a file of that name; faults are returned as text.
func readCSV(t *testing.T, name, text string, c *Mappings) (list []Event, faults []string, err error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	data := []byte(text)
	if strings.HasSuffix(name, ".gz") {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		z.Write(data)
		z.Close()
		data = b.Bytes()
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if c == nil {
		c = &Mappings{}
	}
	s, err := OpenWith([]string{path}, nil, c)
	if err != nil {
		return nil, nil, err
	}
	defer s.Close()
	s.Fault = func(f *Fault) { faults = append(faults, strings.TrimPrefix(f.Error(), path)) }
	for {
		e, err := s.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, *e)
	}
	for _, err := range s.Err() {
		faults = append(faults, strings.TrimPrefix(err.Error(), path))
	}
	return list, faults, nil
}

func config(t *testing.T, columns, layout, zone, split string) *Mappings {
	t.Helper()
	var c Mappings
	for _, x := range []struct {
		value string
		set   func(string) error
	}{{columns, c.Add}, {layout, c.SetDates}, {zone, c.SetZone}, {split, c.SetSplit}} {
		if x.value == "" {
			continue
		}
		if err := x.set(x.value); err != nil {
			t.Fatal(err)
		}
	}
	return &c
}

// TestCSV: a table and the lines of JSON that say the same are the same events.
func TestCSV(t *testing.T) {
	at := func(h, m, s int) time.Time { return time.Date(2026, 11, 23, h, m, s, 0, time.UTC) }
	for _, test := range []struct {
		name, file, text string
		config           *Mappings
		want             []Event
	}{
		{"the format's own names", "m.csv", "at,from,to,text,id,abuse\n2026-11-23T12:00:00Z,a,b,\"hello, \"\"you\"\"\nthere\",7,yes\n2026-11-23 12:00:05,b,a;c,,8,\n", nil, []Event{
			{At: at(12, 0, 0), From: "a", To: []string{"b"}, Text: "hello, \"you\"\nthere", ID: "7", Truth: Abusive, Line: 2},
			{At: at(12, 0, 5), From: "b", To: []string{"a", "c"}, ID: "8", Line: 4},
		}},
		{"columns, semicolons, a mark, Windows lines", "m.csv", "\ufeffSender;Recipient;Sent At;Body\r\na;b|c;23.11.2026 13:00;hi\r\n",
			config(t, "at=sent at,from=sender,to=recipient,text=body", "02.01.2006 15:04", "Europe/Berlin", "|"), []Event{
				{At: at(12, 0, 0), From: "a", To: []string{"b", "c"}, Text: "hi", Line: 2},
			}},
		{"tabs and Unix times, packed", "m.tsv.gz", "at\tfrom\tto\n1795435200\ta\tb\n1795435201500\ta\tb\n1795435202000000\ta\tb\n", nil, []Event{
			{At: at(12, 0, 0), From: "a", To: []string{"b"}, Line: 2},
			{At: at(12, 0, 1).Add(500 * time.Millisecond), From: "a", To: []string{"b"}, Line: 3},
			{At: at(12, 0, 2), From: "a", To: []string{"b"}, Line: 4},
		}},
		{"pictures", "m.csv", "at,from,to,media\n2026-11-23 12:00,a,b,f1;f2\n2026-11-23 12:00,a,b,\n", nil, []Event{
			{At: at(12, 0, 0), From: "a", To: []string{"b"}, Media: []string{"f1", "f2"}, Line: 2},
			{At: at(12, 0, 0), From: "a", To: []string{"b"}, Line: 3},
		}},
		{"a finding, an appeal and a ruling", "m.csv", "at,kind,from,against,outcome,by,pledge,abusive,impersonated\n2026-11-23 11:59,review,m,a,,m,,1,page\n2026-11-23 12:00,appeal,a,,,,yes,,\n2026-11-23 12:01,ruling,m,a,Reduced,m,1,,\n2026-11-23 12:02,erased,a,,,,,,\n", nil, []Event{
			{At: at(11, 59, 0), Kind: Review, From: "m", Against: "a", By: "m", Abusive: true, Impersonated: "page", Line: 2},
			{At: at(12, 0, 0), Kind: Appeal, From: "a", Pledge: true, Line: 3},
			{At: at(12, 1, 0), Kind: Ruling, From: "m", Against: "a", Outcome: "reduced", By: "m", Pledge: true, Line: 4},
			{At: at(12, 2, 0), Kind: Erased, From: "a", Line: 5},
		}},
		{"acts", "m.csv", "at,kind,account,message,verdict,until,by,note,from\n2026-11-23 12:00,release,a,m1,,,eve,\"fine, really\",\n2026-11-23 12:01,discard,a,m2,,,eve,,\n2026-11-23 12:02,lift,a,,,,eve,,eve\n2026-11-23 12:03,override,a,,Hold,2026-11-23 12:00:01,eve,,\n2026-11-23 12:04,override,a,,none,,eve,,\n", nil, []Event{
			{At: at(12, 0, 0), Kind: Release, Against: "a", Message: "m1", By: "eve", Note: "fine, really", Line: 2},
			{At: at(12, 1, 0), Kind: Discard, Against: "a", Message: "m2", By: "eve", Line: 3},
			{At: at(12, 2, 0), Kind: Lift, From: "eve", Against: "a", By: "eve", Line: 4},
			{At: at(12, 3, 0), Kind: Override, Against: "a", Verdict: "hold", Until: at(12, 0, 1), By: "eve", Line: 5},
			{At: at(12, 4, 0), Kind: Override, Against: "a", Verdict: "none", By: "eve", Line: 6},
		}},
		{"a text", "m.csv", "at,kind,text,verdict,nats,until,by,from\n2026-11-23 12:00,text,buy now,Evidence,-1.5,2026-11-23 12:00:01,eve,\n2026-11-23 12:01,text,buy now,none,,,eve,\n", nil, []Event{
			{At: at(12, 0, 0), Kind: Text, Text: "buy now", Verdict: "evidence", Nats: -1.5, Until: at(12, 0, 1), By: "eve", Line: 2},
			{At: at(12, 1, 0), Kind: Text, Text: "buy now", Verdict: "none", By: "eve", Line: 3},
		}},
		{"attributes", "m.csv", "at,from,to,attributes\n2026-11-23 12:00,a,b,\"{\"\"app\"\":\"\"web\"\",\"\"level\"\":3}\"\n2026-11-23 12:01,a,b,\n", nil, []Event{
			{At: at(12, 0, 0), From: "a", To: []string{"b"}, Attributes: map[string]any{"app": "web", "level": 3.}, Line: 2},
			{At: at(12, 1, 0), From: "a", To: []string{"b"}, Line: 3},
		}},
		{"feedback, any name", "export", "at,kind,from,to,against,category,joined,relation,reply,composed,delayed,edit,accepts,protected\n2026-11-23 12:00,complaint,b,,a,Spam,2026-01-01,,,,,,\n2026/11/23 12:01,,a,b,,,,Invited,no,1.5,yes,y,Nobody,yes\n2026-11-23 12:02,contacts,a,b;c,,,,,,,,,,\n",
			config(t, "at=at", "", "", ""), []Event{
				{At: at(12, 0, 0), Kind: Complaint, From: "b", Against: "a", Category: "spam", Joined: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Line: 2},
				{At: at(12, 1, 0), From: "a", To: []string{"b"}, Relation: "invited", Composed: 1500 * time.Millisecond, Delayed: true, Edit: true, Accepts: "nobody", Protected: true, Line: 3},
				{At: at(12, 2, 0), Kind: Contacts, From: "a", To: []string{"b", "c"}, Line: 4},
			}},
	} {
		got, faults, err := readCSV(t, test.file, test.text, test.config)
		if err != nil || len(faults) > 0 {
			t.Errorf("%s: %v, %v", test.name, err, faults)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", test.name, diff)
		}
	}
}

func TestCSVFaults(t *testing.T) {
	got, faults, err := readCSV(t, "m.csv", "at,from,to,abuse,edit\nyesterday,a,b,\n2026-11-23 12:00:00,,b,\n2026-11-23 12:00:00,a,,\n2026-11-23 12:00:00,a,b,perhaps\n2026-11-23 12:00:00,a,b,,maybe\n2026-11-23 12:00:00,a,b\n", nil)
	if err != nil || len(got) != 1 {
		t.Errorf("%d events, %v", len(got), err)
	}
	want := []string{
		`:2: at: "yesterday" is no time such as 2026-11-23 12:00:00; say how it is written with -dates`,
		":3: from: missing", ":4: to: missing", `:5: abuse: "perhaps" is neither true nor false`, `:6: edit: "maybe" is neither true nor false`,
	}
	if diff := cmp.Diff(want, faults); diff != "" {
		t.Errorf("faults (-want +got)\n%s", diff)
	}
	for text, want := range map[string]string{
		"when,who,to\n":    `no column "at"; it has when, who, to: say which it is with -map at=…`,
		"at,who,to\n":      `no column "from"`,
		"at,from,whom\n":   `no column "to"; it has at, from, whom: say which it is with -map to=…`,
		"a,b":              `no column "at"`,
		"\"at,from\n1,2\n": `no column "at"`,

		"\xff\xfea\x00t\x00,\x00":    `no column "from"`,
		"at,from,to\r1,a,b\r2,a,b\r": "its lines end in CR alone",
		"at,from,to,text,Text,to\n":  `columns 3 and 6 are both named "to"`,
		"at,from,to,TEXT,Text\n":     `columns 4 and 5 are both named "Text"`,

		strings.Repeat("c,", 500):                 "c, and 461 more: say which",
		strings.Repeat("long name ", 50) + ",b\n": "long name long name long name long name",
	} {
		if _, _, err := readCSV(t, "m.csv", text, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	if _, _, err := readCSV(t, "m.csv", "at,from\n", config(t, "text=body", "", "", "")); err == nil || !strings.Contains(err.Error(), `no column "body" for text; it has at, from`) {
		t.Errorf("a column that is not there: %v", err)
	}
	// A quotation mark that is never closed does not take the memory.
	long := "at,from,to,text\n2026-11-23 12:00:00,a,b,fine\n2026-11-23 12:00:01,a,b,\"" + strings.Repeat("2026-11-23 12:00:00,a,b,x\n", 400_000)
	got, faults, err = readCSV(t, "m.csv", long, nil)
	if err != nil || len(got) != 1 || len(faults) != 1 || !strings.Contains(faults[0], "after line 2: a row of more than 4 MB: is a quotation mark never closed?") {
		t.Errorf("%d events, %.300v, %v", len(got), faults, err)
	}
	var c Mappings
	for _, bad := range []string{"", "at", "at=", "=x", "when=x", "at=x,at=y"} {
		if c.Add(bad) == nil {
			t.Errorf("-csv %q is taken", bad)
		}
	}
	if c.SetDates("yesterday") == nil || c.SetZone("Nowhere/Else") == nil || c.SetSplit("") == nil {
		t.Error("a wrong layout, zone or split is taken")
	}
}

// FuzzCSV: whatever a file holds, reading it ends, and every event is one that
// the format allows.
func FuzzCSV(f *testing.F) {
	f.Add("at,from,to\n2026-11-23 12:00:00,a,b\n")
	f.Add("at,kind,from,account,message,verdict,until,by,note\n2026-11-23 12:00,override,,a,,hold,2026-11-24,eve,why\n2026-11-23 12:00,release,,a,m,,,eve,\n")
	f.Add("at,kind,from,text,verdict,nats,by\n2026-11-23 12:00,text,,x,evidence,1e3,eve\n2026-11-23 12:00,text,,x,evidence,NaN,eve\n")
	f.Add("at;from;to;text\n1795435200;a;b;\"x\n")
	f.Add("from\tat\tto\n\"\"\t\"\t\n")
	f.Add("at,from,to,text\n2026-11-23 12:00:00,a,b;c,7\n")
	var all []*Mappings
	for _, text := range []string{"at=at", "at=at,attributes.level(int)=text,attributes.links(list(string))=to"} {
		m := &Mappings{}
		if err := m.Add(text); err != nil {
			f.Fatal(err)
		}
		all = append(all, m)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, m := range all {
			fuzzCSV(t, text, m)
		}
	})
}

func fuzzCSV(t *testing.T, text string, m *Mappings) {
	in := strings.NewReader(text)
	s, err := OpenWith([]string{"-"}, in, m)
	if err != nil {
		return
	}
	defer s.Close()
	for {
		e, err := s.Next()
		if err != nil {
			return
		}
		var back Event
		if e.At.Year() < 0 || e.At.Year() > 9999 {
			continue
		}
		if err := Parse(string(AppendLine(nil, e)), &back); err != nil {
			t.Errorf("%+v is no event: %v", e, err)
		}
	}
}

// TestCSVUnclosed: a quotation mark that is never closed takes the rest of the
// file; that is said, with the line where it stands and how many are lost.
func TestCSVUnclosed(t *testing.T) {
	const row = "2026-11-23 12:00:00,a,b,"
	for _, test := range []struct {
		text   string
		events int
		faults []string
	}{
		{row + "\"hi\n" + row + "hi\n" + row + "hi\n", 0, []string{":2: a quotation mark is never closed: the 2 lines after it are lost with this one"}},
		{row + "hi\n" + row + "\"hi\n" + row + "hi", 1, []string{":3: a quotation mark is never closed: the 1 line after it is lost with this one"}},
		{row + "\"hi\n", 1, nil}, // takes nothing
		{row + "\"hi\nyou\"\n", 1, nil},
		{row + "\"hi\nyou\"", 1, nil},
		{row + "\"hi\nyou\n\"\r\n", 1, nil},
		{row + "\"hi\nyou\"\n" + row + "hi\n", 2, nil},
		{row + "say \"hi\n" + row + "hi\n", 2, nil},
	} {
		got, faults, err := readCSV(t, "m.csv", "at,from,to,text\n"+test.text, nil)
		if err != nil || len(got) != test.events {
			t.Errorf("%q: %d events, want %d; %v", test.text, len(got), test.events, err)
		}
		if diff := cmp.Diff(test.faults, faults); diff != "" {
			t.Errorf("%q: faults (-want +got)\n%s", test.text, diff)
		}
	}
}

// TestCSVNames: columns may have commas and signs of equality in their names,
// and others that differ in case alone.
func TestCSVNames(t *testing.T) {
	got, faults, err := readCSV(t, "m.csv", "At;From, who;to=whom;TO=WHOM\n2026-11-23 12:00:00;a;b;c\n", config(t, `from="From, who",to=to=whom`, "", "", ""))
	if err != nil || len(faults) > 0 || len(got) != 1 || got[0].From != "a" || len(got[0].To) != 1 || got[0].To[0] != "b" {
		t.Errorf("%+v, %v, %v", got, faults, err)
	}
	var c Mappings
	if err := c.Add("from=From, who"); err == nil || !strings.Contains(err.Error(), `a column with a comma stands in quotation marks`) {
		t.Error(err)
	}
}
