package release

import (
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// bin is where the commands are built.
var bin string

func TestMain(m *testing.M) {
	var err error
	if bin, err = os.MkdirTemp("", "telemetrygen-release-"); err != nil {
		log.Fatal(err)
	}
	status := m.Run()
	os.RemoveAll(bin)
	os.Exit(status)
}

// commands is a folder with both commands.
func commands(t *testing.T) string {
	t.Helper()
	peertest.Long(t, "builds both commands")
	if err := build(); err != nil {
		t.Fatal(err)
	}
	return bin
}

var build = sync.OnceValue(func() error {
	build := exec.Command("go", "build", "-ldflags=-w", "-o", bin+string(filepath.Separator), "./cmd/...")
	build.Dir = root
	if output, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, output)
	}
	return nil
})
