package feed

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

const (
	// maxDocument is the most that is read of a feed, in bytes.
	maxDocument = 32 << 20
	// fetchTimeout bounds a download from the first byte sent to the last read.
	fetchTimeout = time.Minute
	// maxRedirects is how often a server may send us elsewhere.
	maxRedirects = 10
)

// fetch returns the document at a URL or in a file.
func fetch(ctx context.Context, source string) ([]byte, error) {
	if strings.Contains(source, "://") {
		return download(ctx, source)
	}
	file, err := os.Open(source)
	if err != nil {
		return nil, err
	}
	text, err := readAll(file, source)
	return text, errors.Join(err, file.Close())
}

func download(ctx context.Context, source string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, source, nil)
	if err != nil {
		return nil, fmt.Errorf("%s is not a URL that can be fetched", shown(source))
	}
	if err := allowed(request.URL); err != nil {
		return nil, err
	}
	request.Header.Set("User-Agent", "airglow")
	request.Header.Set("Accept", "application/rss+xml, application/atom+xml, application/xml;q=0.9, */*;q=0.5")
	client := http.Client{CheckRedirect: func(next *http.Request, via []*http.Request) error {
		if len(via) > maxRedirects {
			return fmt.Errorf("redirected more than %d times", maxRedirects)
		}
		return allowed(next.URL)
	}}
	response, err := client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("fetch the feed: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("fetch %s: the server answered %s", shown(source), response.Status)
	}
	return readAll(response.Body, source)
}

func allowed(u *url.URL) error {
	if u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("%s: only http and https are fetched", u.Redacted())
	}
	return nil
}

func readAll(r io.Reader, source string) ([]byte, error) {
	document, err := io.ReadAll(io.LimitReader(r, maxDocument+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", shown(source), err)
	}
	if len(document) > maxDocument {
		return nil, fmt.Errorf("%s is larger than %d MB", shown(source), maxDocument>>20)
	}
	return document, nil
}

// shown is a source without the password that a URL may hold.
func shown(source string) string {
	if u, err := url.Parse(source); err == nil {
		if u.User == nil {
			return source
		}
		return u.Redacted()
	}
	if _, after, found := strings.Cut(source, "@"); found {
		return after
	}
	return source
}
