package policyhttp

import (
	"bytes"
	"encoding"
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/decorum-go/decorum/policy"
)

var update = flag.Bool("update", false, "rewrite openapi.json")

// A describer makes openapi.json of the table of routes and the types of Go.
type describer struct {
	schemas map[string]any
	types   map[string]reflect.Type // by the name of a schema
}

type object = map[string]any

func (d *describer) routes() object {
	paths := object{}
	for i := range routes {
		r := &routes[i]
		op := object{
			"operationId": operationID(r), "summary": r.about, "tags": []string{[]string{"anybody", "host", "moderator"}[r.needs]},
			"responses": d.responses(r),
		}
		var params []any
		for _, m := range regexp.MustCompile(`\{(\w+)\}`).FindAllStringSubmatch(r.path, -1) {
			params = append(params, object{"name": m[1], "in": "path", "required": true, "schema": object{"type": "string", "maxLength": policy.MaxID}})
		}
		for _, p := range r.params {
			params = append(params, object{"name": p.name, "in": "query", "description": p.about, "schema": object{"type": "string"}})
		}
		if params != nil {
			op["parameters"] = params
		}
		if r.in != nil {
			op["requestBody"] = object{"required": true, "content": object{"application/json": object{"schema": d.schema(reflect.TypeOf(r.in()).Elem())}}}
		}
		if paths[r.path] == nil {
			paths[r.path] = object{}
		}
		paths[r.path].(object)[strings.ToLower(r.method)] = op
	}
	return paths
}

func (d *describer) responses(r *route) object {
	all := object{"default": object{
		"description": "What is wrong (RFC 9457).", "content": object{"application/problem+json": object{"schema": d.schema(reflect.TypeFor[Problem]())}},
	}}
	if r.out == nil {
		all["204"] = object{"description": "Done."}
		return all
	}
	all["200"] = object{"description": "The answer.", "content": object{"application/json": object{"schema": d.schema(reflect.TypeOf(r.out))}}}
	return all
}

// operationID is a name for clients that are generated.
func operationID(r *route) string {
	words := regexp.MustCompile(`[a-z]+`).FindAllString(strings.TrimPrefix(r.path, "/v1"), -1)
	var id strings.Builder
	id.WriteString(strings.ToLower(r.method))
	for _, w := range words {
		id.WriteString(strings.ToUpper(w[:1]) + w[1:])
	}
	return id.String()
}

var (
	typeTime     = reflect.TypeFor[time.Time]()
	typeRaw      = reflect.TypeFor[json.RawMessage]()
	typePolicy   = reflect.TypeFor[policy.Policy]()
	typeDuration = reflect.TypeFor[time.Duration]()
)

func (d *describer) schema(t reflect.Type) object {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == typeTime:
		return object{"type": "string", "format": "date-time"}
	case t == typeDuration:
		return object{"type": "string", "description": `a duration such as "1d12h" or "90s"`}
	case t == typeRaw:
		return object{"type": "object"}
	case t == reflect.TypeFor[map[string]any]():
		return object{"type": "object", "additionalProperties": object{"type": []string{"string", "boolean", "number", "array"}, "items": object{"type": "string"}}}
	case t == reflect.TypeFor[Event]():
		return d.event()
	case t == typePolicy:
		return object{"type": "object", "description": "A policy: see schema.json of package policy."}
	case t.Implements(reflect.TypeFor[encoding.TextMarshaler]()):
		return enum(t)
	}
	switch t.Kind() {
	case reflect.Struct:
		if other := d.types[t.Name()]; other != nil && other != t {
			panic("one schema for " + other.String() + " and " + t.String())
		}
		if d.schemas[t.Name()] == nil {
			d.schemas[t.Name()], d.types[t.Name()] = object{}, t // it may hold itself
			d.schemas[t.Name()] = d.fields(t)
		}
		return object{"$ref": "#/components/schemas/" + t.Name()}
	case reflect.Slice:
		return object{"type": "array", "items": d.schema(t.Elem())}
	case reflect.String:
		return object{"type": "string"}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Float64:
		return object{"type": "number"}
	case reflect.Int, reflect.Int64, reflect.Uint64, reflect.Uint8, reflect.Uint32:
		return object{"type": "integer"}
	}
	panic("no schema for " + t.String())
}

