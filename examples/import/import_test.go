package main

import (
	"archive/zip"
	"bytes"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/decorum-go/decorum/examples/internal/events"
)

var update = flag.Bool("update", false, "write the golden files anew")

// command runs import and returns its status and what it prints.
func command(args ...string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer
	status = run(args, &out, &errs)
	return status, out.String(), errs.String()
}

// TestGolden reads a fixture of each kind, and compares both outputs whole. Every
// line must be read back, in order of time.
func TestGolden(t *testing.T) {
	for _, c := range []struct {
		name   string
		status int
		args   string
	}{
		{"telegram-chat", exitOK, "telegram testdata/telegram/chat.json"},
		{"telegram-all", exitOK, "telegram testdata/telegram/result.json"},
		{"telegram-all", exitOK, "telegram testdata/telegram"},
		{"telegram-zone", exitOK, "-zone Europe/Berlin telegram testdata/telegram/result.json"},
		{"slack", exitOK, "slack testdata/slack"},
		{"discord", exitOK, "discord testdata/discord"},
		{"matrix", exitOK, "matrix testdata/matrix"},
		{"mbox", exitFailed, "mbox testdata/mail/inbox.mbox"},
		{"maildir", exitFailed, "maildir testdata/mail/Maildir"},
		{"whatsapp-android", exitOK, "-zone=Europe/Berlin|whatsapp|testdata/whatsapp/Chat with Bea.txt"},
		{"whatsapp-ios", exitOK, "whatsapp testdata/whatsapp/_chat.txt"},
		{"whatsapp-ask", exitFailed, "whatsapp testdata/whatsapp/ask.txt"},
		{"whatsapp-asked", exitOK, "-dates mdy -room whatsapp testdata/whatsapp/ask.txt"},
		{"whatsapp-jumps", exitOK, "whatsapp testdata/whatsapp/jumps.txt"},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, out, errs := command(strings.FieldsFunc(c.args, func(r rune) bool { return r == '|' || r == ' ' && !strings.Contains(c.args, "|") })...)
			if status != c.status {
				t.Errorf("status %d, want %d", status, c.status)
			}
			inOrder(t, out)
			golden(t, c.name, out+"\n"+errs)
		})
	}
}

// inOrder fails unless every line can be read back, in order of time.
func inOrder(t *testing.T, out string) {
	t.Helper()
	var last events.Event
	for line := range strings.Lines(out) {
		var e events.Event
		if err := events.Parse(strings.TrimSuffix(line, "\n"), &e); err != nil || e.At.Before(last.At) {
			t.Errorf("%q: %v, at %v after %v", line, err, e.At, last.At)
		}
		last = e
	}
}

// readable runs import and fails unless all that it writes can be read back.
func readable(t *testing.T, args ...string) {
	t.Helper()
	status, out, errs := command(args...)
	if inOrder(t, out); status == exitUsage || strings.Contains(errs, "please report it") {
		t.Errorf("status %d: %s", status, errs)
	}
}

// TestReplay pipes events into examples/replay: all of them are understood.
func TestReplay(t *testing.T) {
	_, out, _ := command("slack", "testdata/slack")
	cmd := exec.Command("go", "run", "./examples/replay", "-strict", "-")
	cmd.Dir, cmd.Stdin = "../..", strings.NewReader(out)
	cmd.Env = append(os.Environ(), "GOWORK=off")
	got, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(got), "8 messages from 4 senders") {
		t.Errorf("%v: %s", err, got)
	}
}

