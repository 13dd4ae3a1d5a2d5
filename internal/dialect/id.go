package dialect

import (
	"crypto/sha256"

	"airglow/internal/model"
)

// idAlphabet is base 58: digits and letters without the look-alikes.
const idAlphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

// idLength is the number of characters behind the prefix of an answer's id.
const idLength = 24

// ID returns the id of the answer to a request: 24 letters and digits that
// depend on the request and the answering model alone, so that a repeated call
// gives the same bytes and a test needs no source of randomness.
func ID(key model.Key, answeredBy string) string {
	var room [2 * sha256.Size]byte // for most names
	sum := sha256.Sum256(append(append(room[:0], key[:]...), answeredBy...))
	var id [idLength]byte
	for i := range id {
		// The digits of sum as one number, the lowest first.
		rest := 0
		for at, b := range sum {
			rest = rest<<8 | int(b)
			sum[at] = byte(rest / len(idAlphabet))
			rest %= len(idAlphabet)
		}
		id[i] = idAlphabet[rest]
	}
	return string(id[:])
}
