package dialect

import (
	"crypto/sha256"
	"math/big"

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
	sum := sha256.Sum256(append(key[:], answeredBy...))
	n := new(big.Int).SetBytes(sum[:])
	base, digit := big.NewInt(int64(len(idAlphabet))), new(big.Int)
	id := make([]byte, idLength)
	for i := range id {
		n.DivMod(n, base, digit)
		id[i] = idAlphabet[digit.Int64()]
	}
	return string(id)
}
