package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"iter"

	"github.com/cespare/xxhash/v2"

	"github.com/decorum-go/decorum/examples/internal/replay"
)

// A frame may be larger than an entry of the stream may be, so that it lies there in
// pieces, each an entry: this head, in little-endian, and a part of the frame.
type piece struct {
	Magic         [4]byte
	Shard, Of     uint32 // from 0
	Frame         uint32 // of the shard, from 0
	Piece, Pieces uint32 // of the frame, from 0
	Hash          uint64 // of the whole frame
}

const pieceBytes = 512 << 10 // half of what a server takes, unless it was told otherwise

var magic = [4]byte{'d', 'r', 'n', 1}

// cut yields the pieces of a frame: the head, and the entry.
func cut(frame []byte, shard, of, number int) iter.Seq2[*piece, []byte] {
	return func(yield func(*piece, []byte) bool) {
		p := piece{magic, uint32(shard), uint32(of), uint32(number), 0, uint32(max(1, (len(frame)+pieceBytes-1)/pieceBytes)), xxhash.Sum64(frame)}
		for ; p.Piece < p.Pieces; p.Piece++ {
			part := frame[:min(pieceBytes, len(frame))]
			frame = frame[len(part):]
			if !yield(&p, append(p.append(nil), part...)) {
				return
			}
		}
	}
}

func (p *piece) append(b []byte) []byte {
	b, err := binary.Append(b, binary.LittleEndian, p)
	if err != nil {
		panic(err) // it has a fixed size
	}
	return b
}

// A pieceOf is a piece and its part of the frame.
type pieceOf struct {
	piece
	part []byte
}

// readPiece reads an entry.
func readPiece(b []byte) (p pieceOf, err error) {
	n, err := binary.Decode(b, binary.LittleEndian, &p.piece)
	if err != nil || p.Magic != magic || p.Of < 1 || p.Of > replay.MaxShards || p.Shard >= p.Of || p.Piece >= p.Pieces {
		return p, errors.New("is no note of a replay")
	}
	p.part = b[n:]
	return p, nil
}

// A parts puts together the frames of a shard. What a shard that was killed left, and says
// again, may be there twice, also a part of a frame.
type parts struct {
	frames [][]byte // whole, not asked for yet
	next   uint32   // the number of the frame that follows
	hash   uint64   // of the one that is put together
	have   uint32   // so many of its pieces
	whole  []byte   // as far
}

// add takes in a piece, and returns the frame that it completes; nil: none.
func (s *parts) add(p *pieceOf) (frame []byte, err error) {
	switch {
	case p.Frame < s.next:
		return nil, nil // again
	case p.Frame > s.next:
		return nil, fmt.Errorf("frame %d follows where %d should: notes are missing", p.Frame, s.next)
	case p.Piece == 0 && (s.have == 0 || p.Hash != s.hash):
		s.hash, s.have, s.whole = p.Hash, 0, nil
	case s.have > 0 && (p.Hash != s.hash || p.Piece < s.have):
		return nil, nil // of one that was killed, and told it otherwise; again
	}
	if p.Piece > s.have {
		return nil, fmt.Errorf("piece %d of frame %d follows where %d should: notes are missing", p.Piece, p.Frame, s.have)
	}
	s.have, s.whole = s.have+1, append(s.whole, p.part...)
	if s.have < p.Pieces {
		return nil, nil
	}
	if frame = s.whole; xxhash.Sum64(frame) != s.hash {
		return nil, fmt.Errorf("frame %d is damaged", p.Frame)
	}
	s.next, s.have, s.whole = s.next+1, 0, nil
	return frame, nil
}
