package guides

import (
	"bytes"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/decorum-go/decorum/policy"
)

// A program is a block of Go on a page. Where it is no whole file it is the body of a
// function that returns an error, with what the text around it has: see given.
type program struct {
	page string
	line int
	text string
}

func programs(t *testing.T) (all []program) {
	t.Helper()
	for _, p := range pages(t) {
		for _, l := range p.lines {
			if l.kind != code || l.lang != "go" {
				continue
			}
			if n := len(all); n == 0 || all[n-1].page != p.name || all[n-1].line != l.from {
				all = append(all, program{page: p.name, line: l.from})
			}
			all[len(all)-1].text += l.text + "\n"
		}
	}
	if len(all) < 8 {
		t.Fatalf("only %d programs are found", len(all))
	}
	return all
}

// given is what a fragment may name without saying where it is from.
var given = []string{
	"ctx", "engine", "m", "message", "history", "secret", "d", "db", "who", "deliver", "server", "client", "polish", "ours", "theirs", "r",
	"p", "cfg", "config", "store", "file", "next",
}

// known are the packages that fragments name.
var known = map[string]string{
	"policy": module + "/policy", "scoring": module + "/scoring", "limiter": module + "/limiter", "similarity": module + "/similarity",
	"boltstore": module + "/policy/boltstore", "redisstore": module + "/policy/redisstore", "pgstore": module + "/policy/pgstore",
	"console": module + "/policy/console", "policyotel": module + "/policy/policyotel", "policytext": module + "/policy/policytext",
	"celrules": module + "/policy/celrules", "rueidis": "github.com/redis/rueidis",
	"natsnotes": module + "/policy/natsnotes", "nats": "github.com/nats-io/nats.go",
	"prometheus": "go.opentelemetry.io/otel/exporters/prometheus", "metric": "go.opentelemetry.io/otel/sdk/metric",
	"context": "context", "fmt": "fmt", "log": "log", "os": "os", "http": "net/http",
}

const module = "github.com/decorum-go/decorum"

// TestPrograms: every program on a page compiles, but for what it leaves unused. Those of
// nested modules are compiled where DECORUM_SLOW=1, for it may take a while to build
// what they import.
func TestPrograms(t *testing.T) {
	left := 0
	for _, p := range programs(t) {
		dir := "."
		src := p.text
		if !strings.HasPrefix(src, "package ") {
			src = wrapped(src)
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, p.page, src, parser.SkipObjectResolution)
		if err != nil {
			t.Errorf("%s:%d: %v\n%s", p.page, p.line, err, src)
			continue
		}
		for _, i := range file.Imports {
			if nested := nestedModule(strings.Trim(i.Path.Value, `"`), p.page); nested != "" {
				dir = nested
			}
		}
		if dir != "." && os.Getenv("DECORUM_SLOW") == "" {
			left++
			continue
		}
		check(t, p, fset, file, dir)
		if os.Getenv("DECORUM_SLOW") != "" && strings.Contains(p.text, "\nfunc main() {") {
			run(t, p)
		}
	}
	if left > 0 {
		t.Logf("%d programs of nested modules are compiled with DECORUM_SLOW=1 only", left)
	}
}

// TestPolicies: every policy file on a page can be read.
func TestPolicies(t *testing.T) {
	count := 0
	for _, p := range pages(t) {
		for _, m := range regexp.MustCompile("(?s)```json\n(.*?)```").FindAllStringSubmatch(p.text, -1) {
			if !strings.Contains(m[1], `"extends"`) {
				continue // a part of one
			}
			count++
			if _, err := policy.ReadPolicy(strings.NewReader(m[1])); err != nil {
				t.Errorf("%s: %v\n%s", p.name, err, m[1])
			}
		}
	}
	if count < 4 {
		t.Errorf("only %d policies are found", count)
	}
}

// run runs a whole program.
func run(t *testing.T, p program) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "main.go")
	if err := os.WriteFile(name, []byte(p.text), 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), "go", "run", name)
	command.Dir = root
	if out, err := command.CombinedOutput(); err != nil || len(out) == 0 {
		t.Errorf("%s:%d: %v\n%s", p.page, p.line, err, out)
	}
}

