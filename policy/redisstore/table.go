package redisstore

import (
	"context"
	"encoding/hex"
	"strconv"
	"time"

	"github.com/redis/rueidis"

	"github.com/decorum-go/decorum/policy"
)

// A table holds the records and their indexes. It implements storekit.Server.
type table struct {
	client rueidis.Client
	dials  *dials
	prefix string
	keep   time.Duration // Config.Keep
	clock  func() time.Time
}

// A place is where a record and the indexes of its group are: group, record, and
// the record's name in the indexes.
type place struct{ group, record, hex string }

func (t *table) place(key policy.Key) place {
	var buf [128]byte
	record := string(hex.AppendEncode(t.appendGroup(buf[:0], groupOf(key[:])), key[:]))
	at := len(record) - 2*len(key)
	return place{group: record[:at], record: record, hex: record[at:]}
}

// groupOf is the number of the group of a key, by its first two bytes.
func groupOf(key []byte) int { return int(key[0])<<2 | int(key[1])>>6 }

// group is what the keys of a group begin with.
func (t *table) group(n int) string { return string(t.appendGroup(nil, n)) }

func (t *table) appendGroup(b []byte, n int) []byte {
	const digits = "0123456789abcdef"
	return append(append(b, t.prefix...), '{', digits[n>>8], digits[n>>4&15], digits[n&15], '}', ':')
}

func (p place) indexed() []string { return []string{p.record, p.group + "kept", p.group + "listed"} }

// Get implements storekit.Server.
func (t *table) Get(ctx context.Context, key policy.Key) (state, error) {
	v, err := t.client.Do(ctx, t.client.B().Get().Key(t.place(key).record).Build()).AsBytes()
	switch {
	case rueidis.IsRedisNil(err):
		return state{}, nil
	case err != nil:
		return state{}, explain(ctx, "get", err)
	}
	return parse(key, v)
}

// Swap implements storekit.Server.
func (t *table) Swap(ctx context.Context, key policy.Key, old state, r policy.Record) (now state, done bool, err error) {
	p := t.place(key)
	was, value, live, until := "", []byte(nil), "0", ""
	if old.Data != nil {
		was = string(old.Version[:])
	}
	if r.Data != nil {
		value = newValue(&r)
		now = stateOf(value)
		live, until = t.live(r.Expires)
	}
	args := []string{was, rueidis.BinaryString(value), live}
	var answer rueidis.RedisResult
	if old.Version.kept() || now.Version.kept() {
		if now.Version.kept() {
			args[2] = "0"
		} else {
			until = ""
		}
		listed := "0"
		if now.Version.listed() {
			listed = "1"
		}
		args = append(args, p.hex, until, listed, p.group)
		answer = t.run(ctx, &swapIndexed, p.indexed(), args)
	} else {
		answer = t.run(ctx, &swap, []string{p.record}, args)
	}
	return swapped(ctx, key, now, answer)
}

// swapped reads what a script answered that was to put next in place.
func swapped(ctx context.Context, key policy.Key, next state, answer rueidis.RedisResult) (now state, done bool, err error) {
	m, err := answer.ToMessage()
	switch {
	case rueidis.IsRedisNil(err):
		return state{}, false, nil
	case err == nil && m.IsInt64():
		return next, true, nil
	}
	var v []byte
	if err == nil {
		v, err = m.AsBytes()
	}
	if err != nil {
		return state{}, false, explain(ctx, "swap", err)
	}
	now, err = parse(key, v)
	return now, false, err
}

// Delete implements storekit.Server.
func (t *table) Delete(ctx context.Context, key policy.Key) error {
	p := t.place(key)
	if err := t.run(ctx, &remove, p.indexed(), []string{p.hex}).Error(); err != nil {
		return explain(ctx, "delete", err)
	}
	return nil
}

// longest is the longest time to live that is worth one.
const longest = 100 * 365 * 24 * time.Hour

// live returns a record's milliseconds to live, "0" for ever, and its seconds for an
// index. When that is over the server says: processes differ about the time.
func (t *table) live(expires time.Time) (live, until string) {
	ttl := max(expires.Sub(t.clock()), t.keep)
	if expires.IsZero() || ttl > longest {
		return "0", "+inf"
	}
	return strconv.FormatInt(ttl.Milliseconds()+1, 10), strconv.FormatInt(int64(ttl.Seconds())+1, 10)
}
