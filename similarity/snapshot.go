package similarity

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/cespare/xxhash/v2"
)

const (
	snapshotMagic = "decorum similarity index 2\n"
	snapshotOld   = "decorum similarity index 1\n" // IDs were numbers in order of arrival
)

// ErrSnapshot says that what Restore read is not a snapshot, is damaged, or is
// of an Index with another MaxClusters.
var ErrSnapshot = errors.New("similarity: unusable snapshot")

// Snapshot writes all that the Index remembers, in a form that later versions
// read. Templates are left out unless IndexConfig.SnapshotText is set. The
// Index may be used meanwhile: calls that change it wait while its memory is
// copied, some 25 ns a cluster.
func (x *Index) Snapshot(w io.Writer) error {
	if _, err := w.Write(x.snapshot()); err != nil {
		return fmt.Errorf("similarity: snapshot: %w", err)
	}
	return nil
}

func (x *Index) snapshot() []byte {
	y := x.frozen()
	room := len(y.anchors.buckets)*33 + len(y.quota.sets)*9 + len(y.segments)*segmentSize*entrySize + len(y.extras)*extraSize + 1<<16
	return y.encode(make([]byte, 0, room), &x.mu)
}

// frozen copies what encode writes. The templates are still those of x.
func (x *Index) frozen() *Index {
	y := &Index{cfg: x.cfg, anchors: newAnchors(x.cfg.MaxClusters), quota: newQuota(x.cfg.MaxClusters)}
	x.mu.RLock()
	segments, extras := len(x.segments), len(x.extras)
	x.mu.RUnlock()
	// The system gives memory when it is first written to: before the lock.
	clear(y.anchors.buckets)
	clear(y.quota.sets)
	for range segments {
		y.segments = append(y.segments, new([segmentSize]entry))
		clear(y.segments[len(y.segments)-1][:])
	}
	y.extras = make([]extra, extras)
	clear(y.extras)

	x.mu.RLock()
	defer x.mu.RUnlock()
	copy(y.anchors.buckets, x.anchors.buckets)
	copy(y.quota.sets, x.quota.sets)
	for i, segment := range x.segments {
		if i == len(y.segments) {
			y.segments = append(y.segments, new([segmentSize]entry))
		}
		*y.segments[i] = *segment
	}
	y.extras = append(y.extras[:0], x.extras...)
	y.templates.list, y.templates.next = slices.Clone(x.templates.list), x.templates.next
	y.hand, y.free, y.made = x.hand, x.free, x.made
	return y
}

// Restore replaces all that the Index remembers by what Snapshot wrote. The
// Index must have the same MaxClusters, and at least as many MaxTemplates. On error nothing has changed.
func (x *Index) Restore(r io.Reader) error {
	limit := x.maxSnapshot()
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return fmt.Errorf("similarity: restore: %w", err)
	}
	if int64(len(data)) > limit {
		return fmt.Errorf("%w: too long for %d clusters", ErrSnapshot, x.cfg.MaxClusters)
	}
	y := NewIndex(x.cfg)
	if err := y.decode(data); err != nil {
		return err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.anchors, x.quota, x.ids, x.segments, x.extras, x.templates = y.anchors, y.quota, y.ids, y.segments, y.extras, y.templates
	x.hand, x.free, x.made = y.hand, y.free, y.made
	x.changes++
	return nil
}

const (
	entrySize       = numBins + 8 + 16 + 4 + 4 + 4*inlineSenders + 4*inlineRecipients + 2 + 1
	maxTemplateSize = 8 + 8 + 4 + 4 + 2 + 10*maxTokens + (3+4*counterList)*(maxTokens+1)
	extraSize       = 4 + 4 + 8*maxFlagged + 2*(1+4*counterList)
)

// maxSnapshot bounds the length of a snapshot.
func (x *Index) maxSnapshot() int64 {
	return int64(len(x.anchors.buckets))*65 + int64(len(x.quota.sets))*65 + int64(x.cfg.MaxClusters+segmentSize)*entrySize + int64(x.maxExtras())*extraSize + int64(max(x.cfg.MaxTemplates, 0))*maxTemplateSize + 4096
}

