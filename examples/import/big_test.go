//go:build linux

package main

import (
	"archive/zip"
	"bufio"
	"database/sql"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"github.com/decorum-go/decorum/examples/internal/events"
)

// TestMain lets the test binary be import itself, so that its memory can be measured.
func TestMain(m *testing.M) {
	if os.Getenv("IMPORT_ITSELF") != "" {
		main()
	}
	os.Exit(m.Run())
}

// A maker writes an export of a size to a folder, and returns the arguments that read
// it and how many events there are.
type maker func(t *testing.T, dir string, size int) (args []string, n int)

// begin is the time of the first message of what is made.
var begin = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

// said is what the i-th message says: texts of different lengths.
func said(i int) string {
	const words = "we meet on Sunday at eight in the small hall behind the church and sing until ten, bring what you like to eat and somebody who has not been there before "
	return fmt.Sprintf("%d: %s", i, words[:20+i*37%(len(words)-20)])
}

// file writes what write writes, until it is size bytes long.
func file(t *testing.T, name, before, after string, size int, write func(w io.Writer, i int)) (n int) {
	t.Helper()
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	w := &counted{w: bufio.NewWriterSize(f, 1<<16)}
	fmt.Fprint(w, before)
	for ; w.n < size; n++ {
		write(w, n)
	}
	fmt.Fprint(w, after)
	if err := w.w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return n
}

// counted counts bytes.
type counted struct {
	w *bufio.Writer
	n int
}

func (c *counted) Write(p []byte) (int, error) { c.n += len(p); return c.w.Write(p) }

// comma is what stands before the i-th element.
func comma(i int) string {
	if i == 0 {
		return ""
	}
	return ",\n"
}

