package policy_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/decorum-go/decorum/policy"
)

// codesDeclared are the constants of type Code.
func codesDeclared(t *testing.T) (all []policy.Code) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "rows.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if c, ok := n.(*ast.ValueSpec); ok && strings.HasPrefix(c.Names[0].Name, "Code") {
			s, err := strconv.Unquote(c.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, policy.Code(s))
		}
		return true
	})
	if len(all) < 30 {
		t.Fatalf("only %d codes are declared in rows.go", len(all))
	}
	return all
}

// The table of reasons in the package's documentation is that of the rows; with
// -update it is rewritten. The constants are those of the rows, too.
func TestDocCodes(t *testing.T) {
	src, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	table := regexp.MustCompile(`(?m)^//\tlimits .*\n(//\t.*\n)+`)
	sameFile(t, "doc.go", table.ReplaceAllLiteralString(string(src), policy.CodeTable()))
	codes, said := codesDeclared(t), policy.RowCodes()
	slices.Sort(said)
	slices.Sort(codes)
	if diff := cmp.Diff(codes, said); diff != "" {
		t.Errorf("the table differs (-declared +table):\n%s", diff)
	}
}

// Each test that SECURITY.md names is there.
func TestSecurityTests(t *testing.T) {
	page, err := os.ReadFile("../.github/SECURITY.md")
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	err = filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		src, err := os.ReadFile(path)
		for _, m := range regexp.MustCompile(`(?m)^func ((Test|Fuzz)\w+)\(`).FindAllSubmatch(src, -1) {
			there[string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("`((Test|Fuzz)[A-Z]\\w+)`").FindAllSubmatch(page, -1)
	for _, m := range named {
		if !there[string(m[1])] {
			t.Errorf("SECURITY.md names %s, which is no test", m[1])
		}
	}
	if len(named) < 30 {
		t.Errorf("SECURITY.md names %d tests", len(named))
	}
}
