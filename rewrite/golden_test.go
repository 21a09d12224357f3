package rewrite_test

import (
	"bytes"
	"context"
	"flag"
	"go/format"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
	"gopkg.in/yaml.v3"

	"github.com/telemetrygen/telemetrygen/internal/peertest"
	"github.com/telemetrygen/telemetrygen/rewrite"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

var update = flag.Bool("update", false, "rewrite the wanted diffs and reports of testdata/golden")

// TestGolden instruments the CLI of every archive, compares the diff, builds
// and runs the result beside its twin without telemetry, compares what was
// recorded with what the shell saw, looks for marks in what was written,
// instruments again, and removes everything.
//
// Sections of an archive that are not files of the CLI:
//
//	flags   arguments of telemetrygen, one a line: package, --app x, --tags x
//	runs    one run a line: ARGUMENTS | exit status | recorded path, "-" for none
//	report  the findings, without those of kind main
//	diff    the wanted diff of the author's files
func TestGolden(t *testing.T) {
	long(t)
	archives, err := filepath.Glob("../testdata/golden/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no golden archives: %v", err)
	}
	for _, name := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			t.Parallel()
			golden(t, name)
		})
	}
}

// long leaves a test that builds CLIs out of make check.
func long(t *testing.T) {
	t.Helper()
	peertest.Long(t, "builds CLIs")
}

// goldenCase is an archive on disk.
type goldenCase struct {
	dir     string // the CLI's module
	options rewrite.Options
	runs    string
	before  map[string]string
}

func golden(t *testing.T, name string) {
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	c := goldenCase{dir: t.TempDir()}
	c.options = rewrite.Options{Dir: c.dir, Package: "."}
	want := map[string]string{}
	for _, f := range archive.Files {
		switch f.Name {
		case "diff", "report":
			want[f.Name] = string(f.Data)
		case "runs":
			c.runs = string(f.Data)
		case "flags":
			c.flags(t, string(f.Data))
		default:
			writeFile(t, filepath.Join(c.dir, filepath.FromSlash(f.Name)), decode(f))
		}
	}
	c.module(t)
	c.before = tree(t, c.dir)

	twin := c.build(t, "twin")
	result := c.instrument(t)
	got := map[string]string{"diff": authorDiff(result.Diff()), "report": findings(result)}
	if *update {
		updateArchive(t, name, archive, got)
	} else {
		for section := range got {
			if got[section] != want[section] {
				t.Errorf("%s of %s is\n%s\nwant\n%s", section, name, got[section], want[section])
			}
		}
	}
	c.applies(t, result.Diff())
	c.throughJSON(t, result.Plan)
	c.gofmt(t)
	c.stable(t)
	goIn(t, c.dir, append(append([]string{"vet"}, c.tagFlags()...), "./...")...)
	instrumented := c.build(t, "instrumented")
	c.run(t, twin, instrumented, result.Settings.App)
	c.leak(t, instrumented, result.Settings.App, result.Commands)

	c.remove(t)
	sameTree(t, c.before, tree(t, c.dir))
}

// decode turns the notation of archives into bytes: a file named x.crlf.go has
// CRLF line ends.
func decode(f txtar.File) []byte {
	if strings.Contains(f.Name, ".crlf.") || strings.HasPrefix(f.Name, "crlf") {
		return bytes.ReplaceAll(f.Data, []byte("\n"), []byte("\r\n"))
	}
	return f.Data
}

func (c *goldenCase) flags(t *testing.T, text string) {
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		name, value, _ := strings.Cut(line, " ")
		switch name {
		case "--app":
			c.options.App = value
		case "--tags":
			c.options.Tags = value
		case "--package-dir":
			c.options.PackageDir = value
		default:
			c.options.Package = line
		}
	}
}

func (c *goldenCase) tagFlags() []string {
	if c.options.Tags == "" {
		return nil
	}
	return []string{"-tags=" + c.options.Tags}
}

