package guides

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/examples/internal/actors"
	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/examples/internal/replay"
)

const changelog = ".github/CHANGELOG.md"

// A command is one on a page: a line of a block, which somebody is to type, or words
// within a sentence.
type command struct {
	page  string
	line  int
	text  string
	block bool
}

var runnable = regexp.MustCompile(`^([A-Z_]+=\S+ )*(go|curl|docker|npm|psql|pg_dump|redis-server|promtool|apt-get|cd|\.ci/[a-z]+)( |$)`)

func commands(t *testing.T) (all []command) {
	t.Helper()
	for _, p := range pages(t) {
		if p.name == changelog {
			continue
		}
		for n, l := range p.lines {
			if l.kind == code && (l.lang == "" || l.lang == "sh") {
				before := ""
				if n > 0 {
					before = p.lines[n-1].text
				}
				if runnable.MatchString(l.text) && !strings.HasSuffix(before, `\`) {
					all = append(all, command{p.name, l.n, strings.TrimSpace(l.text), true})
				}
				continue
			}
			if l.kind == code {
				continue
			}
			for _, span := range inline.FindAllString(l.text, -1) {
				text := strings.ReplaceAll(strings.Trim(span, "`"), `\|`, "|") // of a table
				if runnable.MatchString(text) && strings.Contains(text, " ") {
					all = append(all, command{p.name, l.n, text, false})
				}
			}
		}
	}
	if len(all) < 60 {
		t.Fatalf("only %d commands are found", len(all))
	}
	return all
}

// A runner is what runs a command: a whole line of a file, but for what indents it.
type runner struct{ file, line string }

// runBy says, of each command in a block of a page, what runs it, or what it stands for.
var runBy = map[string]map[string]runner{
	".github/CONTRIBUTING.md": {
		".ci/decisions": {".ci/run", ".ci/decisions"},
	},
	"README.md": {
		"go run ./examples/quickstart": {".ci/run", "command=$(readme 'go run')"}, // the first of the page
		"go test ./...":                {".ci/run", "command=$(readme 'go test')"},
	},
	"examples/cluster/README.md": {
		"go run .": {".ci/run", "timeout 300 go run ."},
	},
	"examples/import/README.md": {
		`go -C examples/import run . telegram "$PWD/result.json" | go run ./examples/replay -`:                                                                                    {"examples/import/ci.sh", `"$tmp/import" telegram testdata/telegram/result.json | "$tmp/replay" -strict -`},
		`go -C examples/import run . -query 'SELECT sent_at AS at, sender AS "from", recipient AS "to", body AS text, id FROM messages' sql env:LOG | go run ./examples/replay -`: {"examples/import/table_test.go", "func TestSQLite(t *testing.T) {"},
	},
	"examples/peers/README.md": {
		"go run ./others":   {".ci/run", "go -C examples/peers test ./others # its bars: too slow with -race"},
		"cd examples/peers": {".ci/run", `cd "$dir"`},
		"go test -v -run .                                      # most admitted, flood, recall": {".ci/run", "raced"},
		"go test -run xxx -bench . -benchtime 100ms -count 5    # speed, memory, collection":    {".ci/run", `silent go vet ./...`}, // takes too long: it builds
	},
	"examples/replay/README.md": {
		"go run ./examples/replay -shard 1/4 -notes /mnt/notes messages.jsonl.gz complaints.csv": {"examples/internal/replay/sharded_test.go", "func TestShards(t *testing.T) {"},
		"go run ./examples/replay -shard 2/4 -notes /mnt/notes messages.jsonl.gz complaints.csv": {"examples/internal/replay/sharded_test.go", "func TestShards(t *testing.T) {"},
		"go run ./examples/replay -merge /mnt/notes -json":                                       {"examples/internal/replay/sharded_test.go", "func TestShards(t *testing.T) {"},
	},
	"examples/replayx/README.md": {
		"go -C examples/replayx run . -rule 'to.strangers > 0 && account.messages > 20' $PWD/events.jsonl": {"examples/replayx/ci.sh", `go run . -rule 'to.strangers > 0 && account.messages > 20' - | grep 'is true of 121 messages'`},
		"go -C examples/replayx run . -shard 1/4 -notes nats://HOST:4222/march $PWD/events.jsonl":          {"examples/replayx/notes_test.go", "func TestNotes(t *testing.T) {"},
		"go -C examples/replayx run . -merge nats://HOST:4222/march -json":                                 {"examples/replayx/notes_test.go", "func TestNotes(t *testing.T) {"},
	},
	"examples/service/README.md": {
		"go run .": {"examples/service/ci.sh", `"$tmp/service" -listen 127.0.0.1:0 -dir "$tmp/data" >"$tmp/out" &`},
	},
	"policy/docs/reference.md": {
		"go run ./examples/internal/effects -of signals.text_fast": {"examples/internal/replay/effects_test.go", "func TestEffects(t *testing.T) {"},
	},
	"policy/docs/start.md": {
		"go run ./examples/quickstart":                                          {".ci/run", "command=$(readme 'go run')"},
		"go mod edit -replace github.com/decorum-go/decorum=/path/to/your/copy": {"examples/internal/guides/programs_test.go", "func TestStart(t *testing.T) {"},
		"go mod tidy": {"examples/internal/guides/programs_test.go", "func TestStart(t *testing.T) {"},
	},
}

// readBy says which test reads a page, and runs each command of replay there but those of
// shards, which need each other.
var readBy = map[string]runner{
	"examples/replay/README.md": {"examples/internal/replay/guide_test.go", "func TestGuide(t *testing.T) {"},
	"examples/replay/LOGS.md":   {"examples/internal/replay/logs_test.go", "func TestLogs(t *testing.T) {"},
}

// TestCommands: whatever a page says to type is there: the package, the tests and
// benchmarks that it names, the flags of our programs. And what stands in a block of its
// own is run by something.
func TestCommands(t *testing.T) {
	used := map[string]bool{}
	for _, c := range commands(t) {
		if problem := wrong(c); problem != "" {
			t.Errorf("%s:%d: %s: %s", c.page, c.line, c.text, problem)
		}
		if !c.block || outside(c.text) {
			continue
		}
		ofReplay := strings.HasPrefix(c.text, "go run ./examples/replay ")
		if ofReplay && guide(c.page) {
			continue // TestReplayCommands
		}
		by, ok := runBy[c.page][c.text]
		used[c.page+c.text] = ok
		if !ok && ofReplay {
			by, ok = readBy[c.page]
		}
		if !ok {
			t.Errorf("%s:%d: %s: no test runs it", c.page, c.line, c.text)
		} else if !hasLine(by) {
			t.Errorf("%s:%d: %s: %s has no line %q, which runs it", c.page, c.line, c.text, by.file, by.line)
		}
	}
	for page, list := range runBy {
		for text := range list {
			if !used[page+text] {
				t.Errorf("%s no longer says %q", page, text)
			}
		}
	}
}

func hasLine(r runner) bool {
	text, err := os.ReadFile(filepath.Join(root, r.file))
	return err == nil && slices.ContainsFunc(strings.Split(string(text), "\n"), func(s string) bool { return strings.TrimSpace(s) == r.line })
}

// guide says whether a page's commands of replay are run by TestReplayCommands.
func guide(page string) bool {
	return page == "README.md" || strings.HasPrefix(page, "policy/docs/")
}

// outside says whether a command needs what is not here: a server, which the tests of the
// module start in their own way; a module at a version, for which .ci/outside makes one; or
// is .ci/run itself.
func outside(text string) bool {
	return regexp.MustCompile(`^(docker|redis-server|curl|npm|psql|pg_dump|promtool|apt-get|go get|\.ci/run)\b|-store `).MatchString(text)
}

// wrong says what of a command is not there.
func wrong(c command) string {
	text := regexp.MustCompile(`^([A-Z_]+=\S+ )+`).ReplaceAllString(c.text, "")
	text, _, _ = strings.Cut(text, " | ")
	if strings.HasPrefix(text, ".ci/") {
		script := strings.Fields(text)[0]
		if _, err := os.Stat(filepath.Join(root, script)); err != nil {
			return "there is no " + script
		}
		return ""
	}
	words := fields(text)
	if words[0] != "go" || len(words) < 2 {
		return ""
	}
	words = words[1:]
	dir := root
	if words[0] == "-C" && len(words) > 2 {
		dir, words = filepath.Join(root, words[1]), words[2:]
	} else if _, err := os.Stat(filepath.Join(root, filepath.Dir(c.page), "go.mod")); err == nil && !atRoot(words) {
		dir = filepath.Join(root, filepath.Dir(c.page)) // of a nested module: it says so itself
	}
	if _, err := os.Stat(dir); err != nil {
		return "there is no such folder"
	}
	switch words[0] {
	case "test":
		return wrongTest(dir, words[1:])
	case "run":
		return wrongRun(dir, words[1:])
	case "get":
		path := strings.TrimPrefix(strings.TrimPrefix(words[1], module), "/")
		if _, err := os.Stat(filepath.Join(root, path, "go.mod")); err != nil && strings.HasPrefix(words[1], module) {
			return "there is no module " + words[1]
		}
	}
	return ""
}

// atRoot says whether a command names a folder from the root.
func atRoot(words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool {
		top, _, _ := strings.Cut(strings.TrimPrefix(w, "./"), "/")
		return strings.HasPrefix(w, "./") && slices.Contains([]string{"examples", "limiter", "policy", "scoring", "similarity"}, top)
	})
}

