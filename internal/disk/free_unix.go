//go:build unix

package disk

import "golang.org/x/sys/unix"

// Free returns the bytes of a directory's disk that are free for this user.
func Free(dir string) (int64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return int64(s.Bavail) * int64(s.Bsize), nil //nolint:unconvert,gosec // the types differ by system
}
