package ledgersql

import (
	"context"
	"time"

	"airglow/internal/bolt"
	"airglow/internal/engine/own"
)

var purgeColumns = []own.Column{{Name: "invocations", Type: countType}, {Name: "statements", Type: countType}}

// purge runs CALL airglow.purge(days [, megabytes]): it forgets calls that are
// older, and the oldest beyond a size. NULL bounds nothing.
func (s SQL) purge(_ context.Context, caller own.Caller, args []*string) ([][]any, error) {
	if err := needsSuper(caller); err != nil {
		return nil, err
	}
	var limits bolt.Limits
	if args[0] != nil {
		days, err := wholeNumber("purge", "days", args[0], 0)
		if err != nil {
			return nil, err
		}
		limits.Before = time.Now().AddDate(0, 0, -int(days))
	}
	if len(args) > 1 && args[1] != nil {
		megabytes, err := wholeNumber("purge", "megabytes", args[1], 1)
		if err != nil {
			return nil, err
		}
		limits.MostBytes = megabytes << 20
	}
	purged, err := s.store.Purge(limits)
	return [][]any{{purged.Attempts, purged.Statements}}, err
}
