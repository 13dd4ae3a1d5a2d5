package awstest

import (
	"fmt"
	"sync"
	"time"
)

// key is a pair of keys that requests may be signed with.
type key struct {
	id      string
	secret  string
	token   string
	roleARN string
	expires time.Time // zero: never
}

// keyring holds the keys that are valid, by id.
type keyring struct {
	mu     sync.Mutex
	keys   map[string]key
	issued int
}

func newKeyring() *keyring {
	return &keyring{keys: map[string]key{AccessKeyID: {id: AccessKeyID, secret: SecretAccessKey}}}
}

func (k *keyring) find(id string) (key, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	found, ok := k.keys[id]
	return found, ok
}

func (k *keyring) revoke(id string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.keys, id)
}

// issue makes a temporary key for a role.
func (k *keyring) issue(roleARN string, expires time.Time) key {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.issued++
	issued := key{
		id:      fmt.Sprintf("ASIAAWSTEST%09d", k.issued),
		secret:  fmt.Sprintf("awstest-secret-of-session-%d", k.issued),
		token:   fmt.Sprintf("awstest-token-of-session-%d", k.issued),
		roleARN: roleARN, expires: expires,
	}
	k.keys[issued.id] = issued
	return issued
}
