package redisstore

import (
	"context"
	"slices"

	"github.com/redis/rueidis"

	"github.com/decorum-go/decorum/policy"
)

var _ policy.Loader = (*Store)(nil)

// loadStep is how many records are under way at a time.
const loadStep = 256

// Load implements policy.Loader: it sends its commands without waiting for each answer.
func (s *Store) Load(ctx context.Context, entries []policy.Entry) error {
	if err := s.safe(); err != nil {
		return err
	}
	for some := range slices.Chunk(entries, loadStep) {
		if err := s.table.load(ctx, some); err != nil {
			return err
		}
	}
	return nil
}

// An ask is a script and what it is to do.
type ask struct {
	script     *script
	keys, args []string
}

func (t *table) load(ctx context.Context, entries []policy.Entry) error {
	asks := make([]ask, len(entries))
	commands := make(rueidis.Commands, len(entries))
	for i := range entries {
		a := t.ask(&entries[i])
		asks[i] = a
		commands[i] = t.client.B().Evalsha().Sha1(a.script.sha).Numkeys(int64(len(a.keys))).Key(a.keys...).Arg(a.args...).Build()
	}
	for i, r := range t.client.DoMulti(ctx, commands...) {
		err := r.Error()
		if answer, ok := rueidis.IsRedisErr(err); ok && answer.IsNoScript() {
			err = t.run(ctx, asks[i].script, asks[i].keys, asks[i].args).Error()
		}
		if err != nil {
			t.dials.demoted(err)
			return explain(ctx, "load", err)
		}
	}
	return nil
}

// ask makes of an entry what puts it in the place of what is there.
func (t *table) ask(e *policy.Entry) ask {
	p := t.place(e.Key)
	if e.Data == nil {
		return ask{&remove, p.indexed(), []string{p.hex}}
	}
	live, until := t.live(e.Expires)
	if e.Listed || e.Pinned {
		live = "0"
	} else {
		until = ""
	}
	listed := "0"
	if e.Listed {
		listed = "1"
	}
	value := newValue(&policy.Record{Data: e.Data, Listed: e.Listed, Pinned: e.Pinned})
	return ask{&replace, p.indexed(), []string{rueidis.BinaryString(value), live, p.hex, until, listed}}
}
