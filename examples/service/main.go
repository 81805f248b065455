// The command service is a small chat service with decorum in it, to copy: pages in
// the browser, the sender's own page, the moderators' console, an HTTP API, probes,
// metrics, a policy that is read anew when its file changes, and a shutdown that loses
// nothing.
//
//	go run .
//
// README.md says what to look at, docs/production.md what to change before it serves
// anybody but you: who you are is chosen on the page, for there is no log-in.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

type options struct {
	listen string        // address of the loopback
	grpc   string        // another; "": no gRPC
	dir    string        // what is embedded, and the Secret
	store  string        // where the engine keeps its records
	db     string        // where the chat keeps its messages
	policy string        // file
	expect bool          // the store has been in use: an empty one is refused
	drain  time.Duration // how long a process that ends still takes requests
	pace   time.Duration // between two messages of a wave
	wave   int           // events of a wave at most
	undo   time.Duration // of the console; 0: as it has it
}

func main() {
	var o options
	flag.StringVar(&o.listen, "listen", "127.0.0.1:8080", "`address`, of the loopback: there is no log-in here")
	flag.StringVar(&o.grpc, "grpc", "", "`address` of gRPC, of the loopback, too; wants a build with -tags grpc")
	flag.StringVar(&o.dir, "dir", "data", "`folder` of the Secret, the token of the API, and the embedded databases")
	flag.StringVar(&o.store, "store", "", "records of the engine: a redis:// or postgres:// `URL`, or memory; none: a file in -dir")
	flag.StringVar(&o.db, "db", "", "messages of the chat: a postgres:// `URL`; none: that of -store, or else a file in -dir")
	flag.StringVar(&o.policy, "policy", "", "policy `file`, read anew when it changes; none: the default policy")
	flag.BoolVar(&o.expect, "expect-records", false, "refuse a store that is empty: set it after the first start")
	flag.DurationVar(&o.drain, "drain", 0, "how long a process that was told to end still takes requests, until all know that it is not ready")
	flag.IntVar(&o.wave, "wave", 300, "`number` of events that a wave has at most")
	flag.DurationVar(&o.pace, "pace", 100*time.Millisecond, "time between two messages of a wave")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "service: %q is no flag; see -help\n", flag.Arg(0))
		os.Exit(2)
	}
	if o.wave < 1 || o.pace < 0 || o.drain < 0 {
		fmt.Fprintln(os.Stderr, "service: -wave must be 1 or more, -pace and -drain 0 or more")
		os.Exit(2)
	}
	ctx, release := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, release) // a second signal ends it at once
	if err := run(ctx, o, os.Stdout, nil); err != nil {
		fmt.Fprintln(os.Stderr, "service:", err)
		os.Exit(1)
	}
}

// run serves until ctx ends, and then ends in order: not ready; no new requests; those
// that run are answered; waves stop; the engine writes what it keeps; the stores close.
// ready, if not nil, is told where it serves.
func run(ctx context.Context, o options, out io.Writer, ready func(url string)) (err error) {
	listener, err := listen(o.listen)
	if err != nil {
		return err
	}
	defer listener.Close()
	s, err := open(ctx, o, slog.New(slog.NewTextHandler(out, nil)))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	endGRPC, err := s.serveGRPC()
	if err != nil {
		return err
	}

	url := "http://" + listener.Addr().String()
	fmt.Fprintf(out, `chat          %[1]s/
console       %[1]s/console/
API           curl -H "Authorization: Bearer $(cat %[2]s)" %[1]s/api/openapi.json
health        %[1]s/readyz, %[1]s/livez
metrics       %[1]s/metrics
`, url, s.tokenFile())
	server := &http.Server{Handler: s.handler(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	if ready != nil {
		ready(url)
	}
	select {
	case err := <-failed:
		endGRPC()
		return err
	case <-ctx.Done():
	}
	close(s.ending)
	time.Sleep(o.drain)
	endGRPC()
	late, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	return server.Shutdown(late)
}

// listen listens on the loopback alone: whoever reaches this service may be anybody.
func listen(address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	if a, ok := l.Addr().(*net.TCPAddr); !ok || !a.IP.IsLoopback() {
		return nil, errors.Join(l.Close(), fmt.Errorf("%s is no address of the loopback, such as 127.0.0.1:8080: "+
			"docs/production.md says what must come first", address))
	}
	return l, nil
}
