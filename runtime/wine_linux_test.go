//go:build !notelemetry

package telemetry

import (
	"bytes"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// The Windows runtime runs: all tests that are bound neither to Unix nor to the
// go command pass under wine, with its LockFileEx, %AppData% and detached processes.
func TestUnderWine(t *testing.T) {
	long(t)
	t.Parallel()
	needProgram(t, "wine")
	dir := t.TempDir()
	for program, args := range map[string][]string{
		"pace.exe": {"build", "-o", dir + "/pace.exe", "./testdata/pace/instrumented"},
		"twin.exe": {"build", "-o", dir + "/twin.exe", "./testdata/pace/twin"},
		"test.exe": {"test", "-c", "-o", dir + "/test.exe", "."},
	} {
		cmd := exec.Command("go", args...)
		cmd.Env = append(os.Environ(), "GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=0")
		if text, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("building %s: %v\n%s", program, err, text)
		}
	}
	wine := func(args ...string) string {
		cmd := exec.Command("wine", args...)
		cmd.Env = append(os.Environ(), "WINEPREFIX="+dir+"/prefix", "WINEDEBUG=-all", "TELEMETRYGEN_TEST_ROUNDS=2",
			`TELEMETRYGEN_TEST_PROGRAMS=Z:`+strings.ReplaceAll(dir, "/", `\`))
		cmd.WaitDelay = time.Second // services of wine's keep its output open
		text, _ := cmd.CombinedOutput()
		return string(text)
	}
	start := wine("wineboot", "--init")
	t.Cleanup(func() {
		wine("wineboot", "--kill")
		eventually(t, "wine's server writes nothing any more", 20*time.Second, func() bool { return os.RemoveAll(dir) == nil })
	})
	system := filepath.Join(dir, "prefix/drive_c/windows/system32")
	if err := os.WriteFile(filepath.Join(system, "bcryptprimitives.dll"), bcryptPrimitives(), 0o600); err != nil {
		t.Fatalf("no wine prefix: %v\n%s", err, start)
	}
	text := wine(dir+"/test.exe", "-test.v", "-test.skip", "TestBuildsElsewhere|TestCompiledOut|TestTreeForTheGenerator")
	passed := len(regexp.MustCompile(`(?m)^--- PASS`).FindAllString(text, -1))
	if !regexp.MustCompile(`(?m)^PASS\r?$`).MatchString(text) || passed < 15 || strings.Contains(text, "--- SKIP") {
		t.Errorf("%d tests passed\n%s", passed, text)
	}
	t.Logf("%d tests passed under wine", passed)
}

// bcryptPrimitives is a library that forwards ProcessPrng, where Go takes its
// random numbers from, to the function that wine had before version 9: a PE file
// (learn.microsoft.com/windows/win32/debug/pe-format) of headers and an export table.
func bcryptPrimitives() []byte {
	const base = 0x1000 // where the only section lies in memory
	dll, name, forward := "bcryptprimitives.dll\x00", "ProcessPrng\x00", "advapi32.SystemFunction036\x00"
	text := uint32(base + 50)
	var exports bytes.Buffer
	put := func(to *bytes.Buffer, values ...interface{}) {
		for _, v := range values {
			_ = binary.Write(to, binary.LittleEndian, v)
		}
	}
	put(&exports, uint64(0), uint32(0), text, uint32(1), uint32(1), uint32(1), uint32(base+40), uint32(base+44), uint32(base+48))
	put(&exports, text+uint32(len(dll+name)), text+uint32(len(dll)), uint16(0), []byte(dll+name+forward))

	var file bytes.Buffer
	put(&file, []byte("MZ"), make([]byte, 58), uint32(64), []byte("PE\x00\x00"))
	put(&file, uint16(0x8664), uint16(1), make([]byte, 12), uint16(240), uint16(0x2022))                      // x64, a library
	put(&file, uint16(0x20b), make([]byte, 18), uint32(base), uint64(0x180000000), uint32(base), uint32(512)) // 64 bits
	put(&file, uint64(6), uint64(6), uint32(0x2000), uint32(512), uint32(0), uint16(3), uint16(0x160))
	put(&file, uint64(0x100000), uint64(0x1000), uint64(0x100000), uint64(0x1000), uint32(0), uint32(16))
	put(&file, uint32(base), uint32(exports.Len()), make([]byte, 15*8))
	put(&file, []byte(".edata\x00\x00"), uint32(exports.Len()), uint32(base), uint32(512), uint32(512), make([]byte, 12), uint32(0x40000040))
	put(&file, make([]byte, 512-file.Len()), exports.Bytes(), make([]byte, 512-exports.Len()))
	return file.Bytes()
}
