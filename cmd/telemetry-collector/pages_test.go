package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/population"
	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/collector/wire"
	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// A shell runs what a page tells to type, beside a collector of two months of reports.
type shell struct {
	dir string
	env []string
	running
}

func newShell(t *testing.T) shell {
	t.Helper()
	peertest.Need(t, "bash", "curl")
	dir := t.TempDir()
	file := "sqlite:" + filepath.Join(dir, "telemetry.db")
	s, err := store.Open(t.Context(), file, nil)
	if err != nil {
		t.Fatal(err)
	}
	plan := population.Year(1, 60, time.Now().UTC().Truncate(24*time.Hour))
	plan.Start, plan.Days = plan.Start.AddDate(0, 0, 305), 60
	plan.Releases = []population.Release{{Version: "v1.17.0"}, {Version: "v1.18.0", Day: 30, Broken: "pace get data-policies", Rate: .6}}
	if err := population.New(plan).Fill(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	own, err := filepath.Abs(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(own, filepath.Join(dir, "telemetry-collector")); err != nil {
		t.Fatal(err)
	}
	r := started(t, nil, "--store", file)
	return shell{dir, append(os.Environ(), "TELEMETRY_COLLECTOR_TEST_MAIN=1", "PATH="+dir+string(os.PathListSeparator)+os.Getenv("PATH"),
		"TELEMETRY_URL="+r.private, "TELEMETRY_STORE="+file, "CURL_HOME="+dir), r}
}

func (s shell) run(t *testing.T, line string) string {
	t.Helper()
	cmd := exec.Command("bash", "-c", line)
	cmd.Dir, cmd.Env = s.dir, s.env
	output, err := cmd.Output()
	if err != nil {
		t.Errorf("%s: %v\n%s", line, err, output)
	}
	return string(output)
}

// TestTheLinesOfTheAPIsPage types what docs/api.md shows, with curl --fail.
func TestTheLinesOfTheAPIsPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	s := newShell(t)
	if !strings.Contains(string(page), "    API=http://127.0.0.1:8081/api/v1\n") {
		t.Error("the page does not say where the API is")
	}
	lines := regexp.MustCompile(`(?m)^    (curl .*)$`).FindAllStringSubmatch(string(page), -1)
	if len(lines) != 9 {
		t.Errorf("%d lines", len(lines))
	}
	for _, line := range lines {
		answer := s.run(t, "API="+s.private+"/api/v1\n"+strings.Replace(line[1], "curl ", "curl --silent --show-error --fail ", 1))
		_, comment, _ := strings.Cut(line[1], " # ")
		if strings.Contains(line[1], "format=csv") {
			if rows := strings.Split(answer, "\n"); len(rows) < 10 || rows[0] != comment {
				t.Errorf("%s: %q", line[1], rows[0])
			}
			continue
		}
		var got map[string]any
		if err := json.Unmarshal([]byte(answer), &got); err != nil || got["app"] != "pace" {
			t.Errorf("%s: %v %.80s", line[1], err, answer)
		}
		lists := 0
		for _, value := range got {
			if list, is := value.([]any); is && len(list) > 0 {
				lists++
			}
		}
		if lists == 0 {
			t.Errorf("%s: nothing is listed in %.200s", line[1], answer)
		}
	}
}

// TestTheCommandsOfTheOperatorsPage types what docs/operator.md says to do from
// day to day, in the folder of a CLI.
func TestTheCommandsOfTheOperatorsPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/operator.md")
	if err != nil {
		t.Fatal(err)
	}
	s := newShell(t)
	folder := filepath.Join(s.dir, "internal", "telemetry")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{"commands.txt": wire.FormatCommands(population.Listed(1)), "exitcodes.txt": wire.FormatExitCodes(population.ExitCodes)} {
		if err := os.WriteFile(filepath.Join(folder, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := post(t, s.public, report); got != "200 OK" { // of the one who asks to be erased
		t.Fatal(got)
	}
	s.run(t, "telemetry-collector release --url "+s.private+" --app pace --version v1.71.0") // the mistake
	_, daily, found := strings.Cut(string(page), "## From day to day\n")
	daily, _, _ = strings.Cut(daily, "\n## ")
	if !found {
		t.Fatal("there is no such part")
	}
	said := map[string]string{}
	for _, match := range regexp.MustCompile("`((?:telemetry-collector|curl) [^`]+)`").FindAllStringSubmatch(daily, -1) {
		line := strings.NewReplacer("https://telemetry.example.com", s.public, "http://127.0.0.1:8081", s.private, "<id>", "36be4c46-4e1b-431d-b9db-1b315f537a85", "curl ", "curl --silent --show-error --fail ",
			"v6.6.6", "v1.17.0").Replace(match[1])
		said[strings.Join(strings.Fields(match[1])[:2], " ")] = s.run(t, line)
	}
	for command, want := range map[string]string{
		"telemetry-collector release": "pace v1.17.0 is registered",
		"telemetry-collector report":  "What got worse in v1.18.0",
		"telemetry-collector purge":   "would be taken out",
		"telemetry-collector backup":  "",
		"curl -X":                     "",
	} {
		if got, typed := said[command]; !typed || !strings.Contains(got, want) {
			t.Errorf("%s: no %q in %q", command, want, got)
		}
	}
	if info, err := os.Stat(filepath.Join(s.dir, "FILE")); err != nil || info.Size() < 10_000 {
		t.Errorf("the backup: %v", err)
	}
	if len(said) != 5 {
		t.Errorf("%d kinds of commands", len(said))
	}
}
