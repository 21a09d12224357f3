package population

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// CheckPages holds the figures of the first page and of a command's page against
// the truth, as Check does those of the API, and returns what differs. get returns
// the page at an address.
func (p *Population) CheckPages(get func(address string) ([]byte, error)) []string {
	c := &check{p: p, get: get}
	c.firstPage()
	c.commandPage("pace apply data-policy", 30)
	return c.wrong
}

// A section is the text of one part of a page.
type section struct {
	figures map[string]string // the large ones, by their labels
	rows    [][]string        // of its tables
	paths   map[string]string // of its drawing, by their classes
	keys    map[string]string // of its legend: the classes by their labels
	text    string
}

// page reads a page, which is well-formed, by the headings of its sections.
func (c *check) page(address string) map[string]*section {
	body, err := c.get(address)
	if err != nil {
		c.wrong = append(c.wrong, fmt.Sprintf("%s: %v", address, err))
		return map[string]*section{}
	}
	sections := map[string]*section{}
	now, open, label, key, words := &section{}, []string{}, "", "", []string{}
	text := func() string {
		joined := strings.Join(strings.Fields(strings.Join(words, "")), " ")
		words = nil
		return joined
	}
	for decoder := xml.NewDecoder(strings.NewReader(string(body))); ; {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return sections
		}
		if err != nil {
			c.wrong = append(c.wrong, fmt.Sprintf("%s: %v", address, err))
			return sections
		}
		switch token := token.(type) {
		case xml.StartElement:
			open = append(open, token.Name.Local)
			switch token.Name.Local {
			case "section":
				now = &section{figures: map[string]string{}, paths: map[string]string{}, keys: map[string]string{}}
				sections[fmt.Sprintf("section %d", len(sections))] = now
				words = nil
			case "h2", "th", "td", "dt", "dd", "li", "caption", "p":
				words = nil
			case "tr":
				now.rows = append(now.rows, nil)
			case "strong", "b", "i", "span":
				words = append(words, " ")
			case "path":
				now.paths[attribute(token, "class")] = attribute(token, "d")
			case "svg":
				key = ""
			case "rect": // in front of a label of a legend
				if !slices.Contains(open, "table") && slices.Contains(open, "span") {
					key, words = attribute(token, "class"), nil
				}
			}
		case xml.CharData:
			if !slices.Contains(open, "title") {
				words = append(words, string(token))
				now.text += string(token)
			}
		case xml.EndElement:
			open = open[:len(open)-1]
			switch token.Name.Local {
			case "h2":
				sections[text()] = now
			case "th", "td":
				if n := len(now.rows); n > 0 {
					now.rows[n-1] = append(now.rows[n-1], text())
				}
			case "span":
				if key != "" {
					now.keys[text()], key = key, ""
				}
			case "dt":
				label = text()
			case "dd":
				now.figures[label] = text()
			}
		}
	}
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// row finds the row of a table that begins with a name.
func (s *section) row(name string) []string {
	if s == nil {
		return nil
	}
	for _, row := range s.rows {
		if len(row) > 0 && row[0] == name {
			return row
		}
	}
	return nil
}

// rest is what follows a name in its row.
func (s *section) rest(name string) []string {
	if row := s.row(name); len(row) > 0 {
		return row[1:]
	}
	return nil
}

// share is part of whole as the pages write it.
func share(part, whole int64) string {
	switch p := 100 * float64(part) / float64(whole); {
	case whole == 0:
		return "–"
	case part == 0 || part == whole:
		return fmt.Sprintf("%.0f%%", p)
	case p < .1:
		return "<0.1%"
	case p > 99.9:
		return ">99.9%"
	default:
		return fmt.Sprintf("%.1f%%", p)
	}
}

func counts(part, whole int64) string {
	return fmt.Sprintf("%s (%s of %s)", share(part, whole), thousands(part), thousands(whole))
}

func thousands(n int64) string {
	text := strconv.FormatInt(n, 10)
	for at := len(text) - 3; at > 0; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}

// changed is a figure's change as the pages write it.
func changed(now, before int64) string {
	switch {
	case now == before:
		return "±0"
	case before == 0:
		return "new"
	case now/before >= 10:
		return "×" + thousands(now/before)
	}
	text := fmt.Sprintf("%+.0f%%", math.Round(100*(float64(now)/float64(before)-1)))
	if text == "+0%" || text == "-0%" {
		return "±0"
	}
	return text
}

// points is a share's change in percentage points as the pages write it.
func points(part, whole, partBefore, wholeBefore int64) string {
	if whole == 0 || wholeBefore == 0 {
		return ""
	}
	return fmt.Sprintf("%+.1f points", 100*(float64(part)/float64(whole)-float64(partBefore)/float64(wholeBefore)))
}

// joined is a cell of these parts.
func joined(parts ...string) string {
	return strings.Join(strings.Fields(strings.Join(parts, " ")), " ")
}

// cells are the figures of a command or system as a list of a page has them.
func cells(f, before Figures) []string {
	return []string{
		joined(thousands(f.Installs), changed(f.Installs, before.Installs)),
		joined(thousands(f.InstallsFailed), changed(f.InstallsFailed, before.InstallsFailed), share(f.InstallsFailed, f.Installs)),
		joined(thousands(f.Runs), changed(f.Runs, before.Runs)),
		joined(share(f.Failures, f.Runs), points(f.Failures, f.Runs, before.Failures, before.Runs)),
	}
}
