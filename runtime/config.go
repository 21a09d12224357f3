//go:build !notelemetry

package telemetry

import "time"

// The generator writes this file anew, from the flags of the go:generate line.
const (
	app            = "pace"                            // first word of every path
	folderName     = "pace"                            // the folder under ~/.config
	command        = "telemetry"                       // `pace telemetry off`
	variable       = "PACE_TELEMETRY"                  // the environment's word, and how its other variables begin
	endpoint       = "http://127.0.0.1:8080/telemetry" // "" = never uploads
	uploadInterval = 3600 * time.Second                // < 0 = never
	consentMode    = "opt-out"                         // or "opt-in"
	excluded       = ""                                // command paths that are never recorded, one a line
)
