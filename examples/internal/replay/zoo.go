package replay

import (
	"cmp"
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
	fs.BoolVar(&z.check, "check", false, "with -zoo: exit with status 1 if a bar is missed by more than another seed explains, and say by how much and what of the policy brings it")
	fs.StringVar(&z.moderator, "moderator", "", "with -zoo: a moderator rules on each text of which copies wait, after an hour: `truth`, or mistaken (abusive, taken back an hour later)")
	fs.StringVar(&z.actors, "actors", "bars", "with -zoo: `list` of actors, such as blaster:rate=50,filler; all, honest, abusive; bars are all and the variants that have a bar; @FILE has one a line, with a bar of your own behind it: recruiter:letters=40 warned<=0.05")
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

// runZoo plays actors, prints what became of them, and, with -check, reports whether no
// bar was missed clearly.
func runZoo(o *options, p *policy.Policy, stdout, stderr io.Writer) (bool, error) {
	begin := time.Now()
	z, err := openZoo(o, stderr)
	if err == nil && o.html != "" {
		err = writable(o.html)
	}
	if err != nil {
		return false, err
	}
	plays, err := z.play(p, z.roles, z.o.zoo.seeds)
	if err != nil {
		return false, err
	}
	met, err := true, writeZoo(stdout, z.roles, plays, z.bars, o.zoo.each)
	if err == nil && o.html != "" {
		err = writePage(o.html, "zoo.html", newZooPage(cmp.Or(o.title, "What the policy does to the zoo"), z, p, plays))
	}
	if err == nil && o.zoo.check {
		met, err = z.check(stdout, p, plays)
	}
	if err != nil {
		return false, err
	}
	_, err = fmt.Fprintf(stderr, "replay: %s in %v\n", count(len(plays), "play"), rounded(time.Since(begin)))
	return met, err
}

// A zoo is who plays, and what they play over.
type zoo struct {
	o          *options
	roles      []actors.Role
	bars       map[string]bar // by Role.String
	world      actors.World
	background []*events.Event
	resolution time.Duration
}

// openZoo reads who is to play, and the background if there is one.
func openZoo(o *options, stderr io.Writer) (*zoo, error) {
	z := &zoo{o: o, bars: bars(), world: actors.World{NoRelations: !o.zoo.relations}, resolution: max(0, o.resolution)}
	var err error
	if z.roles, err = parseCast(o.zoo.actors, z.bars); err != nil {
		return nil, err
	}
	if o.zoo.background != "" {
		if z.background, err = readAll(o.zoo.background, stderr); err != nil {
			return nil, err
		}
		z.world.From, z.world.Until, z.world.People = actors.Survey(slices.Values(z.background))
		if o.resolution < 0 {
			z.resolution = events.Resolution(z.background[:min(len(z.background), aheadEvents)])
		}
	}
	return z, nil
}

// play plays every role with so many seeds, each in an engine of its own. The
// plays come role by role.
func (z *zoo) play(p *policy.Policy, roles []actors.Role, seeds int) ([]*play, error) {
	var plays []*play
	for _, role := range roles {
		for i := range seeds {
			plays = append(plays, &play{role: role, seed: z.o.zoo.first + uint64(i)})
		}
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range max(1, z.o.zoo.workers) {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(plays) {
					return
				}
				plays[i].err = plays[i].run(z.o, p, z.world, z.background, z.resolution)
			}
		})
	}
	wg.Wait()
	for _, play := range plays {
		if play.err != nil {
			return nil, fmt.Errorf("%s, seed %d: %w", play.role, play.seed, play.err)
		}
	}
	return plays, nil
}

// playZoo plays what the options ask for.
func playZoo(o *options, p *policy.Policy, stderr io.Writer) ([]actors.Role, []*play, error) {
	z, err := openZoo(o, stderr)
	if err != nil {
		return nil, nil, err
	}
	plays, err := z.play(p, z.roles, o.zoo.seeds)
	return z.roles, plays, err
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
