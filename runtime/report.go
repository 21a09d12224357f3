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
func (d folder) read(name string) (report, error) {
	data, err := readFile(d.path(name), maxFile+1)
	if os.IsNotExist(err) {
		return report{}, nil
	}
	if err == nil && len(data) > maxFile {
		err = errBroken
	}
	if err != nil {
		return report{}, err
	}
	return parseReport(data)
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

// window is what is looked at of a report at a time: to touch a page for the
// first time costs more than to read it.
var window [16 << 10]byte

// locate finds the digits of a run's count, and where they are, in a report that
// yaml.v3 wrote. There are none if the run was never counted, or has so many exit
// codes beside it that they do not fit into a window.
func locate(report io.ReaderAt, r run) (digits string, at int64) {
	key := []byte("\n    " + r.path + ":\n")
	code := []byte("        " + strconv.Itoa(r.code) + ":\n            cumulative_count: ")
	for {
		n, err := report.ReadAt(window[:], at)
		i := bytes.Index(window[:n], key)
		if i >= 0 {
			at += int64(i + len(key))
			break
		}
		if err != nil {
			return "", 0
		}
		at += int64(n - len(key))
	}
	n, _ := report.ReadAt(window[:], at)
	for rest := window[:n]; bytes.HasPrefix(rest, []byte("     ")); {
		found := bytes.HasPrefix(rest, code)
		if found {
			rest = rest[len(code):]
		}
		end := bytes.IndexByte(rest, '\n')
		if end < 0 {
			break
		}
		if found {
			return string(rest[:end]), at + int64(n-len(rest))
		}
		rest = rest[end+1:]
	}
	return "", 0
}

func (p points) count(path string, code int) uint64 { return p[path][code].CumulativeCount }

// add changes the count of path and code by delta; a point that falls to 0 goes.
func (p points) add(path string, code int, delta int64) {
	if p[path] == nil {
		p[path] = map[int]point{}
	}
	if count := int64(p.count(path, code)) + delta; count > 0 {
		p[path][code] = point{CumulativeCount: uint64(count)}
		return
	}
	if delete(p[path], code); len(p[path]) == 0 {
		delete(p, path)
	}
}

// minus is a copy of the points without those that are in other.
func (p points) minus(other points) points {
	rest := points{}
	for path, codes := range p {
		for code, c := range codes {
			if before := other.count(path, code); c.CumulativeCount > before {
				rest.add(path, code, int64(c.CumulativeCount-before))
			}
		}
	}
	return rest
}

// body is the exact request body: the report without what is never sent, which
// is what was counted before consent and whatever else stands in the file. It is
// nil if there is nothing to send.
func (r report) body(baseline points) ([]byte, error) {
	r.MetricPoints = r.MetricPoints.minus(baseline)
	for path, codes := range r.MetricPoints {
		for code := range codes {
			if code < noExitSeen || code > 0xff {
				delete(codes, code)
			}
		}
		if len(codes) == 0 || !listed(strings.TrimSuffix(path, unlisted)) {
			delete(r.MetricPoints, path)
		}
	}
	if len(r.MetricPoints) == 0 || r.ID == "" {
		return nil, nil
	}
	r.CLIVersion = versionWord(r.CLIVersion)
	return json.Marshal(r)
}

// rewrite changes the report through yaml.v3; before is called with the points
// as they are. An unreadable report is set aside. Where something can be sent the
// report gets its id, and what was counted until then is the baseline, which is
// never sent; an unsent change of a report that has an id is made to the baseline
// as well.
func (l *ledger) rewrite(unsent bool, change func(points), before func(points) error) error {
	now, err := l.read(reportFile)
	if err == errBroken || os.IsPermission(err) {
		err = os.Rename(l.path(reportFile), l.path(brokenFile))
	}
	if err != nil {
		return err
	}
	baseline, err := l.read(baselineFile)
	if err != nil {
		now.ID = "" // what must not be sent is not known any more: begin anew
	}
	now.MetricPoints = now.MetricPoints.minus(nil)
	if l.erase {
		now.ID = ""
	}
	minted := now.ID == "" && l.sends
	if minted {
		id, err := uuid.NewRandom()
		if err != nil {
			return err
		}
		now.ID, baseline.MetricPoints = id.String(), now.MetricPoints
	}
	if minted || now.ID != "" && unsent {
		baseline.MetricPoints = baseline.MetricPoints.minus(nil)
		if unsent {
			change(baseline.MetricPoints)
		}
		if err := l.write(baselineFile, map[string]points{"metric_points": baseline.MetricPoints}); err != nil {
			return err
		}
	}
	if before != nil {
		if err := before(now.MetricPoints); err != nil {
			return err
		}
	}
	change(now.MetricPoints)
	now.CLIVersion, now.OperatingSystem = cliVersion(), runtime.GOOS
	if err = l.write(reportFile, now); err == nil {
		l.hasID = now.ID != ""
		l.leave(os.Stat(l.path(reportFile)))
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
