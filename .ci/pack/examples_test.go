package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// entry are functions that one begins with.
var entry = regexp.MustCompile(`^(New|Open|Read|Wrap|Hooks|Middleware|Copy|Salvage)`)

// TestExamples: each package that others import says within 30 lines of its documentation
// how to use it, in code, and an Example shows each function that one begins with, or the
// package as a whole.
func TestExamples(t *testing.T) {
	const root = "../.."
	all, err := released(root)
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, m := range all {
		for dir, files := range byFolder(m.files) {
			if strings.Contains("/"+dir+"/", "/internal/") || strings.HasPrefix(dir, "examples") {
				continue
			}
			p := read(t, root, files)
			switch {
			case p.doc == "" && len(p.entries) == 0: // tests alone
				continue
			case !p.shown:
				t.Errorf("%s: the first 30 lines of its documentation show no code", dir)
			}
			seen++
			for _, name := range p.entries {
				if !p.examples[""] && !p.examples[name] && !p.examples[strings.TrimPrefix(name, "New")] {
					t.Errorf("%s.%s: there is no Example%[2]s, of what it makes, or of the package", dir, name)
				}
			}
		}
	}
	if seen < 15 {
		t.Errorf("only %d packages are found", seen)
	}
}

func byFolder(files []string) map[string][]string {
	all := map[string][]string{}
	for _, name := range files {
		if path.Ext(name) == ".go" && !strings.Contains(name, "testdata/") {
			all[path.Dir(name)] = append(all[path.Dir(name)], name)
		}
	}
	return all
}

// A pkg is what a package shows.
type pkg struct {
	doc      string
	shown    bool            // the doc has code in its first 30 lines
	entries  []string        // functions that one begins with
	examples map[string]bool // "": of the package
}

func read(t *testing.T, root string, files []string) pkg {
	t.Helper()
	p := pkg{examples: map[string]bool{}}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, name), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		test := strings.HasSuffix(name, "_test.go")
		if !test && file.Doc != nil {
			p.doc = file.Doc.Text()
			lines := strings.Split(p.doc, "\n")
			p.shown = strings.Contains(strings.Join(lines[:min(30, len(lines))], "\n"), "\n\t")
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv != nil {
				continue
			}
			if rest, is := strings.CutPrefix(f.Name.Name, "Example"); test && is {
				rest, _, _ = strings.Cut(rest, "_")
				p.examples[rest] = true
			} else if !test && entry.MatchString(f.Name.Name) {
				p.entries = append(p.entries, f.Name.Name)
			}
		}
	}
	return p
}
