package boltstore

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
)

// The form of a bbolt file, as far as it is read here: without the database, so that
// a damaged page is an error and neither a panic, a fault of a memory map nor an
// endless walk. Numbers are in the machine's order of bytes.
//
//	page     id (8), flags (2), count (2), overflow (4), elements, their bytes
//	branch   at (4), length of key (4), page (8)
//	leaf     flags (4), at (4), length of key (4), length of value (4)
//	bucket   the value of a leaf element: page (8), sequence (8); page 0: its only page follows
//	meta     after the head of page 0 or 1: magic (4), version (4), page size (4), flags (4), page of the
//	         root (8), sequence (8), page of the free list (8), pages (8), transaction (8), FNV-1a of these (8)
const (
	pageHead    = 16
	elementSize = 16
	bucketSize  = 16
	metaSize    = 64
	metaMagic   = 0xED0CDAED
	metaVersion = 2

	isBranch = 0x01
	isLeaf   = 0x02
	isMeta   = 0x04
	isFree   = 0x10

	leafIsBucket = 0x01
	deepest      = 32 // levels of pages; a tree of all that a file can hold has fewer
)

// A meta is what a meta page says of the state of the file.
type meta struct {
	size int    // of a page
	root uint64 // page of the root bucket
	free uint64 // page of the list of free pages
	end  uint64 // pages that there are
	tx   uint64 // transaction that wrote it
}

// readMeta reads a meta page of a file whose pages have that size.
func readMeta(r io.ReaderAt, number, size int) (m meta, err error) {
	var b [pageHead + metaSize]byte
	if _, err := r.ReadAt(b[:], int64(number*size)); err != nil {
		return m, err
	}
	n := binary.NativeEndian
	h := fnv.New64a()
	h.Write(b[pageHead : pageHead+metaSize-8])
	d := b[pageHead:]
	m = meta{int(n.Uint32(d[8:])), n.Uint64(d[16:]), n.Uint64(d[32:]), n.Uint64(d[40:]), n.Uint64(d[48:])}
	switch {
	case n.Uint32(d) != metaMagic || n.Uint32(d[4:]) != metaVersion || n.Uint64(d[56:]) != h.Sum64():
		return m, fmt.Errorf("meta page %d is damaged", number)
	case n.Uint64(b[:]) != uint64(number) || n.Uint16(b[8:]) != isMeta || m.size != size || m.tx%2 != uint64(number):
		return m, fmt.Errorf("meta page %d is that of another place", number)
	}
	return m, nil
}

// pageSize finds out how long a page is, from a meta page that is sound.
func pageSize(r io.ReaderAt) (size int, err error) {
	for _, number := range []int{0, 1} {
		for size := 1 << 10; size <= 1<<16; size <<= 1 {
			if _, err := readMeta(r, number, size); err == nil {
				return size, nil
			}
		}
	}
	return 0, fmt.Errorf("%w: no meta page is sound", ErrFormat)
}

// A walk goes through the pages of one state of a file, each once.
type walk struct {
	meta
	file   io.ReaderAt
	seen   []uint64          // a bit for each page that is in use
	levels [deepest][]byte   // a page of each level, reused
	strict bool              // keys must be in order
	bad    func(error) error // is told what is wrong; what it returns ends the walk, nil leaves out the page
	ended  func() bool       // nil, or reports that the walk is to end
}

func newWalk(file io.ReaderAt, m meta) *walk {
	return &walk{meta: m, file: file, seen: make([]uint64, m.end/64+1)}
}

func (w *walk) has(id uint64) bool { return w.seen[id/64]>>(id%64)&1 != 0 }

// page reads a page with what continues it, and marks it as seen.
func (w *walk) page(id uint64, buf []byte) ([]byte, error) {
	if id < 2 || id >= w.end {
		return nil, fmt.Errorf("page %d is none of 2 to %d", id, w.end-1)
	}
	if w.ended != nil && w.ended() {
		return nil, ErrClosed
	}
	buf = append(buf[:0], make([]byte, w.size)...)
	if _, err := w.file.ReadAt(buf, int64(id)*int64(w.size)); err != nil {
		return nil, readError(id, err)
	}
	more := uint64(binary.NativeEndian.Uint32(buf[12:]))
	switch at := binary.NativeEndian.Uint64(buf); {
	case at != id:
		return nil, fmt.Errorf("page %d says that it is %d", id, at)
	case more >= w.end-id:
		return nil, fmt.Errorf("page %d goes on over %d pages, beyond the end", id, more)
	}
	for i := id; i <= id+more; i++ {
		if w.has(i) {
			return nil, fmt.Errorf("page %d is used twice", i)
		}
	}
	for i := id; i <= id+more; i++ {
		w.seen[i/64] |= 1 << (i % 64)
	}
	if more > 0 {
		buf = append(buf, make([]byte, int(more)*w.size)...)
		if _, err := w.file.ReadAt(buf[w.size:], int64(id+1)*int64(w.size)); err != nil {
			return nil, readError(id+1, err)
		}
	}
	return buf, nil
}

