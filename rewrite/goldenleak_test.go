package rewrite_test

import (
	"context"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// leak runs random command lines of a golden CLI, made of its own words and of
// marks in arguments, flag values, flag names, the environment and file names,
// and looks for the mark in the name and content of every file that the runtime
// wrote. What it counted must be listed.
func (c *goldenCase) leak(t *testing.T, binary, app string, listed []string) {
	t.Helper()
	const lines = 40
	home := filepath.Join(scratch(t), mark)
	writeFile(t, filepath.Join(home, mark+".yaml"), []byte(mark))
	env := []string{"HOME=" + home, "PATH=" + os.Getenv("PATH"), "TMPDIR=" + home, "USER=" + mark, mark + "=" + mark}
	words := []string{
		mark, mark + ".yaml", "--" + mark, "--" + mark + "=" + mark, "-" + mark, mark + " " + mark, mark + "\n    0:",
		"--config=" + mark, "--help", "--", "",
	}
	for _, path := range listed {
		words = append(words, strings.Fields(path)[1:]...)
	}
	// Half the lines start with a listed command, so that most are counted.
	random := rand.New(rand.NewSource(1))
	for i := 0; i < lines; i++ {
		var args []string
		if i%2 == 0 {
			args = strings.Fields(listed[random.Intn(len(listed))])[1:]
		}
		for j := random.Intn(4); j > 0; j-- {
			args = append(args, words[random.Intn(len(words))])
		}
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		cmd := exec.CommandContext(ctx, binary, args...)
		cmd.Env, cmd.Dir = env, home
		cmd.Run() // whatever it comes to
		if ctx.Err() != nil {
			t.Errorf("%q does not end", args)
		}
		cancel()
	}

	counted := 0
	config := filepath.Join(home, ".config", app)
	if _, err := os.Stat(config); err == nil {
		for name, content := range tree(t, config) {
			if strings.Contains(name, mark) || strings.Contains(content, mark) {
				t.Errorf("%s holds the mark:\n%s", name, content)
			}
			if name == "telemetry.yaml" {
				counted = onlyListed(t, content, listed)
			}
		}
	}
	if counted == 0 && c.records() {
		t.Errorf("none of %d runs was counted", lines)
	}
	t.Logf("%d of %d runs were counted", counted, lines)
}

// records reports whether one of the archive's runs is to be recorded.
func (c *goldenCase) records() bool {
	for _, line := range strings.Split(strings.TrimSpace(c.runs), "\n") {
		if !strings.HasSuffix(strings.TrimSpace(line), "| -") {
			return true
		}
	}
	return false
}
