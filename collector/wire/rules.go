package wire

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// checkPath returns the app of a path.
func checkPath(path string) (app string, err error) {
	if len(path) > MaxPath {
		return "", fmt.Errorf("a path has more than %d bytes", MaxPath)
	}
	if strings.Count(path, " ") >= MaxWords {
		return "", fmt.Errorf("a path has more than %d words", MaxWords)
	}
	for word := range strings.SplitSeq(path, " ") {
		if word == "" {
			return "", fmt.Errorf("path %q is not words separated by one space", path)
		}
		if !graphic(word) {
			return "", fmt.Errorf("path %q has a character that cannot be seen", path)
		}
	}
	app, _, _ = strings.Cut(path, " ")
	return app, nil
}

// exitCode reads 0 to 255 and NoExit as the runtime writes them, but not "+1" or "01".
func exitCode(text string) (int, error) {
	code, err := strconv.Atoi(text)
	if err != nil || code < NoExit || code > 255 || strconv.Itoa(code) != text {
		return 0, fmt.Errorf("exit code %q is not one of -1 to 255", text)
	}
	return code, nil
}

func version(text string) (string, error) {
	if len(text) > MaxVersion {
		return "", fmt.Errorf("cli_version has more than %d bytes", MaxVersion)
	}
	if !graphic(text) {
		return "", errors.New("cli_version has a character that cannot be seen")
	}
	text = strings.Join(strings.Fields(text), " ") // "v1 " looks like "v1"
	if text == "" {
		return "unknown", nil // builds of the original have no version
	}
	return text, nil
}

// CheckVersion says what is wrong with a version that is to be registered.
func CheckVersion(text string) error {
	if text == "" {
		return errors.New("the version is empty")
	}
	counted, err := version(text)
	if err == nil && counted != text {
		err = fmt.Errorf("version %q has spaces that do not show", text)
	}
	return err
}

// graphic reports whether a text shows all that it has: it has no control or format
// characters, such as those that reverse a line, and no space other than the plain one.
func graphic(text string) bool {
	for _, r := range text {
		if r == unicode.ReplacementChar || !unicode.IsGraphic(r) || (unicode.IsSpace(r) && r != ' ') {
			return false
		}
	}
	return true
}

// Storable reports whether every store can hold a text: it is UTF-8 without the zero byte.
func Storable(text string) bool {
	return utf8.ValidString(text) && !strings.Contains(text, "\x00")
}

// systems are the GOOS values of Go 1.26 (`go tool dist list`) and those that
// were listed before.
var systems = map[string]bool{
	"aix": true, "android": true, "darwin": true, "dragonfly": true, "freebsd": true,
	"illumos": true, "ios": true, "js": true, "linux": true, "nacl": true, "netbsd": true,
	"openbsd": true, "plan9": true, "solaris": true, "wasip1": true, "windows": true,
}

// operatingSystem turns every system that a stranger invents into Other.
func operatingSystem(text string) string {
	if systems[text] {
		return text
	}
	return Other
}