// readError is an error of the system, or that the file is too short.
func readError(id uint64, err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return fmt.Errorf("page %d is beyond the end of the file", id)
	}
	return &os.PathError{Op: fmt.Sprint("read page ", id), Path: "database", Err: err}
}

// An element is one of a page.
type element struct {
	flags uint32
	page  uint64 // of a branch
	key   []byte
	value []byte // of a leaf
}

// elementOf reads the i-th element of a page.
func elementOf(p []byte, i int, kind uint16) (e element, err error) {
	n, at := binary.NativeEndian, pageHead+i*elementSize
	if at+elementSize > len(p) {
		return e, fmt.Errorf("element %d is beyond the end of its page", i)
	}
	d := p[at:]
	var start, key, value uint64
	if kind == isBranch {
		start, key, e.page = uint64(n.Uint32(d)), uint64(n.Uint32(d[4:])), n.Uint64(d[8:])
	} else {
		e.flags, start, key, value = n.Uint32(d), uint64(n.Uint32(d[4:])), uint64(n.Uint32(d[8:])), uint64(n.Uint32(d[12:]))
	}
	if start < elementSize || uint64(at)+start+key+value > uint64(len(p)) {
		return e, fmt.Errorf("element %d is beyond the end of its page", i)
	}
	d = d[start:]
	e.key, e.value = d[:key:key], d[key:key+value:key+value]
	return e, nil
}

// tree walks through a tree of pages whose keys are from low up to below high, nil
// for no bound.
func (w *walk) tree(id uint64, low, high []byte, level int, leaf func(element) error) error {
	if level == deepest {
		return w.bad(fmt.Errorf("page %d lies too deep", id))
	}
	p, err := w.page(id, w.levels[level])
	if err != nil {
		return w.bad(err)
	}
	w.levels[level] = p
	if err := w.elements(p, low, high, level, leaf); err != nil {
		return fmt.Errorf("page %d: %w", id, err)
	}
	return nil
}

// elements walks through what is in a page.
func (w *walk) elements(p []byte, low, high []byte, level int, leaf func(element) error) error {
	kind, count := binary.NativeEndian.Uint16(p[8:]), int(binary.NativeEndian.Uint16(p[10:]))
	if kind != isBranch && kind != isLeaf || kind == isBranch && count == 0 {
		return w.bad(fmt.Errorf("it is of kind %#x with %d elements", kind, count))
	}
	for i := range count {
		e, err := elementOf(p, i, kind)
		if err == nil && w.strict && !inOrder(e.key, low, high, i > 0) {
			err = fmt.Errorf("key %d is not in order", i)
		}
		if err != nil {
			if err := w.bad(err); err != nil {
				return err
			}
			continue
		}
		if low = e.key; kind == isLeaf {
			err = leaf(e)
		} else {
			below := high
			if next, err := elementOf(p, i+1, kind); i+1 < count && err == nil {
				below = next.key
			}
			err = w.tree(e.page, e.key, below, level+1, leaf)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// inOrder reports whether a key is from low, or above it, up to below high.
func inOrder(key, low, high []byte, above bool) bool {
	if low != nil {
		if c := bytes.Compare(key, low); c < 0 || c == 0 && above {
			return false
		}
	}
	return high == nil || bytes.Compare(key, high) < 0
}

// buckets walks through the root bucket and returns the values of what is in it.
func (w *walk) buckets() (map[string][]byte, error) {
	found := make(map[string][]byte)
	err := w.tree(w.root, nil, nil, 0, func(e element) error {
		if e.flags != leafIsBucket || len(e.value) < bucketSize {
			return w.bad(fmt.Errorf("%q is no bucket", e.key))
		}
		found[string(e.key)] = bytes.Clone(e.value)
		return nil
	})
	return found, err
}

// bucket walks through the bucket that has a value in the root bucket.
func (w *walk) bucket(value []byte, each func(key, v []byte) error) error {
	leaf := func(e element) error {
		if e.flags != 0 {
			return w.bad(fmt.Errorf("key %x has flags %#x", e.key, e.flags))
		}
		return each(e.key, e.value)
	}
	if root := binary.NativeEndian.Uint64(value); root != 0 {
		return w.tree(root, nil, nil, 0, leaf)
	}
	if len(value) < bucketSize+pageHead {
		return w.bad(errors.New("a bucket is cut short"))
	}
	return w.elements(value[bucketSize:], nil, nil, 0, leaf)
}

// freed reads the list of free pages, each of which must be one that is not in use, and
// marks them as seen.
func (w *walk) freed() error {
	p, err := w.page(w.free, nil)
	if err != nil {
		return err
	}
	n := binary.NativeEndian
	count, ids := uint64(n.Uint16(p[10:])), p[pageHead:]
	if count == 0xffff && len(ids) >= 8 {
		count, ids = n.Uint64(ids), ids[8:]
	}
	if n.Uint16(p[8:]) != isFree || count > uint64(len(ids)/8) {
		return fmt.Errorf("page %d is no list of free pages", w.free)
	}
	for i := range count {
		id := n.Uint64(ids[8*i:])
		if id < 2 || id >= w.end || w.has(id) {
			return fmt.Errorf("page %d cannot be free", id)
		}
		w.seen[id/64] |= 1 << (id % 64)
	}
	return nil
}
