package policy

import (
	"fmt"
	"strconv"
	"strings"
)

// The enums of this package are small integers with names. first is the value of
// names[0].

func nameOf(names []string, first, v uint8, kind string) string {
	if v >= first && int(v-first) < len(names) {
		return names[v-first]
	}
	return kind + "(" + strconv.Itoa(int(v)) + ")"
}

func marshalName(names []string, first, v uint8, kind string) ([]byte, error) {
	if v >= first && int(v-first) < len(names) {
		return []byte(names[v-first]), nil
	}
	return nil, fmt.Errorf("policy: %s %d has no name", kind, v)
}

func unmarshalName(names []string, first uint8, b []byte, v *uint8, kind string) error {
	for i, name := range names {
		if string(b) == name {
			*v = first + uint8(i)
			return nil
		}
	}
	return fmt.Errorf("policy: unknown %s %q: it must be one of %s", kind, b, strings.Join(names, ", "))
}
