package policy_test

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// An obj is a JSON object whose members have an order.
type obj []member

type member struct {
	name  string
	value any
}

// with appends members to an object.
func (o obj) with(more ...member) obj { return append(slices.Clip(o), more...) }

// pretty writes JSON, on one line what fits on it; used is what stands there already.
func pretty(v any, indent, used int) string {
	line := oneLine(v)
	o, ok := v.(obj)
	if !ok || indent+used+len(line) <= 120 {
		return line
	}
	space := "\n" + strings.Repeat(" ", indent)
	var members []string
	for _, m := range o {
		members = append(members, space+"  "+strconv.Quote(m.name)+": "+pretty(m.value, indent+2, len(m.name)+5))
	}
	return "{" + strings.Join(members, ",") + space + "}"
}

func oneLine(v any) string {
	o, ok := v.(obj)
	if !ok {
		b, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		return strings.NewReplacer(`","`, `", "`, `\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(string(b))
	}
	var members []string
	for _, m := range o {
		members = append(members, strconv.Quote(m.name)+": "+oneLine(m.value))
	}
	return "{" + strings.Join(members, ", ") + "}"
}
