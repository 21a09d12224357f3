//go:build !notelemetry

package telemetry

import (
	"encoding/json"
	"errors"
	"os"
	"runtime/debug"
	"strings"
	"syscall"
	"unicode"

	"github.com/google/uuid"
	"gopkg.in/yaml.v3"
)

// point is how often one command ended with one exit code, ever.
type point struct {
	CumulativeCount uint64 `yaml:"cumulative_count" json:"cumulative_count"`
}

// points are keyed by command path and exit code.
type points map[string]map[int]point

// report is the content of telemetry.yaml, and as JSON the body of an upload.
type report struct {
	MetricPoints    points `yaml:"metric_points" json:"metric_points"`
	CLIVersion      string `yaml:"cli_version,omitempty" json:"cli_version"`
	OperatingSystem string `yaml:"operating_system,omitempty" json:"operating_system"`
	ID              string `yaml:"id,omitempty" json:"id"`
}

// maxFile bounds what is read, in bytes: 256 kB are 4,000 points. The time that yaml.v3 takes grows with the square.
const maxFile = 256 << 10

var errBroken = errors.New("not a telemetry report")

// read parses a file of the folder. The report is empty if it fails, and it does so if the file is missing. An empty file, as
// a power cut may leave it, counts as missing. It does not wait for a pipe, and does not panic even if yaml.v3 does.
func (d folder) read(name string) (r report, err error) {
	defer func() {
		if recover() != nil || err != nil || r.MetricPoints == nil {
			r = report{MetricPoints: points{}}
		}
	}()
	data, err := readFile(d.path(name), maxFile+1)
	switch {
	case err == nil && len(data) == 0:
		return r, os.ErrNotExist
	case err != nil && !errors.Is(err, syscall.ESPIPE) && !errors.Is(err, syscall.EISDIR):
		return r, err
	}
	if err = errBroken; len(data) > 0 && len(data) <= maxFile && yaml.Unmarshal(data, &r) == nil {
		err = nil
	}
	if _, invalid := uuid.Parse(r.ID); invalid != nil {
		r.ID = ""
	}
	return r, err
}

func (p points) count(path string, code int) uint64 { return p[path][code].CumulativeCount }

// add changes a count by delta, and removes a point that falls to 0.
func (p points) add(path string, code int, delta int64) {
	if p[path] == nil {
		p[path] = map[int]point{}
	}
	if count := int64(p.count(path, code)) + delta; count > 0 {
		p[path][code] = point{CumulativeCount: uint64(count)}
	} else if delete(p[path], code); len(p[path]) == 0 {
		delete(p, path)
	}
}

// bodies returns the exact request bodies, nil if there is nothing to send: the report without the baseline and without paths
// and codes that are not listed. A large report comes in parts, because collectors take 64 KiB at most: a count that a body
// leaves out stays as it was.
func (r report) bodies(baseline points) (all []string) {
	parts, room := []points{}, 0
	for path, codes := range r.MetricPoints {
		for code, c := range codes {
			count := int64(c.CumulativeCount - baseline.count(path, code))
			if count > 0 && r.ID != "" && noExitSeen <= code && code <= 0xff && listed(strings.TrimSuffix(path, unlisted)) {
				if room -= len(path) + 64; room < 0 { // 64 for the code, a count of 20 digits, and JSON
					parts, room = append(parts, points{}), 60<<10
				}
				parts[len(parts)-1].add(path, code, count)
			}
		}
	}
	r.CLIVersion = versionWord(r.CLIVersion)
	for _, r.MetricPoints = range parts {
		data, _ := json.Marshal(r) // nothing in it can fail
		all = append(all, string(data))
	}
	return all
}

func (d folder) save(name string, r report) error {
	data, _ := yaml.Marshal(r) // nothing in it can fail
	return d.replace(name, data)
}

// versionOr returns the version that the author wrote into the root command, or else what otherwise returns.
func versionOr(otherwise func() string) string {
	if process.root != nil && versionWord(process.root.Version) != "" {
		return versionWord(process.root.Version)
	}
	return otherwise()
}

// moduleVersion is the version of the module that the program was built from.
func moduleVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return versionWord(info.Main.Version + " unknown")
	}
	return "unknown"
}

// programStamp stands for the module's version from run to run: build information of 400 modules takes longer to parse
// than all the rest.
func programStamp() string { return stampOf(self()) }

// versionWord finds the version in a text that may also have the commit, the date and the compiler, on several lines.
// It is the first word that begins like 1.2 or v1.2, or is Go's own (devel), or else the first word. A collector
// takes 64 bytes of it.
func versionWord(text string) string {
	words, found := strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == unicode.ReplacementChar || !unicode.IsPrint(r) }), ""
	for i := len(words) - 1; i >= 0; i-- {
		if word := strings.Trim(words[i], "()[],;:'\""); strings.Contains(word, ".") && strings.IndexAny(strings.TrimPrefix(word, "v"), "0123456789") == 0 {
			found = word
		} else if i == 0 && found == "" || words[i] == "(devel)" {
			found = words[i]
		}
	}
	if found = strings.TrimRight(found, ",;:"); len(found) > 64 {
		found = strings.ToValidUTF8(found[:64], "")
	}
	return found
}
