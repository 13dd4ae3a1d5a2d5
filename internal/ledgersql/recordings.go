package ledgersql

import (
	"context"
	"fmt"

	"airglow/internal/bolt"
	"airglow/internal/engine/own"
	"airglow/internal/mysqlerr"
)

var recordingColumns = []column[bolt.Recording]{
	{"name", "varchar(64)", func(r bolt.Recording) any { return r.Name }},
	{"answers", countType, func(r bolt.Recording) any { return r.Answers }},
	{"bytes", countType, func(r bolt.Recording) any { return r.Bytes }},
	{"first_answer", timeType, func(r bolt.Recording) any { return at(r.First) }},
	{"last_answer", timeType, func(r bolt.Recording) any { return at(r.Last) }},
}

// recordings are the rows of airglow.recordings, by name.
func (s SQL) recordings(context.Context, own.Caller) ([][]any, error) {
	list, err := s.store.Recordings()
	rows := make([][]any, len(list))
	for i, r := range list {
		rows[i] = values(recordingColumns, r)
	}
	return rows, err
}

// dropRecording runs CALL airglow.drop_recording(name).
func (s SQL) dropRecording(_ context.Context, caller own.Caller, args []*string) ([][]any, error) {
	if err := needsSuper(caller); err != nil {
		return nil, err
	}
	if args[0] == nil {
		return nil, mysqlerr.New(1210, "Incorrect arguments to drop_recording: the name is NULL")
	}
	found, err := s.store.DropRecording(*args[0])
	if err == nil && !found {
		err = mysqlerr.New(1210, fmt.Sprintf("Incorrect arguments to drop_recording: there is no recording '%s'; airglow.recordings lists them", *args[0]))
	}
	return nil, err
}
