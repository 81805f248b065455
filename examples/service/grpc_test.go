//go:build grpc

package main

import (
	"context"
	"fmt"
	"testing"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/structpb"
)

// A message that comes in over gRPC is judged, kept and shown like one of a form; one that does not
// go out is an error, with what the sender is told.
func TestGRPC(t *testing.T) {
	t.Parallel()
	address := fmt.Sprint("127.0.0.1:", freePort(t))
	c, stop := start(t, options{grpc: address})
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	send := func(user, to, text, id string) error {
		in, err := structpb.NewStruct(map[string]any{"to": to, "text": text, "id": id})
		if err != nil {
			t.Fatal(err)
		}
		ctx := metadata.AppendToOutgoingContext(context.Background(), "user", user)
		return conn.Invoke(ctx, "/decorum.example.Chat/Send", in, new(structpb.Struct))
	}
	if err := send("ann", "bea", "by gRPC", "g1"); err != nil {
		t.Fatal(err)
	}
	c.wants("/as/bea?with=ann", "by gRPC")
	for want, err := range map[codes.Code]error{
		codes.AlreadyExists:   send("ann", "bea", "by gRPC", "g1"),
		codes.Unauthenticated: send("", "bea", "hello", ""),
		codes.InvalidArgument: send("ann", "", "hello", ""),
	} {
		if status.Code(err) != want {
			t.Errorf("%v: %v", want, err)
		}
	}
	c.api("PUT", "/v1/accounts/ann/override", map[string]string{"verdict": "hold"}, nil)
	err = send("ann", "bea", "this waits", "g2")
	if status.Code(err) != codes.FailedPrecondition {
		t.Errorf("what waits: %v", err)
	}
	said := ""
	for _, detail := range status.Convert(err).Details() {
		if l, ok := detail.(*errdetails.LocalizedMessage); ok {
			said = l.Message
		}
	}
	if said == "" {
		t.Errorf("nobody is told why: %v", err)
	}
	c.wants("/as/ann?with=bea", "this waits", "waits for a person")
	stop()
	if err := send("ann", "bea", "too late", "g3"); status.Code(err) != codes.Unavailable {
		t.Errorf("after the end: %v", err)
	}
}