// TestStart follows start.md: its program, in a module outside of this one that is built
// against a copy.
func TestStart(t *testing.T) {
	const page = "policy/docs/start.md"
	dir := t.TempDir()
	top, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	all := programs(t)
	i := slices.IndexFunc(all, func(p program) bool { return p.page == page })
	if i < 0 {
		t.Fatalf("%s has no program", page)
	}
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(all[i].text), 0o600); err != nil {
		t.Fatal(err)
	}
	todo := [][]string{{"mod", "init", "example.org/try"}}
	for _, c := range commands(t) {
		if c.page == page && c.block && strings.HasPrefix(c.text, "go mod ") {
			todo = append(todo, fields(strings.ReplaceAll(c.text, "/path/to/your/copy", top))[1:])
		}
	}
	for _, args := range append(todo, []string{"run", "."}) {
		command := exec.CommandContext(t.Context(), "go", args...)
		command.Dir, command.Env = dir, append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod", "GOPROXY=off", "GOSUMDB=off")
		out, err := command.CombinedOutput()
		if err != nil {
			t.Fatalf("go %v: %v\n%s", args, err, out)
		}
		if said := string(out); args[0] == "run" && (!strings.Contains(said, "deliver m1\n") || !strings.Contains(said, "m1: allow, score 0.01")) {
			t.Errorf("it prints\n%s", out)
		}
	}
}

// wrapped makes a file of a fragment.
func wrapped(src string) string {
	src = regexp.MustCompile(`(?m)^…$|, …`).ReplaceAllString(src, "") // what is left out
	var imports []string
	for name, path := range known {
		if regexp.MustCompile(`(^|[^\w."])` + name + `\.[A-Z]`).MatchString(src) {
			imports = append(imports, name+" \""+path+"\"")
		}
	}
	slices.Sort(imports)
	return "package main\n\nimport (\n" + strings.Join(imports, "\n") + "\n)\n\nfunc fragment() error {\n" + src + "\nreturn nil\n}\n\nfunc main() {}\n"
}

// nestedModule is the folder of the module in which a package can be imported; "" is ours.
func nestedModule(path, page string) string {
	if rest, ours := strings.CutPrefix(path, module+"/"); ours {
		for dir := rest; dir != "."; dir = filepath.ToSlash(filepath.Dir(dir)) {
			if _, err := os.Stat(filepath.Join(root, dir, "go.mod")); err == nil {
				return dir
			}
		}
		return ""
	}
	if strings.Contains(path, ".") { // of others: the page is in the module that has it
		return filepath.ToSlash(filepath.Dir(page))
	}
	return ""
}

func check(t *testing.T, p program, fset *token.FileSet, file *ast.File, dir string) {
	t.Helper()
	exports := exports(t, dir, file)
	config := types.Config{
		Importer: importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) }),
		Error: func(err error) {
			said, ok := err.(types.Error)
			if !ok {
				t.Errorf("%s:%d: %v", p.page, p.line, err)
				return
			}
			if unused := strings.HasPrefix(said.Msg, "declared and not used"); unused {
				return
			}
			if name, undefined := strings.CutPrefix(said.Msg, "undefined: "); undefined && slices.Contains(given, name) && !strings.HasPrefix(p.text, "package ") {
				return
			}
			t.Errorf("%s:%d: %v\n%s", p.page, p.line, err, p.text)
		},
	}
	config.Check("main", fset, []*ast.File{file}, nil) // Error has told what is wrong
}

// exports says where the compiled form lies of what a file imports.
func exports(t *testing.T, dir string, file *ast.File) map[string]string {
	t.Helper()
	args := []string{"list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}"}
	for _, i := range file.Imports {
		args = append(args, strings.Trim(i.Path.Value, `"`))
	}
	key := dir + strings.Join(args, " ")
	if found := listed[key]; found != nil {
		return found
	}
	command := exec.CommandContext(t.Context(), "go", args...)
	command.Dir = filepath.Join(root, dir)
	var errs bytes.Buffer
	command.Stderr = &errs
	out, err := command.Output()
	if err != nil {
		t.Fatalf("go %v in %s: %v\n%s", args, dir, err, &errs)
	}
	found := map[string]string{}
	for line := range strings.Lines(string(out)) {
		path, export, _ := strings.Cut(strings.TrimSpace(line), " ")
		found[path] = export
	}
	listed[key] = found
	return found
}

var listed = map[string]map[string]string{}
