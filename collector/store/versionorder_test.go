package store_test

import (
	"slices"
	"testing"

	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/collector/wire"
)

// TestVersionsInTheOrderOfTheirNumbers: the newest first, however a project counts.
func TestVersionsInTheOrderOfTheirNumbers(t *testing.T) {
	t.Parallel()
	for _, want := range [][]string{
		{"v1.10.0", "v1.9.1", "v1.9.0", "v1.9.0-rc.10", "v1.9.0-rc.2", "v1.9.0-beta", "v1.2"},
		{"2.0.0", "v1.19.1-0.20261120101112-abcdefabcdef", "v1.19.0", "1.18", "v1", "v0.0.0-20261120101112-abcdefabcdef"},
		{"2026.10.1", "2026.09.12", "2026.09.1", "2025.12.31", "2024.01"},
		{"20261101", "20260930", "20251231"},
		{"4.10.0.2", "4.10.0.1", "4.10", "4.9.0.12"},
		{"release-1.10", "release-1.9", "release-1.9-rc1"},
		{"v1.0.0", "20.x", "3f2a1bc", "build7", "dev"},
		{"v1.0.0", "v1.0.0+a", "v1.0.0+b", "0.9"},
	} {
		s := open(t, "sqlite:"+t.TempDir()+"/telemetry.db")
		for _, version := range slices.Backward(want) {
			if err := s.Register(t.Context(), noon, store.Release{App: "pace", Version: version, Commands: []wire.Command{{Path: "pace get"}}}); err != nil {
				t.Fatal(err)
			}
		}
		releases, err := s.Releases(t.Context(), "pace")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, one := range releases {
			got = append(got, one.Version)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
