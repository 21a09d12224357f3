package find

import "testing"

// TestFlagSets names the sets of flags that end the process.
func TestFlagSets(t *testing.T) {
	ends := func(call string) []string {
		return []string{"track root", "dependency " + call + " of flag may end the process, with os.Exit; such a run is recorded as -1 if a command had begun"}
	}
	none := []string{"track root"}
	testPlan(t, "", []planTest{
		{"the command line's", run + "func f() { flag.Parse() }", ends("flag.Parse")},
		{"by its name", run + "func f() { flag.CommandLine.Parse(os.Args[1:]) }", ends("flag.FlagSet.Parse")},
		{"one of its own", run + "func f(args []string) { fs := flag.NewFlagSet(\"f\", flag.ExitOnError); fs.Parse(args) }", ends("flag.FlagSet.Parse")},
		{"kept", run + "var fs = flag.NewFlagSet(\"f\", flag.ExitOnError)\nfunc f(args []string) { fs.Parse(args) }", ends("flag.FlagSet.Parse")},
		{"embedded", run + "type set struct{ *flag.FlagSet }\nvar s = set{flag.NewFlagSet(\"f\", flag.ExitOnError)}\nfunc f(args []string) { s.Parse(args) }", ends("flag.FlagSet.Parse")},

		{"that goes on", run + "func f(args []string) { fs := flag.NewFlagSet(\"f\", flag.ContinueOnError); fs.Parse(args) }", none},
		{"the command line's, which goes on", run + "func init() { flag.CommandLine = flag.NewFlagSet(\"f\", flag.ContinueOnError) }\nfunc f() { flag.Parse() }", none},
		{"without arguments", run + "func f() { flag.CommandLine.Parse([]string{}); flag.CommandLine.Parse(nil) }", none},
		{"never compiled in", run + "func f() { if false { flag.Parse() } }", none},
		{"before main", run + "func init() { flag.Parse() }", none},
	})
}
