package redisstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/rueidis"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storekit"
)

// Config says where the server is and how a Store works. Client.InitAddress is
// required; all else may be zero.
type Config struct {
	// Client is the connection: addresses, user, TLS, Sentinel, Cluster;
	// rueidis.ParseURL makes one of a URL. Retries and the client's own cache
	// are turned off, pipelining is turned on; zero timeouts are set to one or
	// two seconds, where the client's own are five and ten; a zero
	// PipelineMultiplex means one connection, a zero MaxFlushDelay 20 µs. It must not
	// read from replicas.
	Client rueidis.ClientOption
	// Prefix is what all keys begin with; "": "decorum". Letters, digits and
	// ". _ : -" only. Two engines with different Secrets need two prefixes.
	Prefix string
	// MaxKnown is how many records are remembered as last known, so that one
	// round trip is enough, at some 100 bytes and their own length each;
	// 0: 65,536.
	MaxKnown int
	// Keep is how long a record is kept after it was last written, however long
	// ago it expired; 0: one day.
	Keep time.Duration
	// AllowEviction accepts a server that drops records with sanctions when
	// memory is short; the accounts are new ones then.
	AllowEviction bool
}

// A Store keeps records in Redis. It is safe for concurrent use, by any number
// of processes. Make one with Open; the zero Store is not usable.
type Store struct {
	cfg     Config
	client  rueidis.Client
	table   *table
	records *storekit.Records[name]
	notes   *notes
	keeper  *keeper
	evicts  atomic.Pointer[error]
	stop    context.CancelFunc // ends the look at that
	done    sync.WaitGroup
}

// atOnce is how many calls are at the server at once: more of them would not make
// it faster, and all of them late.
const atOnce = 512

var prefixForm = regexp.MustCompile(`^[A-Za-z0-9._:-]{1,64}$`)

// formatVersion is the version of the form of all keys, under
// "<prefix>{000}:format".
const formatVersion = 1

// Open connects, checks the server and starts the goroutine that looks every five
// seconds whether it evicts sanctions now. A wrong address, password, version or
// eviction policy is refused; see the errors of this package.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	cfg.Prefix = cmp.Or(cfg.Prefix, "decorum")
	switch {
	case len(cfg.Client.InitAddress) == 0:
		return nil, errors.New("redisstore: Config.Client.InitAddress is empty")
	case !prefixForm.MatchString(cfg.Prefix):
		return nil, fmt.Errorf("redisstore: Config.Prefix %q must be 1 to 64 letters, digits or . _ : -", cfg.Prefix)
	case cfg.Client.SendToReplicas != nil || cfg.Client.ReplicaOnly:
		return nil, errors.New("redisstore: Config.Client reads from replicas, which may be behind: SendToReplicas and ReplicaOnly must not be set")
	case cfg.MaxKnown < 0 || cfg.Keep < 0:
		return nil, errors.New("redisstore: Config.MaxKnown and Keep must not be negative")
	}
	cfg.Keep = cmp.Or(cfg.Keep, 24*time.Hour)
	c := &cfg.Client
	c.DisableRetry, c.DisableCache = true, true
	// A call that does not wait for others would take its connection down with
	// it when its context ends.
	c.AlwaysPipelining = true
	// One connection with some 20 µs for callers to gather takes half the system
	// calls of four without.
	c.PipelineMultiplex = cmp.Or(c.PipelineMultiplex, -1)
	c.MaxFlushDelay = cmp.Or(c.MaxFlushDelay, 20*time.Microsecond)
	c.Dialer.Timeout = cmp.Or(c.Dialer.Timeout, time.Second)
	c.Dialer.KeepAlive = cmp.Or(c.Dialer.KeepAlive, time.Second)
	c.ConnWriteTimeout = cmp.Or(c.ConnWriteTimeout, 2*time.Second)
	// Calls that ended hold their place until the server answers: a frozen one
	// must not make the next ones wait for a place.
	c.RingScaleEachConn = cmp.Or(c.RingScaleEachConn, 14)

	dials := new(dials)
	dials.watch(c)
	client, err := connect(ctx, *c)
	if err != nil {
		return nil, explain(ctx, "open", err)
	}
	s := &Store{cfg: cfg, client: client}
	s.notes = s.newNotes()
	s.table = &table{client: client, dials: dials, prefix: cfg.Prefix, keep: cfg.Keep, clock: time.Now}
	s.records = storekit.New(s.table, storekit.Config{MaxKnown: cfg.MaxKnown, AtOnce: atOnce})
	s.keeper = &keeper{prefix: cfg.Prefix + "{state}:", process: s.notes.process}
	s.keeper.Every, s.keeper.Write = keepEvery, s.keep
	if err := s.check(ctx); err != nil {
		client.Close()
		return nil, err
	}
	watching, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.stop = stop
	if !cfg.AllowEviction {
		s.done.Go(func() { s.watchEviction(watching) })
	}
	return s, nil
}

