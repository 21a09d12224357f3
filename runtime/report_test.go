//go:build !notelemetry

package telemetry

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// The files under testdata/protocol/report are the wire format: each YAML file
// becomes exactly the JSON body beside it. The collector's tests take the same bodies.
func TestReportBecomesTheDocumentedBody(t *testing.T) {
	files, err := filepath.Glob("../testdata/protocol/report/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no vectors: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			want, err := os.ReadFile(file[:len(file)-len("yaml")] + "json")
			if err != nil {
				t.Fatal(err)
			}
			d := folder(tempDir(t))
			must(t, os.WriteFile(d.path(reportFile), data, 0o600))
			r, err := d.read(reportFile)
			if err != nil {
				t.Fatal(err)
			}
			if bodies := r.bodies(nil); len(bodies) != 1 || bodies[0] != string(want) {
				t.Errorf("bodies\n%s\nwant\n%s", bodies, want)
			}
			again, err := yaml.Marshal(r)
			if err != nil || string(again) != string(data) {
				t.Errorf("written again it is\n%s\nwant\n%s (%v)", again, data, err)
			}
		})
	}
}

// The counts of a report go up and down, and a point that falls to 0 is gone.
func TestPoints(t *testing.T) {
	all := points{}
	for _, c := range []struct {
		path  string
		code  int
		delta int64
		want  string
	}{
		{"pace get", 0, 1, "pace get 0 1"},
		{"pace get", 0, 1, "pace get 0 2"},
		{"pace get", 1, 1, "pace get 0 2\npace get 1 1"},
		{"pace get", none, -1, "pace get 0 2\npace get 1 1"},
		{"pace get", 0, -2, "pace get 1 1"},
		{"pace get", 1, -1, ""},
		{"pace", none, -1, ""},
	} {
		if all.add(c.path, c.code, c.delta); flat(all) != c.want {
			t.Errorf("after %+v: %q", c, flat(all))
		}
	}
	if len(all) != 0 {
		t.Errorf("paths without a count: %v", all)
	}
}

func TestVersionWord(t *testing.T) {
	for text, want := range map[string]string{
		"":        "",
		" \n":     "",
		"v1.16.0": "v1.16.0",
		"1.2.3-rc.1+build.5 (0123456789abcdef0123456789abcdef01234567) 2026-11-23T10:00:00Z": "1.2.3-rc.1+build.5",
		"v1.2.3\ncommit: abc\nbuilt at: 2026-11-23":                                          "v1.2.3",
		"has version 2.1.0 built with go1.26.1 from abc":                                     "2.1.0",
		"version: v0.9.1, commit none":                                                       "v0.9.1",
		"dev built on 2026-11-23":                                                            "dev",
		"(devel)":                                                                            "(devel)",
		"app version (devel) (under Apache License version 2.0)":                             "(devel)",
		"app version v1.2.3 (under Apache License version 2.0)":                              "v1.2.3",
		"app (v1.2.3)":                 "v1.2.3",
		"app [version: '1.2.3']":       "1.2.3",
		"dev, of today":                "dev",
		"v":                            "v",
		"\x1b[31;1m v3.0\x1b[0m\u202e": "v3.0",
		strings.Repeat("é", 40):        strings.Repeat("é", 32),
		"a" + strings.Repeat("é", 40):  "a" + strings.Repeat("é", 31),
	} {
		if got := versionWord(text); got != want {
			t.Errorf("%q is version %q, want %q", text, got, want)
		}
	}
}

// Whatever an author calls a version is one word that a collector takes.
func FuzzVersionWord(f *testing.F) {
	f.Add("v1.2.3 (abc)")
	f.Add("\xff\u2028 v\n")
	f.Fuzz(func(t *testing.T, text string) {
		word := versionWord(text)
		if len(word) > 64 || !utf8.ValidString(word) || strings.IndexFunc(word, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsGraphic(r) }) >= 0 {
			t.Errorf("%q", word)
		}
	})
}

// A version of several lines, a long one and none at all are no reason to write
// the report anew, which takes a hundred times as long as to count in it.
func TestAnyVersionIsCountedInPlace(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]string{
		"v1.2.3\nbuilt at: noon":                "v1.2.3",
		"2.0 " + strings.Repeat("commit ", 200): "2.0",
		"":                                      "(devel)",
	} {
		h := newHome(t, "PACE_VERSION="+version)
		h.run("get", "data-policy")
		before, err := os.Stat(h.file(reportFile))
		must(t, err)
		h.run("get", "data-policy")
		after, err := os.Stat(h.file(reportFile))
		must(t, err)
		if !os.SameFile(before, after) {
			t.Errorf("%.20q: the report was replaced", version)
		}
		h.want("pace get data-policy 0 2")
		if got := h.report().CLIVersion; got != want {
			t.Errorf("%.20q is version %q, want %q", version, got, want)
		}
	}
}