// event is an Event: which fields it has follows from its kind.
func (d *describer) event() object {
	kinds := []struct {
		kind  string
		event policy.Event
	}{
		{"reply", policy.Reply{}}, {"accepted", policy.Accepted{}}, {"withdrawn", policy.Withdrawn{}}, {"complaint", policy.Complaint{}}, {"blocked", policy.BlockedBy{}},
		{"unblocked", policy.Unblocked{}}, {"retraction", policy.Retraction{}}, {"contacts", policy.Contacts{}},
	}
	var all []any
	for _, k := range kinds {
		all = append(all, object{"type": "object", "required": []string{"kind", "event"}, "properties": object{
			"kind": object{"const": k.kind}, "event": d.schema(reflect.TypeOf(k.event)),
		}})
	}
	d.schemas["Event"] = object{"oneOf": all}
	return object{"$ref": "#/components/schemas/Event"}
}

func (d *describer) fields(t reflect.Type) object {
	props := object{}
	for _, f := range reflect.VisibleFields(t) {
		name, option, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case !f.IsExported() || name == "-" || f.Anonymous:
			continue
		case name == "":
			name = f.Name
		}
		if props[name] = d.schema(f.Type); strings.Contains(option, "string") {
			props[name] = object{"type": "string"}
		}
	}
	for _, name := range written(t) {
		if props[name] == nil {
			props[name] = object{"type": "string"}
		}
	}
	return object{"type": "object", "properties": props}
}

// written is what a type that writes itself calls its strings.
func written(t reflect.Type) (names []string) {
	v, ok := reflect.Zero(t).Interface().(json.Marshaler)
	if !ok {
		return nil
	}
	b, err := v.MarshalJSON()
	var all map[string]any
	if err != nil || json.Unmarshal(b, &all) != nil {
		panic("zero " + t.String() + " cannot be written")
	}
	for name, v := range all {
		if _, ok := v.(string); ok {
			names = append(names, name)
		}
	}
	return names
}

// enum lists what the values of an enum are called.
func enum(t reflect.Type) object {
	var all []string
	for i := range 32 {
		v := reflect.New(t).Elem()
		if !v.CanUint() {
			return object{"type": "string"}
		}
		v.SetUint(uint64(i))
		if b, err := v.Interface().(encoding.TextMarshaler).MarshalText(); err == nil && len(b) > 0 {
			all = append(all, string(b))
		}
	}
	return object{"type": "string", "enum": all}
}

// TestOpenAPI: openapi.json is what the routes and types say.
func TestOpenAPI(t *testing.T) {
	d := &describer{schemas: map[string]any{}, types: map[string]reflect.Type{}}
	doc := object{
		"openapi": "3.1.0",
		"info": object{
			"title": "decorum", "version": "1", "license": object{"name": "Apache 2.0", "identifier": "Apache-2.0"},
			"description": "Judge messages before they are delivered, tell what came of them, and moderate. Routes tagged host are there if the server lets hosts in, those tagged moderator if it knows its moderators; who they are is the server's own.",
		},
		"paths": d.routes(), "components": object{"schemas": d.schemas},
	}
	var got bytes.Buffer
	e := json.NewEncoder(&got)
	e.SetIndent("", "\t")
	e.SetEscapeHTML(false)
	if err := e.Encode(doc); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("openapi.json", got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(openapi), got.String()); diff != "" {
		t.Errorf("openapi.json (-file +now); -update rewrites it: %s", diff)
	}
	seen := map[string]bool{}
	for i := range routes {
		if id := operationID(&routes[i]); seen[id] {
			t.Errorf("two operations are called %s", id)
		} else {
			seen[id] = true
		}
	}
	for _, ref := range regexp.MustCompile(`#/components/schemas/(\w+)`).FindAllStringSubmatch(string(openapi), -1) {
		if d.schemas[ref[1]] == nil {
			t.Errorf("%s is not described", ref[0])
		}
	}
}
