package main

import (
	"bufio"
	"fmt"
	"html"
	"os"
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
	c, err := d.start("--store", file)
	if err != nil {
		return err
	}
	defer c.stop()
	body, err := get(c.private + "/")
	if err != nil {
		return err
	}
	_, section, _ := strings.Cut(body, ">What got worse in v1.18.0</h2>")
	section, _, _ = strings.Cut(section, "</section>")
	_, row, found := strings.Cut(section, "<tbody")
	cells := regexp.MustCompile(`<t[hd][^>]*>(.*?)</t[hd]>`).FindAllStringSubmatch(row, -1)
	if !found || len(cells) != 4 || !strings.Contains(cells[0][1], "pace apply data-policy") {
		return fmt.Errorf("the page does not name the broken command alone: %q", cells)
	}
	fmt.Printf("\nThe same on a page, with one for each command: %s/\n\nWhat got worse in v1.18.0, by installs that failed at their first use of the command:\n", c.private)
	for i, what := range []string{"command", "v1.17.0", "v1.18.0", "difference"} {
		fmt.Printf("  %-11s %s\n", what, html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(cells[i][1], "")))
	}
	if out, err := os.Stdout.Stat(); err != nil || out.Mode()&os.ModeCharDevice == 0 {
		return nil // nobody is there to look at it
	}
	fmt.Println("\nLook at it in a browser; Enter ends the demo.")
	typed := make(chan struct{})
	go func() {
		bufio.NewReader(os.Stdin).ReadString('\n') // or the end of it
		close(typed)
	}()
	select {
	case <-typed:
	case <-d.ctx.Done():
	}
	return nil
}
