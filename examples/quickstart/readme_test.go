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

// program returns the program in README.md.
func program(t *testing.T) string {
	t.Helper()
	all := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(readme(t), -1)
	if len(all) != 1 {
		t.Fatalf("README.md has %d blocks of Go, want 1", len(all))
	}
	return all[0][1]
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
	program := program(t)
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

// Every package has its line. Links are followed by examples/internal/guides.
func TestReadmePackages(t *testing.T) {
	text := readme(t)
	if n := strings.Count(text, "\n"); n >= 150 {
		t.Errorf("README.md has %d lines, want less than 150", n)
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
