// Package summed writes and reads a stream that ends with a checksum: xxHash64 of all
// before it, 8 bytes little endian.
package summed

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"

	"github.com/cespare/xxhash/v2"
)

// A Writer writes such a stream. Close returns its first error.
type Writer struct {
	w   *bufio.Writer
	sum *xxhash.Digest
}

// NewWriter begins a stream.
func NewWriter(w io.Writer) *Writer { return &Writer{bufio.NewWriterSize(w, 1<<16), xxhash.New()} }

// Put writes bytes as they are.
func (w *Writer) Put(b []byte) {
	w.sum.Write(b)
	_, _ = w.w.Write(b)
}

// Section writes bytes behind their length, of 8 bytes.
func (w *Writer) Section(b []byte) {
	w.Put(binary.LittleEndian.AppendUint64(nil, uint64(len(b))))
	w.Put(b)
}

// Close writes the checksum. It does not close what is written to.
func (w *Writer) Close() error {
	w.Put(binary.LittleEndian.AppendUint64(nil, w.sum.Sum64()))
	return w.w.Flush()
}

// A Reader reads such a stream, of which it trusts nothing. The first error sticks in
// Err; what is read after it is empty.
type Reader struct {
	Err error

	r   *bufio.Reader
	sum *xxhash.Digest
}

// NewReader begins to read a stream.
func NewReader(r io.Reader) *Reader {
	return &Reader{r: bufio.NewReaderSize(r, 1<<16), sum: xxhash.New()}
}

func (r *Reader) fail(err error) {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = errors.New("it is cut short")
	}
	r.Err = err
}

// Take reads n bytes.
func (r *Reader) Take(n int) []byte {
	if r.Err != nil {
		return nil
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(r.r, b); err != nil {
		r.fail(err)
		return nil
	}
	r.sum.Write(b)
	return b
}

// Uvarint reads a number as encoding/binary writes it.
func (r *Reader) Uvarint() uint64 {
	v, err := binary.ReadUvarint(r)
	if r.Err == nil && err != nil {
		r.fail(errors.New("a length is malformed"))
	}
	return v
}

// ReadByte implements io.ByteReader.
func (r *Reader) ReadByte() (byte, error) {
	if b := r.Take(1); r.Err == nil {
		return b[0], nil
	}
	return 0, r.Err
}

// Section reads what Writer.Section wrote, of at most so many bytes.
func (r *Reader) Section(most int64) []byte {
	b := r.Take(8)
	if r.Err != nil {
		return nil
	}
	n := binary.LittleEndian.Uint64(b)
	if n > uint64(most) {
		r.fail(errors.New("a part is longer than it can be"))
		return nil
	}
	var buf bytes.Buffer // grows by what is there
	if _, err := io.CopyN(&buf, r.r, int64(n)); err != nil {
		r.fail(err)
		return nil
	}
	r.sum.Write(buf.Bytes())
	return buf.Bytes()
}

// End reads the checksum, and returns the first error.
func (r *Reader) End() error {
	want := r.sum.Sum64()
	if sum := r.Take(8); r.Err == nil && binary.LittleEndian.Uint64(sum) != want {
		r.fail(errors.New("the checksum does not agree"))
	}
	return r.Err
}