// encode writes the state: header, buckets, quotas, clusters, extras, templates,
// and a checksum over all of it. A template is locked while it is written.
func (x *Index) encode(b []byte, lock *sync.RWMutex) []byte {
	le := binary.LittleEndian
	b = append(b, snapshotMagic...)
	b = le.AppendUint32(b, uint32(x.cfg.MaxClusters))
	b = le.AppendUint32(b, uint32(x.hand))
	b = le.AppendUint32(b, x.free)
	b = le.AppendUint64(b, x.made)
	b = le.AppendUint32(b, uint32(len(x.segments)))
	b = le.AppendUint32(b, uint32(len(x.extras)))
	for i := range x.anchors.buckets {
		k := &x.anchors.buckets[i]
		n := 0
		for n < bucketSize && k.at(n) != 0 {
			n++
		}
		b = append(b, byte(n))
		for j := range n {
			b = le.AppendUint32(b, k.at(j)|uint32(k.tags[j])<<slotBits)
		}
	}
	for i := range x.quota.sets {
		s := &x.quota.sets[i]
		n := 0
		for n < len(s) && s[n].sender != 0 {
			n++
		}
		b = append(b, byte(n))
		for _, e := range s[:n] {
			b = le.AppendUint32(b, e.sender)
			b = le.AppendUint16(b, e.day)
			b = le.AppendUint16(b, e.count)
		}
	}
	for _, segment := range x.segments {
		for i := range segment {
			e := &segment[i]
			b = le.AppendUint32(b, e.messages)
			if e.messages == 0 {
				continue
			}
			b = append(b, e.bins[:]...)
			b = le.AppendUint64(b, e.exact)
			b = le.AppendUint64(b, uint64(e.first))
			b = le.AppendUint64(b, uint64(e.last))
			b = le.AppendUint32(b, e.extra)
			for _, h := range e.senders {
				b = le.AppendUint32(b, h)
			}
			for _, h := range e.recipients {
				b = le.AppendUint32(b, h)
			}
			b = le.AppendUint16(b, e.grams)
			b = append(b, boolByte(e.used))
		}
	}
	for i := range x.extras {
		p := &x.extras[i]
		b = le.AppendUint32(b, p.slot)
		b = le.AppendUint32(b, p.nflagged)
		for _, s := range p.flagged {
			b = le.AppendUint64(b, s)
		}
		for _, c := range []*counter{&p.senders, &p.recipients} {
			b = append(b, c.n)
			b = append(b, c.data[:]...)
		}
	}
	if !x.cfg.SnapshotText {
		b = le.AppendUint32(b, 0)
		b = le.AppendUint32(b, 0)
		return le.AppendUint64(b, xxhash.Sum64(b))
	}
	b = le.AppendUint32(b, uint32(x.templates.next))
	b = le.AppendUint32(b, uint32(len(x.templates.list)))
	for _, c := range x.templates.list {
		b = le.AppendUint64(b, c.cluster)
		lock.RLock()
		b = c.template.appendBinary(b)
		lock.RUnlock()
	}
	return le.AppendUint64(b, xxhash.Sum64(b))
}

func boolByte(v bool) byte {
	if v {
		return 1
	}
	return 0
}

// A reader takes a snapshot apart; after the first fault it reads zeros.
type reader struct {
	data []byte
	bad  bool
}

func (r *reader) bytes(n int) []byte {
	if len(r.data) < n {
		r.bad = true
		r.data = nil
		return make([]byte, n)
	}
	b := r.data[:n]
	r.data = r.data[n:]
	return b
}

func (r *reader) u8() uint8   { return r.bytes(1)[0] }
func (r *reader) u16() uint16 { return binary.LittleEndian.Uint16(r.bytes(2)) }
func (r *reader) u32() uint32 { return binary.LittleEndian.Uint32(r.bytes(4)) }
func (r *reader) u64() uint64 { return binary.LittleEndian.Uint64(r.bytes(8)) }

// less reads a number that must be below n.
func (r *reader) less(v, n int) int {
	if v < 0 || v >= n {
		r.bad = true
		return 0
	}
	return v
}