// fields cuts a command at its blanks, but for those in quotation marks.
func fields(text string) (all []string) {
	for _, m := range regexp.MustCompile(`'([^']*)'|"([^"]*)"|(\S+)`).FindAllStringSubmatch(text, -1) {
		all = append(all, m[1]+m[2]+m[3])
	}
	return all
}

// wrongTest looks for the tests that are named.
func wrongTest(dir string, words []string) string {
	folder, deep := ".", false
	var patterns []string
	for i, w := range words {
		if strings.HasPrefix(w, "#") {
			break // what it is for
		}
		if (w == "-run" || w == "-bench" || w == "-fuzz") && i+1 < len(words) {
			patterns = append(patterns, words[i+1])
		}
		if w == "." || strings.HasPrefix(w, "./") {
			folder, deep = strings.TrimSuffix(w, "/..."), strings.HasSuffix(w, "/...")
		}
	}
	folder = filepath.Join(dir, folder)
	if _, err := os.Stat(folder); err != nil {
		return "there is no such package"
	}
	names := testsIn(folder, deep)
	for _, pattern := range patterns {
		if pattern == "-" || pattern == "^$" || pattern == "xxx" || pattern == "xx" || pattern == "." {
			continue
		}
		re, err := regexp.Compile(pattern)
		if err != nil {
			return err.Error()
		}
		if !slices.ContainsFunc(names, func(name string) bool { return re.MatchString(name) || benchMatches(re, name) }) {
			return "no test or benchmark is called " + pattern
		}
		for part := range strings.SplitSeq(pattern, "|") {
			if sub, err := regexp.Compile(part); err == nil && !slices.ContainsFunc(names, func(name string) bool { return sub.MatchString(name) || benchMatches(sub, name) }) {
				return "no test or benchmark is called " + part
			}
		}
	}
	return ""
}

