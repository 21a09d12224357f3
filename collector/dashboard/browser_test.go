package dashboard_test

import (
	"bytes"
	"context"
	"fmt"
	"image/color"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/answers"
	"github.com/telemetrygen/telemetrygen/collector/dashboard"
	"github.com/telemetrygen/telemetrygen/collector/population"
	"github.com/telemetrygen/telemetrygen/collector/store"
)

var yearDir string

// year is a store with a simulated year that ends with noon's day, made once.
var year = sync.OnceValue(func() *store.Store {
	var err error
	if yearDir, err = os.MkdirTemp("", "dashboard-year-"); err != nil {
		panic(err)
	}
	s, err := store.Open(context.Background(), "sqlite:"+filepath.Join(yearDir, "year.db"), nil)
	if err == nil {
		plan := population.Year(1, 200, noon.Truncate(24*time.Hour))
		plan.Releases[3].Rate = .6 // so that so few installs are enough to see it
		err = population.New(plan).Fill(context.Background(), s)
	}
	if err != nil {
		panic(err)
	}
	return s
})

func TestMain(m *testing.M) {
	code := m.Run()
	os.RemoveAll(yearDir)
	os.Exit(code)
}

// serve gives the address of the pages of a store, private and public.
func serve(t *testing.T, source answers.Store) string {
	t.Helper()
	now := func() time.Time { return noon }
	mux := http.NewServeMux()
	mux.Handle("/", dashboard.Handler(source, now))
	mux.Handle("/public", dashboard.PublicPage(source, now, func(string) bool { return true }))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

// TestInABrowser looks at every kind of page with Chromium, in the widths of
// phones and of a desktop, light and dark: nothing is wider than the window or
// cut off, all text can be read, controls stand out, axe-core finds nothing, and
// the browser asks for nothing but the page and finds nothing that its policy
// forbids. With TELEMETRYGEN_SCREENSHOTS naming a directory, the pictures are kept there.
func TestInABrowser(t *testing.T) {
	b := openBrowser(t)
	check := axe(t)
	names := hostile(hostileNames)
	names.apps = []string{"app"}
	used, empty, hostile, apps := serve(t, year()), serve(t, fixed{}), serve(t, names), serve(t, history(t))
	command := "/command?command=pace+apply+data-policy&days=90"
	pages := map[string]string{
		"monday": used + "/", "year": used + "/?days=365", "version": used + "/?version=v1.17.0&system=linux", "command": used + command,
		"commands": used + "/commands", "public": used + "/public", "apps": apps + "/", "first": empty + "/",
		"refused": used + "/?app=nobody", "hostile": hostile + "/", "hostile command": hostile + "/command?command=pace+get",
	}
	backgrounds := map[color.Color]string{}
	for name, address := range pages {
		b.open(address)
		check := check(b)
		for _, width := range []int{320, 360, 768, 1280} {
			for _, scheme := range []string{"light", "dark"} {
				if (width == 320 || width == 768) && scheme == "dark" {
					continue // as wide as it is in the light
				}
				where := fmt.Sprintf("%s-%d-%s", name, width, scheme)
				b.window(width, scheme)
				fitsWindow(t, b, where, width)
				isReadable(t, b, where)
				if width == 360 || width == 1280 {
					check(where)
				}
				if name != "monday" && name != "command" || width == 320 || width == 768 {
					continue
				}
				standsOut(t, b, where)
				shot := b.screenshot()
				keepPicture(t, where, shot)
				picture, err := png.Decode(bytes.NewReader(shot))
				if err != nil {
					t.Fatal(err)
				}
				if other := backgrounds[picture.At(1, 1)]; other != "" && other != scheme {
					t.Errorf("%s: light and dark have the same background", where)
				}
				backgrounds[picture.At(1, 1)] = scheme
			}
		}
		loadsNothing(t, b, name, address)
	}
	if len(backgrounds) != 2 {
		t.Errorf("%d backgrounds, want a light and a dark one", len(backgrounds))
	}
}

// TestTheFirstScreen of a desktop and of a phone holds what is looked for first:
// active installs and their change, what got worse, and what is new.
func TestTheFirstScreen(t *testing.T) {
	b := openBrowser(t)
	address := serve(t, year()) + "/"
	for _, width := range []int{1280, 360} {
		b.window(width, "light")
		b.open(address)
		// The part of the page that a screen of 800 pixels shows.
		var text string
		b.evaluate(`(() => { const shown = []
			const walk = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT)
			while (walk.nextNode()) {
				const range = document.createRange()
				range.selectNodeContents(walk.currentNode)
				const box = range.getBoundingClientRect()
				if (walk.currentNode.data.trim() && box.height > 0 && box.bottom <= 800) shown.push(walk.currentNode.data.trim())
			}
			return shown.join(" ") })()`, &text)
		at := -1
		for _, want := range []string{"Active installs", "%", "What got worse in v1.18.0", "pace apply data-policy", "What is new", "v1.18.0"} {
			next := strings.Index(text[at+1:], want)
			if next < 0 {
				t.Errorf("%d pixels wide: %q does not follow on the first screen: %s", width, want, text)
				break
			}
			at += 1 + next
		}
	}
}

// TestValuesOnTouch: a tap on a bar shows its row of the table, with the figures.
func TestValuesOnTouch(t *testing.T) {
	b := openBrowser(t)
	b.window(360, "light")
	b.open(serve(t, year()) + "/")
	b.call("Emulation.setTouchEmulationEnabled", object{"enabled": true}, nil)
	var at struct{ X, Y float64 }
	b.evaluate(`(() => { const bar = document.querySelectorAll(".touch")[1].querySelectorAll("a")[12]; bar.scrollIntoView({block: "center"})
		const box = bar.getBoundingClientRect(); return {x: box.x + box.width / 2, y: box.y + box.height / 2} })()`, &at)
	b.call("Input.dispatchTouchEvent", object{"type": "touchStart", "touchPoints": []object{{"x": at.X, "y": at.Y}}}, nil)
	b.call("Input.dispatchTouchEvent", object{"type": "touchEnd", "touchPoints": []object{}}, nil)
	var shown struct {
		Text    string
		Visible bool
		Top     float64
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		b.evaluate(`(() => { const row = document.querySelector("tr:target"); return row ? {text: row.innerText, visible: row.checkVisibility({contentVisibilityAuto: true}), top: row.getBoundingClientRect().top} : {} })()`, &shown)
		if shown.Text != "" && shown.Visible || time.Now().After(deadline) {
			break
		}
	}
	if !shown.Visible || shown.Top < 0 || shown.Top > 800 || len(strings.Fields(shown.Text)) < 5 {
		t.Errorf("after a tap on a bar: %+v", shown)
	}
}

// standsOut checks that the borders of controls, and the outline of what has the
// focus, are 3 to 1 or more against what is behind them, and that failures and
// successes are as far from each other in lightness.
func standsOut(t *testing.T, b *browser, where string) {
	t.Helper()
	var poor []string
	b.evaluate(`(() => {
		const channels = c => c.match(/[\d.]+/g).map(Number)
		const luminance = c => { const [r, g, b] = channels(c).map(v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b }
		const ratio = (a, b) => { const [x, y] = [luminance(a), luminance(b)]; return (Math.max(x, y) + .05) / (Math.min(x, y) + .05) }
		const poor = [], page = getComputedStyle(document.body).backgroundColor, card = getComputedStyle(document.querySelector("section")).backgroundColor
		const want = (what, a, b) => { if (ratio(a, b) < 3) poor.push(what + " " + ratio(a, b).toFixed(2)) }
		for (const e of document.querySelectorAll("select, input:not([type=hidden]), button, a, summary")) {
			const style = getComputedStyle(e)
			if (e.matches("select, input, button")) want("border of " + e.tagName, style.borderTopColor, page)
			if (e.tabIndex < 0) continue
			e.focus({focusVisible: true})
			if (document.activeElement == e) { const now = getComputedStyle(e); if (now.outlineStyle == "none") poor.push("no outline: " + e.outerHTML.slice(0, 60)); want("focus of " + e.tagName, now.outlineColor, page) }
		}
		const fill = c => getComputedStyle(document.querySelector("." + c)).fill
		want("failed against ok", fill("failed"), fill("ok"))
		want("ok", fill("ok"), card)
		want("failed", fill("failed"), card)
		return poor
	})()`, &poor)
	if len(poor) > 0 {
		t.Errorf("%s: too little contrast: %q", where, poor)
	}
}

func keepPicture(t *testing.T, name string, picture []byte) {
	t.Helper()
	if dir := os.Getenv("TELEMETRYGEN_SCREENSHOTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// fitsWindow checks that the page does not scroll sideways and that no element
// hides a part of what it holds. What stays for screen readers only is left out.
func fitsWindow(t *testing.T, b *browser, where string, width int) {
	t.Helper()
	var page struct {
		Width int
		Cut   []string
	}
	b.evaluate(`({width: document.documentElement.scrollWidth, cut: [...document.querySelectorAll("body *")]
		.filter(e => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX == "hidden" && e.clientWidth > 1)
		.map(e => e.outerHTML.slice(0, 80))})`, &page)
	if page.Width != width {
		t.Errorf("%s: the page is %d px wide", where, page.Width)
	}
	if len(page.Cut) > 0 {
		t.Errorf("%s: these are cut off: %q", where, page.Cut)
	}
}

// isReadable checks the contrast of every text with what is behind it: 4.5 to 1
// or more, as the Web Content Accessibility Guidelines ask for (level AA).
func isReadable(t *testing.T, b *browser, where string) {
	t.Helper()
	var poor []string
	b.evaluate(`(() => {
		const channels = c => c.match(/[\d.]+/g).map(Number)
		const luminance = c => { const [r, g, b] = c.map(v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b }
		const behind = e => { for (; e; e = e.parentElement) { const c = channels(getComputedStyle(e).backgroundColor); if (c.length == 3 || c[3] > 0) return c.slice(0, 3) } return [255, 255, 255] }
		const poor = new Set
		const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
		while (walk.nextNode()) {
			const e = walk.currentNode.parentElement
			if (!walk.currentNode.data.trim() || e.closest("svg") || !e.checkVisibility()) continue
			const [a, b] = [luminance(channels(getComputedStyle(e).color)), luminance(behind(e))]
			const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05)
			if (ratio < 4.5) poor.add(ratio.toFixed(2) + " " + e.outerHTML.slice(0, 60))
		}
		return [...poor]
	})()`, &poor)
	if len(poor) > 0 {
		t.Errorf("%s: too little contrast: %q", where, poor)
	}
}

// loadsNothing checks that the browser asked for the page only, and that it had
// nothing to complain of: a script, style or form that the policy forbids would be.
func loadsNothing(t *testing.T, b *browser, where, address string) {
	t.Helper()
	for _, event := range b.eventsOf("Network.requestWillBeSent") {
		url, _ := event.(object)["request"].(object)["url"].(string)
		if url != address && !strings.HasPrefix(url, "data:") {
			t.Errorf("%s: the browser asked for %s", where, url)
		}
	}
	for _, event := range b.eventsOf("Log.entryAdded") {
		entry, _ := event.(object)["entry"].(object)
		if url, _ := entry["url"].(string); url == address && strings.HasPrefix(fmt.Sprint(entry["text"]), "Failed to load resource") {
			continue // the refusal's own status, 400
		}
		t.Errorf("%s: the browser complains: %v", where, entry["text"])
	}
}

// TestOnPaper: what a dark browser prints is dark text on white, without what
// paper cannot do.
func TestOnPaper(t *testing.T) {
	b := openBrowser(t)
	b.open(serve(t, year()) + "/")
	b.call("Emulation.setEmulatedMedia", object{"media": "print", "features": []object{{"name": "prefers-color-scheme", "value": "dark"}}}, nil)
	var page struct {
		Background, Card string
		Shown            []string
	}
	b.evaluate(`({background: getComputedStyle(document.body).backgroundColor, card: getComputedStyle(document.querySelector("section")).backgroundColor,
		shown: [...document.querySelectorAll("form, nav, summary, .more")].filter(e => e.checkVisibility()).map(e => e.outerHTML.slice(0, 80))})`, &page)
	if white := "rgb(255, 255, 255)"; page.Background != white || page.Card != white || len(page.Shown) > 0 {
		t.Errorf("on paper: %+v", page)
	}
	isReadable(t, b, "on paper")
}

// TestTheFormInABrowser chooses a version as a reader would. No script runs in
// the page, so this is the form's own doing, within its policy.
func TestTheFormInABrowser(t *testing.T) {
	b := openBrowser(t)
	b.open(serve(t, year()) + "/?days=90")
	b.events = nil
	var chosen bool
	b.evaluate(`(() => { document.querySelector("select[name=version]").value = "v1.17.0"; document.querySelector("form button").click(); return true })()`, &chosen)
	for len(b.eventsOf("Page.loadEventFired")) == 0 {
		b.next("the answer to the form")
	}
	var now struct{ Search, Version string }
	b.evaluate(`({search: location.search, version: document.querySelector("select[name=version]").value})`, &now)
	if !strings.Contains(now.Search, "version=v1.17.0") || !strings.Contains(now.Search, "days=90") || now.Version != "v1.17.0" || strings.Contains(now.Search, "since") {
		t.Errorf("after the form: %+v", now)
	}
}

// TestForAScreenReader reads the page as Chromium tells it to one, on a phone,
// where the tables are laid out as lists: they must still be tables.
func TestForAScreenReader(t *testing.T) {
	b := openBrowser(t)
	b.window(360, "light")
	b.open(serve(t, year()) + "/")
	var tree struct {
		Nodes []struct {
			Ignored                 bool
			Role, Name, Description struct{ Value any }
		}
	}
	b.call("Accessibility.getFullAXTree", nil, &tree)
	seen := map[string]int{}
	for _, n := range tree.Nodes {
		if n.Ignored {
			continue
		}
		role := fmt.Sprint(n.Role.Value)
		seen[role]++
		seen[fmt.Sprintf("%s: %v", role, n.Name.Value)]++
		if role == "image" && len(fmt.Sprint(n.Description.Value)) < 20 {
			t.Errorf("the drawing %q is described as %q", n.Name.Value, n.Description.Value)
		}
	}
	for _, want := range []string{
		"image: Runs per day", "image: Active installs, in the last 30 days", "image: Share of the active installs by version", "navigation: Period", "DisclosureTriangle: Version, system, days",
		"heading: Commands by installs", "table: Commands by installs", "table: Exit codes", "table: Versions", "table: Who comes back", "table: What nobody uses",
		"rowheader: pace login", "columnheader: Installs that failed",
	} {
		if seen[want] == 0 {
			t.Errorf("a screen reader does not find %q", want)
		}
	}
	if seen["image"] != 4 || seen["row"] < 40 {
		t.Errorf("a screen reader finds %d images and %d rows", seen["image"], seen["row"])
	}
}
