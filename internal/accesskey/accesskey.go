// Package accesskey keeps the keys with which programs sign requests to the
// endpoint: each belongs to a database account and has what the account has.
//
// A signature is checked by making it again, so that a secret must be kept in a
// form that can be read. Store keeps it encrypted (seal.go), in one file, with
// the key for that in another; both are below the data directory and readable
// by their owner only. That guards a copy of the one file without the other, and
// nothing against whoever reads both.
package accesskey

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// MostPerAccount is how many keys an account may have.
const MostPerAccount = 20

// Errors of Store. They are returned as they are.
var (
	ErrUnknown = errors.New("there is no such access key")
	ErrTooMany = fmt.Errorf("an account has at most %d access keys; drop one that is no longer used", MostPerAccount)
)

// Account is the database account that a key belongs to, by its exact name.
type Account struct {
	User string `json:"user"`
	Host string `json:"host"`
}

// Key is what may be shown of a key.
type Key struct {
	// ID is the access key id, such as "AGLWJ4PTN7SVDQ2KXH5M".
	ID      string
	Account Account
	// Created is in UTC, to the microsecond.
	Created time.Time
}

// Secret is a key with its secret. It is not to be logged.
type Secret struct {
	Key
	// SecretKey signs requests.
	SecretKey string
}

// String shows the id alone.
func (s Secret) String() string { return s.ID }

// GoString shows the id alone.
func (s Secret) GoString() string { return s.ID }

// bearerPurpose separates the bearer key from whatever else a secret may sign.
const bearerPurpose = "airglow bearer key 1"

// Bearer returns the key for clients that send one in place of a signature. It
// tells nothing of SecretKey.
func (s Secret) Bearer() string {
	mac := hmac.New(sha256.New, []byte(s.SecretKey))
	mac.Write([]byte(bearerPurpose))
	return s.ID + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// MatchesBearer compares in a time that does not depend on where the texts
// differ.
func (s Secret) MatchesBearer(bearer string) bool {
	return hmac.Equal([]byte(bearer), []byte(s.Bearer()))
}

// BearerID returns the id that a bearer key begins with; false where it has not
// the form of one.
func BearerID(bearer string) (string, bool) {
	id, rest, ok := strings.Cut(bearer, ".")
	return id, ok && id != "" && rest != ""
}

// Keys begin with letters that no key of Amazon's begins with: who finds one
// knows where it belongs.
const (
	idPrefix    = "AGLW"
	idBytes     = 10 // 16 characters
	secretBytes = 30 // 40 characters
)

// newSecret draws a key's id and secret.
func newSecret(random io.Reader) (id, secret string, err error) {
	drawn := make([]byte, idBytes+secretBytes)
	if _, err := io.ReadFull(random, drawn); err != nil {
		return "", "", fmt.Errorf("draw an access key: %w", err)
	}
	id = idPrefix + base32.StdEncoding.EncodeToString(drawn[:idBytes])
	return id, base64.RawURLEncoding.EncodeToString(drawn[idBytes:]), nil
}
