module github.com/telemetrygen/telemetrygen/runtime/testdata/xtelemetry

go 1.26.0

require (
	github.com/telemetrygen/telemetrygen v0.0.0
	golang.org/x/telemetry v0.0.0-20261010193011-f71dc92da45e
)

require (
	github.com/inconshreveable/mousetrap v1.1.0 // indirect
	github.com/spf13/cobra v1.10.2 // indirect
	github.com/spf13/pflag v1.0.9 // indirect
	golang.org/x/sys v0.50.0 // indirect
)

replace github.com/telemetrygen/telemetrygen => ../../..
