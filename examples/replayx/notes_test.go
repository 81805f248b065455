package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/decorum-go/decorum/examples/internal/replay"
	"github.com/decorum-go/decorum/policy/natsnotes"
)

// The tests' program is also the server, which can be killed, and a shard, which can be, too.
const (
	itself      = "REPLAYX_ITSELF"
	serverDir   = "REPLAYX_SERVER_DIR"
	serverPort  = "REPLAYX_SERVER_PORT"
	serverStore = "REPLAYX_SERVER_STORE"
)

func TestMain(m *testing.M) {
	switch {
	case os.Getenv(itself) != "":
		main()
	case os.Getenv(serverDir) != "":
		o := &server.Options{JetStream: true, StoreDir: os.Getenv(serverDir), Host: "127.0.0.1", NoSigs: true, NoLog: true}
		fmt.Sscan(os.Getenv(serverPort), &o.Port)
		fmt.Sscan(os.Getenv(serverStore), &o.JetStreamMaxStore)
		s, err := server.NewServer(o)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		s.Start()
		s.WaitForShutdown()
	default:
		os.Exit(m.Run())
	}
}

// A natsServer is a process, on a port and a folder that are the same when it is started again.
type natsServer struct {
	dir   string
	port  int
	store int // bytes that it may keep; 0: as many as there are
	cmd   *exec.Cmd
}

func newServer(t *testing.T, store int) *natsServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &natsServer{dir: t.TempDir(), port: l.Addr().(*net.TCPAddr).Port, store: store}
	l.Close()
	s.start(t)
	t.Cleanup(s.kill)
	return s
}

func (s *natsServer) url() string { return fmt.Sprintf("nats://127.0.0.1:%d", s.port) }

// start waits until the server answers.
func (s *natsServer) start(t *testing.T) {
	t.Helper()
	s.cmd = exec.Command(os.Args[0])
	s.cmd.Env = append(os.Environ(), serverDir+"="+s.dir, fmt.Sprint(serverPort, "=", s.port), fmt.Sprint(serverStore, "=", s.store))
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if _, stop, err := s.streams(); err == nil {
			stop()
			return
		} else if time.Now().After(end) {
			t.Fatalf("the server does not answer: %v", err)
		}
	}
}

func (s *natsServer) kill() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

// again kills the server, and starts it again on what it had.
func (s *natsServer) again(t *testing.T) {
	t.Helper()
	s.kill()
	time.Sleep(500 * time.Millisecond)
	s.start(t)
}

// streams connects to the server, if that answers.
func (s *natsServer) streams() (js nats.JetStreamContext, stop func(), err error) {
	c, err := nats.Connect(s.url())
	if err != nil {
		return nil, nil, err
	}
	if js, err = c.JetStream(); err == nil {
		_, err = js.AccountInfo()
	}
	if err != nil {
		c.Close()
	}
	return js, c.Close, err
}

// reach waits until a log has so many entries.
func (s *natsServer) reach(t *testing.T, notes string, n uint64) {
	t.Helper()
	js, stop, err := s.streams()
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	for end := time.Now().Add(time.Minute); ; {
		info, err := js.StreamInfo(filepath.Base(notes))
		if err == nil && info.State.Msgs >= n {
			return
		} else if time.Now().After(end) {
			t.Fatalf("fewer than %d entries after a minute, %v", n, err)
		}
	}
}

// A party is the shards of a log, each a process, and what they should come to.
type party struct {
	dir, log, notes string
	want            map[string]any
	senders         string
	told            [3]*bytes.Buffer
}

const cast = "member,recruiter,blaster,campaign:puppets=10,victim"

func newParty(t *testing.T, s *natsServer) *party {
	t.Helper()
	p := &party{dir: t.TempDir(), log: play(t, "5", cast), notes: s.url() + "/" + strings.ReplaceAll(t.Name(), "/", "-")}
	status, out, errs := command("-shards", "3", "-json", "-senders", p.file("want"), p.log)
	if status != 0 {
		t.Fatal(errs)
	}
	p.want, p.senders = untimed(t, out), p.read(t, "want")
	return p
}

func (p *party) file(name string) string { return filepath.Join(p.dir, name) }

