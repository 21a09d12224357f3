package sink

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// points are the values of one series by unix time.
type points map[int64]float64

// A stored series, as its receiver gives it back.
type stored struct {
	labels map[string]string
	points points
}

func getJSON(t *testing.T, address string, into any) {
	t.Helper()
	response, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %v\n%.2000s", address, response.Status, err, body)
	}
	if err := json.Unmarshal(body, into); err != nil {
		t.Fatalf("%s: %v\n%.2000s", address, err, body)
	}
}

// fromPrometheus asks for the raw samples of the last hour.
func fromPrometheus(t *testing.T, base, selector string) []stored {
	t.Helper()
	var answer struct {
		Data struct {
			Result []struct {
				Metric map[string]string
				Values [][2]any
			}
		}
	}
	getJSON(t, base+"/api/v1/query?query="+url.QueryEscape(selector+"[1h]"), &answer)
	var all []stored
	for _, result := range answer.Data.Result {
		one := stored{labels: result.Metric, points: points{}}
		for _, value := range result.Values {
			number, err := strconv.ParseFloat(value[1].(string), 64)
			if err != nil {
				t.Fatal(err)
			}
			one.points[int64(value[0].(float64))] = number
		}
		all = append(all, one)
	}
	return all
}

// fromVictoriaMetrics also asks that what was just written can be seen.
func fromVictoriaMetrics(t *testing.T, base, selector string) []stored {
	t.Helper()
	response, err := http.Get(base + "/internal/force_flush")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return fromPrometheus(t, base, selector)
}

// fromGraphite asks for all points of the series with a name.
func fromGraphite(t *testing.T, base, name string) []stored {
	t.Helper()
	var answer []struct {
		Tags       map[string]string
		Datapoints [][2]*float64
	}
	getJSON(t, base+"/render?format=json&noNullPoints=true&from=-1h&until=%2B2min&target="+url.QueryEscape("seriesByTag('name="+name+"')"), &answer)
	var all []stored
	for _, series := range answer {
		one := stored{labels: series.Tags, points: points{}}
		for _, point := range series.Datapoints {
			if point[0] != nil {
				one.points[int64(*point[1])] = *point[0]
			}
		}
		all = append(all, one)
	}
	return all
}

