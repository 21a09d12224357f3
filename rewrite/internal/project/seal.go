package project

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
)

// checksumPrefix starts the second line of every generated Go file. The sum covers the
// rest of the file, so that an edit by hand is noticed before it is overwritten. It ignores
// line ends and the module's path, so that git and a renamed module change nothing.
const checksumPrefix = "// checksum: "

// modulePaths matches what renaming a module, or moving the package in it, changes: the
// import of the leaf, and the path of the main package in config.go.
var modulePaths = regexp.MustCompile(`"[^"\n]*/` + Leaf + `"|` + stateComment + `\{"main":"[^"\n]*"|//go:generate line of \S+`)

func sealed(body []byte) []byte {
	sum := sha256.Sum256(modulePaths.ReplaceAll(body, nil))
	return []byte(marker + "\n" + checksumPrefix + hex.EncodeToString(sum[:8]) + "\n\n" + string(body))
}

// intact reports whether a generated file is unedited.
func intact(data []byte) bool {
	_, file, _ := header(data)
	file = bytes.ReplaceAll(file, []byte("\r\n"), []byte("\n"))
	_, body, _ := bytes.Cut(file, []byte("\n\n"))
	return bytes.Equal(file, sealed(body))
}

// header cuts a generated file at its marker. The part above, which may only have comments,
// is kept: a tool of the author's may have put a licence there. ours is false for a file
// without a marker.
func header(data []byte) (head, file []byte, ours bool) {
	for file = data; ; {
		file = bytes.TrimLeft(file, " \t\r\n")
		var end string
		switch {
		case bytes.HasPrefix(file, []byte(marker)), bytes.HasPrefix(file, []byte(pageMarker)):
			return data[:len(data)-len(file)], file, true
		case bytes.HasPrefix(file, []byte("//")):
			end = "\n"
		case bytes.HasPrefix(file, []byte("/*")):
			end = "*/"
		case bytes.HasPrefix(file, []byte("<!--")):
			end = "-->"
		default:
			return nil, data, false
		}
		_, file, _ = bytes.Cut(file, []byte(end))
	}
}