// benchMatches: $ of a pattern may be that of a part of a benchmark.
func benchMatches(re *regexp.Regexp, name string) bool {
	return re.MatchString(strings.TrimPrefix(name, "Benchmark"))
}

var testFunction = regexp.MustCompile(`(?m)^func ((?:Test|Benchmark|Fuzz|Example)\w*)\(`)

func testsIn(folder string, deep bool) (names []string) {
	patterns := []string{"*_test.go"}
	if deep {
		patterns = append(patterns, "*/*_test.go", "*/*/*_test.go")
	}
	for _, p := range patterns {
		files, _ := filepath.Glob(filepath.Join(folder, p))
		for _, name := range files {
			text, _ := os.ReadFile(name)
			for _, m := range testFunction.FindAllSubmatch(text, -1) {
				names = append(names, string(m[1]))
			}
		}
	}
	return names
}

// wrongRun looks for the program and its flags.
func wrongRun(dir string, words []string) string {
	for len(words) > 0 && (words[0] == "-v" || words[0] == "-tags") {
		words = words[map[string]int{"-v": 1, "-tags": 2}[words[0]]:]
	}
	if len(words) == 0 {
		return ""
	}
	if rest, ours := strings.CutPrefix(words[0], module); ours {
		dir, words[0] = root, "."+rest
	}
	if words[0] == "." && dir == root || words[0] == "./try" {
		return "" // a program of the reader
	}
	folder := filepath.Join(dir, words[0])
	files, _ := filepath.Glob(filepath.Join(folder, "*.go"))
	if len(files) == 0 {
		return "there is no such program"
	}
	if base := filepath.Base(filepath.Clean(folder)); base == "replay" || base == "replayx" {
		more, _ := filepath.Glob(filepath.Join(root, "examples/internal/replay/*.go"))
		files = append(files, more...)
	}
	var source bytes.Buffer
	for _, name := range files {
		text, _ := os.ReadFile(name)
		source.Write(text)
	}
	for _, w := range words[1:] {
		name, _, _ := strings.Cut(strings.TrimLeft(w, "-"), "=")
		if strings.HasPrefix(w, "-") && w != "-" && !bytes.Contains(source.Bytes(), []byte(`"`+name+`"`)) {
			return "there is no flag " + w
		}
	}
	return ""
}