// TestUsage: a newcomer who gives too little, or something wrong, is told what to do.
func TestUsage(t *testing.T) {
	for _, c := range []struct {
		args   []string
		status int
		want   string
	}{
		{nil, exitUsage, "usage: import [flags] KIND PATH... | replay -\n\nKIND is one of\n  telegram "},
		{[]string{"-h"}, exitOK, "usage: import"},
		{[]string{"telegramm", "x"}, exitUsage, `no kind "telegramm"; there are telegram, slack,`},
		{[]string{"slack"}, exitUsage, "slack of what? Give the folder"},
		{[]string{"-zone", "Berlin", "slack", "x"}, exitUsage, "unknown time zone Berlin\nimport -h lists the flags\n"},
		{[]string{"-map", "at=t,text=t", "parquet", "x"}, exitUsage, "column \"t\" stands twice: it is at and text"},
		{[]string{"-dates", "unix", "whatsapp", "testdata/whatsapp/ask.txt"}, exitFailed, "-dates unix: dmy, mdy or ymd is expected"},
		{[]string{"telegram", "testdata/absent.json"}, exitFailed, "no such file"},
		{[]string{"slack", "testdata/telegram"}, exitFailed, "is this an export of Slack?"},
		{[]string{"slack", "testdata/telegram/chat.json"}, exitFailed, "neither a folder nor a zip"},
		{[]string{"telegram", "testdata"}, exitFailed, "testdata/result.json: no such file"},
		{[]string{"telegram", "testdata/slack/general/2026-03-01.json"}, exitFailed, `testdata/slack/general/2026-03-01.json:1 (byte 0): '[' where '{' is expected`},
		{[]string{"-strict", "slack", "testdata/slack"}, exitFailed, "not expected here"},
	} {
		status, _, errs := command(c.args...)
		if status != c.status || !strings.Contains(errs, c.want) {
			t.Errorf("%q: status %d, want %d; %s", c.args, status, c.status, errs)
		}
	}
}

// TestCut: of an export that was cut off, what came before comes out, and the cut is
// named by its place.
func TestCut(t *testing.T) {
	for _, c := range []struct{ kind, file string }{
		{"telegram", "testdata/telegram/result.json"},
		{"discord", "testdata/discord/choir/general.json"},
		{"matrix", "testdata/matrix/choir.json"},
		{"mbox", "testdata/mail/inbox.mbox"},
	} {
		whole, err := os.ReadFile(c.file)
		if err != nil {
			t.Fatal(err)
		}
		_, all, _ := command(c.kind, c.file)
		file := filepath.Join(t.TempDir(), "cut")
		for _, n := range []int{len(whole) / 4, len(whole) / 2, len(whole) - 5} {
			if err := os.WriteFile(file, whole[:n], 0o644); err != nil {
				t.Fatal(err)
			}
			status, out, errs := command(c.kind, file)
			if status != exitFailed || !strings.Contains(errs, file) || !strings.Contains(errs, "cut off") {
				t.Errorf("%s cut at %d: status %d, %s", c.kind, n, status, errs)
			}
			if n > len(whole)/3 && out == "" && c.kind != "mbox" {
				t.Errorf("%s cut at %d: nothing came out", c.kind, n)
			}
			if c.kind == "mbox" { // the last letter may end early
				out = out[:strings.LastIndexByte(strings.TrimSuffix(out, "\n"), '\n')+1]
			}
			for line := range strings.Lines(out) {
				if !strings.Contains(all, line) {
					t.Errorf("%s cut at %d: %s is not in the whole", c.kind, n, line)
				}
			}
		}
	}
}

// TestZip: an export comes out the same from a zip, also where the zip has it in a
// folder, as a system packs it; one that is cut off is named.
func TestZip(t *testing.T) {
	for _, c := range []struct{ kind, folder string }{
		{"slack", "testdata/slack"},
		{"discord", "testdata/discord"},
		{"matrix", "testdata/matrix"},
		{"whatsapp", "testdata/whatsapp/zipped"},
	} {
		_, want, _ := command(c.kind, c.folder)
		for _, within := range []string{"", "My export/"} {
			var b bytes.Buffer
			z := zip.NewWriter(&b)
			w, _ := z.Create("__MACOSX/" + within + "._users.json")
			io.WriteString(w, "\x00\x05\x16\x07")
			err := filepath.WalkDir(c.folder, func(name string, d os.DirEntry, err error) error {
				if err != nil || d.IsDir() {
					return err
				}
				content, err := os.ReadFile(name)
				if err != nil {
					return err
				}
				rel, err := filepath.Rel(c.folder, name)
				if err != nil {
					return err
				}
				w, err := z.Create(within + filepath.ToSlash(rel))
				if err != nil {
					return err
				}
				_, err = w.Write(content)
				return err
			})
			if err == nil {
				err = z.Close()
			}
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(t.TempDir(), "x.zip")
			if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
			status, out, errs := command(c.kind, file)
			if out == "" || out != want || status != exitOK {
				t.Errorf("%s in %q: status %d: %s\n%s\nwant %s", c.kind, within, status, errs, out, want)
			}
			if err := os.WriteFile(file, b.Bytes()[:b.Len()/2], 0o644); err != nil {
				t.Fatal(err)
			}
			if status, _, errs := command(c.kind, file); status != exitFailed || !strings.Contains(errs, "x.zip: neither a folder nor a zip that can be read") {
				t.Errorf("%s cut off: status %d: %s", c.kind, status, errs)
			}
		}
	}
}

