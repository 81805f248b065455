package replay

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/cespare/xxhash/v2"
)

// A folder is a Log in a directory, on one machine or shared by several: a file a shard, to
// which that alone appends:
//
//	length of the frame (4), its xxhash (8), the frame; and so on
type folder struct {
	dir       string
	index, of int
	files     []*os.File // nil: not opened yet
	at        []int64    // how far each was read; of this shard's own, how far it was said again or written
	tell      func(string)
}

const frameHead = 12

// fileOf names the file of a shard.
func fileOf(i, of int) string { return fmt.Sprintf("shard-%03d-of-%03d.notes", i+1, of) }

// openFolder is an Opener.
func openFolder(dir string, index, of int, tell func(string)) (Log, error) {
	if index >= 0 {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, err
		}
	}
	names, err := filepath.Glob(filepath.Join(globbed(dir), "shard-*-of-*.notes"))
	if err != nil {
		return nil, err
	}
	if info, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("there is no directory %s: no shard has told anything", dir)
	} else if err != nil {
		return nil, err
	} else if !info.IsDir() {
		return nil, fmt.Errorf("%s is no directory", dir)
	}
	for _, name := range names {
		var i, n int
		if _, err := fmt.Sscanf(filepath.Base(name), "shard-%03d-of-%03d.notes", &i, &n); err != nil || i < 1 || i > n {
			continue
		}
		if of == 0 {
			of = n
		}
		if n != of {
			return nil, fmt.Errorf("%s has notes of %s and of others of %d: one directory is for the shards of one replay. If %s is a mistake, remove %s", dir, ShardName(i-1, n), of, ShardName(i-1, n), name)
		}
	}
	f := &folder{dir: dir, index: index, of: of, files: make([]*os.File, of), at: make([]int64, of), tell: tell}
	if index >= 0 {
		f.files[index], err = os.OpenFile(f.path(index), os.O_RDWR|os.O_CREATE, 0o600)
	}
	return f, err
}

func (f *folder) path(i int) string { return filepath.Join(f.dir, fileOf(i, f.of)) }

func (f *folder) Anew(i int) string {
	return fmt.Sprintf("remove %s, and start %s again", f.path(i), ShardName(i, f.of))
}

// globbed quotes what a directory's name has of patterns.
func globbed(dir string) string {
	var b []byte
	for _, c := range []byte(dir) {
		if bytes.IndexByte([]byte(`*?[\`), c) >= 0 && os.PathSeparator != '\\' {
			b = append(b, '\\')
		}
		b = append(b, c)
	}
	return string(b)
}

// A head lies before a frame in a file.
type head struct {
	bytes int64
	hash  uint64
	rest  int64 // bytes of the file behind the frame
}

// head reads what lies before the frame of a shard at a place; io.EOF: there is none, or not all
// of it, which a size says that was there before what was written, too: the rest is zeros.
func (f *folder) head(i int, at int64) (h head, err error) {
	if f.files[i] == nil {
		file, err := os.Open(f.path(i))
		if errors.Is(err, os.ErrNotExist) {
			return h, io.EOF
		}
		if err != nil {
			return h, err
		}
		f.files[i] = file
	}
	var b [frameHead]byte
	if _, err := f.files[i].ReadAt(b[:], at); err != nil {
		return h, err
	}
	info, err := f.files[i].Stat()
	if err != nil {
		return h, err
	}
	h.bytes, h.hash = int64(binary.LittleEndian.Uint32(b[:])), binary.LittleEndian.Uint64(b[4:])
	if h.rest = info.Size() - (at + frameHead + h.bytes); h.rest < 0 || h == (head{rest: h.rest}) {
		return h, io.EOF
	}
	return h, nil
}

// next reads the frame of a shard at its place; io.EOF as of head.
func (f *folder) next(i int) ([]byte, error) {
	h, err := f.head(i, f.at[i])
	if err != nil {
		return nil, err
	}
	frame := make([]byte, h.bytes)
	if _, err := f.files[i].ReadAt(frame, f.at[i]+frameHead); err != nil {
		return nil, err
	}
	if xxhash.Sum64(frame) != h.hash {
		if h.rest == 0 {
			return nil, io.EOF
		}
		return nil, fmt.Errorf("%s is damaged at byte %d: %s", f.path(i), f.at[i], f.Anew(i))
	}
	f.at[i] += frameHead + h.bytes
	return frame, nil
}

func (f *folder) Append(frame []byte) error {
	if uint64(len(frame)) > math.MaxUint32 {
		return fmt.Errorf("%s tells %d bytes at once, more than a file of notes can hold: take more shards", ShardName(f.index, f.of), len(frame))
	}
	own := f.files[f.index]
	at := f.at[f.index]
	before, err := f.next(f.index)
	switch {
	case err == nil && bytes.Equal(before, frame):
		return nil
	case err == nil:
		return fmt.Errorf("%s said something else before, from byte %d of %s: with other options, other events or another program. Take another directory, or remove all files in this one", ShardName(f.index, f.of), at, own.Name())
	case err != io.EOF:
		return err
	}
	if err := own.Truncate(at); err != nil { // half of a frame
		return err
	}
	b := binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint32(nil, uint32(len(frame))), xxhash.Sum64(frame))
	if _, err := own.WriteAt(append(b, frame...), at); err != nil {
		return err
	}
	f.at[f.index] = at + frameHead + int64(len(frame))
	return nil
}

// Waiting for others: how often their files are looked at.
const (
	shortestWait = time.Millisecond
	longestWait  = 50 * time.Millisecond
)

func (f *folder) Next(shard int, wait bool) ([]byte, error) {
	w := Wait(f.tell, shard, f.of)
	for pause := shortestWait; ; pause = min(2*pause, longestWait) {
		frame, err := f.next(shard)
		switch {
		case err != io.EOF:
			return frame, err
		case !wait:
			return nil, nil
		}
		w.Tell()
		time.Sleep(pause)
	}
}

func (f *folder) Last() (frames [][]byte, err error) {
	frames = make([][]byte, f.of)
	for i := range frames {
		if frames[i], err = f.last(i); err != nil {
			return nil, err
		}
	}
	return frames, nil
}

// last returns the last frame of a shard that is whole, without what is before it.
func (f *folder) last(i int) (frame []byte, err error) {
	var begins []int64
	for at := int64(0); ; {
		h, err := f.head(i, at)
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		begins = append(begins, at)
		at += frameHead + h.bytes
	}
	for _, f.at[i] = range slices.Backward(begins) {
		if frame, err = f.next(i); err != io.EOF {
			return frame, err
		}
	}
	return nil, nil
}

func (f *folder) Close() (err error) {
	for _, file := range f.files {
		if file != nil {
			err = errors.Join(err, file.Close())
		}
	}
	return err
}
