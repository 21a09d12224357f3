package rewrite

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// configFolder is how source names the folder that holds ours, ~/.config. Its groups match where it is something else, a file such
// as .config.yaml, and what stands behind it, as in ~/.config/fish. XDG_CONFIG_HOME=x is what another program is started with.
var configFolder = regexp.MustCompile(`UserConfigDir|XDG_CONFIG_HOME[^=]|/adrg/xdg"|["/]\.config(?:([-.\w])|/([-.\w]+))?`)

// folderWords are what configFolder needs one of. Most files have none, which takes
// the expression long to find out: 0.2 s for 100,000 lines.
var folderWords = [][]byte{[]byte("UserConfigDir"), []byte("XDG_CONFIG_HOME"), []byte("/adrg/xdg\""), []byte(".config")}

// namesConfigFolder returns where src names ~/.config, or the folder of the app in it, -1
// if it does not.
func namesConfigFolder(src []byte, app string) int {
	if !slices.ContainsFunc(folderWords, func(word []byte) bool { return bytes.Contains(src, word) }) {
		return -1
	}
	for _, m := range configFolder.FindAllSubmatchIndex(src, -1) {
		if m[2] < 0 && (m[4] < 0 || string(src[m[4]:m[5]]) == app) {
			return m[0]
		}
	}
	return -1
}

// folderNote says that the CLI may look into ~/.config itself. A folder of its own
// name that it did not make can change what it does.
func (r *Result) folderNote(program *load.Program) {
	if r.Settings.Folder != "" {
		return
	}
	for _, src := range authors(program) {
		if at := namesConfigFolder(src.Disk, r.Settings.App); at >= 0 {
			r.Findings = append(r.Findings, findingAt(plan.Note, program.Sources.Relative(src.Name), src.Disk, at,
				fmt.Sprintf("the CLI may use ~/.config itself; if it reads every file in ~/.config/%s, or warns of that folder, choose another one with --folder", r.Settings.App)))
			return
		}
	}
}

// authors are the files that the author wrote of what this machine builds.
func authors(program *load.Program) (files []*load.Source) {
	for _, p := range program.Own {
		for _, name := range p.GoFiles {
			if src, err := program.Sources.Read(name); err == nil {
				files = append(files, src)
			}
		}
	}
	return files
}
