package events

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	at := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for name, test := range map[string]struct {
		line string
		want Event
	}{
		"the line of api.md": {
			`{"at":"2026-11-23T12:00:00Z","kind":"message","from":"a","to":["b"],"text":"…","id":"…","relation":"stranger","class":"member","joined":"2026-11-23T12:00:00Z","origin":"o","group":"g","channel":"c","abuse":true}`,
			Event{At: at, From: "a", To: []string{"b"}, Text: "…", ID: "…", Relation: "stranger", Class: "member", Joined: at, Origin: "o", Group: "g", Channel: "c", Truth: Abusive},
		},
		"spaces, as Python writes them": {
			`{"at": "2026-11-23T12:00:00Z", "from": "a", "to": ["b", "c"], "text": "caf\u00e9 \ud83d\ude00\n"}` + "\r\n",
			Event{At: at, From: "a", To: []string{"b", "c"}, Text: "café 😀\n"},
		},
		"one recipient without a list": {
			`{"at":"2026-11-23T13:00:00+01:00","from":"a","to":"b","abuse":false,"x":{"y":[1,2]}}`,
			Event{At: at, From: "a", To: []string{"b"}, Truth: Honest},
		},
		"reply":      {`{"at":"2026-11-23T12:00:00Z","kind":"reply","from":"b","to":["a"],"message":"m"}`, Event{At: at, Kind: Reply, From: "b", To: []string{"a"}, Message: "m"}},
		"complaint":  {`{"at":"2026-11-23T12:00:00Z","kind":"complaint","from":"b","against":"a","category":"spam"}`, Event{At: at, Kind: Complaint, From: "b", Against: "a", Category: "spam"}},
		"blocked":    {`{"at":"2026-11-23T12:00:00Z","kind":"blocked","from":"b","to":["a"]}`, Event{At: at, Kind: Blocked, From: "b", Against: "a"}},
		"review":     {`{"at":"2026-11-23T12:00:00Z","kind":"review","account":"a","by":"m","abusive":true}`, Event{At: at, Kind: Review, Against: "a", By: "m", Abusive: true}},
		"retraction": {`{"at":"2026-11-23T12:00:00Z","kind":"retraction","sender":"a","id":"m"}`, Event{At: at, Kind: Retraction, From: "a", Message: "m"}},
		"contacts":   {`{"at":"2026-11-23T12:00:00Z","kind":"contacts","from":"a","to":["b","c"]}`, Event{At: at, Kind: Contacts, From: "a", To: []string{"b", "c"}}},
		"told of":    {`{"at":"2026-11-23T12:00:00Z","kind":"contacts","of":"a","with":["b"]}`, Event{At: at, Kind: Contacts, From: "a", To: []string{"b"}}},
		"accepted":   {`{"at":"2026-11-23T12:00:00Z","kind":"accepted","from":"b","to":"a"}`, Event{At: at, Kind: Accepted, From: "b", To: []string{"a"}}},
		"withdrawn":  {`{"at":"2026-11-23T12:00:00Z","kind":"withdrawn","from":"a","to":["b"]}`, Event{At: at, Kind: Withdrawn, From: "a", To: []string{"b"}}},
		"with one":   {`{"at":"2026-11-23T12:00:00Z","kind":"contacts","of":"a","with":"b"}`, Event{At: at, Kind: Contacts, From: "a", To: []string{"b"}}},
		"finding":    {`{"at":"2026-11-23T12:00:00Z","kind":"review","against":"a","abusive":true,"impersonated":"staff"}`, Event{At: at, Kind: Review, Against: "a", Abusive: true, Impersonated: "staff"}},
		"erased":     {`{"at":"2026-11-23T12:00:00Z","kind":"erased","account":"a"}`, Event{At: at, Kind: Erased, From: "a"}},
		"release":    {`{"at":"2026-11-23T12:00:00Z","kind":"release","sender":"a","message":"m","by":"eve","note":"fine"}`, Event{At: at, Kind: Release, Against: "a", Message: "m", By: "eve", Note: "fine"}},
		"discard":    {`{"at":"2026-11-23T12:00:00Z","kind":"discard","against":"a","message":"m","by":"eve"}`, Event{At: at, Kind: Discard, Against: "a", Message: "m", By: "eve"}},
		"lift":       {`{"at":"2026-11-23T12:00:00Z","kind":"lift","account":"a","by":"eve","note":"n"}`, Event{At: at, Kind: Lift, Against: "a", By: "eve", Note: "n"}},
		"override":   {`{"at":"2026-11-23T12:00:00Z","kind":"override","account":"a","verdict":"hold","until":"2026-11-23T12:00:00Z","by":"eve"}`, Event{At: at, Kind: Override, Against: "a", Verdict: "hold", Until: at, By: "eve"}},
		"an end":     {`{"at":"2026-11-23T12:00:00Z","kind":"override","against":"a","verdict":"none","by":"eve"}`, Event{At: at, Kind: Override, Against: "a", Verdict: "none", By: "eve"}},
		"attributes": {`{"at":"2026-11-23T12:00:00Z","from":"a","to":["b"],"attributes":{"app":"web","paid":true,"level":3,"links":["x.example"]}}`, Event{At: at, From: "a", To: []string{"b"}, Attributes: map[string]any{"app": "web", "paid": true, "level": 3., "links": []any{"x.example"}}}},
		"text":       {`{"at":"2026-11-23T12:00:00Z","kind":"text","text":"buy now","verdict":"evidence","nats":1.5,"until":"2026-11-23T12:00:00Z","by":"eve","note":"n"}`, Event{At: at, Kind: Text, Text: "buy now", Verdict: "evidence", Nats: 1.5, Until: at, By: "eve", Note: "n"}},
		"free text":  {`{"at":"2026-11-23T12:00:00Z","kind":"text","text":"buy now","verdict":"none","by":"eve"}`, Event{At: at, Kind: Text, Text: "buy now", Verdict: "none", By: "eve"}},
		"appeal":     {`{"at":"2026-11-23T12:00:00Z","kind":"appeal","from":"a","pledge":true}`, Event{At: at, Kind: Appeal, From: "a", Pledge: true}},
		"ruling":     {`{"at":"2026-11-23T12:00:00Z","kind":"ruling","account":"a","outcome":"reduced","pledge":true,"by":"m"}`, Event{At: at, Kind: Ruling, Against: "a", Outcome: "reduced", Pledge: true, By: "m"}},
		"settings":   {`{"at":"2026-11-23T12:00:00Z","from":"a","to":["b"],"accepts":"nobody","protected":true}`, Event{At: at, From: "a", To: []string{"b"}, Accepts: "nobody", Protected: true}},
		"delayed":    {`{"at":"2026-11-23T12:00:00Z","from":"a","to":["b"],"delayed":true}`, Event{At: at, From: "a", To: []string{"b"}, Delayed: true}},
		"edit":       {`{"at":"2026-11-23T12:00:00Z","from":"a","to":["b"],"id":"m","edit":true,"relation":"invited"}`, Event{At: at, From: "a", To: []string{"b"}, ID: "m", Relation: "invited", Edit: true}},
		"media":      {`{"at":"2026-11-23T12:00:00Z","from":"a","to":["b"],"media":["f1","f\u0032"]}`, Event{At: at, From: "a", To: []string{"b"}, Media: []string{"f1", "f2"}}},
		"one medium": {`{"at":"2026-11-23T12:00:00Z","from":"a","to":["b"],"media":"f1","text":"x"}`, Event{At: at, From: "a", To: []string{"b"}, Text: "x", Media: []string{"f1"}}},
		"composed":   {`{"at":"2026-11-23T12:00:00.5Z","from":"a","to":["b"],"composed":2.5}`, Event{At: at.Add(time.Second / 2), From: "a", To: []string{"b"}, Composed: 2500 * time.Millisecond}},
	} {
		var got Event
		if err := Parse(test.line, &got); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", name, diff)
		}
		var again Event
		if err := Parse(string(AppendLine(nil, &got)), &again); err != nil || !reflect.DeepEqual(got, again) {
			t.Errorf("%s: read back: %v\n%s", name, err, cmp.Diff(got, again))
		}
	}
}

