package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"os"
	"slices"

	"github.com/gofrs/flock"
)

// A file that was cut short or damaged makes bbolt stop the process: it reads the
// file as memory, and panics on what it does not expect. So the file is read here
// first, page by page, as bbolt's own check does, and refused with a sentence. What
// a power cut leaves is not damage: a transaction counts from when its meta page is
// written, which has a checksum, and before that the one before it counts. A
// gigabyte takes about a second, as bbolt's own reading of it that follows does. The
// form of the pages is version 2 of bbolt's, in package internal/common there.

// errDamaged is what the error of a damaged file wraps.
var errDamaged = errors.New("the file is damaged")

const remedy = "restore the file from a backup, or move it away to begin with an empty ledger " +
	"(what was recorded is lost then; databases and accounts are not)"

func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: %s; %s", errDamaged, fmt.Sprintf(format, args...), remedy)
}

// The sizes and marks of the file's parts.
const (
	pageHeader, pageElement = 16, 16
	metaSize                = 64
	bucketHeader            = 16
	fileMagic, fileVersion  = 0xED0CDAED, 2

	branchPage, leafPage = 0x01, 0x02
	bucketElement        = 0x01
	// deepest is more than any tree of 2^48 pages has.
	deepest = 64
)

// check reads a file whole and says what is wrong with it. One that is missing is as it
// should be; one that another process has open is ErrInUse.
func check(path string) error {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // is only read
	lock := flock.New(path)             // that of bbolt
	ctx, cancel := context.WithTimeout(context.Background(), lockWait)
	defer cancel()
	if locked, err := lock.TryLockContext(ctx, lockWait/10); !locked {
		if errors.Is(err, context.DeadlineExceeded) {
			err = ErrInUse
		}
		return err
	}
	defer func() { _ = lock.Close() }()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if info.Size() == 0 {
		return damaged("it has 0 bytes, and was cut short")
	}
	return checkFile(file, info.Size())
}

func checkFile(file io.ReaderAt, size int64) error {
	m, err := newestMeta(file, size)
	if err != nil {
		return err
	}
	if need := int64(m.pages) * m.pageSize; m.pages > uint64(size)/uint64(m.pageSize) {
		return damaged("it has %d bytes, and %d are missing", size, need-size)
	}
	c := checker{file: file, meta: m, seen: make([]bool, max(m.pages, 2))}
	c.seen[0], c.seen[1] = true, true // the meta pages
	return c.tree(m.root, 0, bounds{})
}

// meta is what a meta page says.
type meta struct {
	pageSize          int64
	root, pages, txid uint64
}

// newestMeta returns the newest of the two meta pages, of those that are whole.
func newestMeta(file io.ReaderAt, size int64) (meta, error) {
	first, ok := readMeta(file, 0)
	if !ok {
		// The page size of a file without its first page is not known.
		for pageSize := int64(1024); pageSize <= 64<<10 && pageSize < size; pageSize *= 2 {
			if m, ok := readMeta(file, pageSize); ok && m.pageSize == pageSize {
				return m, nil
			}
		}
		return meta{}, damaged("its beginning is not that of a ledger")
	}
	if second, ok := readMeta(file, first.pageSize); ok && second.txid > first.txid {
		return second, nil
	}
	return first, nil
}

func readMeta(file io.ReaderAt, at int64) (m meta, ok bool) {
	buf := make([]byte, metaSize)
	if _, err := file.ReadAt(buf, at+pageHeader); err != nil {
		return m, false
	}
	u32, u64 := binary.LittleEndian.Uint32, binary.LittleEndian.Uint64
	sum := fnv.New64a()
	sum.Write(buf[:metaSize-8])
	if u32(buf) != fileMagic || u32(buf[4:]) != fileVersion || sum.Sum64() != u64(buf[metaSize-8:]) {
		return m, false
	}
	m = meta{pageSize: int64(u32(buf[8:])), root: u64(buf[16:]), pages: u64(buf[40:]), txid: u64(buf[48:])}
	return m, m.pageSize >= 1024 && m.pageSize <= 64<<10
}

// bounds are the keys that a page may have: from, and not to; nil bounds nothing.
type bounds struct{ from, to []byte }

// checker reads pages.
type checker struct {
	file io.ReaderAt
	meta meta
	seen []bool
	// scratch is what a page of each depth is read into: one at a time is looked at.
	scratch [deepest + 2]scratch
}

// scratch is the memory of a page and its elements.
type scratch struct {
	page     []byte
	elements []element
}

