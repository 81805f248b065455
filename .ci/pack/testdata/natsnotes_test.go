package it

import (
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/natsnotes"
)

func Test(t *testing.T) {
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, JetStream: true, StoreDir: t.TempDir(), NoLog: true, NoSigs: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	defer s.Shutdown()
	if !s.ReadyForConnections(10 * time.Second) {
		t.Fatal("no server")
	}
	conn, err := nats.Connect(s.ClientURL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	notes, err := natsnotes.Open(t.Context(), natsnotes.Config{Conn: conn})
	if err != nil {
		t.Fatal(err)
	}
	defer notes.Close()
	engine, err := policy.New(policy.Config{Store: notes.Wrap(policy.NewMemory(0)), Secret: []byte("the same in all processes")})
	if err != nil {
		t.Fatal(err)
	}
	d, err := engine.Evaluate(t.Context(), policy.Message{Sender: "ann", Recipients: policy.To("bea"), Text: "hello"})
	if err != nil || d.Verdict != policy.Allow {
		t.Error(d.Verdict, err)
	}
	if err := engine.Close(); err != nil {
		t.Error(err)
	}
}
