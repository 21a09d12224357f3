package release

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// TestTheAuthorsAndTheUsersPage types what docs/author.md tells to type, from the first
// diff to a registered release, for examples/pace, and then what docs/user.md tells.
// Released versions are those of this checkout.
func TestTheAuthorsAndTheUsersPage(t *testing.T) {
	bash := peertest.Need(t, "bash", "git")[0]
	page, err := os.ReadFile(filepath.Join(root, "docs", "author.md"))
	if err != nil {
		t.Fatal(err)
	}
	text, later, _ := strings.Cut(string(page), "\n## 4. ")
	_, text, _ = strings.Cut(text, "\n## 1. ")
	var lines []string
	for _, match := range regexp.MustCompile(`(?m)^    (\S.*)$`).FindAllStringSubmatch(text, -1) {
		lines = append(lines, match[1])
	}
	if len(lines) != 10 {
		t.Fatalf("%d lines: %q", len(lines), lines)
	}
	dir := t.TempDir()
	cli := filepath.Join(dir, "pace")
	if err := os.CopyFS(cli, os.DirFS(filepath.Join(root, "examples", "pace"))); err != nil {
		t.Fatal(err)
	}
	public, private := peertest.FreeAddress(t), peertest.FreeAddress(t)
	// Neither the home, the choices nor the agent of whoever tests.
	env := []string{"HOME=" + dir, "PATH=" + commands(t) + string(os.PathListSeparator) + os.Getenv("PATH"), "GOWORK=off", "TELEMETRY_LISTEN=" + public, "TELEMETRY_PRIVATE_LISTEN=" + private, "TELEMETRY_URL=http://" + private}
	for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOPATH", "GOFLAGS", "GOPROXY"} {
		value, err := exec.Command("go", "env", name).Output()
		if err != nil {
			t.Fatal(err)
		}
		env = append(env, name+"="+strings.TrimSpace(string(value)))
	}
	typed := strings.NewReplacer("go run github.com/telemetrygen/telemetrygen/cmd/", "", "@v0.1.0", "", "./cmd/pace", ".", "127.0.0.1:8080", public)
	shell := func(line string) *exec.Cmd {
		cmd := exec.Command(bash, "-c", typed.Replace(line))
		cmd.Dir, cmd.Env = cli, env
		return cmd
	}
	run := func(line string) string {
		t.Helper()
		output, err := shell(line).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", line, err, output)
		}
		return string(output)
	}
	run("git init -q && git add . && git -c user.name=a -c user.email=a@localhost commit -q -m pace")
	for _, line := range lines {
		switch {
		case strings.Contains(line, "--remove"):
			run(line)
			if left := run("git status --short"); left != "" {
				t.Errorf("after --remove: %s", left)
			}
			run(lines[0])
		case strings.Contains(line, "telemetry-collector@v0.1.0 --commands"):
			collector := shell("exec " + line)
			peertest.DieWithTest(collector)
			if err := collector.Start(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { collector.Process.Kill(); collector.Wait() })
			eventually(t, "the collector serves", func() bool {
				answer, err := http.Get("http://" + private + "/readyz")
				return err == nil && answer.Body.Close() == nil && answer.StatusCode == http.StatusOK
			})
		case strings.HasSuffix(line, " report"):
			eventually(t, "the report says 1 run", func() bool {
				output, _ := shell(line).CombinedOutput()
				return regexp.MustCompile(`(?m)^Runs +1\b`).Match(output)
			})
		default:
			output := run(line)
			for command, want := range map[string]string{"git diff": "telemetry.Track(", "git status": "TELEMETRY.md", "cat ": "pace get data-policy"} {
				if strings.HasPrefix(line, command) && !strings.Contains(output, want) {
					t.Errorf("%s: no %q in\n%s", line, want, output)
				}
			}
		}
	}
	says := func(page, line, want string) {
		t.Helper()
		if !strings.Contains(page, line) {
			t.Errorf("the page does not say %s", line)
		}
		if output := run(line); !strings.Contains(output, want) {
			t.Errorf("%s: no %q in\n%s", line, want, output)
		}
	}
	users, err := os.ReadFile(filepath.Join(root, "docs", "user.md"))
	if err != nil {
		t.Fatal(err)
	}
	says(later, "telemetry-collector release --app pace --version v1.17.0", "pace v1.17.0 is registered")
	run("mkdir ../bin && cp pace ../bin/") // in the user's PATH
	env[1] = "PATH=" + filepath.Join(dir, "bin") + string(os.PathListSeparator) + strings.TrimPrefix(env[1], "PATH=")
	says(string(users), "pace telemetry status", "telemetry: on")
	says(string(users), "pace telemetry show", `{"metric_points":{"pace get data-policy"`)
	says(string(users), "pace telemetry forget", "erase")
	says(string(users), "pace telemetry off", "off")

	// The line above func main, with the address that the released CLI sends to.
	source := filepath.Join(cli, "main.go")
	code, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	directive := regexp.MustCompile(`(?m)^//go:generate .*$`)
	line := regexp.MustCompile(`(?m)^    (//go:generate .*)$`).FindStringSubmatch(later)
	if line == nil || !directive.Match(code) {
		t.Fatal("the page or the example has no //go:generate line")
	}
	code = directive.ReplaceAllLiteral(code, []byte(typed.Replace(line[1])))
	if err := os.WriteFile(source, code, 0o600); err != nil {
		t.Fatal(err)
	}
	says(later, "go generate ./...", "change "+filepath.Join("internal", "telemetry", "config.go"))
	run("grep -q https://telemetry.example.com/telemetry TELEMETRY.md")
	says(later, "telemetrygen --check ./cmd/pace", "")
}

func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !so(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("a minute is over before %s", what)
		}
	}
}
