//go:build !notelemetry

package telemetry

import (
	"errors"
	"fmt"
	"os"
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

// consent is the level in force and what decided it.
type consent struct {
	level    level
	source   string
	pending  bool // on as soon as the notice was shown
	endpoint string
	interval time.Duration
}

// sends reports whether counts of this run may ever leave the machine.
func (c consent) sends() bool { return c.level == levelOn && c.endpoint != "" && c.interval >= 0 }

// decide finds the level in force: the environment, else the user's own
// decision, else the author's default; an administrator and a CI system can
// only lower it. Whatever cannot be read means off.
func decide(d folder) consent {
	c := consent{endpoint: endpoint, interval: uploadInterval}
	if url, ok := os.LookupEnv(variable + "_ENDPOINT"); ok {
		c.endpoint = url
	}
	if text := os.Getenv(variable + "_UPLOAD_INTERVAL_SECONDS"); text != "" {
		n, err := strconv.ParseInt(text, 10, 32)
		if c.interval = time.Duration(n) * time.Second; err != nil || n < 0 {
			c.interval = -1
		}
	}
	if c.source = "DO_NOT_TRACK"; isSet(c.source) {
		return c
	}
	if c.source = "no folder to count in"; d == "" {
		return c
	}
	if word := strings.ToLower(strings.TrimSpace(os.Getenv(variable))); word != "" {
		c.level, c.source = levelOf(word), variable
	} else {
		c.decideByFile(d.path(consentFile))
	}
	if word, err := readWord(adminFile()); !missing(err) {
		if limit := levelOf(word); err != nil || limit < c.level {
			c.level, c.source, c.pending = limit, adminFile(), false
		}
	}
	if (c.level == levelOn || c.pending) && isCI() {
		c.level, c.source, c.pending = levelLocal, "a CI system", false
	}
	return c
}

// decideByFile applies the user's decision, which the telemetry command and the
// notice write: a word and the unix time.
func (c *consent) decideByFile(path string) {
	word, err := readWord(path)
	switch {
	case missing(err) && consentMode == "opt-out":
		c.level, c.source, c.pending = levelLocal, "default, before the notice", true
	case missing(err), word == "noticed" && consentMode != "opt-out":
		c.level, c.source = levelLocal, "default"
	case word == "noticed":
		c.level, c.source = levelOn, "default"
	default:
		c.level, c.source = levelOf(word), path
	}
}

// store writes the user's decision.
func (d folder) store(word string) error {
	return d.replace(consentFile, []byte(fmt.Sprintf("%s %d\n", word, time.Now().Unix())))
}

// levelOf reads a level; everything unknown is off.
func levelOf(word string) level {
	switch word {
	case "on", "1", "true", "yes":
		return levelOn
	case "local":
		return levelLocal
	}
	return levelOff
}

// readWord is the first word of a small file, in lower case.
func readWord(path string) (string, error) {
	data, err := readFile(path, 64)
	if words := strings.Fields(strings.ToLower(string(data))); len(words) > 0 {
		return words[0], nil
	}
	return "", err
}

func missing(err error) bool {
	return err != nil && (os.IsNotExist(err) || errors.Is(err, syscall.ENOTDIR))
}

// isSet reads a switch as people write them: any value but empty, 0 and false.
func isSet(name string) bool {
	value := strings.ToLower(os.Getenv(name))
	return value != "" && value != "0" && value != "false"
}

// isCI recognizes continuous integration, which is nobody's consent.
func isCI() bool {
	for _, name := range []string{"CI", "CONTINUOUS_INTEGRATION", "BUILD_NUMBER", "GITHUB_ACTIONS", "GITLAB_CI",
		"TF_BUILD", "JENKINS_URL", "TEAMCITY_VERSION", "BUILDKITE", "CODEBUILD_BUILD_ID"} {
		if isSet(name) {
			return true
		}
	}
	return false
}
