package scoring

import (
	"testing"
	"time"
)

// Whatever is cut off, added or out of range is refused, and changes nothing.
func TestDecodersRefuse(t *testing.T) {
	var responses Responses
	var rhythm Rhythm
	for i := range 50 {
		at := noon.Add(time.Duration(i*i) * time.Minute)
		responses.Add(at, 1)
		responses.Answer(at, at.Add(time.Hour), 1)
		rhythm.Add(at)
	}
	decayed := Decayed{Sum: 2, Ref: 7}
	for name, c := range map[string]struct {
		append func([]byte) ([]byte, error)
		decode func([]byte) (same bool, err error)
	}{
		"Decayed": {decayed.AppendBinary, func(b []byte) (bool, error) { d := decayed; err := d.UnmarshalBinary(b); return d == decayed, err }},
		"Responses": {responses.AppendBinary, func(b []byte) (bool, error) {
			d := responses
			err := d.UnmarshalBinary(b)
			return d == responses, err
		}},
		"Rhythm": {rhythm.AppendBinary, func(b []byte) (bool, error) { d := rhythm; err := d.UnmarshalBinary(b); return d == rhythm, err }},
	} {
		good, err := c.append([]byte("before"))
		if err != nil || string(good[:6]) != "before" {
			t.Fatalf("%s: %q, %v", name, good, err)
		}
		good = good[6:]
		if same, err := c.decode(good); !same || err != nil {
			t.Errorf("%s: does not come back: %v", name, err)
		}
		for n := 1; n < len(good); n++ {
			if same, err := c.decode(good[:n]); err == nil || !same {
				t.Errorf("%s: the first %d of %d bytes were accepted", name, n, len(good))
			}
		}
		for _, bad := range [][]byte{append(good[:len(good):len(good)], 0), append([]byte{0xff}, good[1:]...)} {
			if name == "Decayed" && len(bad) == len(good) {
				continue // every Ref is a time
			}
			if same, err := c.decode(bad); err == nil || !same {
				t.Errorf("%s: %x was accepted", name, bad)
			}
		}
	}
	for _, bits := range []string{"\x00\x00\x00\x00\x00\x00\xf0\x7f", "\x00\x00\x00\x00\x00\x00\xf8\x7f", "\x00\x00\x00\x00\x00\x00\xf0\xbf"} { // ∞, NaN, −1
		if err := decayed.UnmarshalBinary([]byte("\x01\x02\x03\x04" + bits)); err == nil {
			t.Errorf("a sum of %x was accepted", bits)
		}
	}
}

func TestScoreFamily(t *testing.T) {
	s := new(Scorecard).Score([]Evidence{{Family: Contact, LogOdds: 1}, {Family: 99, LogOdds: 2}})
	if s.Family(Contact) != 1 || s.Family(Content) != 0 || s.Family(0) != 2 || s.Family(99) != 0 {
		t.Errorf("%v", s.ByFamily)
	}
}
