package feed

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/mmcdole/gofeed"
)

// item is one entry of a feed, as plain text.
type item struct {
	title, link, description string
}

// parse returns the items of an RSS or Atom document, in its order.
func parse(document []byte) ([]item, error) {
	feed, err := gofeed.NewParser().Parse(bytes.NewReader(document))
	if errors.Is(err, gofeed.ErrFeedTypeNotDetected) {
		return nil, errors.New("this is neither RSS nor Atom")
	}
	if err != nil {
		return nil, fmt.Errorf("read the feed: %w", err)
	}
	items := make([]item, 0, len(feed.Items))
	for _, entry := range feed.Items {
		description := entry.Description
		if description == "" {
			description = entry.Content
		}
		items = append(items, item{
			title:       plainText(entry.Title),
			link:        linkOf(entry),
			description: plainText(description),
		})
	}
	return items, nil
}

// linkOf returns the item's address; RSS allows the guid to be it.
func linkOf(entry *gofeed.Item) string {
	if link := tidy(entry.Link); link != "" {
		return link
	}
	if guid := tidy(entry.GUID); strings.HasPrefix(guid, "http://") || strings.HasPrefix(guid, "https://") {
		return guid
	}
	return ""
}
