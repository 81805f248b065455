package guides

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const root = "../../.."

// A page is a file in Markdown.
type page struct {
	name  string // from the root, with slashes
	text  string
	lines []line
}

// A line is one of a page, and where it stands.
type line struct {
	n    int    // from 1
	text string // without what indents code
	kind kind
	lang string // of fenced code
	from int    // the line on which its block of code begins
}

type kind uint8

const (
	prose kind = iota
	blank
	heading
	table
	code // fenced, or indented by four blanks
)

// pages are all that people read: no test data, and nothing that a test printed.
func pages(t *testing.T) (all []page) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == ".git" || d.Name() == "testdata" || d.Name() == "node_modules"):
			return filepath.SkipDir
		case d.IsDir() || filepath.Ext(path) != ".md":
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		all = append(all, page{name: filepath.ToSlash(name), text: string(text), lines: parse(string(text))})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 20 {
		t.Fatalf("only %d pages are found", len(all))
	}
	return all
}

var (
	item    = regexp.MustCompile(`^\s*([-*]|\d+\.) `)
	heads   = regexp.MustCompile(`^#{1,6} `)
	fences  = regexp.MustCompile("^ *```([a-z]*)")
	inline  = regexp.MustCompile("`[^`]+`")
	comment = regexp.MustCompile(`<!--.*?-->`)
)

// parse tells code from prose, as far as our own pages need.
func parse(text string) (all []line) {
	fenced, lang, from, deep := false, "", 0, 0
	for n, s := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		l := line{n: n + 1, text: s}
		indent := len(s) - len(strings.TrimLeft(s, " "))
		before := blank
		if len(all) > 0 {
			before = all[len(all)-1].kind
		}
		switch fence := fences.FindStringSubmatch(s); {
		case fence != nil && !fenced:
			fenced, lang, from = true, fence[1], n+2
			l.kind = blank
		case fence != nil:
			fenced = false
			l.kind = blank
		case fenced:
			l.kind, l.lang, l.from = code, lang, from
		case strings.TrimSpace(s) == "":
			l.kind = blank
		case indent >= deep+4 && (before == blank || before == code):
			if before == blank {
				from = n + 1
			}
			l.kind, l.text, l.from = code, s[deep+4:], from
		case heads.MatchString(s):
			l.kind, deep = heading, 0
		case strings.HasPrefix(strings.TrimSpace(s), "|"):
			l.kind = table
		}
		if l.kind == prose {
			if m := item.FindString(s); m != "" {
				deep = len(m) // code of an item is indented from where its text begins
			} else if indent == 0 {
				deep = 0
			}
		}
		all = append(all, l)
	}
	return all
}

// TestLinks: every link that leads into this repository leads to something, also one
// to a heading.
func TestLinks(t *testing.T) {
	all := pages(t)
	anchors := map[string]map[string]bool{}
	for _, p := range all {
		anchors[p.name] = map[string]bool{}
		for _, l := range p.lines {
			if l.kind == heading {
				anchors[p.name][anchor(l.text)] = true
			}
		}
	}
	links := regexp.MustCompile(`\]\(([^)\s]+)\)`)
	count := 0
	for _, p := range all {
		for _, l := range p.lines {
			if l.kind == code {
				continue
			}
			for _, m := range links.FindAllStringSubmatch(inline.ReplaceAllString(l.text, "``"), -1) {
				if strings.Contains(m[1], "://") {
					continue
				}
				count++
				path, hash, _ := strings.Cut(m[1], "#")
				target := p.name
				if path != "" {
					target = filepath.ToSlash(filepath.Join(filepath.Dir(p.name), path))
				}
				if _, err := os.Stat(filepath.Join(root, target)); err != nil || strings.HasPrefix(target, "..") {
					t.Errorf("%s:%d: a link to %s, which is not there", p.name, l.n, m[1])
				} else if hash != "" && anchors[target] != nil && !anchors[target][hash] {
					t.Errorf("%s:%d: a link to %s, where no heading is called so", p.name, l.n, m[1])
				}
			}
		}
	}
	if count < 100 {
		t.Errorf("only %d links are found", count)
	}
}

// anchor is the name by which a heading can be linked to.
func anchor(head string) string {
	head = strings.ToLower(strings.TrimSpace(strings.TrimLeft(head, "#")))
	return strings.ReplaceAll(regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(head, ""), " ", "-")
}

// A page has at most so many lines, and a paragraph so many of so many letters.
const maxLines, maxParagraph, lineLength = 400, 8, 120

func TestShort(t *testing.T) {
	for _, p := range pages(t) {
		if len(p.lines) > maxLines {
			t.Errorf("%s has %d lines, want at most %d", p.name, len(p.lines), maxLines)
		}
		long, from := 0, 0
		end := func() {
			if long > maxParagraph*lineLength {
				t.Errorf("%s:%d: a paragraph of %.1f lines of %d letters, want at most %d", p.name, from, float64(long)/lineLength, lineLength, maxParagraph)
			}
			long = 0
		}
		for _, l := range p.lines {
			if l.kind != prose || item.MatchString(l.text) {
				end()
			}
			if l.kind == prose {
				if long == 0 {
					from = l.n
				}
				long += len([]rune(l.text))
			}
		}
		end()
	}
}

// TestWords: words of ours that are no words of the trade. Code is apart, and pages
// that explain them, and what was called so in the past.
func TestWords(t *testing.T) {

	explains := regexp.MustCompile(`^policy/docs/(glossary|reference[a-z-]*)\.md$`)
	explained := 0
	for _, p := range pages(t) {
		for _, l := range p.lines {
			if l.kind == code {
				continue
			}
			text := comment.ReplaceAllString(inline.ReplaceAllString(l.text, ""), "")
			text = regexp.MustCompile(`\]\([^)]*\)`).ReplaceAllString(text, "]")
			for _, word := range ours.FindAllString(text, -1) {
				if explains.MatchString(p.name) {
					explained++
					continue
				}
				t.Errorf("%s:%d: says %q: %.120s", p.name, l.n, word, l.text)
			}
		}
	}
	if explained == 0 {
		t.Error("no word of ours is explained: is the glossary read?")
	}
}
