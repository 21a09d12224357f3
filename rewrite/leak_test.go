package rewrite_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// mark stands in everything of the user's that must never be kept or sent.
const mark = "zzMARKzz"

// pluginCLI has what leaks elsewhere: aliases that the user invents, plugins
// found on the disk, arguments in error texts, and values from a config file.
const pluginCLI = `package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
)

func main() {
	root := &cobra.Command{Use: filepath.Base(os.Args[0]), SilenceUsage: true}
	var config string
	root.PersistentFlags().StringVar(&config, "config", os.Getenv("CLI_CONFIG"), "file")
	get := &cobra.Command{Use: "get", Aliases: []string{"g"}}
	get.AddCommand(&cobra.Command{Use: "thing NAME", Args: cobra.ExactArgs(1), RunE: func(cmd *cobra.Command, args []string) error {
		if strings.Contains(args[0], "o") {
			return nil
		}
		return fmt.Errorf("no %s in %s", args[0], config)
	}})
	root.AddCommand(get, &cobra.Command{Use: "die", Run: func(cmd *cobra.Command, args []string) { panic(strings.Join(args, " ")) }})
	home, _ := os.UserHomeDir()
	names, _ := os.ReadDir(filepath.Join(home, "plugins"))
	for _, plugin := range names {
		root.AddCommand(&cobra.Command{Use: plugin.Name(), Run: func(cmd *cobra.Command, args []string) {
			if len(args) > 1 {
				os.Exit(len(args))
			}
		}})
	}
	if err := root.Execute(); err != nil {
		os.Exit(1)
	}
}
`

// TestNothingOfTheUsersIsKeptOrSent runs thousands of random command lines with
// a mark in every argument, flag value, environment variable, alias, plugin,
// config value, file name and error text, and looks for the mark in every file
// that the runtime wrote and every byte that arrived at the server.
func TestNothingOfTheUsersIsKeptOrSent(t *testing.T) {
	long(t)
	c := cliModule(t, map[string]string{"main.go": pluginCLI})
	c.options.App = "cli"
	result := c.instrument(t)
	binary := c.build(t, "cli")

	var mu sync.Mutex
	var received bytes.Buffer
	requests := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		requests++
		fmt.Fprintln(&received, r.URL, r.Header)
		io.Copy(&received, r.Body)
		io.WriteString(w, "OK")
	}))
	defer server.Close()

	home := filepath.Join(scratch(t), mark)
	for _, name := range []string{"plugins/plug" + mark, "plugins/" + mark, mark + ".yaml"} {
		writeFile(t, filepath.Join(home, filepath.FromSlash(name)), []byte(mark))
	}
	env := []string{
		"HOME=" + home, "PATH=" + os.Getenv("PATH"), "USER=" + mark, "CLI_CONFIG=" + mark, mark + "=1",
		"CLI_TELEMETRY=on", "CLI_TELEMETRY_UPLOAD_INTERVAL_SECONDS=1", "CLI_TELEMETRY_ENDPOINT=" + server.URL + "/telemetry",
	}
	words := []string{
		"get", "g", "thing", "thing", "die", "help", "completion", "plug" + mark, mark, "o" + mark, mark + ".yaml",
		"--config", "--config=" + mark, "--" + mark, "-" + mark, "--help", "--", "", mark + " " + mark, "get thing " + mark, mark + "\n    0:",
	}
	const lines = 3000
	work := make(chan []string)
	var wg sync.WaitGroup
	for i := 0; i < 4; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for args := range work {
				cmd := exec.Command(binary, args...)
				cmd.Env, cmd.Dir = env, home
				cmd.Run() // whatever it comes to
			}
		}()
	}
	random := rand.New(rand.NewSource(1))
	for i := 0; i < lines; i++ {
		args := make([]string, random.Intn(5))
		for j := range args {
			args[j] = words[random.Intn(len(words))]
		}
		work <- args
	}
	close(work)
	wg.Wait()

	dir := filepath.Join(home, ".config", "cli")
	counted := 0
	for name, content := range tree(t, dir) {
		if strings.Contains(name, mark) || strings.Contains(content, mark) {
			t.Errorf("%s holds the mark:\n%s", name, content)
		}
		if name == "telemetry.yaml" {
			counted = onlyListed(t, content, result.Commands)
		}
	}
	if counted < lines/10 {
		t.Errorf("only %d of %d runs were counted", counted, lines)
	}
	mu.Lock()
	defer mu.Unlock()
	if requests == 0 {
		t.Error("nothing was sent")
	}
	if bytes.Contains(received.Bytes(), []byte(mark)) {
		t.Errorf("the mark was sent:\n%s", received.Bytes())
	}
	t.Logf("%d runs counted, %d requests", counted, requests)
}

// scratch is a folder that goes when the last uploader has left it.
func scratch(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "leak") //nolint:usetesting // t.TempDir fails where an uploader has not left yet
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for deadline := time.Now().Add(30 * time.Second); os.RemoveAll(dir) != nil; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Errorf("%s is still in use", dir)
				return
			}
		}
	})
	return dir
}

// onlyListed checks that every path of a report is in the list, or stands for
// something unlisted below one that is, and returns the sum of the counts.
func onlyListed(t *testing.T, report string, listed []string) int {
	t.Helper()
	known := map[string]bool{}
	for _, path := range listed {
		known[path], known[path+" (unlisted)"] = true, true
	}
	sum := 0
	for path, codes := range points(t, []byte(report)) {
		if !known[path] {
			t.Errorf("%q is in no list", path)
		}
		for _, n := range codes {
			sum += n
		}
	}
	return sum
}
