//go:build !notelemetry

package telemetry

import (
	"runtime/debug"
	"strings"
	"unicode"
)

// maxVersion is the longest cli_version a collector takes, in bytes.
const maxVersion = 64

// versionOr returns the version that the author wrote into the root command, or else what otherwise returns.
func versionOr(otherwise func() string) string {
	if process.root != nil && versionWord(process.root.Version) != "" {
		return versionWord(process.root.Version)
	}
	return otherwise()
}

// moduleVersion is the version of the module that the program was built from.
func moduleVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return versionWord(info.Main.Version + " unknown")
	}
	return "unknown"
}

// programStamp stands for the module's version from run to run: build information of 400 modules takes longer to parse
// than all the rest.
func programStamp() string { return stampOf(self()) }

// versionWord finds the version in a text that may also have the commit, the date and the compiler, on several lines.
// It is the first word that begins like 1.2 or v1.2, or is Go's own (devel), or else the first word.
func versionWord(text string) string {
	words, found := strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == unicode.ReplacementChar || !unicode.IsPrint(r) }), ""
	for i := len(words) - 1; i >= 0; i-- {
		if word := strings.Trim(words[i], "()[],;:'\""); strings.Contains(word, ".") && strings.IndexAny(strings.TrimPrefix(word, "v"), "0123456789") == 0 {
			found = word
		} else if i == 0 && found == "" || words[i] == "(devel)" {
			found = words[i]
		}
	}
	if found = strings.TrimRight(found, ",;:"); len(found) > maxVersion {
		found = strings.ToValidUTF8(found[:maxVersion], "")
	}
	return found
}
