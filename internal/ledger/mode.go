package ledger

import (
	"fmt"
	"strings"
)

// Mode says where the answers of a session come from.
type Mode int

// The modes.
const (
	// Live: from the providers, and from the ledger as Reuse allows.
	Live Mode = iota
	// Record: as Live, and each answer is kept in a recording.
	Record
	// Replay: from a recording or the ledger; no provider is asked.
	Replay
	// DryRun: from nowhere. What would be asked is counted.
	DryRun
)

var modeNames = [...]string{"live", "record", "replay", "dry_run"}

// ModeNames are the modes as SQL names them, in their order.
func ModeNames() []string { return append([]string(nil), modeNames[:]...) }

// String returns the mode as SQL names it.
func (m Mode) String() string {
	if m < 0 || int(m) >= len(modeNames) {
		return fmt.Sprintf("mode %d", int(m))
	}
	return modeNames[m]
}

// ParseMode returns the mode of a name, in any case.
func ParseMode(name string) (Mode, bool) {
	for i, known := range modeNames {
		if strings.EqualFold(name, known) {
			return Mode(i), true
		}
	}
	return 0, false
}

// Asks reports whether providers are asked.
func (m Mode) Asks() bool { return m == Live || m == Record }
