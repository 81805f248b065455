package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"time"
)

// A redis is a server of our own, on a free port of the loopback, with a folder
// of its own.
type redis struct {
	address string
	dir     string
	cmd     *exec.Cmd
}

// startRedis starts redis-server or valkey-server, and waits until it answers.
func startRedis() (*redis, error) {
	binary, err := exec.LookPath("redis-server")
	if err != nil {
		if binary, err = exec.LookPath("valkey-server"); err != nil {
			return nil, fmt.Errorf("neither redis-server nor valkey-server is installed: %w", exec.ErrNotFound)
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	port := l.Addr().(*net.TCPAddr).Port
	_ = l.Close()
	dir, err := os.MkdirTemp("", "cluster")
	if err != nil {
		return nil, err
	}
	var log bytes.Buffer
	s := &redis{address: fmt.Sprintf("127.0.0.1:%d", port), dir: dir}
	s.cmd = exec.Command(binary, "--port", fmt.Sprint(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", dir)
	s.cmd.Stdout = &log
	if err := s.cmd.Start(); err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if c, err := net.Dial("tcp", s.address); err == nil {
			return s, c.Close()
		}
	}
	s.stop()
	return nil, fmt.Errorf("%s does not answer: %s", binary, &log)
}

func (s *redis) stop() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
	os.RemoveAll(s.dir)
}
