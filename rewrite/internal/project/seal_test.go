package project

import (
	"strings"
	"testing"
)

// TestSeal tells files that somebody edited from those that only travelled.
func TestSeal(t *testing.T) {
	body := "package telemetry\n\nimport exit \"example.com/pace/internal/telemetry/exit\"\n\n" + stateComment + `{"main":"example.com/pace"}` +
		"\n// Set by the flags of the //go:generate line of example.com/pace\nconst app = \"pace\"\n"
	file := string(sealed([]byte(body)))
	for _, test := range []struct {
		name, text string
		intact     bool
	}{
		{"as it was written", file, true},
		{"with CRLF", strings.ReplaceAll(file, "\n", "\r\n"), true},
		{"in a renamed module", strings.ReplaceAll(file, "example.com/pace", "example.org/pace/v2"), true},
		{"another value", strings.Replace(file, `"pace"`, `"other"`, 1), false},
		{"another import", strings.Replace(file, "telemetry/exit", "telemetry/other", 1), false},
		{"another state", strings.Replace(file, `"}`, `","tags":"x"}`, 1), false},
		{"below a licence", "// Copyright\n//\n// MIT\n\n/* and\nmore */\n" + file, true},
		{"below a licence with CRLF", strings.ReplaceAll("// MIT\n\n"+file, "\n", "\r\n"), true},
		{"below code", "package x\n" + file, false},
		{"below a comment that does not end", "/* MIT\n" + file, false},
		{"a line more", file + "\n", false},
		{"another checksum", strings.Replace(file, checksumPrefix, checksumPrefix+"0", 1), false},
		{"without its first line", file[strings.Index(file, "\n")+1:], false},
		{"a line before the body", strings.Replace(file, "\n\n", "\n// mine\n\n", 1), false},
		{"nothing", "", false},
	} {
		if got := intact([]byte(test.text)); got != test.intact {
			t.Errorf("%s: intact %v", test.name, got)
		}
	}
}
