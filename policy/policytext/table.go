package policytext

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"golang.org/x/text/language"

	"github.com/decorum-go/decorum/policy"
)

// A table is what is given to a translator.
type table struct {
	Language string           `json:"language"`
	Plurals  []string         `json:"plural_forms"` // what a number may need: {n|one:…|other:…}
	Messages map[string]entry `json:"messages"`
}

type entry struct {
	English string `json:"english"`
	Text    string `json:"text"`
}

// WriteTable writes the table to translate into a language (BCP 47), as JSON: of each
// message the English, and the text, which is empty where known has none; and which
// plural forms the language has. ReadTable reads it.
func WriteTable(w io.Writer, tag string, known policy.Messages) error {
	t, err := language.Parse(tag)
	if err != nil {
		return &policy.FieldError{Field: "tag", Problem: "must be the tag of a language: " + err.Error()}
	}
	out := table{Language: t.String(), Plurals: forms(t), Messages: map[string]entry{}}
	for key, english := range policy.English() {
		out.Messages[key] = entry{English: english}
	}
	for key, text := range known {
		out.Messages[key] = entry{out.Messages[key].English, text}
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "\t")
	return e.Encode(out)
}

// ReadTable reads what WriteTable wrote, and a translator filled in: for New. A text that
// is left empty is missing, and said in English. A field that nobody knows is an error;
// what is wrong with the texts New says.
func ReadTable(r io.Reader) (tag string, m policy.Messages, err error) {
	var in table
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return "", nil, fmt.Errorf("policytext: a table: %w", err)
	}
	m = policy.Messages{}
	for key, e := range in.Messages {
		if e.Text != "" {
			m[key] = e.Text
		}
	}
	return in.Language, m, nil
}

// forms lists the plural categories of a language.
func forms(tag language.Tag) (all []string) {
	for n := range 1000 {
		for _, v := range []float64{float64(n), float64(n) + .5} {
			if c := category(tag, v); !slices.Contains(all, c) {
				all = append(all, c)
			}
		}
	}
	slices.Sort(all)
	return all
}
