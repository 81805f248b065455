package replay

import (
	"encoding/csv"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/examples/internal/translate"
	"github.com/decorum-go/decorum/policy"
)

// guideFile is the guide to the programs.
const guideFile = "../../replay/README.md"

// TestGuide runs the commands of README.md one after the other, on a table with
// the columns that it names, and with the review done in between.
func TestGuide(t *testing.T) {
	takesLong(t)
	guide := read(t, guideFile)
	all := played(t, "member:days=3,recruiter:days=1,jobseeker:days=3,blaster:hours=0.5,filler:days=1:hours=2,disguiser:hours=0.5", 8)
	lined(all) // sorts
	t.Chdir(t.TempDir())
	abusive := map[string]bool{}
	file, err := os.Create("messages.csv")
	if err != nil {
		t.Fatal(err)
	}
	w := csv.NewWriter(file)
	w.Write([]string{"message_id", "sent_at", "sender", "recipient", "body"})
	for _, e := range all {
		if e.Kind == events.Message {
			w.Write([]string{e.ID, e.At.Format(time.DateTime), e.From, strings.Join(e.To, ";"), e.Text})
		}
		if e.Truth != events.Unknown {
			abusive[e.From] = e.Truth == events.Abusive
		}
	}
	w.Flush()
	file.Close()
	for _, of := range regexp.MustCompile(`default@[0-9a-f]{16}`).FindAllString(guide, -1) {
		if id := policy.Default().ID(); of != id {
			t.Errorf("README.md has figures of %s, the policy is %s: run them again", of, id)
		}
	}
	ours := regexp.MustCompile("(?s)```json\n(.*?)```").FindStringSubmatch(guide)
	if ours == nil {
		t.Fatal("README.md has no policy")
	}
	if err := os.WriteFile("ours.json", []byte(ours[1]), 0o600); err != nil {
		t.Fatal(err)
	}
	var outputs []string
	for _, match := range regexp.MustCompile(`(?m)^    go run \./examples/replay (.*)$`).FindAllStringSubmatch(guide, -1) {
		args := strings.Fields(match[1])
		if args[0] == "-shard" || args[0] == "-merge" {
			continue // all shards are started at once: TestShards
		}
		if args[0] == "-zoo" {
			args = append(args, "-seeds", "1", "-actors", "blaster,member:days=2")
		}
		if strings.Contains(match[1], "-labels review.csv") {
			review(t, abusive)
		}
		if racing && strings.Contains(match[1], "-fit ") { // 26 replays; TestFitBad fits
			for _, name := range []string{"fitted.json", "fitted.html"} {
				if err := os.WriteFile(name, []byte(`{"extends": "default", "name": "default fitted"}`), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			outputs = append(outputs, "held out by sender")
			continue
		}
		if args[0] != "-ladder" && (racing || !strings.Contains(match[1], "report.html")) {
			args = append(args, "-sensitivity=false")
		}
		outputs = append(outputs, must(t, args...))
	}
	if len(outputs) != 10 {
		t.Fatalf("README.md has %d commands, want 10", len(outputs))
	}
	for i, want := range []string{"most suspicious senders", "sanctions", "most suspicious senders", "sanctions", "with a sanction: ", "held out by sender", "The ladder of policy ours@", "", "against policy default fitted@", "blocked after ≤ 15"} {
		if !strings.Contains(outputs[i], want) {
			t.Errorf("command %d does not print %q:\n%s", i+1, want, outputs[i])
		}
	}
	for _, name := range []string{"report.html", "senders.csv", "fitted.html", "both.html", "review.csv", "fitted.json", "ladder.svg"} {
		if read(t, name) == "" {
			t.Errorf("%s is empty", name)
		}
	}
}

// review fills in what people find, and adds some whom they know.
func review(t *testing.T, abusive map[string]bool) {
	t.Helper()
	r := csv.NewReader(strings.NewReader(read(t, "review.csv")))
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) < 20 {
		t.Fatalf("only %d senders to review", len(rows)-1)
	}
	for _, row := range rows[1:] {
		row[1] = map[bool]string{true: "yes", false: "no"}[abusive[row[0]]]
	}
	file, err := os.Create("review.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	w := csv.NewWriter(file)
	w.WriteAll(rows)
	for name, bad := range abusive {
		if !bad {
			w.Write([]string{name, "no"})
		}
	}
	w.Flush()
}

// TestGuideCode: the code of the guide compiles, as the body of a function.
func TestGuideCode(t *testing.T) {
	code := regexp.MustCompile("(?s)```go\n(.*?)```").FindStringSubmatch(read(t, guideFile))
	if code == nil {
		t.Fatal("README.md has no code")
	}
	src := `package main

import (
	"context"
	"fmt"
	"iter"
	"os"

	"github.com/decorum-go/decorum/policy"
)

func run(ctx context.Context, secret []byte, history iter.Seq[policy.Message], message policy.Message) error {
` + code[1] + `}

func main() { _ = run(context.Background(), nil, nil, policy.Message{}) }
`
	name := filepath.Join(t.TempDir(), "main.go")
	if err := os.WriteFile(name, []byte(src), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "go", "vet", name)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// The relations that the guide names are those that a line may have.
func TestGuideRelations(t *testing.T) {
	list := regexp.MustCompile("`relation` \\(([^)]+)\\)").FindStringSubmatch(read(t, guideFile))
	if list == nil {
		t.Fatal("the guide names no relations")
	}
	for name := range strings.SplitSeq(list[1], ", ") {
		var m policy.Message
		if err := translate.Message(&m, &events.Event{From: "ann", To: []string{"bea"}, Relation: name}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
