package redisstore

import (
	"context"
	"crypto/sha1"
	"encoding/hex"

	"github.com/redis/rueidis"
)

// A script runs on the server, by its hash.
type script struct{ text, sha string }

func newScript(text string) script {
	sum := sha1.Sum([]byte(text))
	return script{text, hex.EncodeToString(sum[:])}
}

// compareAndSwap is how both scripts that swap begin.
//
// KEYS: record. ARGV: name of the state it must have ("": there must be none),
// value ("" deletes), milliseconds to live (0: for ever).
const compareAndSwap = `
if redis.call('GETRANGE', KEYS[1], 0, 9) ~= ARGV[1] then
	return redis.call('GET', KEYS[1])
end
if ARGV[2] == '' then
	redis.call('DEL', KEYS[1])
elseif ARGV[3] == '0' then
	redis.call('SET', KEYS[1], ARGV[2])
else
	redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
end
`

// The scripts answer 1 if they did it, else what is under the key now.
var (
	// swap replaces a record that had and has a time to live, or none at all,
	// and is in no index.
	swap = newScript(compareAndSwap + `return 1`)

	// swapIndexed does that for a record that is or was in an index, and removes
	// two others of its group whose time is over. Their keys are not among KEYS,
	// but of the same slot.
	//
	// KEYS: record, kept, listed. ARGV: as for swap; then the record's name in
	// the indexes, seconds for which it is kept ("": it is not), "1" if it is
	// listed, what the keys of the group's records begin with.
	swapIndexed = newScript(compareAndSwap + `
local now = redis.call('TIME')[1]
if ARGV[5] == '' then
	redis.call('ZREM', KEYS[2], ARGV[4])
elseif ARGV[5] == '+inf' then
	redis.call('ZADD', KEYS[2], '+inf', ARGV[4])
else
	redis.call('ZADD', KEYS[2], string.format('%.0f', now + ARGV[5]), ARGV[4])
end
if ARGV[6] == '1' then
	redis.call('SADD', KEYS[3], ARGV[4])
else
	redis.call('SREM', KEYS[3], ARGV[4])
end
for _, over in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', '(' .. now, 'LIMIT', 0, 2)) do
	redis.call('DEL', ARGV[7] .. over)
	redis.call('ZREM', KEYS[2], over)
	redis.call('SREM', KEYS[3], over)
end
return 1`)

	// replace puts a record in the place of whatever is there.
	//
	// KEYS: record, kept, listed. ARGV: value, milliseconds to live (0: for ever), the
	// record's name in the indexes, seconds for which it is kept ("": it is not), "1"
	// if it is listed.
	replace = newScript(`
if ARGV[2] == '0' then
	redis.call('SET', KEYS[1], ARGV[1])
else
	redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
end
if ARGV[4] == '' then
	redis.call('ZREM', KEYS[2], ARGV[3])
elseif ARGV[4] == '+inf' then
	redis.call('ZADD', KEYS[2], '+inf', ARGV[3])
else
	redis.call('ZADD', KEYS[2], string.format('%.0f', redis.call('TIME')[1] + ARGV[4]), ARGV[3])
end
if ARGV[5] == '1' then
	redis.call('SADD', KEYS[3], ARGV[3])
else
	redis.call('SREM', KEYS[3], ARGV[3])
end
return 1`)

	// remove deletes a record, whatever it is. KEYS: record, kept, listed.
	// ARGV: the record's name in the indexes.
	remove = newScript(`
redis.call('DEL', KEYS[1])
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('SREM', KEYS[3], ARGV[1])
return 1`)
)

// run runs a script. A server that does not know it has run nothing: it is
// told the text.
func (t *table) run(ctx context.Context, sc *script, keys, args []string) rueidis.RedisResult {
	n := int64(len(keys))
	r := t.client.Do(ctx, t.client.B().Evalsha().Sha1(sc.sha).Numkeys(n).Key(keys...).Arg(args...).Build())
	if answer, ok := rueidis.IsRedisErr(r.Error()); ok && answer.IsNoScript() {
		r = t.client.Do(ctx, t.client.B().Eval().Script(sc.text).Numkeys(n).Key(keys...).Arg(args...).Build())
	}
	t.dials.demoted(r.Error())
	return r
}
