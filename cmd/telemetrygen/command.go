package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/telemetrygen/telemetrygen/rewrite"
)

// command holds what a run of telemetrygen reads from and writes to.
type command struct {
	stdout, stderr io.Writer
	getenv         func(string) string

	options  rewrite.Options
	endpoint string
	interval string
	diff     bool
	check    bool
	remove   bool
	json     bool
}

func (c *command) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "telemetrygen [flags] [package]",
		Short: "Instrument a cobra CLI with honest usage telemetry",
		Long: `Telemetrygen instruments a CLI that is built on cobra, so that each run counts
its command path and its exit code, and never arguments or flags. It edits the
places where the root command is executed and where the process ends, and copies
a small runtime into the CLI's module. Review the result with git diff.

The package is the CLI's main package, "." by default. Put this line into it, and
run go generate:

	//go:generate go run github.com/telemetrygen/telemetrygen/cmd/telemetrygen@v0.1.0 --endpoint https://example.com/telemetry

When you run telemetrygen by hand, it takes the flags that you leave out from that
line. Where there is none, or it cannot be read (it has variables, say), it takes
them from its last run.

Exit status: 0 for success, 1 if --diff or --check found differences, 2 for an
error. After an error nothing has been written.`,
		Example: `  telemetrygen --endpoint https://example.com/telemetry   instrument the CLI in this folder
  telemetrygen --diff ./cmd/pace                          print what would change
  telemetrygen --check ./cmd/pace                         fail in CI if go generate was forgotten
  telemetrygen --exclude "pace daemon"                    never record pace daemon and its subcommands
  telemetrygen --check --json ./cmd/pace                  the same check, with a report for scripts
  telemetrygen --remove                                   restore the original files`,
		Args:          onePackage,
		SilenceErrors: true,
		SilenceUsage:  true,
		Version:       version(),
		RunE:          c.run,
	}
	root.SetOut(c.stdout)
	root.SetErr(c.stderr)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError(err) })
	root.SetVersionTemplate("telemetrygen {{.Version}}\n")
	f := root.Flags()
	f.SortFlags = false
	f.StringVar(&c.options.App, "app", "", "name of the CLI in command paths and folders (default the root command's name)")
	f.StringVar(&c.endpoint, "endpoint", "", "URL of the collector that reports are sent to; without one nothing is ever sent")
	f.StringVar(&c.interval, "interval", "3600", "least time between two uploads, in seconds or like 1h30m; -1 for never")
	f.StringVar(&c.options.Consent, "consent", "", `"opt-out" sends after a notice, "opt-in" only after the user said so (default "opt-out")`)
	f.StringVar(&c.options.Folder, "folder", "", "name of the folder under ~/.config; choose one if the CLI itself uses ~/.config/<app> (default the app's name)")
	f.StringArrayVar(&c.options.Excluded, "exclude", nil, "never record this command path, nor those below it; may be repeated")
	f.StringVar(&c.options.PackageDir, "package-dir", "", "folder of the runtime package (default internal/telemetry, or another if that is taken)")
	f.StringVar(&c.options.Tags, "tags", "", "build tags of the CLI, comma-separated")
	f.StringVarP(&c.options.Dir, "chdir", "C", ".", "run as if started in `folder`")
	f.BoolVar(&c.diff, "diff", false, "print what would change and write nothing; exit status 1 if anything would")
	f.BoolVar(&c.check, "check", false, "write nothing; exit status 1 if anything is not up to date")
	f.BoolVar(&c.remove, "remove", false, "remove the instrumentation and restore the original files")
	f.BoolVar(&c.options.Force, "force", false, "go on although the CLI, run for its help, executed none of the commands found")
	f.BoolVar(&c.json, "json", false, "print the report as JSON (docs/author.md describes it)")
	root.MarkFlagsMutuallyExclusive("diff", "check")
	root.MarkFlagsMutuallyExclusive("remove", "check")
	root.CompletionOptions.DisableDefaultCmd = true
	return root
}

// onePackage accepts no more than one argument.
func onePackage(cmd *cobra.Command, args []string) error {
	if err := cobra.MaximumNArgs(1)(cmd, args); err != nil {
		return usageError(err)
	}
	return nil
}

func usageError(err error) error {
	return fmt.Errorf("%w; telemetrygen --help lists the flags", err)
}

// version is telemetrygen's own, from the build information.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

