package rewrite_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/telemetrygen/telemetrygen/rewrite"
)

// The author's edits after a run may not compile. The message names the file and the line that the author sees, although
// telemetrygen also tries the files without instrumentation, which have other lines, under temporary names.
func TestErrorsInInstrumentedFiles(t *testing.T) {
	long(t)
	for _, test := range []struct{ name, before, want string }{
		{"does not compile", "\tmissing()\n", "undefined: missing"},
		{"does not parse", "<<<<<<< HEAD\n", "syntax error: unexpected <<"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := cliModule(t, map[string]string{"main.go": plainCLI})
			c.instrument(t)
			file := filepath.Join(c.dir, "main.go")
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			head, tail, ok := strings.Cut(string(data), "\troot.AddCommand")
			if !ok {
				t.Fatalf("no root.AddCommand in\n%s", data)
			}
			writeFile(t, file, []byte(head+test.before+"\troot.AddCommand"+tail))
			_, err = rewrite.Instrument(context.Background(), c.options)
			at := regexp.MustCompile(fmt.Sprintf(`(?m)^(\./)?main\.go:%d:.*%s`, strings.Count(head, "\n")+1, test.want))
			if err == nil || !at.MatchString(err.Error()) {
				t.Errorf("the message does not match %s:\n%v", at, err)
			}
		})
	}
}