// plan instruments without writing, as --check does.
func (c *goldenCase) plan(t *testing.T) *rewrite.Result {
	t.Helper()
	result, err := rewrite.Instrument(context.Background(), c.options)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func (c *goldenCase) instrument(t *testing.T) *rewrite.Result {
	t.Helper()
	result := c.plan(t)
	if err := result.Write(); err != nil {
		t.Fatal(err)
	}
	return result
}

// applies checks that git makes of the original, by the diff, what was written, with each
// hunk at the line that it names.
func (c *goldenCase) applies(t *testing.T, diff []byte) {
	t.Helper()
	dir := t.TempDir()
	for name, content := range c.before {
		writeFile(t, filepath.Join(dir, name), []byte(content))
	}
	cmd := exec.Command("git", "apply", "-v", "-")
	cmd.Dir, cmd.Stdin = dir, bytes.NewReader(diff)
	if out, err := cmd.CombinedOutput(); err != nil || bytes.Contains(out, []byte("offset")) || !maps.Equal(tree(t, dir), tree(t, c.dir)) {
		t.Errorf("git apply (%v):\n%s", err, out)
	}
}

// stable checks that another run changes nothing.
func (c *goldenCase) stable(t *testing.T) {
	t.Helper()
	if again := c.plan(t); again.Changed() {
		t.Fatalf("another run changes\n%s", again.Diff())
	}
}

func (c *goldenCase) remove(t *testing.T) {
	t.Helper()
	removed, err := rewrite.Remove(context.Background(), c.options)
	if err != nil {
		t.Fatal(err)
	}
	list := removed.Changes()
	for i, change := range list {
		_, name, _ := strings.Cut(change, " ")
		if slices.ContainsFunc(list[:i], func(before string) bool { return strings.HasSuffix(before, " "+name) }) {
			t.Errorf("--remove changes %s twice", name)
		}
	}
	if err := removed.Write(); err != nil {
		t.Fatal(err)
	}
}

func (c *goldenCase) build(t *testing.T, name string) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), name, "cli")
	goIn(t, c.dir, append(append([]string{"build"}, c.tagFlags()...), "-o", binary, c.options.Package)...)
	return binary
}

// gofmt checks that files which were formatted still are.
func (c *goldenCase) gofmt(t *testing.T) {
	t.Helper()
	for name, content := range tree(t, c.dir) {
		if !strings.HasSuffix(name, ".go") {
			continue
		}
		if before, ok := c.before[name]; ok && !formatted(before) {
			continue
		}
		if !formatted(content) {
			t.Errorf("%s is no longer formatted:\n%s", name, content)
		}
	}
}

func formatted(content string) bool {
	out, err := format.Source([]byte(content))
	return err == nil && string(out) == content
}

// outcome is what the shell sees of a run.
type outcome struct {
	stdout, stderr string
	status         int
}

