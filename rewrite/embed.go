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

// embedNote adds a finding for each //go:embed pattern of the CLI that matches a file
// which telemetrygen adds: a CLI that lists or copies its embedded files behaves
// differently then.
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

// embeds returns the first of files that a //go:embed pattern in the package in dir
// matches, directly or by a folder above the file. It returns "" if there is none.
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
