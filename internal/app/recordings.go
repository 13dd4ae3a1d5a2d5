package app

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"time"

	"airglow/internal/bolt"
	"airglow/internal/config"
	"airglow/internal/ledger"
)

// mostLine bounds a line of a recording's file, in bytes: a request and an answer
// of the largest that services take, in base64.
const mostLine = 128 << 20

// Export says which answers ExportAnswers writes. The zero value means all that
// the ledger has.
type Export struct {
	// Recording names a recording; empty means the ledger's answers.
	Recording string
	// Since leaves out what was answered before, unless it is zero.
	Since time.Time
}

// Exported is what ExportAnswers wrote, and how many answers it could not, as
// their bodies are not kept or cannot be read with the configured secret.
type Exported struct{ Answers, Unreadable int }

// ExportAnswers writes answers from the data directory of a configuration, as
// lines of ledger.EncodeLine. No server may have it open. Of several answers of
// the ledger to one request it writes the newest.
func ExportAnswers(c *config.Config, o Export, w io.Writer) (Exported, error) {
	store, err := offline(c)
	if err != nil {
		return Exported{}, err
	}
	x := export{Export: o, out: bufio.NewWriter(w), seen: map[[sha256.Size]byte]bool{}}
	if o.Recording != "" {
		err = x.all(store.Recorded(o.Recording))
		if err == nil && x.Answers == 0 && o.Since.IsZero() {
			err = unknownRecording(store, o.Recording)
		}
	} else {
		err = x.all(x.answered(store))
	}
	return x.Exported, errors.Join(err, x.out.Flush(), store.Close())
}

func unknownRecording(store *bolt.Store, name string) error {
	list, err := store.Recordings()
	if err != nil {
		return err
	}
	text := "there is none"
	for i, r := range list {
		if text += ", "; i == 0 {
			text = "there are "
		}
		text += r.Name
	}
	return fmt.Errorf("there is no recording %q: %s", name, text)
}

// export is an export under way.
type export struct {
	Export
	Exported
	out  *bufio.Writer
	seen map[[sha256.Size]byte]bool
}

func (x *export) all(list iter.Seq2[ledger.Recorded, error]) error {
	for r, err := range list {
		if err != nil {
			return err
		}
		asked := sha256.Sum256([]byte(r.Function + " " + r.Request.Key().String()))
		if r.At.Before(x.Since) || x.seen[asked] {
			continue
		}
		x.seen[asked] = true
		line, err := ledger.EncodeLine(r)
		if err != nil {
			return err
		}
		if _, err := x.out.Write(append(line, '\n')); err != nil {
			return err
		}
		x.Answers++
	}
	return nil
}

// answered yields the ledger's answers, the newest first.
func (x *export) answered(store *bolt.Store) iter.Seq2[ledger.Recorded, error] {
	return func(yield func(ledger.Recorded, error) bool) {
		for a, err := range store.Attempts() {
			if errors.As(err, new(*bolt.Unreadable)) {
				x.Unreadable++
				continue
			}
			if err == nil {
				err = store.Bodies(a)
			}
			if err != nil {
				yield(ledger.Recorded{}, err)
				return
			}
			for i, r := range a.Requests {
				switch {
				case !r.Answered || a.Ended.Before(x.Since):
				case r.Body == nil || r.Answer == nil:
					x.Unreadable++
				case !yield(a.Recorded(i), nil):
					return
				}
			}
		}
	}
}

// ImportAnswers puts the answers that r has as lines into a recording of the data
// directory of a configuration, which no server may have open, and returns how
// many there were. When a line is not understood, nothing is put there.
func ImportAnswers(c *config.Config, recording string, r io.Reader) (int, error) {
	list, err := readLines(r)
	if err != nil {
		return 0, err
	}
	store, err := offline(c)
	if err != nil {
		return 0, err
	}
	return len(list), errors.Join(store.KeepAll(recording, list), store.Close())
}

func readLines(r io.Reader) ([]ledger.Recorded, error) {
	var list []ledger.Recorded
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, mostLine)
	n := 1
	for ; lines.Scan(); n++ {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		answer, err := ledger.DecodeLine(lines.Bytes())
		if err != nil {
			return nil, fmt.Errorf("line %d: %w; nothing was imported", n, err)
		}
		list = append(list, answer)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("line %d: %w; nothing was imported", n, err)
	}
	if len(list) == 0 {
		return nil, errors.New("the file has no answers; nothing was imported")
	}
	return list, nil
}

// offline opens the ledger of a data directory that no server has open.
func offline(c *config.Config) (*bolt.Store, error) {
	if _, err := os.Stat(filepath.Join(c.Data, ledgerFile)); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("data directory %s has no ledger: name that of a server with --data", c.Data)
	}
	store, err := openStore(c, bolt.Options{})
	if errors.Is(err, bolt.ErrInUse) {
		return nil, fmt.Errorf("a server has data directory %s open: stop it first, or work on a copy of the directory", c.Data)
	}
	return store, err
}
