//go:build !notelemetry

package telemetry

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"runtime"
	"strconv"
	"strings"

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
	CLIVersion      string `yaml:"cli_version" json:"cli_version"`
	OperatingSystem string `yaml:"operating_system" json:"operating_system"`
	ID              string `yaml:"id,omitempty" json:"id"`
}

// maxFile bounds what is read, in bytes: 16 MB are 200,000 points.
const maxFile = 16 << 20

var errBroken = errors.New("not a telemetry report")

// read parses a file of the folder; one that does not exist is empty.
func (d folder) read(name string) (r report, err error) {
	data, err := readFile(d.path(name), maxFile+1)
	switch {
	case len(data) > maxFile:
		err = errBroken
	case err == nil:
		r, err = parseReport(data)
	case os.IsNotExist(err):
		err = nil
	}
	if r.MetricPoints == nil {
		r.MetricPoints = points{}
	}
	return r, err
}

// parseReport never panics, whatever yaml.v3 does with a strange file.
func parseReport(data []byte) (r report, err error) {
	defer func() {
		if recover() != nil {
			r, err = report{}, errBroken
		}
	}()
	if yaml.Unmarshal(data, &r) != nil {
		return report{}, errBroken
	}
	if _, err := uuid.Parse(r.ID); err != nil {
		r.ID = ""
	}
	return r, nil
}

// pageSize is the smallest there is: inside one, a write is not torn when the
// process is killed.
const pageSize = 4096

// buffer holds all the codes that a path can have. It is used again and again: the
// first touch of a page costs more than reading it. The caller holds the lock of process.
var buffer [16 << 10]byte

// locate finds the digits of a run's count, and where they are, in a report that
// yaml.v3 wrote. There are none if the run was never counted. It looks through
// buffer.
func (f file) locate(r run) (digits string, at int64) {
	path := []byte("\n    " + r.path + ":\n")
	for {
		n, _ := f.ReadAt(buffer[:], at)
		switch found := bytes.Index(buffer[:n], path); {
		case n < len(path):
			return "", 0
		case found < 0:
			at += int64(n - len(path) + 1)
		case found > 0 && n == len(buffer): // look again, with all that follows
			at += int64(found)
		default:
			digits, found = locateCode(buffer[:n], found+len(path), r.code)
			return digits, at + int64(found)
		}
	}
}

// locateCode finds the digits in the lines below a path, the first of which is at.
func locateCode(report []byte, at, code int) (digits string, _ int) {
	line := []byte("        " + strconv.Itoa(code) + ":\n            cumulative_count: ")
	for bytes.HasPrefix(report[at:], []byte("     ")) {
		found := bytes.HasPrefix(report[at:], line)
		if found {
			at += len(line)
		}
		end := bytes.IndexByte(report[at:], '\n')
		if end < 0 {
			break
		}
		if found {
			return string(report[at : at+end]), at
		}
		at += end + 1
	}
	return "", 0
}

func (p points) count(path string, code int) uint64 { return p[path][code].CumulativeCount }

// add changes the count of a run's path and code by delta; a point that falls to 0 goes.
func (p points) add(r run, delta int64) {
	if p[r.path] == nil {
		p[r.path] = map[int]point{}
	}
	if count := int64(p.count(r.path, r.code)) + delta; count > 0 {
		p[r.path][r.code] = point{CumulativeCount: uint64(count)}
		return
	}
	if delete(p[r.path], r.code); len(p[r.path]) == 0 {
		delete(p, r.path)
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
				sent.add(run{path: path, code: code}, int64(c.CumulativeCount-before))
			}
		}
	}
	if len(sent) == 0 || r.ID == "" {
		return nil, nil
	}
	r.MetricPoints, r.CLIVersion = sent, versionWord(r.CLIVersion)
	return json.Marshal(r)
}

// rewrite adds the run of a slot to the report, if there is one, through yaml.v3,
// and takes off what was counted in its place. An unreadable report is set aside.
// Where something can be sent the report gets its id, and what was counted until
// then is the baseline, which is never sent; an unsent run is added to the
// baseline of a report that has an id as well.
func (l *ledger) rewrite(one *slot, was *run) error {
	now, err := l.read(reportFile)
	if err == errBroken || os.IsPermission(err) {
		err = os.Rename(l.path(reportFile), l.path(brokenFile))
	}
	if err != nil {
		return err
	}
	if one.before != notCounted && now.MetricPoints.count(one.path, one.code) != uint64(one.before) {
		return nil // whoever died over it had done it
	}
	baseline, err := l.read(baselineFile)
	if err != nil || l.erase {
		now.ID = "" // what must not be sent is not known any more: begin anew
	}
	change := func(p points) {
		if was != nil {
			p.add(*was, -1)
		}
		if !l.erase {
			p.add(one.run, 1)
		}
	}
	minted := now.ID == "" && l.sends && decide(l.folder).sends()
	if minted {
		id, err := uuid.NewRandom()
		if err != nil {
			return err
		}
		now.ID = id.String()
		baseline, _ = l.read(reportFile) // as it is on the disk
	}
	if minted || now.ID != "" && one.unsent {
		if one.unsent {
			change(baseline.MetricPoints)
		}
		if err := l.write(baselineFile, map[string]points{"metric_points": baseline.MetricPoints}); err != nil {
			return err
		}
	}
	if was == nil && !l.erase {
		if err := l.announce(one, now.MetricPoints.count(one.path, one.code)); err != nil {
			return err
		}
	}
	change(now.MetricPoints)
	now.CLIVersion, now.OperatingSystem = cliVersion(), runtime.GOOS
	if err = l.write(reportFile, now); err == nil {
		l.hasID = now.ID != ""
		l.leave(stampOf(l.path(reportFile)), one)
	}
	return err
}

func (l *ledger) write(name string, content interface{}) error {
	data, err := yaml.Marshal(content)
	if err != nil {
		return err
	}
	return l.replace(name, data)
}
