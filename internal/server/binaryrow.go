package server

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/dolthub/vitess/go/sqltypes"
)

// binaryRow is a row as the reply to a prepared statement has it: a byte of
// zero, a bit for each column that is NULL, the values.
func binaryRow(values []sqltypes.Value) ([]byte, error) {
	const offset = 2 // of the first column's bit
	p := make([]byte, 1+(len(values)+7+offset)/8)
	for i, v := range values {
		if v.IsNull() {
			p[1+(i+offset)/8] |= 1 << ((i + offset) % 8)
			continue
		}
		var err error
		if p, err = appendBinary(p, v); err != nil {
			return nil, fmt.Errorf("value of column %d: %w", i+1, err)
		}
	}
	return p, nil
}

func appendBinary(p []byte, v sqltypes.Value) ([]byte, error) {
	switch t := v.Type(); {
	case sqltypes.IsIntegral(t):
		return appendInteger(p, v)
	case t == sqltypes.Float32:
		f, err := strconv.ParseFloat(v.ToString(), 32)
		return binary.LittleEndian.AppendUint32(p, math.Float32bits(float32(f))), err
	case t == sqltypes.Float64:
		f, err := strconv.ParseFloat(v.ToString(), 64)
		return binary.LittleEndian.AppendUint64(p, math.Float64bits(f)), err
	case t == sqltypes.Date, t == sqltypes.Datetime, t == sqltypes.Timestamp:
		return appendDatetime(p, v.ToString())
	case t == sqltypes.Time:
		return appendTime(p, v.ToString())
	}
	return append(appendLength(p, uint64(len(v.Raw()))), v.Raw()...), nil
}

// appendInteger appends an integer in as many bytes as its type has.
func appendInteger(p []byte, v sqltypes.Value) ([]byte, error) {
	var n uint64
	var err error
	if sqltypes.IsUnsigned(v.Type()) {
		n, err = strconv.ParseUint(v.ToString(), 10, 64)
	} else {
		var signed int64
		signed, err = strconv.ParseInt(v.ToString(), 10, 64)
		n = uint64(signed)
	}
	switch v.Type() {
	case sqltypes.Int8, sqltypes.Uint8:
		return append(p, byte(n)), err
	case sqltypes.Int16, sqltypes.Uint16, sqltypes.Year:
		return binary.LittleEndian.AppendUint16(p, uint16(n)), err
	case sqltypes.Int24, sqltypes.Uint24, sqltypes.Int32, sqltypes.Uint32:
		return binary.LittleEndian.AppendUint32(p, uint32(n)), err
	}
	return binary.LittleEndian.AppendUint64(p, n), err
}

// appendDatetime appends "2006-01-02" with or without " 15:04:05" and a
// fraction.
func appendDatetime(p []byte, text string) ([]byte, error) {
	date, clock, timed := strings.Cut(text, " ")
	d, err := fields(date, "-")
	if err != nil {
		return nil, err
	}
	p = append(p, 4)
	at := len(p) - 1
	p = binary.LittleEndian.AppendUint16(p, uint16(d[0]))
	p = append(p, byte(d[1]), byte(d[2]))
	if !timed {
		return p, nil
	}
	return appendClock(p, at, clock)
}

// appendClock appends "15:04:05" with or without a fraction, and adds its size
// to the byte at the given place.
func appendClock(p []byte, at int, text string) ([]byte, error) {
	clock, fraction, precise := strings.Cut(text, ".")
	c, err := fields(clock, ":")
	if err != nil {
		return nil, err
	}
	p = append(p, byte(c[0]), byte(c[1]), byte(c[2]))
	p[at] += 3
	if !precise {
		return p, nil
	}
	micros, err := strconv.ParseUint((fraction + "000000")[:6], 10, 32)
	p[at] += 4
	return binary.LittleEndian.AppendUint32(p, uint32(micros)), err
}

// appendTime appends "[-]838:59:59" with or without a fraction.
func appendTime(p []byte, text string) ([]byte, error) {
	rest, negative := strings.CutPrefix(text, "-")
	hours, clock, ok := strings.Cut(rest, ":")
	h, err := strconv.ParseUint(hours, 10, 32)
	if err != nil || !ok {
		return nil, fmt.Errorf("no time: %q", text)
	}
	sign := byte(0)
	if negative {
		sign = 1
	}
	p = append(p, 5, sign)
	at := len(p) - 2
	p = binary.LittleEndian.AppendUint32(p, uint32(h/24))
	return appendClock(p, at, strconv.FormatUint(h%24, 10)+":"+clock)
}

// fields are the three numbers of a date or a time.
func fields(text, separator string) (out [3]uint64, err error) {
	parts := strings.Split(text, separator)
	if len(parts) != len(out) {
		return out, fmt.Errorf("no date or time: %q", text)
	}
	for i, part := range parts {
		if out[i], err = strconv.ParseUint(part, 10, 16); err != nil {
			return out, err
		}
	}
	return out, nil
}