func TestParseNamesTheFault(t *testing.T) {
	for line, want := range map[string]string{
		`{"from":"a","to":["b"]}`:                                                        "at: missing",
		`{"at":"yesterday","from":"a","to":["b"]}`:                                       `at: "yesterday"`,
		`{"at":"9999-12-31T23:00:00-02:00","from":"a","to":["b"]}`:                       `at: "9999-12-31T`,
		`{"at":"2026-02-30T00:00:00Z","from":"a","to":["b"]}`:                            `at: "2026-02-30`,
		`{"at":"2026-11-23T12:00:00Z","to":["b"]}`:                                       "from: missing",
		`{"at":"2026-11-23T12:00:00Z","from":"a","to":[]}`:                               "to: missing",
		`{"at":"2026-11-23T12:00:00Z","from":7,"to":["b"]}`:                              "from: a JSON number",
		`{"at":"2026-11-23T12:00:00Z","kind":"poke","from":"a","to":["b"]}`:              `kind: unknown value "poke"`,
		`{"at":"2026-11-23T12:00:00Z","from":"a","to":["b"],"joined":"x"}`:               `joined: "x"`,
		`{"at":"2026-11-23T12:00:00Z","from":"a","to":["b"],"composed":-1}`:              "composed: -1",
		`{"at":"2026-11-23T12:00:00Z","from":"a","to":["b"],"edit":"m"}`:                 "edit: a JSON string",
		`{"at":"2026-11-23T12:00:00Z","from":"a","to":["b"],"media":7}`:                  "media: a JSON number",
		`{"at":"2026-11-23T12:00:00Z","from":"a","to":["b"],"attributes":7}`:             "attributes: a JSON number",
		`{"at":"2026-11-23T12:00:00Z","from":"a","to":["b"],"attributes":{"links":[1]}}`: "attributes.links: must be a text, a number",
		`{"at":"2026-11-23T12:00:00Z","kind":"complaint","from":"a"}`:                    "against: missing",
		`{"at":"2026-11-23T12:00:00Z","kind":"review","against":"a"}`:                    "abusive: missing",
		`{"at":"2026-11-23T12:00:00Z","kind":"retraction","from":"a"}`:                   "message: missing",
		`{"at":"2026-11-23T12:00:00Z","kind":"appeal","pledge":true}`:                    "from: missing",
		`{"at":"2026-11-23T12:00:00Z","kind":"ruling","against":"a"}`:                    "outcome: missing",
		`{"at":"2026-11-23T12:00:00Z","kind":"contacts","with":["b"]}`:                   "from: missing",

		`{"at":"2026-11-23T12:00:00Z","kind":"release","from":"a","message":"m","by":"m"}`:                            "against: missing",
		`{"at":"2026-11-23T12:00:00Z","kind":"release","against":"a","by":"m"}`:                                       "message: missing",
		`{"at":"2026-11-23T12:00:00Z","kind":"discard","against":"a","message":"m"}`:                                  "by: missing",
		`{"at":"2026-11-23T12:00:00Z","kind":"lift","by":"m"}`:                                                        "against: missing",
		`{"at":"2026-11-23T12:00:00Z","kind":"lift","against":"a"}`:                                                   "by: missing",
		`{"at":"2026-11-23T12:00:00Z","kind":"override","against":"a","by":"m"}`:                                      "verdict: missing",
		`{"at":"2026-11-23T12:00:00Z","kind":"override","against":"a","by":"m","verdict":"hold","until":"next week"}`: `until: "next week" is no time`,
		`{"at":"2026-11-23T12:00:00Z","kind":"override","against":"a","by":"m","verdict":["hold"]}`:                   "verdict: a JSON array",

		`{"at":"2026-11-23T12:00:00Z","kind":"contacts","of":"a"}`: "to: missing",
		`{"at":"2026-11-23T12:00:00Z","from":"a","to":["b"]`:       "ends in the middle",
		`{"at":"2026-11-23T12:00:00Z","from":"a","to":["b"]} {}`:   "follows the object",
		`[{"at":"2026-11-23T12:00:00Z"}]`:                          "array",
		`a,b,2026-11-23`:                                           `starts with "a,b,2026-11-`,
		"\x00\x00":                                                 "not a JSON object",
	} {
		var e Event
		if err := Parse(line, &e); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s:\n got %v\nwant %s", line, err, want)
		}
	}
}

