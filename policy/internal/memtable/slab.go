package memtable

import "encoding/binary"

// A slot holds one record: its key, its turn, Expires in seconds, Rank, two bytes of
// flags and of what is left over at the end, and Data.
const (
	slotHeader = 16 + 4 + 4 + 1 + 2
	maxSlotted = 4096 // longest Data in a slab

	maxLeft    = 1<<14 - 1
	flagPinned = 0x40
	flagListed = 0x80
)

const (
	minChunk  = 1 << 10
	maxChunks = 1 << 18
	maxSlots  = 1 << 6 // in a chunk
	maxLarge  = 1 << 24
	slotStep  = 32
	minSlot   = 64
	maxSlot   = (slotHeader + maxSlotted + slotStep - 1) / slotStep * slotStep
	classes   = 58 // up to maxSlot
)

// sizeOf has the lengths of slots by class: each a sixteenth more than the one before,
// and at least a slotStep. Class 0 are the large records.
var sizeOf = func() (sizes [classes]int) {
	for class, size := 1, minSlot; class < classes; class++ {
		sizes[class] = min(size, maxSlot)
		size += max(size/16/slotStep, 1) * slotStep
	}
	return sizes
}()

// classBy has the class of the shortest slots of so many slotSteps.
var classBy = func() (by [maxSlot/slotStep + 1]uint8) {
	class := uint8(1)
	for steps := range by {
		if steps*slotStep > sizeOf[class] {
			class++
		}
		by[steps] = class
	}
	return by
}()

// chunkLengths are lengths that the Go allocator does not round up.
var chunkLengths = [...]int{4096, 4864, 5376, 6144, 6528, 6784, 6912, 8192, 9472, 9728, 10240, 10880,
	12288, 13568, 14336, 16384, 18432, 19072, 20480, 21760, 24576, 27264, 28672, 32768}

// chunkOf has the length of the chunks of a class: that at which a slot costs the
// least, with what is left over at the end and the chunk's place in the list. A
// class's first chunk begins shorter.
var chunkOf = func() (best [classes]int) {
	for class := 1; class < classes; class++ {
		least := 0.0
		for _, n := range chunkLengths {
			slots := n / sizeOf[class]
			if slots == 0 || slots > maxSlots {
				continue
			}
			if each := float64(n+24)/float64(slots) + float64(n)/1000; least == 0 || each < least {
				best[class], least = n, each
			}
		}
	}
	return best
}()

// perChunk returns how many slots of a class a chunk holds.
func perChunk(class int) int { return chunkOf[class] / sizeOf[class] }

// A slotRef says where a slot is: its class in 8 bits, the chunk in 18, the number
// within in 6. Class 0 are the large records, with the number in 24.
type slotRef uint32

func refOf(class, chunk, i int) slotRef { return slotRef(class<<24 | chunk<<6 | i) }

func (r slotRef) class() int { return int(r >> 24) }
func (r slotRef) chunk() int { return int(r>>6) & (maxChunks - 1) }
func (r slotRef) slot() int  { return int(r) & (maxSlots - 1) }
func (r slotRef) large() int { return int(r) & (maxLarge - 1) }

// roomFor returns for how many bytes of Data a slot is taken when Data has grown to n:
// an eighth more, for it will grow again, and each move waits for memory.
func roomFor(n int) int {
	if n > maxSlotted {
		return n
	}
	return min(n+n/8, maxSlotted)
}

// roomy reports whether a slot may have so much left over: of what became shorter, which
// may be longer again soon, a quarter, and no less than what a new slot may have.
func roomy(slot, left int) bool { return left <= min(max(slot/4, slotStep+slotStep/2), maxLeft) }

// classOf returns the class for n bytes of Data, 0 above maxSlotted.
func classOf(n int) int {
	if n > maxSlotted {
		return 0
	}
	return int(classBy[(slotHeader+n+slotStep-1)/slotStep])
}

