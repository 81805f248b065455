package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"reflect"
	"strings"
)

// ID returns the name of the policy and the hash of its content,
// "default@0123456789abcdef": what stands in every decision. The hash is the
// first 64 bits of the SHA-256 of the JSON that MarshalJSON writes, so equal
// policies have equal IDs on every machine. It encodes the whole policy
// (a quarter of a
// millisecond): keep the answer. A policy that cannot be written, which
// Validate refuses, has the ID "name@invalid".
func (p *Policy) ID() string {
	if p == nil {
		return ""
	}
	data, err := json.Marshal(p)
	if err != nil {
		return p.Name + "@invalid"
	}
	sum := sha256.Sum256(data)
	return p.Name + "@" + hex.EncodeToString(sum[:8])
}

// MarshalJSON writes the policy in full, as ReadPolicy reads it: always the
// same bytes for the same content, and again the same after reading them.
func (p Policy) MarshalJSON() ([]byte, error) {
	type plain Policy // without methods
	c := deepCopy(reflect.ValueOf(p), true).Interface().(Policy)
	return json.Marshal(plain(c))
}

// UnmarshalJSON reads a policy file as ReadPolicy does. On an error p is
// unchanged.
func (p *Policy) UnmarshalJSON(data []byte) error {
	q, err := parsePolicy(data)
	if err == nil {
		*p = *q
	}
	return err
}

// Clone returns a deep copy: a policy that may be changed and given to
// SetPolicy while the old one is in force.
func (p *Policy) Clone() *Policy {
	return deepCopy(reflect.ValueOf(p), false).Interface().(*Policy)
}

// deepCopy copies v and everything that it refers to. With canonical, values
// that mean the same become the same: an empty list is [] where it is always
// written and nil where it is left out, and there is no −0.
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
			if k := f.Kind(); canonical && (k == reflect.Slice || k == reflect.Map) && f.Len() == 0 && omitted(v.Type().Field(i)) {
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

// jsonName returns the name of a field in the file.
func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

// omitted reports whether a field is left out of the file where it is zero.
func omitted(f reflect.StructField) bool { return strings.HasSuffix(f.Tag.Get("json"), ",omitzero") }
