// Package internal has only tests: of the walls between the packages below it.
package internal

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/decorum-go/decorum"

// pure are the packages without clock, lock or I/O: equal input makes equal
// output.
var pure = []string{"wire", "stamp", "ladder", "state", "rules", "judge"}

// What a pure package may import beside the leaves and other pure ones.
var harmless = []string{"math", "math/bits", "time", "slices", "encoding/binary", "errors", "github.com/cespare/xxhash/v2"}

// What no package may import on which a pure one depends.
var outside = []string{"context", "io", "log", "log/slog", "math/rand", "math/rand/v2", "net", "os", "sync"}

var leaves = []string{"limiter", "scoring", "similarity", "policy/rulekit"}

// Pure packages import nothing that could make a difference between two runs;
// the leaves below them at most lock what they share.
func TestPure(t *testing.T) {
	checked := 0
	for _, name := range pure {
		if _, err := os.Stat(name); err != nil {
			continue // not built yet
		}
		checked++
		for _, line := range goList(t, "-deps", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./"+name) {
			path, rest, _ := strings.Cut(line, " ")
			ours, ok := strings.CutPrefix(path, module+"/")
			if !ok {
				continue
			}
			inner, internal := strings.CutPrefix(ours, "policy/internal/")
			isPure := internal && slices.Contains(pure, inner)
			if !isPure && !slices.Contains(leaves, ours) {
				t.Errorf("%s depends on %s, which is neither pure nor a leaf", name, ours)
			}
			for i := range strings.FieldsSeq(rest) {
				_, of := strings.CutPrefix(i, module+"/")
				if isPure && !of && !slices.Contains(harmless, i) || slices.Contains(outside, i) && (isPure || i != "sync" && i != "io") {
					t.Errorf("%s imports %s", ours, i)
				}
			}
		}
	}
	if checked == 0 {
		t.Error("there is no pure package to check")
	}
}

func goList(t *testing.T, args ...string) []string {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list"}, args...)...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, &stderr)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}

// No module imports an internal package of another one: their versions are
// chosen apart. Examples share theirs: they are built here only.
func TestModules(t *testing.T) {
	root := filepath.Join("..", "..")
	modules := map[string]string{} // folder to path
	var files []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch name := d.Name(); {
		case err != nil:
			return err
		case d.IsDir() && path != root && (strings.HasPrefix(name, ".") || name == "testdata"):
			return filepath.SkipDir
		case name == "go.mod":
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			first, _, _ := strings.Cut(string(data), "\n")
			modules[filepath.Dir(path)] = strings.TrimSpace(strings.TrimPrefix(first, "module "))
		case strings.HasSuffix(name, ".go"):
			files = append(files, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(modules) < 2 {
		t.Fatalf("found modules %v: this test means nothing", modules)
	}
	for _, file := range files {
		dir := filepath.Dir(file)
		for modules[dir] == "" {
			dir = filepath.Dir(dir)
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range f.Imports {
			path, _ := strconv.Unquote(s.Path.Value)
			if strings.HasPrefix(path, module+"/examples/internal/") && strings.HasPrefix(modules[dir], module+"/examples/") {
				continue
			}
			if owner := moduleOf(path, modules); strings.Contains(path+"/", "/internal/") && owner != "" && owner != modules[dir] {
				t.Errorf("%s, of module %s, imports %s", file, modules[dir], path)
			}
		}
	}
}

// moduleOf returns which module of the repository has the package.
func moduleOf(path string, modules map[string]string) (owner string) {
	for _, m := range modules {
		if strings.HasPrefix(path+"/", m+"/") && len(m) > len(owner) {
			owner = m
		}
	}
	return owner
}
