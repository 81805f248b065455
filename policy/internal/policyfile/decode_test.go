package policyfile

import (
	"errors"
	"math"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type even int

func (e *even) UnmarshalText(b []byte) error {
	if len(b)%2 != 0 {
		return errors.New("odd")
	}
	*e = even(len(b))
	return nil
}

type colour uint8

type pair struct{ A, B float64 }

type inner struct {
	On   bool    `json:"on,omitzero"`
	Part float64 `json:"part"`
}

type outer struct {
	Name    string            `json:"name"`
	N       int               `json:"n,omitzero"`
	Len     even              `json:"len,omitzero"`
	Colour  colour            `json:"colour,omitzero"`
	Pairs   []pair            `json:"pairs"`
	Inner   *inner            `json:"inner,omitzero"`
	Table   map[string]*inner `json:"table"`
	Strange chan int          `json:"strange,omitzero"`
}

var testDecoder = Decoder{
	Forms: map[reflect.Type]Form{
		reflect.TypeFor[even]():   {Text: `a text of even length`},
		reflect.TypeFor[colour](): {Names: []string{"red", "green"}, First: 1},
		reflect.TypeFor[pair]():   {List: "a pair"},
	},
	MaxKeys: 2,
}

func decode(data string) (o outer, f Faults) {
	d := testDecoder
	d.Faults = &f
	if n := Parse([]byte(data), &f); n != nil {
		d.Decode(n, &o)
	}
	return o, f
}

func TestDecode(t *testing.T) {
	got, f := decode(`{"name": "x", "n": 7, "len": "four", "colour": "green", "pairs": [[1, 2], [-0, 4]], "inner": {"part": 0.5}, "table": {"a": {"on": true, "part": 1}}}`)
	want := outer{Name: "x", N: 7, Len: 4, Colour: 2, Pairs: []pair{{1, 2}, {0, 4}}, Inner: &inner{Part: .5}, Table: map[string]*inner{"a": {On: true, Part: 1}}}
	if diff := cmp.Diff(want, got); diff != "" || f.All() != nil {
		t.Errorf("%v\n%s", f.All(), diff)
	}
	if math.Signbit(got.Pairs[1].A) {
		t.Error("−0 is read")
	}
	for data, want := range map[string][]Fault{
		`[]`: {{"file", "must be an object, is a list"}},
		`{"name": "x", "pairs": [], "table": {}, "colour": "gren", "len": "odd"}`: {
			{"colour", `must be one of "red", "green", is the text "gren"; did you mean "green"?`},
			{"len", `must be a text of even length, is the text "odd"`},
		},
		`{"nam": 1, "pairs": [[1], [1, "x"], 3], "table": {"a": null, "b c": {"part": 1e999}}}`: {
			{"nam", "unknown field; did you mean name?"},
			{"pairs[0]", "must be a pair, is a list"},
			{"pairs[1][1]", `must be a number, is the text "x"`},
			{"pairs[2]", "must be a pair, is the number 3"},
			{"table.a", "must be an object, is null"},
			{`table["b c"].part`, "must be a number that is not too large, is the number 1e999"},
			{"name", "is missing"},
		},
		`{"name": "x", "name": true, "pairs": {}, "table": {"a": {"part": 1}, "b": {"part": 1}, "c": {"part": 1}}, "n": 1.5}`: {
			{"name", "stands twice"},
			{"name", "must be text, is true"},
			{"pairs", "must be a list, is an object"},
			{"table", "must be at most 2, are 3"},
			{"n", "must be a whole number, is the number 1.5"},
		},
		`{"name": "x", "pairs": [], "table": {}, "strange": 1}`: {{"strange", "has a type that policy files do not know: chan int"}},
		"{\n  \"name\": \"é\",}":                                {{"line 2, column 15", "no comma may stand before the closing bracket"}},
	} {
		if _, f := decode(data); !cmp.Equal(f.All(), want) {
			t.Errorf("%s\n%s", data, cmp.Diff(want, f.All()))
		}
	}
}

func TestFaults(t *testing.T) {
	var f Faults
	f.Add("a.b[1].c", "is wrong")
	f.note("x", "is odd")
	for path, want := range map[string]bool{"a.b[1].c": true, "a.b[1].c.d": true, "a.b[1].c[0]": true, "a.b[1]": false, "a.b[1].cc": false, "": false, "x": false} {
		if f.Broken(path) != want {
			t.Errorf("Broken(%q) is not %t", path, want)
		}
	}
	for range MaxFaults {
		f.Add("y", "is wrong, too")
	}
	for range 2 { // asked twice
		if all := f.All(); len(all) != MaxFaults+1 || all[MaxFaults] != (Fault{"file", "has 2 more faults"}) {
			t.Errorf("%d faults, the last %v", len(all), all[len(all)-1])
		}
	}
}

func TestMerge(t *testing.T) {
	var f Faults
	parse := func(s string) *Node { return Parse([]byte(s), &f) }
	base := parse(`{"a": {"x": 1, "y": [1, 2]}, "b": 2}`)
	copied := base.Clone()
	got := Merge(base, parse(`{"a": {"y": [3], "z": {}}, "c": {"d": 4}, "b": {"e": 5}}`))
	if want := parse(`{"a": {"x": 1, "y": [3], "z": {}}, "b": {"e": 5}, "c": {"d": 4}}`); !cmp.Equal(want, got, cmp.AllowUnexported(Node{})) {
		t.Error(cmp.Diff(want, got, cmp.AllowUnexported(Node{})))
	}
	if want := parse(`{"a": {"x": 1, "y": [1, 2]}, "b": 2}`); !cmp.Equal(want, copied, cmp.AllowUnexported(Node{})) {
		t.Error("the clone changed, too")
	}
	if f.All() != nil {
		t.Error(f.All())
	}
}

func TestCopy(t *testing.T) {
	o := outer{Pairs: nil, Table: map[string]*inner{}, Inner: &inner{Part: math.Copysign(0, -1)}}
	plain, canonical := Copy(o, false), Copy(o, true)
	if plain.Pairs != nil || plain.Inner == o.Inner || !math.Signbit(plain.Inner.Part) {
		t.Errorf("%+v is not a copy of %+v", plain, o)
	}
	if canonical.Pairs == nil || math.Signbit(canonical.Inner.Part) {
		t.Errorf("%+v is not canonical", canonical)
	}
	if Copy((*outer)(nil), true) != nil {
		t.Error("a copy of nil")
	}
}

func TestNearest(t *testing.T) {
	known := []string{"half_life", "hysteresis", "warned", "for"}
	for in, want := range map[string]string{
		"half_live": "half_life", "halfLife": "half_life", "HALF-LIFE": "half_life", "hystersis": "hysteresis", "warn": "warned", "wa": "",
		"warnd": "warned", "four": "for", "x": "", "": "", "zzzzzzzzzzzzzzzzzzzz": "",
	} {
		if got := nearest(in, known); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"kitten", "sitting", 3}, {"flaw", "lawn", 2}, {"same", "same", 0}} {
		if got := editDistance(c.a, c.b); got != c.want {
			t.Errorf("%q, %q: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
