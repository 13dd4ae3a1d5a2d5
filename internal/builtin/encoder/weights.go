package encoder

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
)

// Magic starts a weights file. Behind it come the length of the header (four
// bytes, little endian), the Header in JSON, and the sections' bytes.
const Magic = "AIRGLOW-ENCODER-1\n"

// Header says what is in a weights file.
type Header struct {
	// Source names the published model and its licence.
	Source   string
	Sections []Section
}

// Section is one tensor or the vocabulary. Its bytes start Offset bytes
// behind the header:
//
//	int8     Rows × Cols signed bytes, then one little-endian float32 per row
//	         by which the row's bytes are to be multiplied
//	float32  Rows × Cols little-endian float32
//	text     Cols bytes of UTF-8
type Section struct {
	Name       string
	Kind       string
	Rows, Cols int
	Offset     int
}

func (s Section) size() int {
	switch s.Kind {
	case "int8":
		return s.Rows*s.Cols + 4*s.Rows
	case "float32":
		return 4 * s.Rows * s.Cols
	default:
		return s.Cols
	}
}

// weights is an opened file. The first section that is missing or has the
// wrong form is remembered in err, so that readers need not check each.
type weights struct {
	sections map[string]Section
	data     string
	err      error
}

// maxSide bounds a section's dimensions so that no product overflows.
const maxSide = 1 << 24

func parseWeights(file string) (*weights, error) {
	rest, ok := strings.CutPrefix(file, Magic)
	if !ok || len(rest) < 4 {
		return nil, errors.New("not an encoder file of this version")
	}
	size := int(binary.LittleEndian.Uint32([]byte(rest[:4])))
	if size > len(rest)-4 {
		return nil, errors.New("file ends within its header")
	}
	var h Header
	if err := json.Unmarshal([]byte(rest[4:4+size]), &h); err != nil {
		return nil, fmt.Errorf("parse header: %w", err)
	}
	w := &weights{sections: map[string]Section{}, data: rest[4+size:]}
	for _, s := range h.Sections {
		if s.Rows < 0 || s.Cols < 0 || s.Offset < 0 || s.Rows > maxSide || s.Cols > maxSide ||
			s.Offset > len(w.data) || s.size() > len(w.data)-s.Offset {
			return nil, fmt.Errorf("section %s lies outside the file", s.Name)
		}
		w.sections[s.Name] = s
	}
	return w, nil
}

// section returns a section and its bytes after checking its form; rows or
// cols 0 means any.
func (w *weights) section(want Section) (Section, string) {
	s, ok := w.sections[want.Name]
	if !ok || s.Kind != want.Kind || (want.Rows != 0 && s.Rows != want.Rows) || (want.Cols != 0 && s.Cols != want.Cols) {
		if w.err == nil {
			w.err = fmt.Errorf("section %s is missing or is not %s of %d × %d", want.Name, want.Kind, want.Rows, want.Cols)
		}
		return Section{}, ""
	}
	return s, w.data[s.Offset : s.Offset+s.size()]
}

// vector returns a float32 section of n values (0: any number).
func (w *weights) vector(name string, n int) []float32 {
	_, data := w.section(Section{Name: name, Kind: "float32", Rows: 1, Cols: n})
	return float32s(data)
}

// matrix returns an int8 section with out rows of in columns (out 0: any).
func (w *weights) matrix(name string, in, out int) matrix {
	s, data := w.section(Section{Name: name, Kind: "int8", Rows: out, Cols: in})
	split := s.Rows * s.Cols
	return matrix{in: in, out: s.Rows, cells: data[:split], scales: float32s(data[split:])}
}

func (w *weights) lines(name string) []string {
	_, data := w.section(Section{Name: name, Kind: "text"})
	return strings.Split(data, "\n")
}

func float32s(data string) []float32 {
	f := make([]float32, len(data)/4)
	for i := range f {
		f[i] = math.Float32frombits(binary.LittleEndian.Uint32([]byte(data[4*i : 4*i+4])))
	}
	return f
}
