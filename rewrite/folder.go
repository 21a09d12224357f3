package rewrite

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// configFolder matches the ways in which source names ~/.config. Group 1 matches if it is another file, such as .config.yaml,
// or a shell's "${XDG_CONFIG_HOME:-"$HOME/.config/"}/powershell", as help for completion has it; group 2 is the folder below
// it, such as fish in ~/.config/fish. XDG_CONFIG_HOME=x does not match: it sets the environment of another program.
var configFolder = regexp.MustCompile(`UserConfigDir|XDG_CONFIG_HOME[^=:]|/adrg/xdg"|["/]\.config(?:([-.\w]|/"})|/([-.\w]+))?`)

// folderWords has one word of every match of configFolder. Looking for them first saves
// time: on a file without a match the expression takes 0.2 s for 100,000 lines.
var folderWords = [][]byte{[]byte("UserConfigDir"), []byte("XDG_CONFIG_HOME"), []byte("/adrg/xdg\""), []byte(".config")}

// namesConfigFolder returns the offset at which src names ~/.config or the app's folder
// in it, -1 if it names neither.
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

// folderNote adds a finding if the CLI may use ~/.config itself. Such a CLI can behave
// differently when it finds a folder of its own name that it did not make.
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

// authors returns the author's files of the packages that this machine builds.
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
