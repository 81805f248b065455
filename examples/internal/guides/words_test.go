package guides

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// ours are words of ours that are none of the trade.
var ours = regexp.MustCompile(`\b(nats?|knots?|mass|ties?|turns?|taint(ed|s)?)\b`)

// TestWordsOfPages: none of them is in what senders and moderators read: sentences,
// causes, the schema, notices in English, and the pages of the console, the service and
// replay.
func TestWordsOfPages(t *testing.T) {
	files := []string{"policy/testdata/sentences.txt", "policy/schema.json", "policy/policyhttp/openapi.json"}
	for _, dir := range []string{"policy/console/assets", "examples/service/static", "examples/internal/replay/page"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && (filepath.Ext(path) == ".html" || filepath.Ext(path) == ".tmpl") {
				name, _ := filepath.Rel(root, path)
				files = append(files, filepath.ToSlash(name))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	names := regexp.MustCompile("\"[\\w#/$.]+\"|`[^`]+`|\\{\\{.*?\\}\\}|<[^>]*>") // of fields, in code, of templates, of HTML
	for _, name := range files {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		for n, l := range strings.Split(string(text), "\n") {
			if word := ours.FindString(names.ReplaceAllString(l, "")); word != "" {
				t.Errorf("%s:%d: says %q: %.160s", name, n+1, word, strings.TrimSpace(l))
			}
		}
	}
	if len(files) < 12 {
		t.Errorf("only %d files are read: %v", len(files), files)
	}
}

// TestWordsOfFlags: nor in the help of a flag of an example.
func TestWordsOfFlags(t *testing.T) {
	calls := []string{"Bool", "BoolVar", "Duration", "DurationVar", "Float64", "Float64Var", "Int", "IntVar", "String", "StringVar", "Uint", "UintVar", "Uint64", "Uint64Var", "Func", "BoolFunc", "Var", "TextVar"}
	count := 0
	err := filepath.WalkDir(filepath.Join(root, "examples"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			of, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || len(call.Args) < 2 || !slices.Contains(calls, of.Sel.Name) {
				return true
			}
			for _, a := range call.Args {
				ast.Inspect(a, func(n ast.Node) bool {
					text, ok := n.(*ast.BasicLit)
					if !ok || text.Kind != token.STRING {
						return true
					}
					count++
					if word := ours.FindString(strings.ReplaceAll(text.Value, "nats://", "")); word != "" {
						t.Errorf("%s: the help of a flag says %q: %s", path, word, text.Value)
					}
					return true
				})
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if count < 100 {
		t.Errorf("only %d strings are read", count)
	}
}
