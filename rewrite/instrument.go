// Package rewrite instruments the source of a cobra CLI: it loads the main
// package and what it reaches in its own module, finds by types what executes
// the root command, hooks into it and ends the process, plans edits as data,
// applies them to the author's own bytes, verifies the result, and writes all
// files or none.
//
// The inverse stands at the beginning of the pipeline: every file is stripped
// of instrumentation before it is looked at. So a second run changes nothing,
// and a run after the author's own edits adds just what they made necessary.
package rewrite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"time"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/commands"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/gomod"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/transaction"
)

// Options are what the command line says. What is not given is taken from the
// config.go of an earlier run when Remembered is set, else from the defaults.
type Options struct {
	Dir        string // where to run, the go command's working directory
	Package    string // the main package, as the go command names it
	Tags       string // build tags, comma-separated
	PackageDir string // folder of the runtime package, relative to the module's root

	App        string
	Folder     string   // name of the folder under ~/.config
	Excluded   []string // command paths that are never recorded
	Endpoint   *string
	Interval   *time.Duration
	Consent    string
	Remembered bool

	Progress func(stage string) // called at the beginning of each stage; may be nil
}

// Defaults of the settings.
const (
	DefaultInterval = 3600 * time.Second
	DefaultConsent  = "opt-out"
)

// A Result is what a run found and what it would change. Nothing is written
// before Write is called.
type Result struct {
	Settings Settings
	Main     string // import path of the main package
	Module   string
	Findings []Finding
	Siblings []string // workspace modules that are reached and left alone
	Commands []string // every command path that can be recorded
	Missing  []string // commands that the list on disk does not have yet
	Gone     []string // commands that only the list on disk has
	Restored []string // files of an interrupted earlier run that were put back

	dir     string
	changes []transaction.Change
}

