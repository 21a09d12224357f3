// The tests' CLI with golang.org/x/telemetry's counters, for the benchmark. It
// is a module of its own, so that nothing else depends on them.
package main

import (
	"strconv"

	"golang.org/x/telemetry/counter"

	"github.com/telemetrygen/telemetrygen/runtime/testdata/pace/app"
)

func main() {
	counter.Open()
	app.MainCounting(func(path string, code int) { counter.Inc(path + ":" + strconv.Itoa(code)) })
}
