package dashboard

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/telemetrygen/telemetrygen/collector/answers"
)

// Addresses are relative to the page, so that the dashboard can stand below any
// path of a proxy.

// link is the address of a page for a question: "" is the first page.
func link(page string, q answers.Question) string {
	if page == "" {
		page = "./"
		q.Command = ""
	}
	if page == "commands" {
		q.Command = ""
	}
	if query := q.Values().Encode(); query != "" {
		return page + "?" + strings.ReplaceAll(query, "+", "%20") // a + takes more room in HTML
	}
	return page
}

// commandLink is the page of one command.
func commandLink(q answers.Question, path string) string {
	q.Command = path
	return link("command", q)
}

// pageLink is a page of the whole list of commands.
func pageLink(q answers.Question, number int) string {
	values := q.Values()
	values.Del("command")
	values.Set("page", strconv.Itoa(number))
	return "commands?" + values.Encode()
}

// csvLink is the list of a question in full, as the API has it.
func csvLink(name string, q answers.Question) string {
	values := q.Values()
	values.Set("format", "csv")
	return "api/v1/" + name + "?" + values.Encode()
}

// codeLink leads from an exit code of an app to the commands that end with such
// ones: runs without an exit are a column of the whole list only.
func codeLink(q answers.Question, code int) string {
	switch {
	case code > 0:
		return "#failing"
	case code < 0:
		return csvLink("commands", q)
	}
	return link("commands", q)
}

// weekLink is the page of q in the week that begins with a Monday.
func weekLink(page string, q answers.Question, monday answers.Day) string {
	sunday := answers.Day{Time: monday.AddDate(0, 0, 6)}
	if sunday.After(q.Today) {
		sunday.Time = q.Today
	}
	return link(page, onDays(q, monday, sunday))
}

// onDays is q of other days.
func onDays(q answers.Question, since, until answers.Day) answers.Question {
	q.Fixed, q.Since, q.Until = true, since.Time, until.Time
	return q
}

// tidy takes out of an address what a form sends and nobody chose, so that the
// address is one to keep: fields that were left empty, and the number of days
// beside a first day. It reports whether it changed anything.
func tidy(raw string) (string, bool) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return raw, false // the question says so
	}
	changed := false
	for name, value := range values {
		if len(value) == 1 && value[0] == "" {
			delete(values, name)
			changed = true
		}
	}
	if values.Has("since") && values.Has("days") {
		values.Del("days")
		changed = true
	}
	return values.Encode(), changed
}

// splitPage takes the number of a page of a list out of a query.
func splitPage(raw string) (rest string, number int, err error) {
	values, err := url.ParseQuery(raw)
	if err != nil || !values.Has("page") {
		return raw, 1, nil
	}
	number, err = strconv.Atoi(values.Get("page"))
	if err != nil || number < 1 || number > 10_000 || len(values["page"]) > 1 {
		return raw, 1, &answers.Refusal{Reason: "page is a number from 1 on."}
	}
	values.Del("page")
	return values.Encode(), number, nil
}
