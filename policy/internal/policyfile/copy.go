package policyfile

import (
	"reflect"
	"strings"
	"time"
)

// Copy copies v and everything that it refers to. With canonical, values that
// mean the same become the same: an empty list is [] where it is always written
// and nil where it is left out, and there is no −0.
func Copy[T any](v T, canonical bool) T {
	var to T
	deepCopy(reflect.ValueOf(&to).Elem(), reflect.ValueOf(&v).Elem(), canonical)
	return to
}

// deepCopy copies v into to, which is zero.
func deepCopy(to, v reflect.Value, canonical bool) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			to.Set(reflect.New(v.Type().Elem()))
			deepCopy(to.Elem(), v.Elem(), canonical)
		}
	case reflect.Struct:
		if t, ok := v.Interface().(time.Time); ok {
			if canonical {
				t = t.UTC()
			}
			to.Set(reflect.ValueOf(t))
			return
		}
		copyStruct(to, v, canonical)
	case reflect.Slice:
		if !v.IsNil() || canonical {
			to.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		}
		for i := range v.Len() {
			deepCopy(to.Index(i), v.Index(i), canonical)
		}
	case reflect.Map:
		copyMap(to, v, canonical)
	default: // a number, a bool, a string
		if !canonical || !v.CanFloat() || v.Float() != 0 { // not −0
			to.Set(v)
		}
	}
}

// copyStruct copies the fields of a struct.
func copyStruct(to, v reflect.Value, canonical bool) {
	for i := range v.NumField() {
		if f := v.Field(i); !canonical || !empty(f) || !Omitted(v.Type().Field(i)) {
			deepCopy(to.Field(i), f, canonical)
		}
	}
}

// copyMap copies a map and what it holds.
func copyMap(to, v reflect.Value, canonical bool) {
	if !v.IsNil() || canonical {
		to.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
	}
	for it := v.MapRange(); it.Next(); {
		elem := reflect.New(v.Type().Elem()).Elem()
		deepCopy(elem, it.Value(), canonical)
		to.SetMapIndex(it.Key(), elem)
	}
}

// empty reports whether v is a list or map with nothing in it.
func empty(v reflect.Value) bool {
	return (v.Kind() == reflect.Slice || v.Kind() == reflect.Map) && v.Len() == 0
}

// Name returns the name of a field in the file, that of its JSON tag.
func Name(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

// Omitted reports whether a field is left out of the file where it is zero.
func Omitted(f reflect.StructField) bool { return strings.HasSuffix(f.Tag.Get("json"), ",omitzero") }
