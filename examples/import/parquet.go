package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"github.com/decorum-go/decorum/examples/internal/events"
)

// parquet reads a file of Parquet. A column in a group has the names of both with a
// point between them.
func (j *job) parquet(name string) (err error) {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	defer func() { // the library promises no error for every damaged file
		if p := recover(); p != nil {
			err = fmt.Errorf("%s: damaged: %v", name, p)
		}
	}()
	tail, err := directory(f, info.Size())
	if err == nil && tail != nil {
		err = footed(tail)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	file, err := parquet.OpenFile(f, info.Size(), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return fmt.Errorf("%s: no Parquet that can be read, or it is cut off: its directory is at its end: %w", name, err)
	}
	var leaves []parquet.LeafColumn
	var columns []string
	for _, p := range file.Schema().Columns() {
		leaf, _ := file.Schema().Lookup(p...)
		column := columnName(p)
		if leaf.MaxRepetitionLevel > 1 {
			j.report.note(fmt.Sprintf("%s: column %s is a list of lists: not read", name, column))
			continue
		}
		leaves, columns = append(leaves, leaf), append(columns, column)
	}
	return j.table(name, columns, func(used []bool) (events.Source, error) {
		return &parquetRows{groups: file.RowGroups(), leaves: leaves, used: used, cells: make([][]string, len(leaves))}, nil
	})
}

// directory reads what stands at the end of a file of Parquet; nil: it is none.
func directory(f io.ReaderAt, size int64) ([]byte, error) {
	if size < 8 {
		return nil, nil // the library says what is wrong
	}
	var end [8]byte
	if _, err := f.ReadAt(end[:], size-8); err != nil {
		return nil, err
	}
	if string(end[4:]) != "PAR1" {
		return nil, nil
	}
	n := int64(binary.LittleEndian.Uint32(end[:]))
	if n > size-8 {
		return nil, fmt.Errorf("%w (%d of %d bytes)", errCount, n, size)
	}
	all := make([]byte, n)
	_, err := f.ReadAt(all, size-8-n)
	return all, err
}

// columnName joins the parts of a column's path, but for those that a list has by
// convention.
func columnName(p []string) string {
	s := strings.Join(p, ".")
	for _, list := range []string{".list.element", ".list.item", ".bag.array_element", ".bag.array", ".array"} {
		s = strings.ReplaceAll(s+".", list+".", ".")
		s = strings.TrimSuffix(s, ".")
	}
	return s
}

// parquetRows is an events.Source: it reads the used columns beside each other, a page
// of each at a time.
type parquetRows struct {
	groups  []parquet.RowGroup
	leaves  []parquet.LeafColumn
	used    []bool
	columns []*parquetColumn // of the group at hand; nil: not used
	left    int64            // rows of it
	cells   [][]string
}

// Next implements events.Source.
func (p *parquetRows) Next() ([][]string, error) {
	for p.left == 0 {
		if err := p.Close(); err != nil {
			return nil, err
		}
		if len(p.groups) == 0 {
			return nil, io.EOF
		}
		p.open(p.groups[0])
		p.groups = p.groups[1:]
	}
	p.left--
	for i, c := range p.columns {
		if c == nil {
			continue
		}
		var err error
		if p.cells[i], err = c.next(p.cells[i][:0]); err != nil {
			return nil, fmt.Errorf("column %s: %w", columnName(c.leaf.Path), err)
		}
	}
	return p.cells, nil
}

func (p *parquetRows) open(g parquet.RowGroup) {
	chunks := g.ColumnChunks()
	p.left, p.columns = g.NumRows(), make([]*parquetColumn, len(p.leaves))
	for i, leaf := range p.leaves {
		if p.used[i] {
			p.columns[i] = &parquetColumn{leaf: leaf, values: parquet.NewColumnChunkValueReader(chunks[leaf.ColumnIndex]), show: shown(leaf.Node.Type())}
		}
	}
}

// Close implements events.Source.
func (p *parquetRows) Close() error {
	var all []error
	for _, c := range p.columns {
		if c != nil {
			all = append(all, c.values.Close())
		}
	}
	p.columns = nil
	return errors.Join(all...)
}

// A parquetColumn reads the values of one column in one group.
type parquetColumn struct {
	leaf   parquet.LeafColumn
	values parquet.ColumnChunkValueReader
	show   func(parquet.Value) string
	ahead  []parquet.Value
	buffer [64]parquet.Value
	err    error
}

// next appends the values of the next row.
func (c *parquetColumn) next(cells []string) ([]string, error) {
	for first := true; ; first = false {
		if len(c.ahead) == 0 && c.err == nil {
			var n int
			n, c.err = c.values.ReadValues(c.buffer[:])
			c.ahead = c.buffer[:n]
			if n == 0 && c.err == nil {
				continue
			}
		}
		if len(c.ahead) == 0 {
			if c.err != io.EOF {
				return nil, c.err
			}
			if first {
				return nil, io.ErrUnexpectedEOF
			}
			return cells, nil
		}
		v := c.ahead[0]
		if !first && v.RepetitionLevel() == 0 {
			return cells, nil
		}
		if c.ahead = c.ahead[1:]; !v.IsNull() {
			cells = append(cells, c.show(v))
		}
		if c.leaf.MaxRepetitionLevel == 0 {
			return cells, nil
		}
	}
}

// shown says how the values of a type are written as text.
func shown(t parquet.Type) func(parquet.Value) string {
	if logical := t.LogicalType(); logical != nil {
		switch kind := logical.Value.(type) {
		case *format.TimestampType:
			unit := kind.Unit.Value.Duration()
			return func(v parquet.Value) string {
				n := v.Int64()
				perSecond := int64(time.Second / unit)
				return moment(time.Unix(n/perSecond, n%perSecond*int64(unit)), !kind.IsAdjustedToUTC)
			}
		case *format.DateType:
			return func(v parquet.Value) string {
				return time.Unix(int64(v.Int32())*86400, 0).UTC().Format(time.DateOnly)
			}
		case *format.DecimalType:
			return func(v parquet.Value) string { return decimal(v, int(kind.Scale)) }
		case *format.UUIDType:
			return func(v parquet.Value) string {
				b := v.ByteArray()
				return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
			}
		case *format.IntType:
			if !kind.IsSigned {
				return func(v parquet.Value) string { return strconv.FormatUint(v.Uint64(), 10) }
			}
		}
	}
	return plain
}

// plain writes a value of a type that means nothing else.
func plain(v parquet.Value) string {
	switch v.Kind() {
	case parquet.ByteArray, parquet.FixedLenByteArray:
		return strings.ToValidUTF8(string(v.ByteArray()), "\ufffd")
	case parquet.Int96: // nanoseconds of a day, and the day of Julius: as Spark writes times
		n := v.Int96()
		days := int64(n[2]) - 2440588
		return moment(time.Unix(days*86400, int64(uint64(n[1])<<32|uint64(n[0]))), false)
	case parquet.Float:
		return strconv.FormatFloat(float64(v.Float()), 'f', -1, 32)
	case parquet.Double:
		return strconv.FormatFloat(v.Double(), 'f', -1, 64)
	}
	return v.String()
}

// decimal writes a number that has digits behind its point.
func decimal(v parquet.Value, scale int) string {
	n := new(big.Int)
	switch v.Kind() {
	case parquet.Int32:
		n.SetInt64(int64(v.Int32()))
	case parquet.Int64:
		n.SetInt64(v.Int64())
	default:
		b := v.ByteArray()
		n.SetBytes(b)
		if len(b) > 0 && b[0] >= 0x80 {
			n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
		}
	}
	if scale <= 0 {
		return n.String()
	}
	sign, digits := "", new(big.Int).Abs(n).String()
	if n.Sign() < 0 {
		sign = "-"
	}
	if len(digits) <= scale {
		digits = strings.Repeat("0", scale-len(digits)+1) + digits
	}
	return sign + digits[:len(digits)-scale] + "." + digits[len(digits)-scale:]
}