var makers = []struct {
	kind string
	make maker
}{
	{"telegram", func(t *testing.T, dir string, size int) ([]string, int) {
		// Forty chats, one after the other in the file, at the same time in life.
		const chats = 40
		name := filepath.Join(dir, "result.json")
		per := 0
		n := file(t, name, "{\"chats\": {\"list\": [\n", "]}]}}", size, func(w io.Writer, i int) {
			if i%(size/chats/400) == 0 {
				if i > 0 {
					fmt.Fprint(w, "]},\n")
				}
				fmt.Fprintf(w, `{"name": "x", "type": "private_supergroup", "id": %d, "messages": [`+"\n", i)
				per = 0
			}
			at := begin.Add(time.Duration(per) * time.Minute)
			fmt.Fprintf(w, `%s{"id": %d, "type": "message", "date": %q, "date_unixtime": "%d", "from": "N", "from_id": "user%d", "text": %q, "text_entities": [{"type": "plain", "text": %q}]}`,
				comma(per), i, at.Format("2006-01-02T15:04:05"), at.Unix(), i%97, said(i), said(i))
			per++
		})
		return []string{"telegram", name}, n
	}},
	{"slack", func(t *testing.T, dir string, size int) ([]string, int) {
		// Twenty channels, each with a file a day.
		const channels, days = 20, 50
		name := filepath.Join(dir, "export.zip")
		f, err := os.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		z := zip.NewWriter(f)
		w, _ := z.Create("channels.json")
		fmt.Fprint(w, "[]")
		n := 0
		for c := range channels {
			for d := range days {
				w, _ := z.Create(fmt.Sprintf("c%d/%s.json", c, begin.AddDate(0, 0, d).Format("2006-01-02")))
				b := &counted{w: bufio.NewWriter(w)}
				fmt.Fprint(b, "[\n")
				for i := 0; b.n < size/channels/days; i++ {
					fmt.Fprintf(b, `%s{"type": "message", "user": "U%d", "ts": "%d.%06d", "text": %q, "blocks": [{"type": "rich_text", "elements": [{"type": "text", "text": %q}]}]}`,
						comma(i), n%97, begin.AddDate(0, 0, d).Unix()+int64(i), c, said(n), said(n))
					n++
				}
				fmt.Fprint(b, "]")
				b.w.Flush()
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		f.Close()
		return []string{"slack", name}, n
	}},
	{"discord", func(t *testing.T, dir string, size int) ([]string, int) {
		name := filepath.Join(dir, "c.json")
		n := file(t, name, `{"guild": {"id": "1"}, "channel": {"id": "9", "type": "GuildTextChat"}, "messages": [`, "]}", size, func(w io.Writer, i int) {
			fmt.Fprintf(w, `%s{"id": "%d", "type": "Default", "timestamp": %q, "timestampEdited": null, "callEndedTimestamp": null, "isPinned": false, "content": %q, "author": {"id": "%d", "name": "n", "discriminator": "0000", "nickname": "N", "color": null, "isBot": false, "roles": [], "avatarUrl": "https://cdn.example.org/0.png"}, "attachments": [], "embeds": [], "stickers": [], "reactions": [], "mentions": []}`,
				comma(i), i, begin.Add(time.Duration(i)*time.Second).Format(time.RFC3339), said(i), i%97)
		})
		return []string{"discord", name}, n
	}},
	{"matrix", func(t *testing.T, dir string, size int) ([]string, int) {
		name := filepath.Join(dir, "room.json")
		n := file(t, name, `{"room_name": "x", "exported_by": "y", "messages": [`, "]}", size, func(w io.Writer, i int) {
			fmt.Fprintf(w, `%s{"type": "m.room.message", "sender": "@u%d:example.org", "content": {"msgtype": "m.text", "body": %q}, "origin_server_ts": %d, "event_id": "$%d", "room_id": "!x:example.org", "unsigned": {}}`,
				comma(i), i%97, said(i), begin.Add(time.Duration(i)*time.Second).UnixMilli(), i)
		})
		return []string{"matrix", name}, n
	}},
	{"whatsapp", func(t *testing.T, dir string, size int) ([]string, int) {
		name := filepath.Join(dir, "_chat.txt")
		n := file(t, name, "", "", size, func(w io.Writer, i int) {
			fmt.Fprintf(w, "[%s] N%d: %s\r\n", begin.Add(time.Duration(i)*time.Minute).Format("02/01/2006, 15:04:05"), i%97, said(i))
		})
		return []string{"whatsapp", name}, n
	}},
	{"mbox", func(t *testing.T, dir string, size int) ([]string, int) {
		name := filepath.Join(dir, "all.mbox")
		n := file(t, name, "", "", size, func(w io.Writer, i int) {
			io.WriteString(w, "From x Mon Jan  1 00:00:00 2024\n"+letterOf(i)+"\n")
		})
		return []string{"mbox", name}, n
	}},
	{"maildir", func(t *testing.T, dir string, size int) ([]string, int) {
		if err := os.Mkdir(filepath.Join(dir, "cur"), 0o755); err != nil {
			t.Fatal(err)
		}
		n := 0
		for written := 0; written < size; n++ {
			letter := letterOf(n)
			written += len(letter)
			if err := os.WriteFile(filepath.Join(dir, "cur", fmt.Sprintf("1.%d.x!2,S", n)), []byte(letter), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		return []string{"maildir", dir}, n
	}},
	{"parquet", func(t *testing.T, dir string, size int) ([]string, int) {
		type row struct {
			At   time.Time `parquet:"at,timestamp(microsecond)"`
			From string    `parquet:"from"`
			To   []string  `parquet:"to,list"`
			Text string    `parquet:"text"`
			ID   int64     `parquet:"id"`
		}
		name := filepath.Join(dir, "x.parquet")
		f, err := os.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		w := parquet.NewGenericWriter[row](f, parquet.MaxRowsPerRowGroup(100_000), parquet.PageBufferSize(1<<20))
		n := 0
		for ; n < size/140; n++ {
			r := row{begin.Add(time.Duration(n) * time.Second), fmt.Sprint("u", n%97), []string{fmt.Sprint("u", n%89+100)}, said(n), int64(n)}
			if _, err := w.Write([]row{r}); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		f.Close()
		return []string{"parquet", name}, n
	}},
	{"sql", func(t *testing.T, dir string, size int) ([]string, int) {
		name := filepath.Join(dir, "x.db")
		db, err := sql.Open("sqlite", "file:"+name)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		n := size / 140
		if _, err := db.Exec(`CREATE TABLE m (id INTEGER PRIMARY KEY, sent INTEGER, "from" TEXT, "to" TEXT, text TEXT);
			WITH RECURSIVE i(n) AS (SELECT 0 UNION ALL SELECT n+1 FROM i WHERE n < ?)
			INSERT INTO m SELECT n, 1704067200+n, 'u' || n%97, 'v' || n%89, n || ': we meet on Sunday at eight in the small hall behind the church and sing until ten, bring what you like' FROM i`, n-1); err != nil {
			t.Fatal(err)
		}
		return []string{"-map", "at=sent", "-query", "SELECT * FROM m", "sql", name}, n
	}},
}

// letterOf is the i-th letter, with an attachment.
func letterOf(i int) string {
	return fmt.Sprintf("From: n%d@example.org\nTo: m%d@example.org\nSubject: no. %d\nDate: %s\nMessage-ID: <%d@example.org>\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n\n%s\n--b\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\n%s--b--\n",
		i%97, i%89, i, begin.Add(time.Duration(i)*time.Minute).Format(time.RFC1123Z), i, said(i), strings.Repeat("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwAD\n", 40))
}

// mostMemory is what a run may take at its peak, in bytes, however large the export.
const mostMemory = 128 << 20

// itself runs import as a program, checks the order of what it writes, and returns its
// events and its peak of memory.
func itself(t *testing.T, args ...string) (n int, peak int64) {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), "IMPORT_ITSELF=1")
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var e events.Event
	var last time.Time
	for lines := bufio.NewScanner(out); lines.Scan(); n++ {
		if err := events.Parse(lines.Text(), &e); err != nil || e.At.Before(last) {
			t.Fatalf("line %d: %v, %v after %v", n, err, e.At, last)
		}
		last = e.At
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v: %s", err, errs.String())
	}
	return n, cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss << 10
}

// TestBig: exports that do not fit into the memory that is allowed come out whole and in
// order. With DECORUM_LONG=1 they have 100 MB, of each kind.
func TestBig(t *testing.T) {
	size, long := 24<<20, os.Getenv("DECORUM_LONG") != ""
	if long {
		size = 100 << 20
	}
	for _, m := range makers {
		if !long && m.kind != "telegram" && m.kind != "whatsapp" && m.kind != "mbox" {
			continue
		}
		t.Run(m.kind, func(t *testing.T) {
			if raced {
				t.Skip("the race detector takes memory of its own")
			}
			dir := t.TempDir()
			args, want := m.make(t, dir, size)
			began := time.Now()
			n, peak := itself(t, append([]string{"-temp", dir}, args...)...)
			if n != want || peak > mostMemory {
				t.Errorf("%d events, want %d; %d MB, may be %d", n, want, peak>>20, mostMemory>>20)
			}
			t.Logf("%d MB, %d events: %.1f s, %d MB at the peak", size>>20, n, time.Since(began).Seconds(), peak>>20)
		})
	}
}
