//go:build !notelemetry

package telemetry

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"
)

// verbs are what the telemetry command can do. Each prints to stdout what it did.
func verbs() []verb {
	return []verb{
		{"status", "Show what is on, and what decided it", folder.status},
		{"on", "Count commands and send the counts", folder.turnOn},
		{"off", "Count nothing, send nothing, and erase the id", folder.turnOff},
		{"show", "Print the body of the next request", folder.show},
		{"reset", "Erase all counts and the id", folder.reset},
		{"forget", "Ask the server to erase what was sent, then do what off does", folder.forget},
	}
}

type verb struct {
	name, does string
	run        func(folder) error
}

// serve does what `<app> telemetry <verb>` asks for and ends the process, if args are that. It comes before all of
// the CLI's own code, so neither a configuration, a login nor a required flag can be in the way. Run as a plugin of
// another CLI (`docker compose telemetry off`), the first argument is the app.
func serve(args []string) {
	if len(args) == 3 && args[0] == app {
		args = args[1:]
	}
	if len(args) != 2 || args[0] != command {
		return
	}
	for _, v := range verbs() {
		if v.name == args[1] {
			d, _ := findFolder()
			if err := v.run(d); err != nil {
				fmt.Fprintln(os.Stderr, "Error:", err)
				os.Exit(1)
			}
			os.Exit(0)
		}
	}
}

// usage explains the telemetry command where its word is followed by something else, and returns the exit code.
func usage(rest []string) int {
	if asked := strings.Join(rest, " "); asked != "" && asked != "help" && asked != "-h" && asked != "--help" {
		fmt.Fprintf(os.Stderr, "Error: unknown command %q for \"%s %s\"\n", asked, app, command)
		return 1
	}
	fmt.Printf("Usage: %s %s VERB\n\n", programName(), command)
	for _, v := range verbs() {
		fmt.Printf("  %-8s %s\n", v.name, v.does)
	}
	return 0
}

func (d folder) status() error {
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
	fmt.Printf("telemetry: %s\ndecided by: %s\nfile: %s\nsent: %s\n", c.level, c.source, d.path(reportFile), sent)
	return nil
}

// change does something under the lock, for which this command can wait longer. Without a folder there is nothing to
// be done, unless it is to be made.
func (d folder) change(make bool, do func(*ledger) error) error {
	if _, err := os.Stat(string(d)); err != nil && !make {
		return nil
	}
	err := d.locked(20*lockPatience, consentIn(d), do)
	if err != nil {
		err = fmt.Errorf("the files in the folder %s cannot be changed: %w", d, err)
	}
	return err
}

func (d folder) turnOn() error {
	if err := d.change(true, func(*ledger) error { return d.store("on") }); err != nil {
		return err
	}
	return d.decided(levelOn, "Telemetry is on. Thank you.")
}

func (d folder) turnOff() error {
	id, err := d.stopSending()
	if err == nil {
		err = d.eraseID()
	}
	if err != nil {
		return err
	}
	return d.decided(levelOff, "Telemetry is off. Nothing is counted, nothing is sent, the id is erased."+sentBefore(id))
}

// sentBefore tells a user who had an id what is not undone.
func sentBefore(id string) string {
	if id == "" {
		return ""
	}
	return fmt.Sprintf("\nWhat was sent before stays on the server. To have it erased, run `%s %s forget` first, while there is an id.",
		programName(), command)
}

// stopSending stores the user's no, and waits until no uploader can send any more. It returns the id.
func (d folder) stopSending() (id string, err error) {
	err = d.change(true, func(l *ledger) error {
		now, _ := d.read(reportFile)
		id = now.ID
		err := d.store("off")
		if err == nil {
			_ = l.lock(theUploader, 4*lockPatience) // the uploader ends, and none sends after this command
		}
		return err
	})
	return id, err
}

// eraseID keeps the counts only where the id can be taken out of the report.
func (d folder) eraseID() error {
	return d.change(false, func(*ledger) error {
		mayHaveID := []string{reportFile, baselineFile, brokenFile}
		now, err := d.read(reportFile)
		if now.ID = ""; err == nil && len(now.MetricPoints) > 0 && d.save(reportFile, now) == nil {
			mayHaveID = mayHaveID[1:]
		}
		return d.remove(mayHaveID...)
	})
}

// decided tells whether the user's decision is the one in force.
func (d folder) decided(want level, text string) error {
	if c := consentIn(d); c.level != want {
		return fmt.Errorf("your decision is kept, but telemetry stays %s: decided by %s", c.level, c.source)
	}
	fmt.Println(text)
	return nil
}

func (d folder) show() error {
	c := consentIn(d)
	if !c.sends() {
		fmt.Fprintf(os.Stderr, "Nothing will be sent: telemetry is %s, decided by %s.\n", c.level, c.source)
		return nil
	}
	body, err := d.nextBody()
	if err == nil && body == nil {
		fmt.Fprintln(os.Stderr, "There is nothing to send yet.")
	}
	_, _ = os.Stdout.Write(body)
	return err
}

func (d folder) reset() error {
	id := ""
	err := d.change(false, func(l *ledger) error {
		now, _ := d.read(reportFile)
		id = now.ID
		_ = l.settle()
		return d.remove(reportFile, baselineFile, brokenFile)
	})
	if err == nil {
		fmt.Println("All counts and the id are erased." + sentBefore(id))
	}
	return err
}

// forget asks the server to erase what it got from this id. Sending stops first, or an upload could bring it back.
// Afterwards the id is erased here too, whatever the server answered.
func (d folder) forget() error {
	id, err := d.stopSending()
	if err != nil {
		return err
	}
	answer := "There is no id, so nothing that was sent can be erased."
	if id != "" {
		answer, err = askToErase(strings.TrimSuffix(consentIn(d).endpoint, "/") + "/" + id)
	}
	if answer != "" {
		fmt.Println(answer)
	}
	if off := d.eraseID(); off != nil {
		return off
	}
	if off := d.decided(levelOff, "Telemetry is off. Nothing is counted, nothing is sent, the id is erased."); err == nil {
		err = off
	}
	return err
}

// askToErase sends the request for an erasure and says what was answered.
func askToErase(url string) (answer string, err error) {
	request, err := http.NewRequest(http.MethodDelete, url, nil)
	if err == nil {
		client := httpClient()
		client.Timeout = 10 * time.Second
		var response *http.Response
		if response, err = client.Do(request); err == nil {
			defer response.Body.Close()
			switch {
			case response.StatusCode/100 == 2:
				return fmt.Sprintf("The server answered %s: what was sent is erased.", response.Status), nil
			case response.StatusCode == http.StatusNotFound:
				return fmt.Sprintf("The server answered %s: it keeps nothing of this id.", response.Status), nil
			}
			err = fmt.Errorf("the server answered %s", response.Status)
		}
	}
	return "", fmt.Errorf("what was sent may not be erased: %w\nTo ask again: curl -X DELETE %s", err, url)
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
