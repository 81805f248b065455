package replay

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/policy"
)

// process starts the program in a process of its own.
func process(t *testing.T, args ...string) (cmd *exec.Cmd, out *bytes.Buffer) {
	t.Helper()
	cmd, out = exec.Command(os.Args[0], args...), &bytes.Buffer{}
	cmd.Env = append(os.Environ(), "REPLAY_ITSELF=1")
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	return cmd, out
}

// untimed is the JSON object of a replay without what a clock said.
func untimed(t *testing.T, text string) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	delete(m, "seconds")
	delete(m, "evaluations_per_second")
	return m
}

// TestShards: shards in processes of their own, of which one is killed in the middle and leaves half
// of a frame, come to what shards of one process come to, and every sender is judged by one.
func TestShards(t *testing.T) {
	lines, list := mixture(t, 3)
	lines = append([]byte("nonsense\n"+`{"at":"2026-01-05T00:00:00Z","from":"a","to":["b"],"relation":"cousin"}`+"\n"), lines...)
	log, dir := write(t, "log.jsonl", lines), t.TempDir()
	notes := filepath.Join(dir, "notes")
	in := func(name string) string { return filepath.Join(dir, name) }
	want := must(t, "-shards", "3", "-json", "-senders", in("want"), log)
	if again := must(t, "-shards", "3", "-json", "-senders", in("again"), log); !cmp.Equal(untimed(t, again), untimed(t, want)) || read(t, in("again")) != read(t, in("want")) {
		t.Error("another run came to something else")
	}

	start := func(i int) (*exec.Cmd, *bytes.Buffer) {
		n := strconv.Itoa(i)
		return process(t, "-shard", n+"/3", "-notes", notes, "-senders", in("part"+n), "-decisions", in("decisions"+n), log)
	}
	first, out1 := start(1)
	third, out3 := start(3)
	second, _ := start(2)
	file := filepath.Join(notes, fileOf(1, 3))
	for begun := time.Now(); ; time.Sleep(time.Millisecond) {
		if info, err := os.Stat(file); err == nil && info.Size() > 2000 {
			break
		}
		if time.Since(begun) > time.Minute {
			t.Fatal("shard 2/3 tells nothing")
		}
	}
	second.Process.Kill()
	second.Wait()
	if status, _, stderr := command("", "-merge", notes); status != exitFailed || !strings.Contains(stderr, "shard 2/3 is missing: it runs, or ended, at ") {
		t.Errorf("a merge without it: status %d, %s", status, stderr)
	}
	whole := []byte(read(t, file))
	if err := os.WriteFile(file, whole[:len(whole)-5], 0o600); err != nil {
		t.Fatal(err)
	}
	second, out2 := start(2)
	for i, cmd := range []*exec.Cmd{first, second, third} {
		if err := cmd.Wait(); err != nil {
			t.Fatalf("shard %d: %v: %s", i+1, err, []*bytes.Buffer{out1, out2, out3}[i])
		}
	}
	got := must(t, "-merge", notes, "-json", "-senders", in("merged"))
	if diff := cmp.Diff(untimed(t, want), untimed(t, got)); diff != "" {
		t.Errorf("processes came to something else than shards of one:\n%s", diff)
	}
	if read(t, in("merged")) != read(t, in("want")) {
		t.Error("senders differ")
	}
	if n := untimed(t, got)["unread_lines"]; n != 2. {
		t.Errorf("%v of 2 broken lines", n)
	}
	status, text, told := command("", "-merge", notes, "-html", in("page.html"), "-labels", write(t, "labels.csv", []byte("sender,abusive\nnobody,no\n")))
	if status != exitOK || !strings.Contains(told, "1 label of senders who are not in the log: nobody") {
		t.Errorf("labels: status %d, %s", status, told)
	}
	if page := read(t, in("page.html")); !strings.Contains(page, "sim.blaster.1") || !strings.Contains(page, "<svg") || strings.Contains(text, "a second") {
		t.Errorf("the page has %d bytes; %s", len(page), text)
	}

	names, senders := map[string]int{}, map[string]bool{}
	for i := range 3 {
		for line := range strings.Lines(read(t, in("part"+strconv.Itoa(i+1)))) {
			var s struct{ From string }
			if err := json.Unmarshal([]byte(line), &s); err != nil {
				t.Fatal(err)
			}
			names[s.From]++
		}
	}
	for i := range list {
		if list[i].Kind == events.Message {
			senders[list[i].From] = true
		}
	}
	for name, n := range names {
		if n != 1 || !senders[name] {
			t.Errorf("%s was judged by %d shards", name, n)
		}
	}
	before := read(t, in("decisions2"))
	// It has come to its end, and says the same again without the others.
	if cmd, out := start(2); cmd.Wait() != nil || read(t, in("decisions2")) != before {
		t.Errorf("again: %s", out)
	}
}

