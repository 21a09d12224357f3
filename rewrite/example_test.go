package rewrite_test

import (
	"context"
	"fmt"

	"github.com/telemetrygen/telemetrygen/rewrite"
)

// Instrument only plans. Diff shows what Write would change.
func Example() {
	result, err := rewrite.Instrument(context.Background(), rewrite.Options{Dir: "../examples/pace", Package: "."})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, finding := range result.Findings {
		fmt.Println(finding)
	}
	fmt.Println(len(result.Commands), "commands can be recorded")
	fmt.Println("the first of the changes is:", result.Changes()[0])
	// Output:
	// main.go:30:1: func main: starts telemetry, and records status 0 or a panic on the way out
	// main.go:41:12: rootCmd.Execute: tracked
	// main.go:42:3: os.Exit(exitCode(err)): records the exit status first
	// policy.go:50:5: log.Fatal: status 1 is recorded before the call
	// policy.go:67:5: os.Exit(2): records the exit status first
	// 5 commands can be recorded
	// the first of the changes is: change main.go
}
