package rewrite

import (
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/project"
)

var embedLine = regexp.MustCompile(`\n//go:embed[ \t]+(.*)`)

// embedNote says which patterns of the CLI's own //go:embed lines take in what is
// added to the module: what the CLI lists of the embedded files, or writes out of
// them, changes.
func (r *Result) embedNote(program *load.Program, generated project.Package) {
	added := []string{filepath.Join(generated.Dir, project.ConfigFile), filepath.Join(generated.Dir, project.CommandsFile), filepath.Join(r.dir, generated.UsersPage())}
	for _, src := range authors(program) {
		for _, m := range embedLine.FindAllSubmatchIndex(src.Disk, -1) {
			for _, pattern := range strings.Fields(string(src.Disk[m[2]:m[3]])) {
				if file := embeds(filepath.Dir(src.Name), pattern, added); file != "" {
					r.Findings = append(r.Findings, findingAt(plan.Note, program.Sources.Relative(src.Name), src.Disk, m[0]+1, fmt.Sprintf(
						"//go:embed %s takes in %s, which telemetrygen adds; if the CLI lists these files, or writes them out, name them more exactly", pattern, program.Sources.Relative(file))))
				}
			}
		}
	}
}

// embeds returns the first of some files that a pattern in a package's folder embeds,
// itself or with a folder that it is in; "" for none.
func embeds(dir, pattern string, files []string) string {
	pattern = strings.TrimPrefix(strings.Trim(pattern, "\"`"), "all:")
	for _, file := range files {
		rel, err := filepath.Rel(dir, file)
		if err != nil || strings.HasPrefix(rel, "..") {
			continue
		}
		for at := filepath.ToSlash(rel); at != "."; at = path.Dir(at) {
			if ok, _ := path.Match(pattern, at); ok {
				return file
			}
		}
	}
	return ""
}
