package wire_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/collector/wire"
)

const vectors = "../../testdata/protocol"

// bodies reads test vectors by name.
func bodies(t testing.TB, folder string) map[string][]byte {
	files, err := filepath.Glob(filepath.Join(vectors, folder, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no vectors in %s: %v", folder, err)
	}
	found := map[string][]byte{}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		found[strings.TrimSuffix(filepath.Base(file), ".json")] = body
	}
	return found
}

// TestWhatTheRuntimeSendsIsTaken uses the vectors that the runtime's tests
// write, and encodes what was understood: nothing may be lost.
func TestWhatTheRuntimeSendsIsTaken(t *testing.T) {
	for name, body := range bodies(t, "report") {
		t.Run(name, func(t *testing.T) {
			report, err := wire.Decode(body)
			if err != nil {
				t.Fatal(err)
			}
			var got, want any
			if json.Unmarshal(encode(report), &got); json.Unmarshal(body, &want) != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("understood\n%v, sent\n%v", got, want)
			}
		})
	}
}

func TestTheOriginalsReportsAreTaken(t *testing.T) {
	for name, body := range map[string]string{
		"first release": `{"metric_points":{"pace get":{"0":{"cumulative_count":1}}},"cli_version":"v1.0.0","operation_version":"linux","id":"36be4c46-4e1b-431d-b9db-1b315f537a85"}`,
		"no command":    `{"metric_points":{},"cli_version":"v1.0.0","operating_system":"linux","id":"36be4c46-4e1b-431d-b9db-1b315f537a85"}`,
		"null":          `{"metric_points":null,"cli_version":"","operating_system":"linux","id":"36be4c46-4e1b-431d-b9db-1b315f537a85"}`,
	} {
		if report, err := wire.Decode([]byte(body)); err != nil || report.OperatingSystem != "linux" {
			t.Errorf("%s: %v, %v", name, report, err)
		}
	}
}

func TestEverythingElseIsRefused(t *testing.T) {
	for name, body := range bodies(t, "reject") {
		if report, err := wire.Decode(body); err == nil {
			t.Errorf("%s was taken: %v", name, report)
		}
	}
	if _, err := wire.Decode(bytes.Repeat([]byte(" "), wire.MaxBody+1)); err == nil {
		t.Error("too long a body was taken")
	}
}

func TestAnUnknownSystemIsOther(t *testing.T) {
	report, err := wire.Decode([]byte(`{"metric_points":{},"cli_version":"v1","operating_system":"templeos","id":"36be4c46-4e1b-431d-b9db-1b315f537a85"}`))
	if err != nil || report.OperatingSystem != wire.Other {
		t.Errorf("%v, %v", report, err)
	}
}

// TestUnlistedCommandsCountUnderTheirParents: what is not listed costs no report
// and makes no name of its own.
func TestUnlistedCommandsCountUnderTheirParents(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	write("all/kube/commands.txt", "kube\r\n")
	write("all/kube/README", "no list")
	list, err := wire.ReadAllowList([]string{write("a", "pace\npace get\tdeprecated\n"), write("b", "pace\r\npace old\thidden,deprecated\r\n"), filepath.Join(dir, "all")})
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"pace get":                         "pace get",
		"pace get (unlisted)":              "pace get (unlisted)",
		"pace old":                         "pace old",
		"kube":                             "kube",
		"kube x y z":                       "kube (unlisted)",
		"pace secret":                      "pace (unlisted)",
		"pace secret (unlisted)":           "pace (unlisted)",
		"pace (unlisted)":                  "pace (unlisted)",
		"pace get (unlisted) (unlisted)":   "pace get (unlisted)",
		"pace get token-from-an-argument?": "pace get (unlisted)",
	} {
		report := wire.Report{App: strings.Fields(path)[0], Counters: []wire.Counter{{Path: path}}}
		if err := list.Admit(&report); err != nil || report.Counters[0].Counted() != want || report.Counters[0].Path != path {
			t.Errorf("%q counts as %q, %v, want %q", path, report.Counters[0].Counted(), err, want)
		}
	}
	for _, path := range []string{"other get", "(unlisted)"} {
		report := wire.Report{App: strings.Fields(path)[0], Counters: []wire.Counter{{Path: path}}}
		if err := list.Admit(&report); err == nil || !strings.Contains(err.Error(), "no CLI named") {
			t.Errorf("%q: %v", path, err)
		}
	}
	if none, err := wire.ReadAllowList(nil); err != nil || none.Admit(&wire.Report{App: "x", Counters: []wire.Counter{{Path: "x y"}}}) != nil {
		t.Error("without a list everything is allowed")
	}
	for _, files := range [][]string{{filepath.Join(dir, "none")}, {write("empty", "\n")}, {write("bad", "pace  get\n")}, {write("nothing/here", "")}} {
		if _, err := wire.ReadAllowList(files); err == nil {
			t.Errorf("%v was read", files)
		}
	}
}

