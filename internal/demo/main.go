// Demo is the main job from end to end on a copy of examples/pace: instrument
// it, show the diff, build it, run some commands, print what was counted,
// receive the upload on loopback, give it to a collector, take everything out
// again, and serve the page of two simulated months in which a release broke a
// command. It needs no network, and leaves nothing behind.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := demo(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func demo(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "telemetrygen-demo")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	d := &stage{ctx: ctx, cli: filepath.Join(dir, "pace"), bin: filepath.Join(dir, "bin"), home: filepath.Join(dir, "home")}
	for _, step := range []struct {
		title string
		run   func() error
	}{
		{"A copy of examples/pace, with one //go:generate line", d.copyExample},
		{"go generate", d.generate},
		{"The diff of the author's files (the generated runtime is left out here)", d.diff},
		{"go build, and seven runs", d.runs},
		{"What was counted: ~/.config/pace/telemetry.yaml", d.counted},
		{"An upload, received on loopback", d.upload},
		{"The same in a collector", d.collect},
		{"telemetrygen --remove", d.remove},
		{"Two simulated months of 700 installs: one release is worse", d.worse},
	} {
		fmt.Printf("\n== %s\n\n", step.title)
		if err := step.run(); err != nil {
			return fmt.Errorf("%s: %w", step.title, err)
		}
	}
	return nil
}

// stage is where the demo plays.
type stage struct {
	ctx            context.Context
	cli, bin, home string
	report         []byte // the body of the upload
}

// tool runs a program in the CLI's folder and shows what it prints.
func (d *stage) tool(name string, args ...string) error {
	cmd := exec.CommandContext(d.ctx, name, args...)
	cmd.Dir = d.cli
	cmd.Env = append(os.Environ(), "PATH="+d.bin+string(os.PathListSeparator)+os.Getenv("PATH"), "GOWORK=off")
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	return cmd.Run()
}

func (d *stage) copyExample() error {
	if err := os.CopyFS(d.cli, os.DirFS("examples/pace")); err != nil {
		return err
	}
	if err := os.MkdirAll(d.bin, 0o755); err != nil {
		return err
	}
	build := exec.CommandContext(d.ctx, "go", "build", "-o", d.bin+string(os.PathSeparator), "./cmd/...")
	build.Stdout, build.Stderr = os.Stdout, os.Stderr
	if err := build.Run(); err != nil {
		return err
	}
	for _, args := range [][]string{{"init", "-q"}, {"add", "."}, {"-c", "user.name=demo", "-c", "user.email=demo@localhost", "commit", "-q", "-m", "pace"}} {
		if err := d.tool("git", args...); err != nil {
			return err
		}
	}
	return d.tool("git", "grep", "-n", "go:generate")
}

func (d *stage) generate() error { return d.tool("go", "generate", "./...") }

func (d *stage) diff() error { return d.tool("git", "--no-pager", "diff", "--", ".", ":!go.sum") }

// pace runs the instrumented CLI with a home of its own and no other setting
// of the user's.
func (d *stage) pace(env []string, args ...string) (int, error) {
	cmd := exec.CommandContext(d.ctx, filepath.Join(d.cli, "pace"), args...)
	cmd.Dir = d.cli
	cmd.Env = append([]string{"HOME=" + d.home, "AppData=" + d.home, "PATH=" + os.Getenv("PATH")}, env...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stdout
	err := cmd.Run()
	if exited := new(exec.ExitError); err != nil && !errors.As(err, &exited) {
		return 0, err
	}
	return cmd.ProcessState.ExitCode(), nil
}

func (d *stage) runs() error {
	if err := d.tool("go", "build", "-o", "pace", "."); err != nil {
		return err
	}
	if err := os.MkdirAll(d.home, 0o755); err != nil {
		return err
	}
	for _, line := range []string{
		"get data-policy orders", "g dp customers", "get data-policy nobody",
		"apply /no/such/file", "evaluate", "evaluate --nonsense", "frobnicate",
	} {
		fmt.Printf("$ pace %s\n", line)
		status, err := d.pace([]string{"PACE_TELEMETRY=local"}, strings.Fields(line)...)
		if err != nil {
			return err
		}
		fmt.Printf("exit status %d\n", status)
	}
	return nil
}

func (d *stage) counted() error {
	data, err := os.ReadFile(filepath.Join(d.home, ".config", "pace", "telemetry.yaml"))
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(data)
	return err
}

// upload lets one run send its report, as a user would who has said yes.
func (d *stage) upload() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	received := make(chan []byte, 1)
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		io.WriteString(w, "OK")
		select {
		case received <- body:
			fmt.Printf("\n%s %s %s\nContent-Type: %s\n\n%s\n", r.Method, r.URL.Path, r.Proto, r.Header.Get("Content-Type"), body)
		default: // one is shown
		}
	})}
	go server.Serve(listener)
	defer server.Close()

	env := []string{"PACE_TELEMETRY=on", "PACE_TELEMETRY_UPLOAD_INTERVAL_SECONDS=0", "PACE_TELEMETRY_ENDPOINT=http://" + listener.Addr().String() + "/telemetry"}
	for _, line := range []string{"get data-policy orders", "evaluate", "apply /no/such/file"} {
		fmt.Printf("$ PACE_TELEMETRY=on pace %s\n", line)
		if _, err := d.pace(env, strings.Fields(line)...); err != nil {
			return err
		}
	}
	select {
	case d.report = <-received:
		return nil
	case <-time.After(20 * time.Second):
		return fmt.Errorf("no upload arrived")
	}
}

func (d *stage) remove() error {
	if err := d.tool(filepath.Join(d.bin, "telemetrygen"), "--remove"); err != nil {
		return err
	}
	if err := os.Remove(filepath.Join(d.cli, "pace")); err != nil {
		return err
	}
	fmt.Println("\n$ git status --short   (nothing: every byte is as it was)")
	return d.tool("git", "status", "--short")
}
