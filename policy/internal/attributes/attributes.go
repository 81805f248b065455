// Package attributes reads what messages bring for rules.
package attributes

import (
	"math"
	"reflect"
	"strconv"
	"unicode/utf8"

	"github.com/decorum-go/decorum/policy/rulekit"
)

// Read appends the attributes of a message, in the order in which a policy declares them.
// Where one is not of its type, name and problem say so.
func Read(dst []rulekit.Value, declared []rulekit.Attribute, all map[string]any) (_ []rulekit.Value, name, problem string) {
	for i := range declared {
		a := &declared[i]
		var v rulekit.Value
		if x, ok := all[a.Name]; ok && x != nil {
			if v = valueOf(x, a.Type); !v.Set {
				name, problem = a.Name, "must be "+a.Type.String()+", is "+kindOf(x)
			}
		}
		dst = append(dst, v)
	}
	return dst, name, problem
}

// valueOf is a value as one of a type; not Set, if it is not.
func valueOf(x any, t rulekit.Type) (v rulekit.Value) {
	switch t {
	case rulekit.Flag:
		v.Flag, v.Set = x.(bool)
	case rulekit.Text:
		v.Text, v.Set = x.(string)
	case rulekit.Texts:
		v.Texts, v.Set = textsOf(x)
	case rulekit.Int:
		v.Int, v.Set = intOf(x)
	case rulekit.Number:
		v.Number, v.Set = numberOf(x)
	}
	return v
}

func textsOf(x any) ([]string, bool) {
	switch x := x.(type) {
	case []string:
		return x, true
	case []any:
		all := make([]string, len(x))
		for i := range x {
			s, ok := x[i].(string)
			if !ok {
				return nil, false
			}
			all[i] = s
		}
		return all, true
	}
	return nil, false
}

// exact is up to which whole number a float64 tells all from each other.
const exact = 1 << 53

func intOf(x any) (int64, bool) {
	switch x := x.(type) {
	case int:
		return int64(x), true
	case int64:
		return x, true
	case float64: // of JSON
		return int64(x), x == math.Trunc(x) && math.Abs(x) <= exact
	}
	switch v := reflect.ValueOf(x); {
	case v.CanInt():
		return v.Int(), true
	case v.CanUint():
		return int64(v.Uint()), v.Uint() <= math.MaxInt64
	}
	return 0, false
}

func numberOf(x any) (float64, bool) {
	switch x := x.(type) {
	case float64:
		return x, x-x == 0
	case float32:
		return float64(x), x-x == 0
	}
	n, ok := intOf(x)
	return float64(n), ok
}

// kindOf says what a value is.
func kindOf(x any) string {
	switch x := x.(type) {
	case string:
		return "a string"
	case bool:
		return "a bool"
	case float64, float32:
		return "the number " + strconv.FormatFloat(reflect.ValueOf(x).Float(), 'g', 6, 64)
	case []string, []any:
		return "a list"
	}
	if _, ok := intOf(x); ok {
		return "a whole number"
	}
	return "a " + reflect.TypeOf(x).String()
}

// Check reports what no message may bring, whatever a policy declares: too many
// attributes, or too long ones.
func Check(all map[string]any, most, mostName, mostText int) (name, problem string) {
	if len(all) > most {
		return "", "has " + strconv.Itoa(len(all)) + " entries, at most " + strconv.Itoa(most) + " are allowed"
	}
	for n, x := range all {
		p := ""
		switch x := x.(type) {
		case string:
			p = textProblem(x, mostText)
		case []string:
			p = listProblem(len(x))
			for _, s := range x {
				p = max(p, textProblem(s, mostText))
			}
		case []any:
			p = listProblem(len(x))
			for _, s := range x {
				if s, ok := s.(string); ok {
					p = max(p, textProblem(s, mostText))
				}
			}
		}
		if n == "" || len(n) > mostName {
			p = "has a name of " + strconv.Itoa(len(n)) + " bytes: it must have 1 to " + strconv.Itoa(mostName)
			n = "?"
		}
		if p != "" && (problem == "" || n < name) { // equal input, equal error
			name, problem = n, p
		}
	}
	return name, problem
}

func listProblem(n int) string {
	if n > rulekit.MaxEntries {
		return "has " + strconv.Itoa(n) + " entries, at most " + strconv.Itoa(rulekit.MaxEntries) + " are allowed"
	}
	return ""
}

func textProblem(s string, most int) string {
	switch {
	case len(s) > most:
		return "has " + strconv.Itoa(len(s)) + " bytes, at most " + strconv.Itoa(most) + " are allowed"
	case !utf8.ValidString(s):
		return "is no UTF-8"
	}
	return ""
}
