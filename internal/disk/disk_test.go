package disk_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"airglow/internal/disk"
)

func TestRoom(t *testing.T) {
	now, free, looks, changes := time.Unix(0, 0), int64(0), 0, 0
	var failure error
	f := &disk.Floor{Dir: "/data", Least: 100 << 20, Now: func() time.Time { return now }, Free: func(dir string) (int64, error) {
		looks++
		if dir != "/data" {
			t.Errorf("%q was looked at", dir)
		}
		return free, failure
	}, Changed: func(low error) {
		if changes++; (low == nil) != (changes == 2) {
			t.Errorf("change %d is %v", changes, low)
		}
	}}
	for _, step := range []struct {
		free    int64
		failure error
		later   time.Duration
		want    string
	}{
		{free: 100 << 20, later: time.Second},
		{free: 99 << 20, later: time.Millisecond}, // what was seen still counts
		{free: 99 << 20, later: time.Second, want: "the disk of /data has 99 MB left, and 100 MB are to stay free (min-free-mb)"},
		{free: 1 << 30, later: time.Millisecond, want: "99 MB left"},
		{free: 1 << 30, later: time.Second},
		{failure: errors.New("no such disk"), later: time.Second},
	} {
		free, failure, now = step.free, step.failure, now.Add(step.later)
		if err := f.Room(); (err == nil) != (step.want == "") || err != nil && !strings.Contains(err.Error(), step.want) {
			t.Errorf("with %d bytes: %v, want %q", step.free, err, step.want)
		}
	}
	if looks != 4 || changes != 2 {
		t.Errorf("%d looks at the disk and %d changes, want 4 and 2", looks, changes)
	}
	if err := (&disk.Floor{Free: disk.Free, Now: time.Now, Dir: t.TempDir(), Least: 1}).Room(); err != nil {
		t.Error(err)
	}
	if free, err := disk.Free(t.TempDir()); err != nil || free == 0 {
		t.Errorf("%d bytes are free, %v", free, err)
	}
	var none *disk.Floor
	if err := none.Room(); err != nil {
		t.Error(err)
	}
}
