package policyhttp

import (
	"bytes"
	"cmp"
	"context"
	_ "embed"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// A Config is what New needs.
type Config struct {
	Engine *policy.Engine // required

	// Allow says whether a request may have messages judged and tell what happened:
	// its error is answered with 403, and its text is not told. nil: no such routes.
	Allow func(*http.Request) error
	// Who is the moderator who makes a request: the author of their acts. An error, or
	// no name, is answered with 401, and its text is not told. nil: no routes for
	// moderators.
	Who func(*http.Request) (string, error)

	// Language is the language of what people are told, where a request asks for it with
	// lang: a tag, or what a browser sends as Accept-Language. policytext.Set.Language is
	// one. nil: English.
	Language func(lang string) (policy.Language, error)
	// Second is another moderator who agrees to a request, as by a token of theirs in it;
	// "": nobody does. It is asked where one person may not decide alone: see
	// Engine.RuleText. nil: nobody ever does.
	Second func(*http.Request) string

	// MaxBody is how many bytes a request may have; 0: 1 MB, of which a message's text
	// may take 64 KB before not all of it is looked at.
	MaxBody int64
}

const maxBody = 1 << 20

//go:embed openapi.json
var openapi []byte

// New makes a handler of the API, to be mounted at "/", or elsewhere behind
// http.StripPrefix. It panics without an Engine. The handler is safe for concurrent use.
func New(c Config) http.Handler {
	if c.Engine == nil {
		panic("policyhttp: Config.Engine is nil")
	}
	if c.MaxBody == 0 {
		c.MaxBody = maxBody
	}
	mux := http.NewServeMux()
	for i := range routes {
		if r := &routes[i]; r.needs == anybody || r.needs == host && c.Allow != nil || r.needs == moderator && c.Who != nil {
			mux.Handle(r.method+" "+r.path, &served{route: r, Config: &c})
		}
	}
	return plain{mux}
}

// plain has a mux answer what it knows no route for with a problem.
type plain struct{ mux *http.ServeMux }

// ServeHTTP implements http.Handler.
func (p plain) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if _, pattern := p.mux.Handler(r); pattern == "" {
		unknown(w, p.mux, r)
		return
	}
	p.mux.ServeHTTP(w, r)
}

// unknown answers what there is no route for: 405 where another method has one.
func unknown(w http.ResponseWriter, mux *http.ServeMux, r *http.Request) {
	var allowed []string
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete} {
		other := r.Clone(r.Context())
		other.Method = method
		if _, pattern := mux.Handler(other); pattern != "" {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) == 0 {
		writeProblem(w, Problem{Status: http.StatusNotFound, Detail: "this server does not have that route; /openapi.json lists all that can be on"})
		return
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	writeProblem(w, Problem{Status: http.StatusMethodNotAllowed, Detail: "this route takes " + strings.Join(allowed, ", ")})
}

// served is a route of one handler.
type served struct {
	*route
	*Config
}

// ServeHTTP implements http.Handler.
func (s *served) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	query, bad := url.ParseQuery(r.URL.RawQuery)
	c := &call{Engine: s.Engine, ctx: r.Context(), path: r.PathValue, query: query.Get, tongue: s.Language}
	if p := s.admit(c, r); p.Status != 0 {
		writeProblem(w, p)
		return
	}
	if err := s.knows(query, bad); err != nil {
		writeProblem(w, problemOf(err))
		return
	}
	if s.in != nil {
		c.body = s.in()
		if p := s.read(c.body, w, r); p.Status != 0 {
			writeProblem(w, p)
			return
		}
	}
	out, err := s.do(c)
	switch answer := out.(type) {
	case *policy.Decision: // safe to act on beside a fault, too
		if _, fault := errors.AsType[*policy.FaultError](err); err != nil && (!fault || answer.Verdict == 0) {
			writeProblem(w, problemOf(err))
			return
		}
		retryAfter(w, answer)
		write(w, http.StatusOK, answer)
	default:
		switch {
		case err != nil:
			writeProblem(w, problemOf(err))
		case out == nil:
			w.WriteHeader(http.StatusNoContent)
		default:
			write(w, http.StatusOK, out)
		}
	}
}

