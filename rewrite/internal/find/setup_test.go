package find

import "testing"

// TestSetup leaves exits alone that only a mistake in the source can reach.
func TestSetup(t *testing.T) {
	const viper = `package dep
-- github.com/spf13/viper/viper.go --
package viper

func BindEnv(keys ...string) error { return nil }

func BindAll(key string) (int, error) { return 0, nil }

func ReadInConfig() error { return nil }
`
	left := func(what string) []string {
		return []string{"track root", "note " + what + ": left alone, because it ends the process only if the source is wrong"}
	}
	none, exit := left("os.Exit(1)"), []string{"track root", "exit os.Exit"}
	testPlan(t, viper, []planTest{
		{"in the condition", run + "func f() { if err := viper.BindEnv(\"x\"); err != nil { os.Exit(1) } }", none},
		{"right before", run + "func f() {\n\terr := viper.BindEnv(\"x\")\n\tif err != nil { os.Exit(1) }\n}", none},
		{"right before, in a case", run + "func f(n int) {\n\tswitch n {\n\tcase 1:\n\t\terr := viper.BindEnv(\"x\")\n\t\tif err != nil { os.Exit(1) }\n\t}\n}", none},
		{"with a logger", run + "func f() { if err := viper.BindEnv(\"x\"); err != nil { log.Fatal(err) } }", left("log.Fatal")},
		{"checked by cobra", run + "func f() { cobra.CheckErr(viper.BindEnv(\"x\")) }", left(`cobra.CheckErr(viper.BindEnv("x"))`)},

		{"another variable", run + "func f(other error) { if err := viper.BindEnv(\"x\"); other != nil { os.Exit(1); _ = err } }", exit},
		{"the other branch", run + "func f() { if err := viper.BindEnv(\"x\"); err != nil { } else { os.Exit(1) } }", exit},
		{"where it did not fail", run + "func f() { if err := viper.BindEnv(\"x\"); err == nil { os.Exit(1) } }", exit},
		{"more of a condition", run + "func f(b bool) { if err := viper.BindEnv(\"x\"); err != nil || b { os.Exit(1) } }", exit},
		{"something between", run + "func f() {\n\terr := viper.BindEnv(\"x\")\n\tfmt.Println()\n\tif err != nil { os.Exit(1) }\n}", exit},
		{"a function for later", run + "var later func()\nfunc f() { if err := viper.BindEnv(\"x\"); err != nil { later = func() { os.Exit(1) } } }", exit},
		{"a file", run + "func f() { if err := viper.ReadInConfig(); err != nil { os.Exit(1) } }", exit},
		{"more results", run + "func f() { if _, err := viper.BindAll(\"x\"); err != nil { os.Exit(1) } }", exit},
		{"a function of the CLI", run + "func BindFlag(string) error { return nil }\nfunc f() { if err := BindFlag(\"x\"); err != nil { os.Exit(1) } }", exit},
	})
}