// TestShardsRefuse: what does not fit together is refused, and named; nobody waits for it.
func TestShardsRefuse(t *testing.T) {
	lines, _ := mixture(t, 3)
	log := write(t, "log.jsonl", lines)
	other := write(t, "other.jsonl", bytes.Replace(lines, []byte("sim.member"), []byte("sim.nobody"), 1))
	header := func(flags ...string) string { // what shard 1/2 begins with
		dir := filepath.Join(t.TempDir(), "notes")
		cmd, _ := process(t, append(flags, "-shard", "1/2", "-notes", dir)...)
		for range 2000 {
			if notes, err := openFolder(dir, -1, 0, nil); err == nil {
				last, err := notes.Last()
				notes.Close()
				if err == nil && len(last) > 0 && last[0] != nil && last[0][0] == frameNotes {
					break
				}
			}
			time.Sleep(5 * time.Millisecond)
		}
		cmd.Process.Kill()
		cmd.Wait()
		return dir
	}
	for _, c := range []struct {
		name, want string
		its, ours  []string
	}{
		{"options", "shard 1/2 was started with other options: -retry is false there, true here", []string{"-retry=false", log}, []string{log}},
		{"policy", "shard 1/2 was started with other options: -policy is strict", []string{"-policy", "strict", log}, []string{log}},
		{"events", "the beginning of the events is", []string{other}, []string{log}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := header(c.its...)
			status, _, stderr := command("", append(c.ours, "-shard", "2/2", "-notes", dir)...)
			if status != exitFailed || !strings.Contains(stderr, c.want) || !strings.Contains(stderr, "stop it, remove "+filepath.Join(dir, fileOf(0, 2))+", and start shard 1/2 again") {
				t.Errorf("status %d, %s", status, stderr)
			}
			if told := read(t, filepath.Join(dir, fileOf(1, 2))); told != "" { // or a right one would read it, and end
				t.Errorf("the wrong one told %q", told)
			}
		})
	}

	dir := header(log)
	for _, c := range []struct {
		name, want string
		args       []string
	}{
		{"of another number", "has notes of shard 1/2 and of others of 3: one directory is for the shards of one replay. If shard 1/2 is a mistake, remove " + filepath.Join(dir, fileOf(0, 2)), []string{"-shard", "2/3", "-notes", dir, log}},
		{"merge", "shard 1/2 is missing: it runs, or ended, at 20", []string{"-merge", dir}},
		{"merge of a shard that told nothing", "shard 2/2 is missing: it has told nothing", []string{"-merge", dir}},
		{"merge of nothing", "no shard has told anything", []string{"-merge", t.TempDir()}},
		{"merge of no directory", "none: no shard has told anything", []string{"-merge", filepath.Join(dir, "none")}},
		{"again with other options", "shard 1/2 said something else before, from byte 0", []string{"-retry=false", "-shard", "1/2", "-notes", dir, log}},
	} {
		if status, _, stderr := command("", c.args...); status != exitFailed || !strings.Contains(stderr, c.want) {
			t.Errorf("%s: status %d, %s", c.name, status, stderr)
		}
	}
	file := filepath.Join(dir, fileOf(0, 2))
	damaged := []byte(read(t, file))
	damaged[frameHead+3] ^= 1
	if err := os.WriteFile(file, damaged, 0o600); err != nil {
		t.Fatal(err)
	}
	if status, _, stderr := command("", "-shard", "2/2", "-notes", dir, log); status != exitFailed || !strings.Contains(stderr, "is damaged at byte 0: remove "+file+", and start shard 1/2 again") {
		t.Errorf("damaged: status %d, %s", status, stderr)
	}

	for want, args := range map[string][]string{
		"-shard wants which of how many":                   {"-shard", "5/4", "-notes", dir, log},
		"-shard wants which":                               {"-shard", "1/4x", "-notes", dir, log},
		"-shard and -notes go together":                    {"-shard", "1/4", log},
		"-shards wants a number":                           {"-shards", "0", log},
		"give one of them":                                 {"-shards", "2", "-shard", "1/2", "-notes", dir, log},
		"judge in one shard":                               {"-shards", "2", "-against", "strict", log},
		"a shard sees a part alone":                        {"-shards", "2", "-html", filepath.Join(dir, "x.html"), log},
		"leave out -shards":                                {"-shards", "2", "-decisions", filepath.Join(dir, "x"), log},
		"-merge sums up what shards found":                 {"-merge", dir, log},
		"nats:/localhost/x: write nats://HOST:4222/STREAM": {"-shard", "1/2", "-notes", "nats:/localhost/x", log},
		"nats:localhost: write nats://":                    {"-merge", "nats:localhost"},
		"nats:// need examples/replayx":                    {"-shard", "1/2", "-notes", "nats://localhost/x", log},
		"-moderator rules on one engine's texts":           {"-zoo", "-shards", "2", "-moderator", "truth"},
	} {
		if status, _, stderr := command("", args...); status != exitUsage || !strings.Contains(stderr, want) {
			t.Errorf("%v: status %d, %s", args, status, stderr)
		}
	}
}

