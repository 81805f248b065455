package seal

import (
	"crypto/rand"
	"crypto/sha256"
)

// SealNote seals a note to other processes.
func (s *Store) SealNote(data []byte) []byte {
	r := s.ring.Load()
	if r.cur == nil {
		return data
	}
	var salt [16]byte
	rand.Read(salt[:])
	return r.cur.loosely(note, salt, data)
}

// OpenNote opens what SealNote made. What it did not make for the newest Secret, or for the
// one before while there is one, comes back as it is, or as nothing.
func (s *Store) OpenNote(b []byte) []byte {
	r := s.ring.Load()
	if len(b) > 1 && b[0] == mark && b[1] == note {
		data, err := openLoose(s.cfg.Known, note, b)
		if err != nil {
			return nil
		}
		return data
	}
	if r.phase == whole && r.cur != nil {
		return nil
	}
	return b
}

// SealStream seals what is kept beside the records. The same data makes the same: a store
// that compares need not write it again.
func (s *Store) SealStream(data []byte) []byte {
	r := s.ring.Load()
	if r.cur == nil {
		return data
	}
	sum := sha256.Sum256(data)
	return r.cur.loosely(stream, [16]byte(mac(r.cur.loose, "salt", string(sum[:]))), data)
}

// OpenStream opens what SealStream made. What is not sealed comes back as it is: it was
// kept before the change.
func (s *Store) OpenStream(b []byte) ([]byte, error) {
	if !sealed(b) {
		return b, nil
	}
	return openLoose(s.cfg.Known, stream, b)
}
