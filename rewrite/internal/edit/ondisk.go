package edit

import (
	"bytes"
	"go/parser"

	"github.com/aymanbagabas/go-udiff"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/form"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/splice"
)

// asOnDisk returns the edits that import the injected package where the file on disk
// imports it: a formatter or the author may have moved the import since the last run. It
// returns nil if the file on disk has no such import, or differs in its other imports.
func (i importer) asOnDisk(disk []byte, owns func(string) bool) []splice.Splice {
	source, err := form.Parse(disk, parser.ParseComments)
	if err != nil {
		return nil
	}
	ours := importsOwned(source.File, owns)
	if len(ours) != 1 || form.PathOf(ours[0]) != i.path || packageName(ours[0]) != i.local {
		return nil
	}
	s := newStripper(source, ours[0])
	if !bytes.Equal(s.stripped(false), i.Src) && !bytes.Equal(s.stripped(true), i.Src) {
		return nil
	}
	if s.RestoreOS && i.unused == nil {
		return nil
	}
	edits := splice.Of(udiff.Bytes(i.Src, splice.Apply(disk, s.Edits)))
	if i.unused != nil && !s.RestoreOS {
		edits = append(edits, i.keep())
	}
	return edits
}
