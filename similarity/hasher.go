package similarity

import (
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
	"sync"

	"github.com/cespare/xxhash/v2"
)

// A Hasher makes sketches of texts. The same key gives the same sketches on every
// machine; sketches of different keys have nothing in common. Without the key
// nobody can tell which letters a sketch depends on, and so nobody can write a text
// that is taken for another without being like it.
//
// The zero Hasher has no key and must not be used. A Hasher is safe for
// concurrent use.
type Hasher struct {
	in, mul1, mul2 uint64 // of the mix
	exact, key     uint64 // domains of whole texts, and of hosts and phones
	pool           sync.Pool
}

// NewHasher returns a Hasher with the given key, of any length. A nil key is
// the same for everybody: good for tests, and for nothing that has an enemy.
func NewHasher(key []byte) *Hasher {
	sum := sha256.Sum256(append([]byte("decorum similarity 1\x00"), key...))
	sum2 := sha256.Sum256(sum[:])
	h := &Hasher{
		in:    binary.LittleEndian.Uint64(sum[0:]),
		mul1:  binary.LittleEndian.Uint64(sum[8:]) | 1,
		mul2:  binary.LittleEndian.Uint64(sum[16:]) | 1,
		exact: binary.LittleEndian.Uint64(sum[24:]),
		key:   binary.LittleEndian.Uint64(sum2[:]),
	}
	h.pool.New = func() any { return new(scratch) }
	return h
}

// seenBits is the size of the linear counter of distinct grams.
const seenBits = 2048

// scratch is what one call of Sketch works in.
type scratch struct {
	sample
	buf    [chunkSize]byte
	fold   folder
	digest xxhash.Digest
	w      uint64 // the last four symbols, 16 bits each
	count  int    // symbols so far, up to 4
	ascii  int    // how many of the last symbols are ASCII, up to 4
	total  uint64 // symbols so far
	extra  uint64 // what they say beyond as many letters of an alphabet, in halves of one

	skip  *gramBits         // grams to leave out, or nil
	left  sample            // of those that were left out
	any   bool              // there are some; else left is not even empty
	visit func(gram uint64) // gets the grams instead, or nil
}

// A sample is what a sketch keeps of grams.
type sample struct {
	bins [numBins]uint32 // per bin: 24 bits of rank, 8 of fingerprint
	seen [seenBits / 64]uint64
}

// Sketch sets *dst to the sketch of text. It does not allocate.
func (h *Hasher) Sketch(dst *Sketch, text string) { h.sketch(dst, nil, text, nil, false) }

// SketchFingerprint sets *dst to the sketch of what is no text, such as a picture, and
// is known by a fingerprint: it is like what has the same fingerprint, and like nothing
// else, and counts as much as a text of 64 grams. The fingerprint says how near is the
// same. That of "" is the empty text's. It does not allocate.
func (h *Hasher) SketchFingerprint(dst *Sketch, fingerprint string) {
	*dst = Sketch{}
	if fingerprint == "" {
		return
	}
	// No text has the keyed hash: texts are hashed in another domain.
	x := h.mix(xxhash.Sum64String(fingerprint) ^ bits.ReverseBytes64(h.key))
	for b := range dst.Bins {
		v := uint32(mix64(x + uint64(b)*0x9e3779b97f4a7c15))
		v |= (v&0xff - 1) >> 31 // a fingerprint is never 0
		dst.Bins[b] = uint8(v)
		dst.Anchors[b/8] = max(dst.Anchors[b/8], v)
	}
	dst.Exact, dst.Grams, dst.Information, dst.Filled = max(x, 1), 2*fullLikely, 2*fullLikely, numBins
}

// each calls f with the keyed hash of every gram of text.
func (h *Hasher) each(text string, f func(gram uint64)) {
	s := h.pool.Get().(*scratch)
	s.w, s.count, s.ascii = 0, 0, 0
	s.visit = f
	s.fold = folder{text: text}
	s.fold.init()
	for s.fold.pos < len(text) {
		h.grams(s, s.buf[:s.fold.next(s.buf[:], 0)])
	}
	s.visit, s.fold.text = nil, ""
	h.pool.Put(s)
}

