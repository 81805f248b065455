package main

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestProvenance: policy/docs/provenance.md says of each table where it comes from, and of
// none that is not there.
func TestProvenance(t *testing.T) {
	const root = "../.."
	page, err := os.ReadFile(root + "/policy/docs/provenance.md")
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{} // whether a table is of it
	for _, row := range regexp.MustCompile(`(?m)^\| ([^|]+/[^|]+) \| [^|]+ \| [^|]+ \|`).FindAllStringSubmatch(string(page), -1) {
		for name := range strings.SplitSeq(row[1], ", ") {
			listed[name] = false
		}
	}
	for _, name := range tables(t, root) {
		in := false
		for entry := range listed {
			if name == entry || strings.HasSuffix(entry, "/") && strings.HasPrefix(name, entry) {
				listed[entry], in = true, true
			}
		}
		if !in {
			t.Errorf("%s holds a table: say in policy/docs/provenance.md where it comes from", name)
		}
	}
	for entry, used := range listed {
		if !used {
			t.Errorf("policy/docs/provenance.md names %s, which is no table", entry)
		}
	}
}

// plain are kinds of files that are no tables: what people wrote as program or page.
var plain = []string{".go", ".md", ".mod", ".sum", ".sh", ".s", ""}

// tables lists the files that are more data than code.
func tables(t *testing.T, root string) (all []string) {
	t.Helper()
	cmd := exec.Command("git", "-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for name := range strings.SplitSeq(strings.TrimSpace(string(out)), "\n") {
		text, err := os.ReadFile(filepath.Join(root, name))
		switch {
		case os.IsNotExist(err), strings.HasPrefix(name, "."), path.Base(name)[0] == '.':
		case err != nil:
			t.Error(err)
		case strings.Contains(name, "/testdata/"), !slices.Contains(plain, path.Ext(name)), bytes.HasPrefix(text, []byte("// Code generated")):
			all = append(all, name)
		case path.Ext(name) == ".go" && !strings.HasSuffix(name, "_test.go") && isTable(t, name, text):
			all = append(all, name)
		}
	}
	if len(all) < 100 {
		t.Fatalf("only %d tables are found", len(all))
	}
	return all
}

// isTable reports whether a variable or constant of a file holds more than 40 values or 600
// bytes of them, or anything in it more than 80.
func isTable(t *testing.T, name string, text []byte) (is bool) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		_, declared := n.(*ast.ValueSpec)
		if _, literal := n.(*ast.CompositeLit); declared || literal {
			values, size := 0, 0
			ast.Inspect(n, func(n ast.Node) bool {
				if l, ok := n.(*ast.BasicLit); ok {
					values++
					size += len(l.Value)
				}
				_, code := n.(*ast.FuncLit)
				return !code
			})
			is = is || values > 80 || declared && (values > 40 || size > 600)
		}
		return !is
	})
	return is
}
