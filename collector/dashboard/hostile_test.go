package dashboard_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/store"
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

// hostile has the names wherever a report can put one.
func hostile(names []string) fixed {
	f := fixed{total: store.Sums{Runs: 1 << 42, Failures: 1 << 41, Installs: 1 << 42, InstallsFailed: 1 << 40},
		days: []store.Day{{Date: noon.Truncate(24 * time.Hour), Runs: 1 << 42, Failures: 1 << 41, Installs: 1 << 42}}}
	for i, name := range names {
		n := int64(1) << (40 - 3*i)
		row := store.Row{Name: name, Sums: store.Sums{Runs: n, Failures: n / 2, NoExit: n / 4, Installs: n, InstallsFailed: n / 8, First: n, FirstFailed: n / 9}}
		f.commands, f.versions, f.systems = append(f.commands, row), append(f.versions, row), append(f.systems, row)
	}
	return f
}

// hostilePages are the pages that show names, of an app with a name.
func hostilePages(app string) []string {
	return []string{"/?app=" + app, "/commands?app=" + app, "/command?command=pace+get&app=" + app, "/command?command=pace+get&days=365&app=" + app}
}

// TestHostileNames: whatever a name holds, the page is the same page with other
// text in it.
func TestHostileNames(t *testing.T) {
	var names []string
	for i := range hostileNames {
		names = append(names, fmt.Sprintf("name%d", i))
	}
	harmless, odd := hostile(names), hostile(hostileNames)
	harmless.apps, odd.apps = []string{"app"}, []string{hostileNames[0]}
	for i, address := range hostilePages(escape(hostileNames[0])) {
		want := shape(parse(t, get(t, harmless, hostilePages("app")[i])))
		page := parse(t, get(t, odd, address))
		if got := shape(page); got != want {
			t.Errorf("%s: hostile names change the page: %d bytes of elements, want %d", address, len(got), len(want))
		}
		for _, r := range page.text {
			if r == 0 || r == '\x1b' || r == '\u202e' || r == '\u2066' || r == '\u200b' {
				t.Errorf("the page holds %U, which may hide or reorder what is read", r)
			}
		}
		for _, bdi := range page.named("bdi") {
			if n := len([]rune(bdi.text)); n > 161 {
				t.Errorf("a name is shown with %d characters", n)
			}
		}
	}
	rows := parse(t, get(t, odd, "/")).section(t, "Commands by installs").rows()
	if rows[0][0] != hostileNames[0] {
		t.Errorf("the first command reads %q, want %q", rows[0][0], hostileNames[0])
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
// page's own links, and a version is offered if a form can hold its name.
func TestHostileFilter(t *testing.T) {
	f := hostile(hostileNames)
	f.apps = hostileNames
	for i, name := range hostileNames {
		if name == "" {
			continue
		}
		var asked store.Selection
		f.asked = &asked
		resp := get(t, f, "/?app="+escape(name))
		if resp.StatusCode != http.StatusOK || asked.App != name {
			t.Errorf("app %.40q: status %d, asked for %.40q", name, resp.StatusCode, asked.App)
			continue
		}
		page := parse(t, resp)
		if i == 0 {
			offered := map[string]bool{}
			for _, option := range page.named("option") {
				offered[option.attrs["value"]] = true
			}
			for i, name := range hostileNames {
				if want := name == "" || !strings.ContainsAny(name, "\n\u202e\xff\u200b"); offered[name] != want { // empty: all versions
					t.Errorf("the name %d is offered: %t", i, offered[name])
				}
			}
		}
		for _, a := range page.named("nav")[0].named("a") {
			asked = store.Selection{}
			get(t, f, strings.TrimPrefix(a.attrs["href"], "."))
			if asked.App != name {
				t.Errorf("%s asks for the app %.40q, want %.40q", a.text, asked.App, name)
			}
		}
	}
	// On the page of all apps each leads to its own.
	for _, a := range parse(t, get(t, f, "/")).named("tbody")[0].named("a") {
		var asked store.Selection
		f.asked = &asked
		if get(t, f, strings.TrimPrefix(a.attrs["href"], ".")); asked.App == "" && a.text != "not given" {
			t.Errorf("%s leads to no app", a.attrs["href"])
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