func (p *party) read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(p.file(name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// start starts shard i, from 1.
func (p *party) start(t *testing.T, i int, more ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], append(more, "-shard", fmt.Sprint(i, "/3"), "-notes", p.notes, "-senders", p.file(fmt.Sprint("part", i)), p.log)...)
	cmd.Env = append(os.Environ(), itself+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	p.told[i-1] = &bytes.Buffer{}
	cmd.Stdout, cmd.Stderr = p.told[i-1], p.told[i-1]
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	return cmd
}

// merged wants the sum of the shards to be that of one process.
func (p *party) merged(t *testing.T) {
	t.Helper()
	status, out, errs := command("-merge", p.notes, "-json", "-senders", p.file("merged"))
	if status != 0 {
		t.Fatal(errs)
	}
	got := untimed(t, out)
	if !maps.EqualFunc(got, p.want, func(a, b any) bool { return fmt.Sprint(a) == fmt.Sprint(b) }) {
		t.Errorf("the shards came to\n%v\nwant\n%v", got, p.want)
	}
	if p.read(t, "merged") != p.senders {
		t.Error("senders differ")
	}
}

// untimed is the JSON object of a replay without what a clock said.
func untimed(t *testing.T, text string) (m map[string]any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	delete(m, "seconds")
	delete(m, "evaluations_per_second")
	return m
}

// TestNotes: three processes that tell each other over NATS come to what three shards of one
// process come to, also where one is killed in the middle, and where the server is.
func TestNotes(t *testing.T) {
	t.Parallel()
	s := newServer(t, 0)
	p := newParty(t, s)
	cmds := []*exec.Cmd{p.start(t, 1), p.start(t, 2), p.start(t, 3)}
	s.reach(t, p.notes, 300)
	cmds[1].Process.Kill()
	_ = cmds[1].Wait()
	if status, _, errs := command("-merge", p.notes); status != 1 || !strings.Contains(errs, "shard 2/3 is missing: it runs, or ended, at ") {
		t.Errorf("a merge without it: status %d, %s", status, errs)
	}
	s.again(t) // while the others wait for it
	cmds[1] = p.start(t, 2)
	s.reach(t, p.notes, 600)
	s.again(t) // while all append
	for i, cmd := range cmds {
		if err := cmd.Wait(); err != nil {
			t.Fatalf("shard %d: %v: %s", i+1, err, p.told[i])
		}
	}
	p.merged(t)
	// It has come to its end, and says the same again without the others.
	if cmd := p.start(t, 2); cmd.Wait() != nil {
		t.Errorf("again: %s", p.told[1])
	}
	if cmd := p.start(t, 2, "-retry=false"); cmd.Wait() == nil || !strings.Contains(p.told[1].String(), "shard 1/3 was started with other options: -retry is true there, false here. If that one is wrong, stop it, name another stream") {
		t.Errorf("with another option: %s", p.told[1])
	}
	p.merged(t)
	if status, _, errs := command("-shard", "1/2", "-notes", p.notes, p.log); status != 1 || !strings.Contains(errs, "one stream is for the shards of one replay") {
		t.Errorf("another number: status %d, %s", status, errs)
	}
}

// TestNotesEmptied: a server that lost everything ends the shards, which say so, and so does
// what is left behind.
func TestNotesEmptied(t *testing.T) {
	t.Parallel()
	s := newServer(t, 0)
	p := newParty(t, s)
	cmds := []*exec.Cmd{p.start(t, 1), p.start(t, 2)}
	s.reach(t, p.notes, 4) // they wait for the third
	s.kill()
	s.dir = t.TempDir()
	s.start(t)
	for i, cmd := range cmds {
		told := func() string { return p.told[i].String() }
		if err := cmd.Wait(); err == nil || !strings.Contains(told(), "the server has lost notes: "+natsnotes.ErrEmptied.Error()) || !strings.Contains(told(), "name another stream, or remove TestNotesEmptied from the server") {
			t.Errorf("shard %d: %v: %s", i+1, err, told())
		}
	}
	p.notes += "2"
	cmds = []*exec.Cmd{p.start(t, 1), p.start(t, 2), p.start(t, 3)}
	for i, cmd := range cmds {
		if err := cmd.Wait(); err != nil {
			t.Fatalf("shard %d: %v: %s", i+1, err, p.told[i])
		}
	}
	p.merged(t)
}

// TestNotesFull: a server that is full ends a shard, which says so; with more room it is
// started again, and all come to what they should.
func TestNotesFull(t *testing.T) {
	t.Parallel()
	s := newServer(t, 100<<10)
	p := newParty(t, s)
	p.notes = strings.Replace(p.notes, "//", "//127.0.0.1:1,", 1) // a server that is never there
	type end struct {
		shard int
		err   error
	}
	ended := make(chan end, 3)
	start := func(i int) {
		cmd := p.start(t, i)
		go func() { ended <- end{i, cmd.Wait()} }()
	}
	for i := range 3 {
		start(i + 1)
	}
	full := 0
	for left := 3; left > 0; left-- {
		e := <-ended
		if e.err == nil {
			continue
		}
		if !strings.Contains(p.told[e.shard-1].String(), natsnotes.ErrFull.Error()) {
			t.Fatalf("shard %d: %v: %s", e.shard, e.err, p.told[e.shard-1])
		}
		if full++; full == 1 {
			s.kill()
			s.store = 0
			s.start(t)
		}
		start(e.shard)
		left++
	}
	if full == 0 {
		t.Error("the server was never full")
	}
	p.merged(t)
}

// TestNotesRefused: addresses, servers and streams that are none of a replay.
func TestNotesRefused(t *testing.T) {
	t.Parallel()
	s := newServer(t, 0)
	log := play(t, "1", "member")
	conn, err := nats.Connect(s.url())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	others, err := natsnotes.OpenLog(t.Context(), conn, natsnotes.LogConfig{Name: "others"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := others.Append(t.Context(), "", []byte("what a service tells")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		want string
		args []string
	}{
		{"http:// is no address of notes: give a directory, or nats://HOST:4222/STREAM", []string{"-shard", "1/2", "-notes", "http://x/y", log}},
		{"the server of the notes, 127.0.0.1:1: nats: no servers available", []string{"-shard", "1/2", "-notes", "nats://me:secret@127.0.0.1:1/x", log}},
		{`Name "a.b" must be`, []string{"-shard", "1/2", "-notes", s.url() + "/a.b", log}},
		{"entry 1 of the stream others: is no note of a replay", []string{"-shard", "1/2", "-notes", s.url() + "/others", log}},
		{"is no note of a replay", []string{"-merge", s.url() + "/others"}},
		{"there is no stream decorum-replay: no shard has told anything", []string{"-merge", s.url()}},
	} {
		if status, _, errs := command(c.args...); status != 1 || !strings.Contains(errs, c.want) {
			t.Errorf("%v: status %d, %s", c.args, status, errs)
		}
	}
	if n, err := others.End(t.Context()); n != 1 || err != nil {
		t.Errorf("the stream of others has %d entries, %v", n, err)
	}
}

// TestFrames: frames of any size are read by all others in the order of their shard; what a
// killed shard left, also of one frame, is told once.
func TestFrames(t *testing.T) {
	t.Parallel()
	s := newServer(t, 0)
	const shards = 3
	address := s.url() + "/frames"
	rnd := rand.New(rand.NewPCG(1, 2))
	frames := make([][][]byte, shards)
	for i := range frames {
		for _, size := range []int{1, 300, pieceBytes - 1, pieceBytes, pieceBytes + 1, 5*pieceBytes + 7, 20} {
			frame := make([]byte, size)
			for j := range frame {
				frame[j] = byte(rnd.Uint32())
			}
			frame[0] = 'n' // and the last a sum
			if size == 20 {
				frame[0] = 's'
			}
			frames[i] = append(frames[i], frame)
		}
	}
	open := func(i, of int) replay.Log {
		log, err := openStream(address, i, of, func(what string) { t.Log(what) })
		if err != nil {
			t.Fatal(err)
		}
		return log
	}
	all := func(i int, log replay.Log) {
		for n, frame := range frames[i] {
			if err := log.Append(frame); err != nil {
				t.Error(err)
				return
			}
			for j := range shards {
				if j == i {
					continue
				}
				if got, err := log.Next(j, true); err != nil || !bytes.Equal(got, frames[j][n]) {
					t.Errorf("frame %d of %d: %d bytes, want %d, %v", n, j, len(got), len(frames[j][n]), err)
					return
				}
			}
		}
	}
	// A run of shard 0 that was killed has left a frame, and three pieces of its sixth.
	first := open(0, shards).(*stream)
	for n, frame := range frames[0][:6] {
		k := 0
		for p, data := range cut(frame, 0, shards, n) {
			id := ""
			if n == 5 && k%2 == 0 { // some are told within two minutes, others later
				id = fmt.Sprintf("%d-%d-%d-%x", p.Shard, p.Frame, p.Piece, p.Hash)
			}
			if err := first.put(id, data); err != nil {
				t.Fatal(err)
			}
			if k++; n == 5 && k == 3 {
				break
			}
		}
	}
	first.Close()
	var wg sync.WaitGroup
	for i := range shards {
		wg.Go(func() {
			log := open(i, shards)
			defer log.Close()
			all(i, log)
		})
	}
	wg.Wait()
	again := open(2, shards)
	all(2, again)
	again.Close()
	merge := open(-1, 0)
	defer merge.Close()
	last, err := merge.Last()
	if err != nil || len(last) != shards {
		t.Fatal(len(last), err)
	}
	for i := range last {
		if !bytes.Equal(last[i], frames[i][len(frames[i])-1]) {
			t.Errorf("the last of shard %d has %d bytes", i, len(last[i]))
		}
	}
}

// TestAppendAway: what is appended while the server is away is there when it is back.
func TestAppendAway(t *testing.T) {
	t.Parallel()
	s := newServer(t, 0)
	var logs []replay.Log
	told := make(chan string, 100)
	for i := range 2 {
		log, err := openStream(s.url(), i, 2, func(what string) { told <- what })
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { log.Close() })
		logs = append(logs, log)
	}
	frames := []string{"h", "n1", "s"}
	if err := logs[0].Append([]byte(frames[0])); err != nil {
		t.Fatal(err)
	}
	s.kill()
	done := make(chan error)
	go func() {
		done <- errors.Join(logs[0].Append([]byte(frames[1])), logs[0].Append([]byte(frames[2])))
	}()
	if what := <-told; !strings.HasPrefix(what, "waiting for the server of the notes: ") {
		t.Error(what)
	}
	s.start(t)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	for _, want := range frames {
		if got, err := logs[1].Next(0, true); string(got) != want || err != nil {
			t.Errorf("%q, want %q, %v", got, want, err)
		}
	}
}

// TestToldAgain: a frame that is told anew in other bytes takes the place of a part of one.
func TestToldAgain(t *testing.T) {
	of := func(frame []byte) (list []pieceOf) {
		for _, data := range cut(frame, 0, 1, 0) {
			p, err := readPiece(data)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, p)
		}
		return list
	}
	a, b := of(bytes.Repeat([]byte("s"), 3*pieceBytes)), of(bytes.Repeat([]byte("t"), 2*pieceBytes))
	damaged := b[1]
	damaged.part = a[1].part
	for _, c := range []struct {
		name string
		list []pieceOf
		want byte
		err  string
	}{
		{"a part, and another", slices.Concat(a[:2], b, a[2:]), 't', ""},
		{"one between", []pieceOf{a[0], b[0], a[1], b[1], a[2]}, 't', ""},
		{"twice", slices.Concat(a[:2], a[:2], a[2:], a), 's', ""},
		{"without the first", a[1:], 0, "piece 1 of frame 0 follows where 0 should"},
		{"without the second", []pieceOf{a[0], a[2]}, 0, "piece 2 of frame 0 follows where 1 should"},
		{"damaged", []pieceOf{b[0], damaged}, 0, "frame 0 is damaged"},
	} {
		var s parts
		var got []byte
		var failed error
		for i := range c.list {
			frame, err := s.add(&c.list[i])
			failed = errors.Join(failed, err)
			if frame != nil {
				got = append(got, frame[0])
			}
		}
		if c.err == "" && (failed != nil || !bytes.Equal(got, []byte{c.want})) || c.err != "" && (failed == nil || !strings.Contains(failed.Error(), c.err)) {
			t.Errorf("%s: %q, %v", c.name, got, failed)
		}
	}
}

// FuzzPiece: entries of anybody are read without a panic.
func FuzzPiece(f *testing.F) {
	for _, data := range cut([]byte("n a frame"), 1, 3, 0) {
		f.Add(data, data)
	}
	for _, data := range cut(make([]byte, pieceBytes+1), 0, 1, 0) {
		f.Add(data, []byte("drn\x01"))
	}
	f.Fuzz(func(t *testing.T, one, two []byte) {
		var s parts
		for _, data := range [][]byte{one, two, one} {
			p, err := readPiece(data)
			if err != nil {
				continue
			}
			if again := append(p.append(nil), p.part...); !bytes.Equal(again, data) {
				t.Fatalf("%x was read of %x", again, data)
			}
			frame, err := s.add(&p)
			if len(frame) > len(one)+len(two) || err != nil && frame != nil {
				t.Fatalf("%d bytes, %v", len(frame), err)
			}
		}
	})
}
