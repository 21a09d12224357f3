package dashboard_test

import (
	"bytes"
	"fmt"
	"image/color"
	"image/png"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/dashboard"
)

// serve gives the address of a dashboard of source.
func serve(t *testing.T, source dashboard.Source) string {
	t.Helper()
	server := httptest.NewServer(dashboard.Handler(source, func() time.Time { return noon }))
	t.Cleanup(server.Close)
	return server.URL
}

// TestInABrowser looks at every kind of page with Chromium, in the widths of
// phones and of a desktop, light and dark: nothing is wider than the window or
// cut off, all text can be read, and the browser asks for nothing but the page
// and finds nothing that its policy forbids. With TELEMETRYGEN_SCREENSHOTS
// naming a directory, the pictures are kept there.
func TestInABrowser(t *testing.T) {
	b := openBrowser(t)
	used, empty, hostile := serve(t, plausible{}), serve(t, literal{}), serve(t, literal{data: hostileData()})
	pages := map[string]string{
		"used": used + "/", "year": used + "/?period=365&all=1", "first": empty + "/",
		"refused": used + "/?app=nobody", "hostile": hostile + "/",
	}
	backgrounds := map[color.Color]string{}
	for name, address := range pages {
		b.open(address)
		for _, width := range []int{320, 360, 768, 1280} {
			for _, scheme := range []string{"light", "dark"} {
				where := fmt.Sprintf("%s-%d-%s", name, width, scheme)
				b.window(width, scheme)
				fitsWindow(t, b, where, width)
				isReadable(t, b, where)
				if name != "used" || width == 320 || width == 768 {
					continue
				}
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
	b.open(serve(t, plausible{}) + "/")
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
	b.open(serve(t, plausible{}) + "/?period=90")
	b.events = nil
	var chosen bool
	b.evaluate(`(() => { document.querySelector("select[name=version]").value = "v1.17.2"; document.querySelector("form button").click(); return true })()`, &chosen)
	for len(b.eventsOf("Page.loadEventFired")) == 0 {
		b.next("the answer to the form")
	}
	var now struct{ Search, Version string }
	b.evaluate(`({search: location.search, version: document.querySelector("select[name=version]").value})`, &now)
	if !strings.Contains(now.Search, "version=v1.17.2") || !strings.Contains(now.Search, "period=90") || now.Version != "v1.17.2" {
		t.Errorf("after the form: %+v", now)
	}
}

// TestForAScreenReader reads the page as Chromium tells it to one, on a phone,
// where the tables are laid out as lists: they must still be tables.
func TestForAScreenReader(t *testing.T) {
	b := openBrowser(t)
	b.window(360, "light")
	b.open(serve(t, plausible{}) + "/")
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
		if role == "image" && !strings.Contains(fmt.Sprint(n.Description.Value), "Most") {
			t.Errorf("the drawing %q is described as %q", n.Name.Value, n.Description.Value)
		}
	}
	for _, want := range []string{
		"image: Runs per day", "image: Installs that reported, per day", "navigation: Period", "search: Filter",
		"heading: Commands by use", "table: Commands by use", "table: Exit codes", "table: Versions",
		"rowheader: pace login", "columnheader: No exit seen",
	} {
		if seen[want] == 0 {
			t.Errorf("a screen reader does not find %q", want)
		}
	}
	if seen["image"] != 2 || seen["row"] < len(plausibleCommands) {
		t.Errorf("a screen reader finds %d images and %d rows", seen["image"], seen["row"])
	}
	if t.Failed() {
		t.Log(seen)
	}
}