// TestReplayCommands runs the commands of the guides that call replay, one page after the
// other, in a folder with the files that they name. Of the zoo a few actors play.
func TestReplayCommands(t *testing.T) {
	dir := t.TempDir()
	writeTable(t, filepath.Join(dir, "messages.csv"))
	first := regexp.MustCompile("(?s)```json\n(.*?)```")
	count := 0
	all := commands(t)
	texts := map[string]string{}
	for _, p := range pages(t) {
		texts[p.name] = p.text
	}
	fallback := first.FindStringSubmatch(texts["policy/docs/own-policy.md"])
	if fallback == nil {
		t.Fatal("own-policy.md has no policy")
	}
	t.Chdir(dir)
	for _, c := range all {
		if !c.block || !guide(c.page) || !strings.HasPrefix(c.text, "go run ./examples/replay ") {
			continue
		}
		if err := os.WriteFile("ours.json", []byte(fallback[1]), 0o600); err != nil {
			t.Fatal(err)
		}
		args := fields(c.text)[3:]
		if slices.Contains(args, "-html") && !slices.Contains(args, "-sensitivity=false") {
			args = append([]string{"-sensitivity=false"}, args...)
		}
		if slices.Contains(args, "-zoo") {
			args = append(args, "-seeds", "1", "-actors", "blaster,member:days=2")
		}
		var out, errs bytes.Buffer
		if status := replay.Main(args, strings.NewReader(""), &out, &errs, replay.Extras{}); status != 0 {
			t.Errorf("%s:%d: %s: status %d\n%s", c.page, c.line, c.text, status, &errs)
		}
		count++
	}
	if count < 6 {
		t.Errorf("only %d commands were run", count)
	}
}

// writeTable writes a table of messages with the columns that the guides name.
func writeTable(t *testing.T, name string) {
	t.Helper()
	roles, err := actors.Parse("member:days=1,blaster:hours=0.5")
	if err != nil {
		t.Fatal(err)
	}
	var all []events.Event
	for _, role := range roles {
		all = append(all, role.Play(actors.World{}, 1, 1)...)
	}
	slices.SortStableFunc(all, func(a, b events.Event) int { return a.At.Compare(b.At) })
	file, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	w := csv.NewWriter(file)
	w.Write([]string{"message_id", "sent_at", "sender", "recipient", "body"})
	for _, e := range all {
		if e.Kind == events.Message {
			w.Write([]string{e.ID, e.At.Format(time.DateTime), e.From, strings.Join(e.To, ";"), e.Text})
		}
	}
	if w.Flush(); w.Error() != nil {
		t.Fatal(w.Error())
	}
}

// measured is a figure that somebody measured: a time, a size, a rate, a share of what
// was tried.
var measured = regexp.MustCompile(`\d(\.\d+)? ?(ns|µs|ms|KB|MB|GB)\b|\d bytes|\d (messages|records|events|calls|decisions)( of \w+)? a second\b|\d/s\b|\d of \d[\d,]*\b|(warned|blocked|delivered|harmed) \d+(\.\d+)?%`)

// shows is a command that prints figures, or the place that has it.
var shows = regexp.MustCompile("`[^`]*(go (-C \\S+ )?(test|run)|\\.ci/|go doc)[^`]*`|^ *(go |DECORUM_)")

// bounds are figures that are settings and promises of the code, which tests hold, not
// measurements.
var bounds = regexp.MustCompile(`(?i)(at most|up to|no more than|plan with) [\d.,]+ ?(ns|µs|ms|bytes|[KMG]B)\b|\d+ ms by default`)

// all is how the beginning of a page says that a command prints what follows.
var all = regexp.MustCompile(`\b(prints?|printed)\b`)

// TestFigures: where something was measured, the command that shows it stands in the same
// section.
func TestFigures(t *testing.T) {
	count := 0
	for _, p := range pages(t) {
		if p.name == changelog { // what was: each commit has its figures and commands
			continue
		}
		var figures []line
		// above: the beginning of the page, or of the part, says what prints all its figures.
		shown, above, promised, deep := false, false, false, 0
		end := func() {
			for _, l := range figures {
				count++
				if !shown && !above {
					t.Errorf("%s:%d: a figure without the command that shows it: %.160s", p.name, l.n, l.text)
				}
			}
			figures, shown = nil, false
		}
		for _, l := range p.lines {
			if l.kind == heading {
				end()
				deep = len(l.text) - len(strings.TrimLeft(l.text, "#"))
				if deep == 1 {
					above, promised = false, false
				}
			}
			promised = promised || deep == 1 && all.MatchString(l.text)
			if shows.MatchString(l.text) {
				shown = true
				above = above || promised && deep == 1
			}
			if l.kind != code && measured.MatchString(bounds.ReplaceAllString(l.text, "")) {
				figures = append(figures, l)
			}
		}
		end()
	}
	if count < 60 {
		t.Errorf("only %d figures are found", count)
	}
}
