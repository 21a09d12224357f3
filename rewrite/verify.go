package rewrite

import (
	"bytes"
	"fmt"
	"go/types"
	"path/filepath"
	"sync"

	"github.com/telemetrygen/telemetrygen"

	"golang.org/x/tools/go/packages"
)

// A VerifyError says that the instrumented code would not type-check. It is a
// defect of telemetrygen; nothing is written.
type VerifyError struct{ Errors []string }

func (e *VerifyError) Error() string {
	return fmt.Sprintf("the instrumented code would not compile, so nothing was written; please report this:\n%s", (&LoadError{Errors: e.Errors}).list())
}

// verify type-checks every edited package as it will be. The runtime package
// is represented by its notelemetry half, which has the same API and needs
// nothing but cobra, so that it works before go.mod is touched.
func (m *module) verify(p *plan) error {
	api, err := m.runtimeAPI()
	if err != nil {
		return err
	}
	substitute := map[string]*types.Package{m.generate.path: api}
	var mu sync.Mutex
	var wg sync.WaitGroup
	var broken []string
	for _, c := range p.touched {
		if m.onDisk(p, c) {
			continue // the go command has just compiled it
		}
		wg.Add(1)
		go func() {
			defer wg.Done()
			contents := map[string][]byte{}
			for _, name := range c.names {
				contents[name] = m.sources[name].stripped
				if edited, ok := p.edited[name]; ok {
					contents[name] = edited
				}
			}
			result := m.typeCheck(c.pkg, contents, substitute)
			mu.Lock()
			defer mu.Unlock()
			broken = append(broken, newErrors(c.errs, result.errs)...)
		}()
	}
	wg.Wait()
	if len(broken) > 0 {
		return &VerifyError{dedup(broken)}
	}
	return nil
}

// onDisk reports whether a package's files are already what they should be.
func (m *module) onDisk(p *plan, c *checked) bool {
	for _, name := range c.names {
		want, ok := p.edited[name]
		if !ok {
			want = m.sources[name].stripped
		}
		if !bytes.Equal(want, m.sources[name].disk) {
			return false
		}
	}
	return m.generate.exists
}

// runtimeAPI type-checks the notelemetry half of the runtime.
func (m *module) runtimeAPI() (*types.Package, error) {
	source, err := telemetrygen.RuntimeSource.ReadFile("runtime/disabled.go")
	if err != nil {
		return nil, err
	}
	source = packageClause.ReplaceAll(source, []byte("package "+m.generate.name()))
	p := &packages.Package{PkgPath: m.generate.path, Module: m.main.Module}
	c := m.typeCheck(p, map[string][]byte{filepath.Join(m.generate.dir, "disabled.go"): source}, nil)
	if len(c.errs) > 0 {
		return nil, fmt.Errorf("the runtime's own API does not type-check against this module's cobra: %w", c.errs[0])
	}
	return c.types, nil
}

// newErrors are those that an edit brought. A file for another platform has
// some before, where this machine lacks the packages it imports.
func newErrors(before, after []error) []string {
	known := map[string]bool{}
	for _, err := range before {
		known[message(err)] = true
	}
	var list []string
	for _, err := range after {
		if !known[message(err)] {
			list = append(list, err.Error())
		}
	}
	return list
}

func message(err error) string {
	if e, ok := err.(types.Error); ok {
		return e.Msg
	}
	return err.Error()
}
