package policyfile

import (
	"reflect"
	"strings"
)

// Copy copies v and everything that it refers to. With canonical, values that
// mean the same become the same: an empty list is [] where it is always written
// and nil where it is left out, and there is no −0.
func Copy[T any](v T, canonical bool) T {
	return deepCopy(reflect.ValueOf(v), canonical).Interface().(T)
}

func deepCopy(v reflect.Value, canonical bool) reflect.Value {
	to := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			to.Set(reflect.New(v.Type().Elem()))
			to.Elem().Set(deepCopy(v.Elem(), canonical))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f := deepCopy(v.Field(i), canonical)
			if k := f.Kind(); canonical && (k == reflect.Slice || k == reflect.Map) && f.Len() == 0 && Omitted(v.Type().Field(i)) {
				f.SetZero()
			}
			to.Field(i).Set(f)
		}
	case reflect.Slice:
		if !v.IsNil() || canonical {
			to.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		}
		for i := range v.Len() {
			to.Index(i).Set(deepCopy(v.Index(i), canonical))
		}
	case reflect.Map:
		if !v.IsNil() || canonical {
			to.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
		}
		for it := v.MapRange(); it.Next(); {
			to.SetMapIndex(it.Key(), deepCopy(it.Value(), canonical))
		}
	case reflect.Float64:
		to.SetFloat(v.Float())
		if canonical && v.Float() == 0 {
			to.SetFloat(0)
		}
	default: // a number, a bool, a string
		to.Set(v)
	}
	return to
}

// Name returns the name of a field in the file, that of its JSON tag.
func Name(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

// Omitted reports whether a field is left out of the file where it is zero.
func Omitted(f reflect.StructField) bool { return strings.HasSuffix(f.Tag.Get("json"), ",omitzero") }