func TestFilesOfARelease(t *testing.T) {
	commands := []wire.Command{{Path: "pace"}, {Path: "pace get", Hidden: true}, {Path: "pace old", Hidden: true, Deprecated: true}}
	if got, err := wire.ParseCommands(wire.FormatCommands(commands)); err != nil || !reflect.DeepEqual(got, commands) {
		t.Errorf("%v, %v", got, err)
	}
	codes := []wire.ExitCode{{Code: 3, Names: []string{"exitNotFound"}}, {Code: 4, Names: []string{"exitAuth", "exitLogin"}}}
	if got, err := wire.ParseExitCodes(wire.FormatExitCodes(codes)); err != nil || !reflect.DeepEqual(got, codes) {
		t.Errorf("%v, %v", got, err)
	}
	for _, text := range []string{"3", "256 tooLarge", "-1 none", "x y", "3 a\n3 b", "3 a\u202eb"} {
		if got, err := wire.ParseExitCodes([]byte(text)); err == nil {
			t.Errorf("%q is taken: %v", text, got)
		}
	}
	for _, text := range []string{"pace\nkube\n", "pace\u202e\n", " pace\n"} {
		if got, err := wire.ParseCommands([]byte(text)); err == nil {
			t.Errorf("%q is taken: %v", text, got)
		}
	}
}

// FuzzDecode holds the decoder against encoding/json: what it takes, encoded
// again, says the same; and it never takes what breaks a rule.
func FuzzDecode(f *testing.F) {
	for _, folder := range []string{"report", "reject"} {
		for _, body := range bodies(f, folder) {
			f.Add(body)
		}
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		report, err := wire.Decode(body)
		if err != nil {
			return
		}
		if len(body) > wire.MaxBody || report.ID == uuid.Nil || len(report.CLIVersion) > wire.MaxVersion {
			t.Fatalf("taken: %v", report)
		}
		for _, c := range report.Counters {
			words := strings.Split(c.Path, " ")
			if c.ExitCode < -1 || c.ExitCode > 255 || words[0] != report.App || report.App == "" || len(words) > wire.MaxWords ||
				len(c.Path) > wire.MaxPath || strings.ContainsAny(c.Path, "\n\r\t\x00") || c.Count > wire.MaxCount {
				t.Fatalf("taken: %v", c)
			}
		}
		again, err := wire.Decode(encode(report))
		if err != nil || !reflect.DeepEqual(again, report) {
			t.Fatalf("%v is read back as %v, %v", report, again, err)
		}
		var loose struct {
			MetricPoints map[string]map[string]struct {
				Count uint64 `json:"cumulative_count"`
			} `json:"metric_points"`
		}
		if err := json.Unmarshal(body, &loose); err != nil {
			t.Fatalf("encoding/json refuses it: %v", err)
		}
		for _, c := range report.Counters {
			if got := loose.MetricPoints[c.Path][strconv.Itoa(c.ExitCode)].Count; got != c.Count {
				t.Fatalf("%v, but encoding/json reads %d", c, got)
			}
		}
	})
}

// encode writes a report as the runtime does.
func encode(r wire.Report) []byte {
	var b bytes.Buffer
	quote := func(s string) {
		text, _ := json.Marshal(s)
		b.Write(text)
	}
	b.WriteString(`{"metric_points":{`)
	open := ""
	for i, c := range r.Counters {
		if c.Path != open || i == 0 {
			if i > 0 {
				b.WriteString("},")
			}
			quote(c.Path)
			b.WriteString(":{")
			open = c.Path
		} else {
			b.WriteString(",")
		}
		b.WriteString(`"` + strconv.Itoa(c.ExitCode) + `":{"cumulative_count":` + strconv.FormatUint(c.Count, 10) + "}")
	}
	if len(r.Counters) > 0 {
		b.WriteString("}")
	}
	b.WriteString(`},"cli_version":`)
	quote(r.CLIVersion)
	b.WriteString(`,"operating_system":`)
	quote(r.OperatingSystem)
	b.WriteString(`,"id":`)
	quote(r.ID.String())
	b.WriteString("}")
	return b.Bytes()
}

func BenchmarkDecode(b *testing.B) {
	body := []byte(`{"metric_points":{"pace get":{"0":{"cumulative_count":12},"1":{"cumulative_count":3}},"pace list":{"0":{"cumulative_count":7}},"pace apply":{"0":{"cumulative_count":1}}},"cli_version":"v1.16.0","operating_system":"linux","id":"36be4c46-4e1b-431d-b9db-1b315f537a85"}`)
	b.Run("this", func(b *testing.B) {
		for b.Loop() {
			wire.Decode(body)
		}
	})
	b.Run("encoding/json", func(b *testing.B) {
		for b.Loop() {
			var loose struct {
				MetricPoints map[string]map[string]struct {
					Count uint64 `json:"cumulative_count"`
				} `json:"metric_points"`
				CLIVersion      string `json:"cli_version"`
				OperatingSystem string `json:"operating_system"`
				ID              string `json:"id"`
			}
			json.Unmarshal(body, &loose)
		}
	})
}

// TestAVersionHasNoSpacesThatDoNotShow: a page shows "v1 " as "v1", of which a stranger
// could have a second one made so.
func TestAVersionHasNoSpacesThatDoNotShow(t *testing.T) {
	const body = `{"metric_points":{"pace get":{"0":{"cumulative_count":1}}},"cli_version":%q,"operating_system":"linux","id":"36be4c46-4e1b-431d-b9db-1b315f537a85"}`
	for version, want := range map[string]string{"v1 ": "v1", " v1": "v1", "v1  rc": "v1 rc", "v1 rc": "v1 rc", "  ": "unknown"} {
		report, err := wire.Decode(fmt.Appendf(nil, body, version))
		if err != nil || report.CLIVersion != want {
			t.Errorf("%q counts as %q, %v; want %q", version, report.CLIVersion, err, want)
		}
		if err := wire.CheckVersion(version); (err == nil) != (version == want) {
			t.Errorf("%q as a release: %v", version, err)
		}
	}
}
