package rewrite

import (
	"encoding/json"
	"go/build"
	"maps"
	"path/filepath"
	"slices"

	"golang.org/x/tools/go/packages"
)

// decides returns what the result of a run depends on beside its options and the files
// that it reads: what go list says of the CLI, and where the generated packages are.
func (c *cli) decides() ([]byte, error) {
	return json.Marshal([]any{
		c.All, // export data is named after its content
		c.generated, c.others, c.Tags, c.Siblings,
		build.Default.GOOS, build.Default.GOARCH, build.Default.CgoEnabled,
	})
}

// read returns the files that a run reads, and the folders whose Go files it reads.
func (c *cli) read() []string {
	read := map[string]bool{}
	for _, name := range []string{"go.mod", "go.sum", "vendor/modules.txt"} {
		read[filepath.Join(c.Dir, name)] = true
	}
	for path, p := range c.All {
		if mutable(p.Module) {
			read[p.Dir] = true
		}
		if c.IsOwn(path) {
			for _, name := range slices.Concat(p.OtherFiles, p.EmbedFiles) {
				read[name] = true
			}
		}
	}
	for _, s := range c.Sources.All() {
		read[filepath.Dir(s.Name)] = true
	}
	for _, name := range c.generated.Files() {
		read[name] = true
	}
	return slices.Sorted(maps.Keys(read))
}

// mutable reports whether the files of a module may change. Those of the module cache
// and of the standard library do not.
func mutable(m *packages.Module) bool {
	if m != nil && m.Replace != nil {
		m = m.Replace
	}
	return m != nil && (m.Version == "" || m.Dir == "") // a folder, or vendored
}
