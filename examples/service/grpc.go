//go:build grpc

package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"net"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/policygrpc"
)

// serveGRPC serves decorum.example.Chat/Send where -grpc says: {id, to, text} of the user whom
// the metadata name. What was not delivered is an error, with what the sender may be
// told. It returns what ends it, once all that has begun is answered. Yours has messages of
// its own, where this one has Structs; a service that keeps nothing of what waits needs
// no more than policygrpc.UnaryServerInterceptor.
func (s *service) serveGRPC() (end func(), err error) {
	if s.grpc == "" {
		return func() {}, nil
	}
	listener, err := listen(s.grpc)
	if err != nil {
		return nil, err
	}
	server := grpc.NewServer()
	server.RegisterService(&grpc.ServiceDesc{
		ServiceName: "decorum.example.Chat", HandlerType: (*any)(nil),
		Methods: []grpc.MethodDesc{{MethodName: "Send", Handler: func(_ any, ctx context.Context, read func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
			in := new(structpb.Struct)
			if err := read(in); err != nil {
				return nil, err
			}
			return new(structpb.Struct), s.sendGRPC(ctx, in)
		}}},
	}, s)
	s.running.Go(func() { _ = server.Serve(listener) }) // until it is stopped
	s.log.Info("gRPC", "address", listener.Addr().(*net.TCPAddr).String())
	return server.GracefulStop, nil
}

// sendGRPC is post for gRPC.
func (s *service) sendGRPC(ctx context.Context, in *structpb.Struct) error {
	md, _ := metadata.FromIncomingContext(ctx)
	var user string // HERE YOUR LOG-IN BELONGS
	if all := md.Get("user"); len(all) == 1 {
		user = all[0]
	}
	name, err := nameOf("user in the metadata", user)
	if err != nil {
		return status.Error(codes.Unauthenticated, err.Error())
	}
	to, err := nameOf("to", in.Fields["to"].GetStringValue())
	if err != nil {
		return status.Error(codes.InvalidArgument, err.Error())
	}
	text, err := textOf(in.Fields["text"].GetStringValue())
	if err != nil {
		return status.Error(codes.InvalidArgument, err.Error())
	}
	id, err := nameOf("id", cmp.Or(in.Fields["id"].GetStringValue(), rand.Text()))
	if err != nil {
		return status.Error(codes.InvalidArgument, err.Error())
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	joined, err := s.chat.join(ctx, name, time.Now())
	if err != nil {
		return policygrpc.Convert(err)
	}
	d, err := s.send(ctx, policy.Message{ID: id, Sender: name, Recipients: policy.To(to), Text: text, Joined: joined}, 0)
	if err != nil {
		return policygrpc.Convert(err)
	}
	return policygrpc.ErrIn(&d, language())
}