// Instrument plans the instrumentation of a CLI and verifies that the result
// type-checks and builds. It reads the module and runs the go command; it
// writes only to the build cache and its own cache, and rolls back what an
// interrupted run left behind.
func Instrument(ctx context.Context, o Options) (*Result, error) {
	stage := o.Progress
	if stage == nil {
		stage = func(string) {}
	}
	restored, err := recoverInterrupted(o.folder())
	if err != nil {
		return nil, err
	}
	stage("loading")
	if o.Tags == "" && o.Remembered {
		o.Tags = o.earlierConfig().Settings.Tags
	}
	asked := o.Tags
	if o.Tags, err = buildTags(ctx, o.Dir, asked); err != nil {
		return nil, err
	}
	m, err := o.load(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := generatedFiles(m.generate.dir); err != nil {
		return nil, err
	}
	stage("planning")
	p, err := m.plan(o.Tags)
	if err != nil {
		return nil, err
	}
	earlier, err := m.earlierConfig()
	if err != nil {
		return nil, err
	}
	settings, err := o.settings(m, p, earlier)
	if err != nil {
		return nil, err
	}
	settings.Tags = asked
	stage("verifying")
	if err := m.verify(p); err != nil {
		return nil, err
	}
	r := &Result{Settings: settings, Main: m.main.PkgPath, Module: m.path, Findings: p.findings, Siblings: m.siblings, Restored: restored, dir: m.dir}
	if err := m.changes(ctx, o, p, earlier, r); err != nil {
		return nil, err
	}
	stage("listing commands")
	return r, m.listCommands(ctx, o, p, r)
}

// load loads the module; when it does not load because of instrumentation (a
// hook of the author's own beside an injected one, a runtime package that was
// deleted), it is loaded without.
func (o Options) load(ctx context.Context) (*module, error) {
	m, err := load(ctx, o.Dir, o.Package, o.Tags, nil)
	var failed *LoadError
	if errors.As(err, &failed) {
		if root := moduleRoot(o.folder()); root != "" {
			if overlay := strippedOverlay(root, o.PackageDir); len(overlay) > 0 {
				m, err = load(ctx, o.Dir, o.Package, o.Tags, overlay)
			}
		}
	}
	if err != nil {
		return nil, err
	}
	var reached []string
	for _, p := range m.own {
		reached = append(reached, p.Dir)
	}
	m.generate = place(m.dir, m.path, o.PackageDir, m.main.PkgPath, reached)
	if m.generate.dir == "" {
		return nil, fmt.Errorf("%s are all taken by other packages; choose a folder for the runtime with --package-dir", strings.Join(packageDirs, ", "))
	}
	if !m.generate.exists && !free(m.generate.dir) {
		return nil, fmt.Errorf("%s holds other Go files; choose another folder for the runtime with --package-dir", m.generate.dir)
	}
	return m, nil
}

// earlierConfig is the config.go of the last run, or a zero one.
func (m *module) earlierConfig() (config, error) {
	dir := m.generate.dir
	if !m.generate.exists {
		dir = ""
		for _, older := range m.generate.older {
			dir = older
		}
	}
	if dir == "" {
		return config{}, nil
	}
	return readConfig(dir)
}

var appName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

// settings completes what was not given.
func (o Options) settings(m *module, p *plan, earlier config) (Settings, error) {
	s := Settings{App: o.App, Folder: o.Folder, Interval: DefaultInterval, Consent: o.Consent, Excluded: o.Excluded}
	known := earlier.App != ""
	if o.Remembered && known {
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
	if s.App == "" {
		switch len(p.rootUses) {
		case 1:
			s.App = p.rootUses[0]
		case 0:
			s.App = binaryName(m.main.PkgPath)
			p.findings = append(p.findings, Finding{Kind: KindNote, What: fmt.Sprintf("the root's name is no constant; runs are recorded under %q, the name of the binary (set another with --app)", s.App)})
		default:
			return s, &AmbiguousRootError{p.rootUses}
		}
	}
	if s.Folder != "" && !appName.MatchString(s.Folder) {
		return s, fmt.Errorf("%q cannot be the name of a folder (letters, digits, dot, dash and underscore); --folder takes one name below ~/.config", s.Folder)
	}
	if !appName.MatchString(s.App) {
		return s, fmt.Errorf("%q cannot be the name of the app (letters, digits, dot, dash and underscore); set one with --app", s.App)
	}
	return s, nil
}

// binaryName is the name that go build gives the binary of a main package.
func binaryName(path string) string {
	elements := strings.Split(path, "/")
	last := elements[len(elements)-1]
	if len(elements) > 1 && len(last) > 1 && last[0] == 'v' && strings.Trim(last[1:], "0123456789") == "" {
		last = elements[len(elements)-2]
	}
	return last
}

// changes collects what is different from the disk, but for the command list.
func (m *module) changes(ctx context.Context, o Options, p *plan, earlier config, r *Result) error {
	for _, name := range m.sourceNames() {
		s := m.sources[name]
		want, ok := p.edited[name]
		if !ok {
			want = s.stripped
		}
		r.replace(name, s.disk, want)
	}
	undo := earlier.Undo
	modChanges, newUndo, err := gomod.Add(ctx, gomod.Env{Dir: m.dir})
	if err != nil {
		return err
	}
	if !newUndo.Empty() {
		undo = newUndo.After(undo)
	}
	r.changes = append(r.changes, modChanges...)

	body, err := config{r.Settings, state{Main: m.main.PkgPath, Undo: undo}}.source(m.generate.name())
	if err != nil {
		return err
	}
	want, err := runtimeFiles(m.generate.dir, m.generate.name(), body)
	if err != nil {
		return err
	}
	delete(want, filepath.Join(m.generate.dir, treeFile))
	have, err := generatedFiles(m.generate.dir)
	if err != nil {
		return err
	}
	for _, name := range sortedNames(want) {
		r.replaceGenerated(name, have[name], want[name])
	}
	for _, name := range sortedNames(have) {
		if want[name] == nil {
			r.replace(name, have[name], nil)
		}
	}
	for _, dir := range m.generate.older {
		if err := r.removeGenerated(dir); err != nil {
			return err
		}
	}
	return nil
}

func (m *module) sourceNames() []string {
	names := make([]string, 0, len(m.sources))
	for name := range m.sources {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// replace notes a change of one file; nil stands for a file that is not there.
func (r *Result) replace(name string, old, new []byte) {
	if (old == nil) == (new == nil) && bytes.Equal(old, new) {
		return
	}
	r.changes = append(r.changes, transaction.Change{Name: name, Old: old, New: new, Mode: 0o644})
}

// replaceGenerated is replace for text of ours, which git may have checked out
// with other line ends.
func (r *Result) replaceGenerated(name string, old, new []byte) {
	if old != nil && bytes.Equal(bytes.ReplaceAll(old, []byte("\r\n"), []byte("\n")), new) {
		return
	}
	r.replace(name, old, new)
}

// removeGenerated deletes the files of a runtime package.
func (r *Result) removeGenerated(dir string) error {
	files, err := generatedFiles(dir)
	if err != nil {
		return err
	}
	for _, name := range sortedNames(files) {
		r.replace(name, files[name], nil)
	}
	list := filepath.Join(dir, commandsFile)
	if data, err := os.ReadFile(list); err == nil {
		r.replace(list, data, nil)
	}
	return nil
}

// recoverInterrupted puts back what a killed run had half written.
func recoverInterrupted(dir string) ([]string, error) {
	root := moduleRoot(dir)
	if root == "" {
		return nil, nil
	}
	return transaction.Recover(root)
}

// folder is where the package stands, as far as its name says: below the root of
// a go.work project, its module is not the one of Dir.
func (o Options) folder() string {
	if strings.HasPrefix(o.Package, ".") {
		return filepath.Join(o.Dir, o.Package)
	}
	return o.Dir
}

// moduleRoot is the nearest folder above dir with a go.mod, "" without one.
func moduleRoot(dir string) string {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return ""
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return ""
		}
		dir = parent
	}
}

// Changed reports whether there is anything to write.
func (r *Result) Changed() bool { return len(r.changes) > 0 }

// Write writes all files or none.
func (r *Result) Write() error { return transaction.Apply(r.dir, r.changes) }

const commandsFile = "commands.txt"
const usersFile = "TELEMETRY.md"

// listCommands asks the instrumented CLI for its command tree and adds the
// allow-list and the users' page to the changes.
func (m *module) listCommands(ctx context.Context, o Options, p *plan, r *Result) error {
	listName := filepath.Join(m.generate.dir, commandsFile)
	onDisk, _ := os.ReadFile(listName)
	listed, err := commands.Parse(onDisk)
	if err != nil {
		return fmt.Errorf("%s: %w; delete the file and run telemetrygen again", listName, err)
	}
	key, err := m.buildKey(p, r)
	if err != nil {
		return err
	}
	runtime, err := runtimeFiles(m.generate.dir, m.generate.name(), nil)
	if err != nil {
		return err
	}
	tree := filepath.Join(m.generate.dir, treeFile)
	changes := append(r.changes[:len(r.changes):len(r.changes)], transaction.Change{Name: tree, New: runtime[tree]})
	if onDisk == nil {
		changes = append(changes, transaction.Change{Name: listName, New: []byte{}})
	}
	paths, err := commands.List(ctx, commands.Build{Dir: m.main.Dir, Tags: o.Tags, Changes: changes, Key: key})
	var cannotRun *commands.RunError
	if errors.As(err, &cannotRun) {
		var unknown int
		paths, unknown = p.source.paths(r.Settings.App)
		r.Findings = append(r.Findings, Finding{Kind: KindUncovered, What: fmt.Sprintf(
			"%v\nso the commands are those of the source, as far as they are constant; %s could not be followed and will be recorded as (unlisted)",
			cannotRun, plural(unknown, "addition"))})
	} else if err != nil {
		return err
	}
	kept, unknown := withoutExcluded(paths, r.Settings.Excluded)
	if len(unknown) > 0 && cannotRun == nil {
		return &ExcludedError{unknown}
	}
	paths = kept
	r.Commands = paths
	r.Missing, r.Gone = commands.Diff(listed, paths)
	r.replaceGenerated(listName, onDisk, commands.Text(paths))
	return r.usersPage()
}

// usersPage writes TELEMETRY.md for the CLI's users, unless somebody else has.
func (r *Result) usersPage() error {
	name := filepath.Join(r.dir, usersFile)
	onDisk, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err == nil && !bytes.HasPrefix(onDisk, []byte(commands.PageMarker)) {
		r.Findings = append(r.Findings, Finding{Kind: KindNote, File: usersFile, What: "not written by telemetrygen, so it is left alone; what it says of telemetry is up to you"})
		return nil
	}
	r.replaceGenerated(name, onDisk, commands.Markdown(commands.Doc{
		App: r.Settings.App, Endpoint: r.Settings.Endpoint, Interval: r.Settings.Interval,
		OptIn: r.Settings.Consent == "opt-in", Paths: r.Commands,
	}))
	return nil
}
