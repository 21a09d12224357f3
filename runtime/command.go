//go:build !notelemetry

package telemetry

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"
)

// verbs are what the telemetry command can do. Each returns what is to be printed.
var verbs = []struct {
	name, does string
	run        func(folder) (string, error)
}{
	{"status", "Show what is on, and what decided it", folder.status},
	{"on", "Count commands and send the counts", folder.turnOn},
	{"off", "Count nothing, send nothing, and erase the id", folder.turnOff},
	{"show", "Print the body of the next request", folder.show},
	{"reset", "Erase all counts and the id", folder.reset},
	{"forget", "Ask the server to erase what was sent, then do what off does", folder.forget},
}

// serve does what `<app> telemetry <verb>` asks for and ends the process, if args are that. It comes before all of
// the CLI's own code, so neither a configuration, a login nor a required flag can be in the way. Where the CLI is a
// plugin of another one (`docker compose telemetry off`), the first argument is the app.
func serve(args []string) {
	if len(args) == 3 && args[0] == app {
		args = args[1:]
	}
	for _, verb := range verbs {
		if len(args) != 2 || args[0] != command || args[1] != verb.name {
			continue
		}
		d, _ := findFolder()
		text, err := verb.run(d)
		_, _ = os.Stdout.WriteString(text)
		if err != nil {
			fmt.Fprintln(os.Stderr, "Error:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
}

// usage explains the telemetry command and returns the exit code, where its word is followed by no verb.
func usage(rest string) int {
	fmt.Printf("Usage: %s %s VERB\n\n", programName(), command)
	for _, verb := range verbs {
		fmt.Printf("  %-8s %s\n", verb.name, verb.does)
	}
	if rest == "" || rest == "help" || rest == "-h" || rest == "--help" {
		return 0
	}
	return 1
}

func (d folder) status() (string, error) {
	c := consentIn(d)
	sent := "no"
	switch {
	case c.endpoint == "" || c.interval < 0:
		sent = "never"
	case c.level == levelOn:
		sent = fmt.Sprintf("to %s, at most every %s", c.endpoint, c.interval)
	case c.pending:
		sent = fmt.Sprintf("to %s, after a notice was shown", c.endpoint)
	}
	return fmt.Sprintf("telemetry: %s\ndecided by: %s\nfile: %s\nsent: %s\n", c.level, c.source, d.path(reportFile), sent), nil
}

// change does something under the lock, for which this command can wait longer. Without a folder there is nothing to
// be done, unless it is to be made.
func (d folder) change(make bool, do func(*lockFile) error) error {
	if _, err := os.Stat(string(d)); err != nil && !make {
		return nil
	}
	l, err := d.lockFile()
	if err == nil {
		err = l.lock(theFolder, 20*lockPatience)
	}
	if err == nil {
		err = do(l)
		l.unlock(theFolder)
	}
	if err != nil {
		err = fmt.Errorf("the files in the folder %s cannot be changed: %w", d, err)
	}
	return err
}

func (d folder) turnOn() (string, error) {
	if err := d.change(true, func(*lockFile) error { return d.store("on") }); err != nil {
		return "", err
	}
	return d.inForce(levelOn, "Telemetry is on. Thank you.\n")
}

// inForce returns text, unless something else than the user's decision decides.
func (d folder) inForce(want level, text string) (string, error) {
	if c := consentIn(d); c.level != want {
		return "", fmt.Errorf("your decision is kept, but telemetry stays %s: decided by %s", c.level, c.source)
	}
	return text, nil
}

func (d folder) turnOff() (string, error) {
	return d.off(func(string) (string, error) { return hint(), nil })
}

func (d folder) forget() (string, error) { return d.off(askToErase) }

// hint names the command that also erases what was sent. It needs the id, which off and reset have erased by then.
func hint() string {
	return fmt.Sprintf("What was sent before stays on the server. `%s %s forget`, in place of this command, has it erased there too.\n", programName(), command)
}

// off stores the user's no, waits until no uploader can send any more, does something about what was sent under the
// id, and erases the id. The counts stay where the id can be taken out of the report.
func (d folder) off(about func(id string) (string, error)) (text string, failed error) {
	err := d.change(true, func(l *lockFile) error {
		if err := d.store("off"); err != nil {
			return err
		}
		_ = l.lock(theUploader, 4*lockPatience) // the uploader ends, and none sends after this command
		mayHaveID := []string{reportFile, baselineFile, brokenFile}
		now, err := d.read(reportFile)
		text, failed = about(now.ID)
		if now.ID = ""; err == nil && len(now.MetricPoints) > 0 && d.save(reportFile, now) == nil {
			mayHaveID = mayHaveID[1:]
		}
		return d.remove(mayHaveID...)
	})
	off := ""
	if err == nil {
		off, err = d.inForce(levelOff, "Telemetry is off. Nothing is counted, nothing is sent, the id is erased.\n")
	}
	if failed == nil {
		failed = err
	}
	return off + text, failed
}

// askToErase asks the server to erase what it got under the id.
func askToErase(id string) (string, error) {
	if id == "" {
		return "There is no id, so there is nothing that the server could erase.\n", nil
	}
	url := strings.TrimSuffix(consentIn("").endpoint, "/") + "/" + id
	request, err := http.NewRequest(http.MethodDelete, url, nil)
	if err == nil {
		client := httpClient()
		client.Timeout = 10 * time.Second
		var answer *http.Response
		if answer, err = client.Do(request); err == nil {
			_ = answer.Body.Close()
			switch {
			case answer.StatusCode/100 == 2:
				return fmt.Sprintf("The server answered %s: what was sent is erased.\n", answer.Status), nil
			case answer.StatusCode == http.StatusNotFound:
				return fmt.Sprintf("The server answered %s: it keeps nothing under this id.\n", answer.Status), nil
			}
			err = fmt.Errorf("the server answered %s", answer.Status)
		}
	}
	return "", fmt.Errorf("what was sent may still be on the server: %w\nTo ask again: curl -X DELETE %s", err, url)
}

func (d folder) show() (string, error) {
	if c := consentIn(d); !c.sends() {
		fmt.Fprintf(os.Stderr, "Nothing will be sent: telemetry is %s, decided by %s.\n", c.level, c.source)
		return "", nil
	}
	body, err := d.nextBody()
	if err == nil && body == nil {
		fmt.Fprintln(os.Stderr, "There is nothing to send yet.")
	}
	return string(body), err
}

func (d folder) reset() (string, error) {
	err := d.change(false, func(l *lockFile) error {
		_ = (&ledger{lock: l, left: map[string]bool{}}).settle()
		return d.remove(reportFile, baselineFile, brokenFile)
	})
	if err != nil {
		return "", err
	}
	return "All counts and the id are erased.\n" + hint(), nil
}

// remove removes files of the folder.
func (d folder) remove(names ...string) error {
	for _, name := range names {
		if err := os.RemoveAll(d.path(name)); err != nil {
			return err
		}
	}
	return nil
}
