package events

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// An extra is an attribute that has a column of its own.
type extra struct {
	name, kind string // the kind is one of kinds
	source     source
}

// kinds of attributes, by the names that policies use. Without one a value is a text.
const (
	kindText   = "string"
	kindFlag   = "bool"
	kindInt    = "int"
	kindNumber = "double"
	kindTexts  = "list(string)"
)

// attribute takes attributes.NAME=column or attributes.NAME(kind)=column.
func (m *mapping) attribute(field string, s source) error {
	name, kind, has := strings.Cut(strings.TrimPrefix(field, "attributes."), "(")
	kind, closed := strings.CutSuffix(kind, ")")
	a := extra{name: strings.TrimSpace(name), kind: kind, source: s}
	if !has {
		a.kind, closed = kindText, true
	}
	switch a.kind {
	case kindText, kindFlag, kindInt, kindNumber, kindTexts:
	default:
		closed = false
	}
	if a.name == "" || !closed {
		return fmt.Errorf("%q: write attributes.NAME=column, or attributes.NAME(KIND)=column, where KIND is %s, %s, %s, %s or %s", firstOf(field, 40), kindText, kindFlag, kindInt, kindNumber, kindTexts)
	}
	for _, o := range m.attributes {
		if o.name == a.name {
			return fmt.Errorf("attribute %q stands twice: %q and %q", a.name, o.source.column, s.column)
		}
	}
	m.attributes = append(m.attributes, a)
	return nil
}

// attributes puts what stands in columns of their own into all.
func (c *cells) attributes(all attributes) attributes {
	for k := range c.mapping.attributes {
		a := &c.mapping.attributes[k]
		value, err := a.value(c.rows, k)
		switch {
		case err == errLeftOut:
			c.err = err
		case err != nil && c.err == nil:
			c.err = fmt.Errorf("attributes.%s: %w", a.name, err)
		case value != nil:
			if all == nil {
				all = attributes{}
			}
			all[a.name] = value
		}
	}
	return all
}

// value is what the row in hand has for the k-th attribute; nil if it has nothing.
func (a *extra) value(from rows, k int) (any, error) {
	list := []string{a.source.column}
	if !a.source.constant {
		var err error
		if list, err = from.named(k, a.kind == kindTexts); err != nil {
			return nil, err
		}
	}
	var texts []any
	for _, s := range list {
		if a.source.values != nil {
			s = a.source.value(s)
		}
		if s == leaveOut && a.source.values != nil {
			return nil, errLeftOut
		}
		if s != "" {
			texts = append(texts, s)
		}
	}
	switch {
	case len(texts) == 0:
		return nil, nil
	case a.kind == kindTexts:
		return texts, nil
	case len(texts) > 1:
		return nil, fmt.Errorf("a list of %d is not expected here: write attributes.%s(%s)=…", len(texts), a.name, kindTexts)
	}
	return a.one(list[0], texts[0].(string))
}

// one reads a value that is no list; was is how it stands there.
func (a *extra) one(was, s string) (any, error) {
	switch a.kind {
	case kindFlag:
		return truth(s)
	case kindInt, kindNumber:
		n, err := strconv.ParseFloat(s, 64)
		if err != nil || n-n != 0 {
			return nil, fmt.Errorf("%q is no number", firstOf(was, 40))
		}
		if a.kind == kindInt && n != math.Trunc(n) {
			return nil, fmt.Errorf("%q is no whole number: write attributes.%s(%s)=…", firstOf(was, 40), a.name, kindNumber)
		}
		return n, nil
	}
	return s, nil
}

// named implements rows.
func (t *csvRows) named(k int, list bool) ([]string, error) {
	c := t.extra[k]
	if c < 0 || c >= len(t.record) {
		return nil, nil
	}
	s := strings.TrimSpace(t.record[c])
	if list {
		return parted(s, t.split), nil
	}
	return parted(s, ""), nil
}

// extras finds the columns of attributes. A column may be a field as well.
func (t *csvRows) extras(m *mapping) error {
	for _, a := range m.attributes {
		c := -1
		if !a.source.constant {
			var err error
			if c, err = find(t.header, a.source.column); err != nil {
				return err
			}
			if c < 0 {
				return fmt.Errorf("no column %q for attributes.%s; it has %s", a.source.column, a.name, listed(t.header))
			}
		}
		t.extra = append(t.extra, c)
	}
	return nil
}

// named implements rows.
func (j *jsonRows) named(k int, list bool) (all []string, err error) {
	if err = along(j.row, j.extra[k], &all); err == nil && list && j.split != "" && len(all) == 1 {
		all = parted(all[0], j.split)
	}
	return all, err
}
