// CLIs in shapes that are harder to instrument than that of the other tests, as the generator would leave them. Built
// with the tag notelemetry, the program is its own twin.
package main

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/spf13/cobra"

	telemetry "github.com/telemetrygen/telemetrygen/runtime"
)

func main() {
	if os.Getenv("SHAPE") == "a main that is a function of its own" {
		func() { defer telemetry.Start()(); run() }()
		return
	}
	defer telemetry.Start()()
	run()
}

func run() {
	if err := shapes[os.Getenv("SHAPE")](); err != nil {
		telemetry.Exit(1)
	}
}

func init() {
	shapes["a main that is a function of its own"] = func() error { return telemetry.Track(tree()).Execute() }
	shapes["flags of package testing"] = func() error { return telemetry.Track(tree()).Execute() }
	if os.Getenv("SHAPE") == "flags of package testing" { // some CLIs have a file for fuzzing that does so
		testing.Init()
	}
	shapes["arguments that an init sets"] = func() error { return telemetry.Track(tree()).Execute() }
	if os.Getenv("SHAPE") == "arguments that an init sets" && len(os.Args) == 1 {
		os.Args = append(os.Args, "get")
	}
	shapes["main calls itself"] = func() error {
		if err := os.Setenv("SHAPE", "no hook"); err != nil {
			return err
		}
		main()
		return nil
	}
}

type hook = func(*cobra.Command, []string)

type hookE = func(*cobra.Command, []string) error

// say and sayE are hooks that can be seen.
func say(text string) hook { return func(*cobra.Command, []string) { fmt.Println(text) } }

func sayE(text string) hookE {
	return func(*cobra.Command, []string) error { fmt.Println(text); return nil }
}

// tree is `pace get` and `pace required`, which fails.
func tree() *cobra.Command {
	root := &cobra.Command{Use: "pace", SilenceUsage: true}
	root.AddCommand(&cobra.Command{Use: "get", Args: cobra.NoArgs, Run: say("got")},
		&cobra.Command{Use: "required", RunE: func(*cobra.Command, []string) error { return errors.New("failed") }})
	return root
}

