package events

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// mapped makes Mappings of -map's values.
func mapped(t *testing.T, texts ...string) *Mappings {
	t.Helper()
	m := &Mappings{}
	for _, text := range texts {
		if err := m.Add(text); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

// readFiles reads files of a folder, in the order of their names in list; faults and
// notes are returned without the folder.
func readFiles(t *testing.T, m *Mappings, files ...[2]string) (list []Event, faults, notes []string, err error) {
	t.Helper()
	dir := t.TempDir()
	var names []string
	for _, f := range files {
		names = append(names, filepath.Join(dir, f[0]))
		if err := os.WriteFile(names[len(names)-1], []byte(f[1]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	short := func(s string) string { return strings.ReplaceAll(s, dir+"/", "") }
	s, err := OpenWith(names, nil, m)
	if err != nil {
		return nil, nil, nil, &Fault{Err: err, File: short(err.Error())}
	}
	defer s.Close()
	for _, n := range s.Notes() {
		notes = append(notes, short(n))
	}
	s.Fault = func(f *Fault) { faults = append(faults, short(f.Error())) }
	for {
		e, err := s.Next()
		if err != nil {
			break
		}
		list = append(list, *e)
	}
	for _, err := range s.Err() {
		faults = append(faults, short(err.Error()))
	}
	return list, faults, notes, nil
}

// TestMapping: several tables with columns of their own, and JSON, make one log in order
// of time.
func TestMapping(t *testing.T) {
	at := func(m int) time.Time { return time.Date(2024, 2, 23, 10, m, 0, 0, time.UTC) }
	got, faults, notes, err := readFiles(t,
		mapped(t, `at=sent,from=sender,to="to, all",text=body`, `complaints*:kind:=complaint,from=by,at=when,against=whom,category=reason{SPAM:spam,"it's, rude":harassment,*:other},dates:=mdy,zone:=America/New_York`, `x.jsonl:at=time,from=user.id,to=rcpt.mail,kind=type{msg:message,abuse:complaint,*:-},text=a.b,against=bad`),
		[2]string{"messages.csv", "sent;sender;to, all;body;ip\n23.02.2024 10:00;ann;bob;hi;1\n23.02.2024 10:05;bob;ann;yo;2\n"},
		[2]string{"complaints2.csv", "when,by,whom,reason\n2/23/2024 5:02 AM,bob,ann,Spam\n2/23/2024 5:06 AM,eve,ann,\"it's, rude\"\n02/23/24 05:07 am,eve,ann,\n"},
		[2]string{"x.jsonl", `{"time":1708682460,"type":"msg","user":{"id":7,"name":"x"},"rcpt":[{"mail":"p"},{"mail":"q"}],"a.b":"text","n":null}` + "\n" +
			`{"time":1708682640.5,"type":"abuse","user":{"id":"8"},"bad":"7"}` + "\n" + `{"time":1708682640,"type":"join","user":{"id":"8"}}` + "\n"},
	)
	want := []Event{
		{At: at(0), From: "ann", To: []string{"bob"}, Text: "hi", Line: 2},
		{At: at(1), From: "7", To: []string{"p", "q"}, Text: "text", Line: 1, File: 2},
		{At: at(2), Kind: Complaint, From: "bob", Against: "ann", Category: "spam", Line: 2, File: 1},
		{At: at(4).Add(time.Second / 2), Kind: Complaint, From: "8", Against: "7", Line: 2, File: 2},
		{At: at(5), From: "bob", To: []string{"ann"}, Text: "yo", Line: 3},
		{At: at(6), Kind: Complaint, From: "eve", Against: "ann", Category: "harassment", Line: 3, File: 1},
		{At: at(7), Kind: Complaint, From: "eve", Against: "ann", Category: "other", Line: 4, File: 1},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil || faults != nil {
		t.Errorf("%v, %v (-want +got)\n%s", err, faults, diff)
	}
	if diff := cmp.Diff([]string{
		"messages.csv: columns that are not read: ip",
		"messages.csv: dates are read as day.month.year hour:minute, UTC; -dates and -zone change that",
		"complaints2.csv: dates are read as month/day/year hour:minute AM/PM, America/New_York; -dates and -zone change that",
		"x.jsonl: fields that are not read: n",
		"x.jsonl: dates are read as Unix times in seconds; -dates changes that",
	}, notes); diff != "" {
		t.Errorf("notes (-want +got)\n%s", diff)
	}
}

func TestMappingFaults(t *testing.T) {
	for text, want := range map[string]string{
		"":                             "no field=column",
		"at":                           `"at" is no field=column`,
		"at=":                          "nothing follows",
		"=x":                           "no field=column",
		"when=x":                       `no field "when"; there are at, kind`,
		"at=x,at=y":                    `field "at" stands twice: "x" and "y"`,
		"from=x,to=x":                  `column "x" stands twice: it is from and to`,
		"from=x,":                      "no field=column",
		`from="x`:                      "a quotation mark is not closed",
		`from="x"y`:                    `"y" follows the closing quotation mark`,
		`"from=x,y"`:                   "quotation marks stand around the name of the column",
		"kind=x{a:b":                   "the brace is not closed",
		"kind=x{a}":                    `what "a" means is missing`,
		"kind=x{}":                     `what "" means is missing`,
		"kind=x{a:b,a:c}":              `"a" means two things: "b" and "c"`,
		"kind=x{a:b}c,from=y":          "a comma is missing",
		"dates=dmy,from=x":             "dates is a setting, no field: write dates:=dmy",
		"dates:=perhaps":               `"perhaps" is none of dmy, mdy`,
		"zone:=Nowhere/Else":           "zone: ",
		"[a:at=x":                      "no pattern of names",
		"messages.csv:at=a,from=f,x=y": `no field "x"`,
	} {
		var m Mappings
		if err := m.Add(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	var m Mappings
	for i, text := range []string{"at=a", "b.csv:at=a", "at=b", "b.csv:at=c"} {
		if err := m.Add(text); (err != nil) != (i > 1) || err != nil && !strings.Contains(err.Error(), "two mappings for") {
			t.Errorf("%s: %v", text, err)
		}
	}
	table := [2]string{"m.csv", "At,who,to\n2024-02-23T10:00:00Z,a,b\n"}
	for want, m := range map[string]*Mappings{
		`m.csv: two mappings are for it: of m.csv and of *.csv`:                                   mapped(t, "m.csv:from=who", "*.csv:from=who"),
		`a mapping is for n.csv, which is not read; read is m.csv`:                                mapped(t, "n.csv:from=who"),
		`m.csv: no column "whom" for from; it has At, who, to`:                                    mapped(t, "from=whom"),
		`m.csv: column "who" stands twice: it is from and text`:                                   mapped(t, "from=who,text=WHO"),
		`m.csv: no column "from"; it has At, who, to: say which it is with -map from=…`:           mapped(t, "text=who"),
		`m.csv: at: "2024" can be`:                                                                nil,
		`j.json: no "user" for from in the first objects; they have at, who`:                      mapped(t, "j.json:from=user"),
		`j.json: no "to" in the first objects; they have at, who: say which it is with -map to=…`: mapped(t, "j.json:from=who"),
		`j.json: no "at" in the first objects; they have t, who: say which it is with -map at=…`:  mapped(t, "j.json:from=who"),
	} {
		if m == nil {
			continue
		}
		file := table
		if strings.HasPrefix(want, "j") {
			file = [2]string{"j.json", `{"at":"2024-02-23T10:00:00Z","who":"a"}`}
			if strings.Contains(want, "have t") {
				file[1] = `[{"t":"2024-02-23T10:00:00Z","who":"a"}]`
			}
		}
		if _, _, _, err := readFiles(t, m, file); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	// A constant, and a column that is taken, leave the field of that name alone.
	got, faults, _, err := readFiles(t, mapped(t, "from=to,to:=c,text:=hi there"), table)
	if len(got) != 1 || got[0].From != "b" || got[0].To[0] != "c" || got[0].Text != "hi there" {
		t.Errorf("%+v, %v, %v", got, faults, err)
	}
}

// FuzzMapping: a mapping is refused, or says for one file the same as for all.
func FuzzMapping(f *testing.F) {
	for _, s := range []string{"at=a,from=b", `*.csv:kind=type{"a,b":c,*:-},to="x ""y"", z",from:=a`, "dates:=02.01.2006 15:04,at:=1", "at=={:}", `at="",to=a:=b`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var m Mappings
		if m.Add(text) != nil {
			return
		}
		_, rest := cutPattern(text)
		one, err := parseMapping(rest)
		if err != nil {
			t.Fatal(err)
		}
		again, err := parseMapping(one.String())
		if err != nil {
			t.Fatalf("%q: %v", one, err)
		}
		if diff := cmp.Diff(one.sources, again.sources, cmp.AllowUnexported(source{})); diff != "" {
			t.Fatalf("%q (-once +again)\n%s", one, diff)
		}
	})
}

// String writes a mapping as Add reads it.
func (m *mapping) String() string {
	quote := func(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
	var items []string
	for field, s := range m.sources {
		sign := "="
		if s.constant {
			sign = ":="
		}
		item := field + sign + quote(s.column)
		if s.values != nil {
			var pairs []string
			for is, means := range s.values {
				pairs = append(pairs, quote(is)+":"+quote(means))
			}
			item += "{" + strings.Join(pairs, ",") + "}"
		}
		items = append(items, item)
	}
	for i, s := range []string{m.dates, m.zone, m.split} {
		if s != "" {
			items = append(items, settings[i]+":="+quote(s))
		}
	}
	return strings.Join(items, ",")
}
