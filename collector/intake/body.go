package intake

import (
	"errors"
	"io"
	"sync"
)

// A Body is the body of one request. It lies in pages that are used again: those that
// do not come to their end leave no garbage, however many there are.
type Body struct {
	pages []*page
	n     int // bytes
	first [1]*page
}

// A page holds a usual report.
type page [4 << 10]byte

var pages = sync.Pool{New: func() any { return new(page) }}

// readFrom reads to the end.
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

// Len is how many bytes the body has.
func (b *Body) Len() int { return b.n }

// Bytes are valid until Free.
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

// Free gives the pages to other bodies.
func (b *Body) Free() {
	for _, one := range b.pages {
		pages.Put(one)
	}
	b.pages = nil
}
