package policy

import (
	"os"
	"regexp"
	"slices"
	"testing"
)

// The table of reasons in the package's documentation holds every code, and
// none that does not exist.
func TestDocCodes(t *testing.T) {
	src, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	var said []Code
	for _, m := range regexp.MustCompile(`(?m)^//\t  ([a-z]+\.[a-z]+) {2,}\S`).FindAllSubmatch(src, -1) {
		said = append(said, Code(m[1]))
	}
	for _, c := range builtin[1:] {
		if !slices.Contains(said, c) {
			t.Errorf("the table does not hold %s", c)
		}
	}
	for _, c := range said {
		if codeIndex(c) == 0 {
			t.Errorf("the table holds %s, which is no code", c)
		}
	}
	if want := len(builtin) - 1; len(said) != want {
		t.Errorf("the table has %d lines, want %d", len(said), want)
	}
}