// sketch makes a sketch without the grams in skip, and in whole, if that is not nil, that
// of all of them, where more was left out than kept or always is set. It returns how many
// were left out.
func (h *Hasher) sketch(dst, whole *Sketch, text string, skip *gramBits, always bool) (left int) {
	s := h.pool.Get().(*scratch)
	s.sample = sample{}
	s.w, s.count, s.ascii, s.total, s.extra = 0, 0, 0, 0, 0
	s.skip, s.any = skip, false
	f := &s.fold
	*f = folder{text: text}
	f.init()
	n := f.next(s.buf[:], 0)
	h.grams(s, s.buf[:n])
	var sum uint64
	length := n
	if f.pos >= len(text) {
		sum = xxhash.Sum64(s.buf[:n])
	} else {
		s.digest.Reset()
		s.digest.Write(s.buf[:n])
		for f.pos < len(text) {
			n = f.next(s.buf[:], 0)
			h.grams(s, s.buf[:n])
			s.digest.Write(s.buf[:n])
			length += n
		}
		sum = s.digest.Sum64()
	}
	left = s.finishBoth(dst, whole, always)
	switch {
	case length > 0:
		dst.Exact = h.mix(sum ^ h.exact)
	case len(text) > 0: // nothing but signs: only the very same ones match
		dst.Exact = h.mix(xxhash.Sum64String(text) ^ bits.ReverseBytes64(h.exact))
	default:
		dst.Exact = 0
	}
	for i, k := range f.keys {
		if k != 0 {
			k = max(h.mix(k^h.key), 1)
		}
		dst.Keys[i] = k
	}
	dst.Obfuscation = f.obf
	if whole != nil && (always || left > int(dst.Grams)) {
		whole.Exact, whole.Keys, whole.Obfuscation = dst.Exact, dst.Keys, dst.Obfuscation
	}
	f.text, s.skip = "", nil
	h.pool.Put(s)
	return left
}

// mix is a keyed bijection whose upper bits depend on all of g.
func (h *Hasher) mix(g uint64) uint64 {
	g = (g ^ h.in) * h.mul1
	return (g ^ g>>32) * h.mul2
}

// leave notes a gram that is left out.
func (s *scratch) leave(x uint64) {
	if !s.any {
		s.left, s.any = sample{}, true
	}
	s.left.add(x)
}

// add puts one gram into the sample.
func (s *sample) add(x uint64) {
	v := uint32(x >> 25)
	v |= (v&0xff - 1) >> 31 // a fingerprint is never 0
	b := x >> 57
	s.bins[b] = max(s.bins[b], v)
	s.seen[x>>13&(seenBits/64-1)] |= 1 << (x >> 19 & 63)
}

// grams adds the grams that end in p, the next piece of the folded text.
func (h *Hasher) grams(s *scratch, p []byte) {
	i := 0
	// Chinese and other wide letters are not read in bulk where grams are visited.
	wide := s.visit == nil
	for i < len(p) && s.count < 4 {
		i = h.symbol(s, p, i)
	}
	for i < len(p) {
		// If the last four symbols are ASCII and of this piece they are p[i-4:i].
		if i >= 4 && p[i] < 0x80 && s.ascii == 4 {
			i = h.asciiGrams(s, p, i)
		} else if wide && p[i] >= 0x80 && s.count == 4 {
			i = h.wideGrams(s, p, i)
		} else {
			i = h.symbol(s, p, i)
		}
	}
}

// wideGrams adds the grams that end in p[i:], up to the first ASCII byte. It is
// what symbol does, faster.
func (h *Hasher) wideGrams(s *scratch, p []byte, i int) int {
	in, mul1, mul2 := h.in, h.mul1, h.mul2
	w, skip := s.w, s.skip
	var total, extra uint64
	for i < len(p) && p[i] >= 0x80 {
		var g uint64
		total++
		if c := p[i]; c < 0xE0 && i+2 <= len(p) {
			w = w<<16 | uint64(c&0x1f)<<6 | uint64(p[i+1]&0x3f)
			g = w
			if c >= 0xD6 {
				extra++
			}
			i += 2
		} else {
			r, size := decode(p, i)
			i += size
			w = w<<16 | uint64(symbolOf(r))
			width := gramWidth(r)
			g = windowOf(w, width)
			extra += saysMore(r, width)
		}
		x := (g ^ in) * mul1
		x = (x ^ x>>32) * mul2
		if skip == nil || !skip.has(x) {
			s.add(x)
		} else {
			s.leave(x)
		}
	}
	s.w, s.ascii = w, 0
	s.total += total
	s.extra += extra
	return i
}

