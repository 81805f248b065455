package similarity

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

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
// Index may be used meanwhile: it is copied piece by piece, and calls that change it wait
// while what changed meanwhile is copied again, a third of a millisecond. Snapshots
// and Restore wait for each other.
func (x *Index) Snapshot(w io.Writer) error {
	if _, err := w.Write(x.snapshot()); err != nil {
		return fmt.Errorf("similarity: snapshot: %w", err)
	}
	return nil
}

func (x *Index) snapshot() []byte {
	y := x.frozen()
	room := len(y.anchors.buckets)*33 + len(y.quota.sets)*9 + len(y.segments)*segmentSize*entrySize + len(y.overflows)*overflowSize + 1<<16
	return y.encode(make([]byte, 0, room))
}

// frozen copies what encode writes: piece by piece, and with the lock held but once what
// changed meanwhile. The templates are still those of x.
func (x *Index) frozen() *Index {
	x.snapshots.Lock()
	defer x.snapshots.Unlock()
	y := &Index{cfg: x.cfg, anchors: newAnchors(x.cfg.MaxClusters), quota: newQuota(x.cfg.MaxClusters), overflows: make([]overflow, x.maxOverflows())}
	// The system gives memory when it is first written to: before the lock.
	clear(y.anchors.buckets)
	clear(y.quota.sets)
	clear(y.overflows)
	x.mu.Lock()
	x.changed.buckets, x.changed.slots = newSlotSet(len(y.anchors.buckets)), newSlotSet(x.cfg.MaxClusters+segmentSize)
	x.mu.Unlock()
	for i := 0; i < len(y.anchors.buckets); i += segmentSize {
		x.mu.RLock()
		copy(y.anchors.buckets[i:min(i+segmentSize, len(y.anchors.buckets))], x.anchors.buckets[min(i, len(x.anchors.buckets)):])
		x.mu.RUnlock()
	}
	for more := true; more; {
		segment := new([segmentSize]entry)
		clear(segment[:])
		x.mu.RLock()
		if more = len(y.segments) < len(x.segments); more {
			*segment = *x.segments[len(y.segments)]
			y.segments = append(y.segments, segment)
		}
		x.mu.RUnlock()
	}

	x.mu.Lock()
	defer x.mu.Unlock()
	for i := range x.changed.buckets.all {
		y.anchors.buckets[i] = x.anchors.buckets[i]
	}
	for _, segment := range x.segments[len(y.segments):] {
		y.segments = append(y.segments, new(*segment))
	}
	for slot := range x.changed.slots.all {
		*y.entry(slot) = *x.entry(slot)
	}
	x.changed.buckets, x.changed.slots = nil, nil
	copy(y.quota.sets, x.quota.sets)
	y.overflows = y.overflows[:copy(y.overflows, x.overflows)]
	y.templates = x.templates.frozen()
	y.clockHand, y.overflowHand, y.started = x.clockHand, x.overflowHand, x.started
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
	y.allocate()
	if err := y.decode(data); err != nil {
		return err
	}
	x.snapshots.Lock()
	defer x.snapshots.Unlock()
	x.mu.Lock()
	defer x.mu.Unlock()
	x.anchors, x.quota, x.ids, x.segments, x.overflows, x.grown, x.templates = y.anchors, y.quota, y.ids, y.segments, y.overflows, y.grown, y.templates
	x.clockHand, x.overflowHand, x.started = y.clockHand, y.overflowHand, y.started
	x.changes++
	flagged := 0
	for i := range x.overflows {
		if p := &x.overflows[i]; p.slot != 0 && p.nflagged > 0 {
			flagged++
		}
	}
	x.flagged.Store(int64(flagged))
	return nil
}

const (
	entrySize       = numBins + 8 + 16 + 4 + 4 + 4*inlineSenders + 4*inlineRecipients + 2 + 1
	maxTemplateSize = 8 + 8 + 4 + 4 + 2 + 10*maxTokens + (3+4*counterList)*(maxTokens+1)
	overflowSize    = 4 + 4 + 8*maxFlagged + 2*(1+4*counterList)
)

// maxSnapshot bounds the length of a snapshot.
func (x *Index) maxSnapshot() int64 {
	return int64(bucketsFor(x.cfg.MaxClusters))*65 + int64(setsFor(x.cfg.MaxClusters))*65 + int64(x.cfg.MaxClusters+segmentSize)*entrySize + int64(x.maxOverflows())*overflowSize + int64(max(x.cfg.MaxTemplates, 0))*maxTemplateSize + 4096
}

// encode writes the state: header, buckets, quotas, clusters, overflows, templates,
// and a checksum over all of it. Each part has its writer and its reader side by
// side, in the file of its type.
func (x *Index) encode(b []byte) []byte {
	le := binary.LittleEndian
	b = append(b, snapshotMagic...)
	b = le.AppendUint32(b, uint32(x.cfg.MaxClusters))
	b = le.AppendUint32(b, uint32(x.clockHand))
	b = le.AppendUint32(b, x.overflowHand)
	b = le.AppendUint64(b, x.started)
	b = le.AppendUint32(b, uint32(len(x.segments)))
	b = le.AppendUint32(b, uint32(len(x.overflows)))
	b = x.anchors.appendBinary(b)
	b = x.quota.appendBinary(b)
	for _, segment := range x.segments {
		for i := range segment {
			b = segment[i].appendBinary(b)
		}
	}
	for i := range x.overflows {
		b = x.overflows[i].appendBinary(b)
	}
	if x.cfg.SnapshotText {
		b = x.templates.appendBinary(b)
	} else {
		b = new(templates).appendBinary(b)
	}
	return le.AppendUint64(b, xxhash.Sum64(b))
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
	x.clockHand = r.less(int(r.u32()), x.cfg.MaxClusters)
	x.overflowHand = r.u32()
	x.started = r.u64()
	segments := r.less(int(r.u32()), x.cfg.MaxClusters/segmentSize+2)
	overflows := r.less(int(r.u32()), x.maxOverflows()+1)
	x.anchors.read(r, segments*segmentSize)
	x.quota.read(r)
	for slot := range segments * segmentSize {
		if r.bad { // before memory is taken for what is not there
			break
		}
		if slot%segmentSize == 0 {
			x.segments = append(x.segments, new([segmentSize]entry))
		}
		if e := x.entry(slot); e.read(r, overflows) {
			x.link(e.id(), slot)
			if e.overflow != 0 {
				x.grown.put(slot)
			}
		}
	}
	x.overflows = make([]overflow, overflows)
	for i := range x.overflows {
		x.overflows[i].read(r, segments*segmentSize)
	}
	x.templates.read(r, x.cfg.MaxTemplates)
	if r.bad || len(r.data) != 0 || !x.consistent() {
		return fmt.Errorf("%w: inconsistent", ErrSnapshot)
	}
	return nil
}

// consistent reports whether clusters and overflows point at each other.
func (x *Index) consistent() bool {
	if len(x.overflows) > 0 && int(x.overflowHand) > len(x.overflows) {
		return false
	}
	used := 0
	for i := range x.overflows {
		if p := &x.overflows[i]; p.slot != 0 {
			used++
			if x.entry(int(p.slot-1)).overflow != uint32(i)+1 {
				return false
			}
		}
	}
	for _, segment := range x.segments {
		for i := range segment {
			if segment[i].overflow != 0 {
				used--
			}
		}
	}
	return used == 0
}
