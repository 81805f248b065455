package redisstore

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"regexp"
)

const (
	headVersion = 1
	nonceLength = 8
	headFixed   = 1 + 1 + nonceLength + 4 + 8 + 4
	maxPosition = 41 // two numbers of 20 digits
)

// A head says where the state is that is kept: version (1), place (1), name of
// its chunks (8), their number (4), their length without names (8), its CRC-32C
// (4), up to where the notes of others were in it (the rest but four), CRC-32C of
// all before (4).
type head struct {
	place    byte // 'a' or 'b'
	nonce    [nonceLength]byte
	chunks   uint32
	length   uint64
	sum      uint32
	position string
}

// entryName is what the server calls an entry of a stream, or nothing.
var entryName = regexp.MustCompile(`^([0-9]{1,20}-[0-9]{1,20})?$`)

// newHead is that of a state that is saved where the old one is not.
func newHead(old *head, position string) head {
	h := head{place: 'a', position: position}
	if old != nil && old.place == 'a' {
		h.place = 'b'
	}
	rand.Read(h.nonce[:])
	return h
}

// count notes one more chunk.
func (h *head) count(data []byte) {
	h.chunks++
	h.length += uint64(len(data))
	h.sum = crc32.Update(h.sum, castagnoli, data)
}

func (h *head) append(b []byte) []byte {
	at := len(b)
	b = append(append(b, headVersion, h.place), h.nonce[:]...)
	b = binary.LittleEndian.AppendUint32(b, h.chunks)
	b = binary.LittleEndian.AppendUint64(b, h.length)
	b = binary.LittleEndian.AppendUint32(b, h.sum)
	b = append(b, h.position...)
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b[at:], castagnoli))
}

func (h *head) parse(b []byte) error {
	n := len(b) - 4
	if n < headFixed || n > headFixed+maxPosition || binary.LittleEndian.Uint32(b[n:]) != crc32.Checksum(b[:n], castagnoli) {
		return fmt.Errorf("%w: the head of the saved state", ErrDamaged)
	}
	if b[0] != headVersion {
		return fmt.Errorf("%w: the saved state has version %d, this program reads %d", ErrVersion, b[0], headVersion)
	}
	h.place = b[1]
	copy(h.nonce[:], b[2:])
	h.chunks = binary.LittleEndian.Uint32(b[2+nonceLength:])
	h.length = binary.LittleEndian.Uint64(b[6+nonceLength:])
	h.sum = binary.LittleEndian.Uint32(b[14+nonceLength:])
	h.position = string(b[headFixed:n])
	if h.place != 'a' && h.place != 'b' || h.chunks > keepMost || h.length > keepMost*keepChunk || !entryName.MatchString(h.position) {
		return fmt.Errorf("%w: the head of the saved state", ErrDamaged)
	}
	return nil
}