// decode fills a new Index. Whatever data holds, the Index is consistent or an
// error is returned.
func (x *Index) decode(data []byte) error {
	if bytes.HasPrefix(data, []byte(snapshotOld)) {
		return fmt.Errorf("%w: it is of version 1, this program reads 2", ErrSnapshot)
	}
	if len(data) < len(snapshotMagic)+8 || !bytes.HasPrefix(data, []byte(snapshotMagic)) {
		return fmt.Errorf("%w: not a snapshot of this version", ErrSnapshot)
	}
	body, sum := data[:len(data)-8], binary.LittleEndian.Uint64(data[len(data)-8:])
	if xxhash.Sum64(body) != sum {
		return fmt.Errorf("%w: damaged", ErrSnapshot)
	}
	r := &reader{data: body[len(snapshotMagic):]}
	if n := r.u32(); int(n) != x.cfg.MaxClusters {
		return fmt.Errorf("%w: made with MaxClusters %d, not %d", ErrSnapshot, n, x.cfg.MaxClusters)
	}
	x.hand = r.less(int(r.u32()), x.cfg.MaxClusters)
	x.free = r.u32()
	x.made = r.u64()
	segments := r.less(int(r.u32()), x.cfg.MaxClusters/segmentSize+2)
	extras := r.less(int(r.u32()), x.maxExtras()+1)
	for i := range x.anchors.buckets {
		k := &x.anchors.buckets[i]
		for j := range r.less(int(r.u8()), bucketSize+1) {
			p := r.u32()
			r.less(int(p&slotMask), segments*segmentSize+1)
			k.set(j, p&slotMask, uint8(p>>slotBits))
		}
	}
	for i := range x.quota.sets {
		s := &x.quota.sets[i]
		for j := range r.less(int(r.u8()), len(s)+1) {
			s[j] = quotaEntry{sender: r.u32(), day: r.u16(), count: r.u16()}
		}
	}
	for n := range segments {
		segment := new([segmentSize]entry)
		x.segments = append(x.segments, segment)
		for i := range segment {
			if r.bad {
				return fmt.Errorf("%w: inconsistent", ErrSnapshot)
			}
			x.decodeEntry(r, &segment[i], n*segmentSize+i, extras)
		}
	}
	for range extras {
		x.extras = append(x.extras, decodeExtra(r, segments*segmentSize))
	}
	x.templates.next = r.less(int(r.u32()), max(x.cfg.MaxTemplates, 0)+1)
	for range r.less(int(r.u32()), max(x.cfg.MaxTemplates, 0)+1) {
		if r.bad {
			break
		}
		cluster := r.u64()
		if x.templates.of(cluster) != nil {
			r.bad = true
		}
		x.templates.put(cluster, decodeTemplate(r), x.cfg.MaxTemplates)
	}
	if r.bad || len(r.data) != 0 || !x.consistent() {
		return fmt.Errorf("%w: inconsistent", ErrSnapshot)
	}
	return nil
}

func (x *Index) decodeEntry(r *reader, e *entry, slot, extras int) {
	if e.messages = r.u32(); e.messages == 0 {
		return
	}
	copy(e.bins[:], r.bytes(numBins))
	e.filled = filledBins(&e.bins)
	e.exact = r.u64()
	e.first, e.last = int64(r.u64()), int64(r.u64())
	e.extra = uint32(r.less(int(r.u32()), extras+1))
	for i := range e.senders {
		e.senders[i] = r.u32()
	}
	for i := range e.recipients {
		e.recipients[i] = r.u32()
	}
	e.grams = r.u16()
	e.used = r.u8() != 0
	x.link(e.id(), slot)
}

func decodeExtra(r *reader, slots int) extra {
	var p extra
	p.slot = uint32(r.less(int(r.u32()), slots+1))
	p.nflagged = uint32(r.less(int(r.u32()), maxFlagged+1))
	for i := range p.flagged {
		p.flagged[i] = r.u64()
	}
	p.senders = decodeCounter(r)
	p.recipients = decodeCounter(r)
	return p
}

func decodeCounter(r *reader) counter {
	var c counter
	c.n = uint8(r.less(int(r.u8()), counterList+2))
	copy(c.data[:], r.bytes(len(c.data)))
	if c.n > counterList {
		for _, v := range c.data {
			r.less(int(v), 34)
		}
		c.estimate()
	}
	return c
}

// consistent reports whether clusters and extras point at each other.
func (x *Index) consistent() bool {
	if len(x.extras) > 0 && int(x.free) > len(x.extras) {
		return false
	}
	used := 0
	for i := range x.extras {
		if p := &x.extras[i]; p.slot != 0 {
			used++
			if x.entry(int(p.slot-1)).extra != uint32(i)+1 {
				return false
			}
		}
	}
	for _, segment := range x.segments {
		for i := range segment {
			if segment[i].extra != 0 {
				used--
			}
		}
	}
	return used == 0
}
