package main

import (
	"fmt"
	"path/filepath"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/population"
	"github.com/telemetrygen/telemetrygen/collector/store"
)

// worse prints the report of two simulated months, in which the second release
// breaks a command, and one machine runs another in a loop that fails.
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
	return d.tool(filepath.Join(d.bin, "telemetry-collector"), "report", "--store", file, "--app", population.App)
}
