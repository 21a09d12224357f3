package wire_test

import (
	"fmt"

	"github.com/telemetrygen/telemetrygen/collector/wire"
)

func ExampleDecode() {
	report, err := wire.Decode([]byte(`{
		"metric_points": {"pace get": {"0": {"cumulative_count": 12}, "3": {"cumulative_count": 1}}},
		"cli_version": "v1.16.0",
		"operating_system": "linux",
		"id": "36be4c46-4e1b-431d-b9db-1b315f537a85"
	}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range report.Counters {
		fmt.Printf("%s ended with %d in %d runs of %s\n", c.Path, c.ExitCode, c.Count, report.CLIVersion)
	}

	_, err = wire.Decode([]byte(`{"metric_points": {}, "arguments": ["--password", "secret"]}`))
	fmt.Println("what the protocol does not know is refused:", err != nil)
	// Output:
	// pace get ended with 0 in 12 runs of v1.16.0
	// pace get ended with 3 in 1 runs of v1.16.0
	// what the protocol does not know is refused: true
}