func runCLI(t *testing.T, binary, home string, args []string) outcome {
	t.Helper()
	cmd := exec.Command(binary, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.Dir = home
	cmd.Env = []string{"HOME=" + home, "PATH=" + os.Getenv("PATH"), "TMPDIR=" + home}
	err := cmd.Run()
	if _, ok := err.(*exec.ExitError); err != nil && !ok {
		t.Fatal(err)
	}
	return outcome{stdout.String(), withoutTimes(withoutAddresses(stderr.String())), cmd.ProcessState.ExitCode()}
}

// withoutAddresses cuts a panic's stack, which differs between binaries.
func withoutAddresses(s string) string {
	head, _, _ := strings.Cut(s, "\ngoroutine ")
	return head
}

var logTime = regexp.MustCompile(`(?m)^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d `)

// withoutTimes cuts the time that package log prints: two processes need not run
// within one second.
func withoutTimes(s string) string { return logTime.ReplaceAllString(s, "TIME ") }

func (c *goldenCase) run(t *testing.T, twin, instrumented, app string) {
	t.Helper()
	for _, line := range strings.Split(strings.TrimSpace(c.runs), "\n") {
		fields := strings.Split(line, "|")
		if len(fields) != 3 {
			t.Fatalf("runs: %q is not ARGUMENTS | status | path", line)
		}
		args := strings.Fields(fields[0])
		status, err := strconv.Atoi(strings.TrimSpace(fields[1]))
		if err != nil {
			t.Fatal(err)
		}
		path := strings.TrimSpace(fields[2])
		path, unseen := strings.TrimSuffix(path, ", no exit seen"), strings.HasSuffix(path, ", no exit seen")
		home := t.TempDir()
		want, got := runCLI(t, twin, t.TempDir(), args), runCLI(t, instrumented, home, args)
		if got != want {
			t.Errorf("%s: the twin gives\n%+v\nthe instrumented CLI\n%+v", line, want, got)
		}
		if got.status != status {
			t.Errorf("%s: exit status %d", line, got.status)
		}
		if unseen { // the next run counts it
			runCLI(t, instrumented, home, []string{"--nope"})
			if points := telemetryFile(t, home, app); points[path][-1] != 1 {
				t.Errorf("%s: recorded %v, want %s with -1", line, points, path)
			}
			continue
		}
		recorded := map[string]map[int]int{}
		if path != "-" {
			recorded[path] = map[int]int{status: 1}
		}
		if points := telemetryFile(t, home, app); !maps.EqualFunc(points, recorded, maps.Equal) {
			t.Errorf("%s: recorded %v, want %v", line, points, recorded)
		}
	}
}

func telemetryFile(t *testing.T, home, app string) map[string]map[int]int {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(home, ".config", app, "telemetry.yaml"))
	if os.IsNotExist(err) {
		if _, err := os.Stat(filepath.Join(home, ".config")); err == nil {
			t.Errorf("nothing was recorded, but a folder was made")
		}
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	return points(t, data)
}

// points are the counts of a report.
func points(t *testing.T, report []byte) map[string]map[int]int {
	t.Helper()
	var file struct {
		MetricPoints map[string]map[int]struct {
			CumulativeCount int `yaml:"cumulative_count"`
		} `yaml:"metric_points"`
	}
	if err := yaml.Unmarshal(report, &file); err != nil {
		t.Fatalf("%v in\n%s", err, report)
	}
	points := map[string]map[int]int{}
	for path, codes := range file.MetricPoints {
		points[path] = map[int]int{}
		for code, count := range codes {
			points[path][code] = count.CumulativeCount
		}
	}
	return points
}

// findings prints the report as the archives hold it.
func findings(r *rewrite.Result) string {
	var b strings.Builder
	for _, f := range r.Findings {
		if f.Kind != plan.Main {
			b.WriteString(string(f.Kind) + " " + f.String() + "\n")
		}
	}
	return b.String()
}

// authorDiff keeps the part of a diff that concerns files of the author's.
func authorDiff(diff []byte) string {
	var b strings.Builder
	for i, file := range strings.Split("\n"+string(diff), "\n--- ") {
		if i == 0 || strings.HasPrefix(file, "/dev/null") || strings.HasPrefix(file, "a/go.sum") {
			continue
		}
		b.WriteString("--- " + strings.TrimRight(file, "\n") + "\n")
	}
	return strings.ReplaceAll(b.String(), "\r", "␍")
}

func updateArchive(t *testing.T, name string, archive *txtar.Archive, got map[string]string) {
	t.Helper()
	var kept []txtar.File
	for _, f := range archive.Files {
		if _, ok := got[f.Name]; !ok {
			kept = append(kept, f)
		}
	}
	for _, section := range []string{"report", "diff"} {
		kept = append(kept, txtar.File{Name: section, Data: []byte(got[section])})
	}
	archive.Files = kept
	if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
		t.Fatal(err)
	}
}

func writeFile(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
}