var shapes = map[string]func() error{
	"no hook": func() error { return telemetry.Track(tree()).Execute() },
	"a hook": func() error {
		root := tree()
		root.PersistentPreRun = say("root")
		return telemetry.Track(root).Execute()
	},
	"an E hook": func() error {
		root := tree()
		root.PersistentPreRunE = sayE("root")
		return telemetry.Track(root).Execute()
	},
	"both hooks": func() error {
		root := tree()
		root.PersistentPreRun, root.PersistentPreRunE = say("hidden"), sayE("root")
		return telemetry.Track(root).Execute()
	},
	"a hook after Track": func() error {
		root := tree()
		tracked := telemetry.Track(root)
		root.PersistentPreRun = say("root")
		return tracked.Execute()
	},
	"an E hook after Track": func() error {
		root := tree()
		tracked := telemetry.Track(root)
		root.PersistentPreRunE = sayE("root")
		return tracked.Execute()
	},
	"a hook from an initializer": func() error {
		root := tree()
		cobra.OnInitialize(func() { root.PersistentPreRun = say("root") })
		return telemetry.Track(root).Execute()
	},
	"a failing hook": func() error {
		root := tree()
		root.PersistentPreRunE = func(*cobra.Command, []string) error { return errors.New("no configuration") }
		return telemetry.Track(root).Execute()
	},
	"a hook below that calls the root's": func() error {
		root := tree()
		root.PersistentPreRun = say("root")
		get := root.Commands()[0]
		get.PersistentPreRunE = func(cmd *cobra.Command, args []string) error {
			cmd.Root().PersistentPreRun(cmd, args)
			fmt.Println(get.Name())
			return nil
		}
		return telemetry.Track(root).Execute()
	},
	"an executor that sets a hook where there is none": func() error {
		return execute(telemetry.Track(tree()))
	},
	"a plugin": func() error {
		plugin(func() *cobra.Command { return telemetry.Track(tree()) })
		return nil
	},
	"a plugin that also runs by its own name": func() error {
		os.Args = append([]string{"docker", "pace"}, os.Args[1:]...)
		plugin(func() *cobra.Command { return telemetry.Track(tree()) })
		return nil
	},
	"an execution inside a run": func() error {
		root := tree()
		root.Commands()[0].Run = func(*cobra.Command, []string) {
			inner := tree()
			inner.SetArgs([]string{"required"})
			_ = telemetry.Track(inner).Execute()
		}
		return telemetry.Track(root).Execute()
	},
	"only an execution inside a run": func() error {
		root := tree()
		root.Commands()[0].Run = func(*cobra.Command, []string) {
			inner := tree()
			inner.SetArgs([]string{"required"})
			_ = telemetry.Track(inner).Execute()
		}
		return root.Execute()
	},
	"a server": func() error {
		root := tree()
		root.Commands()[0].Run = func(*cobra.Command, []string) { serve() }
		return telemetry.Track(root).Execute()
	},
	"an environment of its own": func() error { // named in arguments
		root := tree()
		root.Commands()[0].Args = nil
		root.Commands()[0].Run = func(_ *cobra.Command, args []string) {
			os.Clearenv()
			for i := 0; i+1 < len(args); i += 2 {
				_ = os.Setenv(args[i], args[i+1])
			}
		}
		return telemetry.Track(root).Execute()
	},
	"only a server": func() error { serve(); return nil },
	"a command that was taken from a tree": func() error {
		return telemetry.Track(tree().Commands()[0]).Execute()
	},
	"a help flag without a letter": func() error {
		root := tree()
		root.PersistentFlags().Bool("help", false, "")
		return telemetry.Track(root).Execute()
	},
	"an own telemetry argument": func() error {
		root := tree()
		root.Args, root.Run = cobra.ArbitraryArgs, func(_ *cobra.Command, args []string) { fmt.Println("any", args) }
		return telemetry.Track(root).Execute()
	},
	"a broken configuration": func() error {
		fmt.Fprintln(os.Stderr, "no configuration")
		telemetry.Exit(78)
		return nil
	},
	"a copy of the root": func() error {
		root := *tree()
		return telemetry.Track(&root).Execute()
	},
	"a copy that an executor makes": func() error {
		root := *telemetry.Track(tree())
		return root.Execute()
	},
	"a tree that is built late": func() error {
		root := telemetry.Track(&cobra.Command{Use: "pace", SilenceUsage: true})
		root.AddCommand(tree().Commands()...)
		return root.Execute()
	},
	"arguments of its own": func() error {
		root := tree()
		root.SetArgs([]string{"get"})
		return telemetry.Track(root).Execute()
	},
	"a command of two parents": func() error {
		root, get, end := &cobra.Command{Use: "pace"}, &cobra.Command{Use: "get"}, &cobra.Command{Use: "end"}
		three := &cobra.Command{Use: "three", Run: say("three")}
		get.AddCommand(three)
		end.AddCommand(three)
		root.AddCommand(get, end)
		return telemetry.Track(root).Execute()
	},
	"a shell": func() error {
		root := &cobra.Command{Use: "pace"}
		root.AddCommand(&cobra.Command{Use: "get", Run: say("got")}, &cobra.Command{Use: "required", Run: say("required")})
		root.SetArgs([]string{"get", "--help"})
		_ = root.Execute()
		root.SetArgs([]string{"required"})
		return telemetry.Track(root).Execute()
	},
	"handed over before main":                          early,
	"handed over before main, and once more":           func() error { return telemetry.Track(earlyRoot).Execute() },
	"handed over before main, another one is executed": func() error { return telemetry.Track(tree()).Execute() },
	"handed over before main, a foreign one is executed": func() error {
		root := tree()
		root.AddCommand(&cobra.Command{Use: "outer", RunE: func(*cobra.Command, []string) error {
			earlyRoot.SetArgs([]string{"required"})
			return early()
		}})
		return root.Execute()
	},
	"two with one name": func() error {
		root := &cobra.Command{Use: "pace"}
		root.AddCommand(&cobra.Command{Use: "z", Aliases: []string{"get"}, Run: say("z")}, &cobra.Command{Use: "get", Run: say("get")})
		return telemetry.Track(root).Execute()
	},
}

// early is bound before main() runs Start.
var earlyRoot, early = func() (*cobra.Command, func() error) {
	root := tree()
	return root, telemetry.Track(root).Execute
}()

// execute is an executor in a dependency.
func execute(root *cobra.Command) error {
	if root.PersistentPreRun == nil && root.PersistentPreRunE == nil {
		root.PersistentPreRun = say("the executor's")
	}
	return root.Execute()
}

// plugin is an executor in a dependency that puts the command under a root of its own, and ends the process.
func plugin(make func() *cobra.Command) {
	root := &cobra.Command{Use: "docker", SilenceErrors: true, SilenceUsage: true, TraverseChildren: true, PersistentPreRunE: sayE("docker")}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w, see '%s --help'", err, cmd.CommandPath())
	})
	root.AddCommand(make(), &cobra.Command{Use: "docker-cli-plugin-metadata", Run: say("{}")})
	if err := root.Execute(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(125)
	}
}

// serve executes many trees at once, some of which print their help.
func serve() {
	var all sync.WaitGroup
	for i := 0; i < 24; i++ {
		all.Add(1)
		args := [][]string{{"get"}, {"--help"}, {"nope"}, {"get", "--nope"}}[i%4]
		go func() {
			defer all.Done()
			root := tree()
			root.SetOut(os.Stderr)
			root.SetArgs(args)
			_ = telemetry.Track(root).Execute()
		}()
	}
	all.Wait()
}