// asciiGrams adds the grams that end in p[i:], up to the first byte above ASCII.
func (h *Hasher) asciiGrams(s *scratch, p []byte, i int) int {
	end := i
	for end+8 <= len(p) && binary.LittleEndian.Uint64(p[end:])&0x8080808080808080 == 0 {
		end += 8
	}
	for end < len(p) && p[end] < 0x80 {
		end++
	}
	if end == i {
		return i
	}
	s.total += uint64(end - i)
	in, mul1, mul2 := h.in, h.mul1, h.mul2
	bins, seen := &s.bins, &s.seen
	t := p[i-4 : i]
	g := uint64(binary.LittleEndian.Uint32(t))
	if s.skip != nil || s.visit != nil {
		h.asciiPicked(s, p[i:end], g)
	} else {
		for _, c := range p[i:end] {
			g = g>>8 | uint64(c)<<24
			x := (g ^ in) * mul1
			x = (x ^ x>>32) * mul2
			// This is s.add(x).
			v := uint32(x >> 25)
			v |= (v&0xff - 1) >> 31
			bins[x>>57] = max(bins[x>>57], v)
			seen[x>>13&(seenBits/64-1)] |= 1 << (x >> 19 & 63)
		}
	}
	t = p[end-4 : end]
	s.w = uint64(t[0])<<48 | uint64(t[1])<<32 | uint64(t[2])<<16 | uint64(t[3])
	return end
}

// asciiPicked adds, or visits, the grams that end in p; g is the one before. It is
// apart because the loop without choices is the hot one.
func (h *Hasher) asciiPicked(s *scratch, p []byte, g uint64) {
	in, mul1, mul2 := h.in, h.mul1, h.mul2
	skip, visit := s.skip, s.visit
	for _, c := range p {
		g = g>>8 | uint64(c)<<24
		x := (g ^ in) * mul1
		x = (x ^ x>>32) * mul2
		switch {
		case visit != nil:
			visit(x)
		case skip.has(x):
			s.leave(x)
		default:
			s.add(x)
		}
	}
}

// symbol adds the gram that ends with the symbol at p[i] and returns where the
// next one starts. Alphabets have grams of four letters; Chinese has two
// characters; kana, Thai, Lao, Khmer and Burmese, which do not separate words
// either, three.
func (h *Hasher) symbol(s *scratch, p []byte, i int) int {
	c := p[i]
	s.total++
	if c < 0x80 {
		s.w = s.w<<16 | uint64(c)
		s.count = min(s.count+1, 4)
		s.ascii = min(s.ascii+1, 4)
		if s.ascii == 4 {
			w := s.w
			h.addGram(s, w>>48|w>>32&0xff<<8|w>>16&0xff<<16|w&0xff<<24)
		} else if s.count == 4 {
			h.addGram(s, s.w)
		}
		return i + 1
	}
	r, size := decode(p, i)
	s.w = s.w<<16 | uint64(symbolOf(r))
	s.count = min(s.count+1, 4)
	s.ascii = 0
	width := gramWidth(r)
	s.extra += saysMore(r, width)
	if s.count >= width {
		h.addGram(s, windowOf(s.w, width))
	}
	return i + size
}

// symbolOf is a rune above ASCII in 16 bits.
func symbolOf(r rune) uint16 { return uint16(r) ^ uint16(r>>16)*0xa5c3 }

// windowOf is the gram of the last width symbols.
func windowOf(w uint64, width int) uint64 {
	switch width {
	case 4:
		return w
	case 3:
		return w<<16>>16 | 3<<62
	default:
		return w<<32>>32 | 2<<62
	}
}

func (h *Hasher) addGram(s *scratch, g uint64) {
	x := h.mix(g)
	switch {
	case s.visit != nil:
		s.visit(x)
	case s.skip != nil && s.skip.has(x):
		s.leave(x)
	default:
		s.add(x)
	}
}
