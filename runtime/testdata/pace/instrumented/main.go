// The tests' CLI with telemetry, as the generator would inject it.
package main

import (
	"github.com/spf13/cobra"

	telemetry "github.com/telemetrygen/telemetrygen/runtime"
	"github.com/telemetrygen/telemetrygen/runtime/testdata/pace/app"
)

func main() {
	defer telemetry.Start()()
	app.Main(app.Hooks{
		Track: telemetry.Track, Exit: telemetry.Exit, Exiting: telemetry.Exiting,
		CheckErr: func(err interface{}) { cobra.CheckErr(telemetry.ExitingIf(1, err)) },
	})
}
