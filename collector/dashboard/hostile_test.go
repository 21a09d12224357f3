package dashboard_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/telemetrygen/telemetrygen/collector/dashboard"
)

// hostileNames are names as nobody means them. The collector refuses most of
// them, but the page must not depend on it.
var hostileNames = []string{
	`<script>document.title="pwned"</script>`,
	`"><img src=x onerror=document.title="pwned">`,
	`' autofocus onfocus='document.title=1`,
	`</title></style></svg></select><h1>pwned</h1>`,
	`{{.Style}} ${7*7} <!-- --> ]]> &lt;b&gt; javascript:alert(1)`,
	"left\u202eright\u2066 zero\u200bwidth",
	"line\nbreak\ttab\x00nul\x1b[31mred",
	"bad \xff\xfe bytes",
	strings.Repeat("unbroken", 500),
	strings.Repeat("many words ", 300),
	strings.Repeat("\u0301", 400),
	"",
}

// hostileData has the names wherever a report can put one.
func hostileData() dashboard.Data {
	d := dashboard.Data{Installs: 1, Days: []dashboard.Day{{Date: noon, Runs: 1 << 42, Failures: 1 << 41, Installs: 1 << 42}}}
	for i, name := range hostileNames {
		runs := int64(1) << (40 - 3*i)
		d.Apps = append(d.Apps, name)
		d.Versions = append(d.Versions, name)
		d.Commands = append(d.Commands, dashboard.Command{Path: name, Runs: runs, Failures: runs / 2, NoExit: runs / 4})
		d.ExitCodes = append(d.ExitCodes, dashboard.Count{Value: name, Runs: runs})
		d.Releases = append(d.Releases, dashboard.Count{Value: name, Runs: runs})
		d.Systems = append(d.Systems, dashboard.Count{Value: name, Runs: runs})
	}
	return d
}

// TestHostileNames: whatever a name holds, the page is the same page with other
// text in it.
func TestHostileNames(t *testing.T) {
	harmless := hostileData()
	for i := range hostileNames {
		name := fmt.Sprintf("name%d", i)
		harmless.Apps[i], harmless.Versions[i], harmless.Commands[i].Path = name, name, name
		harmless.ExitCodes[i].Value, harmless.Releases[i].Value, harmless.Systems[i].Value = name, name, name
	}
	want := shape(parse(t, get(t, literal{data: harmless}, "/?all=1")))
	page := parse(t, get(t, literal{data: hostileData()}, "/?all=1"))
	if got := shape(page); got != want {
		t.Errorf("hostile names change the page: %d bytes of elements, want %d", len(got), len(want))
	}
	for _, r := range page.text {
		if r == 0 || r == '\x1b' || r == '\u202e' || r == '\u2066' || r == '\u200b' {
			t.Errorf("the page holds %U, which may hide or reorder what is read", r)
		}
	}
	names := page.section(t, "Commands by use").rows()
	if names[0][0] != hostileNames[0] {
		t.Errorf("the first command reads %q, want %q", names[0][0], hostileNames[0])
	}
	for _, row := range names {
		if n := len([]rune(row[0])); n > 161 {
			t.Errorf("a name is shown with %d characters", n)
		}
	}
}

// shape lists the elements of a page with the names of their attributes, and
// the addresses of its links without their queries.
func shape(e *element) string {
	var b strings.Builder
	for _, below := range e.all(func(*element) bool { return true }) {
		if below.name == "option" {
			continue // not every name is offered
		}
		fmt.Fprintf(&b, "%s %d\n", below.name, len(below.attrs))
		if href, ok := below.attrs["href"]; ok {
			path, _, _ := strings.Cut(href, "?")
			b.WriteString(path + "\n")
		}
		for name := range below.attrs {
			if strings.HasPrefix(name, "on") || name == "src" || name == "style" {
				b.WriteString("HAS " + name + "\n")
			}
		}
	}
	return b.String()
}

// TestHostileFilter: an app of any name that was chosen stays chosen by the
// page's own links, and is offered if a form can hold its name.
func TestHostileFilter(t *testing.T) {
	offered := map[string]bool{}
	for _, option := range parse(t, get(t, literal{data: hostileData()}, "/")).named("option") {
		offered[option.attrs["value"]] = true
	}
	for i, name := range hostileNames {
		if want := name == "" || !strings.ContainsAny(name, "\n\u202e\xff\u200b"); offered[name] != want { // empty: all apps
			t.Errorf("the name %d is offered: %t", i, offered[name])
		}
		if name == "" {
			continue
		}
		var asked dashboard.Filter
		resp := get(t, literal{data: hostileData(), asked: &asked}, "/?app="+escape(name))
		if resp.StatusCode != http.StatusOK || asked.App != name {
			t.Errorf("app %.40q: status %d, asked for %.40q", name, resp.StatusCode, asked.App)
			continue
		}
		for _, a := range parse(t, resp).named("nav")[0].named("a") {
			var again dashboard.Filter
			get(t, literal{data: hostileData(), asked: &again}, strings.TrimPrefix(a.attrs["href"], "."))
			if again.App != name {
				t.Errorf("%s asks for the app %.40q, want %.40q", a.text, again.App, name)
			}
		}
	}
}

// escape writes every byte of a query's value as its code.
func escape(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		fmt.Fprintf(&b, "%%%02X", c)
	}
	return b.String()
}
