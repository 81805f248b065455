package policy

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/policy/internal/wire"
	"github.com/decorum-go/decorum/scoring"
)

// decodePolicy fills p from a tree, as far as it goes, and reports every
// field that is unknown, missing or of a wrong type.
func decodePolicy(n *treeNode, p *Policy, f *faultList) {
	d := treeDecoder{f}
	d.value(n, reflect.ValueOf(p).Elem(), "")
}

// A treeDecoder goes through tree and type together, so that it can name every
// fault with its path; encoding/json stops at the first.
type treeDecoder struct{ *faultList }

var (
	durationType = reflect.TypeFor[Duration]()
	limitType    = reflect.TypeFor[limiter.Limit]()
	pointType    = reflect.TypeFor[scoring.Point]()
)

// enumNames returns the names of an enum of the policy file and the value of
// the first; nil for another type.
func enumNames(t reflect.Type) (names []string, first uint8) {
	switch t {
	case reflect.TypeFor[Mode]():
		return modeNames, 0
	case reflect.TypeFor[Kind]():
		return kindNames, 1
	case reflect.TypeFor[Scope]():
		return append([]string{Scope(0).String()}, scopeNames...), 0
	case reflect.TypeFor[Category]():
		return categoryNames, 0
	}
	return nil, 0
}

func (d treeDecoder) value(n *treeNode, v reflect.Value, path string) {
	switch t := v.Type(); {
	case t == durationType:
		if n.kind != isString || v.Addr().Interface().(*Duration).UnmarshalText([]byte(n.text)) != nil {
			d.add(path, `must be a duration such as "24h", "7d" or "1d12h", is %v`, n)
		}
	case t == limitType:
		if n.kind != isString || v.Addr().Interface().(*limiter.Limit).UnmarshalText([]byte(n.text)) != nil {
			d.add(path, `must be a limit such as "100/1h" or "250/1d", is %v`, n)
		}
	case t == pointType:
		d.point(n, v.Addr().Interface().(*scoring.Point), path)
	case t.Kind() == reflect.Uint8:
		d.enum(n, v, path)
	case t.Kind() == reflect.Pointer:
		if n.kind != isObject {
			d.add(path, "must be an object, is %v", n)
			return
		}
		v.Set(reflect.New(t.Elem()))
		d.value(n, v.Elem(), path)
	case t.Kind() == reflect.Struct:
		d.object(n, v, path)
	case t.Kind() == reflect.Map:
		d.table(n, v, path)
	case t.Kind() == reflect.Slice:
		d.list(n, v, path)
	default:
		d.scalar(n, v, path)
	}
}

func (d treeDecoder) object(n *treeNode, v reflect.Value, path string) {
	if n.kind != isObject {
		d.add(orFile(path), "must be an object, is %v", n)
		return
	}
	t := v.Type()
	index := make(map[string]int, t.NumField())
	known := make([]string, t.NumField())
	for i := range t.NumField() {
		known[i] = jsonName(t.Field(i))
		index[known[i]] = i
	}
	for _, name := range n.names {
		at := joinPath(path, name)
		if i, ok := index[name]; ok {
			d.value(n.members[name], v.Field(i), at)
		} else if d.full() {
			d.more++
		} else {
			d.add(at, "unknown field; %s", suggest(name, known))
		}
	}
	for i, name := range known {
		if n.members[name] == nil && !omitted(t.Field(i)) {
			d.add(joinPath(path, name), "is missing")
		}
	}
}

func (d treeDecoder) table(n *treeNode, v reflect.Value, path string) {
	if n.kind != isObject {
		d.add(path, "must be an object, is %v", n)
		return
	}
	if len(n.names) > MaxClasses {
		d.add(path, "must be at most %d, are %d", MaxClasses, len(n.names))
		return
	}
	t := v.Type()
	v.Set(reflect.MakeMapWithSize(t, len(n.names)))
	for _, name := range n.names {
		elem := reflect.New(t.Elem()).Elem()
		d.value(n.members[name], elem, joinPath(path, name))
		v.SetMapIndex(reflect.ValueOf(name).Convert(t.Key()), elem)
	}
}

func (d treeDecoder) list(n *treeNode, v reflect.Value, path string) {
	if n.kind != isList {
		d.add(path, "must be a list, is %v", n)
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.items), len(n.items)))
	for i, item := range n.items {
		d.value(item, v.Index(i), indexPath(path, i))
	}
}

func (d treeDecoder) point(n *treeNode, p *scoring.Point, path string) {
	if n.kind != isList || len(n.items) != 2 {
		d.add(path, "must be a knot [x, y], is %v", n)
		return
	}
	d.scalar(n.items[0], reflect.ValueOf(&p.X).Elem(), indexPath(path, 0))
	d.scalar(n.items[1], reflect.ValueOf(&p.Y).Elem(), indexPath(path, 1))
}

func (d treeDecoder) enum(n *treeNode, v reflect.Value, path string) {
	names, first := enumNames(v.Type())
	i := -1
	if n.kind == isString {
		i = slices.Index(names, n.text)
	}
	if i < 0 && d.full() {
		d.more++
		return
	}
	if i < 0 {
		problem := `must be one of "` + strings.Join(names, `", "`) + `", is ` + n.String()
		if n.kind == isString {
			if near := nearest(n.text, names); near != "" {
				problem += fmt.Sprintf("; did you mean %q?", near)
			}
		}
		d.add(path, "%s", problem)
		return
	}
	v.SetUint(uint64(first) + uint64(i))
}

func (d treeDecoder) scalar(n *treeNode, v reflect.Value, path string) {
	switch v.Kind() {
	case reflect.Bool:
		if n.kind != isBool {
			d.add(path, "must be true or false, is %v", n)
			return
		}
		v.SetBool(n.text == "true")
	case reflect.String:
		if n.kind != isString {
			d.add(path, "must be text, is %v", n)
			return
		}
		v.SetString(n.text)
	case reflect.Int:
		i, err := strconv.ParseInt(n.text, 10, v.Type().Bits())
		if n.kind != isNumber || err != nil {
			d.add(path, "must be a whole number, is %v", n)
			return
		}
		v.SetInt(i)
	case reflect.Float64:
		x, err := strconv.ParseFloat(n.text, 64)
		switch {
		case n.kind != isNumber:
			d.add(path, "must be a number, is %v", n)
		case err != nil:
			d.add(path, "must be a number that is not too large, is %v", n)
		case x != 0: // not −0
			v.SetFloat(x)
		}
	default: // TestSchema fails first
		d.add(path, "has a type that policy files do not know: %v", v.Type())
	}
}

// suggest says what would be right in place of a name.
func suggest(name string, known []string) string {
	if near := nearest(name, known); near != "" {
		return "did you mean " + near + "?"
	}
	if len(known) > 12 {
		return "schema.json names those that there are"
	}
	return "there are " + strings.Join(known, ", ")
}

// nearest returns the known name that is most like name, or "" if none is.
func nearest(name string, known []string) string {
	plain := strings.NewReplacer("_", "", "-", "", " ", "").Replace
	name = plain(strings.ToLower(wire.Clip(name, 64)))
	best, least := "", 2+len(name)/4
	for _, k := range known {
		if n := editDistance(name, plain(k)); n < least {
			best, least = k, n
		}
	}
	return best
}

// editDistance is the number of bytes to insert, delete or replace between a and b
// (Levenshtein distance).
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		last := row[0] // of the row before, one to the left
		row[0] = i + 1
		for j := range len(b) {
			cost := last
			if a[i] != b[j] {
				cost++
			}
			last = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
