//go:build !notelemetry

package telemetry

import (
	"encoding/json"
	"fmt"
	"os"

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

// readReport parses a file of the folder; one that does not exist is empty.
// errBroken means that the content is not a report.
func (d folder) readReport(name string) (report, error) {
	info, err := os.Stat(d.path(name))
	if os.IsNotExist(err) {
		return report{}, nil
	}
	if err != nil {
		return report{}, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxFile {
		return report{}, errBroken
	}
	data, err := os.ReadFile(d.path(name))
	if err != nil {
		return report{}, err
	}
	return parseReport(data)
}

var errBroken = fmt.Errorf("not a telemetry report")

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

// count is the number of runs of path that ended with code.
func (p points) count(path string, code int) uint64 { return p[path][code].CumulativeCount }

// add changes the count of path and code by delta; a point that falls to 0 goes.
func (p points) add(path string, code int, delta int64) {
	if p[path] == nil {
		p[path] = map[int]point{}
	}
	count := int64(p.count(path, code)) + delta
	p[path][code] = point{CumulativeCount: uint64(count)}
	if count > 0 {
		return
	}
	delete(p[path], code)
	if len(p[path]) == 0 {
		delete(p, path)
	}
}

// body is the exact request body: the report without what is never sent. It is
// nil if there is nothing to send.
func (r report) body(baseline points) ([]byte, error) {
	sent := points{}
	for path, codes := range r.MetricPoints {
		for code, p := range codes {
			if before := baseline.count(path, code); p.CumulativeCount > before {
				sent.add(path, code, int64(p.CumulativeCount-before))
			}
		}
	}
	if len(sent) == 0 || r.ID == "" {
		return nil, nil
	}
	r.MetricPoints = sent
	return json.Marshal(r)
}
