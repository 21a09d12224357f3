package collector

import (
	"bytes"
	"context"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"
)

// publicAge is how old the page on the public side may be. It bounds what the page costs: it
// is made at most once in that time, however often it is asked for.
const publicAge = 5 * time.Minute

// publicTimeout is how long making the page may take.
const publicTimeout = 30 * time.Second

// A cachedPage answers every request with one page. Nothing of a request goes into it:
// neither the query, nor headers, nor its cancellation.
type cachedPage struct {
	page   http.Handler
	now    func() time.Time
	making sync.Mutex

	mu   sync.Mutex
	kept *recording
	made time.Time
}

func newCachedPage(page http.Handler, now func() time.Time) *cachedPage {
	return &cachedPage{page: page, now: now}
}

// ServeHTTP answers with the page that there is. If it is too old, one request makes a new
// page, and others get the old one meanwhile. Only for the first page do all wait.
func (c *cachedPage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	kept, age := c.current()
	if kept == nil {
		c.making.Lock()
		if kept, age = c.current(); kept == nil {
			kept, age = c.make(), 0
		}
		c.making.Unlock()
	} else if age >= publicAge && c.making.TryLock() {
		kept, age = c.make(), 0
		c.making.Unlock()
	}
	maps.Copy(w.Header(), kept.header)
	w.Header().Set("Cache-Control", "public, max-age="+strconv.Itoa(int(max(publicAge-age, 0)/time.Second)))
	w.Header().Set("Age", strconv.Itoa(int(age/time.Second)))
	w.WriteHeader(kept.status)
	w.Write(kept.body.Bytes())
}

func (c *cachedPage) current() (*recording, time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.kept, c.now().Sub(c.made)
}

// make makes the page, and keeps it even if it says that something failed: a store that
// cannot answer must not be asked again at once.
func (c *cachedPage) make() *recording {
	ctx, cancel := context.WithTimeout(context.Background(), publicTimeout)
	defer cancel()
	request := (&http.Request{Method: http.MethodGet, URL: &url.URL{Path: "/"}, Header: http.Header{}, Host: "localhost"}).WithContext(ctx)
	made := newRecording()
	c.page.ServeHTTP(made, request)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept, c.made = made, c.now()
	return made
}

// A recording keeps an answer.
type recording struct {
	status int
	header http.Header
	body   bytes.Buffer
}

func newRecording() *recording {
	return &recording{status: http.StatusOK, header: http.Header{}}
}

func (r *recording) Header() http.Header         { return r.header }
func (r *recording) WriteHeader(status int)      { r.status = status }
func (r *recording) Write(b []byte) (int, error) { return r.body.Write(b) }