// Close ends all that runs in the background, and all connections. Calls under
// way fail. Close the Engine first: then its last notes are sent and its state
// is kept.
func (s *Store) Close() {
	s.stop()
	s.done.Wait()
	_ = s.keeper.Close() // Stats counts it
	s.notes.Close()
	s.client.Close()
}

// check refuses a server that cannot, or must not, keep the records.
func (s *Store) check(ctx context.Context) error {
	text, err := s.client.Do(ctx, s.client.B().Info().Build()).ToString()
	if err != nil {
		return explain(ctx, "open", err)
	}
	version := info(text).field("redis_version")
	var major, minor int
	if n, _ := fmt.Sscanf(version, "%d.%d", &major, &minor); n == 2 && (major < 6 || major == 6 && minor < 2) {
		return fmt.Errorf("%w: the server is Redis %s, 6.2 or newer is needed", ErrVersion, version)
	}
	if !s.cfg.AllowEviction {
		if err := s.lookAtEviction(ctx); err != nil {
			return err
		}
	}
	return s.checkFormat(ctx)
}

// checkFormat refuses records of another form, and says of new ones which they have.
func (s *Store) checkFormat(ctx context.Context) error {
	key := s.cfg.Prefix + "{000}:format"
	for range 2 {
		format, err := s.client.Do(ctx, s.client.B().Get().Key(key).Build()).ToString()
		if err == nil {
			if n, err := strconv.Atoi(format); err != nil || n < 1 {
				return fmt.Errorf("%w: %s is %.20q, want the number of a version", ErrDamaged, key, format)
			} else if n > formatVersion {
				return fmt.Errorf("%w: the records under %s are of version %d, this program knows %d", ErrVersion, s.cfg.Prefix, n, formatVersion)
			}
			return nil
		}
		if !rueidis.IsRedisNil(err) {
			return explain(ctx, "open", err)
		}
		err = s.client.Do(ctx, s.client.B().Set().Key(key).Value(strconv.Itoa(formatVersion)).Nx().Build()).Error()
		if err != nil && !rueidis.IsRedisNil(err) {
			return explain(ctx, "open", err)
		}
	}
	return nil
}

// Update implements policy.Store. fn runs again when another process changed
// the record meanwhile. Calls of one process for one record take turns.
func (s *Store) Update(ctx context.Context, key policy.Key, fn func(old []byte) (policy.Record, error)) error {
	if err := s.safe(); err != nil {
		return err
	}
	return s.records.Update(ctx, key, fn)
}

// View implements policy.Store. It asks the server. fn runs once.
func (s *Store) View(ctx context.Context, key policy.Key, fn func(data []byte) error) error {
	if err := s.safe(); err != nil {
		return err
	}
	return s.records.View(ctx, key, fn)
}

// Delete implements policy.Store.
func (s *Store) Delete(ctx context.Context, key policy.Key) error { return s.records.Delete(ctx, key) }
