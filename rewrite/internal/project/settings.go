package project

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// Settings are the values of the flags that end up in the generated config.go. The report has
// some of them.
type Settings struct {
	App      string        `json:"app"`     // first word of every path
	Folder   string        `json:"-"`       // the folder under ~/.config; "" is App
	Command  string        `json:"command"` // the command that turns telemetry on and off; "" is Command
	Endpoint string        `json:"-"`       // URL of the collector; "" means nothing is ever sent
	Interval time.Duration `json:"-"`       // least time between two uploads; negative means never
	Consent  string        `json:"-"`       // "opt-out" or "opt-in"
	Excluded []string      `json:"-"`       // command paths that are never recorded, nor what is below them
}

// Command is the name of the CLI's command that turns telemetry on and off.
const Command = "telemetry"

// otherCommands are tried, in this order, if the CLI has a command named Command.
var otherCommands = []string{"usage-telemetry", "command-telemetry", "telemetrygen"}

var appName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

// Check reports settings that are wrong whatever the CLI's commands are.
func (s Settings) Check() error {
	if s.Folder != "" && !appName.MatchString(s.Folder) {
		return fmt.Errorf("--folder is %q; it takes one folder name below ~/.config, of letters, digits, dots, dashes and underscores", s.Folder)
	}
	return nil
}

// Known completes a tree that was read from the source by what an earlier run knew: its
// settings, which these are, and its list of commands.
func (s Settings) Known(tree plan.Tree, listed []plan.Command) plan.Tree {
	tree.Name = cmp.Or(s.App, tree.Name)
	if s.Command != "" {
		tree.Taken = append(slices.Clone(tree.Taken), Command)
	}
	var known []plan.Command // the list may say more of a command than the source
	for _, c := range listed {
		if path, ok := strings.CutPrefix(c.Path, s.App+" "); ok {
			c.Path = path
			known = append(known, c)
		}
	}
	tree.Commands = append(known, tree.Commands...)
	return tree
}

// Named completes the settings by the command tree: the app gets the name of the root
// command unless one was given, and the telemetry command a name that the CLI does not have.
// Notes say if either differs from what a reader expects.
func (s Settings) Named(tree plan.Tree, binary string) (named Settings, notes []string, err error) {
	if s.App == "" {
		s.App = tree.Name
		if long := tree.LongName(binary); long != "" {
			s.App = long
			notes = append(notes, fmt.Sprintf("the CLI has another name than its root command; runs are recorded under %q (choose another name with --app)", s.App))
		}
		if s.App == "" || path.Base(s.App) == binary && s.App != binary {
			s.App = binary
			notes = append(notes, fmt.Sprintf("the name of the root command is missing, a path, or not one constant; runs are recorded under %q, from the path of the main package (choose another name with --app)", s.App))
		}
	}
	if !appName.MatchString(s.App) {
		return s, nil, fmt.Errorf("the app would be called %q; a name has only letters, digits, dots, dashes and underscores: choose one with --app", s.App)
	}
	names := append([]string{Command}, otherCommands...)
	free := slices.IndexFunc(names, func(name string) bool { return !tree.Takes(name) })
	if free < 0 {
		return s, nil, fmt.Errorf("the CLI has commands of its own called %s, so no name is left for the command that turns telemetry off; rename one of them", strings.Join(names, ", "))
	}
	if s.Command = names[free]; s.Command != Command {
		notes = append(notes, fmt.Sprintf("the CLI has a command %q of its own; telemetry is turned on and off with `%s %s`", Command, s.App, s.Command))
	}
	return s, notes, nil
}
