//go:build !notelemetry

package telemetry

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"

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

// maxFile bounds what is read, in bytes: 16 MB are 200,000 points.
const maxFile = 16 << 20

var errBroken = errors.New("not a telemetry report")

// read parses a file of the folder; one that does not exist is empty. It does not
// wait for a pipe.
func (d folder) read(name string) (r report, err error) {
	var data []byte
	f, err := openFile(d.path(name), os.O_RDONLY)
	if err == nil {
		defer f.Close()
		data, err = io.ReadAll(io.NewSectionReader(f, 0, maxFile+1))
	}
	switch {
	case os.IsNotExist(err):
		err = nil
	case errors.Is(err, syscall.ESPIPE), errors.Is(err, syscall.EISDIR), len(data) > maxFile:
		data, err = nil, errBroken
	}
	r, broken := parseReport(data)
	if err == nil {
		err = broken
	}
	return r, err
}

// parseReport never panics, whatever yaml.v3 does with a strange file.
func parseReport(data []byte) (r report, err error) {
	defer func() {
		if recover() != nil || err != nil {
			r, err = report{}, errBroken
		}
		if r.MetricPoints == nil {
			r.MetricPoints = points{}
		}
	}()
	err = yaml.Unmarshal(data, &r)
	if _, invalid := uuid.Parse(r.ID); invalid != nil {
		r.ID = ""
	}
	return r, err
}

// pageSize is the smallest there is: inside one, a write is not torn when the
// process is killed.
const pageSize = 4096

// buffer holds all the codes that a path can have. It is used again and again: the
// first touch of a page costs more than reading it. The caller holds the lock of process.
var buffer [16 << 10]byte

// locate finds the digits of a run's count, and where they are, in a report that
// yaml.v3 wrote. There are none if the run was never counted. It looks through
// buffer: page by page for the path, and where its codes go on, at all of them.
func (f file) locate(r run) (digits string, at int64) {
	path := []byte("\n    " + r.path + ":")
	for size := pageSize; ; {
		n, _ := f.ReadAt(buffer[:size], at)
		begin := bytes.Index(buffer[:n], path)
		if begin >= 0 {
			digits, offset := digitsOf(buffer[begin:n], r.code)
			if digits != "" || n < size || size == len(buffer) {
				return digits, at + int64(begin+offset)
			}
			at, size = at+int64(begin), len(buffer)
		} else if at += int64(n - len(path)); n < size {
			return "", 0
		}
	}
}

// digitsOf finds the digits of a code's count in a text that begins with a path.
func digitsOf(text []byte, code int) (digits string, offset int) {
	key := []byte("\n        " + strconv.Itoa(code) + ":\n            cumulative_count: ")
	found := bytes.Index(text, key)
	if found < 0 || bytes.Count(text[1:found], []byte("\n")) != bytes.Count(text[1:found], []byte("\n        ")) {
		return "", 0 // below another path
	}
	offset = found + len(key)
	end := bytes.IndexByte(text[offset:], '\n')
	if end < 0 {
		return "", 0
	}
	return string(text[offset : offset+end]), offset
}

func (p points) count(path string, code int) uint64 { return p[path][code].CumulativeCount }

// add changes a count by delta; a point that falls to 0 goes.
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

// body is the exact request body: the report without what is never sent, which
// is what was counted before consent and whatever else stands in the file. It is
// nil if there is nothing to send.
func (r report) body(baseline points) ([]byte, error) {
	sent := points{}
	for path, codes := range r.MetricPoints {
		for code, c := range codes {
			before := baseline.count(path, code)
			if c.CumulativeCount > before && noExitSeen <= code && code <= 0xff && listed(strings.TrimSuffix(path, unlisted)) {
				sent.add(path, code, int64(c.CumulativeCount-before))
			}
		}
	}
	if len(sent) == 0 || r.ID == "" {
		return nil, nil
	}
	r.MetricPoints, r.CLIVersion = sent, versionWord(r.CLIVersion)
	return json.Marshal(r)
}

// rewrite adds the run of a slot to the report through yaml.v3, and takes off what
// it was counted as already. An unreadable report is set aside. Where something
// can be sent the report gets its id, and what was counted until then is the
// baseline, which is never sent; an unsent run is added to the baseline of a
// report that has an id as well.
func (l *ledger) rewrite(one *slot) error {
	now, err := l.read(reportFile)
	if err == errBroken || os.IsPermission(err) {
		err = os.Rename(l.path(reportFile), l.path(brokenFile))
	}
	if err != nil {
		return err
	}
	count := int64(now.MetricPoints.count(one.path, one.code))
	change := func(p points) {
		if one.before == none || one.before == count { // else whoever died over it had done it
			p.add(one.path, one.was, -1)
			p.add(one.path, one.code, 1)
		}
	}
	if _, err := l.read(baselineFile); err != nil {
		now.ID = "" // what must not be sent is not known any more: begin anew
	}
	if now.ID == "" && l.sends && consentIn(l.folder).sends() {
		if err := l.save(baselineFile, report{MetricPoints: now.MetricPoints}); err != nil {
			return err
		}
		now.ID = uuid.New().String()
	}
	if now.ID != "" && one.unsent {
		baseline, _ := l.read(baselineFile)
		change(baseline.MetricPoints)
		if err := l.save(baselineFile, baseline); err != nil {
			return err
		}
	}
	if one.before == none {
		one.before = count
		if err := l.put(*one); err != nil {
			return err
		}
	}
	change(now.MetricPoints)
	now.CLIVersion, now.OperatingSystem = cliVersion(), runtime.GOOS
	l.hasID = now.ID != ""
	return l.save(reportFile, now)
}

func (d folder) save(name string, r report) error {
	data, err := yaml.Marshal(r)
	if err != nil {
		return err
	}
	return d.replace(name, data)
}
