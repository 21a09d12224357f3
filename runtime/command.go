//go:build !notelemetry

package telemetry

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"
)

// verbs are the subcommands of the telemetry command. Each returns what is printed if it succeeds.
var verbs = []struct {
	name, does string
	run        func(folder) (text string, err error)
}{
	{"status", "Show whether telemetry is on, and why", folder.status},
	{"on", "Count commands and send the counts", folder.turnOn},
	{"off", "Count nothing, send nothing, and erase the id", func(d folder) (string, error) { return d.off(hint) }},
	{"show", "Print exactly what is sent next", folder.show},
	{"reset", "Erase the counts and the id on this machine", folder.reset},
	{"forget", "Have the server erase what was sent, then turn telemetry off", func(d folder) (string, error) { return d.off(askToErase) }},
}

// serve runs `<app> telemetry VERB` and ends the process, if that is what args say. It runs before all of the CLI's own
// code, so no configuration, login or required flag can be in the way. If the CLI is a plugin of another one
// (`docker compose telemetry off`), the first argument is the app.
func serve(args []string) {
	said := strings.Join(args, "\x00") // which is in no argument
	for _, verb := range verbs {
		if ours := command + "\x00" + verb.name; said == ours || said == app+"\x00"+ours {
			text, err := verb.run(findFolder())
			if err != nil {
				_, _ = fmt.Fprintln(os.Stderr, "Error:", err)
				os.Exit(1)
			}
			fmt.Print(text)
			os.Exit(0)
		}
	}
}

// usage explains the telemetry command if no known verb follows, and returns the exit code.
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
	c, file, sent := consentIn(d), d.path(reportFile), "no"
	if d == "" {
		file = "none"
	}
	if c.sends() {
		sent = fmt.Sprintf("to %s, at most every %s", c.endpoint, c.interval)
	}
	return fmt.Sprintf("telemetry: %s\ndecided by: %s\nfile: %s\nsent: %s\n", c.level, c.source, file, sent), nil
}

// change calls do while it holds the folder lock. The telemetry command can wait longer for it than other commands. If
// there is no folder, change makes it, or returns without calling do.
func (d folder) change(make bool, do func(*lockFile) error) error {
	if !make && stampOf(string(d)) == "" {
		return nil
	}
	if d == "" {
		return errors.New("nothing is counted: there is no configuration folder (is HOME set?)")
	}
	l, err := d.lockFile()
	if err == nil {
		if err = l.lock(theFolder, 20*lockPatience); err == nil {
			err = do(l)
			l.unlock(theFolder)
		}
	}
	if err != nil {
		err = fmt.Errorf("the files in the folder %s cannot be changed: %w", d, err)
	}
	return err
}

// stored is the error of a user's decision that was stored with err: something else, such as the environment, may
// overrule it.
func (d folder) stored(want level, err error) error {
	if c := consentIn(d); err == nil && c.level != want {
		err = fmt.Errorf("your choice is saved, but telemetry stays %s because of %s", c.level, c.source)
	}
	return err
}

func (d folder) turnOn() (string, error) {
	return "Telemetry is on. Thank you.\n", d.stored(levelOn, d.change(true, func(*lockFile) error { return d.store("on") }))
}

// hint names the command that also erases what was sent.
func hint(string, error) (string, error) {
	return fmt.Sprintf("What was sent before stays on the server. To have that erased too, run `%s %s forget` instead.\n", programName(), command), nil
}

// off stores the decision, waits until no uploader can send any more, calls about with the id or why it is unknown, erases
// the id, and prints that it did, and what about said. The counts stay, unless the report cannot be read or written.
func (d folder) off(about func(id string, unknown error) (string, error)) (text string, failed error) {
	err := d.stored(levelOff, d.change(true, func(l *lockFile) error {
		if err := d.store("off"); err != nil {
			return err
		}
		_ = l.lock(theUploader, 4*lockPatience) // a running uploader sees the decision and ends
		now, err := d.read(reportFile)
		text, failed = about(now.ID, err)
		if now.ID = ""; err == nil && len(now.MetricPoints) > 0 && d.save(reportFile, now) == nil {
			return d.remove(baselineFile, brokenFile)
		}
		return d.remove(reportFile, baselineFile, brokenFile)
	}))
	if err == nil {
		fmt.Println("Telemetry is off. Nothing is counted, nothing is sent, the id is erased.")
	}
	if fmt.Print(text); failed == nil {
		failed = err
	}
	return "", failed
}

// askToErase asks the server to erase what was sent under the id, and returns its answer.
func askToErase(id string, unknown error) (string, error) {
	if unknown != nil && !missing(unknown) {
		return "", fmt.Errorf("what was sent may still be on the server: the id cannot be read: %w", unknown)
	}
	if id == "" {
		return "There is no id here, so the server cannot be asked to erase anything.\n", nil
	}
	url := strings.TrimSuffix(consentIn("").endpoint, "/") + "/" + id
	answer, err := ask(http.MethodDelete, url, "", 10*time.Second)
	if err == nil && answer.StatusCode != http.StatusNoContent && answer.StatusCode != http.StatusNotFound {
		err = fmt.Errorf("the server answered %d %s", answer.StatusCode, http.StatusText(answer.StatusCode))
	}
	if err != nil {
		return "", fmt.Errorf("what was sent may still be on the server: %w\nTo ask again: curl -X DELETE %s", err, url)
	}
	return fmt.Sprintf("The server answered %d %s: it keeps nothing under this id.\n", answer.StatusCode, http.StatusText(answer.StatusCode)), nil
}

func (d folder) show() (string, error) {
	bodies, err := d.nextBodies()
	if c := consentIn(d); err == nil && (bodies == nil || !c.sends()) {
		fmt.Fprintf(os.Stderr, "There is nothing to send now. Telemetry is %s, decided by %s.\n", c.level, c.source)
		return "", nil
	}
	return strings.Join(bodies, "\n"), err
}

// reset first counts what dead processes left, so that a later run does not count it.
func (d folder) reset() (string, error) {
	instead, _ := hint("", nil)
	return "The counts and the id on this machine are erased.\n" + instead, d.change(false, func(l *lockFile) error {
		_, _ = l.countAll(nil, false)
		return d.remove(reportFile, baselineFile, brokenFile)
	})
}

// remove removes files of the folder.
func (d folder) remove(names ...string) (err error) {
	for i := 0; i < len(names) && err == nil; i++ {
		err = os.RemoveAll(d.path(names[i]))
	}
	return err
}
