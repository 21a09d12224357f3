package find

import "testing"

// TestSetup leaves exits alone that only a mistake in the source can reach.
func TestSetup(t *testing.T) {
	const viper = `package dep
-- example.com/fs/fs.go --
package fs

func Read(name string) error { return nil }
-- github.com/spf13/viper/viper.go --
package viper

import (
	"fmt"

	"example.com/fs"
)

type Value interface{ Set(text string) error }

func Bind(key string) error { return check(key) }

func check(key string) error {
	if key == "" {
		return fmt.Errorf("no key")
	}
	return nil
}

func Alias(key string) error {
	if key == "" {
		return check(key)
	}
	return Alias(key[1:])
}

func Read(name string) error { return fs.Read(name) }

func Set(v Value) error { return v.Set("") }

func Parse(args []string) error { return check(args[0]) }

func Count() error { return check("") }

func Find(key string) (int, error) { return 0, check(key) }
`
	left := func(what string) []string {
		return []string{"track root", "note " + what + ": left alone, because it ends the process only if the source is wrong"}
	}
	none, exit := left("os.Exit(1)"), []string{"track root", "exit os.Exit"}
	testPlan(t, viper, []planTest{
		{"in the condition", run + "func f() { if err := viper.Bind(\"x\"); err != nil { os.Exit(1) } }", none},
		{"right before", run + "func f() {\n\terr := viper.Bind(\"x\")\n\tif err != nil { os.Exit(1) }\n}", none},
		{"right before, in a case", run + "func f(n int) {\n\tswitch n {\n\tcase 1:\n\t\terr := viper.Bind(\"x\")\n\t\tif err != nil { os.Exit(1) }\n\t}\n}", none},
		{"with a logger", run + "func f() { if err := viper.Bind(\"x\"); err != nil { log.Fatal(err) } }", left("log.Fatal")},
		{"checked by cobra", run + "func f() { cobra.CheckErr(viper.Bind(\"x\")) }", left(`cobra.CheckErr(viper.Bind("x"))`)},
		{"a function that calls itself", run + "func f() { if err := viper.Alias(\"x\"); err != nil { os.Exit(1) } }", none},
		{"a list that is written out", run + "func f() { if err := viper.Parse([]string{\"x\"}); err != nil { os.Exit(1) } }", none},

		{"another variable", run + "func f(other error) { if err := viper.Bind(\"x\"); other != nil { os.Exit(1); _ = err } }", exit},
		{"the other branch", run + "func f() { if err := viper.Bind(\"x\"); err != nil { } else { os.Exit(1) } }", exit},
		{"where it did not fail", run + "func f() { if err := viper.Bind(\"x\"); err == nil { os.Exit(1) } }", exit},
		{"more of a condition", run + "func f(b bool) { if err := viper.Bind(\"x\"); err != nil || b { os.Exit(1) } }", exit},
		{"something between", run + "func f() {\n\terr := viper.Bind(\"x\")\n\tfmt.Println()\n\tif err != nil { os.Exit(1) }\n}", exit},
		{"a function for later", run + "var later func()\nfunc f() { if err := viper.Bind(\"x\"); err != nil { later = func() { os.Exit(1) } } }", exit},
		{"a file", run + "func f() { if err := viper.Read(\"x\"); err != nil { os.Exit(1) } }", exit},
		{"a value that decides", run + "func f(v viper.Value) { if err := viper.Set(v); err != nil { os.Exit(1) } }", exit},
		{"the user's arguments", run + "func f() { if err := viper.Parse(os.Args); err != nil { os.Exit(1) } }", exit},
		{"no argument", run + "func f() { if err := viper.Count(); err != nil { os.Exit(1) } }", exit},
		{"more results", run + "func f() { if _, err := viper.Find(\"x\"); err != nil { os.Exit(1) } }", exit},
		{"a function of the CLI", run + "func bind(string) error { return nil }\nfunc f() { if err := bind(\"x\"); err != nil { os.Exit(1) } }", exit},
	})
}
