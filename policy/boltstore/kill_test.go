package boltstore

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

var kills = flag.Int("kills", 50, "how often TestKill kills its child")

const killEnv = "BOLTSTORE_KILL_FILE" // path and round of the child

// judge opens the file as both sides of TestKill do, and saves the index so often.
func judge(path string, save time.Duration) (*Store, *policy.Engine, error) {
	s, err := Open(path, Config{Flush: 10 * time.Millisecond, Save: save})
	if err != nil {
		return nil, nil, err
	}
	e, err := policy.New(policy.Config{Store: s, Secret: []byte("of the test"), Timeout: time.Minute})
	return s, e, err
}

// TestKillChild is what TestKill kills: an engine under load that says on its
// standard output what was acknowledged to it, "kind account id".
func TestKillChild(t *testing.T) {
	path, round, ok := strings.Cut(os.Getenv(killEnv), "|")
	if !ok {
		t.Skip("started by TestKill")
	}
	save := time.Minute
	if n, _ := strconv.Atoi(round); n%3 == 1 { // the disk has little time for anything else
		save = 5 * time.Millisecond
	}
	_, e, err := judge(path, save)
	if err != nil {
		fmt.Println("refused", err)
		return
	}
	fmt.Println("ready")
	ctx := t.Context()
	for w := range 2 {
		go func() { // ordinary traffic, and strikes
			for i := 0; ; i++ {
				m := policy.Message{Sender: fmt.Sprint("person", i*7%900, w), Recipients: policy.To(fmt.Sprint("person", i%900, w)), Text: fmt.Sprint("see you at ", i%24)}
				if i%2 == 0 {
					m.Sender = fmt.Sprintf("abuser%s-%d-%d", round, w, i/200)
					m.At = time.Now().Add(-3 * time.Hour).Add(time.Duration(i%200) * 45 * time.Second)
					m.Recipients = []policy.Recipient{{ID: fmt.Sprint("victim", i), Relation: policy.Stranger}}
					m.Text = "Dear friend, earn 5000 a week from home, write to me now and I send you the link"
				}
				d, err := e.Evaluate(ctx, m)
				if err != nil {
					fmt.Println("failed", err)
					return
				}
				for _, s := range d.Imposed {
					fmt.Println("strike", m.Sender, s.ID)
				}
			}
		}()
	}
	for i := 0; ; i++ {
		if err := moderate(ctx, e, fmt.Sprint("account", round, "-", i)); err != nil {
			fmt.Println("failed", err)
			return
		}
	}
}

// moderate sanctions an account, has it appeal, and complains about it.
func moderate(ctx context.Context, e *policy.Engine, account string) error {
	s, err := e.Impose(ctx, policy.Sanction{Account: account, Kind: policy.Warning, By: "moderator"})
	if err != nil {
		return err
	}
	fmt.Println("sanction", account, s.ID)
	a, err := e.Appeal(ctx, policy.Appeal{Account: account, Sanction: s.ID})
	if err != nil {
		return err
	}
	fmt.Println("appeal", account, a.ID)
	d, err := e.Evaluate(ctx, policy.Message{ID: "m", Sender: account, Recipients: policy.To("reporter of " + account), Text: "hello"})
	if err != nil {
		return err
	}
	err = e.Record(ctx, policy.Complaint{ID: "c", From: "reporter of " + account, Against: account, Message: d.Message, Category: policy.Spam})
	if err == nil {
		fmt.Println("complaint", account, "c")
	}
	return err
}

// TestKill kills a process that writes, -kills times at random moments: nothing
// that it was told is durable may be lost, and every start must succeed, which it
// does only with a kept index that is whole.
func TestKill(t *testing.T) {
	t.Parallel()
	rounds := *kills
	if testing.Short() {
		rounds = min(rounds, 10)
	}
	path := filepath.Join(t.TempDir(), "records.db")
	var said []string
	early, midst := 0, 0
	for round := range rounds {
		lines := killed(t, path, round)
		if len(lines) == 0 {
			early++
		}
		if exists(path + ".index.new") {
			midst++
		}
		said = append(said, lines...)
		if round%2 == 0 || round == rounds-1 { // else the next child starts first
			verify(t, path, lines, said)
		}
	}
	verify(t, path, said, nil)
	kinds := make(map[string]int)
	for _, line := range said {
		kind, _, _ := strings.Cut(line, " ")
		kinds[kind]++
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d kills, %d of them before anything was acknowledged, %d while the index was saved; none lost of %v; %d KB", rounds, early, midst, kinds, info.Size()>>10)
}

// killed starts a child, kills it, and returns what was acknowledged to it.
func killed(t *testing.T, path string, round int) (lines []string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestKillChild$")
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s|%d", killEnv, path, round))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill := func(after time.Duration) *time.Timer {
		return time.AfterFunc(after, func() { cmd.Process.Kill() })
	}
	var timer *time.Timer
	if round%4 == 0 { // perhaps while it starts
		timer = kill(time.Duration(rand.IntN(40_000)) * time.Microsecond)
	}
	for in := bufio.NewScanner(out); in.Scan(); {
		switch line := in.Text(); {
		case strings.HasPrefix(line, "refused"), strings.HasPrefix(line, "failed"):
			t.Errorf("round %d: the child says %s", round, line)
		case line == "ready":
			if timer == nil {
				timer = kill(time.Duration(rand.IntN(80_000)) * time.Microsecond)
			}
		case strings.Count(line, " ") == 2:
			lines = append(lines, line)
		}
	}
	cmd.Wait()
	if timer != nil {
		timer.Stop()
	}
	if code := cmd.ProcessState.ExitCode(); code != -1 {
		t.Fatalf("round %d: the child ended by itself, code %d", round, code)
	}
	return lines
}

// verify opens the file and looks for everything that was acknowledged, and for
// some of what was before.
func verify(t *testing.T, path string, lines, before []string) {
	t.Helper()
	s, e, err := judge(path, time.Minute)
	if err != nil {
		t.Fatalf("a start after a kill: %v", err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	for range min(len(before), 50) {
		lines = append(lines, before[rand.IntN(len(before))])
	}
	for _, line := range lines {
		f := strings.Fields(line)
		a, err := e.Account(t.Context(), f[1])
		if err != nil {
			t.Fatalf("lost: %s: %v", line, err)
		}
		all := append(slices.Clone(a.Standing), a.History...)
		found := false
		switch f[0] {
		case "sanction":
			found = slices.ContainsFunc(all, func(s policy.Sanction) bool { return s.ID == f[2] })
		case "strike":
			found = slices.ContainsFunc(all, func(s policy.Sanction) bool { return s.ID == f[2] }) && a.Strikes > 0
		case "appeal":
			found = slices.ContainsFunc(all, func(s policy.Sanction) bool { return s.Appeal != nil && s.Appeal.ID == f[2] })
		case "complaint":
			found = len(a.Complaints) > 0
		}
		if !found {
			t.Fatalf("lost: %s; there is %+v", line, a)
		}
	}
}
