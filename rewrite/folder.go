package rewrite

import (
	"bytes"
	"fmt"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/project"
)

// folderWords are how source names the folder that holds ours, ~/.config.
var folderWords = [][]byte{[]byte("UserConfigDir"), []byte("XDG_CONFIG_HOME"), []byte("/adrg/xdg\""), []byte("\".config"), []byte("/.config")}

// folderNote says that the CLI may look into ~/.config itself. A folder of its own
// name that it did not make can change what it does.
func (r *Result) folderNote(program *load.Program, generated project.Package) {
	if r.Settings.Folder != "" {
		return
	}
	for _, p := range program.Own {
		if generated.Owns(p.PkgPath) {
			continue
		}
		for _, name := range p.GoFiles {
			src, err := program.Sources.Read(name)
			if err != nil {
				continue
			}
			for _, word := range folderWords {
				if at := bytes.Index(src.Disk, word); at >= 0 {
					r.Findings = append(r.Findings, Finding{
						Kind: plan.Note, File: program.Sources.Relative(name),
						Line: bytes.Count(src.Disk[:at], []byte("\n")) + 1, Column: at - bytes.LastIndexByte(src.Disk[:at], '\n'),
						What: fmt.Sprintf("the CLI may use ~/.config itself: if it reads all files of ~/.config/%s, or warns of that folder, choose another one with --folder", r.Settings.App),
					})
					return
				}
			}
		}
	}
}
