// The command cluster runs three engines, each in a process of its own, on one
// Redis, and spreads what people send over all three at random, as a load
// balancer would. One process is killed on the way.
//
//	stream ─▶ whichever process ─▶ engine ─▶ redisstore ─▶ Redis
//	       └▶ one engine in memory, for comparison
//
// It prints how many decisions a second were made, and that abusive senders
// are stopped after as many messages as by a single process.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"github.com/decorum-go/decorum/policy"
)

type options struct {
	redis     string
	processes int
	members   int
	seed      uint64
}

func main() {
	if address := os.Getenv(processEnv); address != "" {
		if err := serve(address, os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, "cluster: a process:", err)
			os.Exit(1)
		}
		return
	}
	var o options
	flag.StringVar(&o.redis, "redis", "", "`address` of a Redis to use; none: start one")
	flag.IntVar(&o.processes, "processes", 3, "how many engines, from 2")
	flag.IntVar(&o.members, "members", 60, "how many people talk beside the abusive senders")
	flag.Uint64Var(&o.seed, "seed", 1, "what is random follows from it")
	within := flag.Duration("within", 20*time.Second, "how long it may take; more -members need longer")
	flag.Parse()
	if flag.NArg() > 0 || o.processes < 2 || o.processes > 64 || o.members < 1 || o.members > 10_000 {
		fmt.Fprintln(os.Stderr, "cluster: from 2 to 64 -processes, from 1 to 10,000 -members, and nothing besides; see -help")
		os.Exit(2)
	}
	// Interrupted, too, it leaves no server and no folder behind.
	ctx, release := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer release()
	ctx, cancel := context.WithTimeoutCause(ctx, *within, fmt.Errorf("not done within %v", *within))
	defer cancel()
	if err := run(ctx, o, os.Stdout); err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		fmt.Fprintln(os.Stderr, "cluster:", err)
		if errors.Is(err, exec.ErrNotFound) {
			fmt.Fprintln(os.Stderr, "Install one (on Debian: apt-get install redis-server), or name one with -redis.")
		}
		os.Exit(1)
	}
}

// run plays the stream on a cluster and in one process, and compares.
func run(ctx context.Context, o options, out io.Writer) error {
	if o.redis == "" {
		s, err := startRedis()
		if err != nil {
			return err
		}
		defer s.stop()
		o.redis = s.address
	}
	messages, abusers, err := crowd(o.seed, o.members)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d messages of %d days, among them those of %d abusive senders\n", len(messages), days, len(abusers))
	one, _, err := alone(ctx, messages)
	if err != nil {
		return err
	}
	load, err := newLoad(ctx, o.redis, o.processes, o.seed)
	if err != nil {
		return err
	}
	defer load.stop()
	begin := time.Now()
	many, err := load.play(messages, len(messages)/2)
	if err != nil {
		return err
	}
	took := time.Since(begin)
	fmt.Fprintf(out, "%d processes: %.0f decisions a second; one was killed half-way, and %d messages that it owed were asked again\n\n",
		o.processes, float64(len(messages))/took.Seconds(), load.again)
	fmt.Fprintf(out, "%-18s %10s %22s %22s\n", "sender", "sent", "delivered by one", fmt.Sprintf("delivered by %d", o.processes))
	stopped, same := len(abusers) > 0, true
	for _, who := range abusers {
		a, b := one.of(who), many.of(who)
		fmt.Fprintf(out, "%-18s %10d %22d %22d\n", who, a.sent, a.delivered, b.delivered)
		same = same && a == b
		stopped = stopped && b.stopped()
	}
	differ := 0
	for i := range one {
		if one[i] != many[i] {
			differ++
		}
	}
	fmt.Fprintf(out, "\nof %d verdicts %d differ from those of one process\n", len(messages), differ)
	switch {
	case !stopped:
		return errors.New("an abusive sender was not stopped")
	case !same:
		return errors.New("an abusive sender was not stopped as by one process")
	}
	return nil
}

// answers are what became of the messages of a stream, in its order.
type answers []answer

type answer struct {
	sender  string
	verdict policy.Verdict
}

type tally struct{ sent, delivered int }

// stopped reports whether most of what was sent was not delivered.
func (t tally) stopped() bool { return 2*t.delivered < t.sent }

// of counts for one sender.
func (a answers) of(who string) (t tally) {
	for _, x := range a {
		if x.sender == who {
			t.sent++
			if x.verdict == policy.Allow || x.verdict == policy.Flag {
				t.delivered++
			}
		}
	}
	return t
}

// alone judges a stream by one engine in memory. It returns the decisions, too.
func alone(ctx context.Context, messages []policy.Message) (answers, []policy.Decision, error) {
	e, err := policy.New(config(nil))
	if err != nil {
		return nil, nil, err
	}
	defer e.Close()
	return judge(ctx, messages, func(int) *policy.Engine { return e })
}

// judge judges a stream, message by message, each by the engine that pick names.
func judge(ctx context.Context, messages []policy.Message, pick func(i int) *policy.Engine) (answers, []policy.Decision, error) {
	var all answers
	decisions := make([]policy.Decision, 0, len(messages))
	for i := range messages {
		d, err := pick(i).Evaluate(ctx, messages[i])
		if err != nil {
			return nil, nil, fmt.Errorf("message %s: %w", messages[i].ID, err)
		}
		all = append(all, answer{messages[i].Sender, d.Verdict})
		decisions = append(decisions, d)
	}
	return all, slices.Clip(decisions), nil
}

// config is that of every engine here: the events are of the past, and drive
// everything.
func config(store policy.Store) policy.Config {
	return policy.Config{
		Store: store, Secret: []byte("of the cluster example, and no secret"), Timeout: 5 * time.Second,
		Now: func() time.Time { return time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC) },
	}
}
