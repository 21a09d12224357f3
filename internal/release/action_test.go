// Package release tests what a release consists of beside the code: the GitHub
// action, the version of the commands, and the version that the pages name.
package release

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// root is the repository's folder.
const root = "../.."

// TestActionChecksACLI runs the steps of action.yml as a runner would, on a CLI
// that is up to date, and on one that has got another command since.
func TestActionChecksACLI(t *testing.T) {
	bash := peertest.Need(t, "bash")[0]
	var action struct {
		Runs struct {
			Using string
			Steps []struct {
				Shell, Run       string
				Env              map[string]string
				WorkingDirectory string `yaml:"working-directory"`
			}
		}
	}
	text, err := os.ReadFile(filepath.Join(root, "action.yml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(text, &action); err != nil {
		t.Fatal(err)
	}
	if action.Runs.Using != "composite" || len(action.Runs.Steps) == 0 {
		t.Fatalf("%+v", action)
	}
	checkout, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	cli, temp := filepath.Join(t.TempDir(), "pace"), t.TempDir()
	if err := os.CopyFS(cli, os.DirFS(filepath.Join(root, "examples", "pace"))); err != nil {
		t.Fatal(err)
	}
	inputs := strings.NewReplacer("${{ inputs.packages }}", ".", "${{ inputs.working-directory }}", cli,
		"${{ runner.os == 'Windows' && '.exe' || '' }}", "")
	runner := append(os.Environ(), "GITHUB_ACTION_PATH="+checkout, "RUNNER_TEMP="+temp)
	act := func() error {
		for _, step := range action.Runs.Steps {
			cmd := exec.Command(bash, "-eo", "pipefail", "-c", inputs.Replace(step.Run))
			cmd.Dir, cmd.Env = inputs.Replace(step.WorkingDirectory), runner
			for name, value := range step.Env {
				cmd.Env = append(cmd.Env, name+"="+inputs.Replace(value))
			}
			if output, err := cmd.CombinedOutput(); err != nil {
				return fmt.Errorf("%w\n%s", err, output)
			}
		}
		return nil
	}
	if err := act(); err == nil {
		t.Error("a CLI that was never instrumented passes")
	}
	generate := exec.Command(filepath.Join(temp, "telemetrygen")) // with the flags of its //go:generate line
	generate.Dir = cli
	if output, err := generate.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	if err := act(); err != nil {
		t.Errorf("a CLI that is up to date fails: %v", err)
	}
	source := filepath.Join(cli, "main.go")
	code, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(code), "rootCmd.AddCommand(", "rootCmd.AddCommand(&cobra.Command{Use: \"brandnew\", Run: func(*cobra.Command, []string) {}}, ", 1)
	if changed == string(code) {
		t.Fatal("the example has no AddCommand any more")
	}
	if err := os.WriteFile(source, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := act(); err == nil || !strings.Contains(err.Error(), "brandnew") {
		t.Errorf("a command that is not listed: %v", err)
	}
}
