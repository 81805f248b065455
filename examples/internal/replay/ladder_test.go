package replay

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/decorum-go/decorum/policy"
)

const docs = "../../../policy/docs/"

// The page of the documentation shows what the command prints now of the default
// policy. go test ./examples/internal/replay -run Ladder -update writes both anew.
func TestLadder(t *testing.T) {
	svg := filepath.Join(t.TempDir(), "ladder.svg")
	must(t, "-ladder", "-svg", svg)
	for _, c := range []struct{ name, is string }{{docs + "ladder.svg", read(t, svg)}, {"testdata/ladder.txt", must(t, "-ladder")}} {
		if *update {
			if err := os.WriteFile(c.name, []byte(c.is), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if read(t, c.name) != c.is {
			t.Errorf("%s is not what the command prints: go test ./examples/internal/replay -run Ladder -update, and read what changed", c.name)
		}
	}
	if id := policy.Default().ID(); !strings.Contains(read(t, docs+"ladder.md"), "](ladder.svg)") || !strings.Contains(read(t, svg), id) {
		t.Errorf("the page does not show the drawing of %s", id)
	}
}

// A policy is named by its file, by the name of a built-in one, or by -policy.
func TestLadderOf(t *testing.T) {
	file := write(t, "ours.json", []byte(`{"extends": "strict", "name": "ours", "appeals": {"within": "99d"}}`))
	for want, args := range map[string][]string{
		"policy default@": {"-ladder", "default"}, "policy strict@": {"-ladder", "strict"}, "only measures": {"-ladder", "observe"},
		"within 99 days": {"-ladder", file}, "policy ours@": {"-policy", file, "-ladder"}, "<desc": {"-ladder", file, "-svg", "-"},
	} {
		if out := must(t, args...); !strings.Contains(out, want) {
			t.Errorf("replay %v does not print %q:\n%s", args, want, out)
		}
	}
	for want, args := range map[string][]string{
		"one policy": {"-ladder", file, "strict"}, "give -ladder": {"-svg", "x.svg"}, "no events": {"-ladder", "-zoo"}, "overwrite": {"-ladder", file, "-svg", file},
		"one of default, strict, observe": {"-ladder", "strikt"}, "no such directory": {"-ladder", "-svg", "/nowhere/x.svg"},
	} {
		status, out, stderr := command("", args...)
		if status == exitOK || out != "" || !strings.Contains(stderr, want) && !strings.Contains(stderr, "no such file or directory") {
			t.Errorf("replay %v: status %d, %q", args, status, stderr)
		}
	}
}

// TestLadderLooks looks at the drawing in a browser, at two widths, light and dark: no
// letter lies beyond its box or on another, and ink is not the colour of the ground.
func TestLadderLooks(t *testing.T) {
	svg := filepath.Join(t.TempDir(), "ladder.svg")
	must(t, "-ladder", "-svg", svg)
	// In a page, as it is and as a picture.
	html := filepath.Join(filepath.Dir(svg), "page.html")
	page := `<!doctype html><meta name="viewport" content="width=device-width"><title>ladder</title><body style="margin: 0">` + read(t, svg) + `<img alt="" src="ladder.svg" style="max-width: 100%">`
	if err := os.WriteFile(html, []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	b := openBrowser(t)
	for _, width := range []int{390, 1280} {
		for _, scheme := range []string{"light", "dark"} {
			b.open(html, width, scheme)
			var facts struct {
				Wide, Clash, Small, Ink, Ground string
				Texts                           int
				Inner, Root, Picture            float64
			}
			b.eval(`(() => {
				const all = Array.from(document.querySelectorAll("text")), box = all.map(e => e.getBoundingClientRect());
				const root = document.querySelector("svg").getBoundingClientRect();
				const say = e => e.textContent;
				return {
					Texts: all.length, Inner: innerWidth, Root: root.right, Picture: document.querySelector("img").getBoundingClientRect().width,
					Wide: all.filter((e, i) => box[i].right > root.right - 8 || box[i].right > innerWidth).map(say).join("; "),
					Clash: all.filter((e, i) => box.some((o, j) => j < i && o.left < box[i].right - 1 && box[i].left < o.right - 1 && o.top < box[i].bottom - 4 && box[i].top < o.bottom - 4)).map(say).join("; "),
					Small: all.filter(e => parseFloat(getComputedStyle(e).fontSize) * root.width / 420 < 11.5).map(say).join("; "),
					Ink: getComputedStyle(all[0]).fill, Ground: getComputedStyle(document.querySelector(".ground")).fill,
				}
			})()`, &facts)
			if facts.Texts < 40 || int(facts.Inner) != width || facts.Root > facts.Inner || math.Abs(facts.Picture-facts.Root) > 1 || facts.Wide+facts.Clash+facts.Small != "" {
				t.Errorf("%d px, %s: %+v", width, scheme, facts)
			}
			if dark := brightness(facts.Ground) < brightness(facts.Ink); dark != (scheme == "dark") {
				t.Errorf("%s: ink %s on %s", scheme, facts.Ink, facts.Ground)
			}
			if len(b.requests) != 2 || len(b.problems) > 0 {
				t.Errorf("asks for %v, says %v", b.requests, b.problems)
			}
			b.shoot(fmt.Sprintf("ladder-%d-%s", width, scheme), width)
		}
	}
}
