package policy_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
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
