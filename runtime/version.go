//go:build !notelemetry

package telemetry

import (
	"runtime/debug"
	"strings"
	"unicode"
)

// maxVersion is the longest cli_version a collector takes, in bytes.
const maxVersion = 64

// cliVersion is the version of this CLI: the root command's, else that of the
// module the binary was built from.
func cliVersion() string {
	text := rootVersion()
	if info, ok := debug.ReadBuildInfo(); ok && text == "" {
		text = info.Main.Version
	}
	return versionWord(text + " unknown")
}

// rootVersion is the version that the author wrote into the root command, "" if there is none.
func rootVersion() string {
	if process.root == nil {
		return ""
	}
	return process.root.Version
}

// versionMark changes when cliVersion does. Build information of 400 modules
// takes longer to parse than all the rest: the program's file stands for it.
func versionMark() string {
	if text := versionWord(rootVersion()); text != "" {
		return text
	}
	return stampOf(self())
}

// versionWord is the version in a text that may also tell the commit, the date
// and the compiler, on several lines: the first word that begins like 1.2 or
// v1.2, else the first word there is.
func versionWord(text string) string {
	words := strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == unicode.ReplacementChar || !unicode.IsPrint(r) })
	found := ""
	for i := len(words) - 1; i >= 0; i-- {
		number := strings.TrimPrefix(words[i], "v")
		if i == 0 && found == "" || strings.Contains(number, ".") && '0' <= number[0] && number[0] <= '9' {
			found = words[i]
		}
	}
	if found = strings.TrimRight(found, ",;:"); len(found) > maxVersion {
		found = strings.ToValidUTF8(found[:maxVersion], "")
	}
	return found
}
