// Package container tests the image as buildah makes it.
package container

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

const (
	image    = "localhost/telemetry-collector"
	maxBytes = 30 << 20 // of the image; a base image by mistake has more
	user     = 65532
	domain   = "telemetry.example.com"
)

// A builder is a buildah with storage of its own, which ends with the test.
type builder struct {
	t   *testing.T
	dir string
}

func newBuilder(t *testing.T) builder {
	t.Helper()
	peertest.Need(t, "buildah")
	if os.Geteuid() != 0 {
		peertest.Missing(t, "root, to run an image in a chroot")
	}
	b := builder{t, t.TempDir()}
	t.Cleanup(func() { b.run("rm", "--all") }) // unmounts what lies in dir
	return b
}

func (b builder) command(args ...string) *exec.Cmd {
	return exec.Command("buildah", append([]string{"--root", filepath.Join(b.dir, "root"), "--runroot", filepath.Join(b.dir, "run"), "--storage-driver", "vfs"}, args...)...)
}

func (b builder) run(args ...string) string {
	b.t.Helper()
	cmd := b.command(args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	output, err := cmd.Output()
	if err != nil {
		b.t.Fatalf("buildah %v: %v\n%s%s", args, err, output, stderr.Bytes())
	}
	return strings.TrimSpace(string(output))
}

// buildStage runs the RUN line of the Dockerfile here and returns the folder that
// stands for the stage.
func buildStage(t *testing.T, dockerfile string) string {
	t.Helper()
	text, err := os.ReadFile(dockerfile)
	if err != nil {
		t.Fatal(err)
	}
	run := regexp.MustCompile(`(?m)^RUN (.*)$`).FindSubmatch(text)
	if run == nil {
		t.Fatal("no RUN line")
	}
	dir := t.TempDir()
	line := strings.ReplaceAll(string(run[1]), " /out/", " "+dir+"/out/")
	cmd := exec.Command("sh", "-ec", "mkdir -p "+dir+"/out "+dir+"/etc/ssl/certs && "+line)
	cmd.Dir = "../.."
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", line, err, output)
	}
	certificates, err := os.ReadFile("/etc/ssl/certs/ca-certificates.crt")
	if err != nil {
		peertest.Missing(t, "ca-certificates")
	}
	if err := os.WriteFile(dir+"/etc/ssl/certs/ca-certificates.crt", certificates, 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestTheImageTakesReportsOverTLSAndKeepsThem is the whole way: the image gets a
// certificate for its domain from an ACME authority, takes the report of an
// instrumented CLI, shows it, and has all of it after it was killed.
func TestTheImageTakesReportsOverTLSAndKeepsThem(t *testing.T) {
	b := newBuilder(t)
	public, private := peertest.FreeAddress(t), peertest.FreeAddress(t)
	authority := peertest.ACME(t, public, 24*time.Hour)
	stage := buildStage(t, "Dockerfile")
	b.run("build", "--isolation", "chroot", "--build-context", "build="+stage, "-f", "Dockerfile", "-t", image, t.TempDir())

	var images []struct{ Size string }
	if err := json.Unmarshal([]byte(b.run("images", "--json", image)), &images); err != nil || len(images) != 1 {
		t.Fatalf("%v: %v", images, err)
	}
	if size := bytesOf(t, images[0].Size); size > maxBytes {
		t.Errorf("the image has %d bytes", size)
	}

	pace := newPace(t, public)
	container := b.run("from", "--pull-never", image)
	start := func() *exec.Cmd {
		t.Helper()
		cmd := b.command("run", "--isolation", "chroot",
			"--volume", authority.APIRoot+":/authority.pem:ro", "--env", "SSL_CERT_FILE=/authority.pem", "--volume", pace.commands()+":/commands.txt:ro",
			container, "--", "/telemetry-collector", "--listen", public, "--private-listen", private,
			"--tls-domain", domain, "--acme-directory", authority.Directory, "--commands", "/commands.txt")
		var output bytes.Buffer
		cmd.Stdout, cmd.Stderr = &output, &output
		peertest.DieWithTest(cmd)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if p := process(public); p != 0 {
				syscall.Kill(p, syscall.SIGKILL)
			}
			cmd.Wait()
			if t.Failed() {
				t.Logf("the container said:\n%s", output.Bytes())
			}
		})
		eventually(t, "status 200", func() string { // a refused connection's error has the port, which may have a 200
			status, body := get("http://" + private + "/readyz")
			return fmt.Sprintf("status %d: %s", status, body)
		})
		return cmd
	}
	running := start()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", process(public)))
	if err != nil || !regexp.MustCompile(fmt.Sprintf(`(?m)^Uid:\t%d\t%[1]d\t%[1]d\t%[1]d$`, user)).Match(status) {
		t.Errorf("not uid %d: %v\n%s", user, err, status)
	}
	if _, err := os.Stat(fmt.Sprintf("/proc/%d/root/etc/ssl/certs/ca-certificates.crt", process(public))); err != nil {
		t.Errorf("no CA certificates: %v", err)
	}

	// A connection gets 5 seconds for its handshake, and the certificate may take longer.
	eventually(t, domain, func() string { return certified(public) })
	pace.trusts(authority.Root())
	pace.run(0, "telemetry", "on")
	pace.run(0, "get", "data-policy", "orders")
	runs := func() string {
		_, table := get("http://" + private + "/api/v1/commands?app=pace&format=csv")
		return table
	}
	eventually(t, "\npace get data-policy,1,0,0,1,0", runs)

	authority.Kill() // the certificate is in the volume
	syscall.Kill(process(public), syscall.SIGKILL)
	running.Wait()
	start()
	pace.run(3, "get", "data-policy", "nobody")
	eventually(t, "\npace get data-policy,2,1,0,1,1", runs)
}

// process finds the collector that listens on an address; 0 if there is none.
func process(address string) int {
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, file := range files {
		line, _ := os.ReadFile(file)
		if bytes.HasPrefix(line, []byte("/telemetry-collector\x00--listen\x00"+address+"\x00")) {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
			return pid
		}
	}
	return 0
}

// certified names the domain once the collector that listens on an address has a certificate for it.
func certified(address string) string {
	connection, err := tls.Dial("tcp", address, &tls.Config{ServerName: domain, InsecureSkipVerify: true}) // the CLI verifies it
	if err != nil {
		return err.Error()
	}
	defer connection.Close()
	return strings.Join(connection.ConnectionState().PeerCertificates[0].DNSNames, " ")
}

func get(url string) (int, string) {
	answer, err := http.Get(url)
	if err != nil {
		return 0, err.Error()
	}
	defer answer.Body.Close()
	body, _ := io.ReadAll(answer.Body)
	return answer.StatusCode, string(body)
}

// eventually waits until what another program says has a text.
func eventually(t *testing.T, text string, says func() string) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		said := says()
		if strings.Contains(said, text) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("not in 30 s: %q in %s", text, said)
		}
	}
}

// bytesOf reads a size as buildah writes it: "21.4 MB".
func bytesOf(t *testing.T, size string) int {
	t.Helper()
	var number float64
	var unit string
	if _, err := fmt.Sscanf(size, "%f %s", &number, &unit); err != nil || unit != "MB" {
		t.Fatalf("size %q: %v", size, err)
	}
	return int(number * 1e6)
}