// tree checks a page and those below it.
func (c *checker) tree(id uint64, depth int, b bounds) error {
	if depth > deepest {
		return damaged("page %d is too deep", id)
	}
	page, err := c.page(id, depth)
	if err != nil {
		return err
	}
	return c.content(page, id, depth, b)
}

// page reads a page whole, into what is there for its depth.
func (c *checker) page(id uint64, depth int) ([]byte, error) {
	if id >= c.meta.pages || c.seen[id] {
		return nil, damaged("a page refers to page %d, which is not its own", id)
	}
	at, size, into := int64(id)*c.meta.pageSize, int(c.meta.pageSize), &c.scratch[depth]
	page := slices.Grow(into.page[:0], size)[:size]
	if _, err := c.file.ReadAt(page, at); err != nil {
		return nil, err
	}
	overflow := uint64(binary.LittleEndian.Uint32(page[12:]))
	if binary.LittleEndian.Uint64(page) != id || overflow >= c.meta.pages-id {
		return nil, damaged("page %d says that it is another, or longer than the file", id)
	}
	for i := range overflow + 1 {
		if c.seen[id+i] {
			return nil, damaged("page %d is in use twice", id+i)
		}
		c.seen[id+i] = true
	}
	whole := size * int(overflow+1)
	page = slices.Grow(page, whole-size)[:whole]
	into.page = page
	if overflow > 0 {
		if _, err := c.file.ReadAt(page[size:], at+int64(size)); err != nil {
			return nil, err
		}
	}
	return page, nil
}

// content checks what a page holds.
func (c *checker) content(page []byte, id uint64, depth int, b bounds) error {
	kind, count := binary.LittleEndian.Uint16(page[8:]), int(binary.LittleEndian.Uint16(page[10:]))
	if kind != branchPage && kind != leafPage || pageHeader+count*pageElement > len(page) || kind == branchPage && count == 0 {
		return damaged("page %d has no content of a known kind", id)
	}
	elements := slices.Grow(c.scratch[depth].elements[:0], count)[:count]
	c.scratch[depth].elements = elements
	for i := range elements {
		var ok bool
		if elements[i], ok = readElement(page, pageHeader+i*pageElement, kind); !ok {
			return damaged("page %d refers to what is outside of it", id)
		}
		key := elements[i].key
		if i > 0 && bytes.Compare(elements[i-1].key, key) >= 0 || b.to != nil && bytes.Compare(key, b.to) >= 0 || bytes.Compare(key, b.from) < 0 {
			return damaged("page %d is not in order", id)
		}
	}
	for i, e := range elements {
		if err := c.below(e, kind, depth, bounds{e.key, b.to}.before(elements[i+1:])); err != nil {
			return err
		}
	}
	return nil
}

// before are the bounds with the next element's key as their end.
func (b bounds) before(next []element) bounds {
	if len(next) > 0 {
		b.to = next[0].key
	}
	return b
}

// below checks what an element refers to.
func (c *checker) below(e element, kind uint16, depth int, b bounds) error {
	switch {
	case kind == branchPage:
		return c.tree(e.page, depth+1, b)
	case !e.bucket:
		return nil
	case len(e.value) < bucketHeader:
		return damaged("a bucket has no beginning")
	}
	if root := binary.LittleEndian.Uint64(e.value); root != 0 {
		return c.tree(root, depth+1, bounds{})
	}
	inline := e.value[bucketHeader:]
	if len(inline) < pageHeader || binary.LittleEndian.Uint16(inline[8:]) != leafPage || depth > deepest {
		return damaged("a small bucket has no page")
	}
	return c.content(inline, 0, depth+1, bounds{})
}

// element is an entry of a page: of a branch with a page, of a leaf with a value.
type element struct {
	key, value []byte
	page       uint64
	bucket     bool
}

func readElement(page []byte, at int, kind uint16) (e element, ok bool) {
	u32 := func(offset int) uint64 { return uint64(binary.LittleEndian.Uint32(page[at+offset:])) }
	begin, keySize, valueSize := uint64(at), u32(4), uint64(0)
	if kind == branchPage {
		begin += u32(0)
		e.page = binary.LittleEndian.Uint64(page[at+8:])
	} else {
		e.bucket = u32(0)&bucketElement != 0
		begin, keySize, valueSize = begin+u32(4), u32(8), u32(12)
	}
	if begin+keySize+valueSize > uint64(len(page)) {
		return e, false
	}
	e.key, e.value = page[begin:begin+keySize], page[begin+keySize:begin+keySize+valueSize]
	return e, true
}
