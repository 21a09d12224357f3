package intake

import (
	"errors"
	"io"
	"sync"
)

// A Body is the body of one request. It consists of pages that are reused, so that bodies
// that never become complete leave no garbage, however many there are.
type Body struct {
	pages []*page
	n     int // bytes
	first [1]*page
}

// A page has room for a usual report.
type page [4 << 10]byte

var pages = sync.Pool{New: func() any { return new(page) }}

// readFrom reads the whole body.
func (b *Body) readFrom(r io.Reader) error {
	b.pages = b.first[:0]
	for {
		at := b.n % len(page{})
		if at == 0 && b.n == len(b.pages)*len(page{}) {
			b.pages = append(b.pages, pages.Get().(*page))
		}
		n, err := r.Read(b.pages[len(b.pages)-1][at:])
		b.n += n
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// Len returns the length in bytes.
func (b *Body) Len() int { return b.n }

// Bytes returns the content, which is valid until Free.
func (b *Body) Bytes() []byte {
	if b.n <= len(page{}) {
		return b.pages[0][:b.n]
	}
	all := make([]byte, 0, b.n)
	for i, one := range b.pages {
		all = append(all, one[:min(len(one), b.n-i*len(one))]...)
	}
	return all
}

// Free returns the pages, for other bodies.
func (b *Body) Free() {
	for _, one := range b.pages {
		pages.Put(one)
	}
	b.pages = nil
}
