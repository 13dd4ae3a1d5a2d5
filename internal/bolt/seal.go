package bolt

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"

	bbolt "go.etcd.io/bbolt"

	"airglow/internal/ledger"
)

// secretSize is the length of Options.Secret, for AES-256.
const secretSize = 32

// The first byte of a body says how it is kept.
const (
	plainBody  = 0
	sealedBody = 1
)

// errSealed is a body that is not there, or was written with another secret.
var errSealed = errors.New("the body cannot be read with this secret")

// seal encrypts bodies with AES-GCM, or leaves them as they are when it has no
// secret.
type seal struct{ aead cipher.AEAD }

func newSeal(secret []byte) (*seal, error) {
	if len(secret) == 0 {
		return &seal{}, nil
	}
	if len(secret) != secretSize {
		return nil, fmt.Errorf("the secret for bodies has %d bytes, not %d", len(secret), secretSize)
	}
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	return &seal{aead}, err
}

// close returns a body as it is kept.
func (s *seal) close(body []byte) ([]byte, error) {
	if s.aead == nil {
		return append([]byte{plainBody}, body...), nil
	}
	nonce := make([]byte, s.aead.NonceSize(), 1+s.aead.NonceSize()+len(body)+s.aead.Overhead())
	if _, err := rand.Read(nonce); err != nil {
		return nil, fmt.Errorf("encrypt a body: %w", err)
	}
	return s.aead.Seal(append([]byte{sealedBody}, nonce...), nonce, body, nil), nil
}

// open returns a body that was kept. It does not share kept's memory.
func (s *seal) open(kept []byte) ([]byte, error) {
	switch {
	case len(kept) > 0 && kept[0] == plainBody:
		return bytes.Clone(kept[1:]), nil
	case s.aead == nil || len(kept) < 1+s.aead.NonceSize() || kept[0] != sealedBody:
		return nil, errSealed
	}
	nonce := kept[1 : 1+s.aead.NonceSize()]
	body, err := s.aead.Open(nil, nonce, kept[1+len(nonce):], nil)
	if err != nil {
		return nil, errSealed
	}
	return body, nil
}

// hide leaves of a statement's text what may be kept: the literals in it are part of
// what is asked.
func (s *Store) hide(st *ledger.Statement) (err error) {
	switch {
	case !s.bodies:
		st.Text = st.Shape
	case s.seal.aead != nil && st.Text != "":
		st.Sealed, err = s.seal.close([]byte(st.Text))
		st.Text = ""
	}
	return err
}

// show sets a statement's text, as far as it can be read.
func (s *Store) show(st *ledger.Statement) {
	if st.Sealed != nil {
		text, _ := s.seal.open(st.Sealed) // one that cannot be read is not there
		st.Text = string(text)
	}
}

// warnOfSecret says in the log that bodies are there that this secret does not open:
// the oldest and the newest tell.
func (s *Store) warnOfSecret() {
	err := s.db.View(func(tx *bbolt.Tx) error {
		cursor := tx.Bucket(bodiesBucket).Cursor()
		for _, at := range []func() (key, value []byte){cursor.First, cursor.Last} {
			if key, value := at(); key != nil {
				if _, err := s.seal.open(value); err != nil {
					return err
				}
			}
		}
		return nil
	})
	switch {
	case err == nil:
	case s.seal.aead == nil:
		s.log.Warn("the ledger has requests and answers that are encrypted, and no secret is given: they are as if they had not been kept; see ledger.secret-file")
	default:
		s.log.Warn("the ledger has requests and answers that this secret does not open: they are as if they had not been kept; see ledger.secret-file")
	}
}
