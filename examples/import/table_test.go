package main

import (
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
)

// golden compares what command printed with a file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

type parquetUser struct {
	ID   uint64  `parquet:"id"`
	Name *string `parquet:"name,optional,zstd"`
}

type parquetRow struct {
	At    time.Time     `parquet:"sent_at,timestamp(microsecond)"`
	Wall  int64         `parquet:"wall,timestamp(millisecond:local)"`
	User  parquetUser   `parquet:"user"`
	To    []string      `parquet:"to,list,snappy"`
	CC    []parquetUser `parquet:"cc,list"`
	Text  string        `parquet:"body,dict"`
	Price int64         `parquet:"price,decimal(2:18)"`
	Spam  *bool         `parquet:"spam,optional"`
	Deep  [][]string    `parquet:"deep,list"`
	Day   int32         `parquet:"day,date"`
	Key   [16]byte      `parquet:"key,uuid"`
}

// parquetFile writes a file of two groups of rows.
func parquetFile(t *testing.T) string {
	t.Helper()
	yes, no, name := true, false, "ann"
	at := time.Date(2026, 3, 1, 9, 0, 0, 123456000, time.UTC)
	file := filepath.Join(t.TempDir(), "x.parquet")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	w := parquet.NewGenericWriter[parquetRow](f)
	for i, rows := range [][]parquetRow{
		{
			{At: at, Wall: at.UnixMilli(), User: parquetUser{1, &name}, To: []string{"bea", "cem"}, CC: []parquetUser{{7, nil}, {8, &name}}, Text: "hello", Price: -5, Spam: &no, Deep: [][]string{{"x"}}, Day: 20513, Key: [16]byte{1, 2}},
			{At: at.Add(-time.Second), User: parquetUser{1<<63 + 1, nil}, To: nil, Text: "to nobody", Day: 20513},
		},
		{
			{At: at.Add(-time.Hour), Wall: at.UnixMilli(), User: parquetUser{2, &name}, To: []string{"ann"}, Text: "an hour before", Price: 123456, Spam: &yes, Day: 20513},
		},
	} {
		if _, err := w.Write(rows); err != nil {
			t.Fatal(i, err)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(i, err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestParquet: times with and without a zone, lists, groups, numbers; rows that lack
// something are named by their number.
func TestParquet(t *testing.T) {
	file := parquetFile(t)
	var got strings.Builder
	for _, args := range []string{
		"-map at=sent_at,from=user.id,to=to,text=body,abuse=spam,note=user.name",
		"-zone Europe/Berlin -map at=wall,from=user.name,to=cc.id,text=price,id=key,thread=day",
		"-map at=sent_at,from=deep",
	} {
		status, out, errs := command(append(strings.Fields(args), "parquet", file)...)
		if inOrder(t, out); status != exitOK {
			fmt.Fprintf(&got, "status %d\n", status)
		}
		got.WriteString(out + "\n" + strings.ReplaceAll(errs, file, "x.parquet") + "\n")
	}
	golden(t, "parquet", got.String())
}

// TestParquetBroken: a file that is cut off or damaged is named, and no reading panics.
func TestParquetBroken(t *testing.T) {
	whole, err := os.ReadFile(parquetFile(t))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "broken.parquet")
	args := []string{"-map", "at=sent_at,from=user.id,to=to,text=body", "parquet", file}
	broken := func(b []byte) (status int, out, errs string) {
		if err := os.WriteFile(file, b, 0o644); err != nil {
			t.Fatal(err)
		}
		return command(args...)
	}
	if status, _, errs := broken(whole[:len(whole)/2]); status != exitFailed || !strings.Contains(errs, "broken.parquet: no Parquet that can be read, or it is cut off") {
		t.Errorf("cut off: status %d: %s", status, errs)
	}
	long := append([]byte{}, whole...) // a directory of 1 GB, and in it a list of some 30 million
	copy(long[len(long)-8:], []byte{0, 0, 0, 0x40})
	list := append([]byte{}, whole...)
	directory := list[len(list)-8-int(binary.LittleEndian.Uint32(list[len(list)-8:])):]
	copy(directory[2:], []byte{0x19, 0xfc, 0xff, 0xff, 0xff, 0x0f}) // behind the version
	for _, b := range [][]byte{long, list} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		status, _, errs := broken(b)
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; status != exitFailed || !strings.Contains(errs, errCount.Error()) || n > 64<<20 {
			t.Errorf("status %d, %d MB: %s", status, n>>20, errs)
		}
	}
	for i := 0; i < len(whole); i += 7 {
		b := append([]byte{}, whole...)
		b[i] ^= 0x55
		status, out, errs := broken(b)
		if inOrder(t, out); status == exitUsage || status == exitFailed && !strings.Contains(errs, "broken.parquet: ") {
			t.Errorf("byte %d: status %d: %s", i, status, errs)
		}
	}
}

// TestDecimal: digits behind the point, also of negative numbers and of those that are
// bytes.
func TestDecimal(t *testing.T) {
	for _, c := range []struct {
		v     parquet.Value
		scale int
		want  string
	}{
		{parquet.Int64Value(12345), 2, "123.45"},
		{parquet.Int32Value(-5), 3, "-0.005"},
		{parquet.Int64Value(7), 0, "7"},
		{parquet.FixedLenByteArrayValue([]byte{0xff, 0x85}), 1, "-12.3"},
		{parquet.ByteArrayValue(new(big.Int).Lsh(big.NewInt(1), 100).Bytes()), 0, "1267650600228229401496703205376"},
	} {
		if got := decimal(c.v, c.scale); got != c.want {
			t.Errorf("%v: %s, want %s", c.v, got, c.want)
		}
	}
}

const chat = `
CREATE TABLE message (id INTEGER PRIMARY KEY, sender TEXT, recipient TEXT, body TEXT, sent TIMESTAMP, room TEXT);
INSERT INTO message VALUES (1, 'ann', 'bea', 'hello', '2026-03-01 10:00:00', NULL);
INSERT INTO message VALUES (2, 'bea', 'ann', NULL, '2026-03-01 09:00:00.5', NULL);
INSERT INTO message VALUES (3, 'bea', 'all', 'welcome', '2026-03-01 11:00:00', 'choir');
INSERT INTO message VALUES (4, NULL, 'bea', 'from nobody', '2026-03-01 11:00:00', NULL);`

// fromSQL reads the table chat.
func fromSQL(where string) (int, string, string) {
	return command("-zone", "Europe/Berlin", "-map", "at=sent,from=sender,to=recipient,text=body,id=id,group=room", "-query", "SELECT * FROM message ORDER BY id", "sql", where)
}

// TestSQLite: rows of a query become events, and a query changes nothing.
func TestSQLite(t *testing.T) {
	file := filepath.Join(t.TempDir(), "chat #1?.db")
	db, err := sql.Open("sqlite", "file:"+strings.NewReplacer("#", "%23", "?", "%3f", " ", "%20").Replace(file))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(chat); err != nil {
		t.Fatal(err)
	}
	db.Close()
	status, out, errs := fromSQL(file)
	if inOrder(t, out); status != exitOK {
		t.Errorf("status %d", status)
	}
	golden(t, "sql", out+"\n"+strings.ReplaceAll(errs, file, "WHERE"))
	t.Setenv("CHAT", file)
	for _, c := range []struct{ query, where, want string }{
		{"DELETE FROM message RETURNING *", file, "readonly"},
		{"SELECT * FROM absent", "env:CHAT", "no such table"},
		{"SELECT 1", "env:ABSENT", "the environment has no ABSENT"},
		{"SELECT 1", file + "x", "no such file"},
		{"SELECT 1", "mysql://x", "only PostgreSQL (postgres://…) and SQLite"},
		{"SELECT sent, sender AS who FROM message", file, `no column "from"; it has sent, who`},
	} {
		status, out, errs := command("-map", "at=sent", "-query", c.query, "sql", c.where)
		if status != exitFailed || out != "" || !strings.Contains(errs, c.want) {
			t.Errorf("%s: status %d: %s%s", c.query, status, out, errs)
		}
	}
	if status, _, errs := command("sql", file); status != exitUsage || !strings.Contains(errs, "-query") {
		t.Errorf("without a query: status %d: %s", status, errs)
	}
	if _, again, _ := fromSQL(file); again != out {
		t.Errorf("another time: %s", again)
	}
}

// TestPostgres: the same from PostgreSQL, whose password is not told.
func TestPostgres(t *testing.T) {
	server, err := startPostgres(t)
	if errors.Is(err, exec.ErrNotFound) && os.Getenv("CI") != "true" {
		t.Skip("no PostgreSQL to test with (a failure where CI=true): ", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(chat); err != nil {
		t.Fatal(err)
	}
	status, out, errs := fromSQL(server)
	if inOrder(t, out); status != exitOK {
		t.Errorf("status %d", status)
	}
	name := strings.Replace(server, password, "xxxxx", 1)
	got := out + "\n" + strings.ReplaceAll(errs, name, "WHERE")
	want, err := os.ReadFile("testdata/sql.golden")
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	if status, _, errs := command("-query", "DELETE FROM message RETURNING sent AS at, sender AS \"from\"", "sql", server); status != exitFailed || !strings.Contains(errs, "read-only transaction") || strings.Contains(errs, password) {
		t.Errorf("a query that changes: status %d: %s", status, errs)
	}
}

// TestSecret: no message repeats a password, wherever it stands.
func TestSecret(t *testing.T) {
	for _, where := range []string{
		"host=127.0.0.1 port=1 user=x password=hush1", "u:hush1@tcp(127.0.0.1:1)/db", "postgres:u:hush1@127.0.0.1/d",
		"postgres://127.0.0.1:1/d?user=u&password=hush1", "postgres://u:hush1@127.0.0.1:1/d", "postgres://u:hush%1@127.0.0.1/d",
		"postgres://u:hush1@127.0.0.1:1/d?sslmode=bogus&sslpassword=hush1", "mysql://u:hush1@127.0.0.1/d", "postgres://127.0.0.1:1/d?user=u&password=hush1;x", "postgres://u:hush1@127.0.0.1:99999999/d",
	} {
		status, _, errs := command("sql", where, "-query", "SELECT 1")
		if status != exitFailed || strings.Contains(errs, "hush") {
			t.Errorf("%s: status %d: %s", where, status, errs)
		}
	}
}

// FuzzDirectory: a check of lengths neither panics nor runs away, and what the library
// wrote is taken.
func FuzzDirectory(f *testing.F) {
	f.Add([]byte{0x15, 4, 0x19, 0xfc, 0xff, 0xff, 0xff, 0x0f})
	f.Fuzz(func(t *testing.T, tail []byte) {
		_ = footed(tail)
		if err := footed(append([]byte{0x18, byte(len(tail) % 128)}, append(tail[:len(tail)%128:len(tail)%128], 0)...)); err != nil {
			t.Error(err) // a struct that has one text
		}
	})
}