// until polls a condition for 30 seconds; it gives the reason to fail with.
func until(t *testing.T, condition func() (reason string)) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for {
		reason := condition()
		if reason == "" {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(reason)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// A receiver is one real program behind one sink.
type receiver struct {
	name  string
	sink  Sink
	peer  *peertest.Peer // the one that takes the samples
	read  func(name string) []stored
	plain bool // it was sent plaintext, in which a space is a plus
}

// metric is a series' name of this receiver's own: two of them are one program.
func (r receiver) metric(name string) string {
	return name + "_" + strings.ReplaceAll(r.name, "-", "_") + "_total"
}

// receivers starts every real receiver.
func receivers(t *testing.T) []receiver {
	t.Helper()
	prometheus, victoria, graphite := peertest.Prometheus(t), peertest.VictoriaMetrics(t), peertest.Graphite(t)
	remoteWrite := func(base string) Sink {
		w, err := NewRemoteWrite(RemoteWriteOptions{URL: base + "/api/v1/write"})
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	carbon := func(address string) Sink {
		c, err := NewCarbon(address)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	return []receiver{
		{"prometheus", remoteWrite(prometheus.URL), prometheus,
			func(name string) []stored { return fromPrometheus(t, prometheus.URL, name) }, false},
		{"victoriametrics", remoteWrite(victoria.URL), victoria.Peer,
			func(name string) []stored { return fromVictoriaMetrics(t, victoria.URL, name) }, false},
		{"victoriametrics-carbon", carbon(victoria.Carbon), victoria.Peer,
			func(name string) []stored { return fromVictoriaMetrics(t, victoria.URL, name) }, true},
		{"graphite", carbon(graphite.Address), graphite.Carbon,
			func(name string) []stored { return fromGraphite(t, graphite.URL, name) }, true},
	}
}

// TestReceivers starts every receiver once, for all that is to be shown with each.
func TestReceivers(t *testing.T) {
	for _, to := range receivers(t) {
		t.Run(to.name, func(t *testing.T) {
			t.Run("give back exactly what was sent", func(t *testing.T) { givesBackExactly(t, to) })
			t.Run("keep the good samples of a batch", func(t *testing.T) { keepsTheGood(t, to) })
			t.Run("get what they missed", func(t *testing.T) { getsWhatItMissed(t, to) })
		})
	}
}

func givesBackExactly(t *testing.T, to receiver) {
	name := to.metric("exact")
	var samples []Sample
	want := map[string]float64{}
	value := 1.0
	for _, text := range hostileValues {
		if len(text) > 255 || text == "\xff" { // graphite-web's column; not UTF-8, which becomes one sign
			continue
		}
		value = math.Floor(value*2.1) + 1 // counts, as the collector's are; VictoriaMetrics rounds long fractions
		samples = append(samples, sample(name, value, "app", "pace", "command", text, "empty", "", "exit_code", "-1"))
		if to.plain {
			text = escapeValue(text, true)
		} else if text == "\xff\xfe" {
			text = "\ufffd"
		}
		want[text] = value
	}
	if err := to.sink.Send(context.Background(), samples); err != nil {
		t.Fatal(err)
	}
	var got []stored
	until(t, func() string {
		if got = to.read(name); len(got) < len(want) {
			return fmt.Sprintf("%d of %d series", len(got), len(want))
		}
		return ""
	})
	for _, series := range got {
		command := series.labels["command"]
		if value, ok := want[command]; !ok || series.points[at.Unix()] != value || len(series.points) != 1 {
			t.Errorf("command %q: %v, want %v at %d", command, series.points, value, at.Unix())
		}
		if _, empty := series.labels["empty"]; empty || series.labels["app"] != "pace" || series.labels["exit_code"] != "-1" {
			t.Errorf("command %q: labels %v", command, series.labels)
		}
		delete(want, command)
	}
	for command := range want {
		t.Errorf("command %q is missing", command)
	}
}

// One bad sample of 300 costs itself only, also where the receiver would not index the rest.
func keepsTheGood(t *testing.T, to receiver) {
	name := to.metric("good")
	samples := series(300)
	for i := range samples {
		samples[i].Name = name
	}
	samples[0].Name = ""
	samples[150].Labels = []Label{{"", "x"}}
	samples[151].Labels = []Label{{"name", ""}}
	samples[299].Time = time.Time{}
	err := to.sink.Send(context.Background(), samples)
	if refused, ok := err.(*Refused); !ok || refused.Samples != 4 {
		t.Fatalf("error %v", err)
	}
	until(t, func() string {
		if got := len(to.read(name)); got != 296 {
			return fmt.Sprintf("%d of 296 series", got)
		}
		return ""
	})
}

// The receiver is down when the collector starts, comes up, is killed and comes
// up again: it ends with the latest value, and with each value at its time.
func getsWhatItMissed(t *testing.T, to receiver) {
	name := to.metric("outage")
	const series = 40
	start := time.Now().Truncate(time.Second).Add(-time.Minute)
	q := NewQueue(QueueOptions{Sink: to.sink, Log: quiet})
	sent := func(snapshots int) func() string {
		return func() string {
			if stats := q.Stats(); stats.Sent < uint64(snapshots*series) {
				return fmt.Sprintf("%+v", stats)
			}
			return ""
		}
	}
	next := 0
	push := func(n int) {
		for range n {
			q.Push(snapshot(name, series, float64(next), start.Add(time.Duration(next)*time.Second)))
			next++
		}
	}
	retried := func() string {
		if q.Stats().Retries == 0 {
			return "it does not retry"
		}
		return ""
	}
	to.peer.Kill()
	push(5)
	until(t, retried)
	to.peer.Start()
	until(t, sent(5))
	push(5)
	until(t, sent(10))
	until(t, func() string { // seen, so that the kill cannot take it along
		if got := to.read(name); len(got) != series {
			return fmt.Sprintf("%d series", len(got))
		}
		return ""
	})
	to.peer.Kill()
	push(10)
	to.peer.Start()
	push(1)
	closeQueue(t, q)
	if stats := q.Stats(); stats.Sent != uint64(next*series) || stats.Refused+stats.Dropped != 0 || stats.Queued != 0 {
		t.Errorf("%+v", stats)
	}
	// What was sent after the last start is there to the last point; before it,
	// carbon and VictoriaMetrics may lose what they had in memory. Asked again
	// and again, because carbon's points are nowhere to be seen while they go
	// from its cache to its files.
	until(t, func() string {
		got := to.read(name)
		for _, one := range got {
			for i := 10; i < next; i++ {
				if one.points[start.Add(time.Duration(i)*time.Second).Unix()] != float64(i) {
					return fmt.Sprintf("value %d is missing in %v", i, one)
				}
			}
			for when, value := range one.points {
				if want := start.Add(time.Duration(value) * time.Second).Unix(); when != want {
					t.Fatalf("%v: %v at %d, want %d", one.labels, value, when, want)
				}
			}
		}
		if len(got) != series {
			return fmt.Sprintf("%d series", len(got))
		}
		return ""
	})
}
