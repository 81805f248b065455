package words

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Own are the beginnings of keys that a host may add: a text without holes for a code of
// its own, or for a policy.
var Own = []string{"fact.", "rule."}

// Missing lists the keys of which a voice has no text, in order.
func (v *Voice) Missing() (keys []string) {
	for key := range v.source() {
		if v.Texts[key] == "" {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// Check says what is wrong with the texts of a voice, by key.
func (v *Voice) Check() map[string]string {
	wrong := map[string]string{}
	categories := v.categories()
	for key, text := range v.Texts {
		if problem := v.check(key, text, categories); problem != "" {
			wrong[key] = problem
		}
	}
	return wrong
}

// categories are those that numbers have in the language.
func (v *Voice) categories() (all []string) {
	for n := range 1000 {
		for _, x := range []float64{float64(n), float64(n) + .5} {
			if c := v.category(x); !slices.Contains(all, c) {
				all = append(all, c)
			}
		}
	}
	return all
}

func (v *Voice) check(key, text string, categories []string) string {
	source, known := v.source()[key]
	own := slices.ContainsFunc(Own, func(prefix string) bool { return len(key) > len(prefix) && strings.HasPrefix(key, prefix) })
	want, _ := holes(source)
	got, whole := holes(text)
	switch {
	case !known && !own:
		return "is no key of the table: see English"
	case !whole:
		return "has a { or a } that stands alone"
	case text == "":
		return "" // missing, and said in English
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		counted, is := want[name]
		switch {
		case !is && len(want) == 0:
			return fmt.Sprintf("has the hole {%s}: it must have none", name)
		case !is:
			return fmt.Sprintf("has the hole {%s}: it must be one of {%s}", name, strings.Join(slices.Sorted(maps.Keys(want)), "}, {"))
		case got[name] != "" && counted == "":
			return fmt.Sprintf("counts {%s}, which is no number", name)
		}
		if form := lacking(got[name], categories); form != "" {
			return fmt.Sprintf("has no form %q in {%s|…}: the language needs %s", form, name, strings.Join(categories, ", "))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if _, is := got[name]; !is {
			return fmt.Sprintf("lacks the hole {%s}", name)
		}
	}
	return ""
}

// lacking is the first category that has no form, where a hole has forms.
func lacking(forms string, categories []string) string {
	for _, c := range categories {
		if forms != "" && !slices.Contains(formsOf(forms), c) {
			return c
		}
	}
	return ""
}

// formsOf names the forms of a hole.
func formsOf(forms string) (names []string) {
	for i, f := range strings.Split(forms, "|") {
		name, _ := named(i, f)
		names = append(names, name)
	}
	return names
}

// holes are the holes of a text, each with its forms, and whether all are closed.
func holes(text string) (all map[string]string, whole bool) {
	all = map[string]string{}
	for {
		before, rest, found := strings.Cut(text, "{")
		if strings.Contains(before, "}") {
			return all, false
		}
		if !found {
			return all, true
		}
		hole, after, closed := strings.Cut(rest, "}")
		if !closed || strings.Contains(hole, "{") {
			return all, false
		}
		name, forms, _ := strings.Cut(hole, "|")
		all[name] = forms
		text = after
	}
}
