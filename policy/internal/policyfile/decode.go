package policyfile

import (
	"encoding"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// A Form says how values of a type are written that JSON has no form of its own
// for. One of the three is set.
type Form struct {
	Text string // what its UnmarshalText reads: "a limit such as ..."

	Names []string // of an enum, from the value First on
	First uint8

	List string // what the list of its fields is, each a number
}

// A Decoder goes through tree and type together, so that it can name every
// fault with its path; encoding/json stops at the first. It fills structs by
// the names of their JSON tags, maps with text for keys, pointers, lists, and
// plain values.
type Decoder struct {
	Forms   map[reflect.Type]Form // of types that are no plain value
	MaxKeys int                   // of a map
	Absent  map[reflect.Type]any  // what a field of such a type is where it is missing; of others that is a fault
	Instead map[string]string     // what to say of names that are no fields, but of something else
	instead []string              // these names, in order

	*Faults
}

// Missing is the problem of a field that is required.
const Missing = "is missing"

// Decode fills what to points to, as far as it goes, and reports every field
// that is unknown, missing or of a wrong type.
func (d Decoder) Decode(n *Node, to any) {
	d.instead = slices.Sorted(maps.Keys(d.Instead))
	d.value(n, reflect.ValueOf(to).Elem(), "")
}

func (d Decoder) value(n *Node, v reflect.Value, path string) {
	t := v.Type()
	if as, ok := d.Forms[t]; ok {
		d.form(n, v, as, path)
		return
	}
	switch t.Kind() {
	case reflect.Pointer:
		if n.Kind != Object {
			d.Add(path, "must be an object, is %v%s", n, d.meant(n, t.Elem()))
			return
		}
		v.Set(reflect.New(t.Elem()))
		d.value(n, v.Elem(), path)
	case reflect.Struct:
		d.object(n, v, path)
	case reflect.Map:
		d.table(n, v, path)
	case reflect.Slice:
		d.list(n, v, path)
	default:
		d.scalar(n, v, path)
	}
}

func (d Decoder) form(n *Node, v reflect.Value, as Form, path string) {
	switch {
	case as.Text != "":
		if n.Kind != Text || v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(n.Text)) != nil {
			d.Add(path, "must be %s, is %v", as.Text, n)
		}
	case as.Names != nil:
		d.enum(n, v, as, path)
	case n.Kind != List || len(n.items) != v.NumField():
		d.Add(path, "must be %s, is %v", as.List, n)
	default:
		for i, item := range n.items {
			d.scalar(item, v.Field(i), Index(path, i))
		}
	}
}

func (d Decoder) object(n *Node, v reflect.Value, path string) {
	t := v.Type()
	if n.Kind != Object {
		d.Add(orFile(path), "must be an object, is %v%s", n, d.meant(n, t))
		return
	}
	known := make([]string, t.NumField())
	for i := range t.NumField() {
		known[i] = Name(t.Field(i))
	}
	for _, name := range n.Names {
		at := Join(path, name)
		if i := slices.Index(known, name); i >= 0 {
			d.value(n.Members[name], v.Field(i), at)
		} else if !d.skip() {
			d.Add(at, "unknown field; %s", d.suggest(name, known))
		}
	}
	for i, name := range known {
		if n.Members[name] != nil || Omitted(t.Field(i)) {
			continue
		}
		if x := d.Absent[t.Field(i).Type]; x != nil {
			v.Field(i).Set(reflect.ValueOf(x))
		} else {
			d.Add(Join(path, name), Missing)
		}
	}
}

func (d Decoder) table(n *Node, v reflect.Value, path string) {
	if n.Kind != Object {
		d.Add(path, "must be an object, is %v", n)
		return
	}
	if len(n.Names) > d.MaxKeys {
		d.Add(path, "must be at most %d, are %d", d.MaxKeys, len(n.Names))
		return
	}
	t := v.Type()
	v.Set(reflect.MakeMapWithSize(t, len(n.Names)))
	for _, name := range n.Names {
		elem := reflect.New(t.Elem()).Elem()
		d.value(n.Members[name], elem, Join(path, name))
		v.SetMapIndex(reflect.ValueOf(name).Convert(t.Key()), elem)
	}
}

func (d Decoder) list(n *Node, v reflect.Value, path string) {
	if n.Kind != List {
		d.Add(path, "must be a list, is %v", n)
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.items), len(n.items)))
	for i, item := range n.items {
		d.value(item, v.Index(i), Index(path, i))
	}
}

func (d Decoder) enum(n *Node, v reflect.Value, as Form, path string) {
	i := -1
	if n.Kind == Text {
		i = slices.Index(as.Names, n.Text)
	}
	if i < 0 && d.skip() {
		return
	}
	if i < 0 {
		problem := `must be one of "` + strings.Join(as.Names, `", "`) + `", is ` + n.String()
		if n.Kind == Text {
			if near := nearest(n.Text, as.Names); near != "" {
				problem += fmt.Sprintf("; did you mean %q?", near)
			}
		}
		d.Add(path, "%s", problem)
		return
	}
	v.SetUint(uint64(as.First) + uint64(i))
}

func (d Decoder) scalar(n *Node, v reflect.Value, path string) {
	switch v.Kind() {
	case reflect.Bool:
		if n.Kind != Bool {
			d.Add(path, "must be true or false, is %v", n)
			return
		}
		v.SetBool(n.Text == "true")
	case reflect.String:
		if n.Kind != Text {
			d.Add(path, "must be text, is %v", n)
			return
		}
		v.SetString(n.Text)
	case reflect.Int:
		i, err := strconv.ParseInt(n.Text, 10, v.Type().Bits())
		if n.Kind != Number || err != nil {
			d.Add(path, "must be a whole number, is %v", n)
			return
		}
		v.SetInt(i)
	case reflect.Float64:
		x, err := strconv.ParseFloat(n.Text, 64)
		switch {
		case n.Kind != Number:
			d.Add(path, "must be a number, is %v", n)
		case err != nil:
			d.Add(path, "must be a number that is not too large, is %v", n)
		case x != 0: // not −0
			v.SetFloat(x)
		}
	default: // a test fails first
		d.Add(path, "has a type that policy files do not know: %v", v.Type())
	}
}

// meant says which member of an object a text is.
func (d Decoder) meant(n *Node, t reflect.Type) string {
	for f := range t.Fields() {
		if n.Kind == Text && slices.Contains(d.Forms[f.Type].Names, n.Text) {
			return fmt.Sprintf("; did you mean {%q: %q}?", Name(f), n.Text)
		}
	}
	return ""
}

// suggest says what would be right in place of the name of a field.
func (d Decoder) suggest(name string, known []string) string {
	as := name
	if d.Instead[as] == "" && nearest(name, known) == "" {
		as = nearest(name, d.instead)
	}
	if said := d.Instead[as]; said != "" {
		return said
	}
	return Suggest(name, known)
}

// Suggest says what would be right in place of a name.
func Suggest(name string, known []string) string {
	if near := nearest(name, known); near != "" {
		return "did you mean " + near + "?"
	}
	if len(known) > 12 {
		return "schema.json names those that there are"
	}
	if len(known) == 0 {
		return "there are none"
	}
	return "there are " + strings.Join(known, ", ")
}
