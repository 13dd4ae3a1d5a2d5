package neutral

import (
	"crypto/sha256"
	"encoding/binary"

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
	var words [sha256.Size / 4]uint32 // as one number, the highest first
	for i := range words {
		words[i] = binary.BigEndian.Uint32(sum[4*i:])
	}
	var id [idLength]byte
	for i := range id {
		var rest uint64
		for at, word := range words {
			rest = rest<<32 | uint64(word)
			words[at] = uint32(rest / uint64(len(idAlphabet)))
			rest %= uint64(len(idAlphabet))
		}
		id[i] = idAlphabet[rest]
	}
	return string(id[:])
}
