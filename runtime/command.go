//go:build !notelemetry

package telemetry

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
)

// addCommand puts the telemetry command under root, in the one run that asks
// for it and only if it would be an unknown command: in all other runs help and
// completion stay the CLI's own.
func addCommand(root *cobra.Command) {
	root = root.Root()
	if len(os.Args) < 2 || os.Args[1] != "telemetry" || !root.HasSubCommands() {
		return
	}
	cmd, _, _ := root.Find(os.Args[1:2])
	if cmd != root || root.Args != nil && root.Args(root, os.Args[1:]) == nil {
		return // it is the CLI's own, or any argument will do
	}
	nothing := func(*cobra.Command, []string) {} // the CLI's own hooks may want a login
	process.own = &cobra.Command{
		Use: "telemetry", Short: "See, allow or stop the counting of commands", Hidden: true,
		Args: cobra.NoArgs, SilenceUsage: true, PersistentPreRun: nothing, PersistentPostRun: nothing,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	add := func(name, short string, run func(folder, *cobra.Command) error) {
		process.own.AddCommand(&cobra.Command{Use: name, Short: short, Args: cobra.NoArgs, SilenceUsage: true,
			RunE: func(cmd *cobra.Command, _ []string) error {
				process.Lock()
				defer process.Unlock()
				d, _ := findFolder()
				return run(d, cmd)
			}})
	}
	add("status", "Show what is on, and what decided it", folder.status)
	add("on", "Count commands and send the counts", folder.turnOn)
	add("off", "Count nothing, send nothing, and forget the id", folder.turnOff)
	add("show", "Print the body of the next request", folder.show)
	add("reset", "Delete all counts and the id", folder.reset)
	root.AddCommand(process.own)
}

func (d folder) status(cmd *cobra.Command) error {
	c := decide(d)
	sent := "no"
	switch {
	case c.endpoint == "" || c.interval < 0:
		sent = "never"
	case c.level == levelOn:
		sent = fmt.Sprintf("to %s, at most every %s", c.endpoint, c.interval)
	case c.pending:
		sent = fmt.Sprintf("to %s, after a notice was shown", c.endpoint)
	}
	fmt.Fprintf(cmd.OutOrStdout(), "telemetry: %s\ndecided by: %s\nfile: %s\nsent: %s\n", c.level, c.source, d.path(reportFile), sent)
	return nil
}

// change does something under the lock, for which this command can wait longer.
// Without a folder there is nothing to be done, or else it is made.
func (d folder) change(make bool, do func(*ledger) error) error {
	if _, err := os.Stat(string(d)); err != nil && !make {
		return nil
	}
	err := d.locked(20*lockPatience, decide(d), do)
	if err != nil {
		err = fmt.Errorf("the files in the folder %s cannot be changed: %v", d, err)
	}
	return err
}

func (d folder) turnOn(cmd *cobra.Command) error {
	err := d.change(true, func(*ledger) error { return d.store("on") })
	return d.decided(cmd, err, levelOn, "Telemetry is on. Thank you.")
}

func (d folder) turnOff(cmd *cobra.Command) error {
	err := d.change(true, func(l *ledger) error {
		if err := d.store("off"); err != nil {
			return err
		}
		_ = l.lock(theUploader, 4*lockPatience) // it ends, and none will send after this command
		mayHaveID := []string{reportFile, baselineFile, brokenFile}
		now, err := d.read(reportFile)
		if now.ID = ""; err == nil && len(now.MetricPoints) > 0 && d.save(reportFile, now) == nil {
			mayHaveID = mayHaveID[1:]
		}
		return d.forget(mayHaveID...)
	})
	return d.decided(cmd, err, levelOff, "Telemetry is off. Nothing is counted, nothing is sent, the id is erased.")
}

// decided tells whether the user's decision could be kept, and whether it decides.
func (d folder) decided(cmd *cobra.Command, err error, want level, text string) error {
	if err != nil {
		return err
	}
	if c := decide(d); c.level != want {
		return fmt.Errorf("your decision is kept, but telemetry stays %s: decided by %s", c.level, c.source)
	}
	fmt.Fprintln(cmd.OutOrStdout(), text)
	return nil
}

func (d folder) show(cmd *cobra.Command) error {
	c := decide(d)
	if !c.sends() {
		fmt.Fprintf(cmd.ErrOrStderr(), "Nothing will be sent: telemetry is %s, decided by %s.\n", c.level, c.source)
		return nil
	}
	body, err := d.nextBody()
	if err == nil && body == nil {
		fmt.Fprintln(cmd.ErrOrStderr(), "There is nothing to send yet.")
	}
	_, _ = cmd.OutOrStdout().Write(body)
	return err
}

func (d folder) reset(cmd *cobra.Command) error {
	return d.change(false, func(l *ledger) error {
		_ = l.settle()
		return d.forget(reportFile, baselineFile, brokenFile)
	})
}

// forget removes files of the folder.
func (d folder) forget(names ...string) error {
	for _, name := range names {
		if err := os.RemoveAll(d.path(name)); err != nil {
			return err
		}
	}
	return nil
}