// admit asks whether the request may be made, and by whom.
func (s *served) admit(c *call, r *http.Request) Problem {
	switch s.needs {
	case host:
		if s.Allow(r) != nil {
			return Problem{Status: http.StatusForbidden, Detail: "this caller may not do that"}
		}
	case moderator:
		by, err := s.Who(r)
		if err != nil || by == "" {
			return Problem{Status: http.StatusUnauthorized, Detail: "this takes a moderator"}
		}
		c.by = by
		if s.Second != nil {
			c.second = s.Second(r)
		}
	}
	return Problem{}
}

// knows refuses a query that holds what the route does not take: a filter that is misspelt
// would choose everything.
func (r *route) knows(query url.Values, bad error) error {
	if bad != nil {
		return &policy.FieldError{Field: "query", Problem: "cannot be read: " + bad.Error()}
	}
	var names []string
	for _, p := range r.params {
		names = append(names, p.name)
	}
	for _, name := range slices.Sorted(maps.Keys(query)) {
		switch {
		case len(names) == 0:
			return &policy.FieldError{Field: name, Problem: "is not known: this route has no parameters"}
		case !slices.Contains(names, name):
			return &policy.FieldError{Field: name, Problem: "is not known: the parameters are " + strings.Join(names, ", ")}
		case len(query[name]) > 1:
			return &policy.FieldError{Field: name, Problem: "is given more than once"}
		}
	}
	return nil
}

// read reads the body of a request: one JSON object, without fields that nobody knows.
func (s *served) read(v any, w http.ResponseWriter, r *http.Request) Problem {
	if t, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); t != "application/json" {
		return Problem{Status: http.StatusUnsupportedMediaType, Detail: "the body must be application/json"}
	}
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, s.MaxBody))
	if err == nil {
		err = decode(b, v)
	}
	switch _, large := errors.AsType[*http.MaxBytesError](err); {
	case err == nil:
		return Problem{}
	case large:
		return Problem{Status: http.StatusRequestEntityTooLarge, Detail: "the body is too long"}
	}
	return Problem{Status: http.StatusBadRequest, Detail: "the body cannot be read: " + unreadable(err)}
}

// unreadable says what is wrong with JSON, in the words of JSON.
func unreadable(err error) string {
	wrong, ok := errors.AsType[*json.UnmarshalTypeError](err)
	if !ok {
		return strings.TrimPrefix(err.Error(), "json: ")
	}
	path := slices.DeleteFunc(strings.Split(wrong.Field, "."), func(s string) bool { return s != strings.ToLower(s) }) // a type of Go's
	return cmp.Or(strings.Join(path, "."), "it") + " must be " + shape(wrong.Type) + ", not " + wrong.Value
}

// shape says what JSON a type is read from.
func shape(t reflect.Type) string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch k := t.Kind(); {
	case reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()), k == reflect.String:
		return "a string"
	case k == reflect.Slice:
		return "an array"
	case k == reflect.Bool:
		return "true or false"
	case k == reflect.Float64:
		return "a number"
	case reflect.Int <= k && k <= reflect.Uint64:
		return "a whole number"
	}
	return "an object"
}

// decode reads one object. A field that nobody knows, which is a word misspelt, is an
// error: at the top by name, for what reads itself leaves it out.
func decode(b []byte, v any) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(b, &fields); err != nil {
		return err
	}
	known := map[string]bool{}
	for _, f := range reflect.VisibleFields(reflect.TypeOf(v).Elem()) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		known[name] = true
	}
	for name := range fields {
		if !known[name] {
			return fmt.Errorf("unknown field %q", name)
		}
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	return d.Decode(v)
}

func write(w http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		writeProblem(w, Problem{Status: http.StatusInternalServerError, Detail: "the answer cannot be written"})
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(b, '\n')) // the caller has gone
}

// A call is a request that may be made.
type call struct {
	*policy.Engine
	ctx    context.Context
	by     string // the moderator
	second string // another one, who agrees
	body   any    // what route.in made, filled
	path   func(string) string
	query  func(string) string

	tongue func(string) (policy.Language, error)
}

// language is what a request asks for.
func (c *call) language() (l policy.Language, err error) {
	if c.tongue != nil {
		l, err = c.tongue(c.query("lang"))
	}
	if name := c.query("location"); name != "" && err == nil {
		if l.Location, err = time.LoadLocation(name); err != nil {
			err = &policy.FieldError{Field: "location", Problem: "must be the name of a place in the database of time zones, such as Europe/Madrid"}
		}
	}
	return l, err
}
