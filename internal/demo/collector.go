package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// A collector runs until stop is called.
type collector struct {
	public, private string // base URLs
	stop            func()
}

// start starts a collector on two free ports, and waits until it is ready.
func (d *stage) start(args ...string) (collector, error) {
	public, err := freeAddress()
	if err != nil {
		return collector{}, err
	}
	private, err := freeAddress()
	if err != nil {
		return collector{}, err
	}
	server := exec.CommandContext(d.ctx, filepath.Join(d.bin, "telemetry-collector"), append([]string{"--listen", public, "--private-listen", private}, args...)...)
	server.Cancel = func() error { return server.Process.Signal(os.Interrupt) }
	server.Stderr = os.Stderr
	if err := server.Start(); err != nil {
		return collector{}, err
	}
	c := collector{"http://" + public, "http://" + private, func() {
		server.Process.Signal(os.Interrupt)
		server.Wait()
	}}
	if err := d.waitFor(c.private + "/readyz"); err != nil {
		c.stop()
		return collector{}, err
	}
	return c, nil
}

// collect starts a collector, hands it the report that was received, and shows
// what its dashboard and its metrics say.
func (d *stage) collect() error {
	c, err := d.start("--store", "sqlite:"+filepath.Join(d.home, "telemetry.db"), "--commands", filepath.Join(d.cli, "internal", "telemetry", "commands.txt"))
	if err != nil {
		return err
	}
	defer c.stop()
	answer, err := http.Post(c.public+"/telemetry", "application/json", bytes.NewReader(d.report))
	if err != nil {
		return err
	}
	body, _ := io.ReadAll(answer.Body)
	answer.Body.Close()
	fmt.Printf("POST /telemetry is answered with %s and the body %q\n\n", answer.Status, body)
	metrics, err := get(c.private + "/metrics")
	if err != nil {
		return err
	}
	for _, line := range strings.Split(metrics, "\n") {
		if strings.HasPrefix(line, "cli_") {
			fmt.Println(line)
		}
	}
	page, err := get(c.private + "/")
	if err != nil {
		return err
	}
	if !strings.Contains(page, "pace get data-policy") {
		return fmt.Errorf("the dashboard does not show the command")
	}
	title := regexp.MustCompile(`<title>([^<]*)</title>`).FindStringSubmatch(page)
	if title == nil {
		return fmt.Errorf("the dashboard has no title")
	}
	fmt.Printf("\nthe dashboard on the private side (%q, %d bytes, no script) shows \"pace get data-policy\"\n", title[1], len(page))
	return nil
}

func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer listener.Close()
	return listener.Addr().String(), nil
}

func (d *stage) waitFor(url string) error {
	deadline := time.Now().Add(20 * time.Second)
	for {
		_, err := get(url)
		if err == nil || time.Now().After(deadline) {
			return err
		}
		select {
		case <-d.ctx.Done():
			return d.ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func get(url string) (string, error) {
	answer, err := http.Get(url)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", url, answer.Status)
	}
	return string(body), err
}
