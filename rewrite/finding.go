package rewrite

// Kind says what was found and what becomes of it.
type Kind string

const (
	KindMain       Kind = "main"       // func main of the CLI
	KindExecute    Kind = "execute"    // a root command is executed
	KindRoot       Kind = "root"       // a root command's literal
	KindHook       Kind = "hook"       // a PersistentPreRun or PersistentPreRunE
	KindExit       Kind = "exit"       // os.Exit, cobra.CheckErr
	KindFatal      Kind = "fatal"      // a call that logs and ends the process
	KindUncovered  Kind = "uncovered"  // something that no edit covers
	KindDependency Kind = "dependency" // a call into a dependency that may end the process
	KindNote       Kind = "note"       // anything else the author should know
)

// A Finding is one thing that the plan says about one position of the CLI.
// Edits are the splices that it takes, in the stripped source.
type Finding struct {
	Kind   Kind   `json:"kind"`
	File   string `json:"file"` // relative to the module's root
	Line   int    `json:"line"`
	Column int    `json:"column"` // in bytes, from 1
	What   string `json:"what"`   // what was found and what was done

	file   string // absolute
	offset int    // in the stripped source
	edits  []splice

	drops string // import path of which one use goes away

}
