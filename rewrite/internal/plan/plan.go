// Package plan holds what was found in a CLI and what is done about it, as plain data. The
// find stage makes a plan, the edit stage needs only the plan and the source bytes, and
// the report prints it. It goes through JSON unchanged.
package plan

import (
	"cmp"
	"slices"
)

// Kind says what was found.
type Kind string

const (
	Main       Kind = "main"       // func main of the CLI
	Execute    Kind = "execute"    // a root command is executed
	Exit       Kind = "exit"       // os.Exit, cobra.CheckErr
	Fatal      Kind = "fatal"      // a call that logs and ends the process
	Uncovered  Kind = "uncovered"  // something that no edit covers
	Dependency Kind = "dependency" // a call into a dependency that may end the process
	Note       Kind = "note"       // anything else the author should know
)

// A Site is one place of the CLI's source: the bytes Start to End of File, the
// form that is injected there, and why. Offsets are those of the file without
// instrumentation.
type Site struct {
	Kind     Kind     `json:"kind"`
	File     string   `json:"file"` // relative to the module's root, with slashes; "" for the whole CLI
	At       int      `json:"at"`   // where the report says it is
	Start    int      `json:"start"`
	End      int      `json:"end"`
	Form     string   `json:"form,omitempty"` // name of a form; "" for no edit
	Operands Operands `json:"operands,omitzero"`
	Reason   string   `json:"reason"` // what was found and what is done
}

// Operands are what a form needs to know beside the place.
type Operands struct {
	Status   string   `json:"status,omitempty"`   // the exit status, as the source names it
	Address  bool     `json:"address,omitempty"`  // the command is a value: Track gets its address
	Embedded []string `json:"embedded,omitempty"` // embedded fields between the receiver and the command
	Field    bool     `json:"field,omitempty"`    // the receiver is itself a field that is called Command
}

// A File is what the edit stage needs to know of a file with sites.
type File struct {
	Name    string `json:"name"`               // as in Site.File
	Package string `json:"package"`            // import path
	Runtime string `json:"runtime"`            // import path of the generated package that it imports, itself or its leaf
	Local   string `json:"local"`              // the name that the injected package gets in this file
	LosesOS bool   `json:"loses_os,omitempty"` // every use of package os is swapped
	Refused string `json:"refused,omitempty"`  // why the file must not be edited
}

// A Plan is everything that the find stage found.
type Plan struct {
	Module string `json:"module"` // module path
	Leaf   string `json:"leaf"`   // import path of the package with Exit, which needs only the standard library
	Files  []File `json:"files"`
	Sites  []Site `json:"sites"`

	Hooks     []Hook     `json:"hooks,omitempty"` // exit hooks that the generated package sets
	ExitCodes []ExitCode `json:"exit_codes"`      // exit statuses with a name in the source

	SeveralRoots bool `json:"several_roots,omitempty"` // more than one is executed; the built CLI tells the commands of one
}

// A Hook is an exit hook of a logger.
type Hook struct {
	Path  string `json:"path"`  // import path of the package that has it
	Known bool   `json:"known"` // the status that it records is always the one that the process ends with
}

// An ExitCode is an exit status, as the shell sees it, and the names of its
// constants in the source.
type ExitCode struct {
	Status int      `json:"status"`
	Names  []string `json:"names"`
}

// In returns the sites of a file, in its order.
func (p *Plan) In(name string) []Site {
	byFile := func(s Site, name string) int { return cmp.Compare(s.File, name) }
	from, _ := slices.BinarySearchFunc(p.Sites, name, byFile)
	to, _ := slices.BinarySearchFunc(p.Sites, name+"\x00", byFile)
	return p.Sites[from:to]
}

// Sort puts files and sites into the order of their names and offsets.
func (p *Plan) Sort() {
	slices.SortFunc(p.Files, func(a, b File) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortStableFunc(p.Sites, func(a, b Site) int { return cmp.Or(cmp.Compare(a.File, b.File), a.At-b.At) })
}
