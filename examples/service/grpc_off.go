//go:build !grpc

package main

import "errors"

// serveGRPC says that this build has no gRPC.
func (s *service) serveGRPC() (end func(), err error) {
	if s.grpc != "" {
		return nil, errors.New("-grpc needs a build with it: go run -tags grpc . -grpc " + s.grpc)
	}
	return func() {}, nil
}
