//go:build !notelemetry

package telemetry

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// level is what the user has agreed to.
type level int

const (
	levelOff   level = iota // nothing is recorded
	levelLocal              // recorded, not sent
	levelOn                 // recorded and sent
)

func (l level) String() string { return [...]string{"off", "local", "on"}[l] }

// consent is what is allowed in a folder, and what decided it.
type consent struct {
	dir       folder
	word, by  string // what the environment says of this CLI, or "", and which variable
	ci, agent bool   // a CI system, or a coding agent, runs the CLI
	level     level
	source    string
	pending   bool // becomes on once the notice was shown
	endpoint  string
	interval  time.Duration // between uploads, < 0: never
}

// sends reports whether counts of this run may leave the machine.
func (c consent) sends() bool { return c.level == levelOn && c.endpoint != "" && c.interval >= 0 }

// consentIn finds what is allowed in a folder.
func consentIn(d folder) consent {
	c := consent{dir: d, endpoint: endpoint, interval: uploadInterval, ci: anySet(ciVariables), agent: anySet(agentVariables)}
	c.word, c.by = strings.ToLower(strings.TrimSpace(os.Getenv(variable))), variable
	if anySet("DO_NOT_TRACK") {
		c.word, c.by = "off", "DO_NOT_TRACK"
	}
	if url, ok := os.LookupEnv(variable + "_ENDPOINT"); ok {
		c.endpoint = url
	}
	if text := os.Getenv(variable + "_UPLOAD_INTERVAL_SECONDS"); text != "" {
		n, err := strconv.ParseInt(text, 10, 32)
		if c.interval = time.Duration(n) * time.Second; err != nil {
			c.interval = -1
		}
	}
	return c.decide()
}

// decide finds the level in force: the environment, else the user's own decision, which the telemetry command and the
// notice write as a word and the Unix time, else the author's default; an administrator and a CI system can only lower it.
// Whatever cannot be read means off. A run that ends asks again, and only the files: the CLI may have changed its
// environment.
func (c consent) decide() consent {
	word, err := c.word, error(nil)
	if word == "" { // otherwise the folder is not touched: its disk may not answer
		word, err = readWord(c.dir.path(consentFile))
	}
	// Another process, such as a child, may have shown the notice since this run began.
	optOut, began := consentMode == "opt-out", c.pending
	switch c.level, c.pending = levelOff, false; {
	case c.dir == "":
		c.source = "no folder to count in"
	case c.word != "":
		c.level, c.source = levelOf(c.word), c.by
	case word == "noticed" && optOut && !began:
		c.level, c.source = levelOn, "default"
	case (missing(err) || word == "noticing") && optOut:
		c.level, c.source, c.pending = levelLocal, "default, before the notice", true
	case missing(err), word == "noticed", word == "noticing":
		c.level, c.source = levelLocal, "default"
	default:
		c.level, c.source = levelOf(word), c.dir.path(consentFile)
	}
	if word, err := readWord(adminFile()); !missing(err) && (levelOf(word) < c.level || levelOf(word) < levelOn && c.pending) {
		c.level, c.source, c.pending = levelOf(word), adminFile(), false
	}
	if (c.level == levelOn || c.pending) && c.ci {
		c.level, c.source, c.pending = levelLocal, "a CI system", false
	}
	return c
}

// store writes the user's decision.
func (d folder) store(word string) error {
	return d.replace(consentFile, []byte(fmt.Sprintf("%s %d\n", word, time.Now().Unix())))
}

// levelOf reads a level; everything unknown is off.
func levelOf(word string) level {
	return map[string]level{"on": levelOn, "1": levelOn, "true": levelOn, "yes": levelOn, "local": levelLocal}[word]
}

// readWord is the first word of a small file, in lower case.
func readWord(path string) (string, error) {
	data, err := readFile(path, 64)
	return strings.Fields(strings.ToLower(string(data)) + " unreadable")[0], err
}

func missing(err error) bool { return os.IsNotExist(err) || errors.Is(err, syscall.ENOTDIR) }

// ciVariables are set by continuous integration systems, which cannot consent.
const ciVariables = "CI CONTINUOUS_INTEGRATION BUILD_NUMBER GITHUB_ACTIONS GITLAB_CI TF_BUILD JENKINS_URL TEAMCITY_VERSION " +
	"BUILDKITE CODEBUILD_BUILD_ID"

// agentVariables are set by coding agents for the commands that they run: the first two by agreement
// (github.com/agentsmd/agents.md/issues/136), the others by one product each. Their sandboxes may stop a command whose
// child touches the network.
const agentVariables = "AI_AGENT AGENT AMP_CURRENT_THREAD_ID ANTIGRAVITY_AGENT AUGMENT_AGENT CLAUDECODE CLINE_ACTIVE " +
	"CODEX_SANDBOX CODEX_SANDBOX_NETWORK_DISABLED CODEX_THREAD_ID CURSOR_AGENT GEMINI_CLI GOOSE_TERMINAL OPENCODE"

// anySet reports whether one of the variables has a value other than empty, 0 and false.
func anySet(names string) bool {
	for _, name := range strings.Fields(names) {
		if value := strings.ToLower(os.Getenv(name)); value != "" && value != "0" && value != "false" {
			return true
		}
	}
	return false
}

// notify shows the notice, once, at the end of a run that was counted, if stderr is a terminal: counts will be sent
// starting with the next run.
func (c consent) notify() {
	if c.level = levelOn; !c.pending || !c.sends() || !isTerminal(os.Stderr) || process.lock.lock(theFolder, 0) != nil {
		return
	}
	defer process.lock.unlock(theFolder)
	if c.decide().pending && c.dir.store("noticing") == nil { // no other process was first, and the disk is not full
		if _, err := fmt.Fprintf(os.Stderr, `
%[1]s counts which of its commands are run and with which exit codes, never arguments or flags.
Starting with the next run, these counts are sent to %[2]s.
See them: %[3]s %[4]s show. Stop it: %[3]s %[4]s off, or set %[5]s=off.
`, app, c.endpoint, programName(), command, variable); err == nil {
			_ = c.dir.store("noticed")
		}
	}
}

// programName is what the user types to run this CLI: the name of its file, with its folder if no file of that name is in
// PATH, or, for a plugin, the name of the other CLI and its own (`docker compose`).
func programName() string {
	if root := process.root; root != nil && root.HasParent() && strings.Contains(" "+strings.Join(process.args[1:], " ")+" ", " "+app+" ") {
		return root.CommandPath()
	}
	name := filepath.Base(process.args[0])
	_, absent := exec.LookPath(name)
	if file, err := os.Executable(); err == nil && absent != nil && name != process.args[0] { // without /proc, it fails
		name = file
	}
	return strings.TrimSuffix(name, ".exe")
}

// isTerminal reports whether a file is a terminal or console.
func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	null, errNull := os.Stat(os.DevNull)
	return err == nil && errNull == nil && info.Mode()&os.ModeCharDevice != 0 && !os.SameFile(info, null)
}
