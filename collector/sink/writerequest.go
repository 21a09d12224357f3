package sink

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
)

// A writeRequest is an encoded prometheus.WriteRequest, version 1, with one
// sample in each series:
//
//	message WriteRequest { repeated TimeSeries timeseries = 1; }
//	message TimeSeries   { repeated Label labels = 1; repeated Sample samples = 2; }
//	message Label        { string name = 1; string value = 2; }
//	message Sample       { double value = 1; int64 timestamp = 2; } // milliseconds
//
// Written here because the generated types are part of the Prometheus server's
// module, which is large.
// https://prometheus.io/docs/specs/prw/remote_write_spec/
type writeRequest []byte

// SizeVT and MarshalToSizedBufferVT are how the remote package takes a message.
func (w writeRequest) SizeVT() int { return len(w) }

// MarshalToSizedBufferVT fills the end of buffer.
func (w writeRequest) MarshalToSizedBufferVT(buffer []byte) (int, error) {
	return copy(buffer[len(buffer)-len(w):], w), nil
}

func encodeWriteRequest(batch []Sample) (request writeRequest, refused Refused) {
	request = make([]byte, 0, 256*len(batch))
	var series []byte
	for _, sample := range batch {
		if err := promSound(sample); err != nil {
			refused.add(1, err.Error())
			continue
		}
		series = appendSeries(series[:0], sample)
		request = protowire.AppendTag(request, 1, protowire.BytesType)
		request = protowire.AppendBytes(request, series)
	}
	return request, refused
}

func appendSeries(series []byte, sample Sample) []byte {
	named := false
	for _, label := range sample.Labels {
		// The protocol wants labels sorted with __name__ among them, in which
		// an upper case letter comes before "_".
		if !named && label.Name > "__name__" {
			series, named = appendLabel(series, "__name__", sample.Name), true
		}
		if label.Value != "" { // an empty label is none
			series = appendLabel(series, label.Name, strings.ToValidUTF8(label.Value, "\ufffd"))
		}
	}
	if !named {
		series = appendLabel(series, "__name__", sample.Name)
	}
	value := protowire.AppendTag(nil, 1, protowire.Fixed64Type)
	value = protowire.AppendFixed64(value, math.Float64bits(sample.Value))
	value = protowire.AppendTag(value, 2, protowire.VarintType)
	value = protowire.AppendVarint(value, uint64(sample.Time.UnixMilli()))
	series = protowire.AppendTag(series, 2, protowire.BytesType)
	return protowire.AppendBytes(series, value)
}

func appendLabel(series []byte, name, value string) []byte {
	size := 2 + protowire.SizeBytes(len(name)) + protowire.SizeBytes(len(value))
	series = protowire.AppendTag(series, 1, protowire.BytesType)
	series = protowire.AppendVarint(series, uint64(size))
	series = protowire.AppendTag(series, 1, protowire.BytesType)
	series = protowire.AppendString(series, name)
	series = protowire.AppendTag(series, 2, protowire.BytesType)
	return protowire.AppendString(series, value)
}

// promSound says why no Prometheus takes a sample.
func promSound(sample Sample) error {
	if err := sound(sample); err != nil {
		return err
	}
	if err := promName(sample.Name, true); err != nil {
		return err
	}
	for i, label := range sample.Labels {
		if err := promName(label.Name, false); err != nil {
			return fmt.Errorf("%s: %w", sample.Name, err)
		}
		if i > 0 && sample.Labels[i-1].Name >= label.Name {
			return fmt.Errorf("%s: label %s is out of order or there twice", sample.Name, label.Name)
		}
	}
	return nil
}

// promName refuses what is no name in Prometheus' data model before UTF-8 was allowed.
func promName(name string, colon bool) error {
	for at, r := range name {
		letter := r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || colon && r == ':'
		if !letter && (at == 0 || r < '0' || r > '9') {
			return fmt.Errorf("%.100q is no Prometheus name", name)
		}
	}
	if name == "" {
		return errors.New("a series or a label without a name")
	}
	return nil
}
