package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"

	"github.com/decorum-go/decorum/policy"
)

// A load spreads a stream over processes, each message to any of them. A message
// waits until those before it that its sender or a recipient has part in were
// answered: a messaging service keeps their order, too.
type load struct {
	rng     *rand.Rand
	workers []*worker
	said    chan said
	flying  map[int]int // messages under way → worker
	parts   map[string]int
	again   int // messages of a killed process that another one was asked for
}

// most is how many messages are under way at a time.
const most = 64

// A worker is one process.
type worker struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	enc   *json.Encoder
	alive bool
}

// said is what a worker said, or that it says no more.
type said struct {
	worker int
	response
	gone bool
}

// newLoad starts n processes, which end with ctx.
func newLoad(ctx context.Context, address string, n int, seed uint64) (*load, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	l := &load{rng: rand.New(rand.NewPCG(seed, 0)), said: make(chan said, most), flying: make(map[int]int), parts: make(map[string]int)}
	for i := range n {
		cmd := exec.CommandContext(ctx, self)
		cmd.Env = append(os.Environ(), processEnv+"="+address)
		cmd.Stderr = os.Stderr
		in, err1 := cmd.StdinPipe()
		out, err2 := cmd.StdoutPipe()
		if err := errors.Join(err1, err2); err != nil {
			l.stop()
			return nil, err
		}
		if err := cmd.Start(); err != nil {
			l.stop()
			return nil, err
		}
		l.workers = append(l.workers, &worker{cmd: cmd, in: in, enc: json.NewEncoder(in), alive: true})
		go l.listen(i, out)
	}
	return l, nil
}

func (l *load) listen(i int, out io.Reader) {
	dec := json.NewDecoder(out)
	for {
		s := said{worker: i}
		if dec.Decode(&s.response) != nil {
			l.said <- said{worker: i, gone: true}
			return
		}
		l.said <- s
	}
}

// stop ends all processes.
func (l *load) stop() {
	for _, w := range l.workers {
		w.in.Close()
		_ = w.cmd.Process.Kill()
		_ = w.cmd.Wait()
	}
}

// play sends a stream. Before message kill one process is killed.
func (l *load) play(messages []policy.Message, kill int) (answers, error) {
	got := make(answers, len(messages))
	for i := range messages {
		if i == kill {
			if err := l.workers[0].cmd.Process.Kill(); err != nil {
				return nil, err
			}
		}
		for len(l.flying) >= most || l.waits(&messages[i]) {
			if err := l.hear(messages, got); err != nil {
				return nil, err
			}
		}
		l.take(&messages[i], 1)
		if err := l.send(i, &messages[i]); err != nil {
			return nil, err
		}
	}
	for len(l.flying) > 0 {
		if err := l.hear(messages, got); err != nil {
			return nil, err
		}
	}
	return got, nil
}

// waits reports whether somebody who has part in a message has part in one that
// is under way.
func (l *load) waits(m *policy.Message) bool {
	return l.parts[m.Sender] > 0 || slices.ContainsFunc(m.Recipients, func(r policy.Recipient) bool { return l.parts[r.ID] > 0 })
}

func (l *load) take(m *policy.Message, n int) {
	l.parts[m.Sender] += n
	for _, r := range m.Recipients {
		l.parts[r.ID] += n
	}
}

// send hands a message to any process.
func (l *load) send(i int, m *policy.Message) error {
	for {
		var alive []int
		for k, w := range l.workers {
			if w.alive {
				alive = append(alive, k)
			}
		}
		if len(alive) == 0 {
			return errors.New("no process is left")
		}
		k := alive[l.rng.IntN(len(alive))]
		if err := l.workers[k].enc.Encode(request{i, *m}); err != nil {
			l.workers[k].alive = false // what it owes is sent again when it says that it is gone
			continue
		}
		l.flying[i] = k
		return nil
	}
}

// hear takes what any process says. What one owed that is gone is asked of
// another: a message has an ID, and a retry is answered as it was before.
func (l *load) hear(messages []policy.Message, got answers) error {
	s := <-l.said
	if s.gone {
		l.workers[s.worker].alive = false
		var owed []int
		for i, k := range l.flying {
			if k == s.worker {
				owed = append(owed, i)
			}
		}
		slices.Sort(owed)
		for _, i := range owed {
			l.again++
			if err := l.send(i, &messages[i]); err != nil {
				return err
			}
		}
		return nil
	}
	if s.Error != "" {
		return fmt.Errorf("message %s: %s", messages[s.I].ID, s.Error)
	}
	delete(l.flying, s.I)
	l.take(&messages[s.I], -1)
	got[s.I] = answer{messages[s.I].Sender, s.Verdict}
	return nil
}
