package state

import (
	"github.com/decorum-go/decorum/policy/internal/wire"
)

// sectionSizes returns the bytes of each section of an encoded record, by name.
func sectionSizes(data []byte) map[string]int {
	sizes := map[string]int{"header": headerSize}
	d := wire.Reader{B: data[headerSize:]}
	for len(d.B) > 0 && !d.Bad {
		before := len(d.B)
		tag := d.U8()
		d.Sized()
		name := "unknown"
		if int(tag) < len(sections) {
			name = sections[tag].name
		}
		sizes[name] += before - len(d.B)
	}
	return sizes
}
