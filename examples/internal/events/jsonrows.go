package events

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// jsonRows reads objects whose fields have other names than the format's.
type jsonRows struct {
	source interface {
		next() ([]byte, error)
		place() int
	}
	paths [fieldCount]string // by the index in fields; "": none
	extra []string           // of the mapping's attributes
	split string
	row   map[string]any
}

func (f *file) place() int { return f.n }

// newJSON reads the lines, or the elements, of a file by a mapping.
func newJSON(f *file, m *mapping) *jsonRows {
	j := &jsonRows{source: f, split: m.split}
	var taken []string
	for _, s := range m.sources {
		if !s.constant {
			taken = append(taken, s.column)
		}
	}
	for i, field := range fields {
		if s, ok := m.sources[field]; ok && !s.constant {
			j.paths[i] = s.column
		} else if !ok && !slices.Contains(taken, field) {
			j.paths[i] = field
		}
	}
	for _, a := range m.attributes {
		j.extra = append(j.extra, a.source.column)
	}
	return j
}

func (j *jsonRows) read() (line int, row, end error) {
	data, err := j.source.next()
	line = j.source.place()
	if err == errLongLine {
		return line, err, nil
	}
	if err != nil {
		return line, nil, err
	}
	j.row = nil
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(&j.row); err != nil || j.row == nil {
		var w wire
		if err := decode(string(data), &w); err != nil {
			if _, ok := errors.AsType[*json.UnmarshalTypeError](err); !ok {
				return line, err, nil
			}
		}
		return line, errNoObject, nil
	}
	if rest, _ := io.ReadAll(d.Buffered()); len(bytes.TrimSpace(rest)) > 0 {
		return line, fmt.Errorf("%q follows the object", firstOf(string(bytes.TrimSpace(rest)), 12)), nil
	}
	return line, nil, nil
}

func (j *jsonRows) value(i int) (string, error) {
	all, err := j.list(i)
	if err != nil {
		return "", err
	}
	if len(all) > 1 {
		return "", fmt.Errorf("a list of %d is not expected here", len(all))
	}
	if len(all) == 0 {
		return "", nil
	}
	return all[0], nil
}

func (j *jsonRows) list(i int) ([]string, error) {
	if j.paths[i] == "" {
		return nil, nil
	}
	var all []string
	if err := along(j.row, j.paths[i], &all); err != nil {
		return nil, err
	}
	if f := fields[i]; j.split == "" || len(all) != 1 || f != "to" && f != "media" {
		return all, nil
	}
	return parted(all[0], j.split), nil
}

// along appends what stands at the end of a path, of all elements of the lists
// on the way. A name may have dots of its own.
func along(v any, path string, into *[]string) error {
	switch v := v.(type) {
	case nil:
	case []any:
		for _, one := range v {
			if err := along(one, path, into); err != nil {
				return err
			}
		}
	case map[string]any:
		if path == "" {
			return errors.New("a JSON object is not expected here: go on with a dot and a name in it")
		}
		for end := len(path); end > 0; end = strings.LastIndexByte(path[:end], '.') {
			if next, ok := v[path[:end]]; ok {
				return along(next, strings.TrimPrefix(path[end:], "."), into)
			}
		}
	default:
		if path == "" {
			if s := scalar(v); s != "" {
				*into = append(*into, s)
			}
		}
	}
	return nil
}

// scalar is a string, a number or a truth value as text.
func scalar(v any) string {
	switch v := v.(type) {
	case string:
		return strings.TrimSpace(v)
	case json.Number:
		if s := v.String(); !strings.ContainsAny(s, "eE") {
			return s
		}
		f, err := v.Float64()
		if err != nil {
			return v.String()
		}
		return strconv.FormatFloat(f, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}
