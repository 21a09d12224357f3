package wire

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
)

// Decode reads and checks one body. Its errors are written for the sender.
func Decode(body []byte) (Report, error) {
	if len(body) > MaxBody {
		return Report{}, fmt.Errorf("the body has more than %d bytes", MaxBody)
	}
	used := decoders.Get().(*source)
	defer decoders.Put(used)
	used.body = *bytes.NewBuffer(body)
	used.tokens.Reset(&used.body)
	d := decoder{reader{&used.tokens}}
	var report Report
	if err := d.report(&report); err != nil {
		return Report{}, err
	}
	if _, err := d.tokens.ReadToken(); !errors.Is(err, io.EOF) {
		return Report{}, errors.New("there is more after the report")
	}
	return report, nil
}

// decoders are reused: what one stores of the names that it has seen is a third of the
// garbage that a report makes.
var decoders = sync.Pool{New: func() any { return new(source) }}

type source struct {
	tokens jsontext.Decoder
	body   bytes.Buffer
}

type decoder struct{ reader }

var fields = []string{"metric_points", "cli_version", "operating_system", "id"}

func (d *decoder) report(r *Report) error {
	var id string
	var has [4]bool // fields
	err := d.object("the report", func(field string) (err error) {
		if field == "operation_version" { // its name in the first release of the original
			field = "operating_system"
		}
		if i := slices.Index(fields, field); i >= 0 {
			if has[i] { // by its other name: the reader refuses a name that is there twice
				return fmt.Errorf("%q is there twice", field)
			}
			has[i] = true
		}
		switch field {
		case "metric_points":
			return d.points(r)
		case "cli_version":
			r.CLIVersion, err = d.string(field)
		case "operating_system":
			r.OperatingSystem, err = d.string(field)
		case "id":
			id, err = d.string(field)
		default:
			err = fmt.Errorf("unknown field %q", field)
		}
		return err
	})
	if err != nil {
		return err
	}
	if i := slices.Index(has[:], false); i >= 0 {
		return fmt.Errorf("%q is missing", fields[i])
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
func (d *decoder) points(r *Report) error {
	if d.null() {
		return nil
	}
	return d.object("metric_points", func(path string) error {
		app, err := checkPath(path)
		if err != nil {
			return err
		}
		if r.App != "" && r.App != app {
			return fmt.Errorf("paths of two apps, %q and %q", r.App, app)
		}
		r.App = app
		first := len(r.Counters)
		err = d.object("the exit codes of a path", func(text string) error {
			code, err := exitCode(text)
			if err != nil {
				return err
			}
			count, err := d.point()
			if err != nil {
				return err
			}
			r.Counters = append(r.Counters, Counter{Path: path, ExitCode: code, Count: count})
			return nil
		})
		if err == nil && len(r.Counters) == first {
			err = fmt.Errorf("path %q without an exit code", path)
		}
		return err
	})
}

func (d *decoder) point() (count uint64, err error) {
	has := false
	err = d.object("a metric point", func(field string) (err error) {
		if field != "cumulative_count" {
			return fmt.Errorf("a metric point has one field, cumulative_count, not %q", field)
		}
		has = true
		count, err = d.number(field, MaxCount)
		return err
	})
	if err == nil && !has {
		err = errors.New("a metric point without cumulative_count")
	}
	return count, err
}

// parseID accepts only one way to write an id, so that one id cannot count as two.
func parseID(text string) (uuid.UUID, error) {
	id, err := uuid.Parse(text)
	if err != nil || id == uuid.Nil || len(text) != 36 || strings.ToLower(text) != text { // uuid also reads other forms
		return uuid.Nil, errors.New("id is not a UUID in lower case with hyphens")
	}
	return id, nil
}
