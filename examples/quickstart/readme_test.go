package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const root = "../.."

func readme(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// goBlocks returns the Go code in README.md: a program, and the body of a
// function of ctx and m that returns an error.
func goBlocks(t *testing.T) (program, body string) {
	t.Helper()
	all := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(readme(t), -1)
	if len(all) != 2 {
		t.Fatalf("README.md has %d blocks of Go, want 2", len(all))
	}
	return all[0][1], all[1][1]
}

// goTool runs the go command on one file within the module.
func goTool(t *testing.T, command, src string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "main.go")
	if err := os.WriteFile(name, []byte(src), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "go", command, name)
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("go %s of\n%s\n%v\n%s", command, src, err, out)
	}
	return string(out)
}

func TestReadmeProgram(t *testing.T) {
	program, _ := goBlocks(t)
	lines := 0
	for line := range strings.Lines(program) {
		if strings.TrimSpace(line) != "" {
			lines++
		}
	}
	if lines > 15 {
		t.Errorf("the program in README.md has %d lines, want at most 15", lines)
	}
	if got, want := goTool(t, "run", program), "true allow [] <nil>\n"; got != want {
		t.Errorf("the program in README.md prints %q, want %q", got, want)
	}
}

func TestReadmeShadow(t *testing.T) {
	_, body := goBlocks(t)
	goTool(t, "vet", `package main

import (
	"context"
	"log"

	"github.com/decorum-go/decorum/policy"
)

func main() {}

func shadow(ctx context.Context, m policy.Message) error {
`+body+"}\n\nvar _ = shadow\n")
}

// Every link leads somewhere, and every package has its line.
func TestReadmeLinks(t *testing.T) {
	text := readme(t)
	for _, m := range regexp.MustCompile(`\]\(([^)]+)\)`).FindAllStringSubmatch(text, -1) {
		if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(m[1]))); err != nil {
			t.Errorf("README.md links to %s: %v", m[1], err)
		}
	}
	for _, command := range []string{"\n    go run ./examples/quickstart\n", "\n    go test ./...\n"} {
		if !strings.Contains(text, command) {
			t.Errorf("README.md does not say %q", command)
		}
	}
	for _, dir := range []string{"limiter", "similarity", "scoring", "policy"} {
		if !strings.Contains(text, "| ["+dir+"]("+dir+") |") {
			t.Errorf("README.md has no line for package %s", dir)
		}
	}
}
