package rewrite_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/go/packages"
)

// TestMain lets the benchmark run this binary again as its yardstick.
func TestMain(m *testing.M) {
	if dir := os.Getenv("TELEMETRYGEN_BENCH_LOAD"); dir != "" {
		if err := plainLoad(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	// Without debug information the CLIs of these tests link faster. Without the
	// folders of their modules, which are new each time, the go command finds again
	// what it compiled for another case. A panic prints the same.
	os.Setenv("GOFLAGS", "-ldflags=-w -trimpath")
	os.Exit(m.Run())
}

// plainLoad is the yardstick: the main package and what it reaches in its
// module with syntax and types, everything else from export data.
func plainLoad(dir string) error {
	found, err := packages.Load(&packages.Config{Dir: dir, Mode: packages.LoadSyntax | packages.NeedModule}, "./...")
	if err != nil {
		return err
	}
	for _, p := range found {
		if len(p.Errors) > 0 {
			return p.Errors[0]
		}
	}
	return nil
}

// BenchmarkInstrument compares whole warm runs of telemetrygen with one packages.Load
// of the same packages, one process each, in turn, on a generated CLI of 100,000 lines:
// a run with nothing instrumented yet, which only shows what it would write, and --check
// with nothing to do, once where only the list of commands is known, and once where the
// same was checked before. The first is to take at most 1.0 loads, --check 0.6.
func BenchmarkInstrument(b *testing.B) {
	b.Setenv("GOFLAGS", "") // as an author has it
	dir, telemetrygen := b.TempDir(), filepath.Join(b.TempDir(), "telemetrygen")
	if out, err := exec.Command("go", "build", "-o", telemetrygen, "../cmd/telemetrygen").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	lines := largeCLI(b, dir)
	goCache, err := goOutput(dir, []string{"env", "GOCACHE"})
	if err != nil {
		b.Fatal(err)
	}
	cache := b.TempDir()
	b.Setenv("GOCACHE", strings.TrimSpace(string(goCache)))
	b.Setenv("XDG_CACHE_HOME", cache)
	forget := func() {
		known, err := filepath.Glob(filepath.Join(cache, "telemetrygen", "known-*"))
		for _, name := range known {
			err = errors.Join(err, os.Remove(name))
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	const rounds = 7
	b.Setenv("TELEMETRYGEN_BENCH_LOAD", dir)
	load := []string{os.Args[0]}
	first := measure(b, rounds, 1, forget, []string{telemetrygen, "--diff", "-C", dir}, load)
	if out, err := exec.Command(telemetrygen, "-C", dir).CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	unknown := measure(b, rounds, 0, forget, []string{telemetrygen, "--check", "-C", dir}, load)
	check := measure(b, rounds, 0, func() {}, []string{telemetrygen, "--check", "-C", dir}, load)
	fmt.Printf("\ngenerator, warm, %d lines in %d packages; medians of %d runs in turn\n", lines, largePackages+1, rounds)
	fmt.Printf("%-28s %10s %10s %10s %12s\n", "", "time", "load", "ratio", "memory")
	for _, row := range []struct {
		name string
		m    [2]sample
	}{{"the first run", first}, {"--check, the first time", unknown}, {"--check, again", check}} {
		fmt.Printf("%-28s %9.2fs %9.2fs %10.2f %9.0f MB\n", row.name, row.m[0].seconds, row.m[1].seconds, row.m[0].seconds/row.m[1].seconds, row.m[0].megabytes)
	}
	b.ReportMetric(first[0].seconds/first[1].seconds, "first/load")
	b.ReportMetric(check[0].seconds/check[1].seconds, "check/load")
}

type sample struct{ seconds, megabytes float64 }

// measure runs two programs in turn, of which the first exits with that status, and
// returns the medians of each.
func measure(b *testing.B, rounds, status int, before func(), programs ...[]string) (medians [2]sample) {
	b.Helper()
	var times, memory [2][]float64
	for i := -1; i < rounds; i++ { // the first round fills the caches
		before()
		for p, program := range programs {
			cmd := exec.Command(program[0], program[1:]...)
			start := time.Now()
			out, err := cmd.CombinedOutput()
			took := time.Since(start).Seconds()
			if want := []int{status, 0}[p]; cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != want {
				b.Fatalf("%s: %v\n%s", program, err, out)
			}
			if i >= 0 {
				times[p] = append(times[p], took)
				memory[p] = append(memory[p], maxRSS(cmd.ProcessState)/1024)
			}
		}
	}
	for p := range medians {
		medians[p] = sample{median(times[p]), median(memory[p])}
	}
	return medians
}

func median(list []float64) float64 {
	sort.Float64s(list)
	return list[len(list)/2]
}

const largePackages = 200

// largeCLI writes a CLI of at least 100,000 lines: 200 packages of commands,
// one in ten of which exits by itself or has a hook.
func largeCLI(b *testing.B, dir string) (lines int) {
	b.Helper()
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile(filepath.Join("../examples/pace", name))
		if err != nil {
			b.Fatal(err)
		}
		lines += writeLines(b, filepath.Join(dir, name), strings.Replace(string(data), "example.com/pace", "example.com/large", 1))
	}
	lines = 0
	var imports, adds bytes.Buffer
	for i := 0; i < largePackages; i++ {
		var src bytes.Buffer
		fmt.Fprintf(&src, "package p%d\n\nimport (\n\t\"fmt\"\n\t\"os\"\n\t\"strings\"\n\n\t\"github.com/spf13/cobra\"\n)\n\n", i)
		fmt.Fprintf(&src, "func New() *cobra.Command {\n\tcmd := &cobra.Command{\n\t\tUse: \"p%d\",\n\t}\n", i)
		for j := 0; j < 20; j++ {
			fmt.Fprintf(&src, "\tcmd.AddCommand(&cobra.Command{\n\t\tUse: \"c%d\",\n\t\tRunE: func(cmd *cobra.Command, args []string) error {\n\t\t\treturn step%d(cmd, args)\n\t\t},\n\t})\n", j, j)
		}
		fmt.Fprintf(&src, "\treturn cmd\n}\n")
		for j := 0; j < 20; j++ {
			fmt.Fprintf(&src, "\nfunc step%d(cmd *cobra.Command, args []string) error {\n\tvar b strings.Builder\n\tfor i, arg := range args {\n", j)
			fmt.Fprintf(&src, "\t\tswitch {\n\t\tcase strings.HasPrefix(arg, \"-\"):\n\t\t\tfmt.Fprintf(&b, \"%%d %%s\\n\", i, arg)\n\t\tcase arg == \"\":\n\t\t\treturn fmt.Errorf(\"argument %%d is empty\", i)\n\t\tdefault:\n\t\t\tb.WriteString(arg)\n\t\t}\n\t}\n")
			if j == 0 && i%10 == 0 {
				fmt.Fprintf(&src, "\tif b.Len() > 1000 {\n\t\tos.Exit(%d)\n\t}\n", i%200)
			} else {
				fmt.Fprintf(&src, "\tif b.Len() > 1000 {\n\t\treturn os.ErrInvalid\n\t}\n")
			}
			fmt.Fprintf(&src, "\tcmd.Println(b.String())\n\treturn nil\n}\n")
		}
		lines += writeLines(b, filepath.Join(dir, fmt.Sprintf("p%d", i), "p.go"), src.String())
		fmt.Fprintf(&imports, "\t\"example.com/large/p%d\"\n", i)
		fmt.Fprintf(&adds, "\troot.AddCommand(p%d.New())\n", i)
	}
	lines += writeLines(b, filepath.Join(dir, "main.go"), fmt.Sprintf("package main\n\nimport (\n\t\"os\"\n\n%s\t\"github.com/spf13/cobra\"\n)\n\nfunc main() {\n\troot := &cobra.Command{\n\t\tUse: \"large\",\n\t}\n%s\tif root.Execute() != nil {\n\t\tos.Exit(1)\n\t}\n}\n", imports.String(), adds.String()))
	if lines < 100_000 {
		b.Fatalf("only %d lines", lines)
	}
	return lines
}

func writeLines(b *testing.B, name, content string) int {
	b.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		b.Fatal(err)
	}
	return strings.Count(content, "\n")
}
