package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"telemetrygen": main})
}

// TestScripts runs the command as its users do, in a scratch folder.
func TestScripts(t *testing.T) {
	sum, err := filepath.Abs("../../examples/pace/go.sum")
	if err != nil {
		t.Fatal(err)
	}
	caches := map[string]string{}
	for _, name := range []string{"GOCACHE", "GOMODCACHE"} {
		caches[name] = goEnv(t, name)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(env *testscript.Env) error {
			for name, value := range caches {
				env.Setenv(name, value)
			}
			env.Setenv("GOTOOLCHAIN", "local")
			env.Setenv("GOWORK", "off")
			env.Setenv("GOFLAGS", "-ldflags=-w -trimpath") // links faster, and compiles nothing twice
			data, err := os.ReadFile(sum)
			if err != nil {
				return err
			}
			modules, err := filepath.Glob(filepath.Join(env.WorkDir, "*", "go.mod"))
			if err != nil {
				return err
			}
			for _, name := range append(modules, filepath.Join(env.WorkDir, "go.mod")) {
				if err := os.WriteFile(filepath.Join(filepath.Dir(name), "go.sum"), data, 0o644); err != nil {
					return err
				}
			}
			return nil
		},
	})
}