// TestBroken: what cannot be read is named by its place.
func TestBroken(t *testing.T) {
	for _, c := range []struct{ kind, file, content, want string }{
		{"telegram", "x.json", `{"type": "personal_chat", "id": 1, "messages": [{"id": 7, "type": "message", "date": "soon", "from_id": "user1"}]}`, `x.json:1 (byte 48), message 7: date: "soon" is no time such as`},
		{"telegram", "x.json", `{"messages": {"a": 1}}`, `x.json:1 (byte 13): '{' where '[' is expected`},
		{"telegram", "x.json", "", "x.json:1 (byte 0): cut off"},
		{"discord", "x.json", `{"messages": [{"id": "7", "type": "Default"}]}`, "x.json:1 (byte 14), message 7: timestamp: missing"},
		{"matrix", "x.json", "{\"messages\": [\n{\"event_id\": \"$7\", \"origin_server_ts\": \"x\"}]}", "x.json:2 (byte 15), message $7: origin_server_ts: a JSON string is not expected here"},
		{"whatsapp", "x.txt", "\xff\xfe1\x00", "x.txt: it is UTF-16: save it as UTF-8"},
		{"whatsapp", "x.txt", "hello\nthere\n", "x.txt: no line begins with a date, a time and a name"},
		{"mbox", "x.mbox", "hello\n", `x.mbox:1: no line that begins with "From "`},
		{"mbox", "x.mbox", "From a\nFrom: a@example.org\nTo: b@example.org\nDate: Sun, 1 Mar 2026 09:00:00 +0000\nContent-Transfer-Encoding: base64\nMessage-ID: <7@x>\n\n!!!!!!!!\n", "x.mbox:1, message 7@x: the text was not read to its end: illegal base64"},
		{"parquet", "x.parquet", "PAR1", "x.parquet: no Parquet that can be read"},
		{"discord", "x.json", `{"messages": [` + strings.Repeat(`{"id": 7},`, 8) + `{"id": "8", "type": "Default"}]}`, "message 8: timestamp: missing\nimport: 3 more could not be read\n"},
		{"discord", "x.json", "{}", "no message found: is this JSON of DiscordChatExporter"},
	} {
		file := filepath.Join(t.TempDir(), c.file)
		if err := os.WriteFile(file, []byte(c.content), 0o644); err != nil {
			t.Fatal(err)
		}
		status, _, errs := command("-strict", c.kind, file)
		if status != exitFailed || !strings.Contains(errs, c.want) {
			t.Errorf("%s: status %d: %swant %s", c.kind, status, errs, c.want)
		}
	}
}

// TestAllAtOnce: several paths of a kind are one log, and what cannot be opened does not
// keep the others from being read.
func TestAllAtOnce(t *testing.T) {
	status, out, errs := command("telegram", "testdata/telegram/chat.json", "testdata/absent.json", "testdata/telegram/result.json")
	if inOrder(t, out); status != exitFailed || strings.Count(out, "\n") != 13 || !strings.Contains(errs, "absent.json: no such file") {
		t.Errorf("status %d, %d lines: %s", status, strings.Count(out, "\n"), errs)
	}
	if !strings.Contains(out, `"text":"Are you the one with the choir?"`) || !strings.Contains(out, `"text":"Rain"`) {
		t.Error(out)
	}
}
