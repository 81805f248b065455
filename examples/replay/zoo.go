package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/decorum-go/decorum/examples/internal/actors"
	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/policy"
)

// zooOptions are the flags of -zoo.
type zooOptions struct {
	on         bool
	seeds      int
	first      uint64
	actors     string
	background string
	reach      time.Duration
	relations  bool
	each       bool
	check      bool
	moderator  string // "", "truth" or "mistaken"
	workers    int
}

func (z *zooOptions) flags(fs *flag.FlagSet) {
	fs.BoolVar(&z.on, "zoo", false, "judge simulated actors in process, and print a table actor by actor")
	fs.IntVar(&z.seeds, "seeds", 20, "with -zoo: plays of each actor")
	fs.BoolVar(&z.check, "check", false, "with -zoo: exit with status 1 if a bar is missed by more than another seed explains")
	fs.StringVar(&z.moderator, "moderator", "", "with -zoo: a moderator rules on each text of which copies wait, after an hour: `truth`, or mistaken (abusive, taken back an hour later)")
	fs.StringVar(&z.actors, "actors", "bars", "with -zoo: `list` of actors, such as blaster:rate=50,filler; all, honest, abusive; bars are all and the variants that have a bar")
	fs.StringVar(&z.background, "background", "", "with -zoo: event `FILE` that the actors play over; none: they are alone")
	fs.DurationVar(&z.reach, "background-reach", 0, "with -zoo: play only this much of the background before an actor begins; 0: all of it")
	fs.BoolVar(&z.relations, "relations", true, "with -zoo: let the host know connections and followers")
	fs.BoolVar(&z.each, "each", false, "with -zoo: a line for every account too")
	fs.IntVar(&z.workers, "workers", runtime.GOMAXPROCS(0), "with -zoo: plays at a time")
}

// A play is one actor, one seed.
type play struct {
	role  actors.Role
	seed  uint64
	lives []*life
	cases []*textCase       // of -moderator
	left  map[string]string // by account: offences that are counted when its play ends, with -moderator mistaken
	other int               // accounts outside the play that got a Block or worse
	err   error
}

// runZoo plays actors, prints what became of them, and reports whether no bar
// was missed clearly.
func runZoo(o *options, p *policy.Policy, stdout, stderr io.Writer) (bool, error) {
	begin := time.Now()
	roles, plays, err := playZoo(o, p, stderr)
	if err != nil {
		return false, err
	}
	met, err := writeZoo(stdout, roles, plays, o.zoo.each)
	if err != nil {
		return false, err
	}
	_, err = fmt.Fprintf(stderr, "replay: %s in %v\n", count(len(plays), "play"), took(time.Since(begin)))
	return met, err
}

// playZoo plays every role with every seed, each in an engine of its own. The
// plays come role by role.
func playZoo(o *options, p *policy.Policy, stderr io.Writer) ([]actors.Role, []*play, error) {
	z := &o.zoo
	list := z.actors
	if list == "bars" {
		list = barred
	}
	roles, err := actors.Parse(list)
	if err != nil {
		return nil, nil, err
	}
	var background []*events.Event
	world := actors.World{NoRelations: !z.relations}
	resolution := max(0, o.resolution)
	if z.background != "" {
		if background, err = readAll(z.background, stderr); err != nil {
			return nil, nil, err
		}
		world.From, world.Until, world.People = actors.Survey(slices.Values(background))
		if o.resolution < 0 {
			resolution = resolutionOf(background[:min(len(background), aheadEvents)])
		}
	}
	var plays []*play
	for _, role := range roles {
		for i := range z.seeds {
			plays = append(plays, &play{role: role, seed: z.first + uint64(i)})
		}
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range max(1, z.workers) {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(plays) {
					return
				}
				plays[i].err = plays[i].run(o, p, world, background, resolution)
			}
		})
	}
	wg.Wait()
	for _, play := range plays {
		if play.err != nil {
			return nil, nil, fmt.Errorf("%s, seed %d: %w", play.role, play.seed, play.err)
		}
	}
	return roles, plays, nil
}

// readAll reads a background into memory.
func readAll(name string, stderr io.Writer) ([]*events.Event, error) {
	stream, err := events.Open([]string{name}, nil)
	if err != nil {
		return nil, err
	}
	defer stream.Close()
	broken := &faults{w: stderr}
	stream.Fault = broken.add
	var list []*events.Event
	for {
		e, err := stream.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	broken.end()
	if len(list) == 0 {
		return nil, errors.New("no events in " + name)
	}
	return list, errors.Join(stream.Err()...)
}
