package dashboard_test

import (
	"encoding/xml"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/answers"
	"github.com/telemetrygen/telemetrygen/collector/dashboard"
)

// noon is the time at which every test looks at the page.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// get requests address from a dashboard of source.
func get(t *testing.T, source answers.Store, address string) *http.Response {
	t.Helper()
	r := httptest.NewRequest("GET", address, nil)
	w := httptest.NewRecorder()
	dashboard.Handler(source, func() time.Time { return noon }).ServeHTTP(w, r)
	return w.Result()
}

// An element of a page: its name, attributes and the text in it and in all below it.
type element struct {
	name  string
	attrs map[string]string
	text  string
	below []*element
}

// parse reads a page. The template writes HTML that is well-formed XML too, so
// a parser that forgives nothing sees what a browser would guess at: a name
// that broke out of its place fails the test instead of being repaired.
func parse(t *testing.T, resp *http.Response) *element {
	t.Helper()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	decoder := xml.NewDecoder(strings.NewReader(string(body)))
	root := &element{}
	open := []*element{root}
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			return root
		}
		if err != nil {
			end := int(decoder.InputOffset())
			t.Fatalf("the page is not well-formed: %v after %q", err, body[max(0, end-200):end])
		}
		switch token := token.(type) {
		case xml.StartElement:
			e := &element{name: token.Name.Local, attrs: map[string]string{}}
			for _, a := range token.Attr {
				e.attrs[a.Name.Local] = a.Value
			}
			open[len(open)-1].below = append(open[len(open)-1].below, e)
			open = append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			for _, e := range open {
				e.text += string(token)
			}
		}
	}
}

// all lists the elements below e that match.
func (e *element) all(match func(*element) bool) []*element {
	var out []*element
	for _, b := range e.below {
		if match(b) {
			out = append(out, b)
		}
		out = append(out, b.all(match)...)
	}
	return out
}

func (e *element) named(name string) []*element {
	return e.all(func(b *element) bool { return b.name == name })
}

func (e *element) class(class string) []*element {
	return e.all(func(b *element) bool { return b.attrs["class"] == class })
}

// section finds the section with a heading.
func (e *element) section(t *testing.T, heading string) *element {
	t.Helper()
	for _, s := range e.named("section") {
		for _, h := range s.named("h2") {
			if h.text == heading {
				return s
			}
		}
	}
	t.Fatalf("no section %q", heading)
	return nil
}

// rows gives the texts of a section's table.
func (e *element) rows() [][]string {
	var out [][]string
	for _, body := range e.named("tbody") {
		for _, tr := range body.named("tr") {
			var cells []string
			for _, cell := range tr.below {
				cells = append(cells, strings.Join(strings.Fields(cell.text), " "))
			}
			out = append(out, cells)
		}
	}
	return out
}
