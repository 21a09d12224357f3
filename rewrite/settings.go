package rewrite

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/commands"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/project"
)

// Defaults of the settings.
const (
	DefaultInterval = 3600 * time.Second
	DefaultConsent  = "opt-out"
)

// settings completes what was not given, but for what only the CLI knows.
func (o Options) settings(earlier project.Config) (Settings, error) {
	s := Settings{App: o.App, Folder: o.Folder, Interval: DefaultInterval, Consent: o.Consent, Excluded: o.Excluded}
	if o.Remembered && earlier.App != "" {
		s.Endpoint, s.Interval = earlier.Endpoint, earlier.Interval
		if s.Consent == "" {
			s.Consent = earlier.Consent
		}
		if s.App == "" {
			s.App = earlier.App
		}
		if s.Folder == "" {
			s.Folder = earlier.Folder
		}
		if s.Excluded == nil {
			s.Excluded = earlier.Excluded
		}
	}
	if s.Consent == "" {
		s.Consent = DefaultConsent
	}
	if o.Endpoint != nil {
		s.Endpoint = *o.Endpoint
	}
	if o.Interval != nil {
		s.Interval = *o.Interval
	}
	if s.Folder != "" && !appName.MatchString(s.Folder) {
		return s, fmt.Errorf("%q cannot be the name of a folder (letters, digits, dot, dash and underscore); --folder takes one name below ~/.config", s.Folder)
	}
	return s, nil
}

var appName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

// named names the app after the CLI's root, and the command that turns telemetry
// on and off after none of the CLI's own.
func (b *builder) named(s Settings, answer commands.Answer) (Settings, error) {
	s.Tags = b.asked
	if s.App == "" {
		s.App = answer.Name
		binary := binaryName(b.program.Main.PkgPath)
		if plugin := answer.Plugin(binary); plugin != "" {
			s.App = plugin
			b.result.Findings = append(b.result.Findings, Finding{Kind: plan.Note, What: fmt.Sprintf(
				"the CLI is called through another one; runs are recorded under %q (set another with --app)", s.App)})
		}
		if s.App == "" || path.Base(s.App) == binary && s.App != binary {
			s.App = binary
			b.result.Findings = append(b.result.Findings, Finding{Kind: plan.Note, What: fmt.Sprintf(
				"the root's name is no constant; runs are recorded under %q, the name of the binary (set another with --app)", s.App)})
		}
	}
	if !appName.MatchString(s.App) {
		return s, fmt.Errorf("%q cannot be the name of the app (letters, digits, dot, dash and underscore); set one with --app", s.App)
	}
	for _, name := range append([]string{project.Command}, project.OtherCommands...) {
		if s.Command == "" && !slices.ContainsFunc(answer.Taken, func(taken string) bool { return strings.EqualFold(taken, name) }) {
			s.Command = name
		}
	}
	if s.Command == "" {
		return s, fmt.Errorf("the CLI has commands of its own that are called %s and %s, so there is no name left for the one that turns telemetry off",
			project.Command, strings.Join(project.OtherCommands, ", "))
	}
	if s.Command != project.Command {
		b.result.Findings = append(b.result.Findings, Finding{Kind: plan.Note, What: fmt.Sprintf(
			"the CLI has a command %q of its own; telemetry is turned on and off with `%s %s`", project.Command, s.App, s.Command)})
	}
	return s, nil
}

// binaryName is the name that go build gives the binary of a main package.
func binaryName(importPath string) string {
	elements := strings.Split(importPath, "/")
	last := elements[len(elements)-1]
	if len(elements) > 1 && len(last) > 1 && last[0] == 'v' && strings.Trim(last[1:], "0123456789") == "" {
		last = elements[len(elements)-2]
	}
	return last
}