// FuzzScan holds the scanner to encoding/json: what it reads, json reads alike.
func FuzzScan(f *testing.F) {
	for _, s := range []string{
		`{"at":"2026-11-23T12:00:00Z","from":"a","to":["b"]}`,
		`{"at": "2026-11-23T12:00:00Z", "kind":"reply", "from": "a", "to": ["b", "c"], "text": "caf\u00e9 \ud83d\ude00\n\ud83d \"x\"\/"}`,
		`{"From":"a","from":"b","to":["a"],"to":[],"abuse":true,"abusive":false,"actor":"é","x":"y"}`,
		`{"at":"2026-11-23T12:00:00Z","kind":"release","sender":"a","message":"m","by":"eve","note":"fine"}`,
		`{"at":"2026-11-23T12:00:00Z","kind":"override","account":"a","verdict":"hold","until":"2026-11-24T12:00:00+01:00","by":"eve"}`,
		`{"at":"2026-11-23T12:00:00Z","kind":"discard","against":"a","message":"m","by":"eve"}`, `{"at":"2026-11-23T12:00:00Z","kind":"lift","account":"a","by":"eve"}`,
		`{"abuse":null,"to":"x","composed":1e3}`, `{}`, ` { } x`, `{"a":"\u12"}`, `{"text":"\ud83d\u0041"}`, `{"reply":truefalse}`,
		"{\"text\":\"\xff\"}", "{\"text\":\"a\tb\"}", `{"to":["a",]}`, `{"a":"b",}`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		var fast, slow wire
		if !scan(line, &fast, new([]string)) {
			return
		}
		if err := decode(line, &slow); err != nil {
			t.Fatalf("scanned, but %v", err)
		}
		if diff := cmp.Diff(slow, fast); diff != "" {
			t.Fatalf("(-json +scan)\n%s", diff)
		}
		var e, again Event
		if err := Parse(line, &e); err != nil {
			return
		}
		if err := Parse(string(AppendLine(nil, &e)), &again); err != nil {
			t.Fatalf("read back: %v", err)
		}
		if diff := cmp.Diff(e, again); diff != "" {
			t.Fatalf("read back (-want +got)\n%s", diff)
		}
	})
}

// FuzzParseTime holds the reader of times to time.Parse.
func FuzzParseTime(f *testing.F) {
	for _, s := range []string{"2026-11-23T12:00:00Z", "2026-11-31T12:00:00Z", "2026-02-29T12:00:00Z", "0000-01-01T00:00:00Z", "2026-11-23T12:00:60Z", "2026-11-23T12:00:00.5+01:00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want, wantErr := time.Parse(time.RFC3339Nano, s)
		got, err := parseTime(s)
		if (err == nil) != (wantErr == nil) || err == nil && !got.Equal(want) {
			t.Fatalf("%q: got %v, %v; want %v, %v", s, got, err, want, wantErr)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	line := `{"at": "2010-08-30T23:51:00Z", "from": "ffa1feb566e2797f04567c882f4f18e5", "to": ["d7738aad521880f251cb03159bac69b3"], "text": "Ya. Im here.. Im nt in a mood 2 kid wid u... Jst com 2 d point..."}`
	b.Run("scan", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(line)))
		for b.Loop() {
			var e Event
			if err := Parse(line, &e); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("json", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(line)))
		for b.Loop() {
			var w wire
			if err := decode(line, &w); err != nil {
				b.Fatal(err)
			}
		}
	})
}
