package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"

	"github.com/google/uuid"
)

// Decode reads and checks one body. Its errors are meant for whoever sent it.
// It goes by tokens because encoding/json takes a field twice, in any case, and
// silently: of two counts of one command, the last.
func Decode(body []byte) (Report, error) {
	if len(body) > MaxBody {
		return Report{}, fmt.Errorf("the body has more than %d bytes", MaxBody)
	}
	if !utf8.Valid(body) {
		return Report{}, errors.New("the body is not UTF-8")
	}
	d := decoder{json: json.NewDecoder(bytes.NewReader(body))}
	d.json.UseNumber()
	var report Report
	if err := d.report(&report); err != nil {
		return Report{}, err
	}
	if _, err := d.json.Token(); err != io.EOF {
		return Report{}, errors.New("there is more after the report")
	}
	return report, nil
}

type decoder struct{ json *json.Decoder }

func (d decoder) report(r *Report) error {
	var id string
	has := map[string]bool{}
	err := d.object("the report", func(field string) (err error) {
		if field == "operation_version" { // what the original's first release called it
			field = "operating_system"
		}
		if has[field] {
			return fmt.Errorf("%q is there twice", field)
		}
		has[field] = true
		switch field {
		case "metric_points":
			return d.points(r)
		case "cli_version":
			r.CLIVersion, err = d.text(field)
		case "operating_system":
			r.OperatingSystem, err = d.text(field)
		case "id":
			id, err = d.text(field)
		default:
			err = fmt.Errorf("unknown field %q", field)
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, field := range []string{"metric_points", "cli_version", "operating_system", "id"} {
		if !has[field] {
			return fmt.Errorf("%q is missing", field)
		}
	}
	if r.ID, err = parseID(id); err != nil {
		return err
	}
	if r.CLIVersion, err = version(r.CLIVersion); err != nil {
		return err
	}
	r.OperatingSystem = operatingSystem(r.OperatingSystem)
	return nil
}

// points reads {"<path>":{"<exit code>":{"cumulative_count":<count>}}}. The
// original sends null before its first command.
func (d decoder) points(r *Report) error {
	paths := map[string]bool{}
	return d.objectOrNull("metric_points", func(path string) error {
		app, err := checkPath(path)
		if err != nil {
			return err
		}
		if r.App != "" && r.App != app {
			return fmt.Errorf("paths of two apps, %q and %q", r.App, app)
		}
		if paths[path] {
			return fmt.Errorf("path %q is there twice", path)
		}
		r.App, paths[path] = app, true
		codes := map[int]bool{}
		err = d.object("the exit codes of a path", func(text string) error {
			code, err := exitCode(text)
			if err != nil {
				return err
			}
			if codes[code] {
				return fmt.Errorf("exit code %d of %q is there twice", code, path)
			}
			codes[code] = true
			count, err := d.point()
			if err != nil {
				return err
			}
			r.Counters = append(r.Counters, Counter{Path: path, ExitCode: code, Count: count})
			return nil
		})
		if err == nil && len(codes) == 0 {
			err = fmt.Errorf("path %q without an exit code", path)
		}
		return err
	})
}

func (d decoder) point() (count uint64, err error) {
	has := false
	err = d.object("a metric point", func(field string) error {
		if field != "cumulative_count" || has {
			return fmt.Errorf("a metric point has one field, cumulative_count, not %q", field)
		}
		has = true
		token, err := d.token()
		if err != nil {
			return err
		}
		number, ok := token.(json.Number)
		if !ok {
			return errors.New("cumulative_count is not a number")
		}
		if count, err = strconv.ParseUint(number.String(), 10, 64); err != nil || count > MaxCount {
			return fmt.Errorf("cumulative_count is not a whole number from 0 to %d", uint64(MaxCount))
		}
		return nil
	})
	if err == nil && !has {
		err = errors.New("a metric point without cumulative_count")
	}
	return count, err
}

// object calls member with each key; member reads the value.
func (d decoder) object(what string, member func(key string) error) error {
	token, err := d.token()
	if err != nil {
		return err
	}
	return d.members(what, token, member)
}

func (d decoder) objectOrNull(what string, member func(key string) error) error {
	token, err := d.token()
	if err != nil || token == nil {
		return err
	}
	return d.members(what, token, member)
}

func (d decoder) members(what string, start json.Token, member func(key string) error) error {
	if start != json.Delim('{') {
		return fmt.Errorf("%s is not an object", what)
	}
	for d.json.More() {
		token, err := d.token()
		if err != nil {
			return err
		}
		if err := member(token.(string)); err != nil { // a key is a string, or Token fails
			return err
		}
	}
	_, err := d.token()
	return err
}

func (d decoder) text(field string) (string, error) {
	token, err := d.token()
	if err != nil {
		return "", err
	}
	text, ok := token.(string)
	if !ok {
		return "", fmt.Errorf("%s is not a string", field)
	}
	return text, nil
}

func (d decoder) token() (json.Token, error) {
	token, err := d.json.Token()
	if err != nil {
		return nil, errors.New("the body is not a JSON object")
	}
	return token, nil
}

// parseID takes the one way in which an id is written, so that an id cannot
// pass for two.
func parseID(text string) (uuid.UUID, error) {
	id, err := uuid.Parse(text)
	if err != nil || id == uuid.Nil || id.String() != text {
		return uuid.Nil, errors.New("id is not a UUID in lower case with hyphens")
	}
	return id, nil
}
