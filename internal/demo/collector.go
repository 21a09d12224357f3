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

// collect starts a collector, hands it the report that was received, and shows
// what its dashboard and its metrics say.
func (d *stage) collect() error {
	public, err := freeAddress()
	if err != nil {
		return err
	}
	private, err := freeAddress()
	if err != nil {
		return err
	}
	server := exec.CommandContext(d.ctx, filepath.Join(d.bin, "telemetry-collector"),
		"--listen", public, "--private-listen", private, "--store", "sqlite:"+filepath.Join(d.home, "telemetry.db"),
		"--commands", filepath.Join(d.cli, "internal", "telemetry", "commands.txt"))
	server.Stderr = os.Stderr
	if err := server.Start(); err != nil {
		return err
	}
	defer func() {
		server.Process.Signal(os.Interrupt)
		server.Wait()
	}()
	if err := d.waitFor("http://" + private + "/readyz"); err != nil {
		return err
	}
	answer, err := http.Post("http://"+public+"/telemetry", "application/json", bytes.NewReader(d.report))
	if err != nil {
		return err
	}
	body, _ := io.ReadAll(answer.Body)
	answer.Body.Close()
	fmt.Printf("POST /telemetry is answered with %s and the body %q\n\n", answer.Status, body)
	metrics, err := get("http://" + private + "/metrics")
	if err != nil {
		return err
	}
	for _, line := range strings.Split(metrics, "\n") {
		if strings.HasPrefix(line, "cli_") {
			fmt.Println(line)
		}
	}
	page, err := get("http://" + private + "/")
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