func slotKey(slot []byte) Key        { return Key(slot[:16]) }
func slotTurn(slot []byte) uint32    { return binary.LittleEndian.Uint32(slot[16:]) }
func slotExpires(slot []byte) uint32 { return binary.LittleEndian.Uint32(slot[20:]) }
func slotRank(slot []byte) uint8     { return slot[24] }
func slotFlags(slot []byte) uint8    { return slot[26] & (flagPinned | flagListed) }
func slotLeft(slot []byte) int       { return int(binary.LittleEndian.Uint16(slot[25:]) & maxLeft) }
func slotData(slot []byte) []byte    { return slot[slotHeader : len(slot)-slotLeft(slot)] }
func slotCandidate(slot []byte) candidate {
	return candidate{slotTurn(slot), slotRank(slot), slotKey(slot)}
}
func slotLane(slot []byte) lane { return laneOf(slotRank(slot), slotFlags(slot)) }

func writeSlot(slot []byte, d candidate, expires uint32, flags uint8, data []byte) {
	copy(slot, d.key[:])
	binary.LittleEndian.PutUint32(slot[16:], d.turn)
	binary.LittleEndian.PutUint32(slot[20:], expires)
	n := copy(slot[slotHeader:], data)
	slot[24] = d.rank
	binary.LittleEndian.PutUint16(slot[25:], uint16(flags)<<8|uint16(len(slot)-slotHeader-n))
}

// A slab is the slots of one class, without holes: all chunks but the last are
// full. The first grows and shrinks with what it holds, so that a class with few
// records takes little memory.
type slab struct {
	chunks [][]byte
	fill   int // slots in the last chunk
}

// push adds a slot of the class at the end. It fails when there are as many
// as a slotRef can count.
func (s *slab) push(class int, spare *[]byte) (slotRef, []byte, bool) {
	size := sizeOf[class]
	if len(s.chunks) == 0 || s.fill == perChunk(class) {
		if len(s.chunks) == maxChunks {
			return 0, nil, false
		}
		s.chunks = append(s.chunks, nil)
		s.fill = 0
	}
	last := len(s.chunks) - 1
	if n := len(s.chunks[last]); (s.fill+1)*size > n {
		n = max(2*n, minChunk, size)
		if last > 0 || n > chunkOf[class]-size { // not by less than a slot later
			n = chunkOf[class]
		}
		s.resize(last, n, spare)
	}
	ref := refOf(class, last, s.fill)
	at := s.fill * size
	s.fill++
	return ref, s.chunks[last][at : at+size], true
}

// last returns the slot that pop takes away.
func (s *slab) last(class int) slotRef { return refOf(class, len(s.chunks)-1, s.fill-1) }

// pop takes the last slot away.
func (s *slab) pop(class int, spare *[]byte) {
	size, last := sizeOf[class], len(s.chunks)-1
	s.fill--
	switch n := len(s.chunks[last]); {
	case s.fill == 0:
		*spare = s.chunks[last]
		s.chunks[last] = nil
		s.chunks = s.chunks[:last]
		if last > 0 {
			s.fill = perChunk(class)
		}
	case last == 0 && n > minChunk && s.fill*size <= n/4:
		s.resize(last, n/2, spare)
	}
}

// resize takes the spare chunk if it has the size: a class that goes back and
// forth over the edge of a chunk must not allocate each time.
func (s *slab) resize(i, size int, spare *[]byte) {
	old, chunk := s.chunks[i], *spare
	if len(chunk) == size {
		*spare = nil
	} else {
		chunk = make([]byte, size)
	}
	copy(chunk, old)
	s.chunks[i] = chunk
}

// bytes returns what the slab has allocated.
func (s *slab) bytes() int64 {
	n := int64(cap(s.chunks)) * 24
	for _, chunk := range s.chunks {
		n += int64(len(chunk))
	}
	return n
}
