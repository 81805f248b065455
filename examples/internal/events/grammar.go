package events

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// settings of a mapping, which are no fields.
var settings = []string{"dates", "zone", "split"}

// parseMapping reads what follows the name of the file.
func parseMapping(text string) (*mapping, error) {
	m := &mapping{sources: map[string]source{}}
	fieldOf := map[string]string{}
	p := mapParser{s: text}
	for {
		field, s, err := p.item()
		if err != nil {
			return nil, err
		}
		switch {
		case slices.Contains(settings, field):
			err = m.set(field, s)
		case strings.HasPrefix(field, "attributes."):
			err = m.attribute(field, s)
		default:
			err = m.field(field, s, fieldOf)
		}
		if err != nil {
			return nil, err
		}
		if p.i == len(p.s) {
			return m, nil
		}
		p.i++ // the comma
	}
}

// field takes a field; fieldOf is what its columns are.
func (m *mapping) field(field string, s source, fieldOf map[string]string) error {
	if !slices.Contains(fields, field) {
		return fmt.Errorf("no field %q; there are %s", firstOf(field, 40), strings.Join(fields, ", "))
	}
	if other, ok := m.sources[field]; ok {
		return fmt.Errorf("field %q stands twice: %q and %q", field, other.column, s.column)
	}
	if other := fieldOf[s.column]; other != "" && !s.constant {
		return fmt.Errorf("column %q stands twice: it is %s and %s", s.column, other, field)
	}
	m.sources[field] = s
	if !s.constant {
		fieldOf[s.column] = field
	}
	return nil
}

// set takes a setting.
func (m *mapping) set(name string, s source) (err error) {
	if !s.constant {
		return fmt.Errorf("%s is a setting, no field: write %s:=%s", name, name, s.column)
	}
	var check Mappings
	switch name {
	case "dates":
		m.dates, err = s.column, check.SetDates(s.column)
	case "zone":
		m.zone, err = s.column, check.SetZone(s.column)
	case "split":
		m.split, err = s.column, check.SetSplit(s.column)
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", name, err)
	}
	return err
}

// A mapParser reads the items of a mapping.
type mapParser struct {
	s string
	i int
}

// item reads field=column{value:value} or field:=value, up to a comma or the end.
func (p *mapParser) item() (field string, s source, err error) {
	if field, s.constant, err = p.field(); err != nil {
		return "", s, err
	}
	stops := ",{"
	if s.constant {
		stops = ","
	}
	if s.column, err = p.name(stops); err == nil && s.column == "" {
		err = errors.New("nothing follows the sign of equality")
	}
	if err == nil && p.i < len(p.s) && p.s[p.i] == '{' {
		p.i++
		s.values, err = p.meanings()
	}
	if err == nil && p.i < len(p.s) && p.s[p.i] != ',' {
		err = fmt.Errorf("%q follows the brace: a comma is missing", firstOf(p.s[p.i:], 12))
	}
	if err != nil {
		return "", s, fmt.Errorf("%s: %w", field, err)
	}
	return field, s, nil
}

// field reads up to the sign of equality.
func (p *mapParser) field() (field string, constant bool, err error) {
	rest := p.s[p.i:]
	end := strings.IndexAny(rest, "=,")
	if end < 0 {
		end = len(rest)
	}
	field = strings.TrimSpace(rest[:end])
	switch {
	case end == len(rest) || rest[end] == ',' || strings.TrimSuffix(field, ":") == "":
		return "", false, fmt.Errorf("%q is no field=column and no field:=value; a column with a comma stands in quotation marks: to=\"To, Cc\"", field)
	case field[0] == '"':
		return "", false, fmt.Errorf("quotation marks stand around the name of the column alone: %s=\"To, Cc\"", strings.Trim(field, `":`))
	}
	p.i += end + 1
	field, constant = strings.CutSuffix(field, ":")
	return strings.TrimSpace(field), constant, nil
}

// meanings reads what stands in braces.
func (p *mapParser) meanings() (map[string]string, error) {
	all := map[string]string{}
	for {
		is, err := p.name(":,}")
		if err != nil {
			return nil, err
		}
		if p.i == len(p.s) || p.s[p.i] != ':' {
			return nil, fmt.Errorf("what %q means is missing: write {value:meaning,…}", firstOf(is, 40))
		}
		p.i++
		means, err := p.name(",}")
		if err != nil {
			return nil, err
		}
		if other, ok := all[is]; ok {
			return nil, fmt.Errorf("%q means two things: %q and %q", is, other, means)
		}
		all[is] = means
		if p.i == len(p.s) {
			return nil, errors.New("the brace is not closed")
		}
		p.i++
		if p.s[p.i-1] == '}' {
			for p.i < len(p.s) && p.s[p.i] == ' ' {
				p.i++
			}
			return anyCase(all), nil
		}
	}
}

// anyCase adds what a value means in small letters, where that is not said.
func anyCase(means map[string]string) map[string]string {
	for _, is := range slices.Sorted(maps.Keys(means)) {
		if _, said := means[strings.ToLower(is)]; !said {
			means[strings.ToLower(is)] = means[is]
		}
	}
	return means
}

// name reads up to one of stops, or what stands in quotation marks before it.
func (p *mapParser) name(stops string) (string, error) {
	rest := p.s[p.i:]
	if trimmed := strings.TrimLeft(rest, " "); strings.HasPrefix(trimmed, `"`) {
		p.i += len(rest) - len(trimmed) + 1
		return p.quoted(stops)
	}
	end := strings.IndexAny(rest, stops)
	if end < 0 {
		end = len(rest)
	}
	p.i += end
	return strings.TrimSpace(rest[:end]), nil
}

// quoted reads on behind a quotation mark, up to one of stops.
func (p *mapParser) quoted(stops string) (string, error) {
	var b strings.Builder
	for p.i < len(p.s) {
		c := p.s[p.i]
		p.i++
		if c != '"' {
			b.WriteByte(c)
			continue
		}
		if p.i < len(p.s) && p.s[p.i] == '"' {
			b.WriteByte('"')
			p.i++
			continue
		}
		rest := strings.TrimLeft(p.s[p.i:], " ")
		if rest != "" && !strings.Contains(stops, rest[:1]) {
			return "", fmt.Errorf("%q follows the closing quotation mark", firstOf(rest, 12))
		}
		p.i = len(p.s) - len(rest)
		return b.String(), nil
	}
	return "", errors.New("a quotation mark is not closed")
}
