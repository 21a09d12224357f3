// Package app is the CLI of the runtime's tests, without telemetry. What the
// generator would inject comes in through Hooks, so that the instrumented
// program and its twin are the same code.
package app

import (
	"errors"
	"fmt"
	"log"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"time"

	"github.com/spf13/cobra"
)

// Hooks are the injected calls.
type Hooks struct {
	Track    func(*cobra.Command) *cobra.Command
	Exit     func(int)
	Exiting  func(int)
	CheckErr func(interface{})
}

var errCode3 = errors.New("code three")

// Main is what follows `defer telemetry.Start()()` in main.
func Main(h Hooks) {
	if code := os.Getenv("PACE_BEFORE_EXECUTE"); code != "" { // a broken configuration
		n, _ := strconv.Atoi(code)
		h.Exit(n)
	}
	root := Root(h)
	if version, ok := os.LookupEnv("PACE_VERSION"); ok {
		root.Version = version
	}
	if args := os.Getenv("PACE_SET_ARGS"); args != "" {
		root.SetArgs([]string{args})
	}
	err := h.Track(root).Execute()
	switch {
	case os.Getenv("PACE_DEPENDENCY_EXITS") != "": // in code that cannot be rewritten
		if err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	case os.Getenv("PACE_SWALLOW") != "":
	case errors.Is(err, errCode3):
		h.Exit(3)
	case err != nil:
		h.Exit(1)
	}
}

// Root is the command tree.
func Root(h Hooks) *cobra.Command {
	root := &cobra.Command{Use: os.Args[0], Version: "v1.16.0", SilenceUsage: true}
	root.SetVersionTemplate("pace {{.Version}}\n")
	root.PersistentFlags().BoolP("quiet", "q", false, "say less")
	root.PersistentFlags().StringP("profile", "p", "", "whose settings")
	get := &cobra.Command{Use: "get", Short: "a group"}
	policy := &cobra.Command{Use: "data-policy [id]", Aliases: []string{"dp"}, Short: "get a policy", Args: cobra.MaximumNArgs(1),
		Run: func(cmd *cobra.Command, args []string) { fmt.Println("policy", args) }}
	policy.Flags().Int("count", 1, "how many")
	get.AddCommand(policy)
	required := &cobra.Command{Use: "required", RunE: func(*cobra.Command, []string) error { return nil }}
	required.Flags().String("name", "", "")
	_ = required.MarkFlagRequired("name")
	root.AddCommand(get, required, ends(h), hooked(), runs())
	return root
}

// ends are the ways in which a process ends.
func ends(h Hooks) *cobra.Command {
	group := &cobra.Command{Use: "end"}
	add := func(name string, run func(args []string) error) {
		group.AddCommand(&cobra.Command{Use: name, SilenceErrors: name == "three",
			RunE: func(_ *cobra.Command, args []string) error { return run(args) }})
	}
	add("error", func([]string) error { return errors.New("it failed") })
	add("three", func([]string) error { return errCode3 })
	add("exit", func(args []string) error {
		code, _ := strconv.Atoi(args[0])
		h.Exit(code)
		return nil
	})
	add("raw-exit", func([]string) error { os.Exit(7); return nil })
	add("check", func([]string) error { h.CheckErr("checked"); return nil })
	add("fatal", func([]string) error { log.SetFlags(0); h.Exiting(1); log.Fatal("fatal"); return nil })
	add("moved", func([]string) error { h.Exiting(1); h.Exit(9); return nil })
	add("came-back", func([]string) error { h.Exiting(1); return nil })
	add("panic", func([]string) error { panic("at the disco") })
	add("nested-panic", func([]string) error {
		defer func() { defer func() { _ = recover() }(); panic("second") }()
		panic("first")
	})
	add("recovered", func([]string) error {
		defer func() { _ = recover() }()
		panic("recovered")
	})
	add("goroutine-panic", func([]string) error { go panic("elsewhere"); select {} })
	add("asleep", func([]string) error { select {} })
	addSignals(h, add)
	add("two-exits", func([]string) error {
		for i := 0; i < 8; i++ {
			go h.Exit(5)
		}
		h.Exit(5)
		return nil
	})
	return group
}

// hooked are commands with hooks of their own, which hide the root's.
func hooked() *cobra.Command {
	group := &cobra.Command{Use: "hooked"}
	say := func(*cobra.Command, []string) { fmt.Println("hook") }
	done := func(*cobra.Command, []string) { fmt.Println("done") }
	group.AddCommand(
		&cobra.Command{Use: "plain", PersistentPreRun: say, Run: done},
		&cobra.Command{Use: "failing", PersistentPreRunE: func(*cobra.Command, []string) error { return errors.New("hook failed") }, Run: done},
		&cobra.Command{Use: "raw", DisableFlagParsing: true, PersistentPreRun: say, Run: done},
		&cobra.Command{Use: "unlisted-plugin", Run: done},
	)
	return group
}

// runs are commands that take their time.
func runs() *cobra.Command {
	group := &cobra.Command{Use: "run"}
	group.AddCommand(
		&cobra.Command{Use: "wait", Run: func(*cobra.Command, []string) {
			fmt.Println("waiting")
			runtime.GC()                          // as in any command that runs for long
			_, _ = os.Stdin.Read(make([]byte, 1)) // until the test closes it
		}},
		&cobra.Command{Use: "sleep", Args: cobra.ExactArgs(1), RunE: func(_ *cobra.Command, args []string) error {
			pause, err := time.ParseDuration(args[0])
			time.Sleep(pause)
			return err
		}},
		&cobra.Command{Use: "child", DisableFlagParsing: true, RunE: func(_ *cobra.Command, args []string) error {
			child := exec.Command(args[0], args[1:]...)
			child.Stdout, child.Stderr = os.Stdout, os.Stderr
			return child.Run()
		}},
	)
	return group
}
