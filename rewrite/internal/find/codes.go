package find

import (
	"go/types"
	"strings"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/exitcodes"
)

// exitCodes are the exit statuses that have a name in the packages that were
// looked at.
func (s *survey) exitCodes() []exitcodes.Code {
	var list []exitcodes.Package
	seen := map[*types.Package]bool{}
	for _, f := range s.finders {
		if c := f.c; c.Types != nil && !seen[c.Types] {
			seen[c.Types] = true
			list = append(list, exitcodes.Package{Files: c.Files, Info: c.Info, Types: c.Types})
		}
	}
	return exitcodes.Find(list, func(fn *types.Func) int {
		if fn.Pkg() == nil || s.g.IsOwn(fn.Pkg().Path()) {
			return -1 // it is followed to what it calls
		}
		params := fn.Signature().Params()
		if strings.HasPrefix(fn.Name(), "Exit") && returnsNothing(fn) && params.Len() > 0 && types.Identical(params.At(0).Type(), types.Typ[types.Int]) {
			return 0 // os.Exit, logrus.Exit
		}
		return -1
	})
}
