package events

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// attributes are what a message brings for rules.
type attributes map[string]any

// UnmarshalJSON implements json.Unmarshaler. null is none.
func (a *attributes) UnmarshalJSON(b []byte) error {
	var all map[string]any
	if err := json.Unmarshal(b, &all); err != nil {
		return &json.UnmarshalTypeError{Value: kindOfJSON(b), Field: "attributes"}
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if !plainValue(all[name]) {
			return fmt.Errorf("attributes.%s: must be a text, a number, true or false, or a list of texts", firstOf(name, 40))
		}
	}
	if len(all) == 0 {
		all = nil
	}
	*a = all
	return nil
}

func plainValue(x any) bool {
	switch x := x.(type) {
	case string, bool, float64:
		return true
	case []any:
		return !slices.ContainsFunc(x, func(y any) bool { _, text := y.(string); return !text })
	}
	return false
}

// kindOfJSON says what a value is.
func kindOfJSON(b []byte) string {
	switch b[0] {
	case '"':
		return "string"
	case '[':
		return "array"
	case 't', 'f':
		return "bool"
	}
	return "number"
}

// appendAttributes appends the field, in the order of the names.
func appendAttributes(b []byte, all map[string]any) []byte {
	if len(all) == 0 {
		return b
	}
	value, err := json.Marshal(all)
	if err != nil { // what Parse never makes
		return b
	}
	return append(append(b, `,"attributes":`...), value...)
}
