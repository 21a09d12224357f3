package main

import (
	"fmt"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/population"
	"github.com/telemetrygen/telemetrygen/collector/store"
)

// worse shows two simulated months, in which the second release breaks a command,
// and one machine runs another in a loop that fails: in the terminal, and on the
// page of a collector, which stays for a reader who is there.
func (d *stage) worse() error {
	file := "sqlite:" + filepath.Join(d.home, "months.db")
	months, err := store.Open(d.ctx, file, nil)
	if err != nil {
		return err
	}
	plan := population.Year(5, 700, time.Now().UTC().Truncate(24*time.Hour))
	plan.Start, plan.Days = plan.Start.AddDate(0, 0, 305), 60
	plan.Releases = []population.Release{{Version: "v1.17.0"}, {Version: "v1.18.0", Day: 30, Broken: "pace apply data-policy", Rate: .5}}
	if err := population.New(plan).Fill(d.ctx, months); err != nil {
		months.Close()
		return err
	}
	if err := months.Close(); err != nil {
		return err
	}
	fmt.Printf("$ telemetry-collector report --app %s\n\n", population.App)
	if err := d.tool(filepath.Join(d.bin, "telemetry-collector"), "report", "--store", file, "--app", population.App); err != nil {
		return err
	}
	return d.page(file)
}

// page serves the same as a page, and checks that it names the broken command.
func (d *stage) page(file string) error {
	public, err := freeAddress()
	if err != nil {
		return err
	}
	private, err := freeAddress()
	if err != nil {
		return err
	}
	server := exec.CommandContext(d.ctx, filepath.Join(d.bin, "telemetry-collector"), "--listen", public, "--private-listen", private, "--store", file)
	server.Cancel = func() error { return server.Process.Signal(os.Interrupt) }
	server.Stderr = os.Stderr
	if err := server.Start(); err != nil {
		return err
	}
	defer func() {
		server.Process.Signal(os.Interrupt)
		server.Wait()
	}()
	if err := d.waitFor("http://" + private + "/readyz"); err != nil {
		return err
	}
	body, err := get("http://" + private + "/")
	if err != nil {
		return err
	}
	_, worse, found := strings.Cut(body, ">What got worse in v1.18.0</h2>")
	worse, _, _ = strings.Cut(worse, "</section>")
	row := strings.Fields(html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(worse, " ")))
	if !found || !strings.Contains(worse, "pace apply data-policy") {
		return fmt.Errorf("the page does not name the broken command: %q", row)
	}
	fmt.Printf("\nThe same on a page, with one for each command: http://%s/\n  What got worse in v1.18.0: %s\n", private, strings.Join(row, " "))
	if out, err := os.Stdout.Stat(); err != nil || out.Mode()&os.ModeCharDevice == 0 {
		return nil // nobody is there to look at it
	}
	fmt.Println("Look at it in a browser; Ctrl-C ends the demo.")
	<-d.ctx.Done()
	return nil
}
