package policy

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"github.com/decorum-go/decorum/policy/internal/judge"
	"github.com/decorum-go/decorum/policy/internal/policyfile"
	"github.com/decorum-go/decorum/scoring"
)

// TestRows: the table of causes says of each signal what the judgement says and
// what the policy file calls it, and nothing is missing on any side.
func TestRows(t *testing.T) {
	var s Signals
	typ := reflect.TypeFor[Signals]()
	var fields []string // of the policy file
	for f := range typ.Fields() {
		if f.Type == reflect.TypeFor[Signal]() {
			fields = append(fields, policyfile.Name(f))
		}
	}
	seen, found := map[Code]bool{}, map[judge.Signal]string{}
	var inTable []string
	for i := range rows {
		r := &rows[i]
		if seen[r.code] || r.about == "" || r.sentence == "" {
			t.Errorf("%s stands twice, or has nothing to say", r.code)
		}
		seen[r.code] = true
		if judge.CodeIndex(r.code) == 0 {
			t.Errorf("%s is not in judge.Codes: a record could not keep it as one byte", r.code)
		}
		for _, k := range r.settings {
			offset := uintptr(unsafe.Pointer(k.of(&s))) - uintptr(unsafe.Pointer(&s))
			at := slices.IndexFunc(reflect.VisibleFields(typ), func(f reflect.StructField) bool { return f.Offset == offset })
			if name := policyfile.Name(typ.Field(at)); name != k.field {
				t.Errorf("%s sets %s", k.field, name)
			}
			if row := judge.Signals[k.signal]; row.Code != r.code || row.Family != r.family {
				t.Errorf("%s is %s of %v here, and %s of %v in the judgement", k.field, r.code, r.family, row.Code, row.Family)
			}
			if other := found[k.signal]; other != "" || k.raise == "" {
				t.Errorf("%s and %s are one signal, or nobody says what follows from raising it", k.field, other)
			}
			found[k.signal] = k.field
			inTable = append(inTable, k.field)
		}
	}
	if len(found) != int(judge.NSignals) {
		t.Errorf("%d of %d signals have a row", len(found), judge.NSignals)
	}
	if !slices.Equal(slices.Sorted(slices.Values(fields)), slices.Sorted(slices.Values(inTable))) {
		t.Errorf("the policy file has the signals\n%v, the table\n%v", fields, inTable)
	}
	for _, c := range judge.Codes[1:] {
		if !seen[c] {
			t.Errorf("%s has no row", c)
		}
	}
}

// RowCodes are the codes of the table.
func RowCodes() (all []Code) {
	for i := range rows {
		all = append(all, rows[i].code)
	}
	return all
}

// groups are the rows by what they are for: those of limits, of each family, and
// the rest, each under its head.
func groups() (heads []string, in [][]*row) {
	heads = []string{"limits                    over one of them a message is deferred (rate.restriction: rejected)"}
	for f := range scoring.NumFamilies {
		name := scoring.Family(f + 1).String()
		heads = append(heads, strings.ToUpper(name[:1])+name[1:])
	}
	heads = append(heads, "not measured              why a verdict is what it is; they have no share in the score")
	in = make([][]*row, len(heads))
	for i := range rows {
		r, at := &rows[i], int(rows[i].family)
		if at == 0 && !strings.HasPrefix(r.code, "rate.") {
			at = len(heads) - 1
		}
		in[at] = append(in[at], r)
	}
	return heads, in
}

// CodeTable is the table of codes as the package documentation has it.
func CodeTable() string {
	var b strings.Builder
	heads, in := groups()
	for i, head := range heads {
		fmt.Fprintf(&b, "//\t%s\n", head)
		for _, r := range in[i] {
			fmt.Fprintf(&b, "//\t  %-23s %s\n", r.code, r.about)
		}
	}
	return b.String()
}

// A Cause is a row, for the reference.
type Cause struct {
	Code, Unit, About, Sentence string
	Family                      scoring.Family
	Signals, Fields             []string
}

// Causes are the rows.
func Causes() (all []Cause) {
	for i := range rows {
		r := &rows[i]
		c := Cause{Code: r.code, Unit: r.unit, About: r.about, Sentence: r.sentence, Family: r.family, Fields: r.fields()}
		for j := range r.settings {
			c.Signals = append(c.Signals, r.settings[j].field)
		}
		all = append(all, c)
	}
	return all
}

// Raise says what follows from raising each signal of the policy file.
func Raise() map[string]string {
	all := map[string]string{}
	eachSetting(func(k *setting) { all[k.field] = k.raise })
	return all
}

// TestFields: each cause says which fields of a policy bring it, if any does, and there
// are such fields.
func TestFields(t *testing.T) {
	has := func(typ reflect.Type, name string) (reflect.Type, bool) {
		for f := range typ.Fields() {
			if policyfile.Name(f) == name {
				return f.Type, true
			}
		}
		return nil, false
	}
	for i := range rows {
		r := &rows[i]
		_, said := fieldsOf[r.code]
		if said == (r.settings != nil) {
			t.Errorf("%s: it must be a signal's, or in fieldsOf, and not both", r.code)
		}
		for _, path := range r.fields() {
			part, name, nested := strings.Cut(path, ".")
			typ, ok := has(reflect.TypeFor[Rules](), part)
			if !ok {
				typ, ok = has(reflect.TypeFor[Policy](), part)
			}
			if ok && nested {
				_, ok = has(typ, name)
			}
			if !ok {
				t.Errorf("%s: the policy file has no field %s", r.code, path)
			}
		}
	}
	for c := range fieldsOf {
		if rowOf(c) == nil {
			t.Errorf("%s is no code", c)
		}
	}
}