func (c *command) run(cmd *cobra.Command, _ []string) error {
	flags := cmd.Flags()
	pkg := packageOf(flags)
	// Under go generate the flags of the line are all that counts.
	byHand := c.getenv("GOFILE") == ""
	lineRead := byHand && c.readLine(flags, pkg)
	o := c.options
	o.Package, o.Remembered = pkg, byHand && !lineRead
	if flags.Changed("endpoint") {
		if err := checkEndpoint(c.endpoint); err != nil {
			return err
		}
		o.Endpoint = &c.endpoint
	}
	if flags.Changed("interval") {
		interval, err := parseInterval(c.interval)
		if err != nil {
			return err
		}
		o.Interval = &interval
	}
	switch o.Consent {
	case "", "opt-out", "opt-in":
	default:
		return fmt.Errorf("--consent is %q; it takes opt-out or opt-in", o.Consent)
	}
	if info, err := os.Stat(o.Dir); err != nil || !info.IsDir() {
		return fmt.Errorf("-C is %q; it takes a folder that exists", o.Dir)
	}
	progress := newProgress(c.stderr)
	defer progress.clear()
	o.Progress = progress.stage

	plan := rewrite.Instrument
	if c.remove {
		plan = rewrite.Remove
	}
	result, err := plan(cmd.Context(), o)
	progress.clear()
	if err != nil {
		if cmd.Context().Err() != nil {
			return errInterrupted
		}
		return err
	}
	for _, name := range result.Restored {
		fmt.Fprintf(c.stderr, "%s: restored, because an earlier run was killed while it wrote\n", name)
	}
	return c.finish(result)
}

// packageOf is the argument of a command line.
func packageOf(flags *pflag.FlagSet) string {
	return cmp.Or(flags.Arg(0), ".")
}

// readLine takes the flags that are not given from the //go:generate line of the
// package. It reports false where there is none, or more than one.
func (c *command) readLine(flags *pflag.FlagSet, pkg string) bool {
	main := rewrite.Locate(c.options.Dir, pkg)
	var line *pflag.FlagSet
	for _, l := range main.GenerateLines() {
		other := &command{}
		root := other.root()
		if root.ParseFlags(l.Args) != nil || onePackage(root, root.Flags().Args()) != nil {
			return false // of another version, say
		}
		if rewrite.Locate(filepath.Join(l.Dir, other.options.Dir), packageOf(root.Flags())).Dir != main.Dir {
			continue
		}
		if line != nil {
			return false
		}
		line = root.Flags()
	}
	if line == nil {
		return false
	}
	line.Visit(func(f *pflag.Flag) {
		switch f.Name {
		case "chdir", "diff", "check", "remove", "json":
			return
		}
		given := flags.Lookup(f.Name)
		if given.Changed {
			return
		}
		if list, ok := f.Value.(pflag.SliceValue); ok {
			_ = given.Value.(pflag.SliceValue).Replace(list.GetSlice()) // both are lists of strings
		} else {
			_ = given.Value.Set(f.Value.String()) // it was parsed from that
		}
		given.Changed = true
	})
	return true
}

// finish prints or writes what was planned.
func (c *command) finish(r *rewrite.Result) error {
	report := c.stdout
	if c.diff {
		if _, err := c.stdout.Write(r.Diff()); err != nil {
			return err
		}
		report = c.stderr
	}
	switch {
	case c.json && !c.diff:
		if err := r.JSON(c.stdout); err != nil {
			return err
		}
	case c.json:
		if err := r.JSON(c.stderr); err != nil {
			return err
		}
	case c.remove:
		for _, f := range r.Findings {
			fmt.Fprintln(report, f)
		}
	default:
		r.Text(report)
	}
	if c.check {
		if r.Changed() {
			fmt.Fprintln(c.stderr, "telemetrygen: "+r.Stale())
			return errDifferences
		}
		return nil
	}
	if c.diff {
		if r.Changed() {
			return errDifferences
		}
		return nil
	}
	if err := r.Write(); err != nil {
		return err
	}
	if !c.json {
		c.written(r)
	}
	return nil
}

func (c *command) written(r *rewrite.Result) {
	changes := r.Changes()
	if len(changes) == 0 {
		fmt.Fprintln(c.stdout, "everything was up to date")
		return
	}
	for _, change := range changes {
		fmt.Fprintln(c.stdout, change)
	}
	if !c.remove {
		fmt.Fprintln(c.stdout, "review it with: git diff")
	}
}

// parseInterval reads seconds, as the original's setting, or a Go duration.
func parseInterval(s string) (time.Duration, error) {
	if seconds, err := strconv.ParseInt(s, 10, 32); err == nil {
		return time.Duration(seconds) * time.Second, nil
	}
	d, err := time.ParseDuration(s)
	if err != nil || d%time.Second != 0 {
		return 0, fmt.Errorf("--interval is %q; it takes whole seconds (3600), a duration (1h30m), or -1 for never", s)
	}
	return d, nil
}
