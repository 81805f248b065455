package guides

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestAgree: figures that stand on several pages are those of the page that has them all.
func TestAgree(t *testing.T) {
	text := func(page string) string {
		b, err := os.ReadFile(filepath.Join(root, page))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	// row is a row of a table: its cells behind the first.
	row := func(page, pattern string, n int) []string {
		m := regexp.MustCompile(pattern).FindAllStringSubmatch(text(page), -1)
		if len(m) <= n {
			t.Fatalf("%s has no row like %s", page, pattern)
		}
		return m[n][1:]
	}
	says := func(page, what string) {
		if !strings.Contains(text(page), what) {
			t.Errorf("%s does not say %q", page, what)
		}
	}
	for i, system := range []string{"decorum", "strict", "gateway", "kit", `kit\+near`, "automod", "samples"} {
		const peers, readme, card = "examples/peers/README.md", "README.md", "policy/docs/model-card.md"
		pattern := `(?m)^\| ` + system + ` \| (\d+) of (\d+) \| ([\d.]+)% \| \d+% \| (\d+) of (\d+) \| (\d+) of (\d)(\d\d\d) \|$`
		zoo := row(peers, strings.ReplaceAll(pattern, `(\d)(\d\d\d) `, `(\d+)() `), 0)
		told := row(peers, pattern, 0)
		percent := func(s string) string { return strings.TrimSuffix(s, ".0") + "%" }
		says(readme, fmt.Sprintf("| %s of %s | %s | %s of %s | %s of %s | %s | %s of %s,%s |\n",
			zoo[0], zoo[1], percent(zoo[2]), zoo[3], zoo[4], told[0], told[1], percent(told[2]), told[5], told[6], told[7]))
		if i > 0 {
			continue
		}
		says(card, fmt.Sprintf("Of %s abusive kinds %s are caught, and %s%% of the abuse is delivered; of %s honest kinds", zoo[1], zoo[0], zoo[2], zoo[4]))
		says(card, fmt.Sprintf("Of the reports %s of %s are caught, %s%% is delivered, and %s of %s,%s honest people", told[0], told[1], told[2], told[5], told[6], told[7]))
	}
	const performance = "policy/docs/performance.md"
	day := func(kind string) string { return row(performance, `(?m)^\| `+kind+` \| ([\d.]+) \|`, 0)[0] }
	commit := row(performance, `at ([0-9a-f]{7})\b.*:\n\n\| \| 1 core`, 0)[0]
	says("README.md", fmt.Sprintf("%s µs in a conversation, %s µs to a stranger, %s µs over all (`go test ./policy -run '^$' -bench Day -cpu 1`, at %s)", day("conversation"), day("stranger"), day("all"), commit))
}
