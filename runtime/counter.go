//go:build !notelemetry

package telemetry

import (
	"bytes"
	"os"
	"runtime"
	"strconv"

	"github.com/google/uuid"
	"gopkg.in/yaml.v3"
)

const (
	head      = "metric_points:\n"
	countLine = "            cumulative_count: "
	pageSize  = 4096 // the kernel's smallest: what it writes without a break, even when the process is killed
)

// bump adds one to the count of r. Before anything is changed it calls intend
// with the count so far. The caller holds the lock.
//
// A file that looks exactly as this package writes it, which already has the
// count, gets its digits overwritten in place; all others go through yaml.v3, a
// temporary file and a rename.
func (d folder) bump(r run, sends bool, intend func(before uint64) error) error {
	if done, err := d.bumpInPlace(r, sends, intend); done {
		return err
	}
	return d.rewrite(sends, r.unsent, func(now points) error {
		return intend(now.count(r.path, r.code))
	}, func(p points) { p.add(r.path, r.code, 1) })
}

// bumpInPlace reports false if it did nothing, not even call intend.
func (d folder) bumpInPlace(r run, sends bool, intend func(before uint64) error) (bool, error) {
	f, err := openFile(d.path(reportFile), os.O_RDWR)
	if err != nil {
		return false, nil
	}
	defer f.Close()
	data, ok := readAll(f)
	if !ok {
		return false, nil
	}
	found, ok := locate(data, r.path, r.code)
	if !ok || found.digits == nil || found.hasID != sends || found.hasID && r.unsent {
		return false, nil
	}
	before, err := strconv.ParseUint(string(found.digits), 10, 63)
	after := strconv.AppendUint(nil, before+1, 10)
	last := found.at + len(after) - 1
	if err != nil || len(after) != len(found.digits) || found.at/pageSize != last/pageSize {
		return false, nil
	}
	if err := intend(before); err != nil {
		return true, err
	}
	_, err = f.WriteAt(after, int64(found.at))
	return true, err
}

// readAll reads a regular file of ours with one call.
func readAll(f *os.File) ([]byte, bool) {
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxFile {
		return nil, false
	}
	data := make([]byte, info.Size())
	n, err := f.ReadAt(data, 0)
	return data[:n], n == len(data) && err == nil
}

// found is where a count is in the file.
type found struct {
	digits []byte // nil: not there
	at     int    // their offset
	hasID  bool
}

// locate reads data as yaml.v3 would have written it and reports false for
// anything else: comments, other indents, another version, a torn end.
func locate(data []byte, path string, code int) (f found, canonical bool) {
	if !bytes.HasPrefix(data, []byte(head)) {
		return f, false
	}
	wanted := strconv.Itoa(code)
	here, empty := false, true // in the wanted path; no code seen in the current path
	for at := len(head); at < len(data); {
		end := bytes.IndexByte(data[at:], '\n')
		if end < 0 {
			return f, false
		}
		line := data[at : at+end]
		next := at + end + 1
		switch {
		case len(line) > 9 && string(line[:8]) == "        ":
			key := line[8 : len(line)-1]
			if line[len(line)-1] != ':' || !isCode(key) || !bytes.HasPrefix(data[next:], []byte(countLine)) {
				return f, false
			}
			start := next + len(countLine)
			end = start
			for end < len(data) && data[end]-'0' <= 9 {
				end++
			}
			if end == start || end == len(data) || data[end] != '\n' {
				return f, false
			}
			if here && string(key) == wanted {
				if f.digits != nil {
					return f, false
				}
				f.digits, f.at = data[start:end], start
			}
			empty, next = false, end+1
		case len(line) > 5 && string(line[:4]) == "    ":
			key := line[4 : len(line)-1]
			if line[len(line)-1] != ':' || !plain(key) || empty && at > len(head) {
				return f, false
			}
			here, empty = string(key) == path, true
		default:
			f.hasID, canonical = tail(data[at:])
			return f, canonical && !empty
		}
		at = next
	}
	return f, false
}

func isCode(key []byte) bool {
	if key[0] == '-' {
		return string(key) == "-1"
	}
	for _, c := range key {
		if c-'0' > 9 {
			return false
		}
	}
	return true
}

// plain reports a key that YAML does not need quotes for and that has no comment in it.
func plain(key []byte) bool {
	for _, c := range key {
		if c < ' ' || c > '~' || c == ':' || c == '#' || c == '"' || c == '\'' {
			return false
		}
	}
	return key[0]|0x20 >= 'a' && key[0]|0x20 <= 'z'
}

// tail checks the lines after the points, and reports whether there is an id.
func tail(data []byte) (hasID, ok bool) {
	rest := string(data)
	for _, version := range []string{cliVersion(), strconv.Quote(cliVersion())} {
		lines := "cli_version: " + version + "\noperating_system: " + runtime.GOOS + "\n"
		if rest == lines {
			return false, true
		}
		if len(rest) == len(lines)+len("id: \n")+36 && rest[:len(lines)+4] == lines+"id: " {
			_, err := uuid.Parse(rest[len(lines)+4 : len(rest)-1])
			return true, err == nil && rest[len(rest)-1] == '\n'
		}
	}
	return false, false
}

// rewrite changes the report through yaml.v3; check sees it first and may call
// it off. An unreadable file is set aside. Where something can be sent the
// report gets its id, and what was counted until then becomes the baseline; an
// unsent change of a report that has an id is made to the baseline as well.
func (d folder) rewrite(sends, unsent bool, check func(points) error, change func(points)) error {
	now, err := d.readReport(reportFile)
	if err == errBroken || os.IsPermission(err) {
		err = os.Rename(d.path(reportFile), d.path(brokenFile))
	}
	if err != nil {
		return err
	}
	if now.MetricPoints == nil {
		now.MetricPoints = points{}
	}
	if err := check(now.MetricPoints); err != nil {
		return err
	}
	baseline, err := d.readReport(baselineFile)
	if err != nil {
		now.ID = "" // what must not be sent is not known any more: begin anew
	}
	if now.ID == "" && sends {
		id, err := uuid.NewRandom()
		if err != nil {
			return err
		}
		now.ID, baseline = id.String(), report{MetricPoints: points{}}
		for path, codes := range now.MetricPoints {
			for code, p := range codes {
				baseline.MetricPoints.add(path, code, int64(p.CumulativeCount))
			}
		}
		if err := d.write(baselineFile, baseline.pointsOnly()); err != nil {
			return err
		}
	}
	if now.ID != "" && unsent {
		if baseline.MetricPoints == nil {
			baseline.MetricPoints = points{}
		}
		change(baseline.MetricPoints)
		if err := d.write(baselineFile, baseline.pointsOnly()); err != nil {
			return err
		}
	}
	change(now.MetricPoints)
	now.CLIVersion, now.OperatingSystem = cliVersion(), runtime.GOOS
	return d.write(reportFile, now)
}

func (r report) pointsOnly() map[string]points {
	return map[string]points{"metric_points": r.MetricPoints}
}

func (d folder) write(name string, content interface{}) error {
	data, err := yaml.Marshal(content)
	if err != nil {
		return err
	}
	return d.replace(name, data)
}
