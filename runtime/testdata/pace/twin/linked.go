//go:build linked

package main

// What the telemetry links, for a fair comparison of its cost.
import (
	_ "encoding/json"
	_ "net/http"

	_ "github.com/google/uuid"
	_ "gopkg.in/yaml.v3"
)
