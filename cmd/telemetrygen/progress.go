package main

import (
	"fmt"
	"io"
	"net/url"
	"os"
	"time"
)

// progress shows on a terminal what a run that takes long is doing.
type progress struct {
	w     io.Writer
	shown bool
	start time.Time
}

// quiet is how long a run may take before it says what it is doing.
const quiet = 500 * time.Millisecond

func newProgress(w io.Writer) *progress {
	p := &progress{start: time.Now()}
	if f, ok := w.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			p.w = w
		}
	}
	return p
}

func (p *progress) stage(name string) {
	if p.w == nil || time.Since(p.start) < quiet && name != "loading" {
		return
	}
	fmt.Fprintf(p.w, "\r\x1b[Ktelemetrygen: %s ...", name)
	p.shown = true
}

// clear takes the line away.
func (p *progress) clear() {
	if p.shown {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.shown = false
	}
}

// checkEndpoint accepts what an upload can be sent to.
func checkEndpoint(s string) error {
	if s == "" {
		return nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return fmt.Errorf("--endpoint is %q; it takes an http or https URL", s)
	}
	return nil
}
