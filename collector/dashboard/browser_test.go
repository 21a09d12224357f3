package dashboard_test

import (
	"bytes"
	"fmt"
	"image/color"
	"image/png"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/dashboard"
)

// TestInABrowser looks at the page with Chromium in the widths of a phone and of
// a desktop, light and dark. With TELEMETRYGEN_SCREENSHOTS naming a directory,
// the pictures are kept there.
func TestInABrowser(t *testing.T) {
	server := httptest.NewServer(dashboard.Handler(plausible{}, func() time.Time { return noon }))
	t.Cleanup(server.Close)
	b := openBrowser(t)
	keep := os.Getenv("TELEMETRYGEN_SCREENSHOTS")
	backgrounds := map[string]color.Color{}
	for _, width := range []int{320, 360, 768, 1280} {
		for _, scheme := range []string{"light", "dark"} {
			name := fmt.Sprintf("%d-%s", width, scheme)
			b.open(server.URL+"/?app=pace", width, scheme)
			shot := b.screenshot()
			if keep != "" {
				if err := os.WriteFile(filepath.Join(keep, name+".png"), shot, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			picture, err := png.Decode(bytes.NewReader(shot))
			if err != nil {
				t.Fatal(err)
			}
			backgrounds[name] = picture.At(1, 1)
		}
	}
	_ = backgrounds
}
