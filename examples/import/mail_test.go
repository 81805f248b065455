package main

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// TestUnquoted: an answer is what its writer wrote.
func TestUnquoted(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"hello\nthere", "hello\nthere"},
		{"yes\n\nOn Sunday, Bea wrote:\n\n> shall we?\n> really?\n", "yes"},
		{"> shall we?\nyes\n> really?\nno", "yes\nno"},
		{"yes\r\n-- \r\nBea", "yes"},
		{"yes\n\n-----Original Message-----\nFrom: Bea", "yes"},
		{"I say:\nno", "I say:\nno"},
		{">", ""},
		{"", ""},
	} {
		if got := unquoted(c.text); got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}

// parted is an mbox as letters, read whole.
func parted(in []byte) (letters []string) {
	blank := true
	for line := range bytes.Lines(in) {
		empty := len(bytes.TrimRight(line, "\r\n")) == 0
		switch n := len(letters); {
		case n == 0 && bytes.HasPrefix(line, []byte("From ")), n > 0 && blank && begins.Match(line[:min(256, len(line))]):
			letters = append(letters, "")
			blank = true // as is the line before the first
			continue
		case n > 0:
			if bare := bytes.TrimLeft(line, ">"); len(bare) < len(line) && bytes.HasPrefix(bare, []byte("From ")) {
				line = line[1:]
			}
			letters[n-1] += string(line)
		case len(bytes.TrimSpace(line)) > 0:
			return nil
		}
		blank = empty
	}
	return letters
}

// FuzzMbox: reading an mbox bit by bit parts it as reading it whole does, and no
// letter in it makes the program panic.
func FuzzMbox(f *testing.F) {
	b, err := os.ReadFile("testdata/mail/inbox.mbox")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	const from = "From a Sun Mar  1 09:00:00 2026\n"
	f.Add([]byte(from + "\n" + from + "From: a@b\n\n>From x\n>>From y\n> From z\n\n" + from))
	f.Add([]byte("From \n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		var got []string
		m := &mboxReader{r: bufio.NewReader(iotest.HalfReader(bytes.NewReader(in))), blank: true}
		for {
			if _, err := m.next(); err != nil {
				break
			}
			letter, err := io.ReadAll(m)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, string(letter))
		}
		if want := parted(in); !slices.Equal(got, want) {
			t.Errorf("%q: letters %q, want %q", in, got, want)
		}
		file := filepath.Join(t.TempDir(), "x.mbox")
		if err := os.WriteFile(file, in, 0o644); err != nil {
			t.Fatal(err)
		}
		readable(t, "mbox", file)
	})
}

// FuzzLetter: whatever a letter holds, reading it does not panic, and what is
// written can be read back.
func FuzzLetter(f *testing.F) {
	files, err := filepath.Glob("testdata/mail/Maildir/[cn]*/*")
	if err != nil || len(files) == 0 {
		f.Fatal(files, err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		dir := filepath.Join(t.TempDir(), "cur")
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "1772355600.x"), in, 0o644); err != nil {
			t.Fatal(err)
		}
		readable(t, "maildir", filepath.Dir(dir))
	})
}

// TestParts: a letter of too many parts, or of too many in each other, costs nothing
// but its text.
func TestParts(t *testing.T) {
	const head = "From: a@example.org\nTo: b@example.org\nDate: Sun, 1 Mar 2026 09:00:00 +0000\nMessage-ID: <1@x>\n"
	var deep strings.Builder
	for i := range 20 {
		deep.WriteString("Content-Type: multipart/mixed; boundary=" + strings.Repeat("b", i+1) + "\n\n--" + strings.Repeat("b", i+1) + "\n")
	}
	for _, body := range []string{deep.String(), "Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\n\nx\n", 200) + "--b--\n"} {
		dir := t.TempDir()
		if err := os.MkdirAll(filepath.Join(dir, "new"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "new", "1"), []byte(head+body), 0o644); err != nil {
			t.Fatal(err)
		}
		_, out, errs := command("maildir", dir)
		if !strings.Contains(out, `"from":"a@example.org"`) || !strings.Contains(errs, "more than 100 parts, or 8 in each other") {
			t.Errorf("%s%s", out, errs)
		}
	}
}

// TestTakeout: of what Gmail keeps, drafts were never sent.
func TestTakeout(t *testing.T) {
	const letter = "From 1@xxx Mon Jan 01 09:00:00 +0000 2024\nX-Gmail-Labels: %\nFrom: a@example.org\nTo: b@example.org\n\nhello\n\n"
	file := filepath.Join(t.TempDir(), "All mail.mbox")
	if err := os.WriteFile(file, []byte(strings.Replace(letter, "%", "Drafts", 1)+strings.Replace(letter, "%", "Inbox,Important", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	_, out, errs := command("mbox", file)
	if out != `{"at":"2024-01-01T09:00:00Z","from":"a@example.org","to":["b@example.org"],"text":"hello"}`+"\n" || !strings.Contains(errs, "left out: drafts (1)") {
		t.Errorf("%s%s", out, errs)
	}
}

// TestHead: a head that has no end is left before it fills the memory.
func TestHead(t *testing.T) {
	in := &endless{}
	_, err := readHead(bufio.NewReader(in))
	if err == nil || err.Error() != "a head of more than 1 MB" || in.read > 2<<20 {
		t.Errorf("%v after %d bytes", err, in.read)
	}
}

// An endless reader is one line.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	if e.read += len(p); e.read > 64<<20 {
		return 0, io.EOF
	}
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}
