package redisstore

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/redis/rueidis"

	"github.com/decorum-go/decorum/policy"
)

const (
	groups    = 1024
	groupStep = 64  // indexes read at a time
	readStep  = 128 // records read at a time
	scanStep  = "512"
)

// All implements policy.Store. A damaged record is yielded as an error with its
// key, and the others follow. Of one that is Listed or Pinned it does not say when it
// expires. To yield none twice it remembers the keys that it
// found, 16 bytes each.
func (s *Store) All(ctx context.Context, listed bool) iter.Seq2[policy.Entry, error] {
	return s.within(ctx, nil, listed)
}

// Range implements policy.Ranger, as All. Of those that are Listed it reads one index;
// for the others the server looks at the names of all.
func (s *Store) Range(ctx context.Context, prefix []byte, listed bool) iter.Seq2[policy.Entry, error] {
	return s.within(ctx, prefix, listed)
}

// within yields the records whose keys begin with prefix.
func (s *Store) within(ctx context.Context, prefix []byte, listed bool) iter.Seq2[policy.Entry, error] {
	return func(yield func(policy.Entry, error) bool) {
		w := walk{s: s, ctx: ctx, prefix: prefix, listed: listed, yield: yield, seen: make(map[policy.Key]struct{})}
		var err error
		if listed {
			err = w.indexes()
		} else {
			err = w.scan()
		}
		if err == nil && !w.ended {
			err = ctx.Err()
		}
		if err != nil && !w.ended {
			yield(policy.Entry{}, err)
		}
	}
}

// A walk is one iteration.
type walk struct {
	s      *Store
	ctx    context.Context
	prefix []byte
	listed bool
	yield  func(policy.Entry, error) bool
	seen   map[policy.Key]struct{}
	ended  bool // the receiver wants no more
}

// indexes yields what the indexes name.
func (w *walk) indexes() error {
	from, until := 0, groups
	if len(w.prefix) > 1 {
		from = groupOf(w.prefix)
		until = from + 1
	}
	for g := from; g < until && !w.ended; g += groupStep {
		asks := make(rueidis.Commands, min(groupStep, until-g))
		for i := range asks {
			asks[i] = w.s.client.B().Smembers().Key(w.s.table.group(g+i) + "listed").Build()
		}
		for _, r := range w.s.client.DoMulti(w.ctx, asks...) {
			members, err := r.AsStrSlice()
			if err != nil {
				return explain(w.ctx, "all", err)
			}
			if err := w.read(members); err != nil {
				return err
			}
		}
	}
	return nil
}

// scan yields what the primary nodes hold.
func (w *walk) scan() error {
	nodes := w.s.client.Nodes()
	for _, address := range slices.Sorted(maps.Keys(nodes)) {
		node := nodes[address]
		role, err := node.Do(w.ctx, node.B().Info().Section("replication").Build()).ToString()
		if err != nil {
			return explain(w.ctx, "all", err)
		}
		if !strings.Contains(role, "role:master") {
			continue
		}
		cursor := uint64(0)
		for !w.ended {
			ask := node.B().Arbitrary("SCAN").Args(fmt.Sprint(cursor), "MATCH", w.s.cfg.Prefix+"{*}:"+hex.EncodeToString(w.prefix)+"*", "COUNT", scanStep).Build()
			page, err := node.Do(w.ctx, ask).AsScanEntry()
			if err != nil {
				return explain(w.ctx, "all", err)
			}
			names := page.Elements[:0]
			for _, name := range page.Elements {
				if at := strings.Index(name, "}:"); at > 0 {
					names = append(names, name[at+2:])
				}
			}
			if err := w.read(names); err != nil {
				return err
			}
			if cursor = page.Cursor; cursor == 0 {
				break
			}
		}
	}
	return nil
}

// read yields the records of these names. What is no record's name is an index.
func (w *walk) read(names []string) error {
	var keys []policy.Key
	for _, name := range names {
		b, err := hex.DecodeString(name)
		if err != nil || len(b) != len(policy.Key{}) {
			continue
		}
		key := policy.Key(b)
		if _, twice := w.seen[key]; !twice && bytes.HasPrefix(b, w.prefix) {
			w.seen[key] = struct{}{}
			keys = append(keys, key)
		}
	}
	for some := range slices.Chunk(keys, readStep) {
		asks := make(rueidis.Commands, 0, 2*len(some))
		for _, key := range some {
			record := w.s.table.place(key).record
			asks = append(asks, w.s.client.B().Get().Key(record).Build(), w.s.client.B().Pttl().Key(record).Build())
		}
		answers := w.s.client.DoMulti(w.ctx, asks...)
		for i, key := range some {
			if err := w.take(key, answers[2*i], answers[2*i+1]); err != nil || w.ended {
				return err
			}
		}
	}
	return nil
}

// take yields the record that the server answered with, if there is one.
func (w *walk) take(key policy.Key, r, live rueidis.RedisResult) error {
	v, err := r.AsBytes()
	if rueidis.IsRedisNil(err) {
		return nil
	}
	if err != nil {
		return explain(w.ctx, "all", err)
	}
	s, err := parse(key, v)
	if err == nil && w.listed && !s.Version.listed() {
		return nil
	}
	if w.ctx.Err() != nil {
		return w.ctx.Err()
	}
	e := policy.Entry{Key: key, Data: s.Data}
	if err == nil {
		e.Listed, e.Pinned = s.Version[1]&flagListed != 0, s.Version[1]&flagPinned != 0
	}
	if ms, err := live.AsInt64(); err == nil && ms > 0 {
		e.Expires = w.s.table.clock().Add(time.Duration(ms) * time.Millisecond).UTC()
	}
	w.ended = !w.yield(e, err)
	return nil
}