// TestShardsOfTwoLogs: shards whose logs differ behind the beginning say so, and none waits.
func TestShardsOfTwoLogs(t *testing.T) {
	_, list := mixture(t, 3)
	h := newHub(2)
	run := func(i int, list []events.Event) error {
		c := runnerConfig{policy: policy.Default(), accounts: 1 << 16, retry: true, place: &place{i, 2, &seat{h, i}}}
		r, err := newRunner(c)
		for j := 0; j < len(list) && err == nil; j++ {
			err = r.play(&list[j])
		}
		if err == nil {
			err = r.leave()
		}
		return err
	}
	failed := make(chan error, 1)
	go func() { failed <- run(0, list) }()
	err := run(1, slices.Concat(list[:500], list[501:]))
	if other := <-failed; err == nil || other == nil || !strings.Contains(err.Error()+other.Error(), "they do not read the same log") {
		t.Errorf("%v; %v", err, other)
	}
	h = newHub(2)
	go func() { failed <- run(0, list) }()
	if err := run(1, list[:500]); err != nil {
		t.Error(err)
	}
	if err := <-failed; err == nil || !strings.Contains(err.Error(), "shard 2/2 has ended where this one goes on") {
		t.Errorf("a log that ends sooner: %v", err)
	}
}

// TestShardFaults: broken lines are told once, in the order of the log, whichever shard finds them.
func TestShardFaults(t *testing.T) {
	lines, _ := mixture(t, 3)
	var bad []byte
	for i := range 6 {
		bad = fmt.Appendf(bad, `{"at":"2026-01-05T00:00:0%d.5Z","from":"bad%d","to":["x"],"text":"hi","relation":"nonsense"}`+"\n", i, i)
	}
	log := write(t, "log.jsonl", append(append(bad, "nonsense\n"...), lines...))
	_, _, one := command("", "-strict", log)
	status, _, four := command("", "-strict", "-shards", "4", log)
	told := func(stderr string) (list []string) {
		for line := range strings.Lines(stderr) {
			if strings.Contains(line, "log.jsonl:") {
				list = append(list, line)
			}
		}
		slices.Sort(list)
		return list
	}
	if diff := cmp.Diff(told(one), told(four)); status != exitFailed || diff != "" || len(told(one)) < 7 {
		t.Errorf("status %d: %s\n%s", status, diff, one)
	}
}

// FuzzFrame: what others tell is read without a panic, and nothing large is made of little.
func FuzzFrame(f *testing.F) {
	e := events.Event{From: "a", To: []string{"b", "c"}, Joined: time.Unix(5, 0), Class: "page"}
	body := appendEngine(appendLost(appendArrived(nil, &e, "1"), "a", "2"), []byte("note"))
	whole := frame{kind: frameNotes, round: 3, until: time.Unix(600, 0), events: 9, body: body}
	f.Add(whole.append(nil))
	f.Add(binary.AppendUvarint([]byte{noteArrived}, 1<<60))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := readFrame(data)
		if err != nil {
			return
		}
		for rest := got.body; len(rest) > 0; {
			var n note
			before := len(rest)
			if n, rest, err = readNote(rest); err != nil {
				return
			}
			if len(rest) >= before || len(n.event.To) > before {
				t.Fatalf("%d bytes are left of %d, %d recipients", len(rest), before, len(n.event.To))
			}
		}
	})
}

// TestNotes: a note is read as it was written.
func TestNotes(t *testing.T) {
	e := events.Event{From: "a", ID: "id", To: []string{"b", "c"}, Joined: time.Unix(5, 0).UTC(), Class: "page", Origin: "o", Relation: "stranger", Group: "g",
		Answer: true, Thread: "t", Accepts: "connections", Protected: true, Channel: "c", Delayed: true, Composed: time.Second, Message: "m", Text: "hi", Truth: events.Abusive, At: monday}
	body := appendEngine(appendLost(appendArrived(nil, &e, "id"), "x", "y"), []byte("note"))
	var got []note
	for len(body) > 0 {
		n, rest, err := readNote(body)
		if err != nil {
			t.Fatal(err)
		}
		got, body = append(got, n), rest
	}
	e.Text, e.Truth = "", events.Unknown
	want := []note{{kind: noteArrived, event: e}, {kind: noteLost, event: events.Event{From: "x", ID: "y"}}, {kind: noteEngine, data: []byte("note")}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(note{})); diff != "" {
		t.Error(diff)
	}
}
