package natsnotes_test

import (
	"context"
	"log"

	"github.com/nats-io/nats.go"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/natsnotes"
)

func Example() {
	ctx := context.Background()
	conn, err := nats.Connect("nats://127.0.0.1:4222", nats.MaxReconnects(-1))
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	notes, err := natsnotes.Open(ctx, natsnotes.Config{Conn: conn, Fault: func(err error) { log.Print(err) }})
	if err != nil {
		log.Fatal(err)
	}
	defer notes.Close()
	store := policy.NewMemory(0) // or any other
	engine, err := policy.New(policy.Config{Store: notes.Wrap(store), Secret: []byte("the same in all processes")})
	if err != nil {
		log.Fatal(err)
	}
	defer engine.Close()
}

func ExampleLog_Read() {
	ctx := context.Background()
	conn, err := nats.Connect("nats://127.0.0.1:4222")
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	l, err := natsnotes.OpenLog(ctx, conn, natsnotes.LogConfig{Name: "ours", MaxBytes: -1, MaxAge: -1})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := l.Append(ctx, "", []byte("hello")); err != nil {
		log.Fatal(err)
	}
	for e, err := range l.Read(ctx, 0) {
		if err != nil {
			log.Fatal(err)
		}
		log.Print(e.Position, string(e.Data))
	}
}
