package accesskey

import (
	"cmp"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// Options are what a Store is built from. Dir is required.
type Options struct {
	// Dir is where the two files are; it exists.
	Dir string
	// Now tells the time; nil is the system's clock.
	Now func() time.Time
	// Random draws keys; nil is the system's generator.
	Random io.Reader
}

// Store holds the keys, in memory and on disk. It is safe for concurrent use and
// needs no closing.
type Store struct {
	path string
	now  func() time.Time
	seal *sealer

	mu   sync.RWMutex
	keys map[string]Secret
}

// record is a key as the file has it.
type record struct {
	ID      string    `json:"id"`
	Account Account   `json:"account"`
	Created time.Time `json:"created"`
	Sealed  []byte    `json:"sealed"`
}

// bound is what the secret of a record belongs to.
func (r record) bound() string { return fmt.Sprintf("%q %q %q", r.ID, r.Account.User, r.Account.Host) }

// Open reads the keys of a directory. It fails when a secret cannot be read: the
// keys would otherwise be gone with the next change.
func Open(o Options) (*Store, error) {
	s := &Store{path: filepath.Join(o.Dir, "access_keys.json"), now: o.Now, keys: map[string]Secret{}}
	if s.now == nil {
		s.now = time.Now
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	records, err := readRecords(s.path)
	if err != nil {
		return nil, fmt.Errorf("access keys %s: %w", s.path, err)
	}
	if s.seal, err = openSealer(filepath.Join(o.Dir, "access_keys.key"), len(records) == 0, o.Random); err != nil {
		return nil, err
	}
	for _, r := range records {
		secret, err := s.seal.open(r.Sealed, r.bound())
		if err != nil {
			return nil, fmt.Errorf("access key %s in %s: %w; restore the key file, or remove both files to begin without keys", r.ID, s.path, err)
		}
		s.keys[r.ID] = Secret{Key: Key{ID: r.ID, Account: r.Account, Created: r.Created}, SecretKey: secret}
	}
	return s, nil
}

func readRecords(path string) ([]record, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var records []record
	return records, json.Unmarshal(text, &records)
}

// Create makes a key for an account. It returns when the key is on disk, and the
// secret is not shown again.
func (s *Store) Create(account Account) (Secret, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	held := 0
	for _, k := range s.keys {
		if k.Account == account {
			held++
		}
	}
	if held >= MostPerAccount {
		return Secret{}, ErrTooMany
	}
	id, secret, err := newSecret(s.seal.random)
	if err != nil {
		return Secret{}, err
	}
	made := Secret{Key: Key{ID: id, Account: account, Created: s.now().UTC().Truncate(time.Microsecond)}, SecretKey: secret}
	s.keys[id] = made
	if err := s.write(); err != nil {
		delete(s.keys, id)
		return Secret{}, err
	}
	return made, nil
}

// Find returns a key with its secret, or ErrUnknown.
func (s *Store) Find(id string) (Secret, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	found, ok := s.keys[id]
	if !ok {
		return Secret{}, ErrUnknown
	}
	return found, nil
}

// List returns all keys, by account and age.
func (s *Store) List() []Key {
	s.mu.RLock()
	defer s.mu.RUnlock()
	list := make([]Key, 0, len(s.keys))
	for _, k := range s.keys {
		list = append(list, k.Key)
	}
	slices.SortFunc(list, func(a, b Key) int {
		return cmp.Or(cmp.Compare(a.Account.User, b.Account.User), cmp.Compare(a.Account.Host, b.Account.Host),
			a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID))
	})
	return list
}

// Drop forgets a key; ErrUnknown says that there is none.
func (s *Store) Drop(id string) error {
	if _, err := s.Find(id); err != nil {
		return err
	}
	_, err := s.DropWhere(func(k Key) bool { return k.ID == id })
	return err
}

// DropWhere forgets the keys for which gone returns true, and returns them.
func (s *Store) DropWhere(gone func(Key) bool) ([]Key, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before, dropped := s.keys, []Key(nil)
	s.keys = make(map[string]Secret, len(before))
	for id, k := range before {
		if gone(k.Key) {
			dropped = append(dropped, k.Key)
		} else {
			s.keys[id] = k
		}
	}
	if len(dropped) == 0 {
		return nil, nil
	}
	if err := s.write(); err != nil {
		s.keys = before
		return nil, err
	}
	return dropped, nil
}

// write writes all keys. The caller holds mu.
func (s *Store) write() error {
	records := make([]record, 0, len(s.keys))
	for _, k := range s.keys {
		r := record{ID: k.ID, Account: k.Account, Created: k.Created}
		var err error
		if r.Sealed, err = s.seal.seal(k.SecretKey, r.bound()); err != nil {
			return fmt.Errorf("encrypt access key %s: %w", k.ID, err)
		}
		records = append(records, r)
	}
	slices.SortFunc(records, func(a, b record) int { return cmp.Compare(a.ID, b.ID) })
	text, err := json.MarshalIndent(records, "", "  ")
	if err != nil {
		return err
	}
	if err := writeFile(s.path, append(text, '\n')); err != nil {
		return fmt.Errorf("write the access keys: %w", err)
	}
	return nil
}

// writeFile replaces a file that only its owner can read, whole or not at all,
// and returns when it is on disk.
func writeFile(path string, text []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
