package policygrpc_test

import (
	"context"
	"fmt"
	"net"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/policygrpc"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// mail is a service that sends messages: one of the gRPC project's own, for tests.
type mail struct {
	grpc_testing.UnimplementedTestServiceServer
}

// UnaryCall sends a message. It is called for those that are to be delivered.
func (mail) UnaryCall(context.Context, *grpc_testing.SimpleRequest) (*grpc_testing.SimpleResponse, error) {
	return &grpc_testing.SimpleResponse{}, nil
}

// A method that sends messages gets only those that are to be delivered.
func ExampleUnaryServerInterceptor() {
	engine, err := policy.New(policy.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer engine.Close()

	read := func(ctx context.Context, request any) (*policy.Message, error) {
		r, ok := request.(*grpc_testing.SimpleRequest)
		if !ok {
			return nil, nil // of another method: no message
		}
		id := metadata.ValueFromIncomingContext(ctx, "request-id")
		if len(id) != 1 {
			return nil, status.Error(codes.InvalidArgument, "send one request-id, and the same in a retry")
		}
		return &policy.Message{
			ID: id[0], Sender: "ann", // as the service's own authentication says
			Recipients: policy.To("bea"), Text: string(r.GetPayload().GetBody()),
		}, nil
	}
	server := grpc.NewServer(
		grpc.UnaryInterceptor(policygrpc.UnaryServerInterceptor(engine, read)),
		grpc.StreamInterceptor(policygrpc.StreamServerInterceptor(engine, read)),
	)
	grpc_testing.RegisterTestServiceServer(server, mail{})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	go func() { _ = server.Serve(listener) }()
	defer server.Stop()

	conn, err := grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer conn.Close()
	client := grpc_testing.NewTestServiceClient(conn)
	for i := range 22 { // 20 a minute are allowed
		ctx := metadata.AppendToOutgoingContext(context.Background(), "request-id", fmt.Sprint(i))
		_, err := client.UnaryCall(ctx, &grpc_testing.SimpleRequest{Payload: &grpc_testing.Payload{Body: []byte("hi")}})
		if err == nil {
			continue
		}
		fmt.Println(i, "delivered, then", status.Code(err))
		for _, d := range status.Convert(err).Details() {
			switch d := d.(type) {
			case *errdetails.ErrorInfo:
				fmt.Println("reason", d.Reason)
			case *errdetails.RetryInfo:
				fmt.Println("try again later:", d.RetryDelay.AsDuration() > 0)
			}
		}
		break
	}
	// Output:
	// 20 delivered, then ResourceExhausted
	// reason RATE
	// try again later: true
}
