//go:build !notelemetry

package telemetry

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"
)

// verbs are what the telemetry command can do. Each prints its result.
var verbs = []struct {
	name, does string
	run        func(folder) error
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
	if len(args) != 2 || args[0] != command {
		return
	}
	for _, verb := range verbs {
		if args[1] == verb.name {
			if err := verb.run(findFolder()); err != nil {
				fmt.Fprintln(os.Stderr, "Error:", err)
				os.Exit(1)
			}
			os.Exit(0)
		}
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

func (d folder) status() error {
	c := consentIn(d)
	sent := "no"
	if c.sends() {
		sent = fmt.Sprintf("to %s, at most every %s", c.endpoint, c.interval)
	}
	fmt.Printf("telemetry: %s\ndecided by: %s\nfile: %s\nsent: %s\n", c.level, c.source, d.path(reportFile), sent)
	return nil
}

// change does something under the lock, for which this command can wait longer. Without a folder there is nothing to
// be done, unless it is to be made.
func (d folder) change(make bool, do func(*lockFile) error) error {
	if !make && stampOf(string(d)) == "" {
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

// stored says text, unless something else decides than the user, whose decision was stored with err.
func (d folder) stored(want level, text string, err error) error {
	if c := consentIn(d); err == nil && c.level != want {
		err = fmt.Errorf("your decision is kept, but telemetry stays %s: decided by %s", c.level, c.source)
	}
	if err == nil {
		fmt.Println(text)
	}
	return err
}

func (d folder) turnOn() error {
	return d.stored(levelOn, "Telemetry is on. Thank you.", d.change(true, func(*lockFile) error { return d.store("on") }))
}

const isOff = "Telemetry is off. Nothing is counted, nothing is sent, the id is erased."

func (d folder) turnOff() error {
	return d.off(isOff+"\n"+hint(), func(string) error { return nil })
}

func (d folder) forget() error { return d.off(isOff, askToErase) }

// hint names the command that also erases what was sent. It needs the id, which off and reset have erased by then.
func hint() string {
	return fmt.Sprintf("What was sent before stays on the server. `%s %s forget`, in place of this command, has it erased there too.", programName(), command)
}

// off stores the user's no, waits until no uploader can send any more, does something about what was sent under the
// id, and erases the id. The counts stay where the id can be taken out of the report.
func (d folder) off(text string, about func(id string) error) (failed error) {
	err := d.stored(levelOff, text, d.change(true, func(l *lockFile) error {
		if err := d.store("off"); err != nil {
			return err
		}
		_ = l.lock(theUploader, 4*lockPatience) // the uploader ends, and none sends after this command
		now, err := d.read(reportFile)
		failed = about(now.ID)
		if now.ID = ""; err == nil && len(now.MetricPoints) > 0 && d.save(reportFile, now) == nil {
			return d.remove(baselineFile, brokenFile)
		}
		return d.remove(reportFile, baselineFile, brokenFile)
	}))
	if failed == nil {
		failed = err
	}
	return failed
}

// askToErase asks the server to erase what it got under the id, and says what it answered.
func askToErase(id string) error {
	if id == "" {
		fmt.Println("There is no id, so there is nothing that the server could erase.")
		return nil
	}
	url := strings.TrimSuffix(consentIn("").endpoint, "/") + "/" + id
	answer, err := ask(http.MethodDelete, url, nil, 10*time.Second)
	switch {
	case err != nil:
	case answer.StatusCode/100 == 2:
		fmt.Printf("The server answered %s: what was sent is erased.\n", answer.Status)
		return nil
	case answer.StatusCode == http.StatusNotFound:
		fmt.Printf("The server answered %s: it keeps nothing under this id.\n", answer.Status)
		return nil
	default:
		err = fmt.Errorf("the server answered %s", answer.Status)
	}
	return fmt.Errorf("what was sent may still be on the server: %w\nTo ask again: curl -X DELETE %s", err, url)
}

func (d folder) show() error {
	body, err := d.nextBody()
	if c := consentIn(d); !c.sends() {
		fmt.Fprintf(os.Stderr, "Nothing will be sent: telemetry is %s, decided by %s.\n", c.level, c.source)
	} else if err == nil && body == nil {
		fmt.Fprintln(os.Stderr, "There is nothing to send yet.")
	} else {
		_, _ = os.Stdout.Write(body)
	}
	return err
}

// reset counts what dead processes left before, so that it is not counted later.
func (d folder) reset() error {
	err := d.change(false, func(l *lockFile) error {
		_ = l.countAll(nil, false)
		return d.remove(reportFile, baselineFile, brokenFile)
	})
	if err == nil {
		fmt.Println("All counts and the id are erased.\n" + hint())
	}
	return err
}

// remove removes files of the folder.
func (d folder) remove(names ...string) (err error) {
	for _, name := range names {
		if failed := os.RemoveAll(d.path(name)); failed != nil {
			err = failed
		}
	}
	return err
}
