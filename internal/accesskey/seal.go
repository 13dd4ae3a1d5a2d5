package accesskey

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
)

// sealer encrypts secrets with AES-256-GCM. What a secret belongs to is bound to
// it: a record that was changed by hand, such as to another account, is refused.
type sealer struct {
	aead   cipher.AEAD
	random io.Reader
}

// keyBytes is the size of the key that encrypts.
const keyBytes = 32

// openSealer reads the key of a file, which is made when it is missing and may
// be: when nothing is encrypted with it yet.
func openSealer(path string, mayMake bool, random io.Reader) (*sealer, error) {
	key, err := readKey(path)
	if errors.Is(err, fs.ErrNotExist) && mayMake {
		key = make([]byte, keyBytes)
		if _, err = io.ReadFull(random, key); err == nil {
			err = writeFile(path, []byte(hex.EncodeToString(key)+"\n"))
		}
	}
	if err != nil {
		return nil, fmt.Errorf("key file of the access keys %s: %w", path, err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	return &sealer{aead: aead, random: random}, err
}

func readKey(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("others can read it (mode %04o); chmod it to 0600", info.Mode().Perm())
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) != keyBytes {
		return nil, fmt.Errorf("it does not hold %d hexadecimal digits", 2*keyBytes)
	}
	return key, nil
}

// seal encrypts a secret that belongs to what.
func (s *sealer) seal(secret, what string) ([]byte, error) {
	nonce := make([]byte, s.aead.NonceSize())
	if _, err := io.ReadFull(s.random, nonce); err != nil {
		return nil, err
	}
	return s.aead.Seal(nonce, nonce, []byte(secret), []byte(what)), nil
}

func (s *sealer) open(sealed []byte, what string) (string, error) {
	size := s.aead.NonceSize()
	if len(sealed) < size {
		return "", errors.New("its secret is cut off")
	}
	secret, err := s.aead.Open(nil, sealed[:size], sealed[size:], []byte(what))
	if err != nil {
		return "", errors.New("its secret was encrypted with another key file, or was changed")
	}
	return string(secret), nil
}
